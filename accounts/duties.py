"""What a person still has to do, as far as other packages know: they hand it down, and whoever has a duty left is not removed."""

from collections.abc import Callable

from flask import Flask, current_app
from sqlalchemy.orm import Session

# A sentence that says what is left and what to do with it, or nothing.
DutyCheck = Callable[[Session, int], str]


def add_duty(app: Flask, find: DutyCheck) -> None:
    """Register a kind of duty."""
    app.extensions.setdefault("duties", []).append(find)


def find_duties(session: Session, user_id: int) -> list[str]:
    """The sentences about what this person still has to do."""
    checks: list[DutyCheck] = current_app.extensions.get("duties", [])
    return [sentence for check in checks if (sentence := check(session, user_id))]
