"""The pots of money that decisions speak of, and what a plan asks of each. Pure."""

from dataclasses import dataclass

from planning.plan.assumptions import Spending
from planning.plan.plan import Plan

# The form of spending that an investment decision is made for (NĐ 224/2026/NĐ-CP, Điều 41.3).
PROJECT_FORM = "project"


@dataclass(frozen=True, order=True)
class Pot:
    """One year, one source, one form of spending, as the lines of the plan name them."""

    year: int
    source: str
    form: str

    @property
    def form_label(self) -> str:
        """The form in the words of the screen."""
        return Spending(self.form).label if self.form in list(Spending) else self.form


def asked_by_pot(plan: Plan) -> dict[Pot, int]:
    """VND that the lines of a plan ask of each pot, pots in order; none of what asks for nothing."""
    sums: dict[Pot, int] = {}
    for line in plan.lines:
        if line.amount:
            pot = Pot(line.year, line.source, line.spending.value)
            sums[pot] = sums.get(pot, 0) + line.amount
    return dict(sorted(sums.items()))
