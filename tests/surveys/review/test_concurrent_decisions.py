"""What two reviewers, or a reviewer and an officer, do to one submission at the same time."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from bs4 import BeautifulSoup
from sqlalchemy import func, select

from accounts.identity import Role
from inventory.models import SnapshotRecord
from portal.database import session_scope
from surveys.checks.entries import entries_of
from surveys.checks.states import CollectionState, EventKind
from surveys.models import Submission, SubmissionEvent
from surveys.review.review import return_submission, sending_key
from surveys.submissions.rounds import open_round
from surveys.submissions.submissions import get_submission, save_fields, send_submission
from tests.factories.days import DEMO_DAY

MANY = 12


@pytest.fixture
def waiting(session):
    """Some submissions that wait for review, as if they had been sent."""
    opened = open_round(session, "Đợt thử", DEMO_DAY, DEMO_DAY, "2026.1")
    rows = list(session.scalars(select(Submission).where(Submission.round_id == opened.id).order_by(Submission.id).limit(MANY)))
    for row in rows:
        save_fields(session, row, {"floors": "3"}, {}, "Công chức")
        row.state, row.sent_at = CollectionState.SENT.value, row.answers[0].saved_at
    seen = {row.id: sending_key(row) for row in rows}
    session.commit()
    return seen


@pytest.mark.both_databases
def test_two_who_approve_the_same_many_at_once_approve_each_once(session, sign_in, waiting):
    clients = [sign_in(Role.REVIEWER, username=name) for name in ("mot", "hai")]
    start, seen = Barrier(2), {f"seen-{number}": told for number, told in waiting.items()}

    def press(turn):
        numbers = [str(number) for number in waiting][:: (1, -1)[turn]]
        start.wait()
        return clients[turn].post("/review/approve", data={"submission": numbers} | seen).status_code

    with ThreadPoolExecutor(2) as pool:
        assert list(pool.map(press, (0, 1))) == [302, 302]
    per_ward = session.execute(select(SnapshotRecord.submission_id, func.count()).group_by(SnapshotRecord.submission_id)).all()
    assert {row[0]: row[1] for row in per_ward} == dict.fromkeys(waiting, 1)
    events = session.scalars(select(SubmissionEvent.kind).where(SubmissionEvent.kind == EventKind.APPROVED.value))
    assert len(list(events)) == MANY


@pytest.mark.both_databases
def test_one_approves_while_the_other_returns_and_only_the_first_counts(session, sign_in, waiting):
    clients = [sign_in(Role.REVIEWER, username=name) for name in ("mot", "hai")]
    start = Barrier(2)
    number, seen = next(iter(waiting.items()))

    def press(turn):
        data = {"seen": seen, "reason": "Kiểm tra lại phần A"}
        start.wait()
        return clients[turn].post(f"/review/{number}/{('approve', 'return')[turn]}", data=data).status_code

    with ThreadPoolExecutor(2) as pool:
        assert sorted(pool.map(press, (0, 1))) == [302, 409]
    decided = session.scalars(select(SubmissionEvent.kind).where(SubmissionEvent.submission_id == number))
    assert len({EventKind.APPROVED.value, EventKind.RETURNED.value} & set(decided)) == 1


@pytest.mark.both_databases
def test_who_waited_for_the_lock_sees_what_happened_meanwhile(app, session, waiting):
    number = next(iter(waiting))
    with session_scope(app.extensions["engine"], writes=False) as slow:
        kept = get_submission(slow, number)
        assert (kept.state, entries_of(kept)["floors"]) == (CollectionState.SENT, "3")
        if slow.get_bind().dialect.name == "sqlite":
            # Here a transaction that has read sees nothing newer, and a writing one waits before it reads.
            slow.rollback()
        with session_scope(app.extensions["engine"], writes=True) as quick:
            return_submission(quick, get_submission(quick, number, for_update=True), "Kiểm tra lại", "Chuyên viên")
            save_fields(quick, get_submission(quick, number), {"floors": "5"}, {"floors": "3"}, "Công chức")
        found = get_submission(slow, number, for_update=True)
        assert (found.state, entries_of(found)["floors"]) == (CollectionState.RETURNED, "5")


@pytest.mark.parametrize("decision", ["approve", "return"])
def test_what_was_sent_anew_is_not_decided_on_unseen(demo_session, demo_sign_in, decision):
    sent = demo_session.scalars(select(Submission).where(Submission.state == CollectionState.SENT.value)).first()
    seen, number = sending_key(sent), sent.id
    return_submission(demo_session, sent, "Kiểm tra lại số cổng", "Chuyên viên")
    before = entries_of(sent)
    save_fields(demo_session, sent, {"floors": "9", "floors.why": "Nhận thêm trụ sở"}, before, "Công chức")
    send_submission(demo_session, sent, "A", "B", "Công chức")
    newest = sending_key(sent)
    demo_session.commit()
    client = demo_sign_in("thamdinh")
    answer = client.post(f"/review/{number}/{decision}", data={"seen": seen, "reason": "Giữ lại lý do này"})
    assert answer.status_code == 409
    assert "Phiếu được gửi lại lúc" in answer.text
    page = BeautifulSoup(answer.data, "html.parser")
    assert {tag["value"] for tag in page.select("[name=seen]")} == {newest}
    if decision == "return":
        assert page.select_one("#reason").get_text() == "Giữ lại lý do này"
    told = client.post("/review/approve", data={"submission": str(number), f"seen-{number}": seen}, follow_redirects=True)
    assert "Chưa duyệt 1 phiếu" in told.text
    assert client.post(f"/review/{number}/{decision}", data={"seen": newest, "reason": "Giữ lại lý do này"}).status_code == 302


def test_what_is_said_of_all_wards_fits_into_a_cookie(demo_session, demo_sign_in):
    rows = list(demo_session.scalars(select(Submission)))
    for row in rows:
        row.state = CollectionState.SENT.value
    numbers = [str(row.id) for row in rows]
    demo_session.commit()
    answer = demo_sign_in("thamdinh").post("/review/approve", data={"submission": numbers})
    assert answer.status_code == 302, answer.text[-600:]
    assert max(len(value) for value in answer.headers.getlist("Set-Cookie")) < 4000
