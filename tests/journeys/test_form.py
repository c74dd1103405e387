"""The form in a browser: a session lost in mid-form, two people at one page, a block from Excel, a double click."""

import re

import pytest
from playwright.sync_api import expect

KEPT = "() => Object.keys(sessionStorage).filter((place) => place.startsWith('survey-'))"


def open_section(page, name):
    page.goto("/")
    page.get_by_role("link", name="Mở phiếu khảo sát của Phường Cửa Nam").click()
    page.get_by_role("link", name=name).click()


def sign_in_again(page):
    page.get_by_label("Tên đăng nhập").fill("canbo")
    page.get_by_label("Mật khẩu", exact=True).fill("demo-2026")
    page.get_by_role("button", name="Đăng nhập", exact=True).click()


@pytest.mark.journey
def test_saving_after_the_session_ended_loses_no_field_and_no_added_lot(visit):
    officer = visit.sign_in("canbo")
    open_section(officer, "A. Máy trạm và thiết bị văn phòng")
    officer.locator('[name="A03.good"]').fill("33")
    printers = officer.get_by_role("group", name="Máy in (kể cả máy đa năng) (A03)")
    printers.get_by_role("button", name="Thêm lô").click()
    printers.get_by_role("button", name="Thêm lô").click()
    officer.locator('[name="A03#3.good"]').fill("4")
    officer.locator('[data-row="A03#3"] summary').click()
    officer.locator('[name="A03#3.owner"]').select_option(label="Thuê, mượn")
    officer.locator('[name="A03#3.note"]').fill("thuê của nhà mạng")
    officer.context.clear_cookies()
    officer.get_by_role("button", name="Lưu và tiếp tục").click()
    officer.get_by_text("Phiên làm việc đã hết hạn").wait_for()
    sign_in_again(officer)
    officer.wait_for_url(re.compile(r"/surveys/\d+/sections/A$"))
    officer.get_by_text("Đã điền lại những gì bạn gõ").wait_for()
    expect(officer.locator('[name="A03.good"]')).to_have_value("33")
    expect(officer.locator('[name="A03#3.good"]')).to_have_value("4")
    expect(officer.locator('[name="A03#3.owner"]')).to_have_value("leased")
    expect(officer.locator('[name="A03#3.note"]')).to_be_visible()
    officer.get_by_role("button", name="Lưu, về danh sách phần").click()
    officer.wait_for_url(re.compile(r"/surveys/\d+/$"))
    assert officer.evaluate(KEPT) == []
    officer.get_by_role("link", name="A. Máy trạm và thiết bị văn phòng").click()
    expect(officer.locator('[name="A03#3.note"]')).to_have_value("thuê của nhà mạng")
    expect(officer.get_by_text("Đã điền lại những gì bạn gõ")).to_be_hidden()


@pytest.mark.journey
def test_what_is_kept_outlives_the_saving_of_another_section_and_asks_about_a_colleagues_change(visit):
    officer, colleague = visit.sign_in("canbo"), visit.sign_in("canbo")
    open_section(officer, "C. Mạng LAN, Wi-Fi")
    officer.locator('[name="lan_seats"]').fill("77")
    officer.locator('[name="switch_ports"]').fill("480")
    open_section(colleague, "C. Mạng LAN, Wi-Fi")
    colleague.locator('[name="lan_seats"]').fill("66")
    colleague.get_by_role("button", name="Lưu và tiếp tục").click()
    open_section(colleague, "E. Hội nghị truyền hình")
    colleague.get_by_label("Số phòng họp được trực tuyến với thành phố, trung ương").fill("0")
    colleague.get_by_role("button", name="Lưu và tiếp tục").click()
    officer.reload()
    expect(officer.locator('[name="lan_seats"]')).to_have_value("77")
    expect(officer.locator('[name="switch_ports"]')).to_have_value("480")
    officer.get_by_role("button", name="Lưu và tiếp tục").click()
    officer.get_by_text("Giữ “66”, do Công chức phường Hoàn Kiếm, Cửa Nam (minh họa)").wait_for()
    officer.get_by_label("Lấy “77” bạn vừa gõ").check()
    officer.get_by_role("button", name="Lưu lựa chọn").click()
    open_section(officer, "C. Mạng LAN, Wi-Fi")
    expect(officer.locator('[name="lan_seats"]')).to_have_value("77")
    expect(officer.locator('[name="switch_ports"]')).to_have_value("480")
    assert officer.evaluate(KEPT) == []


