"""What is held of a person, found by the marks of the columns (portal/columns.py): so a new column cannot be forgotten.

Names are stored beside what was done, not numbers of accounts. So what a person did is found by the names that nobody else bears.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Column, ColumnElement, Table, Text, and_, cast, or_, select
from sqlalchemy.orm import Session

from accounts.identity import ACTING, Role
from accounts.models import AuditEntry, SignInCount, User
from accounts.pseudonyms import (
    Person,
    full_pseudonym,
    replace_in_name,
    replace_in_text,
    replace_in_value,
    stored_words_of,
    tell_apart,
    words_of,
)
from accounts.scopes import describe_scope
from accounts.throttle import keys_of
from accounts.users import get_user
from portal.clock import today
from portal.columns import CleanJson, Personal, UtcInstant
from portal.database import Base
from portal.formats import format_day, format_moment, format_number
from portal.settings import current_settings
from portal.table_workbook import build_table_workbook

# What whoever gets the export calls a table.
TABLE_LABELS = {
    "action": "Việc cần làm",
    "answer": "Câu trả lời của phiếu",
    "audit_entry": "Nhật ký hệ thống",
    "boundary_set": "Ranh giới đã nạp",
    "browser_session": "Phiên đăng nhập",
    "evidence": "Tệp chứng minh",
    "observed_price": "Giá tham chiếu",
    "office_version": "Cơ quan, người ký",
    "plan": "Phương án",
    "plan_decision": "Quyết định về phương án",
    "plan_edit": "Điều chỉnh trong phương án",
    "plan_request": "Văn bản đề nghị của xã, phường",
    "plan_request_line": "Dòng đề nghị của xã, phường",
    "plan_step": "Các bước trình phương án",
    "plan_transfer": "Điều chuyển",
    "price_evidence": "Căn cứ giá",
    "price_list": "Bảng giá",
    "reminder": "Thư nhắc",
    "remark": "Ý kiến vào phiếu",
    "sign_in_count": "Đếm lần đăng nhập sai",
    "snapshot": "Hiện trạng đã duyệt",
    "stand_in": "Ủy quyền",
    "standard": "Bộ tiêu chuẩn",
    "standard_choice": "Bộ tiêu chuẩn áp dụng",
    "standard_draft": "Bản thảo bộ tiêu chuẩn",
    "submission": "Phiếu khảo sát",
    "submission_change": "Nhật ký thay đổi của phiếu",
    "submission_event": "Diễn biến của phiếu",
    "user": "Tài khoản",
}
KIND_LABELS = {
    Personal.NAME: "tên người làm",
    Personal.SIGNATURE: "tên người chịu trách nhiệm",
    Personal.CONTACT: "nơi liên hệ, địa chỉ mạng",
    Personal.MENTION: "có nêu tên trong nội dung",
}
REMOVAL_LABELS = {
    Personal.NAME: "thay bằng bí danh",
    Personal.SIGNATURE: "giữ: hồ sơ công vụ",
    Personal.CONTACT: "xóa",
    Personal.MENTION: "thay tên trong đó",
}
HEADINGS = (("Ở đâu", 28), ("Dòng", 18), ("Là gì", 28), ("Lúc", 20), ("Nội dung", 60))
# A workbook of more rows than this no old machine opens; a command could not say more either.
MAX_ROWS = 50_000


@dataclass(frozen=True)
class Trace:
    """One value that tells a person: in which column, in which row, when it was written, and what a removal puts in its place."""

    column: Column[Any]
    key: tuple[Any, ...]
    at: datetime | None
    value: Any
    replaced: Any

    @property
    def kind(self) -> Personal:
        """What it is, by the mark of the column."""
        return kind_of(self.column)


def kind_of(column: Column[Any]) -> Personal:
    """The mark of a column that holds something of a person."""
    kind: Personal = column.info["personal"]
    return kind


def personal_columns() -> list[Column[Any]]:
    """All columns that hold something of a person."""
    return [column for table in Base.metadata.sorted_tables for column in table.columns if "personal" in column.info]


def describe_person(session: Session, user_id: int) -> tuple[Person, frozenset[str]]:
    """Whom to look for, and the names that are somebody else's too, so that they tell nobody apart. Raises NotFoundError."""
    user = get_user(session, user_id)
    names_by_account = _names_by_account(session)
    own = frozenset(names_by_account.pop(user.username))
    others = frozenset(name for names in names_by_account.values() for name in names)
    return Person(user.id, user.username, tell_apart(own, others), user.email), own & others


