"""Pages of the evidence: attach a file, download it, remove it."""

from flask import Blueprint, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from accounts import audit
from accounts.audit import HIDDEN
from accounts.guards import require_identity, requires
from accounts.permissions import Permission
from portal.checked_files import MAX_SIZE, FileError, check_file
from portal.database import get_session, reading_session, write_separately, writes
from portal.downloads import send_bytes
from portal.file_store import StoreError
from portal.kept_files import KeptFile, keep_file
from portal.settings import current_settings
from surveys.checks.entries import SubmissionError
from surveys.checks.states import EventKind
from surveys.models import Evidence, Submission
from surveys.submissions.change_log import record_download
from surveys.submissions.evidence import (
    attach_file,
    attach_signed_copy,
    check_attachable,
    check_signed_copy,
    get_evidence,
    is_sensitive_evidence,
    load_evidence,
    remove_evidence,
)
from surveys.submissions.submissions import add_event, get_submission
from surveys.views.access import get_submission_in_scope

blueprint = Blueprint("evidence", __name__, url_prefix="/surveys", template_folder="../templates")


@blueprint.post("/<int:submission_id>/sections/<code>/evidence")
@requires(Permission.SUBMISSION_FILL)
@writes
def attach(submission_id: int, code: str) -> ResponseReturnValue:
    """Attach a file to a question, and go back to the section."""
    question = request.form.get("question", "")
    try:
        # What would be refused anyhow is not stored first.
        with reading_session() as db:
            check_attachable(db, get_submission(db, submission_id), question)
        kept = _keep_upload()
        submission = get_submission_in_scope(submission_id, for_update=True)
        stored = attach_file(get_session(), submission, question, kept, require_identity().full_name)
    except (FileError, StoreError, SubmissionError) as error:
        flash(error.message, "danger")
    else:
        values = _audit_values(submission, stored)
        add_event(get_session(), submission, EventKind.ATTACHED, require_identity().full_name, str(values["name"]))
        audit.log(get_session(), require_identity(), "evidence:attach", submission.subject, after=values)
        flash(_("Đã đính kèm tệp “%(name)s”.", name=stored.name), "success")
    return redirect(url_for("surveys.section", submission_id=submission_id, code=code) + "#evidence")


@blueprint.post("/<int:submission_id>/signed-copy")
@requires(Permission.SUBMISSION_FILL)
@writes
def attach_signed(submission_id: int) -> ResponseReturnValue:
    """Attach the scan of the signed paper."""
    code, by = request.form.get("code", ""), require_identity().full_name
    try:
        with reading_session() as db:
            check_signed_copy(db, get_submission(db, submission_id), code)
        kept = _keep_upload()
        submission = get_submission_in_scope(submission_id, for_update=True)
        stored = attach_signed_copy(get_session(), submission, code, kept, by)
    except (FileError, StoreError) as error:
        flash(error.message, "danger")
        return redirect(url_for("surveys.overview", submission_id=submission_id, code=code[:12]) + "#ban-ky")
    add_event(get_session(), submission, EventKind.ATTACHED, by, stored.name)
    audit.log(
        get_session(),
        require_identity(),
        "evidence:attach-signed",
        submission.subject,
        after=_audit_values(submission, stored),
    )
    flash(_("Đã đính kèm bản đã ký."), "success")
    return redirect(url_for("surveys.overview", submission_id=submission_id) + "#ban-ky")


@blueprint.get("/<int:submission_id>/evidence/<int:evidence_id>.file")
@requires(Permission.SUBMISSION_READ)
def download(submission_id: int, evidence_id: int) -> ResponseReturnValue:
    """The file, always as an attachment."""
    submission = get_submission_in_scope(submission_id)
    stored = get_evidence(get_session(), submission, evidence_id)
    data = load_evidence(current_settings().evidence_url, stored)
    identity, subject, values = require_identity(), submission.subject, _audit_values(submission, stored)
    record_download(submission_id, str(values["name"]), identity.full_name)
    write_separately(lambda session: audit.log(session, identity, "evidence:download", subject, after=values))
    return send_bytes(data, stored.name, stored.media_type)


@blueprint.post("/<int:submission_id>/sections/<code>/evidence/<int:evidence_id>/remove")
@requires(Permission.SUBMISSION_FILL)
@writes
def remove(submission_id: int, code: str, evidence_id: int) -> ResponseReturnValue:
    """Remove a file while the submission is open; its row stays."""
    submission = get_submission_in_scope(submission_id, for_update=True)
    stored = get_evidence(get_session(), submission, evidence_id)
    try:
        remove_evidence(submission, stored, require_identity().full_name)
    except SubmissionError as error:
        flash(error.message, "danger")
    else:
        values = _audit_values(submission, stored)
        add_event(get_session(), submission, EventKind.DETACHED, require_identity().full_name, str(values["name"]))
        audit.log(get_session(), require_identity(), "evidence:remove", submission.subject, before=values)
        flash(_("Đã gỡ tệp “%(name)s”.", name=stored.name), "success")
    return redirect(url_for("surveys.section", submission_id=submission_id, code=code) + "#evidence")


def _keep_upload() -> KeptFile:
    """The uploaded file, checked and stored. Raises FileError or StoreError."""
    upload = request.files.get("file")
    name, data = (upload.filename or "", upload.read(MAX_SIZE + 1)) if upload else ("", b"")
    return keep_file(current_settings().evidence_url, name, check_file(data))


def _audit_values(submission: Submission, evidence: Evidence) -> dict[str, object]:
    """A file in the audit trail, whose readers may not see the names of sensitive ones."""
    name = HIDDEN if is_sensitive_evidence(submission, evidence) else evidence.name
    return {"id": evidence.id, "question": evidence.question, "name": name, "sha256": evidence.sha256}
