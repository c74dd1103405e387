import re
import shutil

import pytest
from playwright.sync_api import expect

from inventory.boundaries.store import load_boundaries, read_boundary_file
from portal.database import make_engine, session_scope
from tests.factories.boundaries import geojson, tiles
from tests.support.browsers import HeldFile, at_a_desk, check_accessibility_in_both_widths

BOUNDARIES = geojson(tiles())
CLASSES = """scope => Object.fromEntries([...document.querySelectorAll(`${scope} [data-ward]`)].map(
  (ward) => [ward.dataset.ward, [...ward.classList].find((name) => name.startsWith("k-"))]))"""

# The words of each cell, whatever white space the page has around them.
CELLS = "body => [...body.rows].map((row) => [...row.cells].map((cell) => cell.textContent.trim().split(/\\s+/).join(' ')))"


@pytest.fixture(scope="module")
def demo_city(demo_city, tmp_path_factory):
    """The demo with boundaries, which take a second to draw: once for all tests here."""
    path = tmp_path_factory.mktemp("boundaries") / "demo.sqlite"
    shutil.copy(demo_city, path)
    engine = make_engine(f"sqlite:///{path}")
    with session_scope(engine, writes=True) as session:
        load_boundaries(session, read_boundary_file(BOUNDARIES, "thu.geojson", "Số liệu thử, 2026"), None)
    engine.dispose()
    return path


@pytest.fixture
def leader(visit):
    page = visit.sign_in("lanhdao", at="/readiness")
    page.evaluate("window.samePage = true")
    return page


def wait_for_script(page):
    """The script has given the names over to the labels, so it is listening."""
    page.locator(".map-stage [data-ward][aria-label]").first.wait_for(state="attached")


def zoom_of(page, view="hex"):
    return page.locator(f".map-{view} .map-pane").evaluate("pane => new DOMMatrix(getComputedStyle(pane).transform).a")


@pytest.mark.journey
@at_a_desk
def test_colour_and_view_change_without_a_new_page_and_the_address_shows_the_same(leader):
    wait_for_script(leader)
    leader.get_by_label("Tô màu theo").select_option("cost")
    expect(leader.locator("[data-legend]")).to_contain_text("đã đáp ứng, không cần thêm: 47")
    expect(leader.locator(".map-table caption")).to_have_text("Kinh phí cần bổ sung để đáp ứng")
    leader.get_by_text("Ranh giới", exact=True).click()
    expect(leader.locator(".map-whole")).to_be_visible()
    expect(leader.locator(".map-hex")).to_be_hidden()
    expect(leader.locator("figcaption")).to_contain_text("Số liệu thử, 2026")
    classes = leader.evaluate(CLASSES, ".map-whole")
    assert len(classes) == 126
    assert classes == leader.evaluate(CLASSES, ".map-hex")
    assert leader.evaluate("window.samePage")
    assert leader.url.endswith("/readiness?colour=cost&view=land")
    legend = leader.locator("[data-legend]").inner_text()
    table = leader.locator("[data-shades]").evaluate(CELLS)
    leader.reload()
    assert leader.evaluate(CLASSES, ".map-whole") == classes
    assert leader.locator("[data-legend]").inner_text() == legend
    assert leader.locator("[data-shades]").evaluate(CELLS) == table
    leader.get_by_text("Lục giác", exact=True).click()
    expect(leader.locator(".map-hex .map-picture")).to_be_visible()
    assert leader.evaluate(CLASSES, ".map-hex") == classes


@pytest.mark.journey
@at_a_desk
def test_what_is_chosen_and_typed_before_the_script_is_there_counts(leader):
    script = HeldFile(leader, "**/scoring_map.js*")
    leader.goto("/readiness", wait_until="commit")
    leader.get_by_label("Tô màu theo").select_option("cost")
    leader.get_by_label("Tìm xã, phường").fill("cua nam")
    script.release()
    expect(leader.locator(".map-table caption")).to_have_text("Kinh phí cần bổ sung để đáp ứng")
    expect(leader.locator(".map-hex use.ring")).to_have_attribute("href", re.compile("-00082$"))


@pytest.mark.journey
@at_a_desk
def test_the_map_speaks_of_name_result_count_and_colouring(leader):
    wait_for_script(leader)
    labels = [ward.get_attribute("aria-label") for ward in leader.locator(".map-hex a[data-ward]").all()]
    assert len(labels) == 126
    results = "Đáp ứng|Chưa đáp ứng|Chưa đủ dữ liệu|Chưa có số liệu"
    assert [label_text for label_text in labels if not re.match(rf"(Phường|Xã) [^:]+: ({results})\. \S", label_text)] == []
    leader.get_by_label("Tô màu theo").select_option("score")
    expect(leader.locator("[data-map-status]")).to_have_text("Đã tô màu theo: Điểm.")
    label = leader.locator(".map-hex a[data-ward='00235']").get_attribute("aria-label")
    assert re.search(r"\. Điểm: (\d+ điểm|Chưa có số liệu)$", label)
    leader.get_by_label("Tô màu theo").select_option("state")
    expect(leader.locator(".map-hex a[data-ward='00235']")).not_to_have_attribute("aria-label", label)


