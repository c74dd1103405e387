"""The form in a browser: a session lost in mid-form, two people at one page, a block from Excel, a double click."""

import re
import unicodedata

import pytest
from playwright.sync_api import expect
from sqlalchemy import select

from portal import database
from portal.clock import today
from portal.database import make_engine, session_scope
from surveys.checks.entries import entries_of
from surveys.models import Submission
from surveys.questionnaire.published_questionnaires import questionnaire_of
from surveys.submissions.rounds import open_round
from surveys.submissions.submissions import save_fields
from tests.support.browsers import on_a_phone, on_a_phone_by_drills, sign_out

STORED_KEYS = "() => Object.keys(sessionStorage).filter((place) => place.startsWith('survey-'))"

# The median of 50 keys, in ms: from the input event until every listener has had its turn.
TYPING = """(name) => {
  const tag = document.querySelector(`[name="${CSS.escape(name)}"]`);
  const times = [];
  for (let turn = 0; turn < 50; turn += 1) {
    tag.value = String(turn);
    const begun = performance.now();
    tag.dispatchEvent(new Event("input", { bubbles: true }));
    times.push(performance.now() - begun);
  }
  return times.sort((one, other) => one - other)[25];
}"""

# The number of the demo's submission that this ward has begun.
PHUONG_CUA_NAM = 14


def open_section(page, name):
    page.goto(f"/surveys/{PHUONG_CUA_NAM}/sections/{name[0]}")


def sign_in_again(page):
    page.get_by_label("Tên đăng nhập").fill("canbo")
    page.get_by_label("Mật khẩu", exact=True).fill("demo-2026")
    page.get_by_role("button", name="Đăng nhập", exact=True).click()


def fill_and_leave(page, name, value):
    page.locator(f'[name="{name}"]').fill(value)
    page.locator(f'[name="{name}"]').blur()


def state_of(page, question):
    return page.locator(f'[data-question="{question}"] [data-state]')


@pytest.mark.journey
@on_a_phone
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
    assert officer.evaluate(STORED_KEYS) == []
    officer.get_by_role("link", name="A. Máy trạm và thiết bị văn phòng").click()
    expect(officer.locator('[name="A03#3.note"]')).to_have_value("thuê của nhà mạng")
    expect(officer.get_by_text("Đã điền lại những gì bạn gõ")).to_be_hidden()


@pytest.mark.journey
def test_each_field_goes_up_as_it_is_left_and_says_how_it_stands(visit):
    officer = visit.sign_in("canbo")
    open_section(officer, "C. Mạng LAN, Wi-Fi")
    fill_and_leave(officer, "lan_seats", "77")
    expect(state_of(officer, "lan_seats")).to_have_text("✓ đã lưu")
    fill_and_leave(officer, "switch_ports", "nhiều")
    expect(state_of(officer, "switch_ports")).to_have_text("! đã lưu tạm, nội dung chưa đúng, cần sửa")
    expect(officer.locator('[id="switch_ports-error"]')).to_contain_text("số nguyên")
    assert officer.evaluate(STORED_KEYS) == []
    officer.reload()
    expect(officer.locator('[name="lan_seats"]')).to_have_value("77")
    expect(officer.locator('[name="switch_ports"]')).to_have_value("nhiều")
    fill_and_leave(officer, "switch_ports", "480")
    expect(officer.locator('[id="switch_ports-error"]')).to_have_count(0)


@pytest.mark.journey
@on_a_phone
def test_a_field_that_is_typed_twice_is_not_disputed_with_oneself(visit):
    officer = visit.sign_in("canbo")
    open_section(officer, "A. Máy trạm và thiết bị văn phòng")
    note = '[name="A03.note"]'
    officer.locator('[data-row="A03"] summary').click()
    for text in (unicodedata.normalize("NFD", " Để ở tầng hai "), "Tầng ba"):
        officer.locator(note).fill(text)
        officer.locator(note).blur()
        expect(state_of(officer, "A03")).to_have_text("✓ đã lưu")
    assert officer.get_by_text("Người khác cũng vừa sửa").count() == 0
    officer.reload()
    expect(officer.locator(note)).to_have_value("Tầng ba")


