"""What is asked about before sending: the same for the officer and the reviewer."""

import math
from datetime import date
from random import Random

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from sqlalchemy import select

from inventory.wards.queries import get_ward
from portal.clock import today
from surveys.checks.anomalies import MAX_SPREADS, MEDIAN_SCALE, MIN_PEERS, answer_numbers, find_anomalies, usual_ranges
from surveys.checks.entries import entries_of
from surveys.checks.states import CollectionState
from surveys.checks.validation import anomalies_of, validate_submission
from surveys.demo import REASON, make_answers
from surveys.models import Submission
from surveys.questionnaire.evaluation import evaluate_entries, to_snapshot
from surveys.submissions.rounds import open_round
from surveys.submissions.submissions import IncompleteError, save_fields, send_submission
from tests.factories.questionnaires import shipped_questionnaire

FORM = shipped_questionnaire()
PEOPLE = {"staff_total": "50", "staff_vi": "1", "staff_vii": "9", "staff_viii": "40"}


def doubts_of(entries, last_numbers=None, ranges=None):
    reading = evaluate_entries(FORM, entries, 2026)
    numbers = answer_numbers(to_snapshot(reading, "00082", date(2026, 3, 2)))
    return {doubt.question: doubt for doubt in find_anomalies(reading, entries, numbers, last_numbers or {}, ranges or {})}


@pytest.mark.parametrize(
    ("entry", "is_far"), [("14", False), ("15", False), ("16", True), ("5", False), ("4", True), ("10", False)]
)
def test_a_value_far_from_the_wards_own_last_one_is_doubted(entry, is_far):
    assert ("floors" in doubts_of({"floors": entry}, last_numbers={"floors": 10})) == is_far


def test_small_steps_of_small_numbers_are_nothing_to_ask_about():
    assert doubts_of({"sites": "5"}, last_numbers={"sites": 1}) == {}
    assert "sites" in doubts_of({"sites": "7"}, last_numbers={"sites": 1})


def test_a_value_far_from_wards_like_it_is_doubted_and_says_what_is_usual():
    ranges = usual_ranges([{"switch_ports": ports} for ports in (90, 96, 100, 104, 110, 96, 120, 130)])
    assert doubts_of({"switch_ports": "110"}, ranges=ranges) == {}
    assert "8 đơn vị cùng loại, cùng quy mô thường có khoảng 102; đơn vị khai 960, chênh lệch lớn." in (
        doubts_of({"switch_ports": "960"}, ranges=ranges)["switch_ports"].message
    )


def test_a_handful_of_wards_says_nothing_about_what_is_usual():
    assert usual_ranges([{"floors": 3}] * (MIN_PEERS - 1)) == {}
    assert set(usual_ranges([{"floors": 3}] * MIN_PEERS)) == {"floors"}


@given(st.lists(st.integers(0, 5000), min_size=MIN_PEERS, max_size=30))
def test_the_median_is_never_doubted_and_a_range_holds_most_wards(numbers):
    usual_range = usual_ranges([{"floors": number} for number in numbers])["floors"]
    assert usual_range.low <= usual_range.median <= usual_range.high
    assert sum(usual_range.low <= number <= usual_range.high for number in numbers) * 2 >= len(numbers)


# The widest that 20 apart can be spread, in two heaps of wards: only what lies beyond is far away.
FAR = 120 + math.ceil(MAX_SPREADS * MEDIAN_SCALE * 20)


@given(st.lists(st.integers(100, 120), min_size=MIN_PEERS, max_size=30), st.integers(FAR, 10**6))
@example([100] * 4 + [117] * 4, FAR)
def test_one_ward_far_away_does_not_move_what_is_usual(numbers, outlier):
    usual_range, range_with_outlier = (
        usual_ranges([{"floors": number} for number in values])["floors"] for values in (numbers, [*numbers, outlier])
    )
    assert outlier > range_with_outlier.high
    assert abs(range_with_outlier.high - usual_range.high) <= 20 * (1 + MAX_SPREADS)


