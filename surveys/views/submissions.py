"""Pages of a submission as a whole: the list of them, its overview, the head's confirmation, and handing it over."""

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from accounts import audit
from accounts.guards import require_identity, requires
from accounts.permissions import Permission, may
from portal.database import get_session, writes
from surveys.checks.entries import SubmissionError, entries_of
from surveys.checks.states import CollectionState
from surveys.checks.validation import validate_submission
from surveys.models import Submission
from surveys.submissions.evidence import content_code
from surveys.submissions.handover import find_handover, hand_over, list_colleagues
from surveys.submissions.rounds import list_submissions, rounds_at_hand
from surveys.submissions.submissions import (
    confirm_submission,
    content_hash,
    is_editable,
)
from surveys.views.access import get_submission_in_scope
from surveys.views.page_context import submission_context

blueprint = Blueprint("surveys", __name__, url_prefix="/surveys", template_folder="../templates")


@blueprint.get("/")
@requires(Permission.SUBMISSION_READ)
def index() -> ResponseReturnValue:
    """The submissions of the current round within the person's scope, and apart from them those of rounds for practice."""
    database, wards = get_session(), require_identity().wards
    round, practised = rounds_at_hand(database)
    return render_template(
        "surveys/officer/index.html",
        round=round,
        rows=list_submissions(database, round, wards) if round is not None else [],
        practised=[(practice, list_submissions(database, practice, wards)) for practice in practised],
    )


@blueprint.get("/<int:submission_id>/")
@requires(Permission.SUBMISSION_READ)
def overview(submission_id: int) -> ResponseReturnValue:
    """One submission: its sections with their open questions, and what happens next."""
    return _overview_page(get_submission_in_scope(submission_id))


@blueprint.post("/<int:submission_id>/confirm")
@requires(Permission.SUBMISSION_CONFIRM)
@writes
def confirm_answers(submission_id: int) -> ResponseReturnValue:
    """Record that the ward head confirms the answers as they were shown."""
    submission, confirmed_hash = get_submission_in_scope(submission_id, for_update=True), request.form.get("content", "")
    try:
        confirm_submission(get_session(), submission, confirmed_hash, require_identity().full_name)
    except SubmissionError as error:
        return _overview_page(submission, refusal=error.message), 409
    audit.log(get_session(), require_identity(), "submission:confirm", submission.subject, after={"sha256": confirmed_hash})
    flash(_("Đã xác nhận phiếu. Bộ phận thẩm định thấy tên của bạn và thời điểm xác nhận."), "success")
    return redirect(url_for("surveys.overview", submission_id=submission_id))


@blueprint.post("/<int:submission_id>/hand-over")
@requires(Permission.SUBMISSION_FILL)
@writes
def hand_over_draft(submission_id: int) -> ResponseReturnValue:
    """Hand the draft over to a colleague; both may go on editing, and everybody sees who has it."""
    submission, recipient_id = get_submission_in_scope(submission_id, for_update=True), request.form.get("to", "")
    colleagues = list_colleagues(get_session(), submission, require_identity().user_id)
    recipient = next((colleague for colleague in colleagues if str(colleague.id) == recipient_id), None)
    if recipient is None:
        return _overview_page(submission, refusal=_("Hãy chọn đồng nghiệp cùng đơn vị để bàn giao.")), 400
    try:
        hand_over(get_session(), submission, recipient, request.form.get("note", ""), require_identity().full_name)
    except SubmissionError as error:
        return _overview_page(submission, refusal=error.message), 409
    audit.log(get_session(), require_identity(), "submission:hand-over", submission.subject, after={"to": recipient.username})
    flash(_("Đã bàn giao phiếu cho %(name)s.", name=recipient.full_name), "success")
    return redirect(url_for("surveys.overview", submission_id=submission_id))


def _overview_page(submission: Submission, refusal: str = "") -> str:
    validation, entries = validate_submission(get_session(), submission), entries_of(submission)
    sections = [
        (section, section.is_asked(entries), validation.remaining_in(section))
        for section in validation.evaluation.questionnaire.sections
    ]
    state = CollectionState(submission.state)
    is_confirmable = is_editable(submission) or state is CollectionState.SENT
    return render_template(
        "surveys/officer/overview.html",
        **submission_context(submission),
        sections=sections,
        remaining=validation.remaining,
        refusal=refusal,
        may_confirm=is_confirmable and may(require_identity(), Permission.SUBMISSION_CONFIRM, submission.ward_code),
        content=content_hash(submission),
        handover=find_handover(get_session(), submission),
        colleagues=list_colleagues(get_session(), submission, require_identity().user_id),
        note=request.form.get("note", ""),
        code=request.args.get("code") or content_code(submission),
        printed=request.args.get("ban", ""),
        is_as_printed=request.args.get("ban", "") == content_code(submission),
    )
