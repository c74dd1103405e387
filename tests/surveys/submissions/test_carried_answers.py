"""A round that begins with what was approved last: unchanged, to be confirmed, changed."""

from datetime import timedelta
from random import Random

import pytest
from bs4 import BeautifulSoup
from sqlalchemy import select

from inventory.wards.queries import get_ward
from portal.clock import today
from surveys.checks.entries import carried_questions, entries_of
from surveys.checks.states import AnswerSource, CollectionState
from surveys.checks.validation import validate_submission
from surveys.demo import make_answers
from surveys.models import Submission, SubmissionChange
from surveys.review.review import approve_submission
from surveys.submissions.rounds import current_round, open_round
from surveys.submissions.submissions import IncompleteError, SubmissionError, confirm_carried, save_fields, send_submission
from tests.factories.questionnaires import shipped_questionnaire

FORM = shipped_questionnaire()
CITY = {question.key for question in FORM.questions if question.asked_of == "city"}
WARD = "00070"


@pytest.fixture
def second_round(demo_session):
    """The ward's submission of a second round, and what it said when it was approved in the first."""
    first = demo_session.scalars(select(Submission).where(Submission.ward_code == WARD)).one()
    survey_round = open_round(demo_session, "Đợt hai", today(), today() + timedelta(days=30), "2026.1")
    query = select(Submission).where(Submission.round_id == survey_round.id, Submission.ward_code == WARD)
    return demo_session.scalars(query).one(), entries_of(first)


def test_a_new_round_begins_with_what_was_approved(second_round):
    submission, approved_entries = second_round
    assert entries_of(submission) == {name: raw for name, raw in approved_entries.items() if raw}
    assert submission.state == CollectionState.NOT_STARTED
    assert carried_questions(submission).isdisjoint(CITY)
    assert {"staff_total", "A01", "internet"} <= carried_questions(submission)


def test_a_ward_without_an_approved_answer_begins_blank(demo_session):
    draft = demo_session.scalars(select(Submission).where(Submission.state == CollectionState.DRAFT.value)).first()
    survey_round = open_round(demo_session, "Đợt hai", today(), today() + timedelta(days=30), "2026.1")
    query = select(Submission).where(Submission.round_id == survey_round.id, Submission.ward_code == draft.ward_code)
    assert entries_of(demo_session.scalars(query).one()) == {}


def test_nothing_unlooked_at_can_be_sent(demo_session, second_round):
    submission, _entries = second_round
    with pytest.raises(IncompleteError, match=f"còn {len(carried_questions(submission))} câu lấy từ kỳ trước chưa xác nhận"):
        send_submission(demo_session, submission, "A", "B", "Công chức")
    assert confirm_carried(demo_session, submission, carried_questions(submission), "Công chức") == carried_questions(
        submission
    ) | confirmed_of(demo_session, submission)
    send_submission(demo_session, submission, "A", "B", "Công chức")
    approve_submission(demo_session, submission, "Chuyên viên")


def test_who_changes_a_part_has_looked_at_the_whole_question(demo_session, second_round):
    submission, approved_entries = second_round
    save_fields(demo_session, submission, {"A01.broken": "3"}, approved_entries, "Công chức")
    assert "A01" not in carried_questions(submission)
    assert "A03" in carried_questions(submission)


def test_a_confirmation_is_logged_as_before_and_after_alike(demo_session, second_round):
    submission, approved_entries = second_round
    confirm_carried(demo_session, submission, frozenset({"floors"}), "Người xác nhận")
    (line,) = demo_session.scalars(
        select(SubmissionChange).where(
            SubmissionChange.submission_id == submission.id, SubmissionChange.source != AnswerSource.CARRIED.value
        )
    )
    assert (line.field, line.before, line.after, line.by) == (
        "floors",
        approved_entries["floors"],
        approved_entries["floors"],
        "Người xác nhận",
    )
    assert submission.state == CollectionState.DRAFT
    assert confirm_carried(demo_session, submission, frozenset({"floors"}), "Người khác") == frozenset()


