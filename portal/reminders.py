"""What several packages have to remind people of, so that all of it goes into one letter a day. Each hands in its lines."""

from collections.abc import Callable, Mapping
from datetime import date

from flask import Flask
from sqlalchemy.orm import Session

# The lines for each account that has any, on a day.
Lines = Callable[[Session, date], Mapping[int, tuple[str, ...]]]


def add_reminder_lines(app: Flask, lines: Lines) -> None:
    """Hand in a source of lines."""
    app.extensions.setdefault("reminder_lines", []).append(lines)


def reminder_lines(app: Flask) -> Lines:
    """All sources as one: the lines of each account, source after source."""
    sources: list[Lines] = app.extensions.get("reminder_lines", [])

    def together(session: Session, day: date) -> Mapping[int, tuple[str, ...]]:
        found: dict[int, tuple[str, ...]] = {}
        for source in sources:
            for user_id, lines in source(session, day).items():
                found[user_id] = (*found.get(user_id, ()), *lines)
        return found

    return together


def no_lines(_session: Session, _day: date) -> Mapping[int, tuple[str, ...]]:
    """No source: nobody has anything further."""
    return {}
