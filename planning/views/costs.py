"""Pages of what a plan costs beyond its lines: the estimate in its mode with hints, and the cost of five years."""

from flask import Blueprint, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from accounts import audit
from accounts.guards import requires, the_identity
from accounts.permissions import Permission, may
from planning.forms import rates_form
from planning.plan.approval_hints import DISCLAIMER, hints_of
from planning.plan.assumptions import Mode, Spending
from planning.plan.estimate import estimate
from planning.plan.five_year_cost import running_cost as cost_of_five_years
from planning.plan.year_bars import draw_bars
from planning.scenarios import scenarios
from planning.scenarios.loading import get_plan_record, plan_of
from planning.scenarios.serialization import dump_rates, read_assumptions
from portal.database import get_session, writes
from portal.formats import vnd_in_words
from scoring.rating.standard import SOURCE_LABELS

blueprint = Blueprint("plan_costs", __name__, template_folder="../templates")


@blueprint.route("/plans/<int:plan_id>/cost", methods=["GET", "POST"])
@requires(Permission.PLAN_READ)
@writes
def cost(plan_id: int) -> ResponseReturnValue:
    """The estimate as a purchase or as a project; a planner may choose the mode and the rates of an open scenario."""
    session, identity = get_session(), the_identity()
    own = get_plan_record(session, plan_id)
    found = plan_of(session, own)
    form = rates_form(found.rates)
    may_edit = may(identity, Permission.PLAN_EDIT) and not own.is_final
    if may_edit and form.validate_on_submit():
        try:
            scenarios.set_rules(session, own, form.stamp, read_assumptions(own.assumptions), rates=dump_rates(form.rates))
        except scenarios.ScenarioError as error:
            form.form_errors.append(error.message)
        else:
            audit.log(session, identity, "plan:set-rates", f"plan {plan_id}", after=own.rates)
            flash(_("Đã lưu cách lập và tỷ lệ."), "success")
            return redirect(url_for("plan_costs.cost", plan_id=plan_id))
    shown = estimate(found)
    page = render_template(
        "planning/cost.html",
        record=own,
        plan_id=plan_id,
        plan=found,
        form=form,
        may_edit=may_edit,
        changes=own.changes,
        estimate=shown,
        is_project=shown.mode is Mode.PROJECT,
        hints=hints_of(found, shown),
        labels=SOURCE_LABELS,
        disclaimer=DISCLAIMER,
        words=vnd_in_words(shown.total),
    )
    return page, 400 if form.errors else 200


@blueprint.get("/plans/<int:plan_id>/running-cost")
@requires(Permission.PLAN_READ)
def running_cost(plan_id: int) -> ResponseReturnValue:
    """What five years cost, kinds of spending apart."""
    own = get_plan_record(get_session(), plan_id)
    found = plan_of(get_session(), own)
    shown = cost_of_five_years(found)
    return render_template(
        "planning/running_cost.html",
        record=own,
        plan_id=plan_id,
        plan=found,
        cost=shown,
        bars=draw_bars(shown),
        spendings=list(Spending),
    )