@pytest.mark.journey
@on_a_phone
def test_a_refused_field_holds_up_no_other_once_it_is_mended(visit):
    officer = visit.sign_in("canbo")
    open_section(officer, "A. Máy trạm và thiết bị văn phòng")
    officer.locator('[data-row="A03"] summary').click()
    note = officer.locator('[name="A03.note"]')
    note.evaluate(
        "(tag) => { tag.removeAttribute('maxlength'); tag.value = 'x'.repeat(2001); tag.dispatchEvent(new Event('change', { bubbles: true })); }"
    )
    expect(officer.get_by_text("Ghi chú” dài 2001 ký tự")).to_be_visible()
    note.fill("ngắn")
    note.blur()
    expect(state_of(officer, "A03")).to_have_text("✓ đã lưu")
    expect(officer.get_by_text("Ghi chú” dài 2001 ký tự")).to_be_hidden()
    fill_and_leave(officer, "A03.broken", "2")
    expect(state_of(officer, "A03")).to_have_text("✓ đã lưu")
    assert officer.evaluate(STORED_KEYS) == []


@pytest.mark.journey
@on_a_phone
def test_an_answer_that_somebody_sends_meanwhile_locks_the_page_and_loses_nothing(visit, demo_session):
    officer = visit.sign_in("canbo")
    open_section(officer, "C. Mạng LAN, Wi-Fi")
    submission = demo_session.scalars(select(Submission).where(Submission.ward_code == "00082")).one()
    submission.state = "sent"
    demo_session.commit()
    fill_and_leave(officer, "lan_seats", "77")
    expect(officer.get_by_text("Phiếu đang ở trạng thái “chờ thẩm định” nên không sửa được.")).to_be_visible()
    expect(state_of(officer, "lan_seats")).to_have_text("… đang chờ lưu")
    assert len(officer.evaluate(STORED_KEYS)) == 1


@pytest.mark.journey
@on_a_phone
def test_back_and_two_tabs_of_one_person_overwrite_nothing(visit):
    first = visit.sign_in("canbo")
    open_section(first, "C. Mạng LAN, Wi-Fi")
    address = first.url
    second = first.context.new_page()
    second.goto(address)
    fill_and_leave(first, "lan_seats", "66")
    expect(state_of(first, "lan_seats")).to_have_text("✓ đã lưu")
    fill_and_leave(second, "switch_ports", "480")
    expect(state_of(second, "switch_ports")).to_have_text("✓ đã lưu")
    first.get_by_role("button", name="Lưu, về danh sách phần").click()
    first.wait_for_url(re.compile(r"/surveys/\d+/$"))
    fill_and_leave(second, "lan_seats", "88")
    expect(state_of(second, "lan_seats")).to_have_text("có hai giá trị, hãy chọn")
    first.go_back()
    first.wait_for_url(address)
    expect(first.locator('[name="lan_seats"]')).to_have_value("66")
    expect(first.locator('[name="switch_ports"]')).to_have_value("480")
    second.get_by_role("button", name="Lấy “88” bạn vừa gõ").click()
    expect(state_of(second, "lan_seats")).to_have_text("✓ đã lưu")
    first.get_by_role("button", name="Lưu, về danh sách phần").click()
    first.goto(address)
    expect(first.locator('[name="lan_seats"]')).to_have_value("88")


