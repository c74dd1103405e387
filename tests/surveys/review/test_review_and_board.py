"""The reviewer's rooms: the board, what changed since, the return, rounds, and the table of the city."""

import re
from collections import Counter
from datetime import UTC, date, datetime, timedelta
from io import BytesIO

import pytest
import time_machine
from bs4 import BeautifulSoup
from openpyxl import load_workbook
from sqlalchemy import select

from accounts.models import AuditEntry
from portal.clock import HANOI, today
from portal.setup import load_demo
from surveys.checks.entries import carried_questions, entries_of
from surveys.checks.remarks import add_remark, settle_return_reasons
from surveys.checks.states import CollectionState, RemarkKind
from surveys.models import Round, Submission, SubmissionEvent
from surveys.review.review import approve_submission, return_submission, sending_key
from surveys.review.round_board import DeadlineStatus, Notice, build_board, is_uniform
from surveys.review.timeliness import list_timeliness
from surveys.submissions.rounds import RoundError, current_round, open_round, set_closed, set_deadline, wards_in_progress
from surveys.submissions.submissions import confirm_carried, save_fields, send_submission
from surveys.workbooks.city_workbook import build_city_workbook, city_columns, import_city_answers, read_city_table
from tests.factories.days import DEMO_DAY
from tests.factories.questionnaires import shipped_questionnaire


def page_of(answer, status=200):
    assert answer.status_code == status, answer.status_code
    return BeautifulSoup(answer.data, "html.parser")


def text_of(page):
    return " ".join(page.get_text(" ").split())


def first_in_state(session, state):
    return session.scalars(select(Submission).where(Submission.state == state.value).order_by(Submission.id)).first()


def waiting_submission(session):
    """A submission that waits, and what the page of a reviewer who opens it now would bring back."""
    submission = first_in_state(session, CollectionState.SENT)
    id_and_key = submission.id, sending_key(submission)
    session.rollback()
    return id_and_key


def listed_wards(page):
    return [row.th.get_text(strip=True) for row in page.select(".ward-table tbody tr") if row.th]


@pytest.fixture
def board(demo_session):
    return build_board(demo_session, current_round(demo_session), DEMO_DAY)


def test_the_board_expects_all_and_its_counts_add_up(board):
    assert len(board.rows) == 126
    assert board.count_status(DeadlineStatus.RECEIVED) == 108
    assert sum(board.count_by(lambda row: row.state).values()) == 126
    for key in (lambda row: row.ward.kind, lambda row: row.ward.former_district):
        assert sum(sum(counts.values()) for counts in board.states_by(key).values()) == 126


def test_who_has_not_sent_is_told_apart(demo_session):
    survey_round = current_round(demo_session)
    draft = first_in_state(demo_session, CollectionState.DRAFT)
    for answer in draft.answers:
        answer.saved_at = datetime.combine(DEMO_DAY - timedelta(days=7), datetime.min.time(), HANOI)
    complete_submission = first_in_state(demo_session, CollectionState.RETURNED)
    complete_submission.state, complete_submission.version = CollectionState.DRAFT.value, complete_submission.version + 1
    demo_session.flush()
    notices = {row.submission_id: row.notices for row in build_board(demo_session, survey_round, DEMO_DAY).rows}
    assert notices[draft.id] == (Notice.STOPPED,)
    assert notices[complete_submission.id] == (Notice.COMPLETE,)
    assert notices[first_in_state(demo_session, CollectionState.NOT_STARTED).id] == (Notice.SILENT,)
    assert notices[first_in_state(demo_session, CollectionState.RETURNED).id] == (Notice.RETURNED,)
    assert notices[first_in_state(demo_session, CollectionState.SENT).id] == ()


def test_what_was_mended_after_a_return_is_complete_but_not_sent(demo_session):
    survey_round, submission = current_round(demo_session), first_in_state(demo_session, CollectionState.SENT)

    def notices():
        demo_session.flush()
        return next(
            row.notices for row in build_board(demo_session, survey_round, DEMO_DAY).rows if row.submission_id == submission.id
        )

    add_remark(demo_session, submission, RemarkKind.RETURN, "lan_seats", "Đếm lại", "Chuyên viên")
    return_submission(demo_session, submission, "", "Chuyên viên")
    assert notices() == (Notice.RETURNED,)
    settle_return_reasons(demo_session, submission, ["lan_seats"], "Công chức")
    assert notices() == (Notice.COMPLETE,)
    save_fields(demo_session, submission, {"floors": "abc"}, entries_of(submission), "Công chức")
    assert notices() == (Notice.RETURNED,)


