"""The money on the leader's home page: the account of the proposal, and what of it waits for a decision on norms."""

from flask import render_template

from planning.decisions.state import State
from planning.plan.norms import NormClass
from planning.scenarios.funded_plans import account_of_plan, why_no_account
from planning.scenarios.loading import keyed_plan_of, list_plans
from planning.scenarios.stored_content import DamagedPlanError
from portal.database import get_session


def leader_panel() -> str:
    """The money of the proposal, forms of spending apart."""
    records = list_plans(get_session())
    if not records:
        return render_template("planning/leader_panel.html", plan=None)
    record = records[0]
    try:
        keyed = keyed_plan_of(get_session(), record)
    except DamagedPlanError as error:
        return render_template("planning/leader_panel.html", plan=None, refusal=error.message)
    account, by_norm = account_of_plan(get_session(), record, keyed), keyed.plan.totals_by_norm()
    return render_template(
        "planning/leader_panel.html",
        state=State(record.state),
        plan=keyed.plan,
        plan_id=record.id,
        account=account,
        no_account="" if account else why_no_account(get_session(), record, keyed),
        above=by_norm.get(NormClass.ABOVE, {}),
        unregulated=by_norm.get(NormClass.NONE, {}),
    )