@pytest.mark.journey
def test_what_was_typed_without_a_line_waits_and_goes_up_when_it_is_back(visit):
    officer = visit.sign_in("canbo")
    open_section(officer, "C. Mạng LAN, Wi-Fi")
    officer.context.set_offline(True)
    fill_and_leave(officer, "lan_seats", "77")
    expect(officer.get_by_text("Mất kết nối với máy chủ")).to_be_visible()
    expect(state_of(officer, "lan_seats")).to_have_text("… đang chờ lưu")
    fill_and_leave(officer, "switch_ports", "480")
    assert len(officer.evaluate(STORED_KEYS)) == 1
    officer.context.set_offline(False)
    expect(state_of(officer, "lan_seats")).to_have_text("✓ đã lưu")
    expect(state_of(officer, "switch_ports")).to_have_text("✓ đã lưu")
    expect(officer.get_by_text("Mất kết nối với máy chủ")).to_be_hidden()
    assert officer.evaluate(STORED_KEYS) == []


@pytest.mark.journey
@on_a_phone
def test_what_was_typed_while_the_database_does_not_save_is_kept_and_goes_up(visit, demo_app, monkeypatch):
    monkeypatch.setattr(database, "BUSY_SECONDS", 0)
    officer = visit.sign_in("canbo")
    open_section(officer, "C. Mạng LAN, Wi-Fi")
    address, other = officer.url, make_engine(demo_app.extensions["engine"].url.render_as_string())
    with session_scope(other, writes=True) as session:
        session.connection()
        fill_and_leave(officer, "lan_seats", "77")
        expect(state_of(officer, "lan_seats")).to_have_text("… đang chờ lưu")
        officer.get_by_role("button", name="Lưu và tiếp tục").last.click()
        expect(officer.get_by_text("Cơ sở dữ liệu đang bận một việc lâu")).to_be_visible()
        officer.goto(address)
        expect(officer.locator('[name="lan_seats"]')).to_have_value("77")
    other.dispose()
    expect(state_of(officer, "lan_seats")).to_have_text("✓ đã lưu")


@pytest.mark.journey
def test_a_field_left_after_the_session_ended_leads_through_the_sign_in_back_to_itself(visit):
    officer = visit.sign_in("canbo")
    open_section(officer, "C. Mạng LAN, Wi-Fi")
    officer.context.clear_cookies()
    fill_and_leave(officer, "lan_seats", "77")
    officer.locator('[name="lan_seats"]').focus()
    officer.get_by_role("link", name="Đăng nhập lại, rồi bạn về đúng ô này").click()
    sign_in_again(officer)
    officer.wait_for_url(re.compile(r"/surveys/\d+/sections/C"))
    expect(officer.locator('[name="lan_seats"]')).to_have_value("77")
    expect(state_of(officer, "lan_seats")).to_have_text("✓ đã lưu")
    assert officer.evaluate(STORED_KEYS) == []


@pytest.mark.journey
@on_a_phone
def test_what_a_left_section_could_not_send_is_told_on_every_page_of_the_survey(visit):
    officer = visit.sign_in("canbo")
    open_section(officer, "C. Mạng LAN, Wi-Fi")
    officer.route("**/fields", lambda route: route.fulfill(status=429, content_type="text/html", body=""))
    fill_and_leave(officer, "lan_seats", "77")
    expect(officer.get_by_text("Mất kết nối với máy chủ")).to_be_visible()
    officer.unroute("**/fields")
    for page in ("", "send", "sections/A"):
        officer.goto(f"/surveys/{PHUONG_CUA_NAM}/{page}")
        expect(officer.get_by_text("mà chưa chắc máy chủ đã nhận")).to_be_visible()
    officer.get_by_role("link", name="Phần C", exact=True).click()
    expect(state_of(officer, "lan_seats")).to_have_text("✓ đã lưu")
    assert officer.evaluate(STORED_KEYS) == []


@pytest.mark.journey
@on_a_phone
def test_who_has_signed_in_in_another_tab_goes_on_without_signing_in_once_more(visit):
    officer = visit.sign_in("canbo")
    open_section(officer, "C. Mạng LAN, Wi-Fi")
    other = officer.context.new_page()
    other.goto("/sign-in")
    sign_in_again(other)
    other.wait_for_url(lambda url: "/sign-in" not in url)
    fill_and_leave(officer, "lan_seats", "77")
    officer.get_by_role("link", name="Đăng nhập lại, rồi bạn về đúng ô này").click()
    expect(state_of(officer, "lan_seats")).to_have_text("✓ đã lưu")
    expect(officer.get_by_text("chưa có gì được lưu")).to_have_count(0)


