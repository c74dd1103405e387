"""Answers that contradict one another: each rule by example, where it is told, and whether a reason lets it pass."""

from dataclasses import replace
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select
from sqlalchemy.orm import selectinload

from inventory.wards.wards import load_wards
from surveys.checks.anomalies import find_anomalies
from surveys.checks.entries import evaluate_submission
from surveys.checks.states import CollectionState
from surveys.demo import BLOCKING_GAPS, make_answers, make_later_answers
from surveys.models import Submission
from surveys.questionnaire.contradictions import RULES
from surveys.questionnaire.evaluation import evaluate_entries
from surveys.questionnaire.questionnaire_text import parse_questionnaire
from tests.factories.days import DEMO_DAY
from tests.factories.questionnaires import made_up_text, newest_questionnaire, shipped_questionnaire

FORM, NEWEST = shipped_questionnaire(), newest_questionnaire()
CENTRE = "city_centre"
COUNTER_ITEMS = [question.key for question in FORM.section("B").questions if question.kind == "equipment"]


def counters(owner, **changes):
    """A ward that owns its counters, with one machine of each item that all belong to this owner."""
    entries = {"owns_counters": "yes"}
    for item in COUNTER_ITEMS:
        entries |= {f"{item}.good": "1", f"{item}.owner": owner}
    return entries | {name.replace("_", "."): text for name, text in changes.items()}


def contradictions(entries, questionnaire=FORM):
    return {found.field: found for found in evaluate_entries(questionnaire, entries, 2026).contradictions}


def errors(entries, questionnaire=FORM):
    return {found.field: found.message for found in contradictions(entries, questionnaire).values() if found.is_error}


@pytest.mark.parametrize(
    ("entries", "field", "words"),
    [
        ({"staff_total": "0"}, "staff_total", "đang ghi 0 người"),
        ({"staff_total": "0", "staff_vi": "1", "staff_vii": "3", "staff_viii": "5"}, "staff_total", "đang ghi 0 người"),
        ({"staff_total": "10", "staff_vi": "1", "staff_vii": "3", "staff_viii": "5"}, "staff_total", "cộng lại là 9"),
        ({"sites": "0"}, "sites", "có ít nhất 1 trụ sở làm việc"),
        (counters(CENTRE), "owns_counters", "mọi thiết bị quầy đã khai đều của Trung tâm"),
        (
            {"sites": "2", "sites_linked": "2"},
            "sites_linked",
            "Đơn vị khai 2 trụ sở ở câu “Số trụ sở làm việc” nên câu này nhiều nhất là 1; đang ghi 2. Sửa một trong hai câu.",
        ),
        (
            {"A03.good": "3", "A03#2.good": "5", "A03#2.owner": CENTRE, "printers_multifunction": "4"},
            "printers_multifunction",
            "Đơn vị khai 3 máy còn dùng được (của đơn vị hoặc thuê, mượn)",
        ),
        (
            {"A01.good": "2", "A01.year": "2024", "A01.owner": CENTRE, "A02.good": "1", "A02.year": "2024", "pcs_protected": "2"},
            "pcs_protected",
            "Đơn vị khai 1 máy còn dùng được",
        ),
    ],
)
def test_what_cannot_be_true_is_an_error_at_its_field(entries, field, words):
    assert words in errors(entries)[field]
    assert field in {problem.field for problem in evaluate_entries(FORM, entries, 2026).problems}


@pytest.mark.parametrize(
    "entries",
    [
        {"staff_total": "1"},
        {"staff_total": "?", "sites": "?"},
        {"sites": "1", "sites_linked": "?"},
        {"sites": "?", "sites_linked": "?"},
        {"sites": "2", "sites_linked": "1"},
        {"owns_counters": "yes"},
        counters("leased"),
        counters(CENTRE, B14_owner=""),
        # A draft: one item is still to be answered.
        {name: text for name, text in counters(CENTRE).items() if not name.startswith("B14")},
        counters(CENTRE) | {"owns_counters": "no"},
        {f"{item}.good": "0" for item in COUNTER_ITEMS} | {"owns_counters": "yes"},
        {"A03.good": "3", "A03#2.good": "5", "A03#2.owner": "leased", "printers_multifunction": "8"},
        {"A03.good": "?", "printers_multifunction": "8"},
    ],
)
def test_what_may_be_true_or_is_not_known_yet_is_nothing(entries):
    assert contradictions(entries) == {}


@pytest.mark.parametrize(
    ("entries", "field", "words"),
    [
        ({"sites": "3", "sites_linked": "?"}, "sites_linked", "Đơn vị khai 3 trụ sở nên câu này quyết định tiêu chí"),
        (counters(CENTRE) | {"B14.good": "?", "B14.owner": ""}, "owns_counters", "mọi thiết bị quầy đã nắm được đều của Trung tâm"),
    ],
)
def test_what_may_be_true_passes_with_a_reason(entries, field, words):
    evaluation = evaluate_entries(FORM, entries, 2026)
    assert [doubt.field for doubt in evaluation.doubts] == [field]
    assert not [problem for problem in evaluation.problems if problem.field == field]
    for reason, is_explained in (("", False), ("Đang đối chiếu, xong ngày 20/3", True)):
        told = find_anomalies(evaluation, entries | {f"{field}.why": reason}, {}, {}, {})
        (anomaly,) = [anomaly for anomaly in told if anomaly.question == field]
        assert words in anomaly.message
        assert anomaly.is_explained is is_explained


