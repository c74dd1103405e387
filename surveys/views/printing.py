"""Pages to print: the filled-in form without and with sensitive answers, and the empty one."""

import segno
from flask import render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from accounts import audit
from accounts.guards import require_identity, requires
from accounts.permissions import Permission
from portal.database import get_session, writes
from portal.settings import current_settings
from surveys.checks.entries import entries_of, evaluate_submission
from surveys.checks.states import EventKind
from surveys.models import Submission
from surveys.questionnaire.answers.kinds import kind_of
from surveys.questionnaire.published_questionnaires import questionnaire_of
from surveys.submissions.evidence import content_code
from surveys.submissions.submissions import (
    add_event,
)
from surveys.views.access import get_submission_in_scope
from surveys.views.form_view_model import build_fields
from surveys.views.page_context import submission_context
from surveys.views.submissions import blueprint


@blueprint.get("/<int:submission_id>/print")
@requires(Permission.SUBMISSION_READ)
def print_form(submission_id: int) -> ResponseReturnValue:
    """The filled-in form on A4, in the national layout, for signature and seal; without sensitive answers."""
    return _print_page(get_submission_in_scope(submission_id), with_sensitive=False)


@blueprint.get("/<int:submission_id>/print-empty")
@requires(Permission.SUBMISSION_READ)
def print_empty(submission_id: int) -> ResponseReturnValue:
    """The empty form on A4, to be filled in by hand."""
    submission = get_submission_in_scope(submission_id)
    return render_template(
        "surveys/officer/print_empty.html",
        **submission_context(submission),
        sections=questionnaire_of(submission.round).sections,
        kind_of=kind_of,
        qr=_qr_code(submission),
    )


@blueprint.post("/<int:submission_id>/print")
@requires(Permission.SUBMISSION_PRINT_SENSITIVE)
@writes
def print_whole_form(submission_id: int) -> ResponseReturnValue:
    """The same with sensitive answers: an explicit choice that is recorded in the audit trail, hence a POST."""
    submission = get_submission_in_scope(submission_id)
    audit.log(get_session(), require_identity(), "submission:print-sensitive", submission.subject)
    add_event(get_session(), submission, EventKind.DOWNLOADED, require_identity().full_name, _("bản in có số liệu nhạy cảm"))
    return _print_page(submission, with_sensitive=True)


def _print_page(submission: Submission, *, with_sensitive: bool) -> str:
    evaluation, entries = evaluate_submission(submission), entries_of(submission)
    sections = [(section, build_fields(section, entries, evaluation)) for section in evaluation.questionnaire.sections]
    code = content_code(submission)
    return render_template(
        "surveys/officer/print.html",
        **submission_context(submission),
        sections=sections,
        with_sensitive=with_sensitive,
        code=code,
        qr=_qr_code(submission, f"?ban={code}"),
    )


def _qr_code(submission: Submission, query: str = "") -> str:
    """The address of a submission as a QR code for paper."""
    address = f"{current_settings().public_url}{url_for('surveys.overview', submission_id=submission.id)}{query}"
    return segno.make(address, error="m").svg_inline(scale=3, border=2)
