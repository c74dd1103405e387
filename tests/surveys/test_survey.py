import json
import re
from datetime import date
from io import BytesIO

import pytest
from hypothesis import given
from hypothesis import strategies as st
from openpyxl import load_workbook
from sqlalchemy import select
from sqlalchemy.orm import Session

from accounts.identity import Role
from accounts.models import AuditEntry
from inventory.snapshots.repository import newest_hashes, newest_snapshots
from inventory.wards.queries import get_ward
from portal.setup import load_demo
from portal.uploads import UploadError
from surveys.checks.states import CollectionState
from surveys.models import Submission, SubmissionEvent
from surveys.questionnaire.evaluation import evaluate_entries, to_snapshot
from surveys.review.review import approve_submission, return_submission
from surveys.submissions.rounds import RoundError, open_round, set_closed
from surveys.submissions.submissions import IncompleteError, SubmissionError, entries_of, save_fields, send_submission
from surveys.workbooks.city_workbook import build_city_workbook, city_columns, import_city_answers, read_city_table
from tests.factories.questionnaires import newest_questionnaire, shipped_questionnaire
from tests.factories.standards import NEWEST_STANDARD, STANDARD

FORM = shipped_questionnaire()
FIELDS = [question.key for question in FORM.questions] + [
    f"{question.key}.{part}" for question in FORM.questions for part in ("good", "year", "contracted", "owner", "note")
]
ODD_TEXTS = [
    "NaN",
    "1e9",
    "-5",
    "١٢",
    "1_000",
    "1.5",
    "1,5",
    "99999999999999999999",
    "<script>",
    '=HYPERLINK("x")',
    "x" * 3000,
    "٣",
    "0x1f",
    "\x00",
    "½",
    "2030",
]


def read_entries(entries):
    return evaluate_entries(FORM, entries, 2026)


def messages(entries):
    return {problem.field: problem.message for problem in read_entries(entries).problems}


@pytest.mark.parametrize(
    ("standard", "questionnaire"), [(STANDARD, FORM), (NEWEST_STANDARD, newest_questionnaire())], ids=["first", "newest"]
)
def test_each_question_serves_and_each_criterion_can_be_judged(standard, questionnaire):
    codes, questions = {criterion.code for criterion in standard.criteria}, questionnaire.questions
    served_names = {name for question in questions for name in question.serves}
    assert codes <= served_names
    assert all(question.serves for question in questions)
    assert {name for name in served_names if name not in codes} == {"plan:caps", "plan:double-funding"}


@given(st.dictionaries(st.sampled_from(FIELDS), st.text(max_size=40) | st.sampled_from(ODD_TEXTS)))
def test_whatever_is_typed_is_read_or_told(entries):
    reading = read_entries(entries)
    to_snapshot(reading, "00082", date(2026, 3, 2))
    assert all(problem.message and problem.field for problem in reading.problems)


@pytest.mark.parametrize("text", ["1500", "1.500", " 1500 "])
def test_fifteen_hundred_is_typed_either_way(text):
    assert read_entries({"lan_seats": text}).answers["lan_seats"].fact == 1500


@pytest.mark.parametrize("text", ODD_TEXTS[:10])
def test_what_is_doubtful_is_refused(text):
    assert "lan_seats" in messages({"lan_seats": text})


def test_a_year_in_the_future_is_refused():
    assert "từ 1995 đến 2026" in messages({"A01.good": "3", "A01.year": "2027"})["A01.year"]


@pytest.mark.parametrize("year", ["020245", "02024", "2024.0", "99999"])
def test_a_year_has_four_digits(year):
    assert "A01.year" in messages({"A01.good": "3", "A01.year": year})


def test_staff_groups_must_add_up():
    assert "cộng lại là 9" in messages({"staff_total": "10", "staff_vi": "1", "staff_vii": "3", "staff_viii": "5"})["staff_total"]


def test_a_part_cannot_pass_its_whole():
    entries = {"A01.good": "10", "A01.year": "2024", "A02.good": "0", "pcs_protected": "11"}
    assert "nhiều nhất là 10; đang ghi 11" in messages(entries)["pcs_protected"]


def test_section_b_opens_only_for_owners_of_counters():
    assert "B01" not in read_entries({"owns_counters": "no"}).answers
    assert "B01" in read_entries({"owns_counters": "yes"}).answers


