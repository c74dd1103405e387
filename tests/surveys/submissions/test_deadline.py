"""The deadline closes sending, not typing and not reviewing; one ward can be let in again; two persons where the round asks for it."""

from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from bs4 import BeautifulSoup
from sqlalchemy import select

from accounts.identity import Role
from portal.clock import HANOI, today
from surveys.checks.entries import SubmissionError, entries_of
from surveys.checks.states import CollectionState
from surveys.models import Round, Submission
from surveys.review.review import DAYS_AFTER_RETURN, ReasonError, approve_submission, reopen_submission, return_submission
from surveys.review.timeliness import list_timeliness, summarise_timeliness
from surveys.submissions.handover import HandoverError, find_handover, hand_over, list_colleagues
from surveys.submissions.rounds import current_round, get_round, open_round, set_closed
from surveys.submissions.submissions import confirm_submission, content_hash, is_late, last_day, save_fields, send_submission
from tests.factories.days import DEMO_DAY
from tests.factories.users import create_user

REMAINING_ANSWERS = {"it_officers": "1", "staff_trained": "40", "villages_with_team": "9", "has_website": "no"}
WARD_CODE = "00082"


@pytest.fixture
def submission(demo_session):
    """The story's ward, complete, bound by the round's deadline."""
    row = demo_session.scalars(select(Submission).where(Submission.ward_code == WARD_CODE)).one()
    row.reopened_until = None
    save_fields(demo_session, row, REMAINING_ANSWERS, {}, "Công chức")
    return row


def time_after(bound_submission, days):
    return datetime.combine(bound_submission.round.deadline + timedelta(days=days), datetime.min.time(), HANOI)


def test_the_last_day_is_in_and_the_next_is_out(demo_session, submission):
    with pytest.raises(SubmissionError, match=r"Hạn gửi 11/03/2026 đã qua"):
        send_submission(demo_session, submission, "A", "B", "Công chức", at=time_after(submission, 1))
    assert submission.state == CollectionState.DRAFT
    save_fields(demo_session, submission, {"A03.note": "để ở tầng 2"}, entries_of(submission), "Công chức")
    # The clock of Hà Nội: in London it is still five in the afternoon.
    send_submission(
        demo_session, submission, "A", "B", "Công chức", at=(time_after(submission, 1) - timedelta(seconds=1)).astimezone(UTC)
    )
    assert submission.state == CollectionState.SENT


def test_reviewing_goes_on_after_the_deadline(demo_session, submission):
    sent_submission = demo_session.scalars(select(Submission).where(Submission.state == CollectionState.SENT.value)).first()
    approve_submission(demo_session, sent_submission, "Chuyên viên", at=time_after(submission, 90))


@pytest.mark.both_databases
def test_one_ward_is_let_in_until_a_day_even_into_a_closed_round(session):
    survey_round = open_round(session, "Đợt thử", DEMO_DAY, DEMO_DAY, "2026.1")
    reopened_submission, closed_submission = session.scalars(
        select(Submission).where(Submission.round_id == survey_round.id).limit(2)
    )
    set_closed(session, survey_round.id, closed=True)
    reopen_submission(session, reopened_submission, today() + timedelta(days=3), "Mất điện ba ngày", "Chuyên viên")
    assert (last_day(reopened_submission), last_day(closed_submission)) == (today() + timedelta(days=3), survey_round.deadline)
    save_fields(session, reopened_submission, {"floors": "3"}, {}, "Công chức")
    with pytest.raises(SubmissionError, match="đã đóng"):
        save_fields(session, closed_submission, {"floors": "3"}, {}, "Công chức")
    later_time = datetime.combine(today() + timedelta(days=4), datetime.min.time(), HANOI)
    with time_machine.travel(later_time), pytest.raises(SubmissionError, match="đã đóng"):
        save_fields(session, reopened_submission, {"floors": "4"}, {"floors": "3"}, "Công chức")


@pytest.mark.parametrize(
    ("days", "reason", "message"),
    [(-1, "Mất điện ba ngày", "từ hôm nay"), (400, "Mất điện ba ngày", "một năm"), (3, "  x ", "lý do"), (3, "x" * 2001, "lý do")],
)
def test_a_day_or_a_reason_that_will_not_do_is_refused(demo_session, submission, days, reason, message):
    with pytest.raises(ReasonError, match=message):
        reopen_submission(demo_session, submission, today() + timedelta(days=days), reason, "Chuyên viên")
    assert submission.reopened_until is None


