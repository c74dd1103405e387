"""The page where the administrator loads the boundaries that the map draws, looks at them, and removes them."""

from flask import Blueprint, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from accounts.guards import require_identity, requires
from accounts.permissions import Permission
from inventory.boundaries.forms import BoundaryForm
from inventory.boundaries.geojson import BoundaryError
from inventory.boundaries.store import find_source, get_boundaries, load_boundaries, read_boundary_file, remove_boundaries
from portal.database import get_session, writes

blueprint = Blueprint("boundaries", __name__, template_folder="../templates")


@blueprint.get("/boundaries")
@requires(Permission.BOUNDARY_MANAGE)
def show() -> ResponseReturnValue:
    """What is loaded, and the form for another file."""
    return _page(BoundaryForm())


@blueprint.post("/boundaries")
@requires(Permission.BOUNDARY_MANAGE)
@writes
def load() -> ResponseReturnValue:
    """Replace what is loaded by a file; one that is refused changes nothing."""
    form = BoundaryForm()
    if not form.validate_on_submit():
        return _page(form), 400
    try:
        file = read_boundary_file(form.file.data.read(), form.file.data.filename or "", form.source.data or "")
        load_boundaries(get_session(), file, require_identity())
    except BoundaryError as error:
        form.file.errors = [*form.file.errors, error.message]
        return _page(form), 400
    flash(_("Đã nạp ranh giới. Xem hình bên dưới trước khi báo mọi người dùng."), "success")
    return redirect(url_for("boundaries.show"))


@blueprint.post("/boundaries/remove")
@requires(Permission.BOUNDARY_MANAGE)
@writes
def remove() -> ResponseReturnValue:
    """Remove the boundaries."""
    if remove_boundaries(get_session(), require_identity()):
        flash(_("Đã gỡ ranh giới. Sơ đồ lục giác vẫn dùng được như trước."), "success")
    return redirect(url_for("boundaries.show"))


def _page(form: BoundaryForm) -> str:
    source = find_source(get_session())
    boundaries = get_boundaries(get_session(), source) if source else None
    return render_template("inventory/boundaries.html", form=form, source=source, boundaries=boundaries)
