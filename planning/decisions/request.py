"""What a ward requests beside what the department accepts, item by item. Pure."""

from collections.abc import Iterable
from dataclasses import dataclass

from inventory.catalogue import load_catalogue
from planning.plan.line import PlanLine


@dataclass(frozen=True)
class RequestedLine:
    """So many of an item, for so many VND, as the document of the ward says; and why the department accepts something else."""

    item: str
    quantity: int
    amount: int
    reason: str = ""


@dataclass(frozen=True)
class Appraisal:
    """One item of one ward: requested, accepted, the difference, and its reason. Amounts in VND."""

    item: str
    requested_quantity: int
    requested_amount: int
    accepted_quantity: int
    accepted_amount: int
    reason: str = ""

    @property
    def quantity_difference(self) -> int:
        """Accepted less requested."""
        return self.accepted_quantity - self.requested_quantity

    @property
    def amount_difference(self) -> int:
        """Accepted less requested, in VND."""
        return self.accepted_amount - self.requested_amount

    @property
    def lacks_reason(self) -> bool:
        """Whether the two differ and nobody says why."""
        return bool(self.quantity_difference or self.amount_difference) and not self.reason

    @property
    def item_name(self) -> str:
        """The code and the name of the item."""
        return f"{self.item} – {load_catalogue()[self.item].name}"


def appraise(requested: Iterable[RequestedLine], lines: Iterable[PlanLine]) -> tuple[Appraisal, ...]:
    """What one ward requests beside the lines of the plan for it, by item: all that either names."""
    by_item = {line.item: line for line in requested}
    accepted = {line.item: line for line in lines}
    appraisals = []
    for item in sorted(by_item | accepted):
        request, line = by_item.get(item, RequestedLine(item, 0, 0)), accepted.get(item)
        quantity, amount = (line.quantity, line.amount) if line else (0, 0)
        appraisals.append(Appraisal(item, request.quantity, request.amount, quantity, amount, request.reason))
    return tuple(appraisals)
