"""Pages of the shell: the home page, the choice of language, static files, and the health check."""

from collections.abc import Callable
from typing import ParamSpec

from flask import Blueprint, abort, current_app, g, jsonify, redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError

from portal.assets import send_static
from portal.database import session_scope
from portal.i18n import LANGUAGES
from portal.migration import current_version, head
from portal.navigation import home_panels

blueprint = Blueprint("portal", __name__, template_folder="templates", static_folder=None)

P = ParamSpec("P")
View = Callable[P, ResponseReturnValue]


def permit(permission: str | None) -> Callable[[View[P]], View[P]]:
    """Declare who may open a page of the shell, by the word that accounts uses; None is everybody."""

    def declare(view: View[P]) -> View[P]:
        view.permission = permission  # type: ignore[attr-defined]  # read by the house rules
        return view

    return declare


@blueprint.get("/")
@permit("account:own:use")
def home() -> ResponseReturnValue:
    """What this person has to do next."""
    identity = g.get("identity")
    if identity is None:
        return redirect(url_for("accounts.sign_in"))
    if identity.must_change_password:
        return redirect(url_for("accounts.change_password"))
    panels = [panel.render() for panel in home_panels(current_app, identity.role)]
    return render_template("portal/home.html", panels=panels)


@blueprint.get("/health")
@permit(None)
def health() -> ResponseReturnValue:
    """Whether the application can work: the database answers and has the version that this code needs."""
    engine = current_app.extensions["engine"]
    try:
        with session_scope(engine, writes=False) as db:
            db.execute(text("SELECT 1"))
        version = current_version(engine)
    except SQLAlchemyError:
        return jsonify(status="error", database="unreachable"), 503
    if version != head():
        return jsonify(status="error", database="not migrated"), 503
    return jsonify(status="ok", database="ok")


@blueprint.get("/language/<code>")
@permit(None)
def language(code: str) -> ResponseReturnValue:
    """Keep the language in the session, and go back to the page that asked."""
    if code not in LANGUAGES:
        abort(404)
    session["language"] = code
    return redirect(_own_page(request.args.get("next", "")))


@blueprint.get("/favicon.ico")
@permit(None)
def favicon() -> ResponseReturnValue:
    """Browsers ask for this address whatever the page says."""
    return send_static("favicon.svg")


@blueprint.get("/static/<path:filename>", endpoint="static")
@permit(None)
def static_file(filename: str) -> ResponseReturnValue:
    """A static file."""
    return send_static(filename)


def _own_page(target: str) -> str:
    """Only a path of this site: the browser reads ``//host`` and ``/\\host`` as an address elsewhere."""
    is_own = target.startswith("/") and not target.startswith(("//", "/\\")) and target.isprintable()
    return target if is_own else url_for("portal.home")
