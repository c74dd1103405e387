"""Pages for paper: the filled form without and with what is sensitive, and the empty one."""

import segno
from flask import render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from accounts import audit
from accounts.guards import requires, the_identity
from accounts.permissions import Permission
from portal.database import get_session, writes
from portal.settings import current_settings
from surveys.checks.entries import questionnaire_of, read_submission, typed_of
from surveys.checks.states import EventKind
from surveys.models import Submission
from surveys.submissions.evidence import print_code
from surveys.submissions.submissions import (
    add_event,
)
from surveys.views.access import own_submission
from surveys.views.form_view_model import YES_NO, fields_of
from surveys.views.page_context import submission_context
from surveys.views.submissions import blueprint


@blueprint.get("/<int:submission_id>/print")
@requires(Permission.SUBMISSION_READ)
def print_form(submission_id: int) -> ResponseReturnValue:
    """The filled form on A4, in the national layout, for signature and seal; without what is sensitive."""
    return _print_page(own_submission(submission_id), with_sensitive=False)


@blueprint.get("/<int:submission_id>/print-empty")
@requires(Permission.SUBMISSION_READ)
def print_empty(submission_id: int) -> ResponseReturnValue:
    """The form with nothing filled in, on A4: to go round with a pen."""
    submission = own_submission(submission_id)
    return render_template(
        "surveys/officer/print_empty.html",
        **submission_context(submission),
        sections=questionnaire_of(submission.round).sections,
        yes_no=YES_NO,
        qr=_qr_code(submission),
    )


@blueprint.post("/<int:submission_id>/print")
@requires(Permission.SUBMISSION_PRINT_SENSITIVE)
@writes
def print_whole_form(submission_id: int) -> ResponseReturnValue:
    """The same with what is sensitive: an explicit choice that leaves a line in the audit trail."""
    submission = own_submission(submission_id)
    audit.log(get_session(), the_identity(), "submission:print-sensitive", f"ward {submission.ward_code}")
    add_event(get_session(), submission, EventKind.DOWNLOADED, the_identity().full_name, _("bản in có số liệu nhạy cảm"))
    return _print_page(submission, with_sensitive=True)


def _print_page(submission: Submission, *, with_sensitive: bool) -> str:
    reading, typed = read_submission(submission), typed_of(submission)
    sections = [(section, fields_of(section, typed, reading)) for section in reading.questionnaire.sections]
    code = print_code(submission)
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
