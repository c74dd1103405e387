"""Accounts, by whoever manages them: find, create, change, reset, close them, and say who stands in for whom."""

from collections.abc import Mapping

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from sqlalchemy.orm import Session

from accounts import audit, stand_ins, users
from accounts.forms import StandInForm, UserForm
from accounts.guards import require_identity, requires
from accounts.identity import Role
from accounts.jobs import ask, follow, get_visible_job, is_own
from accounts.models import User
from accounts.permissions import Permission
from accounts.scopes import ScopeError, describe_scope
from accounts.users_import import KIND, read_slips
from accounts.users_workbook import UserTable, build_user_table, check_users, read_user_table
from accounts.views.sign_in import blueprint
from portal.database import get_session, reading_session, writes
from portal.downloads import XLSX, send_bytes
from portal.errors import NotFoundError, WardReadinessError
from portal.formats import format_day
from portal.jobs.job import Job
from portal.jobs.queue import job_queue
from portal.posted_files import encode_file, is_taken, read_posted_file

PAGE_SIZE = 100
MAX_PAGE = 1_000


@blueprint.get("/users")
@requires(Permission.USERS_MANAGE)
def user_list() -> ResponseReturnValue:
    """The accounts that a search finds, page by page."""
    filters = {name: request.args.get(name, "")[:64] for name in ("q", "role", "state")}
    page = max(1, min(request.args.get("page", 1, type=int), MAX_PAGE))
    matches = users.search_users(get_session(), filters["q"], filters["role"], filters["state"])
    rows = matches[(page - 1) * PAGE_SIZE : page * PAGE_SIZE]
    return render_template(
        "accounts/users.html",
        rows=[(user, Role(user.role), describe_scope(user)) for user in rows],
        count=len(matches),
        filters=filters,
        roles=list(Role),
        page=page,
        more=len(matches) > page * PAGE_SIZE,
    )


@blueprint.route("/users/new", methods=["GET", "POST"])
@requires(Permission.USERS_MANAGE)
@writes
def user_create() -> ResponseReturnValue:
    """Create an account; its one-time password is shown once."""
    form = UserForm()
    if not form.validate_on_submit():
        return render_template("accounts/user_new.html", form=form), 400 if form.errors else 200
    credentials = users.make_credentials()
    try:
        slip = users.create_user(get_session(), form.username.data or "", form.details(), credentials)
    except WardReadinessError as error:
        _show_refusal(form, error)
        return render_template("accounts/user_new.html", form=form), 400
    audit.log(get_session(), require_identity(), "account:create", f"account {slip.username}", after=_to_log(form.details()))
    return render_template("accounts/slips.html", slips=[slip])


@blueprint.get("/users/table.xlsx")
@requires(Permission.USERS_MANAGE)
def user_table() -> ResponseReturnValue:
    """The table to fill in for many accounts at once."""
    return send_bytes(build_user_table(), "Danh sách tài khoản cần tạo.xlsx", XLSX)


@blueprint.get("/users/import")
@requires(Permission.USERS_MANAGE)
def user_upload() -> ResponseReturnValue:
    """Where a filled table is uploaded."""
    return _import_page()


@blueprint.post("/users/import")
@requires(Permission.USERS_MANAGE)
def user_import() -> ResponseReturnValue:
    """Preview a table, or have the accounts of a previewed one created: the file travels with the page in between, and is read again."""
    data = read_posted_file()
    try:
        table = read_user_table(data)
        check_users(get_session(), table)
        if not is_taken():
            return _import_page(table=table, file=encode_file(data))
        return follow(ask(KIND.name, {"file": job_queue().keep(data)}))
    except WardReadinessError as error:
        return _import_page(error.message), error.status


@blueprint.get("/users/slips/<job_id>")
@requires(Permission.USERS_MANAGE)
def user_slips(job_id: str) -> ResponseReturnValue:
    """The slips of an import, for whoever asked for it, until they are printed or their hour is over."""
    slips = read_slips(_own_import(job_id))
    return render_template("accounts/slips.html", slips=slips, job_id=job_id)


@blueprint.post("/users/slips/<job_id>/printed")
@requires(Permission.USERS_MANAGE)
def user_slips_printed(job_id: str) -> ResponseReturnValue:
    """They are on paper: their file is erased."""
    job = _own_import(job_id)
    if job.result is not None:
        job_queue().erase(job.result.sha256)
    flash(_("Đã xóa phiếu tài khoản khỏi máy chủ."), "success")
    return redirect(url_for("accounts.user_list"))


@blueprint.get("/users/<int:user_id>")
@requires(Permission.USERS_MANAGE)
def user_page(user_id: int) -> ResponseReturnValue:
    """One account: what can be changed, and who stands in for whom."""
    return _user_page(get_session(), user_id)