def test_a_year_that_may_not_be_entered_yet_may_be_next_year(demo_session):
    survey_round, draft = current_round(demo_session), first_in_state(demo_session, CollectionState.SENT)
    draft.state = CollectionState.DRAFT.value
    save_fields(demo_session, draft, {"A01.year": str(DEMO_DAY.year + 1)}, entries_of(draft), "Công chức")

    def is_complete(day):
        rows = build_board(demo_session, survey_round, day).rows
        return Notice.COMPLETE in next(row.notices for row in rows if row.submission_id == draft.id)

    with time_machine.travel(datetime(DEMO_DAY.year, 12, 31, 23, tzinfo=HANOI)):
        assert not is_complete(today())
    with time_machine.travel(datetime(DEMO_DAY.year + 1, 1, 1, 1, tzinfo=HANOI)):
        assert is_complete(today())


def test_a_round_that_only_repeats_the_one_before_is_noticed(demo_session):
    survey_round = open_round(demo_session, "Đợt hai", today(), today(), "2026.1")
    old_submission = first_in_state(demo_session, CollectionState.APPROVED)
    new_submission = demo_session.scalars(
        select(Submission).where(Submission.round_id == survey_round.id, Submission.ward_code == old_submission.ward_code)
    ).one()

    def row():
        demo_session.flush()
        return next(row for row in build_board(demo_session, survey_round, today()).rows if row.submission_id == new_submission.id)

    assert (row().notices, row().changed_at) == ((Notice.SILENT,), None)
    confirm_carried(demo_session, new_submission, carried_questions(new_submission), "Công chức")
    assert row().notices == (Notice.COMPLETE, Notice.UNCHANGED)
    send_submission(demo_session, new_submission, "A", "B", "Công chức")
    assert row().notices == (Notice.UNCHANGED,)
    new_submission.state = CollectionState.DRAFT.value
    save_fields(demo_session, new_submission, {"A03.note": "Để ở tầng hai"}, entries_of(new_submission), "Công chức")
    assert row().notices == (Notice.COMPLETE,)


def test_the_city_starts_and_wakes_no_ward(demo_session):
    survey_round = current_round(demo_session)
    silent_submission, draft = (
        first_in_state(demo_session, state) for state in (CollectionState.NOT_STARTED, CollectionState.DRAFT)
    )
    for answer in draft.answers:
        answer.saved_at = datetime.combine(DEMO_DAY - timedelta(days=8), datetime.min.time(), HANOI)
    demo_session.flush()
    version_before = draft.version
    book = load_workbook(BytesIO(build_city_workbook(demo_session, survey_round)))
    column = 3 + [column.field for column in city_columns(shipped_questionnaire())].index("online_files_percent")
    for row in range(2, 128):
        book.active.cell(row, column).value = 7
    book.save(buffer := BytesIO())
    import_city_answers(demo_session, survey_round, read_city_table(buffer.getvalue(), shipped_questionnaire()), "Sở")
    demo_session.flush()
    assert draft.version == version_before + 1
    notices = {row.submission_id: row.notices for row in build_board(demo_session, survey_round, DEMO_DAY).rows}
    assert (notices[silent_submission.id], notices[draft.id]) == ((Notice.SILENT,), (Notice.STOPPED,))


def test_late_counts_from_the_deadline_to_the_sending_or_to_today(demo_session):
    survey_round = current_round(demo_session)
    sent_submission, silent_submission = (
        first_in_state(demo_session, state) for state in (CollectionState.SENT, CollectionState.NOT_STARTED)
    )
    event = demo_session.scalars(select(SubmissionEvent).where(SubmissionEvent.submission_id == sent_submission.id)).first()
    event.at = datetime.combine(survey_round.deadline + timedelta(days=2), datetime.min.time(), HANOI).astimezone(UTC)
    silent_submission.reopened_until = None
    demo_session.flush()
    days_late = {
        row.submission_id: row.days_late
        for row in build_board(demo_session, survey_round, survey_round.deadline + timedelta(days=5)).rows
    }
    assert (days_late[sent_submission.id], days_late[silent_submission.id]) == (2, 5)
    board = build_board(demo_session, survey_round, survey_round.deadline)
    assert (board.count_status(DeadlineStatus.ON_TIME), board.count_status(DeadlineStatus.LATE)) == (107, 1)


