"""What was sent before a rule existed: the reviewer is told, approves it knowingly or returns it, and nothing approved changes."""

import pytest
from bs4 import BeautifulSoup
from sqlalchemy import select

from inventory.snapshots.repository import newest_snapshots
from surveys.checks.states import CollectionState, EventKind
from surveys.models import Submission, SubmissionEvent
from surveys.review.review import build_queue, sending_key


@pytest.fixture
def sent_before(demo_session):
    """A submission that waits with an answer that no ward could send today: its id, and the key of its sending."""
    waiting = select(Submission).where(Submission.state == CollectionState.SENT.value).order_by(Submission.id)
    submission = demo_session.scalars(waiting).first()
    next(answer for answer in submission.answers if answer.field == "sites").raw = "0"
    keys = submission.id, sending_key(submission)
    demo_session.commit()
    return keys


def test_it_leads_the_reviewer_to_the_place_and_is_not_approved_unseen(demo_session, demo_sign_in, sent_before):
    number, seen = sent_before
    assert next(row for row in build_queue(demo_session) if row.submission_id == number).priority.anomaly_count
    demo_session.rollback()
    client = demo_sign_in("thamdinh")
    answer = client.post("/review/approve", data={"submission": number, f"seen-{number}": seen}, follow_redirects=True)
    assert "Chưa duyệt 1 phiếu" in answer.text
    assert "chỗ mâu thuẫn" in answer.text
    page = BeautifulSoup(client.get(f"/review/{number}").data, "html.parser")
    assert "đang ghi 0. Ghi số trụ sở" in page.select_one("#q-sites").get_text()
    assert page.select_one(".alert a[href='#q-sites']")
    assert client.post(f"/review/{number}/approve", data={"seen": seen}).status_code == 409
    demo_session.expire_all()
    assert demo_session.get(Submission, number).state == CollectionState.SENT.value


def test_it_is_approved_as_declared_by_whoever_saw_it(demo_session, demo_sign_in, sent_before):
    number, seen = sent_before
    assert demo_sign_in("thamdinh").post(f"/review/{number}/approve", data={"seen": seen, "accept": "1"}).status_code == 302
    submission = demo_session.get(Submission, number)
    assert newest_snapshots(demo_session)[submission.ward_code].count("sites") == 0
    approvals = select(SubmissionEvent.reason).where(
        SubmissionEvent.submission_id == number, SubmissionEvent.kind == EventKind.APPROVED.value
    )
    assert "chỗ mâu thuẫn" in demo_session.scalars(approvals).one()


def test_what_agrees_is_not_asked_about(demo_session, demo_sign_in):
    waiting = select(Submission.id).where(Submission.state == CollectionState.SENT.value).order_by(Submission.id)
    number = demo_session.scalars(waiting).first()
    demo_session.rollback()
    page = demo_sign_in("thamdinh").get(f"/review/{number}").text
    assert "mâu thuẫn" not in page
    assert 'name="accept"' not in page
