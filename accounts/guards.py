"""The guard of every view: ``@requires(Permission.X)`` declares who may pass, and ``@open_to_all`` that anybody may."""

from collections.abc import Callable, Mapping
from functools import wraps
from typing import Any, ParamSpec

from flask import Flask, current_app, flash, g, redirect, request, session, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from sqlalchemy.orm import Session
from werkzeug.exceptions import HTTPException

from accounts.hands import note_hands
from accounts.identity import Identity
from accounts.permissions import Permission, may, may_see_security
from accounts.sessions import find_session, needs_note, note_use, session_limits
from accounts.stand_ins import end_acting, find_ended, identity_of
from portal.database import check_before_writing, is_writing, reading_session, write_if_free
from portal.errors import NotFoundError
from portal.settings import current_settings
from portal.urls import find_open_page, is_safe_address

P = ParamSpec("P")
View = Callable[P, ResponseReturnValue]
# Gets all parts of the address; raises NotFoundError where what they name is not there or out of the person's scope.
ScopeCheck = Callable[[Session, Identity, Mapping[str, Any]], object]


def current_identity() -> Identity | None:
    """The person signed in to this request, or None."""
    identity: Identity | None = g.get("identity")
    return identity


def require_identity() -> Identity:
    """The person signed in, behind a guarded view where there always is one."""
    identity = current_identity()
    assert identity is not None
    return identity


def sees_security(ward_code: str | None = None) -> bool:
    """Whether the person of this request may see what a ward answers about network security; without a ward, those of the city."""
    return may_see_security(require_identity(), ward_code)


def load_identity(db: Session) -> None:
    """Set who is at the keyboard, for guards, views and templates."""
    browser_session = find_session(db, session["token"], session_limits(current_settings())) if "token" in session else None
    identity = identity_of(browser_session) if browser_session is not None else None
    # Set last: where the database does not answer a second time, the error page is still that of the same person.
    g.browser_session, g.identity = browser_session, identity
    g.ended_acting_for = find_ended(browser_session) if browser_session is not None else None


def note_session_use() -> None:
    """Write that the session of this request is in use, where that was long ago. A busy writer is not waited for: the next page tells it."""
    if g.browser_session is not None and needs_note(g.browser_session):
        session_id = g.browser_session.id
        write_if_free(lambda db: note_use(db, session_id))


def tell_ended_acting() -> None:
    """Say once that a stand-in has ended, and let the session act for its own person."""
    if g.ended_acting_for is None or request.method != "GET":
        return
    session_id = g.browser_session.id
    write_if_free(lambda db: end_acting(db, session_id))
    flash(
        _(
            "Ủy quyền làm thay %(name)s đã kết thúc. Từ đây bạn làm bằng tài khoản của mình; việc gửi sau lúc ấy chưa được thực hiện.",
            name=g.ended_acting_for,
        ),
        "undone",
    )


def redirect_to_sign_in() -> ResponseReturnValue:
    """The sign-in page, and from there back to this page; whoever was about to save something is told what happened."""
    # Whoever wanted to be out is out.
    if request.endpoint == "accounts.sign_out":
        return redirect(url_for("accounts.sign_in"))
    # A script asks for data, and informs the person itself.
    if request.method == "POST" and request.accept_mimetypes.best != "application/json":
        flash(
            _(
                "Phiên làm việc đã hết hạn nên việc vừa gửi chưa được thực hiện. Đăng nhập lại: bạn trở về trang vừa mở, "
                "xem lại những gì đã gõ (tệp thì chọn lại) rồi gửi lần nữa."
            ),
            "undone",
        )
    return redirect(url_for("accounts.sign_in", next=current_page_url()))


def current_page_url() -> str:
    """The URL of this request where it can be opened by a GET, else that of the page it was sent from, else of the home page."""
    return find_open_page() or url_for("portal.home")


def next_page_url() -> str:
    """Where the person wanted to go before they had to sign in, or to change a password; else the home page."""
    target = request.args.get("next", "")
    return target if is_safe_address(target) else url_for("portal.home")


def requires(permission: Permission) -> Callable[[View[P]], View[P]]:
    """Let pass only who has the permission; a URL part named ``ward_code`` must lie within the person's scope.

    Who may not gets the same 404 as for a page that does not exist. Put it outermost but for the route.
    """

    def guard(view: View[P]) -> View[P]:
        @wraps(view)
        def guarded(*args: P.args, **kwargs: P.kwargs) -> ResponseReturnValue:
            ward_code = kwargs.get("ward_code")
            ward = ward_code if isinstance(ward_code, str) else None
            detour = _check_access(permission, ward)
            if detour is not None:
                return detour
            if request.method == "POST":
                # A rehearsal, which writes nothing, asks for the same scope.
                _check_scope(kwargs)
                # Whoever sends slowly keeps no other writer waiting.
                request.get_data(parse_form_data=True)
            if is_writing():
                check_before_writing(lambda db: _check_again(db, permission, ward))
            return view(*args, **kwargs)

        guarded.permission = permission  # type: ignore[attr-defined]  # read by the house rules
        return guarded

    return guard


def _check_again(db: Session, permission: Permission, ward_code: str | None) -> None:
    """Look once more when the view begins to write: it may have waited for its turn, and the account been closed or changed meanwhile."""
    load_identity(db)
    detour = _check_access(permission, ward_code)
    if detour is not None:
        raise HTTPException(response=current_app.make_response(detour))
    note_hands(db, require_identity())


def _check_access(permission: Permission, ward_code: str | None) -> ResponseReturnValue | None:
    """Where to send the person first, None for whoever may pass. Raises NotFoundError."""
    identity = current_identity()
    if identity is None:
        return redirect_to_sign_in()
    if g.ended_acting_for is not None and request.method == "POST" and request.endpoint != "accounts.sign_out":
        # What was pressed as somebody else is not done as oneself; the page to come says so.
        return redirect(current_page_url())
    if identity.must_change_password and request.endpoint not in ("accounts.change_password", "accounts.sign_out"):
        return redirect(url_for("accounts.change_password", next=current_page_url()))
    if not may(identity, permission, ward_code):
        raise NotFoundError("Không có trang này, hoặc tài khoản của bạn không được giao xem trang này.")
    return None


def add_scope_check(app: Flask, argument: str, check: ScopeCheck) -> None:
    """Register what the part of that name in an address stands for, so that a view that writes is only reached within one's scope.

    ``<blueprint>.<name>`` where a name stands for something else in the addresses of one blueprint.
    """
    app.extensions.setdefault("scope_checks", {})[argument] = check


def _check_scope(arguments: Mapping[str, object]) -> None:
    """Refuse before anything is locked. Raises NotFoundError."""
    checks: dict[str, ScopeCheck] = current_app.extensions.get("scope_checks", {})
    with reading_session() as db:
        for name in arguments:
            check = checks.get(f"{request.blueprint}.{name}") or checks.get(name)
            if check is not None:
                check(db, require_identity(), arguments)


def open_to_all(view: View[P]) -> View[P]:
    """Declare that a view needs no sign-in."""
    view.permission = None  # type: ignore[attr-defined]  # read by the house rules
    return view
