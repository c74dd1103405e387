"""The requests of wards, stored beside a plan: one document a ward, with its lines."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from planning.decisions.request import RequestedLine
from planning.models import PlanRecord, PlanRequest, PlanRequestLine
from portal.clock import now
from portal.errors import NotFoundError, WardReadinessError
from portal.kept_files import KeptFile


class RequestError(WardReadinessError):
    """A request that cannot be stored like this; the message says why."""


@dataclass(frozen=True)
class RequestHead:
    """The document of a ward: number and day as it bears them, and its file where there is a new one."""

    number: str
    day: date
    file: KeptFile | None = None


def save_request(
    session: Session, record: PlanRecord, ward_code: str, seen: int, head: RequestHead, lines: Iterable[RequestedLine], by: str
) -> PlanRequest:
    """Store what a ward requests in place of what was stored. ``seen`` is the count of saves that the page was rendered with.

    Raises RequestError where somebody else has saved it meanwhile. A file that is not replaced stays.
    """
    row = find_request(session, record, ward_code)
    if (row.changes if row else 0) != seen:
        raise RequestError("Trong lúc bạn nhập, người khác đã lưu đề nghị của đơn vị này. Xem lại các ô rồi lưu lần nữa.")
    if row is None:
        row = PlanRequest(ward_code=ward_code, changes=0)
        record.requests.append(row)
    row.number, row.day, row.by, row.at, row.changes = head.number, head.day, by, now(), seen + 1
    for name, value in vars(head.file).items() if head.file else ():
        setattr(row, name, value)
    stored = {line.item_code: line for line in row.lines}
    wanted = {line.item: line for line in lines}
    for item, old in stored.items():
        if item not in wanted:
            row.lines.remove(old)
    for item, line in wanted.items():
        part = stored.get(item)
        if part is None:
            part = PlanRequestLine(item_code=item)
            row.lines.append(part)
        part.quantity, part.amount, part.reason = line.quantity, line.amount, line.reason
    session.flush()
    return row


def find_request(session: Session, record: PlanRecord, ward_code: str) -> PlanRequest | None:
    """The request of a ward in a plan, or None."""
    of_ward = PlanRequest.plan_id == record.id, PlanRequest.ward_code == ward_code
    return session.scalars(select(PlanRequest).where(*of_ward)).first()


def get_request(session: Session, plan_id: int, request_id: int) -> PlanRequest:
    """One request of a plan. Raises NotFoundError."""
    row = session.get(PlanRequest, request_id)
    if row is None or row.plan_id != plan_id:
        raise NotFoundError("Không có văn bản đề nghị này.")
    return row


def requested_lines(row: PlanRequest | None) -> tuple[RequestedLine, ...]:
    """What a stored request asks for; nothing where there is none."""
    return tuple(RequestedLine(line.item_code, line.quantity, line.amount, line.reason) for line in row.lines) if row else ()


def copy_requests(rows: Iterable[PlanRequest]) -> list[PlanRequest]:
    """The same requests for a revision, with rows of their own for the same stored files."""
    return [
        PlanRequest(**_values(row, _HEAD), lines=[PlanRequestLine(**_values(line, _LINE)) for line in row.lines]) for row in rows
    ]


_HEAD = ("ward_code", "number", "day", "changes", "name", "media_type", "size", "sha256", "stored_as", "by", "at")
_LINE = ("item_code", "quantity", "amount", "reason")


def _values(row: object, names: tuple[str, ...]) -> Mapping[str, object]:
    return {name: getattr(row, name) for name in names}
