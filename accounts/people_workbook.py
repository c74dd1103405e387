"""Hundreds of accounts from one Excel table. All mistakes are told at once; either every row is taken or none."""

from sqlalchemy.orm import Session

from accounts.identity import Role
from accounts.users import Slip, UserError, create_user, read_wards
from portal.uploads import UploadError, open_workbook, read_rows
from portal.vietnamese import fold

HEADINGS = ("tên đăng nhập", "họ và tên", "vai trò", "mã xã, phường")
EMAIL = "thư điện tử"
MAX_ROWS = 2000
_ROLES = {fold(role.label): role for role in Role} | {role.value: role for role in Role}


def import_users(session: Session, data: bytes, known_wards: frozenset[str]) -> list[Slip]:
    """Make the accounts of the first sheet. Raises UploadError with every mistake, each with its row."""
    book = open_workbook(data)
    rows = list(read_rows(book.worksheets[0], MAX_ROWS + 1, len(HEADINGS) + 1))
    found = [fold(str(cell or "")) for cell in rows[0]] if rows else []
    wanted = [fold(heading) for heading in (*HEADINGS, EMAIL)]
    if not found or found[: len(HEADINGS)] != wanted[:-1] or (found[len(HEADINGS) :] or [""])[0] not in ("", wanted[-1]):
        raise UploadError(f"Dòng 1 phải là các cột: {'; '.join(HEADINGS)}; thêm cột “{EMAIL}” nếu có.")
    slips, mistakes = [], []
    for number, row in enumerate(rows[1:], start=2):
        cells = [str(cell).strip() if cell is not None else "" for cell in row]
        if not any(cells):
            continue
        try:
            slips.append(_create(session, cells, known_wards))
        except UserError as error:
            mistakes.append(f"Dòng {number}: {error.message}")
    if mistakes:
        raise UploadError("\n".join(mistakes))
    return slips


def _create(session: Session, cells: list[str], known_wards: frozenset[str]) -> Slip:
    username, full_name, role_name, codes, email = (*cells, "")[: len(HEADINGS) + 1]
    role = _ROLES.get(fold(role_name))
    if role is None:
        raise UserError(f"Vai trò “{role_name}” không có. Chọn một trong: {', '.join(role.label for role in Role)}.")
    return create_user(session, username, full_name, role, read_wards(codes, known_wards), email=email)