def test_unknown_is_an_answer_and_no_number():
    reading = read_entries({"lan_seats": "?", "A03.good": "?"})
    snapshot = to_snapshot(reading, "00082", date(2026, 3, 2))
    assert reading.answers["lan_seats"].answered
    assert snapshot.fact("lan_seats") is None
    assert "A03" not in snapshot.answered_items


@pytest.fixture
def submission(session):
    survey_round = open_round(session, "Đợt thử", date(2026, 2, 1), date(2026, 3, 15), "2026.1")
    return session.scalars(select(Submission).where(Submission.round_id == survey_round.id, Submission.ward_code == "00082")).one()


@pytest.mark.both_databases
def test_a_round_expects_all_wards(session, submission):
    assert len(list(session.scalars(select(Submission)))) == 126


@pytest.mark.both_databases
def test_a_stale_page_merges_other_fields_and_asks_about_the_same(session, submission):
    save_fields(session, submission, {"sites": "2"}, {}, "Người một")
    outcome = save_fields(session, submission, {"sites": "3", "floors": "5"}, {}, "Người hai")
    assert [(conflict.field, conflict.yours, conflict.theirs, conflict.by) for conflict in outcome.conflicts] == [
        ("sites", "3", "2", "Người một")
    ]
    assert entries_of(submission) == {"sites": "2", "floors": "5"}


@pytest.mark.both_databases
def test_what_is_invalid_is_kept_as_typed(session, submission):
    save_fields(session, submission, {"sites": "hai", "floors": "=1+1"}, {}, "Người một")
    session.expire_all()
    assert entries_of(submission) == {"sites": "hai", "floors": "=1+1"}


@pytest.mark.both_databases
def test_a_refused_save_keeps_nothing(session, submission):
    with pytest.raises(SubmissionError, match="không quá"):
        save_fields(session, submission, {"sites": "2", "floors": "x" * 3000}, {}, "A")
    assert entries_of(submission) == {}


def test_a_page_that_never_saw_the_answer_overwrites_nothing(session, submission):
    save_fields(session, submission, {"sites": "2"}, {}, "A")
    assert save_fields(session, submission, {"sites": "3"}, {"sites": "7"}, "B").conflicts
    assert entries_of(submission) == {"sites": "2"}


def test_an_incomplete_submission_is_not_sent(session, submission):
    with pytest.raises(IncompleteError, match="chưa trả lời"):
        send_submission(session, submission, "A", "B", "A")


def test_a_closed_round_takes_nothing(session, submission):
    set_closed(session, submission.round_id, closed=True)
    with pytest.raises(SubmissionError, match="đã đóng"):
        save_fields(session, submission, {"sites": "2"}, {}, "A")


def demo_submission(session, state):
    return session.scalars(select(Submission).where(Submission.state == state.value)).first()


def test_approval_happens_once_and_stands(demo_session):
    sent_submission = demo_submission(demo_session, CollectionState.SENT)
    approve_submission(demo_session, sent_submission, "Chuyên viên")
    assert newest_snapshots(demo_session)[sent_submission.ward_code].approved_by == "Chuyên viên"
    with pytest.raises(SubmissionError, match="đã duyệt"):
        approve_submission(demo_session, sent_submission, "Người khác")
    with pytest.raises(SubmissionError, match="đã duyệt"):
        save_fields(demo_session, sent_submission, {"sites": "9"}, entries_of(sent_submission), "A")


def test_a_return_needs_a_reason_and_opens_the_draft(demo_session):
    sent_submission = demo_submission(demo_session, CollectionState.SENT)
    with pytest.raises(SubmissionError, match="lý do"):
        return_submission(demo_session, sent_submission, "  ", "Chuyên viên")
    return_submission(demo_session, sent_submission, "Kiểm tra lại phần A", "Chuyên viên")
    assert sent_submission.state == CollectionState.RETURNED
    save_fields(demo_session, sent_submission, {"sites": "2"}, entries_of(sent_submission), "A")


def test_the_demo_has_every_state(demo_session):
    states = [row.state for row in demo_session.scalars(select(Submission))]
    assert states.count("approved") == 100
    assert set(states) == {state.value for state in CollectionState}


