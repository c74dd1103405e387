"""Pages of people: sign-in and sign-out, one's password, accounts, the audit trail."""

from datetime import date, datetime, time, timedelta

from flask import Blueprint, flash, g, redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_wtf.csrf import CSRFError
from sqlalchemy import select
from sqlalchemy.orm import Session

from accounts import audit, users
from accounts.audit_labels import ACTION_LABELS, describe_action, describe_subject
from accounts.devices import find_device, remember_device
from accounts.forms import EmailForm, PasswordForm, SignInForm, UserForm
from accounts.guards import (
    current_identity,
    current_page_url,
    load_identity,
    note_session_use,
    open_to_all,
    redirect_to_sign_in,
    require_identity,
    requires,
)
from accounts.identity import Role
from accounts.models import AuditEntry, User
from accounts.permissions import Permission
from accounts.places import list_places, place_names
from accounts.sessions import begin_session, end_session, end_sessions, list_sessions, session_limits
from accounts.sign_in import SignInError, check_password, find_checked_user, fold_name, to_identity
from accounts.throttle import TooManyTriesError, check_try, counts_of, forgive, own_password_count
from portal.clock import HANOI
from portal.database import get_session, reading_session, writes
from portal.errors import NotFoundError, WardReadinessError
from portal.settings import current_settings
from portal.urls import is_safe_address
from portal.vietnamese import sort_key

blueprint = Blueprint("accounts", __name__, template_folder="templates")

DEMO_PASSWORD = "demo-2026"  # noqa: S105 - printed on the demo's own sign-in page
PAGE_SIZE = 100
MAX_PAGE = 1_000_000


@blueprint.before_app_request
def identify() -> None:
    """Who is at the keyboard. Reads only: whoever is then refused has locked nobody out."""
    with reading_session() as db:
        load_identity(db)
    note_session_use()


@blueprint.app_errorhandler(CSRFError)
def refuse_stale_form(_error: CSRFError) -> ResponseReturnValue:
    """A form of a session that has ended: sign in again, or, who has done so in another window, look at the page again."""
    identify()
    if current_identity() is None and request.endpoint != "accounts.sign_in":
        return redirect_to_sign_in()
    flash(
        _("Trang vừa gửi thuộc một phiên làm việc đã kết thúc nên chưa có gì được lưu. Hãy xem lại rồi bấm nút lần nữa."), "warning"
    )
    return redirect(current_page_url())


@blueprint.route("/sign-in", methods=["GET", "POST"])
@open_to_all
@writes
def sign_in() -> ResponseReturnValue:
    """Sign in. The demo offers its accounts as buttons."""
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
    return _leave()


@blueprint.post("/account/sign-out-everywhere")
@requires(Permission.ACCOUNT_OWN)
@writes
def sign_out_everywhere() -> ResponseReturnValue:
    """Sign out of every browser, this one too."""
    identity = require_identity()
    end_sessions(get_session(), identity.user_id)
    audit.log(get_session(), identity, "account:sign-out-everywhere", f"account {identity.username}")
    flash(_("Đã đăng xuất tài khoản này ở mọi nơi."), "success")
    return _leave()


def _leave() -> ResponseReturnValue:
    """To the sign-in page, leaving nothing behind but what is to be told there."""
    flashes = session.get("_flashes")
    session.clear()
    if flashes:
        session["_flashes"] = flashes
    response = redirect(url_for("accounts.sign_in"))
    # What an unsaved form keeps in the browser is not for the next person at this machine.
    response.headers["Clear-Site-Data"] = '"storage"'
    return response


@blueprint.route("/account/password", methods=["GET", "POST"])
@requires(Permission.ACCOUNT_OWN)
@writes
def change_password() -> ResponseReturnValue:
    """Change one's password: every session of the account ends, and this browser gets a new one."""
    form, identity = PasswordForm(), require_identity()
    if not form.validate_on_submit():
        return _password_page(form, _email_form()), 400 if form.errors else 200
    counts = [own_password_count(identity.user_id)]
    try:
        check_try(counts)
        with reading_session() as db:
            hashes = users.check_new_password(db, identity.user_id, form.old.data or "", form.new.data or "", place_names())
        user = users.change_password(get_session(), identity.user_id, *hashes)
    except WardReadinessError as error:
        form.new.errors = [*form.new.errors, error.message]
        return _password_page(form, _email_form()), 400
    forgive(get_session(), counts)
    audit.log(get_session(), identity, "account:change-password", f"account {identity.username}")
    _begin_session(user)
    flash(_("Đã đổi mật khẩu. Các nơi khác đang mở tài khoản này đã bị đăng xuất."), "success")
    return redirect(url_for("portal.home"))


@blueprint.post("/account/email")
@requires(Permission.ACCOUNT_OWN)
@writes
def change_email() -> ResponseReturnValue:
    """Change one's address for reminders."""
    form, identity = EmailForm(), require_identity()
    if form.validate_on_submit():
        try:
            users.set_email(get_session(), identity.user_id, form.email.data or "")
        except WardReadinessError as error:
            form.email.errors = [*form.email.errors, error.message]
        else:
            audit.log(get_session(), identity, "account:set-email", f"account {identity.username}")
            flash(_("Đã lưu thư điện tử."), "success")
            return redirect(url_for("accounts.change_password"))
    return _password_page(PasswordForm(formdata=None), form), 400


