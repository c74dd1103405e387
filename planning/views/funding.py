"""Pages of the budget ceiling: the cheapest wards first, the choice under ceilings with its bound and reasons, and the whole curve."""

from collections.abc import Mapping

from flask import Blueprint, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from accounts import audit
from accounts.guards import require_identity, requires, sees_security
from accounts.permissions import Permission, may
from planning.forms import CeilingForm, FundingForm, ceiling_forms
from planning.funding.allocation import (
    Candidate,
    Choice,
    candidates_of,
    find_waiting,
    next_ward,
    rank_cheapest,
    readiness_curve,
)
from planning.funding.conflicts import ConflictError
from planning.funding.constraints import Ceiling, Funding, fund
from planning.funding.readiness_curve import draw_readiness_curve
from planning.funding.redaction import redact_candidates
from planning.models import PlanRecord
from planning.plan.plan import Plan
from planning.plan.spending import Pot
from planning.scenarios import scenarios
from planning.scenarios.loading import get_plan_record, plan_of
from planning.scenarios.serialization import load_funding
from portal.database import get_session, writes
from scoring.rating.rating import Result

blueprint = Blueprint("plan_funding", __name__, template_folder="../templates")

PotForms = Mapping[Pot, CeilingForm]


@blueprint.get("/plans/<int:plan_id>/funding")
@requires(Permission.PLAN_READ)
def funding(plan_id: int) -> ResponseReturnValue:
    """What is funded under the ceilings of a scenario, and why the other wards wait; the ceilings as a form to whoever may set them."""
    record = get_plan_record(get_session(), plan_id)
    plan = plan_of(get_session(), record)
    return _funding_page(record, plan, _funding_form(record), _pot_forms(record, plan))


@blueprint.post("/plans/<int:plan_id>/funding")
@requires(Permission.PLAN_EDIT)
@writes
def set_funding(plan_id: int) -> ResponseReturnValue:
    """Set the ceilings, the aim and the floors of an open scenario."""
    session, identity = get_session(), require_identity()
    record = get_plan_record(session, plan_id, for_update=True)
    plan = plan_of(session, record)
    form, pots, refusal = _funding_form(record), _pot_forms(record, plan), ""
    if form.validate_on_submit() and not [pot for pot in pots.values() if not pot.validate()]:
        try:
            scenarios.set_funding(session, record, form.stamp, _posted_funding(form, pots))
        except scenarios.ScenarioError as error:
            refusal = error.message
        else:
            audit.log(session, identity, "plan:set-funding", f"plan {plan_id}", after=record.funding)
            flash(_("Đã lưu trần vốn."), "success")
            return redirect(url_for("plan_funding.funding", plan_id=plan_id))
    return _funding_page(record, plan, form, pots, refusal), 400


def _funding_form(record: PlanRecord) -> FundingForm:
    """The form filled with aim and floors of a scenario, or with what was posted."""
    constraints = load_funding(record.funding)
    return FundingForm(
        data={
            "aim": constraints.aim.value,
            "per_district": str(constraints.per_district),
            "communes_first": constraints.communes_first,
        }
    )


def _pot_forms(record: PlanRecord, plan: Plan) -> PotForms:
    """A form for each pot that a line may take from, and for each that has a ceiling."""
    constraints, years = load_funding(record.funding), plan.assumptions.years
    pots = {Pot(year, line.source, line.form) for line in plan.lines for year in years}
    return ceiling_forms(constraints, sorted(pots | {ceiling.pot for ceiling in constraints.ceilings}))


def _posted_funding(constraints: FundingForm, pots: PotForms) -> Funding:
    """Ceilings, aim and floors from forms that are valid; a pot without an amount has no ceiling."""
    ceilings = (
        Ceiling(pot.year, pot.source, pot.form, form.amount.number) for pot, form in pots.items() if form.amount.number is not None
    )
    return Funding(
        tuple(ceilings), constraints.selected_aim, constraints.per_district.number or 0, bool(constraints.communes_first.data)
    )


def _funding_page(record: PlanRecord, plan: Plan, form: FundingForm, pots: PotForms, refusal: str = "") -> str:
    candidates = redact_candidates(candidates_of(plan), sees_security)
    choice, impossible = _choose(candidates, load_funding(record.funding))
    return render_template(
        "planning/funding.html",
        record=record,
        plan_id=record.id,
        form=form,
        pots=pots,
        may_edit=may(require_identity(), Permission.PLAN_EDIT) and record.is_open,
        refusal=refusal,
        impossible=impossible,
        changes=record.changes,
        ranking=rank_cheapest(candidates),
        choice=choice,
        waiting=[find_waiting(choice, c.ward) for c in choice.candidates if c.ward.code not in choice.funded] if choice else [],
        following=next_ward(choice) if choice else None,
        chart=draw_readiness_curve(readiness_curve(candidates), _ready_now(plan)),
        ready_now=_ready_now(plan),
    )


def _choose(candidates: tuple[Candidate, ...], constraints: Funding) -> tuple[Choice | None, str]:
    """The choice under the ceilings, or why there is none."""
    try:
        return fund(candidates, constraints), ""
    except ConflictError as error:
        return None, error.message


def _ready_now(plan: Plan) -> int:
    return sum(rating.result is Result.READY for rating in plan.ratings.values())