def test_who_sent_in_time_and_was_asked_back_is_late_only_once_its_own_last_day_has_passed(demo_session):
    survey_round, submission = current_round(demo_session), first_in_state(demo_session, CollectionState.SENT)
    submission.reopened_until = None
    returned_at = datetime.combine(survey_round.deadline + timedelta(days=3), datetime.min.time(), HANOI)
    return_submission(demo_session, submission, "Kiểm tra phần A", "Chuyên viên", at=returned_at)

    def row(days):
        demo_session.flush()
        rows = build_board(demo_session, survey_round, survey_round.deadline + timedelta(days=days)).rows
        return next(row for row in rows if row.submission_id == submission.id)

    assert (row(8).days_late, row(9).days_late) == (0, 1)
    save_fields(demo_session, submission, {"floors": "9", "floors.why": "Nhận thêm trụ sở"}, entries_of(submission), "Công chức")
    send_submission(demo_session, submission, "A", "B", "Công chức", at=returned_at + timedelta(days=5))
    assert (row(9).days_late, row(9).has_status(DeadlineStatus.ON_TIME)) == (0, True)
    timeliness = next(
        entry for entry in list_timeliness(demo_session, survey_round, DEMO_DAY) if entry.submission_id == submission.id
    )
    assert (timeliness.days_late, timeliness.is_on_time) == (0, True)


@pytest.mark.parametrize(
    ("query", "count"),
    [
        ("", 126),
        ("state=approved", 100),
        ("state=sent&kind=x", 0),
        ("q=cua+nam", 1),
        ("notice=returned", 5),
        ("sent=received", 108),
        ("sent=on_time&kind=commune&q=an", None),
        ("sent=late", None),
        ("sent=x", 0),
        ("district=Quận+Ba+Đình&sent=received&state=approved", None),
        # What is no filter is none: not on the page, not in its links.
        ("round_id=2&_external=1&_anchor=x&endpoint=y&_scheme=ftp", 126),
    ],
)
def test_the_board_is_filtered_and_its_workbook_holds_the_very_same_rows(demo_sign_in, query, count):
    client = demo_sign_in("thamdinh")
    page = page_of(client.get(f"/rounds/1?{query}"))
    ward_names = listed_wards(page)
    assert count in (None, len(ward_names))
    (link,) = [link["href"] for link in page.select("a") if "Excel theo bộ lọc" in link.get_text()]
    sheet = load_workbook(BytesIO(client.get(link).data)).active
    assert [row[2] for row in sheet.iter_rows(min_row=5, values_only=True)] == ward_names
    assert sheet["A2"].value.startswith(f"{len(ward_names)} đơn vị theo bộ lọc")
    assert "SỐ LIỆU MINH HỌA" in sheet["A2"].value


def test_each_count_leads_to_its_rows(demo_sign_in):
    client = demo_sign_in("thamdinh")
    page = page_of(client.get("/rounds/1"))
    links = [link for link in page.select(".big-figure a, .btn-sm, table a") if link.get("href", "").startswith("/rounds/1?")]
    assert len(links) > 30
    for link in links[:40]:
        number = re.search(r"\((\d+)\)$|^(\d+)$", link.get_text())
        if number:
            assert len(listed_wards(page_of(client.get(link["href"].split("#")[0])))) == int(number[1] or number[2]), link


def test_past_the_deadline_every_page_says_so(demo_sign_in, demo_session):
    survey_round = current_round(demo_session)
    submission = first_in_state(demo_session, CollectionState.DRAFT)
    submission.reopened_until = None
    path = f"/surveys/{submission.id}/"
    demo_session.commit()
    with time_machine.travel(datetime.combine(survey_round.deadline + timedelta(days=3), datetime.min.time(), HANOI)):
        assert "quá hạn 3 ngày" in text_of(page_of(demo_sign_in("canbo").get("/")))
        assert "quá hạn 3 ngày" in text_of(page_of(demo_sign_in("thamdinh").get("/rounds/1")))
        assert "quá hạn 3 ngày" in text_of(page_of(demo_sign_in("thamdinh").get(path)))
    with time_machine.travel(datetime(2026, 4, 3, tzinfo=HANOI)):
        assert "quá hạn 3 ngày so với ngày 31/03/2026" in text_of(page_of(demo_sign_in("lanhdao").get("/readiness")))