def test_a_day_that_gives_the_ward_nothing_is_refused(session):
    survey_round = open_round(session, "Đợt thử", today(), today() + timedelta(days=9), "2026.1")
    ward_submission = session.scalars(select(Submission).where(Submission.round_id == survey_round.id)).first()
    with pytest.raises(ReasonError, match="vốn được gửi đến hết ngày"):
        reopen_submission(session, ward_submission, today() + timedelta(days=9), "Mất điện ba ngày", "Chuyên viên")
    set_closed(session, survey_round.id, closed=True)
    reopen_submission(session, ward_submission, today() + timedelta(days=9), "Mất điện ba ngày", "Chuyên viên")
    save_fields(session, ward_submission, {"floors": "3"}, {}, "Công chức")


def test_what_comes_back_after_the_round_was_closed_early_can_be_mended(demo_session, submission):
    submission.round.deadline = today() + timedelta(days=60)
    send_submission(demo_session, submission, "A", "B", "Công chức")
    submission.round.is_closed = True
    return_submission(demo_session, submission, "Kiểm tra phần A", "Chuyên viên")
    save_fields(demo_session, submission, {"floors": "8"}, entries_of(submission), "Công chức")
    send_submission(demo_session, submission, "A", "B", "Công chức")


@pytest.mark.parametrize(("state", "message"), [("approved", "mở đợt khảo sát mới"), ("sent", "Yêu cầu bổ sung")])
def test_what_was_sent_or_approved_stays_locked(demo_session, state, message):
    locked_submission = demo_session.scalars(select(Submission).where(Submission.state == state)).first()
    with pytest.raises(SubmissionError, match=message):
        reopen_submission(demo_session, locked_submission, today(), "Mất điện ba ngày", "Chuyên viên")


def test_what_comes_back_late_may_still_be_sent_for_some_days(demo_session, submission):
    send_submission(demo_session, submission, "A", "B", "Công chức", at=time_after(submission, 0))
    return_submission(demo_session, submission, "Kiểm tra phần A", "Chuyên viên", at=time_after(submission, 10))
    assert last_day(submission) == submission.round.deadline + timedelta(days=10 + DAYS_AFTER_RETURN)
    send_submission(demo_session, submission, "A", "B", "Công chức", at=time_after(submission, 10 + DAYS_AFTER_RETURN))


def test_what_comes_back_early_keeps_the_rounds_deadline(demo_session, submission):
    send_submission(demo_session, submission, "A", "B", "Công chức", at=time_after(submission, -9))
    return_submission(demo_session, submission, "Kiểm tra phần A", "Chuyên viên", at=time_after(submission, -8))
    assert last_day(submission) == submission.round.deadline


def test_the_form_of_a_refused_reopening_keeps_what_was_typed(demo_session, demo_sign_in, submission):
    submission_id = submission.id
    demo_session.commit()
    client = demo_sign_in("thamdinh")
    answer = client.post(f"/review/{submission_id}/reopen", data={"until": "2020-01-01", "late_reason": "Mất điện ba ngày"})
    assert answer.status_code == 400
    page = BeautifulSoup(answer.data, "html.parser")
    assert (page.select_one("#until")["value"], page.select_one("#late_reason")["value"]) == ("2020-01-01", "Mất điện ba ngày")
    assert client.post(f"/review/{submission_id}/reopen", data={"until": "x"}).status_code == 400
    form = {"until": today().isoformat(), "late_reason": "Mất điện ba ngày"}
    page_text = client.post(f"/review/{submission_id}/reopen", data=form, follow_redirects=True).text
    assert "Đã cho đơn vị gửi đến hết ngày" in page_text
    assert "cho gửi sau hạn: đến hết ngày" in page_text
    assert client.post(f"/review/{submission_id}/reopen", data=form).status_code == 302


def test_the_officer_reads_on_the_page_that_the_deadline_has_passed(demo_session, demo_sign_in, submission):
    submission_id = submission.id
    demo_session.commit()
    page = demo_sign_in("canbo").get(f"/surveys/{submission_id}/send").text
    assert "Hạn gửi 11/03/2026 đã qua. Phiếu vẫn sửa và lưu được" in page


@pytest.mark.both_databases
def test_discipline_counts_from_the_first_sending(session):
    survey_round = open_round(session, "Đợt thử", DEMO_DAY, DEMO_DAY, "2026.1")
    rows = list_timeliness(session, survey_round, DEMO_DAY + timedelta(days=4))
    assert {row.days_late for row in rows} == {4}
    assert len(rows) == 126
    summary = summarise_timeliness("Tất cả", rows)
    assert (summary.on_time, summary.late, summary.owing) == (0, 0, 126)