@pytest.mark.journey
@on_a_phone
def test_what_was_typed_waits_for_its_person_though_another_has_signed_in(visit):
    officer = visit.sign_in("canbo")
    open_section(officer, "C. Mạng LAN, Wi-Fi")
    other = officer.context.new_page()
    other.goto("/sign-in")
    other.get_by_role("button", name="lanhdaoxa").click()
    other.wait_for_url(lambda url: "/sign-in" not in url)
    fill_and_leave(officer, "lan_seats", "77")
    officer.get_by_role("link", name="Đăng nhập lại, rồi bạn về đúng ô này").click()
    sign_in_again(officer)
    expect(state_of(officer, "lan_seats")).to_have_text("✓ đã lưu")


@pytest.mark.journey
@on_a_phone
def test_a_measuring_that_cannot_be_done_is_told_in_our_words(visit):
    officer = visit.sign_in("canbo")
    open_section(officer, "D. Đường truyền")
    button = officer.get_by_role("button", name="Đo ngay từ máy này").first
    told = officer.locator("[data-measured]").first
    for answer in (
        lambda route: route.abort(),
        lambda route: route.fulfill(status=503, content_type="text/html", body="<!DOCTYPE html>"),
    ):
        officer.route("**/measure", answer)
        button.click()
        expect(told).to_have_text("Chưa đo được: mất mạng, hoặc máy chủ đang bận. Đợi một lát rồi bấm đo lại.")
        expect(button).to_be_enabled()
        officer.unroute("**/measure")
        told.evaluate("(tag) => { tag.textContent = ''; }")
    officer.context.clear_cookies()
    button.click()
    expect(told).to_contain_text("Phiên làm việc đã hết hạn")


@pytest.mark.journey
def test_two_people_merge_field_by_field_and_are_asked_about_the_same_one(visit):
    officer, colleague = visit.sign_in("canbo"), visit.sign_in("canbo")
    open_section(officer, "C. Mạng LAN, Wi-Fi")
    open_section(colleague, "C. Mạng LAN, Wi-Fi")
    fill_and_leave(colleague, "lan_seats", "66")
    expect(state_of(colleague, "lan_seats")).to_have_text("✓ đã lưu")
    fill_and_leave(officer, "switch_ports", "480")
    expect(state_of(officer, "switch_ports")).to_have_text("✓ đã lưu")
    fill_and_leave(officer, "lan_seats", "77")
    expect(state_of(officer, "lan_seats")).to_have_text("có hai giá trị, hãy chọn")
    officer.get_by_role("button", name="Giữ “66” do Công chức phường Hoàn Kiếm, Cửa Nam (minh họa)").wait_for()
    officer.get_by_role("button", name="Lấy “77” bạn vừa gõ").click()
    expect(state_of(officer, "lan_seats")).to_have_text("✓ đã lưu")
    colleague.reload()
    expect(colleague.locator('[name="lan_seats"]')).to_have_value("77")
    expect(colleague.locator('[name="switch_ports"]')).to_have_value("480")


@pytest.mark.journey
@on_a_phone
def test_without_scripts_the_button_saves_and_asks_the_same(visit):
    officer, plain_page = visit.sign_in("canbo"), visit.sign_in("canbo", scripts=False)
    open_section(plain_page, "C. Mạng LAN, Wi-Fi")
    open_section(officer, "C. Mạng LAN, Wi-Fi")
    fill_and_leave(officer, "lan_seats", "66")
    expect(state_of(officer, "lan_seats")).to_have_text("✓ đã lưu")
    plain_page.locator('[name="lan_seats"]').fill("77")
    plain_page.locator('[name="switch_ports"]').fill("480")
    plain_page.locator("form.survey-form").get_by_role("button", name="Lưu và tiếp tục").last.click()
    plain_page.get_by_text("Giữ “66”, do Công chức phường Hoàn Kiếm, Cửa Nam (minh họa)").wait_for()
    plain_page.get_by_label("Lấy “77” bạn vừa gõ").check()
    plain_page.get_by_role("button", name="Lưu lựa chọn").click()
    open_section(plain_page, "C. Mạng LAN, Wi-Fi")
    expect(plain_page.locator('[name="lan_seats"]')).to_have_value("77")
    expect(plain_page.locator('[name="switch_ports"]')).to_have_value("480")


