"""The whole story: an officer fills in and sends, a reviewer returns and approves, the map shows it, Finance finds the lines."""

import re
from io import BytesIO

import pytest
from openpyxl import load_workbook
from playwright.sync_api import expect

from tests.support.browsers import HeldFile, on_a_phone, on_a_phone_by_drills

REMAINING_ANSWERS = {"it_officers": "1", "staff_trained": "40", "villages_with_team": "9"}


@pytest.mark.journey
@on_a_phone_by_drills
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

    leader = visit.sign_in("lanhdao", at="/readiness")
    tile = leader.locator('a[aria-label^="Phường Cửa Nam: Chưa đáp ứng"]')
    assert tile.count() == 1
    leader.goto("/readiness/wards/00082")
    leader.get_by_text(re.compile("Bộ lưu điện cho mạng và thiết bị TSLCD: thiếu")).wait_for()

    planner = visit.sign_in("taichinh")
    with planner.expect_download() as download:
        planner.get_by_role("link", name="Tải sổ tính Excel").click()
    sheet = load_workbook(BytesIO(download.value.path().read_bytes()), data_only=True)["PL02 Chi tiết"]
    lines = {row[4]: row for row in sheet.iter_rows(min_row=9, values_only=True) if row[1] == "00082"}
    assert lines["F01"][20] == lines["F01"][15] * 25_000_000


@pytest.mark.journey
@on_a_phone
def test_a_session_that_ends_in_mid_form_loses_nothing(visit):
    officer = visit.sign_in("canbo")
    open_survey(officer)
    script = HeldFile(officer, "**/surveys_form.js*")
    officer.get_by_role("link", name="C. Mạng LAN, Wi-Fi").click()
    officer.locator('[name="lan_seats"]').fill("77")
    script.release()
    expect(officer.get_by_role("button", name="Chưa nắm được").first).to_be_visible()
    officer.context.clear_cookies()
    officer.reload()
    officer.get_by_role("button", name="canbo").click()
    # The page restores the value by a script that runs after the page is there; the address of the sign-in page names it too.
    officer.wait_for_url(re.compile(r"/surveys/\d+/sections/C$"))
    expect(officer.locator('[name="lan_seats"]')).to_have_value("77")


@pytest.mark.journey
@on_a_phone
def test_sending_twice_and_going_back_leaves_one_submission(visit):
    officer, other_tab = visit.sign_in("canbo"), visit.sign_in("canbo")
    open_survey(officer)
    fill_the_rest(officer)
    officer.goto(re.sub(r"/sections/.*", "/", officer.url))
    for page in (officer, other_tab):
        page.goto(officer.url.rstrip("/").removesuffix("/send") + "/send")
        page.get_by_label("Người lập phiếu").fill("Người lập (minh họa)")
        page.get_by_label("Lãnh đạo UBND xác nhận").fill("Lãnh đạo (minh họa)")
    posts = []
    officer.on("request", lambda request: posts.append(request.url) if request.method == "POST" else None)
    officer.get_by_role("button", name="Gửi thẩm định").dblclick()
    officer.get_by_text("Đã gửi phiếu.").first.wait_for()
    assert len(posts) == 1
    other_tab.get_by_role("button", name="Gửi thẩm định").click()
    other_tab.get_by_text("đã được gửi trước đó").wait_for()
    officer.go_back()
    officer.get_by_text("chỉ đọc được").wait_for()
    reviewer = visit.sign_in("thamdinh", at="/review/")
    assert reviewer.get_by_role("link", name="Phường Cửa Nam").count() == 1


@pytest.mark.journey
def test_the_map_is_walked_by_keyboard(visit):
    leader = visit.sign_in("lanhdao", at="/readiness")
    leader.locator(".hexmap a").first.focus()
    leader.keyboard.press("Enter")
    leader.wait_for_url("**/readiness/wards/*")


def open_survey(page):
    page.get_by_role("link", name="Mở phiếu khảo sát của Phường Cửa Nam").click()


def fill_the_rest(page):
    page.get_by_role("link", name="H. Con người, chữ ký số").click()
    for name, value in REMAINING_ANSWERS.items():
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
