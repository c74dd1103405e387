"""The audit trail as it is read: a search by person, ward, kind of act and day, and the same as a workbook."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from sqlalchemy import Select, or_, select
from sqlalchemy.orm import Session

from accounts.audit_labels import describe_action, describe_key, describe_subject
from accounts.identity import acting_name
from accounts.models import AuditEntry
from portal.clock import HANOI, is_plausible
from portal.formats import format_moment
from portal.table_workbook import build_table_workbook

# A workbook of more rows than this nobody reads, and no old machine opens.
MAX_EXPORTED = 20_000
HEADINGS = (("Lúc", 22), ("Ai", 22), ("Từ địa chỉ", 22), ("Việc", 32), ("Đối tượng", 30), ("Trước", 50), ("Sau", 50))


@dataclass(frozen=True)
class AuditFilter:
    """What is looked for; an empty text looks for anything. ``since`` and ``until`` are days, both included."""

    person: str = ""
    action: str = ""
    ward: str = ""
    subject: str = ""
    since: date | None = None
    until: date | None = None


def read_filter(values: Mapping[str, str]) -> AuditFilter:
    """The filter of an address. What is no day is no limit."""
    texts = {name: values.get(name, "")[:64] for name in ("person", "action", "ward", "subject")}
    return AuditFilter(**texts, since=_parse_day(values.get("since", "")), until=_parse_day(values.get("until", "")))


def find_entries(session: Session, wanted: AuditFilter, limit: int, offset: int = 0) -> list[AuditEntry]:
    """The entries that are looked for, the newest first."""
    return list(session.scalars(_query(wanted).order_by(AuditEntry.id.desc()).offset(offset).limit(limit)))


def build_audit_workbook(entries: list[AuditEntry], note: str) -> bytes:
    """The entries as a workbook."""
    rows = (
        (
            format_moment(entry.at),
            describe_person(entry),
            entry.address or "",
            describe_action(entry.action),
            describe_subject(entry.subject),
            describe_values(entry.before),
            describe_values(entry.after),
        )
        for entry in entries
    )
    return build_table_workbook("Nhật ký", "Nhật ký hệ thống", note, HEADINGS, rows, "A5")


def describe_person(entry: AuditEntry) -> str:
    """Who it was, and for whom they acted."""
    return acting_name(entry.username, entry.acts_for) if entry.acts_for else entry.username


def describe_values(value: Any) -> str:
    """What was before or after, in one line: ``tên: Nguyễn; vai trò: …``."""
    match value:
        case None:
            return ""
        case dict():
            return "; ".join(f"{describe_key(key)}: {describe_values(item)}" for key, item in value.items())
        case list():
            return ", ".join(describe_values(item) for item in value)
        case bool():
            return "có" if value else "không"
        case _:
            return str(value)


def _query(wanted: AuditFilter) -> Select[AuditEntry]:
    query = select(AuditEntry)
    if wanted.person:
        query = query.where(or_(AuditEntry.username == wanted.person, AuditEntry.acts_for == wanted.person))
    if wanted.action:
        query = query.where(AuditEntry.action == wanted.action)
    if wanted.ward:
        query = query.where(AuditEntry.subject.in_((f"ward {wanted.ward}", f"practice ward {wanted.ward}")))
    if wanted.subject:
        query = query.where(AuditEntry.subject.contains(wanted.subject, autoescape=True))
    if wanted.since is not None:
        query = query.where(AuditEntry.at >= _begin(wanted.since))
    if wanted.until is not None:
        query = query.where(AuditEntry.at < _begin(wanted.until) + timedelta(days=1))
    return query


def _parse_day(text: str) -> date | None:
    try:
        day = date.fromisoformat(text)
    except ValueError:
        return None
    return day if is_plausible(day) else None


def _begin(day: date) -> datetime:
    """The first moment of a day by the territory's clock."""
    return datetime.combine(day, time(), HANOI)
