"""Pages of the workbook that comes back: the rehearsal of what it changes, and taking chosen changes over as a new revision."""

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from accounts import audit
from accounts.guards import requires, the_identity
from accounts.permissions import Permission
from exports.workbook.reader import read_plan_workbook
from planning.models import PlanRecord
from planning.plan.workbook_diff import ReturnedWorkbook, WorkbookDiff, diff_workbook, selected_edits
from planning.scenarios import scenarios
from planning.scenarios.loading import get_plan_record, plan_of
from portal.database import get_session, writes
from portal.errors import WardReadinessError
from portal.posted_files import carried, posted_file
from portal.uploads import UploadError

blueprint = Blueprint("plan_return", __name__, template_folder="../templates")


@blueprint.get("/plans/<int:plan_id>/return")
@requires(Permission.PLAN_EDIT)
def upload(plan_id: int) -> ResponseReturnValue:
    """Where the workbook is handed in."""
    return _page(get_plan_record(get_session(), plan_id))


@blueprint.post("/plans/<int:plan_id>/return")
@requires(Permission.PLAN_EDIT)
@writes
def take(plan_id: int) -> ResponseReturnValue:
    """Rehearse a workbook, or take the ticked changes over; the file travels with the page in between, and is looked over again."""
    own, data = get_plan_record(get_session(), plan_id, for_update=True), posted_file()
    try:
        file = read_plan_workbook(data)
        found = diff_workbook(_checked(file, own), plan_of(get_session(), own))
    except WardReadinessError as error:
        return _page(own, error.message), 400
    if request.form.get("do") != "take":
        return _page(own, found=found, file=carried(data))
    edits = selected_edits(found, request.form.getlist("take"))
    if not edits:
        return _page(own, _("Chưa chọn thay đổi nào. Đánh dấu ít nhất một dòng rồi bấm lại."), found, carried(data)), 400
    identity, why = the_identity(), request.form.get("why", "").strip() or _("Nhận từ sổ tính")
    try:
        # A revision without its changes is no revision: both or none.
        with get_session().begin_nested():
            made = scenarios.revise_plan(get_session(), own, why, identity.full_name)
            scenarios.save_edits(get_session(), made, edits, why, identity.full_name, scenarios.WORKBOOK)
    except WardReadinessError as error:
        return _page(own, error.message, found, carried(data)), 400
    audit.log(get_session(), identity, "plan:take-workbook", f"plan {made.id}", after={"from": plan_id, "fields": len(edits)})
    flash(_("Đã nhận %(count)s thay đổi vào bản %(number)s.", count=len(edits), number=made.revision), "success")
    return redirect(url_for("plans.changes", plan_id=made.id))


def _checked(file: ReturnedWorkbook, own: PlanRecord) -> ReturnedWorkbook:
    """The file, where it is that of this plan or of an earlier revision of it. Raises UploadError."""
    origin = get_session().get(PlanRecord, file.plan_id)
    if origin is None or origin.name != own.name:
        raise UploadError(
            _(
                "Sổ tính này của phương án “%(other)s”, không phải “%(own)s”. Mở đúng phương án rồi gửi lại.",
                other=file.plan_name,
                own=own.title,
            )
        )
    return file


def _page(own: PlanRecord, refused: str = "", found: WorkbookDiff | None = None, file: str = "") -> str:
    return render_template("exports/return.html", record=own, plan_id=own.id, refused=refused, found=found, file=file)
