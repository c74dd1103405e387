"""The page of the office: what is in force, and every version before."""

from dataclasses import asdict

from flask import Blueprint, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from accounts.guards import require_identity, requires
from accounts.permissions import Permission
from inventory.office.forms import OfficeForm
from inventory.office.office import LABELS, Office
from inventory.office.store import OfficeChangedError, change_office, current_office, list_versions, version_stamp
from portal.database import get_session, reading_session, writes

blueprint = Blueprint("office", __name__, template_folder="../templates")


@blueprint.get("/office")
@requires(Permission.OFFICE_MANAGE)
def show() -> ResponseReturnValue:
    """The office in force, ready to be changed, and its history."""
    return _page(OfficeForm(formdata=None, **asdict(current_office())))


@blueprint.post("/office")
@requires(Permission.OFFICE_MANAGE)
@writes
def change() -> ResponseReturnValue:
    """Put what was typed in force; the version before stays in the history."""
    form = OfficeForm()
    if not form.validate_on_submit():
        return _page(form), 400
    try:
        is_changed = change_office(get_session(), form.office(), form.seen.data or "", require_identity())
    except OfficeChangedError as error:
        return _page(form, error.message), error.status
    if is_changed:
        flash(
            _("Đã lưu. Trang, thư và tệp làm từ bây giờ theo thông tin này; tệp của phương án đã trình giữ thông tin lúc trình."),
            "success",
        )
    else:
        flash(_("Không có gì đổi."), "info")
    return redirect(url_for("office.show"))


def _page(form: OfficeForm, refusal: str = "") -> str:
    with reading_session() as session:
        rows = list_versions(session)
        form.seen.data = version_stamp(rows)
        versions = [(row, Office.from_values(row.office)) for row in rows]
    return render_template("inventory/office.html", form=form, versions=versions, labels=LABELS, refusal=refusal)