def test_more_machines_than_people_could_use_are_doubted():
    assert "A03" not in doubts_of(PEOPLE | {"A03.good": "50"})
    assert "51 máy cho 50 người" in doubts_of(PEOPLE | {"A03.good": "51"})["A03"].message
    # Laptops and desktop machines are counted together.
    machines = {"A01.good": "70", "A01.year": "2024", "A02.good": "6", "A02.year": "2024"}
    assert "76 máy cho 50 người" in doubts_of(PEOPLE | machines)["A01"].message


def test_a_line_measured_faster_than_contracted_is_doubted_at_its_own_row():
    line = {"internet.provider": "Nhà mạng A", "internet.contracted": "300", "internet.measured": "300"}
    second_line = {"internet#2.provider": "Nhà mạng B", "internet#2.contracted": "100", "internet#2.measured": "150"}
    assert doubts_of(line) == {}
    assert doubts_of(line | second_line)["internet"].field == "internet#2.measured"
    assert "1.500 Mbps" in doubts_of(line | {"internet.contracted": "1.000", "internet.measured": "1.500"})["internet"].message


def test_a_question_left_open_on_purpose_needs_a_reason():
    doubt = doubts_of({"floors": "?"})["floors"]
    assert not doubt.is_explained
    assert "vì sao" in doubt.message
    assert not doubts_of({"floors": "?", "floors.why": "Lâu"})["floors"].is_explained
    assert doubts_of({"floors": "?", "floors.why": "Đang đo lại, xong ngày 20/3"})["floors"].is_explained


def test_what_is_wrong_waits_for_its_correction_before_it_is_doubted():
    assert doubts_of({"floors": "nhiều"}, last_numbers={"floors": 10}) == {}


def test_what_the_city_answers_is_not_asked_of_the_ward():
    assert doubts_of({"tslcd_p95_percent": "90"}, last_numbers={"tslcd_p95_percent": 10}) == {}


def test_a_reason_that_is_too_long_is_an_error_and_is_kept():
    reading = evaluate_entries(FORM, {"floors": "3", "floors.why": "x" * 501}, 2026)
    assert [(problem.field, problem.question) for problem in reading.problems] == [("floors.why", "floors")]


@pytest.mark.both_databases
def test_sending_waits_for_the_reason_of_each_doubt(session):
    survey_round = open_round(session, "Đợt thử", today(), today(), "2026.1")
    submission = session.scalars(select(Submission).where(Submission.round_id == survey_round.id)).first()
    answers = make_answers(get_ward(session, submission.ward_code), Random(7), 2026, frozenset()) | {"level_file_approved": "?"}
    save_fields(session, submission, answers, {}, "Công chức")
    assert [doubt.question for doubt in validate_submission(session, submission).unexplained] == ["level_file_approved"]
    with pytest.raises(IncompleteError, match="còn 1 chỗ bất thường chưa ghi lý do"):
        send_submission(session, submission, "A", "B", "Công chức")
    save_fields(session, submission, {"level_file_approved.why": REASON}, {}, "Công chức")
    send_submission(session, submission, "A", "B", "Công chức")
    assert submission.state == CollectionState.SENT


def test_officer_and_reviewer_see_the_same_doubts(demo_session, demo_sign_in):
    submission = demo_session.scalars(select(Submission).where(Submission.ward_code == "00082")).one()
    save_fields(demo_session, submission, {"switch_ports": "960"}, entries_of(submission), "Công chức")
    (doubt,) = [doubt for doubt in anomalies_of(demo_session, submission) if doubt.question == "switch_ports"]
    demo_session.commit()
    client = demo_sign_in("canbo")
    assert doubt.message in client.get(f"/surveys/{submission.id}/sections/C").text
    assert doubt.message in client.get(f"/surveys/{submission.id}/send").text


def test_most_demo_wards_have_nothing_to_explain(demo_session):
    counts = [len(anomalies_of(demo_session, submission)) for submission in demo_session.scalars(select(Submission))]
    assert 60 <= sum(count == 0 for count in counts) < 126
    assert max(counts) <= 8
