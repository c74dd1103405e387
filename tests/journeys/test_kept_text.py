"""What somebody typed into any form survives an error, a lost line and a session that has ended, and is shown to nobody else."""

import pytest
from playwright.sync_api import expect

from planning.models import PlanRecord
from surveys.models import Submission
from tests.support.browsers import on_a_phone

WORDS = "Đã hỏi bên cung cấp, tuần sau mới có số"
ADDRESS = "/surveys/14/"
KEPT = "() => sessionStorage.getItem('sent-form')"


def write(page):
    page.goto(ADDRESS)
    page.get_by_label("Ý kiến chung về phiếu").fill(WORDS)


def send(page):
    page.get_by_role("button", name="Ghi ý kiến").click()


def sign_in_again(page, username):
    page.locator(f'form[action^="/sign-in/demo/{username}?"] button, form[action$="/demo/{username}"] button').click()
    page.wait_for_url(lambda url: "/sign-in" not in url)


def expect_brought_back(page):
    page.wait_for_url(f"**{ADDRESS}")
    expect(page.get_by_text("Đã điền lại những gì bạn gõ lần trước")).to_be_visible()
    expect(page.get_by_label("Ý kiến chung về phiếu")).to_have_value(WORDS)


@pytest.mark.journey
@on_a_phone
def test_words_come_back_after_a_lost_session_a_fault_and_a_lost_line_until_they_have_arrived(visit, monkeypatch):
    officer = visit.sign_in("canbo")
    write(officer)
    officer.context.clear_cookies()
    send(officer)
    expect(officer.get_by_text("xem lại những gì đã gõ")).to_be_visible()
    sign_in_again(officer, "canbo")
    expect_brought_back(officer)
    # The same person signs in anew in another tab: the token of this one is none any more.
    other = officer.context.new_page()
    other.goto("/sign-in")
    sign_in_again(other, "canbo")
    send(officer)
    expect(officer.get_by_text("chưa có gì được lưu")).to_be_visible()
    expect_brought_back(officer)
    with monkeypatch.context() as patch:
        patch.setattr("surveys.views.history.add_remark", lambda *_: 1 / 0)
        send(officer)
        officer.get_by_role("link", name="Trở lại trang vừa mở").click()
    expect_brought_back(officer)
    officer.context.set_offline(True)
    send(officer)
    officer.wait_for_url("chrome-error://**")
    officer.context.set_offline(False)
    officer.go_back()
    expect_brought_back(officer)
    send(officer)
    expect(officer.get_by_text("Đã ghi ý kiến.")).to_be_visible()
    expect(officer.get_by_label("Ý kiến chung về phiếu")).to_have_value("")
    assert officer.evaluate(KEPT) is None


@pytest.mark.journey
@on_a_phone
def test_words_are_not_shown_to_the_next_person(visit):
    officer = visit.sign_in("canbo")
    write(officer)
    officer.context.clear_cookies()
    send(officer)
    sign_in_again(officer, "lanhdaoxa")
    officer.wait_for_url(f"**{ADDRESS}")
    expect(officer.get_by_label("Ý kiến chung về phiếu")).to_have_value("")
    assert officer.evaluate(KEPT) is None


@pytest.mark.journey
@on_a_phone
def test_what_was_chosen_comes_back_by_what_it_stands_for(visit, demo_session):
    reviewer = visit.sign_in("thamdinh", at="/review/")
    boxes = reviewer.locator('input[name="submission"]:not(:disabled)')
    chosen = boxes.nth(1).get_attribute("value")
    boxes.nth(1).check()
    # The first of the queue is taken out by somebody else.
    demo_session.get_one(Submission, int(boxes.nth(0).get_attribute("value"))).state = "draft"
    demo_session.commit()
    reviewer.context.clear_cookies()
    reviewer.get_by_role("button", name="Duyệt").first.click()
    sign_in_again(reviewer, "thamdinh")
    expect(reviewer.get_by_text("Đã điền lại những gì bạn gõ lần trước")).to_be_visible()
    checked = reviewer.locator('input[name="submission"]:checked')
    expect(checked).to_have_count(1)
    expect(checked).to_have_value(chosen)


@pytest.mark.journey
@on_a_phone
def test_what_somebody_else_changed_meanwhile_is_not_written_over(visit, demo_session):
    planner = visit.sign_in("taichinh", at="/plans/1/name")
    address = planner.url
    planner.get_by_label("Tên").first.fill("Phương án của tôi")
    planner.get_by_label("Ghi chú").first.fill("Ghi chú của tôi")
    demo_session.get_one(PlanRecord, 1).name = "Phương án của người khác"
    demo_session.commit()
    planner.context.clear_cookies()
    planner.locator("main form button").first.click()
    sign_in_again(planner, "taichinh")
    planner.wait_for_url(address)
    expect(planner.get_by_text("Ô đã có người khác sửa thì không điền lại, bạn đã gõ: Phương án của tôi")).to_be_visible()
    expect(planner.get_by_label("Tên").first).to_have_value("Phương án của người khác")
    expect(planner.get_by_label("Ghi chú").first).to_have_value("Ghi chú của tôi")


@pytest.mark.journey
@on_a_phone
def test_what_a_field_has_no_room_for_is_told(visit):
    officer = visit.sign_in("canbo", at=ADDRESS)
    officer.context.grant_permissions(["clipboard-read", "clipboard-write"])
    comment = officer.get_by_label("Ý kiến chung về phiếu")
    for length, told in ((2100, 1), (2000, 0)):
        officer.evaluate("(text) => navigator.clipboard.writeText(text)", "x" * length)
        comment.fill("")
        comment.press("Control+V")
        expect(comment).to_have_value("x" * 2000)
        expect(officer.get_by_text("nhiều nhất 2.000 ký tự: 100 ký tự cuối vừa dán")).to_have_count(told)
