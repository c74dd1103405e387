"""The accounts of the demo. They name no person, and real use does not start beside them."""

from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from accounts.identity import SCOPES, Role
from accounts.models import User
from accounts.users import AccountDetails, Credentials, create_user

DEMO_WARD = "00082"
ACCOUNTS: tuple[tuple[str, str, Role, list[str]], ...] = (
    ("canbo", "Công chức phường Hoàn Kiếm, Cửa Nam (minh họa)", Role.OFFICER, [DEMO_WARD, "00070"]),
    ("lanhdaoxa", "Lãnh đạo UBND phường Cửa Nam (minh họa)", Role.WARD_HEAD, [DEMO_WARD]),
    ("thamdinh", "Chuyên viên thẩm định (minh họa)", Role.REVIEWER, []),
    ("thamdinh2", "Chuyên viên thẩm định thứ hai, người công bố (minh họa)", Role.REVIEWER, []),
    ("taichinh", "Chuyên viên tài chính (minh họa)", Role.PLANNER, []),
    ("taichinh2", "Chuyên viên tài chính thứ hai, người kiểm tra (minh họa)", Role.PLANNER, []),
    ("lanhdao", "Lãnh đạo thành phố (minh họa)", Role.LEADER, []),
    ("quantri", "Quản trị hệ thống (minh họa)", Role.ADMINISTRATOR, []),
)


def load_demo_accounts(session: Session, _seed: int, _as_of: date, *, credentials: Credentials) -> None:
    """Add the demo accounts that are not there yet, and the address of those that an older version made without one."""
    existing = {user.username: user for user in session.scalars(select(User))}
    for username, full_name, role, wards in ACCOUNTS:
        user, email = existing.get(username), f"{username}@example.org"
        if user is None:
            details = AccountDetails(full_name, role, SCOPES[role][0], wards=tuple(wards), email=email)
            create_user(session, username, details, credentials, is_demo=True)
        elif user.is_demo and not user.email:
            user.email = email
