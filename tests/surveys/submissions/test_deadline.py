"""The deadline closes sending, not typing and not reviewing; one ward can be let in again; two persons where the round asks for it."""

from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from bs4 import BeautifulSoup
from sqlalchemy import select

from accounts.identity import Role
from accounts.users import create_user
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

LEFT = {"it_officers": "1", "staff_trained": "40", "villages_with_team": "9", "has_website": "no"}
MINE = "00082"


@pytest.fixture
def mine(demo_session):
    """The story's ward, complete, bound by the round's deadline."""
    found = demo_session.scalars(select(Submission).where(Submission.ward_code == MINE)).one()
    found.reopened_until = None
    save_fields(demo_session, found, LEFT, {}, "Công chức")
    return found


def after(submission, days):
    return datetime.combine(submission.round.deadline + timedelta(days=days), datetime.min.time(), HANOI)


def test_the_last_day_is_in_and_the_next_is_out(demo_session, mine):
    with pytest.raises(SubmissionError, match=r"Hạn gửi 11/03/2026 đã qua"):
        send_submission(demo_session, mine, "A", "B", "Công chức", at=after(mine, 1))
    assert mine.state == CollectionState.DRAFT
    save_fields(demo_session, mine, {"A03.note": "để ở tầng 2"}, entries_of(mine), "Công chức")
    # The clock of Hà Nội: in London it is still five in the afternoon.
    send_submission(demo_session, mine, "A", "B", "Công chức", at=(after(mine, 1) - timedelta(seconds=1)).astimezone(UTC))
    assert mine.state == CollectionState.SENT


def test_reviewing_goes_on_after_the_deadline(demo_session, mine):
    sent = demo_session.scalars(select(Submission).where(Submission.state == CollectionState.SENT.value)).first()
    approve_submission(demo_session, sent, "Chuyên viên", at=after(mine, 90))


@pytest.mark.both_databases
def test_one_ward_is_let_in_until_a_day_even_into_a_closed_round(session):
    opened = open_round(session, "Đợt thử", DEMO_DAY, DEMO_DAY, "2026.1")
    one, other = session.scalars(select(Submission).where(Submission.round_id == opened.id).limit(2))
    set_closed(session, opened.id, closed=True)
    reopen_submission(session, one, today() + timedelta(days=3), "Mất điện ba ngày", "Chuyên viên")
    assert (last_day(one), last_day(other)) == (today() + timedelta(days=3), opened.deadline)
    save_fields(session, one, {"floors": "3"}, {}, "Công chức")
    with pytest.raises(SubmissionError, match="đã đóng"):
        save_fields(session, other, {"floors": "3"}, {}, "Công chức")
    later = datetime.combine(today() + timedelta(days=4), datetime.min.time(), HANOI)
    with time_machine.travel(later), pytest.raises(SubmissionError, match="đã đóng"):
        save_fields(session, one, {"floors": "4"}, {"floors": "3"}, "Công chức")


@pytest.mark.parametrize(
    ("days", "reason", "told"),
    [(-1, "Mất điện ba ngày", "từ hôm nay"), (400, "Mất điện ba ngày", "một năm"), (3, "  x ", "lý do"), (3, "x" * 2001, "lý do")],
)
def test_a_day_or_a_reason_that_will_not_do_is_refused(demo_session, mine, days, reason, told):
    with pytest.raises(ReasonError, match=told):
        reopen_submission(demo_session, mine, today() + timedelta(days=days), reason, "Chuyên viên")
    assert mine.reopened_until is None


def test_a_day_that_gives_the_ward_nothing_is_refused(session):
    opened = open_round(session, "Đợt thử", today(), today() + timedelta(days=9), "2026.1")
    one = session.scalars(select(Submission).where(Submission.round_id == opened.id)).first()
    with pytest.raises(ReasonError, match="vốn được gửi đến hết ngày"):
        reopen_submission(session, one, today() + timedelta(days=9), "Mất điện ba ngày", "Chuyên viên")
    set_closed(session, opened.id, closed=True)
    reopen_submission(session, one, today() + timedelta(days=9), "Mất điện ba ngày", "Chuyên viên")
    save_fields(session, one, {"floors": "3"}, {}, "Công chức")


