"""Whom a database must have, and must not have, before it is served in real use."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from accounts.models import User
from accounts.removal import find_returned
from accounts.removed_accounts import RemovedListError
from accounts.users import has_administrator
from portal.errors import SettingError
from portal.settings import current_settings


def require_administrator(session: Session) -> None:
    """Raise SettingError where real use would begin with nobody who can make accounts."""
    if current_settings().is_production and not has_administrator(session):
        raise SettingError("Chưa có quản trị hệ thống nào. Chạy “flask --app wsgi setup” để tạo tài khoản đầu tiên.")


def refuse_demo_accounts(session: Session) -> None:
    """Raise SettingError where a production installation holds demo accounts: their password is public."""
    if current_settings().is_production and session.scalars(select(User.id).where(User.is_demo)).first() is not None:
        raise SettingError(
            "Cơ sở dữ liệu có tài khoản minh họa nên không dùng thật được. "
            "Chạy “flask --app wsgi demo remove” để gỡ, hoặc dùng cơ sở dữ liệu khác."
        )


def refuse_returned_accounts(session: Session) -> None:
    """Raise SettingError where people are back who were removed: a backup from before was restored, or a removal was cut off."""
    try:
        returned = find_returned(session, current_settings())
    except RemovedListError as error:
        raise SettingError(error.message) from None
    if returned:
        commands = ", ".join(f"“flask --app wsgi users remove {number}”" for number in returned)
        raise SettingError(
            "Cơ sở dữ liệu có lại người đã được gỡ (khôi phục từ bản sao lưu cũ, hoặc việc gỡ bị ngắt giữa chừng). "
            f"Chạy {commands} rồi khởi động lại."
        )
