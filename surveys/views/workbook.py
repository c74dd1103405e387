"""Pages of the Excel form: its download, the preview of a filled-in file, and the import."""

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from accounts import audit
from accounts.guards import require_identity, requires
from accounts.permissions import Permission
from inventory.wards.queries import get_ward
from portal.database import get_session, write_separately, writes
from portal.downloads import XLSX, send_bytes
from portal.errors import WardReadinessError
from portal.posted_files import encode_file, read_posted_file
from surveys.checks.states import AnswerSource, EventKind
from surveys.models import Round, Submission
from surveys.submissions.change_log import record_download
from surveys.submissions.rounds import get_round
from surveys.submissions.submissions import add_event, get_submission
from surveys.views.access import get_submission_in_scope
from surveys.views.audit_lines import log_changed_fields
from surveys.workbooks.form_import import (
    ImportPreview,
    build_submission_form,
    import_form,
    marked_form,
    preview_import,
    unpack_forms,
)

blueprint = Blueprint("workbook", __name__, template_folder="../templates")


@blueprint.get("/surveys/<int:submission_id>/form.xlsx")
@requires(Permission.SUBMISSION_READ)
def form(submission_id: int) -> ResponseReturnValue:
    """The form of a submission as a workbook, with its current entries."""
    submission, identity = get_submission_in_scope(submission_id), require_identity()
    data, code = build_submission_form(submission), submission.ward_code
    record_download(submission_id, _("mẫu phiếu Excel"), identity.full_name)
    write_separately(lambda session: audit.log(session, identity, "submission:download-form", f"ward {code}"))
    return send_bytes(data, f"phieu-{code}-dot-{submission.round_id}.xlsx", XLSX)


@blueprint.get("/surveys/<int:submission_id>/form")
@requires(Permission.SUBMISSION_FILL)
def upload(submission_id: int) -> ResponseReturnValue:
    """The page where a filled-in form is uploaded."""
    return _upload_page(get_submission_in_scope(submission_id))


@blueprint.post("/surveys/<int:submission_id>/form", endpoint="take")
@requires(Permission.SUBMISSION_FILL)
@writes
def upload_form(submission_id: int) -> ResponseReturnValue:
    """Preview a file, or import a previewed one; the page carries the file in between, and it is compared again."""
    submission, data = get_submission_in_scope(submission_id, for_update=True), read_posted_file()
    try:
        preview = preview_import(get_session(), data, submission.round, submission)
    except WardReadinessError as error:
        return _upload_page(submission, error.message), 400
    action = request.form.get("do", "rehearse")
    if action == "mark":
        add_event(
            get_session(), submission, EventKind.DOWNLOADED, require_identity().full_name, _("mẫu phiếu Excel có đánh dấu chỗ sai")
        )
        audit.log(get_session(), require_identity(), "submission:download-form", f"ward {submission.ward_code}")
        return send_bytes(marked_form(submission, preview), f"phieu-{submission.ward_code}-cho-sua.xlsx", XLSX)
    if action != "take":
        return _upload_page(submission, preview=preview, file=encode_file(data))
    outcome = import_form(
        get_session(), submission, preview, require_identity().full_name, AnswerSource.WORKBOOK, request.form.get("why", "")
    )
    log_changed_fields(submission, outcome.changed)
    flash(_("Đã nhận %(count)s ô từ tệp.", count=len(outcome.changed)), "success")
    if preview.refused or preview.disputed:
        flash(_("%(count)s ô chưa nhận, giữ như cũ.", count=len(preview.refused) + len(preview.disputed)), "warning")
    return redirect(url_for("surveys.overview", submission_id=submission_id))


@blueprint.get("/rounds/<int:round_id>/forms")
@requires(Permission.ROUND_MANAGE)
def round_forms(round_id: int) -> ResponseReturnValue:
    """The page where the files of many wards are uploaded at once."""
    return _round_page(get_round(get_session(), round_id))


@blueprint.post("/rounds/<int:round_id>/forms", endpoint="round_take")
@requires(Permission.ROUND_MANAGE)
@writes
def upload_round_forms(round_id: int) -> ResponseReturnValue:
    """Preview a zip of files, or import those that can be: each file all or nothing."""
    round, data = get_round(get_session(), round_id), read_posted_file()
    try:
        results = _preview_all(unpack_forms(data), round)
    except WardReadinessError as error:
        return _round_page(round, error.message), 400
    if request.form.get("do") != "take":
        return _round_page(round, results=results, file=encode_file(data))
    ward_count, field_count, skipped_count = 0, 0, 0
    for _name, preview, _refusal in results:
        skipped_count += len(preview.refused) + len(preview.disputed) if preview else 0
        if preview is None or not preview.taken:
            continue
        submission = get_submission(get_session(), preview.submission_id, for_update=True)
        outcome = import_form(get_session(), submission, preview, require_identity().full_name, AnswerSource.WORKBOOK)
        log_changed_fields(submission, outcome.changed)
        ward_count, field_count = ward_count + 1, field_count + len(outcome.changed)
    flash(_("Đã nhận %(fields)s ô của %(wards)s đơn vị.", fields=field_count, wards=ward_count), "success")
    if skipped_count:
        flash(_("%(count)s ô chưa nhận, giữ như cũ.", count=skipped_count), "warning")
    return redirect(url_for("review.board", round_id=round_id))


def _preview_all(files: list[tuple[str, bytes]], round: Round) -> list[tuple[str, ImportPreview | None, str]]:
    """Preview each file. Of two files of one ward only the first is imported: nobody can say which of them is right."""
    results: list[tuple[str, ImportPreview | None, str]] = []
    file_names: dict[int, str] = {}
    for name, data in files:
        preview, refusal = _preview_file(data, round)
        if preview is not None and preview.submission_id in file_names:
            refusal = _(
                "%(ward)s đã có ở tệp “%(name)s”. Giữ lại một tệp.",
                ward=preview.ward_name,
                name=file_names[preview.submission_id],
            )
            preview = None
        elif preview is not None:
            file_names[preview.submission_id] = name
        results.append((name, preview, refusal))
    return results


def _preview_file(data: bytes, round: Round) -> tuple[ImportPreview | None, str]:
    try:
        return preview_import(get_session(), data, round), ""
    except WardReadinessError as error:
        return None, error.message


def _upload_page(submission: Submission, refusal: str = "", preview: ImportPreview | None = None, file: str = "") -> str:
    ward = get_ward(get_session(), submission.ward_code)
    return render_template(
        "surveys/workbook/upload.html", submission=submission, ward=ward, refusal=refusal, preview=preview, file=file
    )


def _round_page(
    round: Round, refusal: str = "", results: list[tuple[str, ImportPreview | None, str]] | None = None, file: str = ""
) -> str:
    return render_template("surveys/workbook/round.html", round=round, refusal=refusal, results=results, file=file)
