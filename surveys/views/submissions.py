"""Pages of a submission as a whole: the list of them, its overview, the head's confirmation, and handing it over."""

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from sqlalchemy import select

from accounts import audit
from accounts.guards import requires, the_identity
from accounts.permissions import Permission, may
from inventory.wards.queries import list_wards
from portal.database import get_session, writes
from surveys.checks.entries import SubmissionError, typed_of
from surveys.checks.states import CollectionState
from surveys.checks.validation import examine
from surveys.models import Submission
from surveys.submissions.evidence import print_code
from surveys.submissions.handover import find_hand_over, hand_over, list_colleagues
from surveys.submissions.rounds import current_round
from surveys.submissions.submissions import (
    confirm,
    content_hash,
    takes_typing,
)
from surveys.views.access import own_submission
from surveys.views.page_context import submission_context

blueprint = Blueprint("surveys", __name__, url_prefix="/surveys", template_folder="../templates")


@blueprint.get("/")
@requires(Permission.SUBMISSION_READ)
def index() -> ResponseReturnValue:
    """The submissions of the current round within the person's scope; a single one opens at once."""
    database, identity = get_session(), the_identity()
    found = current_round(database)
    rows = []
    if found is not None:
        query = select(Submission).where(Submission.round_id == found.id)
        if identity.wards is not None:
            query = query.where(Submission.ward_code.in_(identity.wards))
        wards = {ward.code: ward for ward in list_wards(database)}
        rows = [(row, CollectionState(row.state), wards[row.ward_code]) for row in database.scalars(query)]
    return render_template("surveys/officer/index.html", round=found, rows=rows)


@blueprint.get("/<int:submission_id>/")
@requires(Permission.SUBMISSION_READ)
def overview(submission_id: int) -> ResponseReturnValue:
    """One submission: its sections with what is left, and what happens next."""
    return _overview_page(own_submission(submission_id))


@blueprint.post("/<int:submission_id>/confirm")
@requires(Permission.SUBMISSION_CONFIRM)
@writes
def confirm_answers(submission_id: int) -> ResponseReturnValue:
    """The ward head confirms the answers as they were shown."""
    submission, seen = own_submission(submission_id, for_update=True), request.form.get("content", "")
    try:
        confirm(get_session(), submission, seen, the_identity().full_name)
    except SubmissionError as error:
        return _overview_page(submission, refused=error.message), 409
    audit.log(get_session(), the_identity(), "submission:confirm", f"ward {submission.ward_code}", after={"sha256": seen})
    flash(_("Đã xác nhận phiếu. Bộ phận thẩm định thấy tên của bạn và thời điểm xác nhận."), "success")
    return redirect(url_for("surveys.overview", submission_id=submission_id))


@blueprint.post("/<int:submission_id>/hand-over")
@requires(Permission.SUBMISSION_FILL)
@writes
def hand_over_draft(submission_id: int) -> ResponseReturnValue:
    """Hand the draft over to a colleague; both may go on, and everybody sees who has it."""
    submission, chosen = own_submission(submission_id, for_update=True), request.form.get("to", "")
    colleagues = list_colleagues(get_session(), submission, the_identity().user_id)
    to = next((one for one in colleagues if str(one.id) == chosen), None)
    if to is None:
        return _overview_page(submission, refused=_("Hãy chọn đồng nghiệp cùng đơn vị để bàn giao.")), 400
    try:
        hand_over(get_session(), submission, to, request.form.get("note", ""), the_identity().full_name)
    except SubmissionError as error:
        return _overview_page(submission, refused=error.message), 409
    audit.log(get_session(), the_identity(), "submission:hand-over", f"ward {submission.ward_code}", after={"to": to.username})
    flash(_("Đã bàn giao phiếu cho %(name)s.", name=to.full_name), "success")
    return redirect(url_for("surveys.overview", submission_id=submission_id))


def _overview_page(submission: Submission, refused: str = "") -> str:
    found, entries = examine(get_session(), submission), typed_of(submission)
    sections = [(part, part.is_asked(entries), found.left_in(part)) for part in found.reading.questionnaire.sections]
    state = CollectionState(submission.state)
    takes_confirmation = takes_typing(submission) or state is CollectionState.SENT
    return render_template(
        "surveys/officer/overview.html",
        **submission_context(submission),
        sections=sections,
        left=found.left,
        refused=refused,
        may_confirm=takes_confirmation and may(the_identity(), Permission.SUBMISSION_CONFIRM, submission.ward_code),
        content=content_hash(submission),
        handed=find_hand_over(get_session(), submission),
        colleagues=list_colleagues(get_session(), submission, the_identity().user_id),
        note=request.form.get("note", ""),
        code=request.args.get("code") or print_code(submission),
        printed=request.args.get("ban", ""),
        is_as_printed=request.args.get("ban", "") == print_code(submission),
    )
