"""Pages of people: sign-in and sign-out, one's password, accounts, the audit trail."""

from datetime import date, datetime, time, timedelta

from flask import Blueprint, current_app, flash, redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_wtf.csrf import CSRFError
from sqlalchemy import select
from sqlalchemy.orm import Session

from accounts import audit, users
from accounts.audit_labels import ACTION_LABELS, describe_action, describe_subject
from accounts.forms import EmailForm, PasswordForm, SignInForm, UserForm
from accounts.guards import (
    current_identity,
    current_page_url,
    load_identity,
    open_to_all,
    redirect_to_sign_in,
    require_identity,
    requires,
)
from accounts.identity import Role
from accounts.models import AuditEntry, User
from accounts.permissions import Permission
from accounts.sign_in import SignInError, check_password, check_sign_in, to_identity
from portal.clock import HANOI
from portal.database import get_session, reading_session, writes
from portal.errors import NotFoundError, WardReadinessError
from portal.settings import current_settings
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
    form = SignInForm()
    if form.validate_on_submit():
        username = form.username.data or ""
        with reading_session() as db:
            checked_hash = check_password(db, username, form.password.data or "")
        user = check_sign_in(get_session(), username, checked_hash)
        if user is not None:
            return _start_session(user)
        audit.log(get_session(), None, "account:refuse", f"account {username[:64]}")
        form.username.errors = [*form.username.errors, SignInError().message]
    with reading_session() as db:
        demo = _demo_users(db)
    status = 400 if form.errors else 200
    page = render_template("accounts/sign_in.html", form=form, demo=demo, demo_password=DEMO_PASSWORD)
    return page, status


@blueprint.post("/sign-out")
@requires(Permission.ACCOUNT_OWN)
def sign_out() -> ResponseReturnValue:
    """Sign out."""
    session.clear()
    response = redirect(url_for("accounts.sign_in"))
    # What an unsaved form keeps in the browser is not for the next person at this machine.
    response.headers["Clear-Site-Data"] = '"storage"'
    return response


@blueprint.route("/account/password", methods=["GET", "POST"])
@requires(Permission.ACCOUNT_OWN)
@writes
def change_password() -> ResponseReturnValue:
    """Change one's password."""
    form, identity = PasswordForm(), require_identity()
    if form.validate_on_submit():
        try:
            user = users.change_password(get_session(), identity.user_id, form.old.data or "", form.new.data or "")
        except WardReadinessError as error:
            form.new.errors = [*form.new.errors, error.message]
        else:
            session["session_version"] = user.session_version
            audit.log(get_session(), identity, "account:change-password", f"account {identity.username}")
            flash(_("Đã đổi mật khẩu."), "success")
            return redirect(url_for("portal.home"))
    return _password_page(form, _email_form()), 400 if form.errors else 200


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
        wards = users.parse_ward_codes(form.wards.data or "", current_app.extensions["ward_codes"])
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
    session.clear()
    session.update(user_id=user.id, session_version=user.session_version)
    audit.log(get_session(), to_identity(user), "account:sign-in", f"account {user.username}")
    target = request.args.get("next", "")
    is_local = target.startswith("/") and not target.startswith(("//", "/\\"))
    return redirect(target if is_local else url_for("portal.home"))


def _demo_users(session: Session) -> list[User]:
    """The accounts that may be entered by their button; none in real use."""
    if current_settings().is_production:
        return []
    return list(session.scalars(select(User).where(User.is_demo, User.is_active).order_by(User.id)))


def _email_form() -> EmailForm:
    return EmailForm(formdata=None, email=users.get_user(get_session(), require_identity().user_id).email)


def _password_page(form: PasswordForm, email_form: EmailForm) -> str:
    return render_template("accounts/password.html", form=form, email_form=email_form)


def _user_page(form: UserForm) -> str:
    return render_template("accounts/users.html", form=form, users=users.list_users(get_session()), roles=list(Role))
