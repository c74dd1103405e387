"""What is reviewed first."""

from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import event, select

from portal.vietnamese import fold
from scoring.rating.rating import rate
from scoring.rating.remedies import cost_to_ready, line_cost
from surveys.checks.entries import entries_of
from surveys.checks.states import CollectionState
from surveys.models import Submission
from surveys.review.review import build_queue
from surveys.review.review_priority import assess_priority
from surveys.submissions.submissions import save_fields
from tests.factories.days import DEMO_DAY
from tests.factories.prices import PRICES, TERMS
from tests.factories.questionnaires import shipped_questionnaire
from tests.factories.snapshots import snapshots
from tests.factories.standards import STANDARD

FORM = shipped_questionnaire()
KEYS = [question.key for question in FORM.questions]
BLOCKING = {criterion.code for criterion in STANDARD.criteria if criterion.blocking}


@given(snapshots(), st.lists(st.sampled_from(KEYS), max_size=6))
def test_a_stake_counts_questions_and_sums_what_hangs_on_them(snapshot, keys):
    rating = rate(snapshot, STANDARD, DEMO_DAY)
    priority = assess_priority(FORM, set(keys), rating, PRICES, TERMS)
    criteria_by_question = {key: set(FORM.question(key).serves) for key in keys}
    assert priority.anomaly_count == len(criteria_by_question)
    assert priority.blocking_count == sum(bool(codes & BLOCKING) for codes in criteria_by_question.values())
    lines = cost_to_ready(rating, PRICES, TERMS).lines
    assert priority.cost == sum(
        line_cost(line, PRICES) for line in lines if any(line.criterion in codes for codes in criteria_by_question.values())
    )
    assert priority.result is rating.result


@given(snapshots(), st.lists(st.sampled_from(KEYS), max_size=5, unique=True), st.sampled_from(KEYS))
def test_a_further_doubt_never_lowers_what_is_at_stake(snapshot, keys, extra_key):
    rating = rate(snapshot, STANDARD, DEMO_DAY)
    priority, raised_priority = (
        assess_priority(FORM, set(question_keys), rating, PRICES, TERMS) for question_keys in (keys, [*keys, extra_key])
    )
    assert raised_priority.sort_key >= priority.sort_key


def test_the_queue_leads_with_what_most_hangs_on(demo_session, demo_sign_in):
    rows = build_queue(demo_session)
    weights = [row.priority.sort_key for row in rows]
    assert len(rows) == 8
    assert weights == sorted(weights, reverse=True)
    last_submission = demo_session.get(Submission, rows[-1].submission_id)
    # A number of PCs far from the usual is read by blocking criteria.
    last_submission.state = CollectionState.RETURNED.value
    save_fields(
        demo_session, last_submission, {"A01.good": "900", "A01.why": "Nhận bàn giao"}, entries_of(last_submission), "Công chức"
    )
    last_submission.state = CollectionState.SENT.value
    assert build_queue(demo_session)[0].submission_id == last_submission.id
    demo_session.commit()
    page = demo_sign_in("thamdinh").get("/review/").text
    assert "ở tiêu chí bắt buộc" in page
    calm_page, odd_page = (
        " ".join(demo_sign_in("thamdinh").get(f"/review/?odd={choice}").text.split()) for choice in ("no", "yes")
    )
    assert (
        calm_page.count("nếu duyệt:")
        == calm_page.count("không có câu bất thường ·")
        == sum(not row.priority.anomaly_count for row in rows) - 1
    )
    assert odd_page.count("nếu duyệt:") == sum(bool(row.priority.anomaly_count) for row in rows) + 1
    oldest_page = demo_sign_in("thamdinh").get("/review/?order=oldest&q=phuong").text
    assert oldest_page.count("nếu duyệt:") == sum("phuong" in fold(row.ward.full_name) for row in rows)


def test_a_long_queue_costs_no_more_questions_than_a_short_one(demo_session):
    def count_statements():
        statements = []
        bind = demo_session.get_bind()

        def record_statement(*arguments):
            statements.append(arguments[2])

        event.listen(bind, "before_cursor_execute", record_statement)
        demo_session.expire_all()
        rows = build_queue(demo_session)
        event.remove(bind, "before_cursor_execute", record_statement)
        return len(rows), len(statements)

    row_count, statement_count = count_statements()
    for row in demo_session.scalars(select(Submission).where(Submission.state == CollectionState.APPROVED.value)):
        row.state = CollectionState.SENT.value
    demo_session.flush()
    larger_row_count, larger_statement_count = count_statements()
    assert larger_row_count > row_count * 10
    assert larger_statement_count <= statement_count + 2


def test_the_priority_follows_the_day_of_the_sending(demo_session):
    """A PC grows old between two sendings of the same answers."""
    submission = demo_session.get(Submission, build_queue(demo_session)[0].submission_id)
    submission.state = CollectionState.RETURNED.value
    save_fields(demo_session, submission, {"A01.good": "900", "A01.why": "Nhận bàn giao"}, entries_of(submission), "Công chức")
    submission.state = CollectionState.SENT.value

    def current_priority():
        demo_session.flush()
        return next(row.priority for row in build_queue(demo_session) if row.submission_id == submission.id)

    first_priority = current_priority()
    submission.sent_at += timedelta(days=365 * 9)
    assert current_priority().cost > first_priority.cost
