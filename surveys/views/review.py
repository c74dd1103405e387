"""Pages of the review: the queue, and one submission with its anomalies, its remarks and the rating that it would get."""

from collections.abc import Mapping
from datetime import date

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from sqlalchemy import select

from accounts import audit
from accounts.guards import require_identity, requires
from accounts.permissions import Permission
from inventory.wards.queries import get_ward
from portal.database import get_session, writes
from portal.formats import format_day
from portal.vietnamese import fold
from scoring.rating.explain import explain
from surveys.checks.entries import SubmissionError, entries_of
from surveys.checks.remarks import RemarkError, add_remark, list_remarks, settle_remark
from surveys.checks.states import CollectionState, EventKind, RemarkKind
from surveys.checks.validation import validate_submission
from surveys.models import Round, Submission, SubmissionEvent
from surveys.questionnaire.published_questionnaires import questionnaire_of
from surveys.review.answer_diff import diff_answers, in_words
from surveys.review.merging import NO_DECISION, Choice, Decision
from surveys.review.review import (
    ReasonError,
    approve_submission,
    build_queue,
    list_waiting,
    preview_merging,
    preview_rating,
    previous_answers,
    reopen_submission,
    return_submission,
    sending_key,
)
from surveys.submissions.evidence import content_code, evidence_by_question, find_signed_copy
from surveys.submissions.rounds import get_round, rounds_at_hand
from surveys.submissions.submissions import find_confirmation, last_day
from surveys.views.access import get_submission_in_scope
from surveys.views.form_view_model import build_fields
from surveys.views.rounds import blueprint

MAX_CHOSEN, MAX_NAMED = 200, 10


@blueprint.get("/review/")
@requires(Permission.SUBMISSION_REVIEW)
def review_queue() -> ResponseReturnValue:
    """What waits for review, by priority or oldest first; all of it, or only what has anomalies, or has none."""
    return _queue_page(None)


@blueprint.get("/rounds/<int:round_id>/review")
@requires(Permission.SUBMISSION_REVIEW)
def practice_queue(round_id: int) -> ResponseReturnValue:
    """The same of one round for practice, which waits apart from what counts."""
    round = get_round(get_session(), round_id)
    if not round.is_practice:
        return redirect(url_for("review.review_queue"))
    return _queue_page(round)


def _queue_page(practice: Round | None) -> str:
    filters, wards = request.args, require_identity().wards
    folded = fold(filters.get("q", "")[:100])
    atypical = filters.get("odd", "")
    rows = [
        row
        for row in build_queue(get_session(), wards, practice)
        if folded in fold(row.ward.full_name) and atypical in ("", "yes" if row.priority.anomaly_count else "no")
    ]
    if filters.get("order") == "oldest":
        rows.sort(key=lambda row: row.sent_at)
    return render_template(
        "surveys/reviewer/queue.html",
        rows=rows,
        filters=filters,
        round=practice,
        practised=[(other, len(list_waiting(get_session(), wards, other))) for other in rounds_at_hand(get_session())[1]],
    )


@blueprint.post("/review/approve")
@requires(Permission.SUBMISSION_REVIEW)
@writes
def review_approve_many() -> ResponseReturnValue:
    """Approve the chosen submissions that nobody flagged; the others stay in the queue and are named."""
    session, approved, rejected = get_session(), list[str](), list[str]()
    round: Round | None = None
    submission_ids = {
        text: int(text) if text.isascii() and text.isdecimal() and len(text) < 10 else 0 for text in _chosen_submissions()
    }
    # In one order for everybody, all submissions before the first ward: two who approve at once would deadlock otherwise.
    in_order = sorted(submission_ids.items(), key=lambda pair: pair[1])
    locked = [(text, get_submission_in_scope(number, for_update=True)) for text, number in in_order]
    for text, submission in sorted(locked, key=lambda pair: pair[1].ward_code):
        name, round = get_ward(session, submission.ward_code).full_name, submission.round
        try:
            approve_submission(
                session, submission, require_identity().full_name, reviewed_sending=request.form.get(f"seen-{text}", "")
            )
        except SubmissionError as error:
            rejected.append(f"{name} ({error.message})")
            continue
        audit.log(session, require_identity(), "submission:approve", submission.subject, before="sent", after="approved")
        approved.append(name)
    if approved:
        flash(_("Đã duyệt %(count)s phiếu: %(names)s.", count=len(approved), names=_shorten(approved, ", ")), "success")
    if rejected:
        flash(_("Chưa duyệt %(count)s phiếu: %(names)s", count=len(rejected), names=_shorten(rejected, "; ")), "warning")
    if not approved and not rejected:
        flash(_("Chưa chọn phiếu nào. Đánh dấu các phiếu cần duyệt rồi bấm lại."), "warning")
    return redirect(_queue_address(round))