@blueprint.post("/users/<int:user_id>")
@requires(Permission.USERS_MANAGE)
@writes
def user_change(user_id: int) -> ResponseReturnValue:
    """Change name, role, scope or address of an account."""
    with reading_session() as db:
        user = users.get_user(db, user_id)
        form = UserForm(username=user.username)
        if not form.validate_on_submit():
            return _user_page(db, user_id, form=form), 400
    try:
        before = users.details_of(users.get_user(get_session(), user_id))
        user = users.change_details(get_session(), user_id, form.details())
    except WardReadinessError as error:
        _show_refusal(form, error)
        return _user_page(get_session(), user_id, form=form), 400
    audit.log(
        get_session(),
        require_identity(),
        "account:change",
        f"account {user.username}",
        before=_to_log(before),
        after=_to_log(form.details()),
    )
    flash(_("Đã lưu tài khoản %(name)s.", name=user.username), "success")
    return redirect(url_for("accounts.user_page", user_id=user_id))


@blueprint.post("/users/<int:user_id>/reset")
@requires(Permission.USERS_MANAGE)
@writes
def user_reset(user_id: int) -> ResponseReturnValue:
    """Give an account a new one-time password, shown once."""
    credentials = users.make_credentials()
    slip = users.reset_password(get_session(), user_id, credentials)
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
    return redirect(url_for("accounts.user_page", user_id=user_id))


@blueprint.post("/users/<int:user_id>/stand-ins")
@requires(Permission.USERS_MANAGE)
@writes
def stand_in_create(user_id: int) -> ResponseReturnValue:
    """Let somebody act for this person, from a day to a day."""
    db, form = get_session(), StandInForm()
    if not form.validate_on_submit():
        return _user_page(db, user_id, stand_in_form=form), 400
    absent, deputy = users.get_user(db, user_id), users.find_user(db, form.deputy.data or "")
    try:
        if deputy is None:
            raise stand_ins.StandInError(_("Không có tài khoản mang tên đăng nhập này."))
        row = stand_ins.create_stand_in(
            db, absent, deputy, form.since.data, form.until.data, form.document.data or "", require_identity().full_name
        )
    except stand_ins.StandInError as error:
        form.deputy.errors = [*form.deputy.errors, error.message]
        return _user_page(db, user_id, stand_in_form=form), 400
    after = {"deputy": deputy.username, "since": format_day(row.since), "until": format_day(row.until), "document": row.document}
    audit.log(db, require_identity(), "account:create-stand-in", f"account {absent.username}", after=after)
    flash(_("Đã ghi ủy quyền cho %(name)s.", name=deputy.full_name), "success")
    return redirect(url_for("accounts.user_page", user_id=user_id))


@blueprint.post("/users/<int:user_id>/stand-ins/<int:stand_in_id>/end")
@requires(Permission.USERS_MANAGE)
@writes
def stand_in_end(user_id: int, stand_in_id: int) -> ResponseReturnValue:
    """Take it back before its day."""
    row = stand_ins.end_stand_in(get_session(), stand_in_id, user_id)
    audit.log(
        get_session(),
        require_identity(),
        "account:end-stand-in",
        f"account {row.absent.username}",
        before={"deputy": row.deputy.username},
    )
    flash(_("Đã kết thúc ủy quyền."), "success")
    return redirect(url_for("accounts.user_page", user_id=user_id))


def _own_import(job_id: str) -> Job:
    """An import of the person of this request. Raises NotFoundError."""
    job = get_visible_job(job_id)
    if job.kind != KIND.name or not is_own(job):
        raise NotFoundError(_("Không có phiếu tài khoản này."))
    return job


def _import_page(refusal: str = "", table: UserTable | None = None, file: str = "") -> str:
    return render_template("accounts/user_import.html", refusal=refusal, table=table, file=file, roles=list(Role))


def _user_page(db: Session, user_id: int, form: UserForm | None = None, stand_in_form: StandInForm | None = None) -> str:
    user = users.get_user(db, user_id)
    return render_template(
        "accounts/user.html",
        user=user,
        scope=describe_scope(user),
        role=Role(user.role),
        form=form or _form_of(user),
        stand_in_form=stand_in_form or StandInForm(formdata=None),
        stand_ins=[(row, stand_ins.is_valid(row)) for row in stand_ins.list_stand_ins(db, user_id)],
    )


def _form_of(user: User) -> UserForm:
    details = users.details_of(user)
    return UserForm(
        formdata=None,
        username=user.username,
        full_name=details.full_name,
        role=details.role.value,
        scope=details.scope.value,
        former_district=details.former_district,
        wards=list(details.wards),
        email=details.email,
    )


def _show_refusal(form: UserForm, error: WardReadinessError) -> None:
    fields = {ScopeError: form.scope, users.UsernameError: form.username}
    field = fields.get(type(error), form.full_name)
    field.errors = [*field.errors, error.message]


def _to_log(details: users.AccountDetails) -> Mapping[str, object]:
    values = {
        "full_name": details.full_name,
        "role": details.role.label,
        "scope": details.scope.label,
        "former_district": details.former_district,
        "wards": list(details.wards),
        "email": details.email,
    }
    return {name: value for name, value in values.items() if value}
