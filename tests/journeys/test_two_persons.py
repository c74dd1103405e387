"""Two persons sign off a submission, and a draft changes hands."""

import pytest
from playwright.sync_api import expect
from sqlalchemy import select

from accounts.identity import Role
from surveys.models import Submission
from surveys.submissions.submissions import save_fields
from tests.factories.users import create_user
from tests.support.browsers import check_accessibility

REMAINING_ANSWERS = {"it_officers": "1", "staff_trained": "40", "villages_with_team": "9", "has_website": "no"}


@pytest.mark.journey
def test_the_officer_fills_in_and_the_ward_head_confirms_before_it_is_sent(visit, demo_session):
    submission = demo_session.scalars(select(Submission).where(Submission.ward_code == "00082")).one()
    save_fields(demo_session, submission, REMAINING_ANSWERS, {}, "Công chức")
    submission.round.needs_confirmation = True
    submission_id = submission.id
    demo_session.commit()
    officer = visit.sign_in("canbo", at=f"/surveys/{submission_id}/send")
    expect(officer.get_by_text("mời lãnh đạo vào bằng tài khoản của mình").first).to_be_visible()
    officer.get_by_label("Người lập phiếu").fill("Người lập")
    officer.get_by_label("Lãnh đạo UBND xác nhận").fill("Người ký")
    officer.get_by_role("button", name="Gửi thẩm định").click()
    officer.get_by_text("Đợt này cần lãnh đạo UBND xã, phường xác nhận trên hệ thống trước khi gửi. Mời").wait_for()
    expect(officer.get_by_label("Người lập phiếu")).to_have_value("Người lập")
    check_accessibility(officer)
    head = visit.sign_in("lanhdaoxa", at=f"/surveys/{submission_id}/")
    check_accessibility(head)
    head.get_by_role("button", name="Xác nhận").click()
    head.get_by_text("Đã xác nhận phiếu.").wait_for()
    officer.get_by_role("button", name="Gửi thẩm định").click()
    officer.get_by_text("Đã gửi phiếu").wait_for()


@pytest.mark.journey
def test_a_draft_is_handed_over_to_a_colleague(visit, demo_session):
    create_user(demo_session, "dong.nghiep", "Đồng nghiệp (minh họa)", Role.OFFICER, ["00082"], password="demo-2026")
    demo_session.commit()
    officer = visit.sign_in("canbo")
    officer.get_by_role("link", name="Mở phiếu khảo sát của Phường Cửa Nam").click()
    officer.get_by_text("Bàn giao phiếu cho đồng nghiệp").click()
    officer.get_by_label("Giao cho").select_option(label="Đồng nghiệp (minh họa)")
    officer.get_by_label("Ghi chú").fill("Còn phần H")
    officer.get_by_role("button", name="Bàn giao").click()
    officer.get_by_text("Đã bàn giao phiếu cho Đồng nghiệp (minh họa).").first.wait_for()
    colleague = visit.sign_in("dong.nghiep")
    expect(colleague.get_by_text("Còn phần H")).to_be_visible()
