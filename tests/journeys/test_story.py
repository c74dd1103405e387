"""The whole story: an officer fills in and sends, a reviewer returns and approves, the map shows it, Finance finds the lines."""

import re
import time
from io import BytesIO

import pytest
from openpyxl import load_workbook
from playwright.sync_api import expect

LEFT = {"it_officers": "1", "staff_trained": "40", "villages_with_team": "9"}


@pytest.mark.journey
def test_from_the_survey_to_the_plan(visit):
    officer = visit.sign_in("canbo")
    open_survey(officer)
    fill_the_rest(officer)
    send(officer)

    reviewer = visit.sign_in("thamdinh")
    open_in_queue(reviewer)
    reviewer.get_by_label("Lý do yêu cầu bổ sung").fill("Phần F: kiểm tra lại số bộ lưu điện.")
    reviewer.get_by_role("button", name="Yêu cầu bổ sung").click()
    reviewer.get_by_text("Đã gửi yêu cầu bổ sung.").wait_for()

    officer.goto("/")
    officer.get_by_text("Phần F: kiểm tra lại số bộ lưu điện.").wait_for()
    open_survey(officer)
    officer.get_by_role("link", name="F. Phòng thiết bị, nguồn điện").click()
    officer.locator('[name="F01.good"]').fill("0")
    officer.locator('[name="ups_minutes"]').fill("abc")
    officer.get_by_role("button", name="Lưu và tiếp tục").click()
    assert officer.locator('[name="ups_minutes"]').input_value() == "abc"
    officer.locator('[name="ups_minutes"]').fill("0")
    officer.get_by_role("button", name="Lưu và tiếp tục").click()
    officer.goto(officer.url.split("/sections/")[0] + "/")
    send(officer)

    open_in_queue(reviewer)
    reviewer.get_by_role("button", name="Duyệt và mở phiếu tiếp theo").click()
    reviewer.get_by_text("Đã duyệt phiếu của Phường Cửa Nam.").wait_for()

    leader = visit.sign_in("lanhdao")
    leader.goto("/readiness")
    tile = leader.locator('a[aria-label^="Phường Cửa Nam: Chưa đáp ứng"]')
    assert tile.count() == 1
    leader.goto("/readiness/wards/00082")
    leader.get_by_text(re.compile("Bộ lưu điện cho mạng và thiết bị TSLCD: thiếu")).wait_for()

    planner = visit.sign_in("taichinh")
    with planner.expect_download() as download:
        planner.get_by_role("link", name="Tải sổ tính Excel").click()
    sheet = load_workbook(BytesIO(download.value.path().read_bytes()), data_only=True)["PL02 Chi tiết"]
    lines = {row[4]: row for row in sheet.iter_rows(min_row=9, values_only=True) if row[1] == "00082"}
    assert lines["F01"][16] == lines["F01"][12] * 25_000_000


@pytest.mark.journey
def test_a_session_that_ends_in_mid_form_loses_nothing(visit):
    officer = visit.sign_in("canbo")
    open_survey(officer)
    officer.route("**/surveys_form.js", lambda route: (time.sleep(0.5), route.continue_()))
    officer.get_by_role("link", name="C. Mạng LAN, Wi-Fi").click()
    # Held back, the script comes only after somebody has typed.
    officer.locator('[name="lan_seats"]').fill("77")
    expect(officer.get_by_role("button", name="Chưa nắm được").first).to_be_visible()
    officer.context.clear_cookies()
    officer.reload()
    officer.get_by_role("button", name="canbo").click()
    # The page restores the value by a script that runs after the page is there; the address of the sign-in page names it too.
    officer.wait_for_url(re.compile(r"/surveys/\d+/sections/C$"))
    expect(officer.locator('[name="lan_seats"]')).to_have_value("77")


@pytest.mark.journey
def test_a_save_after_the_session_ended_leads_through_the_sign_in_and_loses_nothing(visit):
    officer = visit.sign_in("canbo")
    open_survey(officer)
    officer.get_by_role("link", name="A. Máy trạm").click()
    officer.locator('[name="pc_memory_ssd"]').fill("33")
    lot = officer.locator("#q-A01")
    rows = lot.locator(".lot").count()
    lot.get_by_role("button", name="Thêm lô").click()
    officer.locator(f'[name="A01#{rows + 1}.year"]').fill("2025")
    officer.locator(f'[name="A01#{rows + 1}.good"]').fill("3")
    officer.context.clear_cookies()
    officer.get_by_role("button", name="Lưu và tiếp tục").click()
    officer.get_by_text("Phiên làm việc đã hết hạn").wait_for()
    officer.get_by_role("button", name="canbo").click()
    officer.wait_for_url(re.compile(r"/surveys/\d+/sections/A$"))
    officer.get_by_text("đã được điền lại").wait_for()
    expect(officer.locator('[name="pc_memory_ssd"]')).to_have_value("33")
    expect(officer.locator(f'[name="A01#{rows + 1}.good"]')).to_have_value("3")
    officer.get_by_role("button", name="Lưu, về danh sách phần").click()
    officer.get_by_text("Đã lưu").first.wait_for()
    officer.goto(re.sub(r"/sections/.*|/$", "", officer.url) + "/sections/A")
    expect(officer.locator(f'[name="A01#{rows + 1}.good"]')).to_have_value("3")
    expect(officer.locator("[data-restored]")).to_be_hidden()
    assert officer.evaluate("sessionStorage.length") == 0


