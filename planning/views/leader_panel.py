"""The money on the leader's home page: the totals of the proposal, what lies above the legal ceilings, and what no ceiling of money covers."""

from collections.abc import Mapping
from dataclasses import dataclass

from flask import render_template

from planning.funding.constraints import Funding
from planning.plan.norms import NormClass
from planning.plan.plan import Plan
from planning.plan.spending import SpendingForm
from planning.scenarios.loading import list_plans, plan_of
from planning.scenarios.serialization import load_funding
from portal.database import get_session


@dataclass(frozen=True)
class PotBalance:
    """What the lines of a plan take from one year and source, in VND by form of spending, and the ceiling (None: not set)."""

    year: int
    source: str
    amounts: Mapping[SpendingForm, int]
    ceiling: int | None

    @property
    def short(self) -> int | None:
        """VND that the ceiling does not cover; None where no ceiling is set."""
        return None if self.ceiling is None else max(0, sum(self.amounts.values()) - self.ceiling)


def pot_balances(plan: Plan, funding: Funding) -> tuple[PotBalance, ...]:
    """Every pot that the lines of a plan take money from, by year and source."""
    amounts: dict[tuple[int, str], dict[SpendingForm, int]] = {}
    for line in plan.lines:
        for paid in line.payments if line.amount else ():
            sums = amounts.setdefault((paid.year, line.source), dict.fromkeys(SpendingForm, 0))
            sums[line.form] += line.amount_in(paid.year)
    return tuple(
        PotBalance(year, source, sums, funding.ceiling_of(year, source)) for (year, source), sums in sorted(amounts.items())
    )


def leader_panel() -> str:
    """The money of the proposal, forms of spending apart."""
    records = list_plans(get_session())
    if not records:
        return render_template("planning/leader_panel.html", plan=None)
    record = records[0]
    plan = plan_of(get_session(), record)
    pots = pot_balances(plan, load_funding(record.funding))
    without_ceiling = {form: sum(pot.amounts[form] for pot in pots if pot.ceiling is None) for form in SpendingForm}
    return render_template(
        "planning/leader_panel.html",
        plan=plan,
        plan_id=record.id,
        pots=pots,
        without_ceiling=without_ceiling,
        above=plan.totals_by_norm().get(NormClass.ABOVE, {}),
    )
