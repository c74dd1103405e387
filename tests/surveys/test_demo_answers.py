"""The answers of the demo: whole under the newest questionnaire, and to the letter what they were under the first one."""

import hashlib
from collections import Counter
from datetime import date
from random import Random

import pytest
from sqlalchemy import select

from inventory.wards.wards import load_wards
from scoring.rating.city_readiness import city_readiness
from scoring.rating.rating import FindingStatus, Result, rate
from surveys.demo import make_answers, make_later_answers
from surveys.models import Answer, Submission
from surveys.questionnaire.evaluation import evaluate_entries, to_snapshot
from tests.factories.days import DEMO_DAY
from tests.factories.questionnaires import newest_questionnaire
from tests.factories.standards import NEWEST_STANDARD, STANDARD


@pytest.fixture(scope="module")
def ready_wards():
    """The answers of every ward that lacks nothing, evaluated."""
    random, form = Random("demo"), newest_questionnaire()
    answers = [make_answers(ward, random, DEMO_DAY.year, frozenset()) for ward in load_wards()[::4]]
    later = [make_later_answers(given, Random(number), DEMO_DAY) for number, given in enumerate(answers)]
    return [evaluate_entries(form, given | more, DEMO_DAY.year) for given, more in zip(answers, later, strict=True)]


def test_every_question_of_the_newest_questionnaire_is_answered(ready_wards):
    for evaluation in ready_wards:
        assert evaluation.problems == ()
        assert evaluation.unanswered == ()
        assert all(answer.answered for answer in evaluation.answers.values())


def test_a_ward_that_lacks_nothing_is_ready_by_the_newest_standard_until_something_ends(ready_wards):
    snapshots = [to_snapshot(evaluation, "00082", DEMO_DAY) for evaluation in ready_wards]
    results = Counter(rate(snapshot, NEWEST_STANDARD, DEMO_DAY).result for snapshot in snapshots)
    assert results[Result.READY] > 28
    statuses = {f.status for s in snapshots for f in rate(s, NEWEST_STANDARD, DEMO_DAY).findings}
    assert FindingStatus.UNANSWERED not in statuses
    later = date(DEMO_DAY.year + 4, 3, 2)
    assert all(rate(snapshot, NEWEST_STANDARD, later).result is not Result.READY for snapshot in snapshots)


def test_a_city_that_keeps_to_the_first_standard_may_ask_by_the_newest_questionnaire(ready_wards):
    snapshots = [to_snapshot(evaluation, "00082", DEMO_DAY) for evaluation in ready_wards]
    ratings = [rate(snapshot, STANDARD, DEMO_DAY) for snapshot in snapshots]
    assert FindingStatus.UNANSWERED not in {finding.status for rating in ratings for finding in rating.findings}
    assert sum(rating.result is Result.READY for rating in ratings) > 28


def test_where_equipment_lacks_the_main_office_fits_it():
    gaps = frozenset({"ups", "firewall", "level_file"})
    for number, ward in enumerate(load_wards()[::16]):
        answers = make_answers(ward, Random(number), DEMO_DAY.year, gaps)
        later = make_later_answers(answers, Random(number), DEMO_DAY)
        assert (later["main_site_ups"], later["level_file_approved"]) == ("no", "Chưa có")
        evaluation = evaluate_entries(newest_questionnaire(), answers | later, DEMO_DAY.year)
        firewall = evaluation.answers["main_firewall_until"].fact
        assert firewall is False or firewall < DEMO_DAY


def test_the_demo_of_the_first_versions_is_what_it_was(demo_session):
    counts = {result.value: count for result, count in city_readiness(demo_session, DEMO_DAY).counts.items()}
    assert counts == {"ready": 47, "not_ready": 49, "incomplete": 4, "no_data": 26}
    columns = select(Submission.ward_code, Answer.field, Answer.raw).join(Submission)
    rows = [tuple(row) for row in demo_session.execute(columns.order_by(Submission.ward_code, Answer.field, Answer.raw))]
    assert hashlib.sha256(repr(rows).encode()).hexdigest() == "327888e14578b731a4edff4fac99917efd25821ed7eea178464739e398e4aad7"
