"""How the installation is, for its administrator: each part, the newest backup, and a letter that is sent to try whether letters arrive."""

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from accounts import audit, users
from accounts.first_steps import MAIL_TESTED
from accounts.guards import require_identity, requires
from accounts.permissions import Permission
from accounts.views.sign_in import blueprint
from portal.backups.newest import OLD_HOURS, is_old, newest_backup
from portal.database import get_session, reading_session, writes
from portal.health import PARTS, Health, check_parts
from portal.mail import MailError, send_mail
from portal.settings import current_settings


@blueprint.get("/system")
@requires(Permission.SYSTEM_MANAGE)
def system() -> ResponseReturnValue:
    """The same parts as the watchdog reads, in words, and what to do about each that is not well."""
    settings = current_settings()
    backup = newest_backup(settings)
    return render_template(
        "accounts/system.html",
        parts=[(PARTS[name], state) for name, state in check_parts(settings).items()],
        ok=Health.OK,
        backup=backup,
        is_old=is_old(backup),
        old_hours=OLD_HOURS,
        mail_place=_("máy chủ thư") if settings.smtp_url else _("tệp trong %(folder)s", folder=settings.mail_folder),
    )


@blueprint.post("/system/mail")
@requires(Permission.SYSTEM_MANAGE)
@writes
def test_mail() -> ResponseReturnValue:
    """Send a letter to the administrator's own address. It goes out before anything is written."""
    identity, settings = require_identity(), current_settings()
    with reading_session() as db:
        address = users.get_user(db, identity.user_id).email
    if not address:
        flash(_("Tài khoản của bạn chưa có thư điện tử. Ghi ở đây rồi gửi thử lại."), "warning")
        return redirect(url_for("accounts.change_password"))
    try:
        send_mail(settings, address, _("Thư thử của hệ thống khảo sát"), _("Thư này cho biết hệ thống gửi được thư."))
    except MailError as error:
        flash(error.message, "danger")
        return redirect(url_for("accounts.system"))
    audit.log(get_session(), identity, MAIL_TESTED, f"account {identity.username}")
    if settings.smtp_url:
        flash(_("Đã gửi thư thử tới %(address)s. Mở hộp thư xem thư có tới không.", address=address), "success")
    else:
        flash(_("Chưa có máy chủ thư: thư thử là một tệp trong %(folder)s.", folder=settings.mail_folder), "success")
    return redirect(url_for("accounts.system"))