@pytest.mark.journey
def test_signing_out_leaves_nothing_of_the_form_in_the_browser(visit):
    officer = visit.sign_in("canbo")
    open_section(officer, "G. An ninh mạng")
    officer.get_by_role("group", name="Đã bật xác thực nhiều yếu tố").get_by_label("Chưa nắm được").check()
    assert len(officer.evaluate(KEPT)) == 1
    officer.goto("/readiness")
    sign_out(officer)
    assert officer.evaluate(KEPT) == []


@pytest.mark.journey
def test_what_one_person_typed_is_not_shown_to_the_next(visit):
    officer = visit.sign_in("canbo")
    open_section(officer, "C. Mạng LAN, Wi-Fi")
    officer.locator('[name="lan_seats"]').fill("77")
    place = officer.url
    officer.context.clear_cookies()
    officer.goto("/sign-in")
    officer.get_by_role("button", name="lanhdaoxa").click()
    officer.wait_for_url(lambda url: "/sign-in" not in url)
    officer.goto(place)
    expect(officer.locator('[name="lan_seats"]')).not_to_have_value("77")
    assert officer.evaluate(KEPT) == []


@pytest.mark.journey
def test_names_at_the_send_button_come_back_and_a_double_click_sends_once(visit):
    officer = visit.sign_in("canbo")
    complete(officer)
    officer.goto(officer.url.split("/sections/")[0] + "/send")
    officer.get_by_label("Người lập phiếu").fill("Nguyễn Thị A")
    officer.get_by_label("Lãnh đạo UBND xác nhận").fill("Trần Văn B")
    officer.context.clear_cookies()
    officer.get_by_role("button", name="Gửi thẩm định").click()
    officer.get_by_text("Phiên làm việc đã hết hạn").wait_for()
    sign_in_again(officer)
    officer.wait_for_url(re.compile(r"/send$"))
    expect(officer.get_by_label("Người lập phiếu")).to_have_value("Nguyễn Thị A")
    expect(officer.get_by_label("Lãnh đạo UBND xác nhận")).to_have_value("Trần Văn B")
    officer.get_by_role("button", name="Gửi thẩm định").dblclick()
    officer.wait_for_url(re.compile(r"/surveys/\d+/$"))
    officer.get_by_text("chờ thẩm định").first.wait_for()
    officer.go_back()
    officer.get_by_text("Phiếu đã gửi và đang chờ thẩm định nên chỉ đọc được.").wait_for()
    assert officer.get_by_role("button", name="Gửi thẩm định").count() == 0


@pytest.mark.journey
def test_cells_of_a_pasted_block_that_find_no_place_are_told(visit):
    officer = visit.sign_in("canbo")
    open_section(officer, "C. Mạng LAN, Wi-Fi")
    officer.locator('[name="C04.good"]').focus()
    officer.evaluate(
        """() => {
          const data = new DataTransfer();
          data.setData("text", "5\\t1\\t0\\t0\\t88\\n6\\t99");
          document.activeElement.dispatchEvent(new ClipboardEvent("paste", { clipboardData: data, bubbles: true, cancelable: true }));
        }"""
    )
    expect(officer.locator('[name="C04.degraded"]')).to_have_value("1")
    expect(officer.locator("[data-not-taken]")).to_contain_text("88; 6; 99")


def sign_out(page):
    toggler = page.get_by_role("button", name="Mở trình đơn")
    if toggler.is_visible():
        toggler.click()
    page.get_by_role("button", name="Đăng xuất").click()
    page.wait_for_url("**/sign-in")


def complete(page):
    open_section(page, "H. Con người, chữ ký số")
    for name, value in {"it_officers": "1", "staff_trained": "40", "villages_with_team": "9"}.items():
        page.locator(f'[name="{name}"]').fill(value)
    page.get_by_role("button", name="Lưu và tiếp tục").click()
    page.get_by_role("group", name="Xã, phường có trang thông tin điện tử không?").get_by_label("Không", exact=True).check()
    page.get_by_role("button", name="Lưu và tiếp tục").click()
    page.wait_for_url(lambda url: "/sections/" not in url)
