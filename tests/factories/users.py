"""People with an account."""

from collections.abc import Iterable

from sqlalchemy.orm import Session

from accounts import users
from accounts.identity import SCOPES, Role
from accounts.users import AccountDetails, Slip, make_credentials

PASSWORD = "mot-hai-ba-bon"


def create_user(
    session: Session,
    username: str,
    full_name: str,
    role: Role,
    wards: Iterable[str] = (),
    *,
    password: str | None = None,
    email: str = "",
) -> Slip:
    """An account with the usual scope of its role; with a one-time password where none is given."""
    details = AccountDetails(full_name, role, SCOPES[role][0], wards=tuple(wards), email=email)
    return users.create_user(session, username, details, make_credentials(password))
