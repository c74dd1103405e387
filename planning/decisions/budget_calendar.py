"""The days of the budget year that a plan has to keep: a table that is changed when the law is. Pure."""

from dataclasses import dataclass
from datetime import date
from functools import cache

from inventory.data_tables import read_table

# So many days before each, whoever plans is reminded.
DAYS_BEFORE = (30, 7)


@dataclass(frozen=True)
class BudgetDay:
    """A day, what is due on it, and the clause that says so with the label of how sure that is."""

    day: date
    what: str
    clause: str
    label: str

    def days_left(self, today: date) -> int:
        """How many days are left; negative where it is over."""
        return (self.day - today).days


@dataclass(frozen=True)
class _Rule:
    what: str
    day: int
    month: int
    year_offset: int
    clause: str
    label: str
    holds_from: date


def budget_days(year: int) -> tuple[BudgetDay, ...]:
    """The days of one budget year in order, those that the law knew by then."""
    days = (
        (BudgetDay(date(year + rule.year_offset, rule.month, rule.day), rule.what.format(year=year), rule.clause, rule.label), rule)
        for rule in _load_rules()
    )
    return tuple(sorted((day for day, rule in days if day.day >= rule.holds_from), key=lambda day: day.day))


def days_to_remind_of(year: int, today: date) -> tuple[BudgetDay, ...]:
    """Those that people are reminded of today."""
    return tuple(day for day in budget_days(year) if day.days_left(today) in DAYS_BEFORE)


@cache
def _load_rules() -> tuple[_Rule, ...]:
    return tuple(
        _Rule(
            row["what"],
            int(row["day"]),
            int(row["month"]),
            int(row["year_offset"]),
            row["clause"],
            row["label"],
            date.fromisoformat(row["holds_from"]),
        )
        for row in read_table("budget_calendar.csv", "planning")
    )
