"""Reminders of actions: the lines for an owner in the daily e-mail."""

from collections.abc import Mapping
from datetime import date

from sqlalchemy.orm import Session

from scoring.actions.action import Action, sort_by_urgency
from scoring.actions.register import list_open_actions

# An owner is reminded from this many days before the deadline.
DAYS_BEFORE = 3


def action_reminders(session: Session, day: date, public_url: str) -> Mapping[int, tuple[str, ...]]:
    """The lines for each owner, by account, the longest overdue first. Owners without an urgent action are left out."""
    urgent: dict[int, list[Action]] = {}
    for action in sort_by_urgency(list_open_actions(session), day):
        if action.days_left(day) <= DAYS_BEFORE and action.may_owner_see:
            urgent.setdefault(action.clarities.owner_id, []).append(action)
    return {
        owner: (
            "Việc cần làm đã hoặc sắp đến hạn:",
            *(reminder_line(action, day) for action in actions),
            f"Xem và báo xong tại {public_url}/actions?mine=1",
        )
        for owner, actions in urgent.items()
    }


def reminder_line(action: Action, day: date) -> str:
    """One action in one line, short enough for a message on the phone."""
    return f"- {action.place}: {action.title.rstrip('.')}; {action.state_text(day)}."
