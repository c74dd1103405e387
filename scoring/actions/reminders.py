"""Reminders of actions: the lines that an owner reads in the one letter of the day."""

from collections.abc import Mapping
from datetime import date

from sqlalchemy.orm import Session

from scoring.actions.action import Action, by_urgency
from scoring.actions.register import list_open_actions

# An owner is told from this many days before the deadline on.
DAYS_BEFORE = 3


def action_lines(session: Session, day: date, public_url: str) -> Mapping[int, tuple[str, ...]]:
    """The lines for each owner, by account, the longest overdue first. Who has nothing urgent is not among them."""
    urgent: dict[int, list[Action]] = {}
    for action in by_urgency(list_open_actions(session), day):
        if action.days_left(day) <= DAYS_BEFORE:
            urgent.setdefault(action.clarities.owner_id, []).append(action)
    return {
        owner: (
            "Việc cần làm đã hoặc sắp đến hạn:",
            *(remind_line(action, day) for action in actions),
            f"Xem và báo xong tại {public_url}/actions?mine=1",
        )
        for owner, actions in urgent.items()
    }


def remind_line(action: Action, day: date) -> str:
    """One action in one line, short enough for a message on the phone."""
    return f"- {action.place}: {action.title.rstrip('.')}; {action.state_in_words(day)}."