@blueprint.get("/review/<int:submission_id>")
@requires(Permission.SUBMISSION_REVIEW)
def review(submission_id: int) -> ResponseReturnValue:
    """One submission by section, beside the rating it would get."""
    return _review_page(get_submission_in_scope(submission_id))


@blueprint.post("/review/<int:submission_id>/approve")
@requires(Permission.SUBMISSION_REVIEW)
@writes
def review_approve(submission_id: int) -> ResponseReturnValue:
    """Approve, and open the next one that waits."""
    submission, decision = get_submission_in_scope(submission_id, for_update=True), _posted_decision()
    reviewed, by = request.form.get("seen", ""), require_identity().full_name
    try:
        accepts = request.form.get("accept") == "1"
        approve_submission(get_session(), submission, by, reviewed_sending=reviewed, decision=decision, accepts_problems=accepts)
    except SubmissionError as error:
        return _review_page(submission, error.message, decision=decision), 409
    subject = submission.subject
    audit.log(get_session(), require_identity(), "submission:approve", subject, before="sent", after="approved")
    get_session().flush()
    flash(_("Đã duyệt phiếu của %(name)s.", name=get_ward(get_session(), submission.ward_code).full_name), "success")
    practice = submission.round if submission.round.is_practice else None
    waiting = build_queue(get_session(), require_identity().wards, practice)
    if waiting:
        return redirect(url_for("review.review", submission_id=waiting[0].submission_id))
    return redirect(_queue_address(practice))


@blueprint.post("/review/<int:submission_id>/return")
@requires(Permission.SUBMISSION_REVIEW)
@writes
def review_return(submission_id: int) -> ResponseReturnValue:
    """Return a submission with a reason, or with the reasons given for single questions."""
    submission = get_submission_in_scope(submission_id, for_update=True)
    reason = request.form.get("reason", "")
    try:
        return_submission(
            get_session(), submission, reason, require_identity().full_name, reviewed_sending=request.form.get("seen", "")
        )
    except ReasonError as error:
        return _review_page(submission, reason=reason, wrong_reason=error.message), 400
    except SubmissionError as error:
        return _review_page(submission, error.message, reason), 409
    # The reason may speak of what is sensitive: it stands in the history of the submission, for whoever may read that.
    after = {"state": "returned"}
    audit.log(get_session(), require_identity(), "submission:return", submission.subject, before="sent", after=after)
    flash(_("Đã gửi yêu cầu bổ sung."), "success")
    return redirect(_queue_address(submission.round))


@blueprint.post("/review/<int:submission_id>/reopen")
@requires(Permission.ROUND_MANAGE)
@writes
def review_reopen(submission_id: int) -> ResponseReturnValue:
    """Let one ward send after the deadline, until a day, with a reason."""
    submission = get_submission_in_scope(submission_id, for_update=True)
    entered = {name: request.form.get(name, "") for name in ("until", "late_reason")}
    before = submission.reopened_until
    try:
        until = date.fromisoformat(entered["until"])
        reopen_submission(get_session(), submission, until, entered["late_reason"], require_identity().full_name)
    except (ValueError, SubmissionError) as error:
        message = error.message if isinstance(error, SubmissionError) else _("Hãy chọn ngày cho gửi đến.")
        return _review_page(submission, reopening=entered | {"refusal": message}), 400
    dates = {"before": before.isoformat() if before else None, "after": until.isoformat()}
    audit.log(get_session(), require_identity(), "submission:reopen", submission.subject, **dates)
    flash(_("Đã cho đơn vị gửi đến hết ngày %(day)s.", day=format_day(until)), "success")
    return redirect(url_for("review.review", submission_id=submission_id))


@blueprint.post("/review/<int:submission_id>/remarks")
@requires(Permission.SUBMISSION_REVIEW)
@writes
def review_remark(submission_id: int) -> ResponseReturnValue:
    """Add a remark on one question, or on the whole: a comment, a flag, or a reason of a return."""
    submission = get_submission_in_scope(submission_id, for_update=True)
    kind = request.form.get("kind", "")
    question, text = _known_question(submission, request.form.get("question", "")), request.form.get("text", "")
    try:
        remark_kind = RemarkKind(kind) if kind in set(RemarkKind) else RemarkKind.COMMENT
        add_remark(get_session(), submission, remark_kind, question, text, require_identity().full_name)
    except RemarkError as error:
        return _review_page(submission, remark={"question": question, "text": text, "refusal": error.message}), 400
    subject = submission.subject
    audit.log(
        get_session(), require_identity(), "submission:remark", subject, after={"kind": remark_kind.value, "question": question}
    )
    return redirect(url_for("review.review", submission_id=submission_id, _anchor=f"q-{question}" if question else "trao-doi"))