def test_nobody_confirms_a_submission_that_was_sent(demo_session):
    submission = demo_session.scalars(select(Submission).where(Submission.state == CollectionState.SENT.value)).first()
    with pytest.raises(SubmissionError, match="chờ thẩm định"):
        confirm_carried(demo_session, submission, frozenset({"floors"}), "Công chức")


def test_one_action_confirms_a_section_and_saves_what_was_typed(demo_session, demo_sign_in, second_round):
    submission, approved_entries = second_round
    address = f"/surveys/{submission.id}/sections/C"
    demo_session.commit()
    client = demo_sign_in("canbo")
    page = BeautifulSoup(client.get(address).data, "html.parser")
    assert marks(page) == {"Số liệu kỳ trước, chờ xác nhận"}
    answer = client.post(
        address, data={"lan_seats": "79", "base": f'{{"lan_seats": "{approved_entries["lan_seats"]}"}}', "confirm": "*"}
    )
    assert answer.status_code == 302
    page = BeautifulSoup(client.get(address).data, "html.parser")
    mark = page.select_one("#q-lan_seats [data-mark]").get_text(" ", strip=True)
    assert mark == f"Đã đổi so với kỳ trước: {approved_entries['lan_seats']} chỗ"
    assert marks(page) == {"Không đổi so với kỳ trước", mark}
    demo_session.expire_all()
    section = {question.key for question in FORM.section("C").questions}
    assert carried_questions(submission).isdisjoint(section)
    assert carried_questions(submission)


def test_one_question_is_confirmed_by_the_script_of_the_form(demo_session, demo_sign_in, second_round):
    submission, _entries = second_round
    address = f"/surveys/{submission.id}/sections/C/fields"
    demo_session.commit()
    answer = demo_sign_in("canbo").post(address, data={"confirm": "lan_seats", "base": "{}"}).json
    assert answer["questions"]["lan_seats"]["mark_words"] == "Không đổi so với kỳ trước"
    assert "switch_ports" in answer["carried"]


def test_what_is_left_counts_the_unconfirmed(demo_session, second_round):
    submission, _entries = second_round
    remaining_before = validate_submission(demo_session, submission).remaining
    confirm_carried(demo_session, submission, frozenset({"floors", "sites"}), "Công chức")
    assert validate_submission(demo_session, submission).remaining == remaining_before - 2


def test_the_first_round_of_a_city_has_nothing_to_carry(session):
    survey_round = open_round(session, "Đợt một", today(), today() + timedelta(days=30), "2026.1")
    assert current_round(session) is survey_round
    assert {len(entries_of(row)) for row in session.scalars(select(Submission))} == {0}


@pytest.mark.both_databases
def test_what_was_approved_goes_on_into_the_next_round(session):
    first_round = open_round(session, "Đợt một", today(), today() + timedelta(days=30), "2026.1")
    first = session.scalars(select(Submission).where(Submission.round_id == first_round.id, Submission.ward_code == WARD)).one()
    save_fields(session, first, make_answers(get_ward(session, WARD), Random(1), 2026, frozenset()), {}, "Công chức")
    send_submission(session, first, "A", "B", "Công chức")
    approve_submission(session, first, "Chuyên viên")
    next_round = open_round(session, "Đợt hai", today(), today() + timedelta(days=30), "2026.1")
    second = session.scalars(select(Submission).where(Submission.round_id == next_round.id, Submission.ward_code == WARD)).one()
    assert entries_of(second) == entries_of(first)


def marks(page):
    return {tag.get_text(strip=True) for tag in page.select("[data-mark] > span")}


def confirmed_of(session, submission):
    lines = session.scalars(
        select(SubmissionChange.field).where(
            SubmissionChange.submission_id == submission.id, SubmissionChange.source != AnswerSource.CARRIED.value
        )
    )
    return {field.partition(".")[0].partition("#")[0] for field in lines}