def test_the_median_demo_ward_types_few_values(demo_session):
    city = {question.key for question in FORM.questions if question.asked_of == "city"}
    approved_submissions = demo_session.scalars(select(Submission).where(Submission.state == "approved"))
    counts = sorted(
        sum(1 for name, raw in entries_of(row).items() if raw and name.split(".")[0] not in city) for row in approved_submissions
    )
    assert counts[len(counts) // 2] <= 130


def test_the_table_of_the_city_comes_back_without_a_difference(demo_session):
    draft = demo_submission(demo_session, CollectionState.DRAFT)
    data = build_city_workbook(demo_session, draft.round)
    assert import_city_answers(demo_session, draft.round, read_city_table(data, shipped_questionnaire()), "Sở").changed == 0


def test_every_mistake_in_the_table_of_the_city_is_told(demo_session):
    draft = demo_submission(demo_session, CollectionState.DRAFT)
    book = load_workbook(BytesIO(build_city_workbook(demo_session, draft.round)))
    book.active["C2"], book.active["A3"] = "nhanh", "99999"
    buffer = BytesIO()
    book.save(buffer)
    with pytest.raises(UploadError, match=r"(?s)dòng 2.*dòng 3"):
        import_city_answers(demo_session, draft.round, read_city_table(buffer.getvalue(), shipped_questionnaire()), "Sở")


def test_a_file_that_is_no_workbook_is_refused(demo_session):
    with pytest.raises(UploadError, match=r"không phải sổ tính"):
        import_city_answers(
            demo_session,
            demo_submission(demo_session, CollectionState.DRAFT).round,
            read_city_table(b"xin chao", shipped_questionnaire()),
            "Sở",
        )


def submission_of(session, ward_code):
    row = session.scalars(select(Submission).where(Submission.ward_code == ward_code)).one()
    keys = (row.id, json.dumps(entries_of(row)))
    # The test's own transaction would keep the page from writing.
    session.rollback()
    return keys


def test_another_wards_survey_is_a_404(demo_app, demo_sign_in, demo_session):
    other_id = submission_of(demo_session, "00004")[0]
    client = demo_sign_in("canbo")
    for path in (
        f"/surveys/{other_id}/",
        f"/surveys/{other_id}/sections/A",
        f"/surveys/{other_id}/send",
        f"/surveys/{other_id}/print",
    ):
        assert client.get(path).status_code == 404
    assert client.post(f"/surveys/{other_id}/sections/0", data={"sites": "9"}).status_code == 404


@pytest.mark.parametrize("name", [f"A01#{'9' * 5000}.good", f"A01#{'0' * 80}2.good", "A01#٢.good", "A01#1.good", "A01#.good"])
def test_a_row_that_no_form_has_is_left_out(demo_sign_in, demo_session, name):
    submission_id, base = submission_of(demo_session, "00082")
    client = demo_sign_in("canbo")
    assert client.post(f"/surveys/{submission_id}/sections/A", data={name: "9", "base": base}).status_code == 302
    assert name not in entries_of(demo_session.get(Submission, submission_id))


def test_a_wrong_number_stays_in_the_form(demo_sign_in, demo_session):
    submission_id, base = submission_of(demo_session, "00082")
    client = demo_sign_in("canbo")
    page = client.post(f"/surveys/{submission_id}/sections/0", data={"sites": "<b>hai", "base": base}, follow_redirects=True)
    assert "&lt;b&gt;hai" in page.text
    assert "Đã lưu" in page.text


def test_a_ward_head_reads_and_does_not_type(demo_sign_in, demo_session):
    submission_id, _base = submission_of(demo_session, "00082")
    client = demo_sign_in("lanhdaoxa")
    assert client.get(f"/surveys/{submission_id}/sections/A").status_code == 200
    assert client.post(f"/surveys/{submission_id}/sections/A", data={}).status_code == 404


def test_roles_of_wards_need_a_ward(sign_in):
    assert sign_in(Role.OFFICER, ["00082"]).get("/surveys/").status_code == 200


def changed_table(session, change):
    draft = demo_submission(session, CollectionState.DRAFT)
    book = load_workbook(BytesIO(build_city_workbook(session, draft.round)))
    change(book.active)
    buffer = BytesIO()
    book.save(buffer)
    return draft.round, buffer.getvalue()


def swap_columns(sheet):
    for row in sheet.iter_rows():
        row[5].value, row[6].value = row[6].value, row[5].value


def list_twice(sheet):
    sheet["A3"] = sheet["A2"].value


def blank_everything(sheet):
    for row in sheet.iter_rows(min_row=2, min_col=3):
        for cell in row:
            cell.value = None


@pytest.mark.parametrize(("change", "message"), [(swap_columns, "đổi chỗ cột"), (list_twice, "đã có ở dòng 2")])
def test_a_table_of_the_city_that_could_be_misread_is_refused(demo_session, change, message):
    survey_round, data = changed_table(demo_session, change)
    with pytest.raises(UploadError, match=message):
        import_city_answers(demo_session, survey_round, read_city_table(data, shipped_questionnaire()), "Sở")


def test_a_blank_cell_erases_nothing(demo_session):
    survey_round, data = changed_table(demo_session, blank_everything)
    assert import_city_answers(demo_session, survey_round, read_city_table(data, shipped_questionnaire()), "Sở").changed == 0


def test_a_closed_round_takes_no_answers_of_the_city(demo_session):
    survey_round, data = changed_table(demo_session, lambda sheet: None)
    set_closed(demo_session, survey_round.id, closed=True)
    with pytest.raises(UploadError, match="đã đóng"):
        import_city_answers(demo_session, survey_round, read_city_table(data, shipped_questionnaire()), "Sở")


def test_the_demo_is_the_same_each_time_and_tells_one_story_of_time(demo_session, app):
    for event in demo_session.scalars(select(SubmissionEvent).where(SubmissionEvent.kind == "sent")):
        assert event.at == demo_session.get(Submission, event.submission_id).sent_at
    first = newest_hashes(demo_session)
    load_demo(app, as_of=date(2026, 3, 2))
    with Session(app.extensions["engine"].execution_options(writes=False)) as other_session:
        assert newest_hashes(other_session) == first


@pytest.mark.both_databases
@pytest.mark.parametrize(
    ("name", "deadline"),
    [("x" * 10_000, date(2026, 3, 1)), ("Đợt", date(9999, 1, 1)), ("Đợt", date(2026, 1, 1)), (" ", date(2026, 3, 1))],
)
def test_a_round_that_makes_no_sense_is_refused(session, name, deadline):
    with pytest.raises(RoundError):
        open_round(session, name, date(2026, 2, 1), deadline, "2026.1")


def test_a_long_reason_is_told_and_not_cut(demo_session):
    with pytest.raises(SubmissionError, match="2001 ký tự"):
        return_submission(demo_session, demo_submission(demo_session, CollectionState.SENT), "x" * 2001, "A")


def test_the_command_imports_the_answers_of_the_city_and_names_the_wards_that_it_skips(demo_app, demo_session, tmp_path):
    path = tmp_path / "thanh-pho.xlsx"

    def answer_all(sheet):
        for row in sheet.iter_rows(min_row=2):
            row[2].value = 999

    survey_round, data = changed_table(demo_session, answer_all)
    path.write_bytes(data)
    column, round_id = city_columns(shipped_questionnaire())[0].field, survey_round.id
    draft_id = demo_submission(demo_session, CollectionState.DRAFT).id
    approved_submission = demo_submission(demo_session, CollectionState.APPROVED)
    ward_name = get_ward(demo_session, approved_submission.ward_code).full_name
    demo_session.rollback()
    output = demo_app.test_cli_runner().invoke(args=["surveys", "import-city", str(path), "--round", str(round_id)]).output
    entry = demo_session.scalars(select(AuditEntry).where(AuditEntry.action == "city-answers:import")).one()
    assert f"Đã nạp {entry.after['fields']} câu trả lời." in output
    assert ward_name in output
    assert ward_name in entry.after["left_alone"]
    assert entries_of(demo_session.get(Submission, draft_id))[column] == "999"


def test_a_new_question_can_be_read_alone():
    """On the page of what is left, and in the heading of a table, no other question stands above it."""
    older = shipped_questionnaire().by_key
    new = [question.label for question in newest_questionnaire().questions if question.key not in older]
    assert [label for label in new if re.search(r"\b(ấy|như trên|trên đây|dưới đây)\b", label)] == []
