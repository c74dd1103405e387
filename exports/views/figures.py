"""Pictures as files to download, and the page that shows them all."""

from flask import Blueprint, Response, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from accounts import audit
from accounts.guards import require_identity, requires
from accounts.permissions import Permission, may
from exports.figures.gallery import MIMETYPES, PICTURES, Picture, PictureData, describe, draw
from portal.database import get_session, write_separately
from portal.downloads import send_bytes
from portal.errors import NotFoundError
from portal.settings import current_settings
from portal.vietnamese import fold

blueprint = Blueprint("figures", __name__, url_prefix="/exports", template_folder="../templates")


@blueprint.get("/figures")
@requires(Permission.READINESS_READ)
def gallery() -> ResponseReturnValue:
    """Every picture that the person may see, small, with its description and its files."""
    data, identity = PictureData(get_session()), require_identity()
    visible = [picture for picture in PICTURES.values() if may(identity, picture.permission)]
    return render_template(
        "exports/gallery.html",
        pictures=[(picture, describe(picture.read(data))) for picture in visible],
        city=data.city,
        kinds=list(MIMETYPES),
    )


@blueprint.get("/figures/<name>.<kind>")
@requires(Permission.READINESS_READ)
def figure(name: str, kind: str) -> ResponseReturnValue:
    """One picture as .png, .svg or .pdf, with ``?size=phone`` the one for a telephone; the download is audited."""
    return _send(_find(name), kind, is_phone=request.args.get("size") == "phone")


@blueprint.get("/figures/<name>/preview.png")
@requires(Permission.READINESS_READ)
def preview(name: str) -> ResponseReturnValue:
    """The picture for a telephone, shown on the page: no file that leaves the house, so no line in the audit trail."""
    response = Response(_draw(_find(name), "png", is_phone=True), mimetype=MIMETYPES["png"])
    response.headers["Cache-Control"] = "private, no-cache"
    response.add_etag()
    return response.make_conditional(request)


@blueprint.get("/readiness-map.<kind>")
@requires(Permission.READINESS_READ)
def readiness_map(kind: str) -> ResponseReturnValue:
    """The readiness map; the download is audited."""
    return _send(PICTURES["map"], kind, is_phone=False)


def _find(name: str) -> Picture:
    picture = PICTURES.get(name)
    if picture is None or not may(require_identity(), picture.permission):
        raise NotFoundError(_("Không có hình này, hoặc tài khoản của bạn không được giao xem hình này."))
    return picture


def _send(picture: Picture, kind: str, *, is_phone: bool) -> ResponseReturnValue:
    data, identity = _draw(picture, kind, is_phone=is_phone), require_identity()
    is_map = picture.name == "map"
    action, subject = ("map:download", f"map {kind}") if is_map else ("figure:download", f"figure {picture.name} {kind}")
    write_separately(lambda session: audit.log(session, identity, action, subject))
    name = "so-do-muc-do-dap-ung" if is_map else f"hinh-{fold(picture.label).replace(' ', '-')}"
    return send_bytes(data, f"{name}{'-dien-thoai' if is_phone else ''}.{kind}", MIMETYPES[kind])


def _draw(picture: Picture, kind: str, *, is_phone: bool) -> bytes:
    is_demo = not current_settings().is_production
    return draw(PictureData(get_session()), picture, kind, is_demo=is_demo, is_phone=is_phone)