@pytest.mark.journey
def test_an_unusual_value_asks_for_a_reason_at_once(visit):
    officer = visit.sign_in("canbo")
    open_section(officer, "A. Máy trạm và thiết bị văn phòng")
    fill_and_leave(officer, "A03.good", "300")
    printers = officer.get_by_role("group", name="Máy in (kể cả máy đa năng) (A03)")
    expect(printers.get_by_text("300 máy cho")).to_be_visible()
    reason = printers.get_by_label("Đúng thực tế thì ghi lý do")
    reason.fill("Nhận bàn giao từ ba xã cũ")
    reason.blur()
    expect(state_of(officer, "A03")).to_have_text("✓ đã lưu")
    officer.goto(officer.url.split("/sections/")[0] + "/send")
    assert officer.get_by_text("300 máy cho").count() == 0


@pytest.mark.journey
def test_signing_out_leaves_nothing_of_the_form_in_the_browser(visit):
    officer = visit.sign_in("canbo")
    open_section(officer, "G. An ninh mạng")
    officer.context.set_offline(True)
    officer.get_by_role("group", name="Đã bật xác thực nhiều yếu tố").get_by_label("Chưa nắm được").check()
    assert len(officer.evaluate(STORED_KEYS)) == 1
    officer.context.set_offline(False)
    officer.goto("/readiness")
    sign_out(officer)
    assert officer.evaluate(STORED_KEYS) == []


@pytest.mark.journey
@on_a_phone
def test_what_one_person_typed_is_not_shown_to_the_next(visit):
    officer = visit.sign_in("canbo")
    open_section(officer, "C. Mạng LAN, Wi-Fi")
    officer.locator('[name="lan_seats"]').fill("77")
    address = officer.url
    officer.context.clear_cookies()
    officer.goto("/sign-in")
    officer.get_by_role("button", name="lanhdaoxa").click()
    officer.wait_for_url(lambda url: "/sign-in" not in url)
    officer.goto(address)
    expect(officer.locator('[name="lan_seats"]')).not_to_have_value("77")
    assert officer.evaluate(STORED_KEYS) == []


@pytest.mark.journey
@on_a_phone
def test_names_at_the_send_button_come_back_and_a_double_click_sends_once(visit):
    officer = visit.sign_in("canbo")
    complete_form(officer)
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


def complete_form(page):
    open_section(page, "H. Con người, chữ ký số")
    for name, value in {"it_officers": "1", "staff_trained": "40", "villages_with_team": "9"}.items():
        page.locator(f'[name="{name}"]').fill(value)
    page.get_by_role("button", name="Lưu và tiếp tục").click()
    page.get_by_role("group", name="Xã, phường có trang thông tin điện tử không?").get_by_label("Không", exact=True).check()
    page.get_by_role("button", name="Lưu và tiếp tục").click()
    page.wait_for_url(lambda url: "/sections/" not in url)


