"""Hundreds of accounts from one Excel table. All errors are reported at once; either every row is imported or none."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy.orm import Session

from accounts.identity import SCOPES, Role, Scope
from accounts.scopes import ScopeError
from accounts.users import (
    AccountDetails,
    Credentials,
    Slip,
    UserError,
    check_details,
    check_username,
    create_user,
    parse_ward_codes,
)
from portal.uploads import UploadError, open_workbook, read_rows
from portal.vietnamese import fold

HEADINGS = ("tên đăng nhập", "họ và tên", "vai trò", "mã xã, phường")
EMAIL = "thư điện tử"
MAX_ROWS = 2000
_ROLES = {fold(role.label): role for role in Role} | {role.value: role for role in Role}


@dataclass(frozen=True)
class UserRow:
    """One row of the table: its number, and the account that it asks for."""

    number: int
    username: str
    details: AccountDetails


@dataclass(frozen=True)
class UserTable:
    """What a table says: its rows, and by number what is wrong with those that say nothing."""

    rows: tuple[UserRow, ...]
    errors: Mapping[int, str]


def read_user_table(data: bytes, known_wards: frozenset[str]) -> UserTable:
    """The rows of the first sheet. Raises UploadError where it is no table of accounts."""
    book = open_workbook(data)
    rows = list(read_rows(book.worksheets[0], MAX_ROWS + 1, len(HEADINGS) + 1))
    headings = [fold(str(cell or "")) for cell in rows[0]] if rows else []
    expected = [fold(heading) for heading in (*HEADINGS, EMAIL)]
    if (
        not headings
        or headings[: len(HEADINGS)] != expected[:-1]
        or (headings[len(HEADINGS) :] or [""])[0] not in ("", expected[-1])
    ):
        raise UploadError(f"Dòng 1 phải là các cột: {'; '.join(HEADINGS)}; thêm cột “{EMAIL}” nếu có.")
    users, errors = [], {}
    for number, row in enumerate(rows[1:], start=2):
        cells = [" ".join(str(cell).split()) if cell is not None else "" for cell in row]
        if not any(cells):
            continue
        try:
            users.append(_read_row(number, cells, known_wards))
        except UserError as error:
            errors[number] = error.message
    return UserTable(tuple(users), errors)


def check_users(session: Session, table: UserTable) -> None:
    """Raise UploadError with every error of the table, before a password is hashed for each of hundreds of rows."""
    errors, numbers = dict(table.errors), dict[str, int]()
    for row in table.rows:
        try:
            check_details(row.details)
            name = check_username(session, row.username)
        except (UserError, ScopeError) as error:
            errors[row.number] = error.message
        else:
            if numbers.setdefault(name, row.number) != row.number:
                errors[row.number] = f"Tên đăng nhập “{name}” đã có ở dòng {numbers[name]}. Chọn tên khác."
    _raise_errors(errors)


def import_users(session: Session, table: UserTable, credentials: Sequence[Credentials]) -> list[Slip]:
    """Create the accounts, with credentials that were made before, one for each row.

    Raises UploadError with every error, each with its row: somebody may have created one of them since the table was checked.
    """
    slips, errors = [], dict(table.errors)
    for row, given in zip(table.rows, credentials, strict=True):
        try:
            slips.append(create_user(session, row.username, row.details, given))
        except (UserError, ScopeError) as error:
            errors[row.number] = error.message
    _raise_errors(errors)
    return slips


def _raise_errors(errors: Mapping[int, str]) -> None:
    if errors:
        raise UploadError("\n".join(f"Dòng {number}: {message}" for number, message in sorted(errors.items())))


def _read_row(number: int, cells: list[str], known_wards: frozenset[str]) -> UserRow:
    username, full_name, role_name, codes, email = (*cells, "")[: len(HEADINGS) + 1]
    role = _ROLES.get(fold(role_name))
    if role is None:
        raise UserError(f"Vai trò “{role_name}” không có. Chọn một trong: {', '.join(role.label for role in Role)}.")
    wards = tuple(parse_ward_codes(codes, known_wards))
    scope = Scope.WARDS if wards else SCOPES[role][0]
    return UserRow(number, username, AccountDetails(full_name, role, scope, wards=wards, email=email))
