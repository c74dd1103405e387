"""Hundreds of accounts from one Excel table. All errors are reported at once; either every row is imported or none."""

from sqlalchemy.orm import Session

from accounts.identity import SCOPES, Role, Scope
from accounts.scopes import ScopeError
from accounts.users import AccountDetails, Slip, UserError, create_user, make_credentials, parse_ward_codes
from portal.uploads import UploadError, open_workbook, read_rows
from portal.vietnamese import fold

HEADINGS = ("tên đăng nhập", "họ và tên", "vai trò", "mã xã, phường")
EMAIL = "thư điện tử"
MAX_ROWS = 2000
_ROLES = {fold(role.label): role for role in Role} | {role.value: role for role in Role}


def import_users(session: Session, data: bytes, known_wards: frozenset[str]) -> list[Slip]:
    """Create the accounts of the first sheet. Raises UploadError with every error, each with its row."""
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
    slips, errors = [], []
    for number, row in enumerate(rows[1:], start=2):
        cells = [str(cell).strip() if cell is not None else "" for cell in row]
        if not any(cells):
            continue
        try:
            slips.append(_create(session, cells, known_wards))
        except (UserError, ScopeError) as error:
            errors.append(f"Dòng {number}: {error.message}")
    if errors:
        raise UploadError("\n".join(errors))
    return slips


def _create(session: Session, cells: list[str], known_wards: frozenset[str]) -> Slip:
    username, full_name, role_name, codes, email = (*cells, "")[: len(HEADINGS) + 1]
    role = _ROLES.get(fold(role_name))
    if role is None:
        raise UserError(f"Vai trò “{role_name}” không có. Chọn một trong: {', '.join(role.label for role in Role)}.")
    wards = tuple(parse_ward_codes(codes, known_wards))
    scope = Scope.WARDS if wards else SCOPES[role][0]
    details = AccountDetails(full_name, role, scope, wards=wards, email=email)
    return create_user(session, username, details, make_credentials())