@pytest.mark.journey
def test_a_new_round_is_confirmed_question_by_question_or_a_section_at_once(visit, demo_session):
    open_round(demo_session, "Đợt hai", today(), today(), "2026.1")
    demo_session.commit()
    officer = visit.sign_in("canbo")
    officer.get_by_role("link", name="Mở phiếu khảo sát của Phường Hoàn Kiếm").click()
    officer.get_by_role("link", name="C. Mạng LAN, Wi-Fi").click()
    seats_question = officer.locator('[data-question="lan_seats"]')
    expect(seats_question.locator("[data-mark]")).to_contain_text("Số liệu kỳ trước, chờ xác nhận")
    seats_question.get_by_role("button", name="Vẫn đúng").click()
    expect(seats_question.locator("[data-mark]")).to_have_text("Không đổi so với kỳ trước")
    expect(state_of(officer, "lan_seats")).to_have_text("✓ đã lưu")
    fill_and_leave(officer, "switch_ports", "480")
    expect(officer.locator('[data-question="switch_ports"] [data-mark]')).to_have_text(
        re.compile("^Đã đổi so với kỳ trước: [0-9]+ cổng")
    )
    officer.get_by_role("button", name="Xác nhận các câu không đổi của phần này").click()
    officer.get_by_text("Đã lưu và xác nhận 3 câu không đổi so với kỳ trước.").wait_for()
    assert officer.get_by_role("button", name="Vẫn đúng").count() == 0


@pytest.mark.journey
@on_a_phone_by_drills
def test_five_hundred_lots_are_typed_and_kept(visit, demo_session):
    submission = demo_session.scalars(select(Submission).where(Submission.ward_code == "00082")).one()
    lots = {f"A01#{number}.{part}": value for number in range(2, 500) for part, value in (("good", "1"), ("year", "2024"))}
    save_fields(demo_session, submission, lots, entries_of(submission), "Công chức")
    demo_session.commit()
    officer = visit.sign_in("canbo")
    open_section(officer, "A. Máy trạm và thiết bị văn phòng")
    computers = officer.get_by_role("group", name="Máy vi tính để bàn hoặc xách tay (A01)")
    expect(computers.locator(".lot")).to_have_count(499)
    # What one key costs is compared with what it costs on a page of a few lots.
    short_page = officer.context.new_page()
    short_page.goto(officer.url.replace("/sections/A", "/sections/C"))
    long_page_ms, short_page_ms = (
        page.evaluate(TYPING, name) for page, name in ((officer, "A01#499.good"), (short_page, "C04.good"))
    )
    assert long_page_ms < short_page_ms + 16, (
        f"a key takes {long_page_ms:.1f} ms among 499 lots and {short_page_ms:.1f} ms among few: a frame is lost"
    )
    computers.get_by_role("button", name="Thêm lô").click()
    fill_and_leave(officer, "A01#500.year", "2023")
    fill_and_leave(officer, "A01#500.good", "7")
    expect(state_of(officer, "A01")).to_have_text("✓ đã lưu")
    officer.reload()
    expect(computers.locator(".lot")).to_have_count(500)
    expect(officer.locator('[name="A01#500.good"]')).to_have_value("7")


@pytest.mark.journey
@on_a_phone
def test_what_is_wrong_with_a_choice_is_told_at_once_and_goes_when_it_is_mended(visit, demo_session):
    submission = demo_session.get_one(Submission, PHUONG_CUA_NAM)
    counters = [
        question.key for question in questionnaire_of(submission.round).section("B").questions if question.kind == "equipment"
    ]
    entries = {f"{item}.{part}": entry for item in counters for part, entry in (("good", "1"), ("owner", "city_centre"))}
    save_fields(demo_session, submission, entries | {"owns_counters": "no"}, entries_of(submission), "Công chức")
    demo_session.commit()
    officer = visit.sign_in("canbo")
    open_section(officer, "0. Thông tin chung")
    question = officer.get_by_role("group", name="Xã, phường có sở hữu thiết bị quầy")
    told = question.get_by_text("mọi thiết bị quầy đã khai đều của Trung tâm")
    question.get_by_label("Có", exact=True).check()
    expect(told).to_be_visible()
    expect(state_of(officer, "owns_counters")).to_have_text("! đã lưu tạm, nội dung chưa đúng, cần sửa")
    question.get_by_label("Không", exact=True).check()
    expect(told).to_have_count(0)
    expect(state_of(officer, "owns_counters")).to_have_text("✓ đã lưu")
