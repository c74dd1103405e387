"""Which published standard judges: somebody chose it, from a day on, for a reason. None comes into force by itself."""

from collections.abc import Iterable
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from accounts import audit
from accounts.identity import Identity
from portal.clock import now, today
from portal.errors import WardReadinessError
from portal.formats import format_day
from portal.labels import LabelledEnum
from scoring.models import StandardChoice, StandardRecord
from scoring.rating.published_standards import find_record_in_force

MAX_REASON = 500


class ChoiceError(WardReadinessError):
    """A standard that cannot come into force on that day."""


class Standing(LabelledEnum):
    """What a choice means on a day."""

    COMING = "coming", "sắp áp dụng"
    IN_FORCE = "in_force", "đang áp dụng"
    OVER = "over", "đã thôi áp dụng"
    REPLACED = "replaced", "đã chọn bộ khác cho cùng ngày"


def put_in_force(session: Session, record: StandardRecord, effective_from: date, reason: str, by: str) -> StandardChoice:
    """Choose a standard from a day on, which is today or comes: a verdict of yesterday stands. ``by`` is empty for the set-up.

    Raises ChoiceError about the day.
    """
    if effective_from < today():
        raise ChoiceError(f"Chọn ngày từ hôm nay ({format_day(today())}) trở đi: kết quả của những ngày đã qua không tính lại.")
    if record.issued_on and effective_from < record.issued_on:
        raise ChoiceError(f"Bộ tiêu chuẩn ban hành ngày {format_day(record.issued_on)}, không áp dụng trước ngày đó được.")
    ruling = find_record_in_force(session, effective_from)
    if ruling is not None and ruling.version == record.version:
        raise ChoiceError(f"Bộ tiêu chuẩn này đã được chọn áp dụng vào ngày {format_day(effective_from)}.")
    choice = StandardChoice(standard_version=record.version, effective_from=effective_from, reason=reason, by=by, at=now())
    session.add(choice)
    session.flush()
    return choice


def log_choice(session: Session, identity: Identity | None, choice: StandardChoice) -> None:
    """Write a choice into the audit trail."""
    after = {"effective_from": choice.effective_from.isoformat(), "reason": choice.reason}
    audit.log(session, identity, "standard:put-in-force", f"standard {choice.standard_version}", after=after)


def list_choices(session: Session) -> list[StandardChoice]:
    """All choices, by their day, the last first."""
    return list(session.scalars(select(StandardChoice).order_by(StandardChoice.effective_from.desc(), StandardChoice.id.desc())))


def standings(choices: Iterable[StandardChoice], on: date) -> list[Standing]:
    """What each choice means on a day, for choices in the order of ``list_choices``."""
    found: list[Standing] = []
    days = set[date]()
    for choice in choices:
        if choice.effective_from in days:
            found.append(Standing.REPLACED)
        elif choice.effective_from > on:
            found.append(Standing.COMING)
        else:
            found.append(Standing.OVER if Standing.IN_FORCE in found else Standing.IN_FORCE)
        days.add(choice.effective_from)
    return found