def test_no_site_asks_for_no_fewer_than_none_of_the_others():
    assert set(errors({"sites": "0", "sites_linked": "0", "sites_temperature": "0"})) == {"sites"}


def test_a_rule_applies_where_its_questions_are_asked_as_it_reads_them():
    newer = parse_questionnaire(made_up_text())
    assert "sites" in errors({"sites": "0"}, newer)
    assert errors({"sites": "0"}, FORM.without("sites")) == {}
    unlinked = {"sites": "3", "sites_linked": "?"}
    assert contradictions(unlinked, FORM.without("sites_linked")) == {}
    yes_or_no = replace(FORM.by_key["sites_linked"], kind="yesno", at_most=None)
    sections = tuple(
        replace(section, questions=tuple(yes_or_no if q.key == "sites_linked" else q for q in section.questions))
        for section in FORM.sections
    )
    assert contradictions(unlinked, replace(FORM, sections=sections)) == {}
    # Where an item is no longer asked, the others decide.
    assert "owns_counters" in errors(counters(CENTRE), FORM.without("B14"))


def test_what_only_the_city_can_correct_is_told_at_its_question():
    both = tuple(
        replace(section, questions=tuple(replace(q, asked_of="city") if q.key == "signers" else q for q in section.questions))
        for section in FORM.sections
    )
    said = errors({"signers": "3", "signers_certified": "4"}, replace(FORM, sections=both))
    assert "Thành phố trả lời 3 người" in said["signers_certified"]


@pytest.mark.parametrize(
    ("entries", "field", "words"),
    [
        ({"main_site_ups": "yes", "F01.good": "0"}, "main_site_ups", "số bộ lưu điện còn dùng được"),
        ({"main_site_ups": "yes", "F01.good": "0", "F01.broken": "2"}, "main_site_ups", "số bộ lưu điện còn dùng được"),
        ({"main_site_ups": "yes", "F01.good": "1", "F01.owner": CENTRE}, "main_site_ups", "của đơn vị hoặc thuê, mượn"),
        ({"main_site_cabinet": "yes", "F06.good": "0"}, "main_site_cabinet", "số bộ khóa, kiểm soát ra vào"),
        ({"main_site_temperature": "yes", "sites_temperature": "0"}, "main_site_temperature", "đang ghi 0"),
        (
            {"main_site_temperature": "no", "sites_temperature": "2", "sites": "2"},
            "main_site_temperature",
            "ghi 2, bằng số trụ sở làm việc",
        ),
    ],
)
def test_what_stands_at_the_main_office_is_counted_among_all(entries, field, words):
    assert words in errors(entries, NEWEST)[field]


@pytest.mark.parametrize(
    "entries",
    [
        {"main_site_ups": "yes", "F01.good": "1", "F01.owner": "leased"},
        {"main_site_ups": "no", "F01.good": "0"},
        {"main_site_ups": "?", "F01.good": "0"},
        {"main_site_ups": "yes", "F01.good": "?"},
        {"main_site_ups": "yes"},
        {"main_site_temperature": "no", "sites_temperature": "1", "sites": "2"},
        {"main_site_temperature": "no", "sites_temperature": "0", "sites": "1"},
        {"main_firewall_until": "Chưa có", "G01.good": "0"},
        {"main_firewall_until": "Chưa có", "G01.good": "1"},
        {"main_firewall_until": "31/12/2027", "G01.good": "1"},
        {"main_firewall_until": "31/12/2027", "G01.good": "?"},
    ],
)
def test_what_the_main_office_may_have_or_lack_is_nothing(entries):
    assert contradictions(entries, NEWEST) == {}


@pytest.mark.parametrize(
    "entries",
    [
        {"main_firewall_until": "31/12/2027", "G01.good": "0"},
        {"main_firewall_until": "Không thời hạn", "G01.broken": "1"},
    ],
)
def test_a_licence_without_a_firewall_is_a_doubt_that_a_reason_lets_pass(entries):
    [doubt] = contradictions(entries, NEWEST).values()
    assert (doubt.field, doubt.is_error) == ("main_firewall_until", False)
    assert "số tường lửa dùng được, còn bản quyền" in doubt.message


def test_every_rule_can_hold_in_a_questionnaire_that_comes_with_the_program():
    for rule in RULES:
        assert {key: NEWEST.by_key[key].kind for key in rule.reads} == rule.reads
        assert rule.at in rule.reads


@given(st.integers(0, 10**6), st.sampled_from(load_wards()), st.sets(st.sampled_from(BLOCKING_GAPS)))
def test_no_ward_of_the_demo_contradicts_itself(seed, ward, gaps):
    answers = make_answers(ward, Random(seed), 2026, frozenset(gaps))
    assert evaluate_entries(FORM, answers, 2026).contradictions == ()
    later = make_later_answers(answers, Random(seed), DEMO_DAY)
    assert evaluate_entries(NEWEST, answers | later, 2026).contradictions == ()


def test_no_submission_of_the_demo_that_was_sent_contradicts_itself(demo_session):
    done = select(Submission).where(Submission.state.in_([CollectionState.SENT.value, CollectionState.APPROVED.value]))
    submissions = list(demo_session.scalars(done.options(selectinload(Submission.answers))))
    assert len(submissions) > 100
    assert not {row.ward_code: found for row in submissions if (found := evaluate_submission(row).contradictions)}
