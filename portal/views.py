"""Pages that belong to nobody else: the home page, and the files of the layout."""

import hashlib
from collections.abc import Callable
from io import BytesIO
from pathlib import Path
from typing import TypeVar

from flask import (
    Blueprint,
    current_app,
    g,
    redirect,
    render_template,
    request,
    send_file,
    send_from_directory,
    url_for,
)
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import NotFound

from portal.assets import BOOTSTRAP, STATIC
from portal.navigation import home_panels
from portal.settings import current_settings
from portal.web_fonts import WEB_FONTS, web_font

blueprint = Blueprint("portal", __name__, template_folder="templates")
# A file whose address names its content never changes; any other is asked for again after an hour.
YEAR_SECONDS, HOUR_SECONDS = 365 * 24 * 3600, 3600

V = TypeVar("V", bound=Callable[..., ResponseReturnValue])


def _open_to_all(view: V) -> V:
    view.permission = None  # type: ignore[attr-defined]  # read by the house rules, as accounts.guards sets it
    return view


@blueprint.get("/")
@_open_to_all
def home() -> ResponseReturnValue:
    """The panels of the role, or the sign-in page."""
    identity = g.get("identity")
    if identity is None:
        return redirect(url_for("accounts.sign_in"))
    if identity.must_change_password:
        return redirect(url_for("accounts.change_password"))
    panels = [(panel.place, panel.render()) for panel in home_panels(current_app, identity.role)]
    return render_template("portal/home.html", panels=[(place, html) for place, html in panels if html.strip()])


@blueprint.get("/static/<path:filename>")
@_open_to_all
def static(filename: str) -> ResponseReturnValue:
    """Our own styles and scripts."""
    return _send(STATIC, filename)


@blueprint.get("/bootstrap/<path:filename>")
@_open_to_all
def bootstrap(filename: str) -> ResponseReturnValue:
    """Bootstrap's styles, scripts and icons from its installed package."""
    return _send(BOOTSTRAP, filename)


@blueprint.get("/font/<name>.woff2")
@_open_to_all
def font(name: str) -> ResponseReturnValue:
    """A weight of Be Vietnam Pro, as small as the web likes it."""
    if name not in WEB_FONTS:
        raise NotFound
    data = web_font(name, current_settings().instance / "fonts")
    return send_file(BytesIO(data), "font/woff2", etag=hashlib.sha256(data).hexdigest(), max_age=HOUR_SECONDS)


def _send(folder: Path, filename: str) -> ResponseReturnValue:
    return send_from_directory(folder, filename, max_age=YEAR_SECONDS if "v" in request.args else HOUR_SECONDS)