def test_the_discipline_of_the_demo_adds_up(demo_session, demo_sign_in, submission):
    survey_round = current_round(demo_session)
    send_submission(demo_session, submission, "A", "B", "Công chức", at=time_after(submission, 0))
    return_submission(demo_session, submission, "Kiểm tra phần A", "Chuyên viên", at=time_after(submission, 1))
    send_submission(demo_session, submission, "A", "B", "Công chức", at=time_after(submission, 3))
    draft = demo_session.scalars(select(Submission).where(Submission.state == "draft")).first()
    rows = {row.ward.code: row for row in list_timeliness(demo_session, survey_round, survey_round.deadline + timedelta(days=7))}
    assert (rows[WARD_CODE].days_late, rows[WARD_CODE].returned, rows[WARD_CODE].is_on_time) == (0, 1, True)
    assert rows[draft.ward_code].days_late == 7
    summary = summarise_timeliness("Tất cả", rows.values())
    assert summary.on_time + summary.late + summary.owing == summary.wards == 126
    round_id = survey_round.id
    demo_session.commit()
    client = demo_sign_in("thamdinh")
    assert client.get(f"/rounds/{round_id}/discipline").status_code == 200
    assert client.get(f"/rounds/{round_id}/discipline.xlsx").status_code == 200


def test_a_round_may_ask_for_two_persons(demo_session, submission):
    submission.round.needs_confirmation = True
    sending_time = time_after(submission, 0)
    with pytest.raises(SubmissionError, match="cần lãnh đạo UBND xã, phường xác nhận"):
        send_submission(demo_session, submission, "A", "B", "Công chức", at=sending_time)
    confirm_submission(demo_session, submission, content_hash(submission), "Công chức")
    with pytest.raises(SubmissionError, match="cùng họ tên “Công chức”"):
        send_submission(demo_session, submission, "A", "B", "Công chức", at=sending_time)
    confirm_submission(demo_session, submission, content_hash(submission), "Lãnh đạo")
    save_fields(demo_session, submission, {"floors": "8"}, entries_of(submission), "Công chức")
    with pytest.raises(SubmissionError, match="cần lãnh đạo"):
        send_submission(demo_session, submission, "A", "B", "Công chức", at=sending_time)
    confirm_submission(demo_session, submission, content_hash(submission), "Lãnh đạo")
    send_submission(demo_session, submission, "A", "B", "Công chức", at=sending_time)


def test_the_reviewer_asks_for_two_persons_when_opening(demo_session, demo_sign_in):
    client = demo_sign_in("thamdinh")
    data = {"name": "Đợt hai người", "opens_on": "2026-04-01", "deadline": "2026-04-20", "needs_confirmation": "1"}
    assert client.post("/rounds/", data=data).status_code == 302
    assert demo_session.scalars(select(Round).where(Round.name == "Đợt hai người")).one().needs_confirmation
    assert not get_round(demo_session, 1).needs_confirmation


def test_a_draft_is_handed_over_with_a_trace(demo_session, demo_sign_in, submission):
    create_user(demo_session, "dong.nghiep", "Đồng nghiệp (minh họa)", Role.OFFICER, [WARD_CODE], password="mot-hai-ba-bon")
    create_user(demo_session, "noi.khac", "Nơi khác (minh họa)", Role.OFFICER, ["00004"], password="mot-hai-ba-bon")
    (colleague,) = [user for user in list_colleagues(demo_session, submission, 0) if user.username == "dong.nghiep"]
    submission_id, colleague_id = submission.id, colleague.id
    assert "noi.khac" not in [user.username for user in list_colleagues(demo_session, submission, 0)]
    demo_session.commit()
    client = demo_sign_in("canbo")
    answer = client.post(
        f"/surveys/{submission_id}/hand-over", data={"to": str(colleague_id), "note": "Còn phần G"}, follow_redirects=True
    )
    assert "Đã bàn giao phiếu cho Đồng nghiệp (minh họa)" in answer.text
    assert "bàn giao phiếu cho Đồng nghiệp (minh họa). Còn phần G" in demo_sign_in("dong.nghiep").get("/").text
    assert client.post(f"/surveys/{submission_id}/hand-over", data={"to": "99999", "note": "Giữ tôi"}).status_code == 400
    demo_session.expire_all()
    assert find_handover(demo_session, demo_session.get(Submission, submission_id)).by.startswith("Công chức phường")


def test_nothing_is_handed_over_once_it_was_sent(demo_session, submission):
    send_submission(demo_session, submission, "A", "B", "Công chức", at=time_after(submission, 0))
    with pytest.raises(HandoverError):
        hand_over(demo_session, submission, list_colleagues(demo_session, submission, 0)[0], "", "Công chức")


def test_late_is_who_owes_and_whose_last_day_has_passed(demo_session, submission):
    deadline = submission.round.deadline
    assert not is_late(submission, deadline)
    assert is_late(submission, deadline + timedelta(days=1))
    submission.reopened_until = deadline + timedelta(days=5)
    assert not is_late(submission, deadline + timedelta(days=5))
    sent_submission = demo_session.scalars(select(Submission).where(Submission.state == "sent")).first()
    assert not is_late(sent_submission, deadline + timedelta(days=99))
