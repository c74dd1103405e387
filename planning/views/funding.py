"""Pages of the budget ceiling: the cheapest wards first, the choice under ceilings with its bound and reasons, and the whole curve."""

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from accounts import audit
from accounts.guards import requires, the_identity
from accounts.permissions import Permission, may
from planning.forms import FundingForm, ceiling_forms
from planning.funding.allocation import Candidate, Choice, FloorError, candidates_of, curve, next_ward, rank_cheapest, why_not
from planning.funding.constraints import Ceiling, Funding, fund
from planning.funding.readiness_curve import draw_money
from planning.plan.plan import Plan
from planning.scenarios import scenarios
from planning.scenarios.loading import get_plan_record, plan_of
from planning.scenarios.serialization import read_funding
from portal.database import get_session, writes
from scoring.rating.rating import Result

blueprint = Blueprint("plan_funding", __name__, template_folder="../templates")


@blueprint.route("/plans/<int:plan_id>/funding", methods=["GET", "POST"])
@requires(Permission.PLAN_READ)
@writes
def funding(plan_id: int) -> ResponseReturnValue:
    """What is funded under the ceilings of a scenario, and why the rest waits; a planner sets them."""
    session, identity = get_session(), the_identity()
    own = get_plan_record(session, plan_id, for_update=request.method == "POST")
    plan = plan_of(session, own)
    present = read_funding(own.funding)
    sources = sorted({line.source for line in plan.lines})
    form = FundingForm(
        data={"aim": present.aim.value, "per_district": str(present.per_district), "communes_first": present.communes_first}
    )
    pots = ceiling_forms(present, plan.assumptions.years, sources)
    may_edit = may(identity, Permission.PLAN_EDIT) and not own.is_final
    refused = ""
    if may_edit and form.validate_on_submit() and not [pot for pot in pots.values() if not pot.validate()]:
        typed = Funding(
            tuple(
                Ceiling(year, source, pot.amount.number) for (year, source), pot in pots.items() if pot.amount.number is not None
            ),
            form.the_aim,
            form.per_district.number or 0,
            bool(form.communes_first.data),
        )
        try:
            scenarios.set_funding(session, own, form.stamp, typed)
        except scenarios.ScenarioError as error:
            refused = error.message
        else:
            audit.log(session, identity, "plan:set-funding", f"plan {plan_id}", after=own.funding)
            flash(_("Đã lưu trần vốn."), "success")
            return redirect(url_for("plan_funding.funding", plan_id=plan_id))
    candidates = candidates_of(plan)
    choice, impossible = _choose(candidates, present)
    is_faulty = bool(refused or form.errors or [pot for pot in pots.values() if pot.errors])
    page = render_template(
        "planning/funding.html",
        record=own,
        plan_id=plan_id,
        plan=plan,
        form=form,
        pots=pots,
        may_edit=may_edit,
        refused=refused,
        impossible=impossible,
        changes=own.changes,
        candidates=candidates,
        ranking=rank_cheapest(candidates),
        choice=choice,
        waiting=[why_not(choice, c.ward) for c in choice.candidates if c.ward.code not in choice.funded] if choice else [],
        following=next_ward(choice) if choice else None,
        chart=draw_money(curve(candidates), _ready_now(plan)),
        ready_now=_ready_now(plan),
    )
    return page, 400 if is_faulty else 200


def _choose(candidates: tuple[Candidate, ...], asked: Funding) -> tuple[Choice | None, str]:
    try:
        return fund(candidates, asked), ""
    except FloorError as error:
        return None, error.message


def _ready_now(plan: Plan) -> int:
    return sum(rating.result is Result.READY for rating in plan.ratings.values())
