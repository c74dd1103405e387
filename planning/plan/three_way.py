"""Changes that two people made from one plan, three ways: what both began from, what one made of it, and what the plan says now. Pure."""

from dataclasses import dataclass

from inventory.catalogue import load_catalogue
from inventory.wards.wards import Ward
from planning.plan.line import PlanLine
from planning.plan.overrides import EditField, canonical_value
from planning.plan.plan import Plan
from portal.labels import LabelledEnum


class Verdict(LabelledEnum):
    """What becomes of a value."""

    KEPT = "kept", "không đổi"
    TAKEN = "taken", "nhận"
    CONFLICT = "conflict", "đã đổi ở cả hai nơi"


@dataclass(frozen=True)
class FieldChange:
    """One field of one line that somebody changed from ``base`` to ``mine`` while the plan came to ``newest``, as canonical text."""

    ward: Ward
    item: str
    field: EditField
    base: str
    mine: str
    newest: str

    @property
    def item_name(self) -> str:
        """The code and the name of the item."""
        return f"{self.item} – {load_catalogue()[self.item].name}"

    @property
    def verdict(self) -> Verdict:
        """What becomes of the change."""
        return judge(self.base, self.mine, self.newest)


def judge(base: str, mine: str, newest: str) -> Verdict:
    """A change counts where the plan did not change the same value; where both changed it differently, somebody has to decide."""
    if mine in (base, newest):
        return Verdict.KEPT
    return Verdict.TAKEN if base == newest else Verdict.CONFLICT


def compare_three_ways(base: Plan, mine: Plan, newest: Plan) -> tuple[FieldChange, ...]:
    """What ``mine`` changed of ``base`` and ``newest`` does not say already, in the order of wards and items.

    A line that is not there is one of quantity zero; its other fields are not compared.
    """
    lines = [{line.code: line for line in plan.lines} for plan in (base, mine, newest)]
    every = sorted((lines[2] | lines[0] | lines[1]).values(), key=lambda line: (line.ward.position, line.item))
    changes = (
        FieldChange(line.ward, line.item, field, *(_value(side.get(line.code), field) for side in lines))
        for line in every
        for field in EditField
        if field is EditField.QUANTITY or line.code in lines[1]
    )
    return tuple(change for change in changes if change.verdict is not Verdict.KEPT)


def _value(line: PlanLine | None, field: EditField) -> str:
    if line is None:
        return "0" if field is EditField.QUANTITY else ""
    return canonical_value(line, field)