@pytest.mark.journey
def test_what_was_typed_is_gone_from_the_browser_after_signing_out(visit):
    officer = visit.sign_in("canbo")
    open_survey(officer)
    officer.get_by_role("link", name="G. An ninh mạng").click()
    officer.locator('[name="pcs_protected"]').fill("7")
    assert officer.evaluate("sessionStorage.length") == 1
    if visit.width < 992:
        officer.get_by_role("button", name="Mở trình đơn").click()
    officer.get_by_role("button", name="Đăng xuất").click()
    officer.wait_for_url("**/sign-in")
    assert officer.evaluate("sessionStorage.length") == 0


@pytest.mark.journey
def test_two_people_on_one_section_merge_and_are_asked_about_the_same_field_only(visit):
    first, second = visit.sign_in("canbo"), visit.sign_in("canbo")
    for page in (first, second):
        open_survey(page)
        page.get_by_role("link", name="C. Mạng LAN").click()
    first.locator('[name="lan_seats"]').fill("41")
    first.locator('[name="switch_ports"]').fill("96")
    first.get_by_role("button", name="Lưu và tiếp tục").click()
    first.get_by_text("Đã lưu phần").wait_for()
    second.locator('[name="lan_seats"]').fill("43")
    second.locator('[name="switch_ports_gigabit"]').fill("90")
    second.get_by_role("button", name="Lưu và tiếp tục").click()
    second.get_by_text("Người khác vừa sửa").wait_for()
    asked = second.get_by_role("group")
    assert asked.count() == 1
    assert "Số chỗ làm việc của cán bộ" in asked.inner_text()
    asked.get_by_label("Lấy của bạn: “43”").check()
    second.get_by_role("button", name="Lưu lựa chọn").click()
    second.get_by_text("Đã lưu").first.wait_for()
    second.goto(re.sub(r"/sections/.*|/$", "", second.url) + "/sections/C")
    for name, value in {"lan_seats": "43", "switch_ports": "96", "switch_ports_gigabit": "90"}.items():
        expect(second.locator(f'[name="{name}"]')).to_have_value(value)


@pytest.mark.journey
def test_a_block_from_excel_that_is_too_large_says_what_was_left(visit):
    officer = visit.sign_in("canbo")
    open_survey(officer)
    officer.get_by_role("link", name="A. Máy trạm").click()
    officer.locator('[name="A04.good"]').evaluate(
        """(cell) => {
            const data = new DataTransfer();
            data.setData("text", "1\\t2\\t3\\t4\\t55\\n66");
            cell.dispatchEvent(new ClipboardEvent("paste", { clipboardData: data, bubbles: true, cancelable: true }));
        }"""
    )
    expect(officer.locator('[name="A04.liquidation"]')).to_have_value("4")
    expect(officer.locator("[data-not-pasted]")).to_contain_text("55; 66")


@pytest.mark.journey
def test_sending_twice_and_going_back_leaves_one_submission(visit):
    officer, other_tab = visit.sign_in("canbo"), visit.sign_in("canbo")
    open_survey(officer)
    fill_the_rest(officer)
    officer.goto(re.sub(r"/sections/.*", "/", officer.url))
    for page in (officer, other_tab):
        page.goto(officer.url.rstrip("/").removesuffix("/send") + "/send")
        page.get_by_label("Người lập phiếu").fill("Người lập (minh họa)")
        page.get_by_label("Lãnh đạo UBND xác nhận").fill("Lãnh đạo (minh họa)")
    officer.get_by_role("button", name="Gửi thẩm định").dblclick()
    officer.get_by_text("Đã gửi phiếu.").first.wait_for()
    other_tab.get_by_role("button", name="Gửi thẩm định").click()
    other_tab.get_by_text("Phiếu đã được gửi từ trước").wait_for()
    officer.go_back()
    officer.get_by_text("chỉ đọc được").wait_for()
    reviewer = visit.sign_in("thamdinh")
    reviewer.goto("/review/")
    assert reviewer.get_by_role("link", name="Phường Cửa Nam").count() == 1


@pytest.mark.journey
def test_the_map_is_walked_by_keyboard(visit):
    leader = visit.sign_in("lanhdao")
    leader.goto("/readiness")
    leader.locator(".hexmap a").first.focus()
    leader.keyboard.press("Enter")
    leader.wait_for_url("**/readiness/wards/*")


def open_survey(page):
    page.get_by_role("link", name="Mở phiếu khảo sát Phường Cửa Nam").click()


def fill_the_rest(page):
    page.get_by_role("link", name="H. Con người, chữ ký số").click()
    for name, value in LEFT.items():
        page.locator(f'[name="{name}"]').fill(value)
    page.get_by_role("button", name="Lưu và tiếp tục").click()
    page.get_by_role("group", name="Xã, phường có trang thông tin điện tử không?").get_by_label("Không", exact=True).check()
    page.get_by_role("button", name="Lưu và tiếp tục").click()


def send(page):
    page.get_by_role("link", name="Kiểm tra và gửi").click()
    page.get_by_label("Người lập phiếu").fill("Người lập (minh họa)")
    page.get_by_label("Lãnh đạo UBND xác nhận").fill("Lãnh đạo (minh họa)")
    page.get_by_role("button", name="Gửi thẩm định").click()
    page.get_by_text("Đã gửi phiếu.").wait_for()


def open_in_queue(page):
    page.goto("/review/")
    page.get_by_role("link", name="Phường Cửa Nam").click()
