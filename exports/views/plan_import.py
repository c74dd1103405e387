"""Pages of the workbook that comes back: a preview of what it changes, and a new revision from the chosen changes.

Whichever revision it went out from, and on whichever page it comes back, it is compared with the newest of the chain, three ways.
"""

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from accounts import audit
from accounts.guards import require_identity, requires
from accounts.permissions import Permission
from exports.workbook.reader import read_plan_workbook
from planning.models import PlanRecord
from planning.plan.overrides import Edit
from planning.plan.workbook_diff import ReturnedWorkbook, WorkbookDiff, diff_workbook, selected_edits
from planning.scenarios import scenarios
from planning.scenarios.loading import get_plan_record, lock_newest, plan_of
from portal.database import get_session, reading_session, writes_when
from portal.errors import WardReadinessError
from portal.posted_files import encode_file, is_taken, read_posted_file
from portal.uploads import UploadError

blueprint = Blueprint("plan_return", __name__, template_folder="../templates")


@blueprint.get("/plans/<int:plan_id>/return")
@requires(Permission.PLAN_EDIT)
def upload(plan_id: int) -> ResponseReturnValue:
    """The form that takes the workbook."""
    return _page(get_plan_record(get_session(), plan_id))


@blueprint.post("/plans/<int:plan_id>/return")
@requires(Permission.PLAN_EDIT)
@writes_when(is_taken)
def submit(plan_id: int) -> ResponseReturnValue:
    """Preview what a workbook changes, or make a revision from the ticked changes.

    Both are one POST under the right to edit, because the file travels with the form and is compared anew.
    """
    data = read_posted_file()
    try:
        workbook = read_plan_workbook(data)
    except WardReadinessError as error:
        return _page(get_plan_record(get_session(), plan_id), error.message), 400
    if is_taken():
        # Computed before anything is locked, the plan is at hand when its changes are compared under the lock.
        with reading_session() as db:
            plan_of(db, get_plan_record(db, plan_id).newest)
    record = get_plan_record(get_session(), plan_id)
    record = lock_newest(get_session(), record) if is_taken() else record.newest
    try:
        origin = _get_origin(workbook, record)
        diff = diff_workbook(workbook, plan_of(get_session(), record))
    except WardReadinessError as error:
        return _page(record, error.message), 400
    if not is_taken():
        return _page(record, diff=diff, file=encode_file(data), origin=origin)
    ticked = request.form.getlist("take")
    edits = selected_edits(diff, ticked)
    refusal = _find_refusal(diff, ticked, edits)
    if refusal:
        return _page(record, refusal, diff, encode_file(data), origin), 400
    try:
        revision = _revise(record, edits, request.form.get("why", "").strip() or _("Nhận từ sổ tính"))
    except WardReadinessError as error:
        return _page(record, error.message, diff, encode_file(data), origin), 400
    after = {"from": record.id, "fields": len(edits)}
    audit.log(get_session(), require_identity(), "plan:take-workbook", f"plan {revision.id}", after=after)
    flash(_("Đã nhận %(count)s thay đổi vào bản %(number)s.", count=len(edits), number=revision.revision), "success")
    return redirect(url_for("plans.changes", plan_id=revision.id))


def _revise(record: PlanRecord, edits: list[Edit], reason: str) -> PlanRecord:
    """The next revision with the edits. Raises WardReadinessError."""
    session, by = get_session(), require_identity().full_name
    # A revision without its changes is no revision: both or none.
    with session.begin_nested():
        revision = scenarios.revise_plan(session, record, reason, by)
        scenarios.save_edits(session, revision, edits, reason, by, scenarios.WORKBOOK)
    return revision


def _find_refusal(diff: WorkbookDiff, ticked: list[str], edits: list[Edit]) -> str:
    """Why the ticked changes are not taken, or nothing: what somebody else changed meanwhile is not left out silently."""
    overtaken = {change.key for change in diff.disputed}.intersection(ticked)
    if overtaken:
        refusal: str = _(
            "Trong lúc bạn xem, phương án đã đổi %(count)s ô vừa chọn; các ô ấy nay ở bảng “Đã đổi ở cả hai nơi”. Xem lại rồi bấm nhận.",
            count=len(overtaken),
        )
    else:
        refusal = "" if edits else _("Chưa chọn thay đổi nào. Đánh dấu ít nhất một dòng rồi bấm lại.")
    return refusal


def _get_origin(workbook: ReturnedWorkbook, record: PlanRecord) -> PlanRecord:
    """The revision that the workbook went out from. Raises UploadError unless it is one of the chain of this plan."""
    origin = get_session().get(PlanRecord, workbook.plan_id)
    if origin is None or origin not in record.chain:
        raise UploadError(
            _(
                "Sổ tính này của phương án “%(other)s”, không phải “%(own)s”. Mở đúng phương án rồi gửi lại.",
                other=workbook.plan_name,
                own=record.title,
            )
        )
    return origin


def _page(
    record: PlanRecord, refusal: str = "", diff: WorkbookDiff | None = None, file: str = "", origin: PlanRecord | None = None
) -> str:
    return render_template(
        "exports/return.html",
        record=record,
        plan_id=record.id,
        refusal=refusal,
        diff=diff,
        file=file,
        origin=origin,
        newest=record.newest,
    )
