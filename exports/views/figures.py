"""The map as a file to download."""

from flask import Blueprint
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from accounts.audit import record
from accounts.guards import requires, the_identity
from accounts.permissions import Permission
from portal.database import get_session, record_outside
from portal.downloads import send_bytes
from portal.errors import NotFoundError
from portal.settings import current_settings
from scoring.readiness import city_readiness

blueprint = Blueprint("figures", __name__, url_prefix="/exports")
MIMETYPES = {"png": "image/png", "svg": "image/svg+xml", "pdf": "application/pdf"}


@blueprint.get("/readiness-map.<kind>")
@requires(Permission.READINESS_READ)
def readiness_map(kind: str) -> ResponseReturnValue:
    """The readiness map as .png, .svg or .pdf; the download is audited."""
    if kind not in MIMETYPES:
        raise NotFoundError(_("Sơ đồ chỉ có dạng PNG, SVG hoặc PDF."))
    # Drawing loads matplotlib, which no other page needs: half a second of start-up is spent on the first picture only.
    from exports.figures import draw_readiness_map

    data = draw_readiness_map(city_readiness(get_session()), kind, is_demo=not current_settings().is_production)
    identity = the_identity()
    record_outside(lambda session: record(session, identity, "map:download", f"map {kind}"))
    return send_bytes(data, f"so-do-muc-do-dap-ung.{kind}", MIMETYPES[kind])
