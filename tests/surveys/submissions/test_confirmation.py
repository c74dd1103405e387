"""The ward head's confirmation: of the answers that were seen, once, and told as outdated once they change."""

import re

import pytest
from sqlalchemy import select

from accounts.models import AuditEntry
from surveys.models import Submission, SubmissionEvent
from surveys.submissions.submissions import entries_of, save_fields, send_submission

REMAINING_ANSWERS = {"it_officers": "1", "staff_trained": "40", "villages_with_team": "9", "has_website": "no"}


@pytest.fixture
def complete_id(demo_session):
    submission = demo_session.scalars(select(Submission).where(Submission.ward_code == "00082")).one()
    save_fields(demo_session, submission, REMAINING_ANSWERS, entries_of(submission), "Công chức")
    submission_id = submission.id
    demo_session.commit()
    return submission_id


def content_on(page):
    return re.search(r'name="content" value="([0-9a-f]{64})"', page).group(1)


def change_answer(session, submission_id):
    submission = session.get(Submission, submission_id)
    save_fields(session, submission, {"it_officers": "2"}, entries_of(submission), "Công chức")
    session.commit()


def test_a_confirmation_is_recorded_shown_and_outdated_by_a_change(demo_sign_in, demo_session, complete_id):
    head = demo_sign_in("lanhdaoxa")
    content = content_on(head.get(f"/surveys/{complete_id}/").text)
    assert head.post(f"/surveys/{complete_id}/confirm", data={"content": content}).status_code == 302
    entry = demo_session.scalars(select(AuditEntry).where(AuditEntry.action == "submission:confirm")).one()
    assert entry.after == {"sha256": content}
    demo_session.rollback()
    for page in ("", "print"):
        assert "ác nhận trên hệ thống" in head.get(f"/surveys/{complete_id}/{page}").text
        assert "khác bản đã xác nhận" not in head.get(f"/surveys/{complete_id}/{page}").text
    change_answer(demo_session, complete_id)
    for page in ("", "print"):
        assert "khác bản đã xác nhận" in head.get(f"/surveys/{complete_id}/{page}").text


def test_confirming_twice_writes_one_event(demo_sign_in, demo_session, complete_id):
    head = demo_sign_in("lanhdaoxa")
    content = content_on(head.get(f"/surveys/{complete_id}/").text)
    for _click in range(2):
        assert head.post(f"/surveys/{complete_id}/confirm", data={"content": content}).status_code == 302
    assert demo_session.scalars(select(SubmissionEvent.kind).where(SubmissionEvent.submission_id == complete_id)).all() == [
        "confirmed"
    ]


def test_what_changed_since_it_was_seen_is_not_confirmed(demo_sign_in, demo_session, complete_id):
    head = demo_sign_in("lanhdaoxa")
    content = content_on(head.get(f"/surveys/{complete_id}/").text)
    change_answer(demo_session, complete_id)
    answer = head.post(f"/surveys/{complete_id}/confirm", data={"content": content})
    assert answer.status_code == 409
    assert "vừa thay đổi" in answer.text


def test_an_incomplete_submission_is_not_confirmed(demo_sign_in, demo_session):
    submission = demo_session.scalars(select(Submission).where(Submission.ward_code == "00082")).one()
    submission_id = submission.id
    demo_session.rollback()
    head = demo_sign_in("lanhdaoxa")
    content = content_on(head.get(f"/surveys/{submission_id}/").text)
    assert "chưa xác nhận được" in head.post(f"/surveys/{submission_id}/confirm", data={"content": content}).text


def test_only_the_ward_head_confirms(demo_sign_in, complete_id):
    for username in ("canbo", "thamdinh"):
        assert demo_sign_in(username).post(f"/surveys/{complete_id}/confirm", data={"content": "x"}).status_code == 404


def test_the_reviewer_sees_the_confirmation(demo_sign_in, demo_session, complete_id):
    head = demo_sign_in("lanhdaoxa")
    head.post(f"/surveys/{complete_id}/confirm", data={"content": content_on(head.get(f"/surveys/{complete_id}/").text)})
    send_submission(demo_session, demo_session.get(Submission, complete_id), "A", "B", "A")
    demo_session.commit()
    page = demo_sign_in("thamdinh").get(f"/review/{complete_id}").text
    assert "Lãnh đạo UBND xác nhận trên hệ thống" in page
    assert "lãnh đạo UBND xác nhận</li>" in page
