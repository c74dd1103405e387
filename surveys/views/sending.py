"""Pages of sending: everything that has to be corrected first, and the sending itself."""

from collections import Counter
from collections.abc import Mapping

from flask import flash, redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from accounts import audit
from accounts.guards import require_identity, requires
from accounts.permissions import Permission
from portal.database import get_session, writes
from surveys.checks.entries import SubmissionError
from surveys.checks.validation import validate_submission
from surveys.models import Submission
from surveys.submissions.submissions import (
    send_submission,
)
from surveys.views.access import get_submission_in_scope
from surveys.views.page_context import draft_key, submission_context
from surveys.views.submissions import blueprint

SENDING = "send"


@blueprint.get("/<int:submission_id>/send")
@requires(Permission.SUBMISSION_FILL)
def check_and_send(submission_id: int) -> ResponseReturnValue:
    """Every problem with a link to its field; once there is none, the two names and the button."""
    return _sending_page(get_submission_in_scope(submission_id))


@blueprint.post("/<int:submission_id>/send")
@requires(Permission.SUBMISSION_FILL)
@writes
def send_to_review(submission_id: int) -> ResponseReturnValue:
    """Send for review; a second click changes nothing."""
    submission = get_submission_in_scope(submission_id, for_update=True)
    state = submission.state
    names = {name: request.form.get(name, stored) for name, stored in _stored_names(submission).items()}
    try:
        send_submission(get_session(), submission, names["prepared_by"], names["confirmed_by"], require_identity().full_name)
    except SubmissionError as error:
        return _sending_page(submission, names, error.message), 400
    session["saved_section"] = f"{submission_id}-{SENDING}"
    if state == submission.state:
        flash(_("Phiếu này đã được gửi trước đó và đang chờ thẩm định; không gửi thêm lần nữa."), "info")
    else:
        audit.log(get_session(), require_identity(), "submission:send", submission.subject, before=state, after="sent")
        flash(_("Đã gửi phiếu. Bộ phận thẩm định sẽ xem và trả lời trên trang này."), "success")
    return redirect(url_for("surveys.overview", submission_id=submission_id))


def _stored_names(submission: Submission) -> dict[str, str]:
    return {"prepared_by": submission.prepared_by, "confirmed_by": submission.confirmed_by}


def _sending_page(submission: Submission, names: Mapping[str, str] | None = None, refusal: str = "") -> str:
    validation = validate_submission(get_session(), submission)
    questionnaire = validation.evaluation.questionnaire
    section_codes = {question.key: section.code for section in questionnaire.sections for question in section.questions}
    unconfirmed = Counter(section_codes[question.key] for question in validation.evaluation.unconfirmed)
    return render_template(
        "surveys/officer/send.html",
        **submission_context(submission),
        validation=validation,
        unconfirmed_sections=[
            (section, unconfirmed[section.code]) for section in questionnaire.sections if unconfirmed[section.code]
        ],
        section_codes=section_codes,
        labels={question.key: question.label for question in questionnaire.questions},
        refusal=refusal,
        names=names or _stored_names(submission),
        base=_stored_names(submission),
        draft_key=draft_key(submission, SENDING),
    )