def find_traces(session: Session, person: Person) -> Iterator[Trace]:
    """All that tells a person, beside the account itself."""
    for column in personal_columns():
        # The account goes as a whole, and what is counted at the door with it.
        if column.table.name in (User.__tablename__, SignInCount.__tablename__):
            continue
        candidates, replace = _search(column, person)
        at = _time_of(column.table)
        query = (
            select(*column.table.primary_key, at, column).where(candidates)
            if at is not None
            else select(*column.table.primary_key, column).where(candidates)
        )
        for row in session.execute(query).all():
            key, value = tuple(row[: len(column.table.primary_key)]), row[-1]
            if replace(value) != value:
                yield Trace(column, key, row[-2] if at is not None else None, value, replace(value))


def build_export(session: Session, user_id: int) -> bytes:
    """What is held of a person as a workbook to hand over. Raises NotFoundError."""
    user = get_user(session, user_id)
    person, shared_names = describe_person(session, user_id)
    note = f"Lập ngày {format_day(today())}. Tài khoản {user.username}, số {user.id}."
    if shared_names:
        note += f" {describe_shared(shared_names)}"
    if not current_settings().is_production:
        note += " SỐ LIỆU MINH HỌA."
    rows = [*_account_rows(session, user), *(_to_row(trace) for trace in find_traces(session, person))]
    if len(rows) > MAX_ROWS:
        note += f" Chỉ ghi {format_number(MAX_ROWS)} dòng đầu trong {format_number(len(rows))} dòng."
    return build_table_workbook("Dữ liệu cá nhân", f"Dữ liệu cá nhân của {user.full_name}", note, HEADINGS, rows[:MAX_ROWS], "A5")


def describe_shared(names: frozenset[str]) -> str:
    """That a name tells nobody apart."""
    return f"Tên {', '.join(sorted(names))} còn là tên của tài khoản khác nên không kể các dòng chỉ ghi tên ấy."


def _account_rows(session: Session, user: User) -> list[tuple[str, str, str, str, str]]:
    values = {
        "tên đăng nhập": user.username,
        "họ và tên": user.full_name,
        "thư điện tử": user.email,
        "vai trò": Role(user.role).label,
        "phạm vi": describe_scope(user),
        "mật khẩu": "chỉ giữ mã băm",
    }
    label, created = TABLE_LABELS["user"], format_moment(user.created_at)
    rows = [(label, str(user.id), what, created, value) for what, value in values.items() if value]
    counts = session.scalars(select(SignInCount).where(keys_of(user.username, user.id)))
    return rows + [(TABLE_LABELS["sign_in_count"], "", "số lần", format_moment(row.last_at), str(row.failures)) for row in counts]


def _to_row(trace: Trace) -> tuple[str, str, str, str, str]:
    # Whoever makes the file may not read everything that stands around the name.
    value = KIND_LABELS[Personal.MENTION] if trace.kind is Personal.MENTION else str(trace.value)
    at = format_moment(trace.at) if trace.at is not None else ""
    return TABLE_LABELS[trace.column.table.name], "/".join(map(str, trace.key)), KIND_LABELS[trace.kind], at, value


def _search(column: Column[Any], person: Person) -> tuple[ColumnElement[bool], Callable[[Any], Any]]:
    """Which rows of a column may tell the person, and what a value becomes: one that does not is given back as it is."""
    match kind_of(column):
        case Personal.CONTACT:
            gone = None if column.nullable else full_pseudonym(person.user_id)
            return and_(_owner_of(column.table) == person.user_id, column.is_not(None), column != ""), lambda _value: gone
        case _ if isinstance(column.type, CleanJson):
            return _holds_any(cast(column, Text), stored_words_of(person)), lambda value: replace_in_value(person, value)
        case Personal.MENTION:
            return _holds_any(column, words_of(person)), lambda text: replace_in_text(person, text)
    names = sorted({person.username, *person.names})
    acting = and_(column.contains(ACTING, autoescape=True), _holds_any(column, names))
    return or_(column.in_(names), acting), lambda name: replace_in_name(person, name)


def _holds_any(column: ColumnElement[Any], words: list[str]) -> ColumnElement[bool]:
    return or_(*(column.contains(word, autoescape=True) for word in words))


def _owner_of(table: Table) -> Column[Any]:
    """The column that says whose row it is."""
    keys = [column for column in table.columns if any(key.column.table.name == "user" for key in column.foreign_keys)]
    return keys[0] if keys else table.columns["user_id"]


def _time_of(table: Table) -> Column[Any] | None:
    instants = [column for column in table.columns if isinstance(column.type, UtcInstant)]
    return next((column for column in instants if column.name == "at"), instants[0] if instants else None)


def _names_by_account(session: Session) -> dict[str, set[str]]:
    """The full names of each account that is there, of now and of before, by its user name."""
    names = {username: {full_name} for username, full_name in session.execute(select(User.username, User.full_name))}
    changes = select(AuditEntry.subject, AuditEntry.before).where(AuditEntry.action == "account:change")
    for subject, before in session.execute(changes):
        former = (before or {}).get("full_name")
        if former and (username := subject.removeprefix("account ")) in names:
            names[username].add(former)
    return names