@blueprint.get("/users")
@requires(Permission.USERS_MANAGE)
def user_list() -> ResponseReturnValue:
    """All accounts, and the form of a new one."""
    return _user_page(UserForm(formdata=None))


@blueprint.post("/users")
@requires(Permission.USERS_MANAGE)
@writes
def user_create() -> ResponseReturnValue:
    """Create an account; its one-time password is shown once."""
    form = UserForm()
    if not form.validate_on_submit():
        return _user_page(form), 400
    try:
        wards = users.parse_ward_codes(form.wards.data or "", frozenset(place.code for place in list_places()))
    except users.UserError as error:
        form.wards.errors = [*form.wards.errors, error.message]
        return _user_page(form), 400
    try:
        slip = users.create_user(
            get_session(),
            form.username.data or "",
            form.full_name.data or "",
            Role(form.role.data),
            wards,
            email=form.email.data or "",
        )
    except WardReadinessError as error:
        form.username.errors = [*form.username.errors, error.message]
        return _user_page(form), 400
    after = {"role": slip.role.value, "wards": wards}
    audit.log(get_session(), require_identity(), "account:create", f"account {slip.username}", after=after)
    return render_template("accounts/slips.html", slips=[slip])


@blueprint.post("/users/<int:user_id>/reset")
@requires(Permission.USERS_MANAGE)
@writes
def user_reset(user_id: int) -> ResponseReturnValue:
    """Give an account a new one-time password, shown once."""
    slip = users.reset_password(get_session(), user_id)
    audit.log(get_session(), require_identity(), "account:reset-password", f"account {slip.username}")
    return render_template("accounts/slips.html", slips=[slip])


@blueprint.post("/users/<int:user_id>/active")
@requires(Permission.USERS_MANAGE)
@writes
def user_active(user_id: int) -> ResponseReturnValue:
    """Close an account, or open it again."""
    active = request.form.get("active") == "1"
    user = users.set_active(get_session(), user_id, active=active)
    audit.log(get_session(), require_identity(), "account:set-active", f"account {user.username}", after={"active": active})
    flash(_("Đã mở tài khoản.") if active else _("Đã khóa tài khoản."), "success")
    return redirect(url_for("accounts.user_list"))


@blueprint.get("/audit")
@requires(Permission.AUDIT_READ)
def audit_trail() -> ResponseReturnValue:
    """The audit trail, newest first, filtered by name and action."""
    filters = {name: request.args.get(name, "")[:64] for name in ("username", "action", "subject", "since", "until")}
    page = max(1, min(request.args.get("page", 1, type=int), MAX_PAGE))
    query = select(AuditEntry).order_by(AuditEntry.id.desc())
    if filters["username"]:
        query = query.where(AuditEntry.username == filters["username"])
    if filters["action"]:
        query = query.where(AuditEntry.action == filters["action"])
    if filters["subject"]:
        query = query.where(AuditEntry.subject.contains(filters["subject"], autoescape=True))
    since, until = _parse_day(filters["since"]), _parse_day(filters["until"])
    if since is not None:
        query = query.where(AuditEntry.at >= since)
    if until is not None:
        query = query.where(AuditEntry.at < until + timedelta(days=1))
    entries = list(get_session().scalars(query.offset((page - 1) * PAGE_SIZE).limit(PAGE_SIZE + 1)))
    return render_template(
        "accounts/audit.html",
        entries=entries[:PAGE_SIZE],
        filters=filters,
        actions=dict(sorted(ACTION_LABELS.items(), key=lambda part: sort_key(part[1]))),
        describe_action=describe_action,
        describe_subject=describe_subject,
        page=page,
        more=len(entries) > PAGE_SIZE,
    )


def _parse_day(text: str) -> datetime | None:
    """The first moment of a day by the territory's clock; None where the text is no day."""
    try:
        day = date.fromisoformat(text)
    except ValueError:
        return None
    return datetime.combine(day, time(), HANOI) if 2000 <= day.year < 3000 else None


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


def _start_session(user: User) -> ResponseReturnValue:
    """Open a session for whoever has shown who they are, and go on to where they wanted."""
    _begin_session(user)
    audit.log(get_session(), to_identity(user), "account:sign-in", f"account {user.username}")
    target = request.args.get("next", "")
    response = redirect(target if is_safe_address(target) else url_for("portal.home"))
    remember_device(response, user.username)
    return response


def _begin_session(user: User) -> None:
    session.clear()
    limits = session_limits(current_settings())
    session["token"] = begin_session(get_session(), user.id, request.remote_addr or "", limits)


def _demo_users(session: Session) -> list[User]:
    """The accounts that may be entered by their button; none in real use."""
    if current_settings().is_production:
        return []
    return list(session.scalars(select(User).where(User.is_demo, User.is_active).order_by(User.id)))


def _email_form() -> EmailForm:
    return EmailForm(formdata=None, email=users.get_user(get_session(), require_identity().user_id).email)


def _password_page(form: PasswordForm, email_form: EmailForm) -> str:
    limits = session_limits(current_settings())
    with reading_session() as db:
        open_sessions = list_sessions(db, require_identity().user_id, limits)
    return render_template(
        "accounts/password.html", form=form, email_form=email_form, sessions=open_sessions, this_session=g.browser_session
    )


def _user_page(form: UserForm) -> str:
    return render_template("accounts/users.html", form=form, users=users.list_users(get_session()), roles=list(Role))