@pytest.mark.journey
def test_keys_alone_choose_zoom_pan_and_open_a_ward(leader):
    wait_for_script(leader)
    leader.get_by_label("Tô màu theo").focus()
    leader.keyboard.press("ArrowDown")
    expect(leader.locator("[data-colour-label]").first).to_have_text("Điểm")
    frame = leader.locator(".map-hex .map-frame")
    frame.focus()
    for _ in range(3):
        leader.keyboard.press("+")
    assert zoom_of(leader) == pytest.approx(1.5**3)
    box_before = frame.locator(".map-pane").bounding_box()
    leader.keyboard.press("ArrowRight")
    leader.keyboard.press("ArrowDown")
    box_after = frame.locator(".map-pane").bounding_box()
    assert (box_after["x"], box_after["y"]) < (box_before["x"], box_before["y"])
    leader.keyboard.press("-")
    assert zoom_of(leader) == pytest.approx(1.5**2)
    leader.keyboard.press("Tab")
    is_in_view = leader.evaluate("""() => {
      const ward = document.activeElement.getBoundingClientRect();
      const frame = document.activeElement.closest(".map-frame").getBoundingClientRect();
      return ward.left >= frame.left - 1 && ward.right <= frame.right + 1 && ward.top >= frame.top - 1 && ward.bottom <= frame.bottom + 1;
    }""")
    assert is_in_view, "a ward that has the focus is brought into view"
    expect(leader.locator(".hexmap-tip")).to_be_visible()
    leader.keyboard.press("0")
    assert zoom_of(leader) == 1
    leader.keyboard.press("Enter")
    leader.wait_for_url("**/readiness/wards/*")


@pytest.mark.journey
def test_search_without_diacritics_marks_the_ward_in_both_views(leader):
    wait_for_script(leader)
    leader.get_by_label("Tìm xã, phường").fill("dong DA")
    expect(leader.locator(".map-hex .rings use").first).to_have_attribute("href", "#hex-00235")
    expect(leader.locator("[data-map-status]")).to_contain_text("Phường Đống Đa: ")
    leader.get_by_label("Tìm xã, phường").fill("son")
    expect(leader.locator("[data-map-status]")).to_contain_text("Tìm thấy")
    leader.get_by_text("Ranh giới", exact=True).click()
    leader.get_by_label("Tìm xã, phường").fill("đống đa")
    expect(leader.locator(".map-whole .rings use")).to_have_count(2)
    leader.get_by_label("Tìm xã, phường").press("Enter")
    assert zoom_of(leader, "land") == pytest.approx(5)
    ward = leader.locator(".map-whole [data-ward='00235']").bounding_box()
    frame = leader.locator(".map-land .map-frame").bounding_box()
    assert frame["x"] < ward["x"] + ward["width"] / 2 < frame["x"] + frame["width"]
    assert frame["y"] < ward["y"] + ward["height"] / 2 < frame["y"] + frame["height"]
    leader.get_by_label("Tìm xã, phường").fill("không có")
    expect(leader.locator("[data-map-status]")).to_have_text("Không có xã, phường nào tên như vậy.")
    assert leader.evaluate("window.samePage")


@pytest.mark.journey
def test_a_drag_moves_the_map_a_click_opens_and_the_wheel_waits_its_turn(leader):
    wait_for_script(leader)
    ward = leader.locator(".map-hex [data-ward='00235']")
    ward.scroll_into_view_if_needed()
    box = ward.bounding_box()
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    leader.mouse.move(x, y)
    leader.mouse.wheel(0, -40)
    assert zoom_of(leader) == 1, "the page scrolls until the map is in use"
    ward.scroll_into_view_if_needed()
    leader.locator("[data-zoom=in]").click()
    leader.locator("[data-zoom=in]").click()
    box = ward.bounding_box()
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    leader.mouse.move(x, y)
    leader.mouse.down()
    leader.mouse.move(x + 30, y + 30, steps=4)
    leader.mouse.up()
    assert "/wards/" not in leader.url
    moved_box = ward.bounding_box()
    assert moved_box["x"] - box["x"] > 15
    ward.focus()
    leader.keyboard.press("Enter")
    leader.wait_for_url("**/readiness/wards/00235")
    leader.go_back()
    wait_for_script(leader)
    ward.scroll_into_view_if_needed()
    ward.hover()
    leader.keyboard.down("Control")
    leader.mouse.wheel(0, -300)
    leader.keyboard.up("Control")
    leader.wait_for_function("new DOMMatrix(getComputedStyle(document.querySelector('.map-hex .map-pane')).transform).a > 1.5")
    leader.locator("[data-zoom=reset]").click()
    assert zoom_of(leader) == 1
    ward.click()
    leader.wait_for_url("**/readiness/wards/00235")


@pytest.mark.journey
def test_without_scripts_the_form_asks_for_the_page(visit):
    page = visit.sign_in("lanhdao", scripts=False)
    page.goto("/readiness")
    page.get_by_label("Tô màu theo").select_option("group-A")
    page.get_by_text("Ranh giới", exact=True).click()
    page.get_by_label("Tìm xã, phường").fill("ba vi")
    page.get_by_role("button", name="Xem", exact=True).click()
    page.wait_for_url("**colour=group-A**")
    expect(page.locator(".map-whole")).to_be_visible()
    expect(page.locator("[data-legend]")).to_contain_text("100 %, đạt cả nhóm")
    expect(page.locator("[data-map-status]")).to_contain_text("Tìm thấy 1 đơn vị")


@pytest.mark.journey
@at_a_desk
@pytest.mark.long
@pytest.mark.parametrize("query", ["colour=cost", "view=land&colour=CR-A1&find=ba", "view=land&colour=change"])
def test_axe_finds_nothing_on_any_map(leader, query):
    leader.goto(f"/readiness?{query}")
    wait_for_script(leader)
    leader.locator(".map-table summary").click()
    check_accessibility_in_both_widths(leader)