@blueprint.post("/review/<int:submission_id>/remarks/<int:remark_id>/settle")
@requires(Permission.SUBMISSION_REVIEW)
@writes
def review_settle(submission_id: int, remark_id: int) -> ResponseReturnValue:
    """Mark a flag as followed up, or a reason as withdrawn."""
    submission = get_submission_in_scope(submission_id, for_update=True)
    remark = settle_remark(get_session(), submission, remark_id, require_identity().full_name)
    after = {"kind": remark.kind, "question": remark.question}
    audit.log(get_session(), require_identity(), "submission:settle-remark", submission.subject, after=after)
    return redirect(
        url_for("review.review", submission_id=submission_id, _anchor=f"q-{remark.question}" if remark.question else "trao-doi")
    )


def _queue_address(round: Round | None) -> str:
    """The queue in which the submissions of a round wait."""
    if round is not None and round.is_practice:
        return url_for("review.practice_queue", round_id=round.id)
    return url_for("review.review_queue")


def _chosen_submissions() -> list[str]:
    return request.form.getlist("submission")[:MAX_CHOSEN]


def _shorten(names: list[str], separator: str) -> str:
    """The first few names: a flashed message travels in a cookie, which has no room for all wards."""
    more = len(names) - MAX_NAMED
    return separator.join(names[:MAX_NAMED]) + (_(" và %(count)s đơn vị khác", count=more) if more > 0 else "")


def _known_question(submission: Submission, key: str) -> str:
    return key if questionnaire_of(submission.round).question(key) else ""


def _posted_decision() -> Decision:
    """What the reviewer chose to keep, question by question."""
    kept = {name.removeprefix("keep-"): value for name, value in request.form.items() if name.startswith("keep-")}
    choices = {key: Choice(value) for key, value in kept.items() if value in set(Choice)}
    return Decision(choices, request.form.get("against", ""))


def _review_page(
    submission: Submission,
    refusal: str = "",
    reason: str = "",
    wrong_reason: str = "",
    remark: Mapping[str, str] | None = None,
    reopening: Mapping[str, str] | None = None,
    decision: Decision = NO_DECISION,
) -> str:
    session = get_session()
    validation, entries = validate_submission(session, submission), entries_of(submission)
    merging = preview_merging(session, submission) if submission.state == CollectionState.SENT else None
    rating = preview_rating(session, submission, merging)
    approved, returned = previous_answers(session, submission)
    questionnaire = questionnaire_of(submission.round)
    events = select(SubmissionEvent).where(SubmissionEvent.submission_id == submission.id).order_by(SubmissionEvent.id)
    sections = []
    for section in questionnaire.sections:
        fields = build_fields(section, entries, validation.evaluation, validation.anomalies)
        findings = [finding for finding in rating.findings if finding.criterion.group == section.code and finding.is_failing]
        if fields:
            sections.append((section, fields, findings))
    return render_template(
        "surveys/reviewer/review.html",
        submission=submission,
        ward=get_ward(session, submission.ward_code),
        state=CollectionState(submission.state),
        confirmation=find_confirmation(session, submission),
        rating=rating,
        merging=merging,
        problems=validation.evaluation.problems if submission.state == CollectionState.SENT else (),
        choices=list(Choice),
        chosen=decision.choices if merging and decision.against == merging.newest.sha256 else {},
        sections=sections,
        since_approved=diff_answers(questionnaire, approved.describe, entries) if approved is not None else None,
        since_returned=diff_answers(questionnaire, in_words(returned), entries) if returned is not None else None,
        explain=explain,
        events=[(event, EventKind(event.kind)) for event in session.scalars(events)],
        labels={question.key: question.label for question in questionnaire.questions},
        remarks=list_remarks(session, submission),
        remark_kinds=RemarkKind,
        entered_remark=remark or {},
        evidence=evidence_by_question(session, submission),
        signed=(signed := find_signed_copy(session, submission)),
        is_as_signed=signed is not None and content_code(submission) == signed.content_hash,
        reopening=reopening or {},
        last_day=last_day(submission),
        sending=sending_key(submission),
        ward_questions={question.key for question in questionnaire.questions if question.asked_of == "ward"},
        refusal=refusal,
        reason=reason,
        wrong_reason=wrong_reason,
    )
