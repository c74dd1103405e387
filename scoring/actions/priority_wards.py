"""The wards that need a decision today, and why: a late action first, then what is missing, weighted by population. Pure."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from inventory.wards.wards import Ward
from scoring.actions.action import Action, ActionState
from scoring.rating.rating import Rating, Result


@dataclass(frozen=True)
class Decision:
    """One ward with its rating, and the action that is late the longest where there is one."""

    ward: Ward
    rating: Rating
    late: Action | None

    @property
    def weight(self) -> int:
        """The blocking criteria that are missing, times the people who live there."""
        return len(self.rating.unmet_blocking) * self.ward.population


def wards_needing_decision(
    wards: Iterable[Ward], ratings: Mapping[str, Rating], actions: Iterable[Action], on: date, count: int
) -> tuple[Decision, ...]:
    """At most so many wards that are not ready: those with a late action first, the latest on top; then the heaviest.

    A ward whose open actions are all in time has its decision already and is left out.
    """
    late: dict[str, Action] = {}
    with_open_action: set[str] = set()
    for action in actions:
        if action.ward is None or action.state(on) is ActionState.DONE:
            continue
        code = action.ward.code
        with_open_action.add(code)
        if action.state(on) is ActionState.OVERDUE and (code not in late or action.days_late(on) > late[code].days_late(on)):
            late[code] = action
    decisions = [
        Decision(ward, ratings[ward.code], late.get(ward.code))
        for ward in wards
        if ward.code in late or (ratings[ward.code].result is not Result.READY and ward.code not in with_open_action)
    ]

    def urgency(decision: Decision) -> tuple[int, int, int]:
        days = decision.late.days_late(on) if decision.late else 0
        return -days, -decision.weight, -decision.ward.population

    return tuple(sorted(decisions, key=urgency)[:count])
