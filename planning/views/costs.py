"""Pages of what a plan costs beyond its lines: the estimates of its forms of spending with hints, and the cost of five years."""

from flask import Blueprint, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from accounts import audit
from accounts.guards import require_identity, requires
from accounts.permissions import Permission, may
from planning.forms import RatesForm, rates_form
from planning.models import PlanRecord
from planning.plan.approval_hints import DISCLAIMER, hints_of
from planning.plan.estimate import estimates_of
from planning.plan.five_year_cost import five_year_cost
from planning.plan.plan import Plan
from planning.plan.spending import SpendingForm
from planning.plan.year_bars import draw_year_bars
from planning.scenarios import scenarios
from planning.scenarios.loading import get_plan_record, plan_of
from planning.scenarios.serialization import dump_rates, load_assumptions
from portal.database import get_session, writes
from portal.formats import vnd_in_words
from scoring.rating.standard import SOURCE_LABELS

blueprint = Blueprint("plan_costs", __name__, template_folder="../templates")


@blueprint.get("/plans/<int:plan_id>/cost")
@requires(Permission.PLAN_READ)
def cost(plan_id: int) -> ResponseReturnValue:
    """The estimates as a purchase and as a project, with hints; their rates as a form to whoever may change them."""
    record = get_plan_record(get_session(), plan_id)
    plan = plan_of(get_session(), record)
    return _cost_page(record, plan, rates_form(plan.rates))


@blueprint.post("/plans/<int:plan_id>/cost")
@requires(Permission.PLAN_EDIT)
@writes
def set_rates(plan_id: int) -> ResponseReturnValue:
    """Set the rates of an open scenario."""
    session, identity = get_session(), require_identity()
    record = get_plan_record(session, plan_id, for_update=True)
    plan = plan_of(session, record)
    form = rates_form(plan.rates)
    if form.validate_on_submit():
        try:
            scenarios.set_rules(session, record, form.stamp, load_assumptions(record.assumptions), rates=dump_rates(form.rates))
        except scenarios.ScenarioError as error:
            form.form_errors.append(error.message)
        else:
            audit.log(session, identity, "plan:set-rates", f"plan {plan_id}", after=record.rates)
            flash(_("Đã lưu tỷ lệ."), "success")
            return redirect(url_for("plan_costs.cost", plan_id=plan_id))
    return _cost_page(record, plan, form), 400


@blueprint.get("/plans/<int:plan_id>/running-cost")
@requires(Permission.PLAN_READ)
def running_cost(plan_id: int) -> ResponseReturnValue:
    """What five years cost, forms of spending apart."""
    record = get_plan_record(get_session(), plan_id)
    plan = plan_of(get_session(), record)
    five_years = five_year_cost(plan)
    return render_template(
        "planning/running_cost.html",
        record=record,
        plan_id=plan_id,
        plan=plan,
        cost=five_years,
        bars=draw_year_bars(five_years),
        forms=list(SpendingForm),
    )


def _cost_page(record: PlanRecord, plan: Plan, form: RatesForm) -> str:
    return render_template(
        "planning/cost.html",
        record=record,
        plan_id=record.id,
        plan=plan,
        form=form,
        may_edit=may(require_identity(), Permission.PLAN_EDIT) and record.is_open,
        changes=record.changes,
        estimates=[(costs, vnd_in_words(costs.total)) for costs in estimates_of(plan)],
        recurrent=plan.form_total(SpendingForm.RECURRENT),
        hints=hints_of(plan),
        labels=SOURCE_LABELS,
        disclaimer=DISCLAIMER,
    )
