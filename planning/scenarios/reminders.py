"""Reminders of the budget year: the lines for planners in the daily e-mail, for plans on their way."""

from collections.abc import Mapping
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session, lazyload

from accounts.identity import Role
from accounts.models import User
from planning.decisions.budget_calendar import days_to_remind_of
from planning.decisions.state import State
from planning.models import PlanRecord
from planning.scenarios.serialization import load_assumptions
from portal.formats import format_day

# Whose money is still to be asked for, given or spent.
_ON_THE_WAY = (State.DRAFT, State.CHECKED, State.SUBMITTED, State.APPROVED)


def budget_reminders(session: Session, day: date, public_url: str) -> Mapping[int, tuple[str, ...]]:
    """The lines for each planner, by account: what is due soon in the first budget year of the newest revisions on their way."""
    # On most days nothing is due in any year, and no plan need be looked up.
    due_days = {year: days_to_remind_of(year, day) for year in range(day.year - 1, day.year + 3)}
    if not any(due_days.values()):
        return {}
    names: dict[int, list[str]] = {}
    on_the_way = (
        select(PlanRecord)
        .where(PlanRecord.state.in_([state.value for state in _ON_THE_WAY]), ~PlanRecord.followers.any())
        .order_by(PlanRecord.id)
        # Only names and first years are read.
        .options(lazyload("*"))
    )
    for record in session.scalars(on_the_way):
        names.setdefault(load_assumptions(record.assumptions).first_year, []).append(record.title)
    lines = [
        f"- {format_day(due.day)} (còn {due.days_left(day)} ngày): {due.what}. Phương án: {'; '.join(titles)}."
        for year, titles in sorted(names.items())
        for due in due_days.get(year, ())
    ]
    if not lines:
        return {}
    planners = session.scalars(select(User.id).where(User.role == Role.PLANNER.value, User.is_active))
    text = ("Mốc thời gian của năm ngân sách:", *lines, f"Xem tại {public_url}/plans")
    return dict.fromkeys(planners, text)