def test_a_return_without_a_reason_keeps_the_form_and_says_why(demo_sign_in, demo_session):
    submission_id, key = waiting_submission(demo_session)
    page = page_of(demo_sign_in("thamdinh").post(f"/review/{submission_id}/return", data={"reason": "abc", "seen": key}), 400)
    assert page.select_one("#reason").get_text() == "abc"
    assert page.select_one("#reason")["aria-describedby"] == "reason-error"
    assert "Hãy ghi lý do" in page.select_one("#reason-error").get_text()


def test_what_a_colleague_decided_meanwhile_is_said(demo_sign_in, demo_session):
    submission_id, key = waiting_submission(demo_session)
    first, second = demo_sign_in("thamdinh"), demo_sign_in("thamdinh2")
    assert first.post(f"/review/{submission_id}/return", data={"reason": "Kiểm tra lại phần A", "seen": key}).status_code == 302
    text = text_of(page_of(second.post(f"/review/{submission_id}/approve", data={"seen": key}), 409))
    assert "đang ở trạng thái “yêu cầu bổ sung”, có thể người khác vừa xử lý" in text


def test_the_reviewer_sees_what_was_changed_after_a_return(demo_sign_in, demo_session):
    submission = first_in_state(demo_session, CollectionState.SENT)
    entries = entries_of(submission)
    return_submission(demo_session, submission, "Kiểm tra lại số cổng", "Chuyên viên")
    port_count = str(int(entries["switch_ports"]) + 24)
    save_fields(
        demo_session, submission, {"switch_ports": port_count, "switch_ports.why": "Vừa lắp thêm một switch"}, entries, "Công chức"
    )
    send_submission(demo_session, submission, "A", "B", "Công chức")
    demo_session.commit()
    page = page_of(demo_sign_in("thamdinh").get(f"/review/{submission.id}"))
    assert "So với lần yêu cầu bổ sung: 1 câu đã sửa" in text_of(page)
    row = page.select_one("#q-switch_ports")
    assert "table-warning" in row["class"]
    assert f"khi yêu cầu bổ sung: {entries['switch_ports']} cổng" in text_of(row)


def test_the_reviewer_sees_what_differs_from_the_last_approved_round(demo_sign_in, demo_session):
    old_submission = first_in_state(demo_session, CollectionState.APPROVED)
    survey_round = open_round(demo_session, "Đợt hai", today(), today(), "2026.1")
    new_submission = demo_session.scalars(
        select(Submission).where(Submission.round_id == survey_round.id, Submission.ward_code == old_submission.ward_code)
    ).one()
    save_fields(
        demo_session,
        new_submission,
        {"floors": "77", "floors.why": "Nhận thêm hai trụ sở"},
        entries_of(new_submission),
        "Công chức",
    )
    confirm_carried(demo_session, new_submission, carried_questions(new_submission), "Công chức")
    send_submission(demo_session, new_submission, "A", "B", "Công chức")
    demo_session.commit()
    page = page_of(demo_sign_in("thamdinh").get(f"/review/{new_submission.id}"))
    assert "So với lần duyệt trước: 1 câu khác" in text_of(page)
    assert f"lần duyệt trước: {entries_of(old_submission)['floors']} khu vực" in text_of(page.select_one("#q-floors"))


def test_a_ward_is_being_updated_in_whichever_round_it_works(demo_session):
    wards_before = wards_in_progress(demo_session)
    assert first_in_state(demo_session, CollectionState.SENT).ward_code in wards_before
    first_round = current_round(demo_session)
    open_round(demo_session, "Đợt hai", DEMO_DAY, DEMO_DAY + timedelta(days=20), "2026.1")
    assert wards_in_progress(demo_session) == wards_before
    set_closed(demo_session, first_round.id, closed=True)
    waiting_wards = {row.ward_code for row in demo_session.scalars(select(Submission).where(Submission.state == "sent"))}
    assert wards_in_progress(demo_session) == waiting_wards


