"""The lines of a plan by what their units are for: each part is funded whole, or not at all. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import TypeVar

from planning.plan.line import PlanLine
from planning.plan.norms import NormClass
from planning.plan.plan import Plan, known
from planning.plan.spending import Pot
from portal.labels import LabelledEnum

K = TypeVar("K")


class Rank(LabelledEnum):
    """What units of a line are for, what goes first first."""

    READINESS = "readiness", "để đáp ứng"
    CRITERIA = "criteria", "hoàn thiện tiêu chí"
    DUE = "due", "thay thế đến hạn"


@dataclass(frozen=True)
class LinePart:
    """So many units of a line for one rank, their VND by pot and by class of norm: the parts of a line are the line to the đồng."""

    line: PlanLine
    rank: Rank
    quantity: int
    amounts_by_pot: Mapping[Pot, int]
    amounts_by_norm: Mapping[NormClass, int]

    @property
    def amount(self) -> int:
        """VND of all years of the plan."""
        return sum(self.amounts_by_pot.values())

    @property
    def key(self) -> tuple[str, Rank]:
        """What no other part of a plan shares: the code of the line, and the rank."""
        return self.line.code, self.rank


def parts_of(plan: Plan, needed: Mapping[str, int]) -> tuple[LinePart, ...]:
    """The parts of all lines, in their order, the higher rank first.

    ``needed`` are the units by code of the line that turn its ward ready, no more than the line has. What is moved in goes to the higher rank.
    """
    parts: list[LinePart] = []
    for line in plan.lines:
        due = due_of(line)
        readiness = min(needed.get(line.code, 0), line.quantity - due)
        parts += _split(line, {Rank.READINESS: readiness, Rank.CRITERIA: line.quantity - due - readiness, Rank.DUE: due})
    return tuple(parts)


def due_of(line: PlanLine) -> int:
    """How many of its units replace what comes due: what was taken off by hand is taken off these."""
    return min(line.due, max(0, line.quantity - max(0, line.required - known(line.on_order))))


def first_units(line: PlanLine, quantity: int) -> PlanLine:
    """The line as if it were of its first units alone; what is moved in comes first."""
    return replace(line, quantity=quantity, moved=min(line.moved, quantity))


def _split(line: PlanLine, quantities: Mapping[Rank, int]) -> list[LinePart]:
    parts, units, before = [], 0, first_units(line, 0)
    for rank, quantity in quantities.items():
        if quantity:
            units += quantity
            # By what is added to the units before: rounded by itself, each part could be a đồng off.
            after = first_units(line, units)
            parts.append(
                LinePart(
                    line,
                    rank,
                    quantity,
                    _difference(after.amounts_by_pot, before.amounts_by_pot),
                    _difference(after.amounts_by_norm, before.amounts_by_norm),
                )
            )
            before = after
    return parts


def _difference(after: Mapping[K, int], before: Mapping[K, int]) -> dict[K, int]:
    return {key: amount for key in after if (amount := after[key] - before.get(key, 0))}
