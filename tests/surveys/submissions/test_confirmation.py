"""The ward head's confirmation: of the answers that were seen, once, and told as outdated once they change."""

import re

import pytest
from sqlalchemy import select

from accounts.models import AuditEntry
from surveys.models import Submission, SubmissionEvent
from surveys.submissions.submissions import entries_of, save_fields, send_submission

REST = {"it_officers": "1", "staff_trained": "40", "villages_with_team": "9", "has_website": "no"}


@pytest.fixture
def complete(demo_session):
    found = demo_session.scalars(select(Submission).where(Submission.ward_code == "00082")).one()
    save_fields(demo_session, found, REST, entries_of(found), "Công chức")
    mine = found.id
    demo_session.commit()
    return mine


def content_on(page):
    return re.search(r'name="content" value="([0-9a-f]{64})"', page).group(1)


def change(session, submission_id):
    found = session.get(Submission, submission_id)
    save_fields(session, found, {"it_officers": "2"}, entries_of(found), "Công chức")
    session.commit()


def test_a_confirmation_is_recorded_shown_and_outdated_by_a_change(demo_sign_in, demo_session, complete):
    head = demo_sign_in("lanhdaoxa")
    content = content_on(head.get(f"/surveys/{complete}/").text)
    assert head.post(f"/surveys/{complete}/confirm", data={"content": content}).status_code == 302
    entry = demo_session.scalars(select(AuditEntry).where(AuditEntry.action == "submission:confirm")).one()
    assert entry.after == {"sha256": content}
    demo_session.rollback()
    for page in ("", "print"):
        assert "ác nhận trên hệ thống" in head.get(f"/surveys/{complete}/{page}").text
        assert "khác bản đã xác nhận" not in head.get(f"/surveys/{complete}/{page}").text
    change(demo_session, complete)
    for page in ("", "print"):
        assert "khác bản đã xác nhận" in head.get(f"/surveys/{complete}/{page}").text


def test_confirming_twice_writes_one_event(demo_sign_in, demo_session, complete):
    head = demo_sign_in("lanhdaoxa")
    content = content_on(head.get(f"/surveys/{complete}/").text)
    for _click in range(2):
        assert head.post(f"/surveys/{complete}/confirm", data={"content": content}).status_code == 302
    assert demo_session.scalars(select(SubmissionEvent.kind).where(SubmissionEvent.submission_id == complete)).all() == [
        "confirmed"
    ]


def test_what_changed_since_it_was_seen_is_not_confirmed(demo_sign_in, demo_session, complete):
    head = demo_sign_in("lanhdaoxa")
    content = content_on(head.get(f"/surveys/{complete}/").text)
    change(demo_session, complete)
    answer = head.post(f"/surveys/{complete}/confirm", data={"content": content})
    assert answer.status_code == 409
    assert "vừa thay đổi" in answer.text


def test_an_incomplete_submission_is_not_confirmed(demo_sign_in, demo_session):
    found = demo_session.scalars(select(Submission).where(Submission.ward_code == "00082")).one()
    mine = found.id
    demo_session.rollback()
    head = demo_sign_in("lanhdaoxa")
    content = content_on(head.get(f"/surveys/{mine}/").text)
    assert "chưa xác nhận được" in head.post(f"/surveys/{mine}/confirm", data={"content": content}).text


def test_only_the_ward_head_confirms(demo_sign_in, complete):
    for username in ("canbo", "thamdinh"):
        assert demo_sign_in(username).post(f"/surveys/{complete}/confirm", data={"content": "x"}).status_code == 404


def test_the_reviewer_sees_the_confirmation(demo_sign_in, demo_session, complete):
    head = demo_sign_in("lanhdaoxa")
    head.post(f"/surveys/{complete}/confirm", data={"content": content_on(head.get(f"/surveys/{complete}/").text)})
    send_submission(demo_session, demo_session.get(Submission, complete), "A", "B", "A")
    demo_session.commit()
    page = demo_sign_in("thamdinh").get(f"/review/{complete}").text
    assert "Lãnh đạo UBND xác nhận trên hệ thống" in page
    assert "lãnh đạo UBND xác nhận</li>" in page
