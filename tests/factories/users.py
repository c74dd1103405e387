"""People with an account."""

from collections.abc import Iterable
from functools import cache

from sqlalchemy.orm import Session

from accounts import users
from accounts.identity import SCOPES, Role
from accounts.users import AccountDetails, Credentials, Slip, make_credentials

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
    credentials = make_credentials(None) if password is None else _credentials_with(password)
    return users.create_user(session, username, details, credentials)


@cache
def _credentials_with(password: str) -> Credentials:
    """A hash takes its time, and the same password may have the same one."""
    return make_credentials(password)