def test_the_deadline_moves_within_reason_and_leaves_a_trace(demo_sign_in, demo_session):
    survey_round = current_round(demo_session)
    opening_day = survey_round.opens_on
    with pytest.raises(RoundError, match="từ ngày mở"):
        set_deadline(demo_session, survey_round.id, opening_day - timedelta(days=1))
    demo_session.rollback()
    client = demo_sign_in("thamdinh")
    page = page_of(client.post("/rounds/1/deadline", data={"deadline": "2020-01-01"}), 400)
    assert page.select_one("#deadline")["value"] == "2020-01-01"
    assert "từ ngày mở" in page.select_one("#deadline-error").get_text()
    assert client.post("/rounds/1/deadline", data={"deadline": "x"}).status_code == 400
    assert client.post("/rounds/1/deadline", data={"deadline": "2026-04-01"}).status_code == 302
    client.post("/rounds/1/closed", data={"closed": "1"})
    entries = {row.action: row for row in demo_session.scalars(select(AuditEntry)) if row.action.startswith("round:")}
    assert entries["round:set-deadline"].after == "2026-04-01"
    assert (entries["round:set-closed"].before, entries["round:set-closed"].after) == ({"closed": False}, {"closed": True})
    assert demo_session.scalars(select(Round.deadline)).first() == date(2026, 4, 1)


def test_the_table_of_the_city_names_who_was_left_alone_and_where_a_mistake_is(demo_session):
    survey_round = current_round(demo_session)
    book = load_workbook(BytesIO(build_city_workbook(demo_session, survey_round)))
    sheet = book.active
    sent_ward, draft_ward = (
        first_in_state(demo_session, state).ward_code for state in (CollectionState.SENT, CollectionState.DRAFT)
    )
    column = 3 + [column.field for column in city_columns(shipped_questionnaire())].index("online_files_percent")
    for row in range(2, 128):
        if sheet.cell(row, 1).value in (sent_ward, draft_ward):
            sheet.cell(row, column).value = 3
    buffer = BytesIO()
    book.save(buffer)
    result = import_city_answers(demo_session, survey_round, read_city_table(buffer.getvalue(), shipped_questionnaire()), "Sở")
    assert (result.changed, len(result.skipped_wards)) == (1, 1)
    sheet.cell(2, column).value = 101
    book.save(buffer := BytesIO())
    with pytest.raises(Exception, match=r"Trang “Thành phố trả lời”, dòng 2, cột “Tỷ lệ hồ sơ trực tuyến.*“101”.*100"):
        import_city_answers(demo_session, survey_round, read_city_table(buffer.getvalue(), shipped_questionnaire()), "Sở")


def test_approving_leads_to_the_next_that_waits(demo_sign_in, demo_session):
    submission_ids = [
        row.id for row in demo_session.scalars(select(Submission).where(Submission.state == "sent").order_by(Submission.sent_at))
    ]
    key = sending_key(demo_session.get(Submission, submission_ids[0]))
    demo_session.rollback()
    answer = demo_sign_in("thamdinh").post(f"/review/{submission_ids[0]}/approve", data={"seen": key})
    assert answer.location == f"/review/{submission_ids[1]}"


def test_a_submission_that_was_returned_long_ago_can_still_be_approved(demo_session):
    submission = first_in_state(demo_session, CollectionState.SENT)
    return_submission(demo_session, submission, "Kiểm tra lại phần A", "Chuyên viên")
    send_submission(demo_session, submission, "A", "B", "Công chức")
    assert approve_submission(demo_session, submission, "Chuyên viên").ward_code == submission.ward_code


def test_a_demo_of_a_later_year_is_as_whole_as_one_of_today(app, session):
    load_demo(app, as_of=date(2031, 6, 2))
    states = Counter(row.state for row in session.scalars(select(Submission)))
    assert states["approved"] == 100
    assert set(states) == {state.value for state in CollectionState}
    last_save = max(answer.saved_at for row in session.scalars(select(Submission)) for answer in row.answers)
    assert last_save.astimezone(HANOI).date() <= date(2031, 6, 2)


def test_numbers_that_are_nearly_all_the_same_are_noticed(demo_session):
    assert build_board(demo_session, current_round(demo_session), DEMO_DAY).notice_counts[Notice.UNIFORM] == 0
    draft = first_in_state(demo_session, CollectionState.DRAFT)
    entries = entries_of(draft)
    save_fields(demo_session, draft, {name: "1" for name, raw in entries.items() if raw.isdecimal()}, entries, "Công chức")
    rows = {row.submission_id: row.notices for row in build_board(demo_session, current_round(demo_session), DEMO_DAY).rows}
    assert rows[draft.id] == (Notice.STARTED, Notice.UNIFORM)
    assert not is_uniform({f"field{number}": "0" for number in range(19)})
    assert is_uniform({f"field{number}": "?" for number in range(20)})
    assert is_uniform({f"field{number}": "0" if number < 16 else str(number) for number in range(20)})
    assert not is_uniform({f"field{number}": "0" if number < 15 else str(number) for number in range(20)})
