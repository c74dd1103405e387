"""One's own account: the password, the address, where it is open, and for whom one acts."""

from flask import flash, g, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from accounts import audit, stand_ins, users
from accounts.forms import EmailForm, PasswordForm
from accounts.guards import next_page_url, require_identity, requires
from accounts.passwords import MIN_LENGTH
from accounts.permissions import Permission
from accounts.places import place_names
from accounts.sessions import end_sessions, list_sessions, session_limits
from accounts.throttle import TooManyTriesError, check_try, forgive, name_count, own_password_count
from accounts.views.sign_in import blueprint, leave, start_session
from portal.database import get_session, reading_session, writes
from portal.errors import WardReadinessError
from portal.settings import current_settings


@blueprint.route("/account/password", methods=["GET", "POST"])
@requires(Permission.ACCOUNT_OWN)
@writes
def change_password() -> ResponseReturnValue:
    """Change one's password: every session of the account ends, and this browser gets a new one."""
    form, identity = PasswordForm(), require_identity()
    if not form.validate_on_submit():
        return _password_page(form), 400 if form.errors else 200
    counts = [own_password_count(identity.user_id)]
    try:
        check_try(counts)
        with reading_session() as db:
            hashes = users.check_new_password(db, identity.user_id, form.old.data or "", form.new.data or "", place_names())
        user = users.change_password(get_session(), identity.user_id, *hashes)
    except (TooManyTriesError, users.WrongPasswordError) as error:
        form.old.errors = [*form.old.errors, error.message]
        return _password_page(form), error.status
    except WardReadinessError as error:
        form.new.errors = [*form.new.errors, error.message]
        return _password_page(form), 400
    # The credit of a reset was for its one-time password.
    forgive(get_session(), [*counts, name_count(identity.username)])
    audit.log(get_session(), identity, "account:change-password", f"account {identity.username}")
    start_session(user)
    flash(_("Đã đổi mật khẩu. Các nơi khác đang mở tài khoản này đã bị đăng xuất."), "success")
    return redirect(next_page_url())


@blueprint.post("/account/sign-out-everywhere")
@requires(Permission.ACCOUNT_OWN)
@writes
def sign_out_everywhere() -> ResponseReturnValue:
    """Sign out of every browser, this one too."""
    identity = require_identity()
    end_sessions(get_session(), identity.user_id)
    audit.log(get_session(), identity, "account:sign-out-everywhere", f"account {identity.username}")
    flash(_("Đã đăng xuất tài khoản này ở mọi nơi."), "success")
    return leave()


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
    return _password_page(email_form=form), 400


@blueprint.post("/account/acting/<int:stand_in_id>")
@requires(Permission.ACCOUNT_OWN)
@writes
def begin_acting(stand_in_id: int) -> ResponseReturnValue:
    """Act for an absent person in this browser, from now on."""
    db, identity = get_session(), require_identity()
    row = stand_ins.begin_acting(db, g.browser_session.id, identity.user_id, stand_in_id)
    audit.log(db, identity, "account:begin-acting", f"account {row.absent.username}")
    flash(_("Bạn đang làm thay %(name)s. Mọi việc từ đây ghi cả hai tên.", name=row.absent.full_name), "success")
    return redirect(url_for("portal.home"))


@blueprint.post("/account/acting/end")
@requires(Permission.ACCOUNT_OWN)
@writes
def end_acting() -> ResponseReturnValue:
    """Act for oneself again."""
    stand_ins.end_acting(get_session(), g.browser_session.id)
    audit.log(get_session(), require_identity(), "account:end-acting", f"account {require_identity().username}")
    flash(_("Bạn đã thôi làm thay."), "success")
    return redirect(url_for("portal.home"))


def _password_page(form: PasswordForm | None = None, email_form: EmailForm | None = None) -> str:
    identity = require_identity()
    with reading_session() as db:
        user = users.get_user(db, identity.user_id)
        return render_template(
            "accounts/password.html",
            form=form or PasswordForm(formdata=None),
            email_form=email_form or EmailForm(formdata=None, email=user.email),
            sessions=list_sessions(db, identity.user_id, session_limits(current_settings())),
            this_session=g.browser_session,
            min_length=MIN_LENGTH,
        )
