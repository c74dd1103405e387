"""The door: sign-in, sign-out, and who is at the keyboard of each request."""

from contextlib import suppress

from flask import Blueprint, current_app, flash, g, has_request_context, redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_wtf.csrf import CSRFError
from sqlalchemy import select
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from accounts import audit, users
from accounts.devices import find_device, remember_device
from accounts.forms import SignInForm
from accounts.guards import (
    current_identity,
    current_page_url,
    load_identity,
    next_page_url,
    note_session_use,
    open_to_all,
    redirect_to_sign_in,
    require_identity,
    requires,
    tell_ended_acting,
)
from accounts.models import User
from accounts.permissions import Permission
from accounts.sessions import begin_session, end_session, session_limits
from accounts.sign_in import SignInError, check_password, find_checked_user, fold_name, to_identity
from accounts.throttle import TooManyTriesError, check_try, counts_of, forgive
from portal.database import get_session, reading_session, writes
from portal.errors import NotFoundError
from portal.settings import current_settings
from portal.start import ALWAYS_OPEN

blueprint = Blueprint("accounts", __name__, template_folder="../templates")

DEMO_PASSWORD = "demo-2026"  # noqa: S105 - printed on the demo's own sign-in page


@blueprint.before_app_request
def identify() -> None:
    """Who is at the keyboard. Reads only: whoever is then refused has locked nobody out."""
    # These ask for nobody, and have to answer while the database does not.
    if (request.endpoint or "").startswith(ALWAYS_OPEN):
        return
    with reading_session() as db:
        load_identity(db)
    note_session_use()
    tell_ended_acting()


@blueprint.app_context_processor
def add_identity() -> dict[str, object]:
    """The person of a page: also of an error that came before anybody was looked up, such as a form too large to read its token."""
    if "identity" not in g and has_request_context():
        # While the database does not answer, its error is told to nobody in particular.
        with suppress(SQLAlchemyError):
            identify()
    return {"identity": current_identity()}


@blueprint.app_errorhandler(CSRFError)
def refuse_stale_form(_error: CSRFError) -> ResponseReturnValue:
    """A form of a session that has ended: sign in again, or, who has done so in another window, look at the page again."""
    identify()
    # A script is told nothing by words that a later page would show.
    is_script = request.accept_mimetypes.best == "application/json"
    if is_script or (current_identity() is None and request.endpoint != "accounts.sign_in"):
        return redirect_to_sign_in()
    flash(
        _("Trang vừa gửi thuộc một phiên làm việc đã kết thúc nên chưa có gì được lưu. Hãy xem lại rồi bấm nút lần nữa."), "undone"
    )
    return redirect(current_page_url())


@blueprint.route("/sign-in", methods=["GET", "POST"])
@open_to_all
@writes
def sign_in() -> ResponseReturnValue:
    """Sign in. The demo offers its accounts as buttons. The person who was asked to, and has done so in another window, goes on."""
    identity = current_identity()
    if request.method == "GET" and identity is not None and request.args.get("person") == str(identity.user_id):
        return redirect(next_page_url())
    form, status, headers = SignInForm(), 200, {}
    if form.validate_on_submit():
        try:
            return _sign_in(fold_name(form.username.data or ""), form.password.data or "")
        except TooManyTriesError as error:
            form.username.errors = [*form.username.errors, error.message]
            status, headers = error.status, {"Retry-After": str(error.seconds)}
        except SignInError as error:
            form.username.errors = [*form.username.errors, error.message]
    with reading_session() as db:
        demo = _demo_users(db)
    page = render_template("accounts/sign_in.html", form=form, demo=demo, demo_password=DEMO_PASSWORD)
    return page, 400 if form.errors and status == 200 else status, headers


def _sign_in(name: str, password: str) -> ResponseReturnValue:
    """Count the try, then compare the password, then open the session. Raises TooManyTriesError, SignInError."""
    counts = counts_of(name, request.remote_addr or "", find_device(name))
    check_try(counts)
    with reading_session() as db:
        checked_hash = check_password(db, name, password)
    user = find_checked_user(get_session(), name, checked_hash)
    if user is None:
        # What was typed may be a password that went into the wrong field: only the name of an account is written down.
        subject = f"account {name}" if users.has_user(get_session(), name) else "account"
        audit.log(get_session(), None, "account:refuse", subject)
        raise SignInError
    forgive(get_session(), counts)
    return _start_session(user)


@blueprint.post("/sign-out")
@requires(Permission.ACCOUNT_OWN)
@writes
def sign_out() -> ResponseReturnValue:
    """Sign out of this browser."""
    end_session(get_session(), session["token"])
    audit.log(get_session(), require_identity(), "account:sign-out", f"account {require_identity().username}")
    return leave()


@blueprint.post("/sign-in/demo/<username>")
@open_to_all
@writes
def demo_sign_in(username: str) -> ResponseReturnValue:
    """Enter as a demo account by its button; the page is not there in real use."""
    with reading_session() as db:
        user_id = next((user.id for user in _demo_users(db) if user.username == username), None)
    if user_id is None:
        raise NotFoundError(_("Không có tài khoản minh họa này."))
    return _start_session(users.get_user(get_session(), user_id))


def leave() -> Response:
    """To the sign-in page, leaving nothing behind but what is to be told there."""
    flashes = session.get("_flashes")
    session.clear()
    if flashes:
        session["_flashes"] = flashes
    response = redirect(url_for("accounts.sign_in"))
    # What an unsaved form keeps in the browser is not for the next person at this machine.
    response.headers["Clear-Site-Data"] = '"storage"'
    return response


def _start_session(user: User) -> ResponseReturnValue:
    """Open a session for whoever has shown who they are, and go on to where they wanted."""
    start_session(user)
    audit.log(get_session(), to_identity(user), "account:sign-in", f"account {user.username}")
    if audit.is_time_to_forget(current_app):
        audit.forget_addresses(get_session())
    response = redirect(next_page_url())
    remember_device(response, user.username)
    return response


def start_session(user: User) -> None:
    """Give this browser a new session of a person, in the place of any other, which ends."""
    if "token" in session:
        end_session(get_session(), session["token"])
    session.clear()
    limits = session_limits(current_settings())
    session["token"] = begin_session(get_session(), user.id, request.remote_addr or "", limits)


def _demo_users(session: Session) -> list[User]:
    """The accounts that may be entered by their button; none in real use."""
    if current_settings().is_production:
        return []
    return list(session.scalars(select(User).where(User.is_demo, User.is_active).order_by(User.id)))
