"""The money on the leader's home page: the totals of the proposal, what lies above the legal ceilings, and what no ceiling of money covers."""

from dataclasses import dataclass

from flask import render_template

from planning.funding.constraints import Funding
from planning.plan.norms import NormClass
from planning.plan.plan import Plan
from planning.plan.spending import Pot, SpendingForm
from planning.scenarios.loading import list_plans, plan_of
from planning.scenarios.serialization import load_funding
from portal.database import get_session


@dataclass(frozen=True)
class PotBalance:
    """What the lines of a plan take from one pot, in VND, and the ceiling (None: not set)."""

    pot: Pot
    amount: int
    ceiling: int | None

    @property
    def short(self) -> int | None:
        """VND that the ceiling does not cover; None where no ceiling is set."""
        return None if self.ceiling is None else max(0, self.amount - self.ceiling)


def pot_balances(plan: Plan, funding: Funding) -> tuple[PotBalance, ...]:
    """Every pot that the lines of a plan take money from, in their order."""
    return tuple(PotBalance(pot, amount, funding.ceiling_of(pot)) for pot, amount in plan.amounts_by_pot.items())


def leader_panel() -> str:
    """The money of the proposal, forms of spending apart."""
    records = list_plans(get_session())
    if not records:
        return render_template("planning/leader_panel.html", plan=None)
    record = records[0]
    plan = plan_of(get_session(), record)
    pots = pot_balances(plan, load_funding(record.funding))
    without_ceiling = {
        form: sum(each.amount for each in pots if each.ceiling is None and each.pot.form is form) for form in SpendingForm
    }
    return render_template(
        "planning/leader_panel.html",
        plan=plan,
        plan_id=record.id,
        pots=pots,
        without_ceiling=without_ceiling,
        above=plan.totals_by_norm().get(NormClass.ABOVE, {}),
    )
