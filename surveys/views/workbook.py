"""Pages of the Excel door: the form as a workbook, the rehearsal of what comes back, and taking it over."""

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from accounts import audit
from accounts.guards import requires, the_identity
from accounts.permissions import Permission
from inventory.wards.queries import get_ward
from portal.database import get_session, record_outside, writes
from portal.downloads import XLSX, send_bytes
from portal.errors import WardReadinessError
from portal.posted_files import carried, posted_file
from surveys.checks.states import Door, EventKind
from surveys.models import Round, Submission
from surveys.submissions.change_log import record_download
from surveys.submissions.rounds import get_round
from surveys.submissions.submissions import add_event, get_submission
from surveys.views.access import own_submission
from surveys.views.audit_lines import record_changes
from surveys.workbooks.form_import import Rehearsal, form_workbook, marked_copy, rehearse, take_over, unpack

blueprint = Blueprint("workbook", __name__, template_folder="../templates")


@blueprint.get("/surveys/<int:submission_id>/form.xlsx")
@requires(Permission.SUBMISSION_READ)
def form(submission_id: int) -> ResponseReturnValue:
    """The ward's own form as a workbook, filled in as it stands."""
    submission, identity = own_submission(submission_id), the_identity()
    data, code = form_workbook(submission), submission.ward_code
    record_download(submission_id, _("mẫu phiếu Excel"), identity.full_name)
    record_outside(lambda session: audit.log(session, identity, "submission:download-form", f"ward {code}"))
    return send_bytes(data, f"phieu-{code}-dot-{submission.round_id}.xlsx", XLSX)


@blueprint.get("/surveys/<int:submission_id>/form")
@requires(Permission.SUBMISSION_FILL)
def upload(submission_id: int) -> ResponseReturnValue:
    """Where a filled-in form is handed in."""
    return _upload_page(own_submission(submission_id))


@blueprint.post("/surveys/<int:submission_id>/form")
@requires(Permission.SUBMISSION_FILL)
@writes
def take(submission_id: int) -> ResponseReturnValue:
    """Rehearse a file, or take a rehearsed one over; the file travels with the page in between, and is looked over again."""
    submission, data = own_submission(submission_id, for_update=True), posted_file()
    try:
        found = rehearse(get_session(), data, submission.round, submission)
    except WardReadinessError as error:
        return _upload_page(submission, error.message), 400
    wanted = request.form.get("do", "rehearse")
    if wanted == "mark":
        add_event(
            get_session(), submission, EventKind.DOWNLOADED, the_identity().full_name, _("mẫu phiếu Excel có đánh dấu chỗ sai")
        )
        audit.log(get_session(), the_identity(), "submission:download-form", f"ward {submission.ward_code}")
        return send_bytes(marked_copy(submission, found), f"phieu-{submission.ward_code}-cho-sua.xlsx", XLSX)
    if wanted != "take":
        return _upload_page(submission, found=found, file=carried(data))
    outcome = take_over(get_session(), submission, found, the_identity().full_name, Door.WORKBOOK, request.form.get("why", ""))
    record_changes(submission, outcome.changed)
    flash(_("Đã nhận %(count)s ô từ tệp.", count=len(outcome.changed)), "success")
    if found.refused or found.disputed:
        flash(_("%(count)s ô chưa nhận, giữ như cũ.", count=len(found.refused) + len(found.disputed)), "warning")
    return redirect(url_for("surveys.overview", submission_id=submission_id))


@blueprint.get("/rounds/<int:round_id>/forms")
@requires(Permission.ROUND_MANAGE)
def round_forms(round_id: int) -> ResponseReturnValue:
    """Where many wards' files are handed in at once."""
    return _round_page(get_round(get_session(), round_id))


@blueprint.post("/rounds/<int:round_id>/forms")
@requires(Permission.ROUND_MANAGE)
@writes
def round_take(round_id: int) -> ResponseReturnValue:
    """Rehearse a zip of files, or take over those of them that can be: each file all or nothing."""
    found, data = get_round(get_session(), round_id), posted_file()
    try:
        results = _try_all(unpack(data), found)
    except WardReadinessError as error:
        return _round_page(found, error.message), 400
    if request.form.get("do") != "take":
        return _round_page(found, results=results, file=carried(data))
    wards, fields, left = 0, 0, 0
    for _name, rehearsal, _refused in results:
        left += len(rehearsal.refused) + len(rehearsal.disputed) if rehearsal else 0
        if rehearsal is None or not rehearsal.taken:
            continue
        submission = get_submission(get_session(), rehearsal.submission_id, for_update=True)
        outcome = take_over(get_session(), submission, rehearsal, the_identity().full_name, Door.WORKBOOK)
        record_changes(submission, outcome.changed)
        wards, fields = wards + 1, fields + len(outcome.changed)
    flash(_("Đã nhận %(fields)s ô của %(wards)s đơn vị.", fields=fields, wards=wards), "success")
    if left:
        flash(_("%(count)s ô chưa nhận, giữ như cũ.", count=left), "warning")
    return redirect(url_for("review.board", round_id=round_id))


def _try_all(parts: list[tuple[str, bytes]], found: Round) -> list[tuple[str, Rehearsal | None, str]]:
    """Each file looked over. Of two files of one ward the first counts: nobody can say which of them is right."""
    results: list[tuple[str, Rehearsal | None, str]] = []
    known: dict[int, str] = {}
    for name, part in parts:
        rehearsal, refused = _try(part, found)
        if rehearsal is not None and rehearsal.submission_id in known:
            refused = _(
                "%(ward)s đã có ở tệp “%(name)s”. Giữ lại một tệp.", ward=rehearsal.ward_name, name=known[rehearsal.submission_id]
            )
            rehearsal = None
        elif rehearsal is not None:
            known[rehearsal.submission_id] = name
        results.append((name, rehearsal, refused))
    return results


def _try(data: bytes, found: Round) -> tuple[Rehearsal | None, str]:
    try:
        return rehearse(get_session(), data, found), ""
    except WardReadinessError as error:
        return None, error.message


def _upload_page(submission: Submission, refused: str = "", found: Rehearsal | None = None, file: str = "") -> str:
    ward = get_ward(get_session(), submission.ward_code)
    return render_template(
        "surveys/workbook/upload.html", submission=submission, ward=ward, refused=refused, found=found, file=file
    )


def _round_page(
    found: Round, refused: str = "", results: list[tuple[str, Rehearsal | None, str]] | None = None, file: str = ""
) -> str:
    return render_template("surveys/workbook/round.html", round=found, refused=refused, results=results, file=file)
