"""What several packages have to remind people of, so that all of it goes into one letter a day. Each contributes its lines."""

from collections.abc import Callable, Mapping
from datetime import date

from flask import Flask
from sqlalchemy.orm import Session

# The lines for each account that has any, on a day.
ReminderSource = Callable[[Session, date], Mapping[int, tuple[str, ...]]]


def add_reminder_lines(app: Flask, lines: ReminderSource) -> None:
    """Register a source of lines."""
    app.extensions.setdefault("reminder_lines", []).append(lines)


def reminder_lines(app: Flask) -> ReminderSource:
    """All sources as one: the lines of each account, source after source."""
    sources: list[ReminderSource] = app.extensions.get("reminder_lines", [])

    def combine(session: Session, day: date) -> Mapping[int, tuple[str, ...]]:
        lines_by_user: dict[int, tuple[str, ...]] = {}
        for source in sources:
            for user_id, lines in source(session, day).items():
                lines_by_user[user_id] = (*lines_by_user.get(user_id, ()), *lines)
        return lines_by_user

    return combine


def no_lines(_session: Session, _day: date) -> Mapping[int, tuple[str, ...]]:
    """No source: nobody has anything further."""
    return {}
