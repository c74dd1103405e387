"""A setting keeps the question on PCs for secret documents from being asked; the published standard stays as it is."""

from dataclasses import replace
from io import BytesIO

import pytest
from openpyxl import load_workbook
from sqlalchemy import select

from inventory.security import CONFIDENTIAL_PC
from planning.scenarios.loading import get_plan_record, plan_of
from planning.scenarios.scenarios import finalise_plan
from scoring.rating.city_readiness import city_readiness
from scoring.rating.explain import verdict
from scoring.rating.rating import FindingStatus
from surveys.checks.entries import entries_of, evaluate_submission
from surveys.models import Answer, Round, Submission
from surveys.questionnaire.published_questionnaires import questionnaire_of
from surveys.submissions.rounds import open_round
from surveys.workbooks.form_import import build_submission_form, preview_import, read_form
from surveys.workbooks.form_workbook import KEYS
from tests.factories.days import DEMO_DAY
from tests.support.workbooks import fill_in_form

WARD, CRITERION = "00082", "CR-G8"


@pytest.fixture
def unasked_app(demo_app):
    """The demo with ASK_SECRET_PCS=0."""
    settings = replace(demo_app.config["SETTINGS"], ask_secret_pcs=False)
    demo_app.config["SETTINGS"] = demo_app.jinja_env.globals["settings"] = settings
    with demo_app.app_context():
        yield demo_app


@pytest.fixture
def submission(demo_session):
    return demo_session.scalars(select(Submission).where(Submission.ward_code == WARD)).one()


def findings_of(session):
    ratings = city_readiness(session).ratings.values()
    return [finding for rating in ratings for finding in rating.findings if finding.criterion.code == CRITERION]


def test_neither_page_nor_print_nor_workbook_asks_it(unasked_app, demo_sign_in, demo_session, submission):
    submission_id, label = submission.id, "Máy tính độc lập soạn thảo văn bản mật"
    demo_session.rollback()
    client = demo_sign_in("canbo")
    for path in ("sections/G", "print", "print-empty", ""):
        answer = client.get(f"/surveys/{submission_id}/{path}")
        assert answer.status_code == 200, path
        assert label not in answer.text, path
    book = load_workbook(BytesIO(client.get(f"/surveys/{submission_id}/form.xlsx").data))
    assert CONFIDENTIAL_PC not in " ".join(str(cell) for row in book[KEYS].iter_rows(values_only=True) for cell in row)


def test_a_file_from_before_is_taken_and_that_cell_left_alone(demo_app, demo_sign_in, demo_session, submission, request):
    stored = entries_of(submission)[f"{CONFIDENTIAL_PC}.good"]
    file = fill_in_form(build_submission_form(submission), {f"{CONFIDENTIAL_PC}.good": "98765", "floors": "7"})
    request.getfixturevalue("unasked_app")
    preview = preview_import(demo_session, read_form(file, questionnaire_of(submission.round)), submission.round, submission)
    assert [line.field for line in preview.taken] == ["floors"]
    assert (preview.refused, preview.disputed) == ((), ())
    assert entries_of(submission)[f"{CONFIDENTIAL_PC}.good"] == stored
    assert "không hỏi máy tính soạn thảo văn bản mật" in demo_sign_in("canbo").get(f"/surveys/{submission.id}/form").text


def test_nothing_is_missing_without_it_and_no_snapshot_holds_it(unasked_app, submission):
    evaluation = evaluate_submission(submission)
    assert CONFIDENTIAL_PC not in evaluation.answers
    assert CONFIDENTIAL_PC not in evaluation.open_questions


def test_the_criterion_applies_to_nobody_and_leaves_the_sum_with_its_weight(demo_app, demo_session, request):
    asked = city_readiness(demo_session)
    assert {finding.status for finding in findings_of(demo_session)} > {FindingStatus.MET}
    request.getfixturevalue("unasked_app")
    findings = findings_of(demo_session)
    assert {finding.status for finding in findings} == {FindingStatus.NOT_APPLICABLE}
    assert "không hỏi trong các đợt khảo sát" in verdict(findings[0])
    weight = asked.standard.criterion(CRITERION).weight
    for code, rating in city_readiness(demo_session).ratings.items():
        if rating.snapshot is not None:
            assert asked.ratings[code].counted_weight - rating.counted_weight == weight
    # The text and its hash are those that were published.
    assert city_readiness(demo_session).standard.sha256 == asked.standard.sha256


def test_the_page_of_the_standard_keeps_the_text_and_says_so(unasked_app, demo_sign_in):
    text = demo_sign_in("thamdinh").get("/standards/2026.1").text
    assert CRITERION in text
    assert text.count("không hỏi, không áp dụng") == 1


def test_a_new_round_carries_no_such_answer_over(unasked_app, demo_session):
    carried = select(Answer.field).join(Submission).join(Round).where(Answer.field.startswith(CONFIDENTIAL_PC))
    round = open_round(demo_session, "Đợt sau", DEMO_DAY, DEMO_DAY, "2026.1")
    demo_session.flush()
    assert demo_session.scalars(carried.where(Round.id != round.id)).first() is not None
    assert demo_session.scalars(carried.where(Round.id == round.id)).first() is None


def test_a_final_plan_stays_what_it_was(demo_app, demo_session, request):
    record = get_plan_record(demo_session, 1)
    with demo_app.app_context():
        finalise_plan(demo_session, record, "Một")
    before = plan_of(demo_session, record)
    assert before.standard.not_asked == ()
    request.getfixturevalue("unasked_app")
    assert plan_of(demo_session, record) == before