def test_what_comes_back_after_the_round_was_closed_early_can_be_mended(demo_session, mine):
    mine.round.deadline = today() + timedelta(days=60)
    send_submission(demo_session, mine, "A", "B", "Công chức")
    mine.round.is_closed = True
    return_submission(demo_session, mine, "Kiểm tra phần A", "Chuyên viên")
    save_fields(demo_session, mine, {"floors": "8"}, entries_of(mine), "Công chức")
    send_submission(demo_session, mine, "A", "B", "Công chức")


@pytest.mark.parametrize(("state", "told"), [("approved", "mở đợt khảo sát mới"), ("sent", "Yêu cầu bổ sung")])
def test_what_was_sent_or_approved_stays_locked(demo_session, state, told):
    found = demo_session.scalars(select(Submission).where(Submission.state == state)).first()
    with pytest.raises(SubmissionError, match=told):
        reopen_submission(demo_session, found, today(), "Mất điện ba ngày", "Chuyên viên")


def test_what_comes_back_late_may_still_be_sent_for_some_days(demo_session, mine):
    send_submission(demo_session, mine, "A", "B", "Công chức", at=after(mine, 0))
    return_submission(demo_session, mine, "Kiểm tra phần A", "Chuyên viên", at=after(mine, 10))
    assert last_day(mine) == mine.round.deadline + timedelta(days=10 + DAYS_AFTER_RETURN)
    send_submission(demo_session, mine, "A", "B", "Công chức", at=after(mine, 10 + DAYS_AFTER_RETURN))


def test_what_comes_back_early_keeps_the_rounds_deadline(demo_session, mine):
    send_submission(demo_session, mine, "A", "B", "Công chức", at=after(mine, -9))
    return_submission(demo_session, mine, "Kiểm tra phần A", "Chuyên viên", at=after(mine, -8))
    assert last_day(mine) == mine.round.deadline


def test_the_form_of_a_refused_reopening_keeps_what_was_typed(demo_session, demo_sign_in, mine):
    number = mine.id
    demo_session.commit()
    client = demo_sign_in("thamdinh")
    answer = client.post(f"/review/{number}/reopen", data={"until": "2020-01-01", "late_reason": "Mất điện ba ngày"})
    assert answer.status_code == 400
    page = BeautifulSoup(answer.data, "html.parser")
    assert (page.select_one("#until")["value"], page.select_one("#late_reason")["value"]) == ("2020-01-01", "Mất điện ba ngày")
    assert client.post(f"/review/{number}/reopen", data={"until": "x"}).status_code == 400
    good = {"until": today().isoformat(), "late_reason": "Mất điện ba ngày"}
    told = client.post(f"/review/{number}/reopen", data=good, follow_redirects=True).text
    assert "Đã cho đơn vị gửi đến hết ngày" in told
    assert "cho gửi sau hạn: đến hết ngày" in told
    assert client.post(f"/review/{number}/reopen", data=good).status_code == 302


def test_the_officer_reads_on_the_page_that_the_deadline_has_passed(demo_session, demo_sign_in, mine):
    number = mine.id
    demo_session.commit()
    page = demo_sign_in("canbo").get(f"/surveys/{number}/send").text
    assert "Hạn gửi 11/03/2026 đã qua. Phiếu vẫn sửa và lưu được" in page


@pytest.mark.both_databases
def test_discipline_counts_from_the_first_sending(session):
    opened = open_round(session, "Đợt thử", DEMO_DAY, DEMO_DAY, "2026.1")
    rows = list_timeliness(session, opened, DEMO_DAY + timedelta(days=4))
    assert {row.days_late for row in rows} == {4}
    assert len(rows) == 126
    standing = summarise_timeliness("Tất cả", rows)
    assert (standing.on_time, standing.late, standing.owing) == (0, 0, 126)


def test_the_discipline_of_the_demo_adds_up(demo_session, demo_sign_in, mine):
    found = current_round(demo_session)
    send_submission(demo_session, mine, "A", "B", "Công chức", at=after(mine, 0))
    return_submission(demo_session, mine, "Kiểm tra phần A", "Chuyên viên", at=after(mine, 1))
    send_submission(demo_session, mine, "A", "B", "Công chức", at=after(mine, 3))
    other = demo_session.scalars(select(Submission).where(Submission.state == "draft")).first()
    rows = {row.ward.code: row for row in list_timeliness(demo_session, found, found.deadline + timedelta(days=7))}
    assert (rows[MINE].days_late, rows[MINE].returned, rows[MINE].is_on_time) == (0, 1, True)
    assert rows[other.ward_code].days_late == 7
    standing = summarise_timeliness("Tất cả", rows.values())
    assert standing.on_time + standing.late + standing.owing == standing.wards == 126
    number = found.id
    demo_session.commit()
    client = demo_sign_in("thamdinh")
    assert client.get(f"/rounds/{number}/discipline").status_code == 200
    assert client.get(f"/rounds/{number}/discipline.xlsx").status_code == 200


