"""The first steps of an administrator that are about the office."""

from sqlalchemy.orm import Session

from inventory.office.store import current_office, list_versions
from portal.clock import today
from portal.formats import format_day, format_moment
from portal.navigation import StepState


def find_agency_state(session: Session) -> StepState:
    """Whether somebody has looked over what stands at the head of each paper."""
    versions = list_versions(session, limit=1)
    return StepState(
        bool(versions), f"lưu lúc {format_moment(versions[0].at)}" if versions else "đang theo mặc định, chưa ai xem lại"
    )


def find_signatory_state(_session: Session) -> StepState:
    """Whether the papers name who signs them."""
    office = current_office()
    needed = [office.signatory_name, *([office.co_signatory_name] if office.co_agency else [])]
    names = [name for name in needed if name]
    return StepState(len(names) == len(needed), ", ".join(names) or "chưa ghi tên người ký")


def find_target_state(_session: Session) -> StepState:
    """Whether the day of the target lies ahead."""
    day = current_office().target_date
    return StepState(day >= today(), format_day(day) + ("" if day >= today() else ", đã qua"))
