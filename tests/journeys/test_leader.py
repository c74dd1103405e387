import re

import pytest
from playwright.sync_api import expect

from tests.support.browsers import at_a_desk, check_accessibility, on_a_phone_by_drills

BOXES = """() => Object.fromEntries([...document.querySelectorAll(".home-leader > section")].map((part) => {
  const box = part.getBoundingClientRect();
  return [part.classList[1], [box.left, box.top + scrollY, box.right, box.bottom + scrollY]];
}))"""
ORDER = ["panel-figures", "panel-map", "panel-trend", "panel-decisions", "panel-money", "panel-actions"]
SENTENCE = r"mỗi tuần phải thêm \d+ đơn vị|phải xong tất cả trong"


@pytest.fixture
def leader(visit):
    return visit.sign_in("lanhdao")


def tab_to(page, name):
    """Press Tab until the focus stands on a link or a button of that name, however often it takes."""
    for _ in range(400):
        page.keyboard.press("Tab")
        label = page.evaluate("document.activeElement.getAttribute('aria-label') || document.activeElement.textContent")
        if re.search(name, " ".join(label.split())):
            return
    pytest.fail(f"the keyboard does not reach {name}")


def has_outline(page):
    style = "(({ outlineStyle, boxShadow }) => [outlineStyle, boxShadow])(getComputedStyle(document.activeElement))"
    return page.evaluate(style) != ["none", "none"]


@pytest.mark.journey
def test_one_screen_says_how_many_who_when_what_and_the_money(leader, width):
    expect(leader.get_by_role("link", name=re.compile("^47 đơn vị: Đáp ứng"))).to_be_visible()
    expect(leader.locator(".panel-figures")).to_contain_text("so với ngày 31/03/2026")
    expect(leader.get_by_role("img", name=re.compile("Số đơn vị đáp ứng theo ngày"))).to_be_visible()
    expect(leader.locator(".panel-trend")).to_contain_text(re.compile(SENTENCE))
    expect(leader.locator(".decisions li")).to_have_count(10)
    expect(leader.locator(".panel-money")).to_contain_text("Chi hằng năm")
    boxes = leader.evaluate(BOXES)
    assert list(boxes) == ORDER
    if width == 360:
        tops = [boxes[name][1] for name in ORDER]
        assert tops == sorted(tops), "one column, in the order in which it is read"
        assert all(box[2] <= 360 for box in boxes.values())
    else:
        assert boxes["panel-map"][0] < boxes["panel-trend"][0], "the map and the trend stand side by side"
    check_accessibility(leader)


@pytest.mark.journey
def test_a_wall_screen_shows_all_without_scrolling(leader):
    leader.set_viewport_size({"width": 1920, "height": 1080})
    boxes = leader.evaluate(BOXES)
    assert max(box[3] for box in boxes.values()) <= 1080
    assert leader.locator(".map-hex .tile-name").first.is_visible(), "the names of the wards can be read"


@pytest.mark.journey
def test_the_screen_prints_on_one_sheet(leader, width):
    sheet = leader.pdf(prefer_css_page_size=True)
    assert len(re.findall(rb"/Type\s*/Page\b", sheet)) == 1


@pytest.mark.journey
def test_a_decision_is_taken_by_keys_alone(leader):
    tab_to(leader, "^Giao việc cho ")
    assert has_outline(leader)
    ward_name = leader.evaluate("document.activeElement.getAttribute('aria-label')").removeprefix("Giao việc cho ")
    leader.keyboard.press("Enter")
    leader.wait_for_url("**/actions/new?ward=*")
    expect(leader.get_by_role("heading", level=1)).to_contain_text(ward_name[1:])


@pytest.mark.journey
def test_the_trend_is_reached_drawn_and_told(leader, width):
    tab_to(leader, "^Xem tiến độ, nhóm và tiêu chí$")
    leader.keyboard.press("Enter")
    leader.wait_for_url("**/readiness/trend")
    chart = leader.get_by_role("img", name=re.compile("Số đơn vị đáp ứng theo ngày"))
    expect(chart).to_have_count(1)
    box = chart.bounding_box()
    assert box["x"] >= 0
    assert box["x"] + box["width"] <= width
    assert chart.locator(".axis-text").last.evaluate("text => text.getBoundingClientRect().height") >= 10
    expect(leader.locator("main")).to_contain_text(re.compile(SENTENCE))
    tab_to(leader, "^Bảng tương đương của biểu đồ$")
    leader.keyboard.press("Enter")
    expect(leader.locator("details[open] tbody tr").first).to_be_visible()
    check_accessibility(leader)


@pytest.mark.journey
@on_a_phone_by_drills
def test_down_to_the_answer_by_keys_and_back_up(leader):
    leader.goto("/readiness?district=Quận+Hoàn+Kiếm")
    expect(leader.get_by_role("heading", level=1)).to_have_text("Mức độ đáp ứng: Quận Hoàn Kiếm")
    check_accessibility(leader)
    tab_to(leader, "^Phường Hoàn Kiếm$")
    leader.keyboard.press("Enter")
    leader.wait_for_url("**/readiness/wards/00070")
    ward_address = leader.url
    leader.locator("#CR-A1 summary").focus()
    check_accessibility(leader)
    leader.keyboard.press("Enter")
    tab_to(leader, "^Tiêu chí này ở các đơn vị khác$")
    leader.keyboard.press("Enter")
    leader.wait_for_url("**/readiness/criteria/CR-A1")
    expect(leader.get_by_role("navigation", name="Đường dẫn")).to_be_visible()
    check_accessibility(leader)
    leader.get_by_role("row").filter(has_text="Phường Hoàn Kiếm").get_by_role("link").first.click()
    leader.wait_for_url("**/readiness/wards/00070#CR-A1")
    expect(leader.locator("#CR-A1")).to_be_in_viewport()
    leader.locator("#CR-A1 summary").click()
    leader.locator("#CR-A1 a[href*='/inventory/']").first.click()
    leader.wait_for_url("**/inventory/wards/00070#*")
    expect(leader.locator(f"[id='{leader.url.partition('#')[2]}']")).to_be_in_viewport()
    check_accessibility(leader)
    breadcrumb = leader.get_by_role("navigation", name="Đường dẫn")
    breadcrumb.get_by_role("link", name="Phường Hoàn Kiếm").click()
    assert leader.url == ward_address
    leader.get_by_role("navigation", name="Đường dẫn").get_by_role("link", name="Quận Hoàn Kiếm").click()
    leader.get_by_role("navigation", name="Đường dẫn").get_by_role("link", name="Mức độ đáp ứng").click()
    leader.wait_for_url("**/readiness")


@pytest.mark.journey
@at_a_desk
def test_an_address_shows_the_same_to_somebody_else_who_may_see_it(leader, visit):
    leader.goto("/readiness/criteria/CR-A1?status=unmet")
    ward_names = leader.locator("tbody th").all_inner_texts()
    reviewer = visit.sign_in("thamdinh", at=leader.url)
    assert reviewer.locator("tbody th").all_inner_texts() == ward_names != []