def test_a_round_may_ask_for_two_persons(demo_session, mine):
    mine.round.needs_confirmation = True
    at = after(mine, 0)
    with pytest.raises(SubmissionError, match="cần lãnh đạo UBND xã, phường xác nhận"):
        send_submission(demo_session, mine, "A", "B", "Công chức", at=at)
    confirm_submission(demo_session, mine, content_hash(mine), "Công chức")
    with pytest.raises(SubmissionError, match="cùng họ tên “Công chức”"):
        send_submission(demo_session, mine, "A", "B", "Công chức", at=at)
    confirm_submission(demo_session, mine, content_hash(mine), "Lãnh đạo")
    save_fields(demo_session, mine, {"floors": "8"}, entries_of(mine), "Công chức")
    with pytest.raises(SubmissionError, match="cần lãnh đạo"):
        send_submission(demo_session, mine, "A", "B", "Công chức", at=at)
    confirm_submission(demo_session, mine, content_hash(mine), "Lãnh đạo")
    send_submission(demo_session, mine, "A", "B", "Công chức", at=at)


def test_the_reviewer_asks_for_two_persons_when_opening(demo_session, demo_sign_in):
    client = demo_sign_in("thamdinh")
    data = {"name": "Đợt hai người", "opens_on": "2026-04-01", "deadline": "2026-04-20", "needs_confirmation": "1"}
    assert client.post("/rounds/", data=data).status_code == 302
    assert demo_session.scalars(select(Round).where(Round.name == "Đợt hai người")).one().needs_confirmation
    assert not get_round(demo_session, 1).needs_confirmation


def test_a_draft_is_handed_over_with_a_trace(demo_session, demo_sign_in, mine):
    create_user(demo_session, "dong.nghiep", "Đồng nghiệp (minh họa)", Role.OFFICER, [MINE], password="mot-hai-ba-bon")
    create_user(demo_session, "noi.khac", "Nơi khác (minh họa)", Role.OFFICER, ["00004"], password="mot-hai-ba-bon")
    (colleague,) = [one for one in list_colleagues(demo_session, mine, 0) if one.username == "dong.nghiep"]
    number, to = mine.id, colleague.id
    assert "noi.khac" not in [one.username for one in list_colleagues(demo_session, mine, 0)]
    demo_session.commit()
    client = demo_sign_in("canbo")
    answer = client.post(f"/surveys/{number}/hand-over", data={"to": str(to), "note": "Còn phần G"}, follow_redirects=True)
    assert "Đã bàn giao phiếu cho Đồng nghiệp (minh họa)" in answer.text
    assert "bàn giao phiếu cho Đồng nghiệp (minh họa). Còn phần G" in demo_sign_in("dong.nghiep").get("/").text
    assert client.post(f"/surveys/{number}/hand-over", data={"to": "99999", "note": "Giữ tôi"}).status_code == 400
    demo_session.expire_all()
    assert find_handover(demo_session, demo_session.get(Submission, number)).by.startswith("Công chức phường")


def test_nothing_is_handed_over_once_it_was_sent(demo_session, mine):
    send_submission(demo_session, mine, "A", "B", "Công chức", at=after(mine, 0))
    with pytest.raises(HandoverError):
        hand_over(demo_session, mine, list_colleagues(demo_session, mine, 0)[0], "", "Công chức")


def test_late_is_who_owes_and_whose_last_day_has_passed(demo_session, mine):
    deadline = mine.round.deadline
    assert not is_late(mine, deadline)
    assert is_late(mine, deadline + timedelta(days=1))
    mine.reopened_until = deadline + timedelta(days=5)
    assert not is_late(mine, deadline + timedelta(days=5))
    sent = demo_session.scalars(select(Submission).where(Submission.state == "sent")).first()
    assert not is_late(sent, deadline + timedelta(days=99))
