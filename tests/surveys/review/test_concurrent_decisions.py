"""What two reviewers, or a reviewer and an officer, do to one submission at the same time."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from bs4 import BeautifulSoup
from sqlalchemy import func, select

from accounts.identity import Role
from inventory.models import SnapshotRecord
from inventory.snapshots.repository import find_broken_snapshots
from portal.database import session_scope
from surveys.checks.entries import entries_of
from surveys.checks.states import CollectionState, EventKind
from surveys.models import Submission, SubmissionEvent
from surveys.review.review import return_submission, sending_key
from surveys.submissions.rounds import open_round
from surveys.submissions.submissions import get_submission, save_fields, send_submission
from tests.factories.days import DEMO_DAY

SUBMISSION_COUNT = 12


@pytest.fixture
def waiting_keys(session):
    """Some submissions that wait for review, as if they had been sent."""
    return send_some(session, "Đợt thử")


def send_some(session, name):
    survey_round = open_round(session, name, DEMO_DAY, DEMO_DAY, "2026.1")
    rows = list(
        session.scalars(
            select(Submission).where(Submission.round_id == survey_round.id).order_by(Submission.id).limit(SUBMISSION_COUNT)
        )
    )
    for row in rows:
        save_fields(session, row, {"floors": "3"}, {}, "Công chức")
        row.state, row.sent_at = CollectionState.SENT.value, row.answers[0].saved_at
    keys = {row.id: sending_key(row) for row in rows}
    session.commit()
    return keys


@pytest.mark.both_databases
def test_two_who_approve_the_same_many_at_once_approve_each_once(session, sign_in, waiting_keys):
    clients = [sign_in(Role.REVIEWER, username=name) for name in ("mot", "hai")]
    barrier, form_keys = Barrier(2), {f"seen-{submission_id}": key for submission_id, key in waiting_keys.items()}

    def approve(index):
        submission_ids = [str(submission_id) for submission_id in waiting_keys][:: (1, -1)[index]]
        barrier.wait()
        return clients[index].post("/review/approve", data={"submission": submission_ids} | form_keys).status_code

    with ThreadPoolExecutor(2) as pool:
        assert list(pool.map(approve, (0, 1))) == [302, 302]
    snapshot_counts = session.execute(
        select(SnapshotRecord.submission_id, func.count()).group_by(SnapshotRecord.submission_id)
    ).all()
    assert {row[0]: row[1] for row in snapshot_counts} == dict.fromkeys(waiting_keys, 1)
    events = session.scalars(select(SubmissionEvent.kind).where(SubmissionEvent.kind == EventKind.APPROVED.value))
    assert len(list(events)) == SUBMISSION_COUNT


@pytest.mark.both_databases
def test_two_who_approve_two_rounds_of_the_same_wards_at_once_keep_each_chain_whole(session, sign_in, waiting_keys):
    clients = [sign_in(Role.REVIEWER, username=name) for name in ("mot", "hai")]
    barrier, rounds = Barrier(2), (waiting_keys, send_some(session, "Đợt thử song song"))

    def approve(index):
        data = {"submission": list(map(str, rounds[index])), **{f"seen-{number}": key for number, key in rounds[index].items()}}
        barrier.wait()
        return clients[index].post("/review/approve", data=data).status_code

    with ThreadPoolExecutor(2) as pool:
        assert list(pool.map(approve, (0, 1))) == [302, 302]
    counts = session.execute(select(SnapshotRecord.ward_code, func.count()).group_by(SnapshotRecord.ward_code))
    assert [row[1] for row in counts] == [2] * SUBMISSION_COUNT
    assert find_broken_snapshots(session) == []


@pytest.mark.both_databases
def test_one_approves_while_the_other_returns_and_only_the_first_counts(session, sign_in, waiting_keys):
    clients = [sign_in(Role.REVIEWER, username=name) for name in ("mot", "hai")]
    barrier = Barrier(2)
    submission_id, key = next(iter(waiting_keys.items()))

    def decide(index):
        data = {"seen": key, "reason": "Kiểm tra lại phần A"}
        barrier.wait()
        return clients[index].post(f"/review/{submission_id}/{('approve', 'return')[index]}", data=data).status_code

    with ThreadPoolExecutor(2) as pool:
        assert sorted(pool.map(decide, (0, 1))) == [302, 409]
    kinds = session.scalars(select(SubmissionEvent.kind).where(SubmissionEvent.submission_id == submission_id))
    assert len({EventKind.APPROVED.value, EventKind.RETURNED.value} & set(kinds)) == 1


@pytest.mark.both_databases
def test_who_waited_for_the_lock_sees_what_happened_meanwhile(app, session, waiting_keys):
    submission_id = next(iter(waiting_keys))
    with session_scope(app.extensions["engine"], writes=False) as waiting_session:
        submission_before = get_submission(waiting_session, submission_id)
        assert (submission_before.state, entries_of(submission_before)["floors"]) == (CollectionState.SENT, "3")
        if waiting_session.get_bind().dialect.name == "sqlite":
            # Here a transaction that has read sees nothing newer, and a writing one waits before it reads.
            waiting_session.rollback()
        with session_scope(app.extensions["engine"], writes=True) as writing_session:
            return_submission(
                writing_session, get_submission(writing_session, submission_id, for_update=True), "Kiểm tra lại", "Chuyên viên"
            )
            save_fields(
                writing_session, get_submission(writing_session, submission_id), {"floors": "5"}, {"floors": "3"}, "Công chức"
            )
        submission_after = get_submission(waiting_session, submission_id, for_update=True)
        assert (submission_after.state, entries_of(submission_after)["floors"]) == (CollectionState.RETURNED, "5")


@pytest.mark.parametrize("decision", ["approve", "return"])
def test_what_was_sent_anew_is_not_decided_on_unseen(demo_session, demo_sign_in, decision):
    submission = demo_session.scalars(select(Submission).where(Submission.state == CollectionState.SENT.value)).first()
    old_key, submission_id = sending_key(submission), submission.id
    return_submission(demo_session, submission, "Kiểm tra lại số cổng", "Chuyên viên")
    entries = entries_of(submission)
    save_fields(demo_session, submission, {"floors": "9", "floors.why": "Nhận thêm trụ sở"}, entries, "Công chức")
    send_submission(demo_session, submission, "A", "B", "Công chức")
    new_key = sending_key(submission)
    demo_session.commit()
    client = demo_sign_in("thamdinh")
    answer = client.post(f"/review/{submission_id}/{decision}", data={"seen": old_key, "reason": "Giữ lại lý do này"})
    assert answer.status_code == 409
    assert "Phiếu được gửi lại lúc" in answer.text
    page = BeautifulSoup(answer.data, "html.parser")
    assert {tag["value"] for tag in page.select("[name=seen]")} == {new_key}
    if decision == "return":
        assert page.select_one("#reason").get_text() == "Giữ lại lý do này"
    second_answer = client.post(
        "/review/approve", data={"submission": str(submission_id), f"seen-{submission_id}": old_key}, follow_redirects=True
    )
    assert "Chưa duyệt 1 phiếu" in second_answer.text
    assert (
        client.post(f"/review/{submission_id}/{decision}", data={"seen": new_key, "reason": "Giữ lại lý do này"}).status_code == 302
    )


def test_what_is_said_of_all_wards_fits_into_a_cookie(demo_session, demo_sign_in):
    rows = list(demo_session.scalars(select(Submission)))
    for row in rows:
        row.state = CollectionState.SENT.value
    submission_ids = [str(row.id) for row in rows]
    demo_session.commit()
    answer = demo_sign_in("thamdinh").post("/review/approve", data={"submission": submission_ids})
    assert answer.status_code == 302, answer.text[-600:]
    assert max(len(value) for value in answer.headers.getlist("Set-Cookie")) < 4000
