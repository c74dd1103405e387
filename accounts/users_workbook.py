"""Hundreds of accounts from one Excel table, and the table to fill in. All errors are reported at once; every row is imported or none."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy.orm import Session

from accounts.identity import SCOPES, Role, Scope
from accounts.places import list_places
from accounts.scopes import ScopeError
from accounts.users import (
    AccountDetails,
    Credentials,
    Slip,
    UserError,
    check_details,
    check_username,
    create_user,
    parse_wards,
)
from portal.table_workbook import build_table_workbook
from portal.uploads import UploadError, open_workbook, read_rows
from portal.vietnamese import fold

HEADINGS = ("tên đăng nhập", "họ và tên", "vai trò", "mã xã, phường")
EMAIL = "thư điện tử"
WARD_NAME = "tên xã, phường"
MAX_ROWS = 2000
# The line of headings stands below a title in our own table, and at the top of one that somebody made.
MAX_HEADING_ROW = 10
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


def build_user_table() -> bytes:
    """The table to fill in: a row for the officer and one for the head of each ward, and more below for whoever works for the city."""
    rows = [["", "", role.label, place.code, "", place.name] for place in list_places() for role in Role if role.is_of_ward]
    widths = (22, 30, 30, 22, 30, 30)
    # A longer line would make the printed page wider than its columns.
    note = "Điền tên đăng nhập và họ tên; dòng để trống cả hai thì bỏ qua. Thêm dòng ở cuối cho người của thành phố."
    headings = tuple(zip((*HEADINGS, EMAIL, WARD_NAME), widths, strict=True))
    return build_table_workbook("Tài khoản", "Danh sách tài khoản cần tạo", note, headings, rows, "A5")


def read_user_table(data: bytes) -> UserTable:
    """The rows of the first sheet. Raises UploadError where it is no table of accounts."""
    book = open_workbook(data)
    rows = list(read_rows(book.worksheets[0], MAX_HEADING_ROW + MAX_ROWS, len(HEADINGS) + 1))
    heading_row = next((number for number, row in enumerate(rows[:MAX_HEADING_ROW]) if _is_heading(row)), None)
    if heading_row is None:
        raise UploadError(f"Không thấy dòng tiêu đề gồm các cột: {'; '.join(HEADINGS)}; thêm cột “{EMAIL}” nếu có.")
    users, errors = [], {}
    for number, row in enumerate(rows[heading_row + 1 :], start=heading_row + 2):
        cells = [" ".join(str(cell).split()) if cell is not None else "" for cell in row]
        # Our own table names the wards in rows that nobody has filled in.
        if not any(cells[:2]) and (not any(cells) or heading_row):
            continue
        try:
            users.append(_read_row(number, cells))
        except UserError as error:
            errors[number] = error.message
    if not users and not errors:
        raise UploadError("Bảng chưa có dòng nào được điền. Điền tên đăng nhập và họ tên rồi gửi lại.")
    return UserTable(tuple(users), errors)


def _is_heading(row: Sequence[object]) -> bool:
    headings = [fold(str(cell or "")) for cell in row]
    expected = [fold(heading) for heading in (*HEADINGS, EMAIL)]
    return headings[: len(HEADINGS)] == expected[:-1] and (headings[len(HEADINGS) :] or [""])[0] in ("", expected[-1])


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


def make_slips(table: UserTable, credentials: Sequence[Credentials]) -> list[Slip]:
    """The slips of accounts that are to be created, one for each row: who is to print them has them before the accounts are there."""
    return [Slip(fold(row.username), row.details, given.password) for row, given in zip(table.rows, credentials, strict=True)]


def _raise_errors(errors: Mapping[int, str]) -> None:
    if errors:
        raise UploadError("\n".join(f"Dòng {number}: {message}" for number, message in sorted(errors.items())))


def _read_row(number: int, cells: list[str]) -> UserRow:
    username, full_name, role_name, codes, email = (*cells, "")[: len(HEADINGS) + 1]
    role = _ROLES.get(fold(role_name))
    if role is None:
        raise UserError(f"Vai trò “{role_name}” không có. Chọn một trong: {', '.join(role.label for role in Role)}.")
    wards = tuple(parse_wards(codes))
    scope = Scope.WARDS if wards else SCOPES[role][0]
    return UserRow(number, username, AccountDetails(full_name, role, scope, wards=wards, email=email))
