"""Pages of the Excel form: its download, the preview of a filled-in file, and the import."""

from collections.abc import Iterable, Iterator

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from accounts import audit
from accounts.guards import require_identity, requires
from accounts.permissions import Permission
from inventory.wards.queries import get_ward
from portal.database import get_session, reading_session, write_separately, writes_when
from portal.downloads import XLSX, send_bytes
from portal.errors import WardReadinessError
from portal.posted_files import encode_file, is_taken, read_posted_file
from surveys.checks.states import AnswerSource
from surveys.models import Round, Submission
from surveys.questionnaire.published_questionnaires import questionnaire_of
from surveys.questionnaire.questions import Questionnaire
from surveys.submissions.change_log import record_download
from surveys.submissions.rounds import get_round
from surveys.submissions.submissions import get_submission
from surveys.views.access import get_submission_in_scope
from surveys.views.audit_lines import log_changed_fields
from surveys.workbooks.form_import import (
    FilledForm,
    ImportPreview,
    build_submission_form,
    import_form,
    marked_form,
    preview_import,
    read_form,
    unpack_forms,
)

blueprint = Blueprint("workbook", __name__, template_folder="../templates")


@blueprint.get("/surveys/<int:submission_id>/form.xlsx")
@requires(Permission.SUBMISSION_READ)
def form(submission_id: int) -> ResponseReturnValue:
    """The form of a submission as a workbook, with its current entries."""
    submission, identity = get_submission_in_scope(submission_id), require_identity()
    data, code, subject = build_submission_form(submission), submission.ward_code, submission.subject
    record_download(submission_id, _("mẫu phiếu Excel"), identity.full_name)
    write_separately(lambda session: audit.log(session, identity, "submission:download-form", subject))
    return send_bytes(data, f"phieu-{code}-dot-{submission.round_id}.xlsx", XLSX)


@blueprint.get("/surveys/<int:submission_id>/form")
@requires(Permission.SUBMISSION_FILL)
def upload(submission_id: int) -> ResponseReturnValue:
    """The page where a filled-in form is uploaded."""
    return _upload_page(get_submission_in_scope(submission_id))


@blueprint.post("/surveys/<int:submission_id>/form", endpoint="take")
@requires(Permission.SUBMISSION_FILL)
@writes_when(is_taken)
def upload_form(submission_id: int) -> ResponseReturnValue:
    """Preview a file, or import a previewed one; the page carries the file in between, and it is compared again."""
    data = read_posted_file()
    # Reading takes its time, and comes before anything is locked.
    with reading_session() as db:
        questionnaire = questionnaire_of(get_submission(db, submission_id).round)
    form, refusal = _read_file(data, questionnaire)
    submission = get_submission_in_scope(submission_id, for_update=is_taken())
    if form is None:
        return _upload_page(submission, refusal), 400
    try:
        preview = preview_import(get_session(), form, submission.round, submission)
    except WardReadinessError as error:
        return _upload_page(submission, error.message), 400
    if request.form.get("do") == "mark":
        return _send_marked_form(submission, preview)
    if not is_taken():
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
@writes_when(is_taken)
def upload_round_forms(round_id: int) -> ResponseReturnValue:
    """Preview a zip of files, or import those that can be: each file all or nothing, in a transaction of its own."""
    data = read_posted_file()
    with reading_session() as db:
        questionnaire = questionnaire_of(get_round(db, round_id))
    try:
        files = [(name, *_read_file(file, questionnaire)) for name, file in unpack_forms(data)]
    except WardReadinessError as error:
        return _round_page(get_round(get_session(), round_id), error.message), 400
    round = get_round(get_session(), round_id)
    if not is_taken():
        return _round_page(round, results=list(_preview_all(files, round)), file=encode_file(data))
    ward_count, field_count, skipped_count = 0, 0, 0
    for _name, preview, _refusal in _preview_all(files, round):
        skipped_count += len(preview.refused) + len(preview.disputed) if preview else 0
        if preview is not None and preview.taken:
            submission = get_submission(get_session(), preview.submission_id)
            outcome = import_form(get_session(), submission, preview, require_identity().full_name, AnswerSource.WORKBOOK)
            log_changed_fields(submission, outcome.changed)
            ward_count, field_count = ward_count + 1, field_count + len(outcome.changed)
        # Whoever waits to save comes in between two files.
        get_session().commit()
    flash(_("Đã nhận %(fields)s ô của %(wards)s đơn vị.", fields=field_count, wards=ward_count), "success")
    if skipped_count:
        flash(_("%(count)s ô chưa nhận, giữ như cũ.", count=skipped_count), "warning")
    return redirect(url_for("review.board", round_id=round_id))


def _read_file(data: bytes, questionnaire: Questionnaire) -> tuple[FilledForm | None, str]:
    """What the file says, or why it says nothing."""
    try:
        return read_form(data, questionnaire), ""
    except WardReadinessError as error:
        return None, error.message


def _send_marked_form(submission: Submission, preview: ImportPreview) -> ResponseReturnValue:
    identity, subject = require_identity(), submission.subject
    data = marked_form(submission, preview)
    record_download(submission.id, _("mẫu phiếu Excel có đánh dấu chỗ sai"), identity.full_name)
    write_separately(lambda session: audit.log(session, identity, "submission:download-form", subject))
    return send_bytes(data, f"phieu-{submission.ward_code}-cho-sua.xlsx", XLSX)


def _preview_all(
    files: Iterable[tuple[str, FilledForm | None, str]], round: Round
) -> Iterator[tuple[str, ImportPreview | None, str]]:
    """Preview each file, one when it is asked for. Of two files of one ward only the first counts: nobody can say which is right."""
    file_names: dict[int, str] = {}
    for name, form, fault in files:
        preview, refusal = _preview_form(form, round) if form else (None, fault)
        if preview is not None and preview.submission_id in file_names:
            refusal = _(
                "%(ward)s đã có ở tệp “%(name)s”. Giữ lại một tệp.",
                ward=preview.ward_name,
                name=file_names[preview.submission_id],
            )
            preview = None
        elif preview is not None:
            file_names[preview.submission_id] = name
        yield name, preview, refusal


def _preview_form(form: FilledForm, round: Round) -> tuple[ImportPreview | None, str]:
    try:
        return preview_import(get_session(), form, round, for_update=is_taken()), ""
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
