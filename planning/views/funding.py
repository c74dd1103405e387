"""Pages of the budget ceilings: the account of money, the choice of wards with its bound and reasons, what is not covered, and the curve."""

from collections.abc import Collection, Mapping
from typing import Any

from flask import Blueprint, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from accounts import audit
from accounts.audit import HIDDEN
from accounts.guards import require_identity, requires, sees_security
from accounts.jobs import ask, follow
from accounts.permissions import Permission, may
from inventory.security import is_sensitive_item
from planning.forms import CeilingForm, FundingForm, ceiling_forms, funding_form
from planning.funding.account import account_of
from planning.funding.allocation import Choice, WaitingWard, describe_proof, find_waiting, next_ward, rank_cheapest, readiness_curve
from planning.funding.candidates import candidates_of
from planning.funding.conflicts import ConflictError
from planning.funding.constraints import Ceiling, Funding
from planning.funding.funded import FundedPlan
from planning.funding.idle_pins import idle_pins
from planning.funding.readiness_curve import draw_readiness_curve
from planning.funding.redaction import rank_shown, redact_candidates, redact_choice
from planning.models import PlanRecord
from planning.plan.faults import faulty_lines
from planning.plan.plan import Plan
from planning.plan.redaction import is_sensitive_line
from planning.plan.spending import Pot
from planning.scenarios import scenarios
from planning.scenarios.funded_plans import NOT_RECORDED, funded_plan_of
from planning.scenarios.funding import choice_key, conditions_of, keep_choice, settle
from planning.scenarios.loading import KeyedPlan, get_plan_record, keyed_plan_of, plan_of
from portal.database import get_session, write_separately, writes
from portal.errors import NotFoundError
from portal.jobs.kinds import JobKind, Order, Outcome, Progress

blueprint = Blueprint("plan_funding", __name__, template_folder="../templates")

PotForms = Mapping[Pot, CeilingForm]


@blueprint.get("/plans/<int:plan_id>/funding")
@requires(Permission.PLAN_READ)
def funding(plan_id: int) -> ResponseReturnValue:
    """What is funded under the ceilings of a scenario, and why the rest is not; the ceilings as a form to whoever may set them."""
    record = get_plan_record(get_session(), plan_id)
    keyed = keyed_plan_of(get_session(), record)
    conditions = conditions_of(record, keyed.plan)
    return _funding_page(record, keyed, conditions, funding_form(conditions), _pot_forms(conditions, keyed.plan))


@blueprint.post("/plans/<int:plan_id>/funding")
@requires(Permission.PLAN_EDIT)
@writes
def set_funding(plan_id: int) -> ResponseReturnValue:
    """Set the ceilings, the aim, the floors and the pins of an open scenario."""
    session, identity = get_session(), require_identity()
    record = get_plan_record(session, plan_id, for_update=True)
    keyed = keyed_plan_of(session, record)
    conditions, refusal = conditions_of(record, keyed.plan), ""
    form, pots = funding_form(conditions), _pot_forms(conditions, keyed.plan)
    # Each is looked at, so that all errors are shown at once.
    faulty = [pot for pot in pots.values() if not pot.validate()]
    if form.validate_on_submit() and not faulty:
        try:
            scenarios.set_funding(session, record, form.stamp, form.funding_of(_posted_ceilings(pots)))
        except scenarios.ScenarioError as error:
            refusal = error.message
        else:
            audit.log(session, identity, "plan:set-funding", f"plan {plan_id}", after=_audit_conditions(record.funding, keyed.plan))
            flash(_("Đã lưu mức vốn tối đa."), "success")
            return redirect(url_for("plan_funding.funding", plan_id=plan_id))
    return _funding_page(record, keyed, conditions, form, pots, refusal), 400


@blueprint.post("/plans/<int:plan_id>/funding/settle")
@requires(Permission.PLAN_EDIT)
def settle_choice(plan_id: int) -> ResponseReturnValue:
    """Have the choice of wards settled: that may take longer than a page."""
    get_plan_record(get_session(), plan_id)
    return follow(ask(KIND.name, {"plan": plan_id}))


def prepare_settling(parameters: Mapping[str, Any]) -> Order:
    """The choice of wards of a scenario, as the plan and the city stand."""
    plan_id, session = parameters["plan"], get_session()
    record = get_plan_record(session, plan_id)
    first = funded_plan_of(session, record, keyed_plan_of(session, record))
    if first is None:
        raise NotFoundError(NOT_RECORDED)
    return Order(choice_key(first), lambda progress: _settle(plan_id, progress))


def _settle(plan_id: int, progress: Progress) -> Outcome:
    session = get_session()
    progress(0, 1)
    record = get_plan_record(session, plan_id)
    settled = settle(session, record, plan_of(session, record))
    choice = settled.choice
    line = _("Đã tính xong: %(count)s xã, phường được dự kiến bố trí vốn để đáp ứng.", count=len(choice.funded))
    return Outcome(
        lines=(line, describe_proof(choice)), settle=lambda: write_separately(lambda writing: keep_choice(writing, settled))
    )


KIND = JobKind("plan-funding", "Bố trí vốn của phương án", Permission.PLAN_EDIT, prepare_settling)


def _pot_forms(conditions: Funding, plan: Plan) -> PotForms:
    """A form for each pot that a line may take from, and for each that has a ceiling."""
    pots = {Pot(year, line.source, line.form) for line in plan.lines for year in plan.assumptions.years}
    return ceiling_forms(conditions, sorted(pots | {ceiling.pot for ceiling in conditions.ceilings}))


def _posted_ceilings(pots: PotForms) -> list[Ceiling]:
    """The ceilings of forms that are valid; a pot without an amount has none."""
    return [
        Ceiling(pot.year, pot.source, pot.form, form.amount.number) for pot, form in pots.items() if form.amount.number is not None
    ]


def _audit_conditions(conditions: Mapping[str, Any], plan: Plan) -> dict[str, Any]:
    """The conditions in the audit trail, whose readers may not see which ward asks for network security."""
    sensitive = {line.code for line in plan.lines if is_sensitive_line(line)}
    pins = {
        name: [HIDDEN if code in sensitive or is_sensitive_item(code.partition("-")[2]) else code for code in conditions[name]]
        for name in ("lines_required", "lines_barred")
    }
    return {**conditions, **pins}


def _funding_page(
    record: PlanRecord, keyed: KeyedPlan, conditions: Funding, form: FundingForm, pots: PotForms, refusal: str = ""
) -> str:
    plan = keyed.plan
    funded, conflict = _fund(record, keyed)
    candidates = redact_candidates(funded.choice.candidates if funded else candidates_of(plan), sees_security)
    choice = redact_choice(funded.choice, sees_security) if funded else None
    waiting = _find_all_waiting(choice, funded.decided) if funded and choice else []
    are_demands_dropped = funded is not None and funded.funding != conditions
    return render_template(
        "planning/funding.html",
        record=record,
        plan_id=record.id,
        form=form,
        pots=pots,
        fields=[*form, *(pot.amount for pot in pots.values())],
        may_edit=may(require_identity(), Permission.PLAN_EDIT) and record.is_open,
        may_settle=may(require_identity(), Permission.PLAN_EDIT),
        refusal=refusal,
        conflict=conflict,
        idle=idle_pins(plan, conditions),
        changes=record.changes,
        funded=funded,
        are_demands_dropped=are_demands_dropped,
        account=account_of(funded, plan.total()) if funded else None,
        unfunded=[each for each in funded.parts if not each.is_funded] if funded else [],
        rank_of=lambda part: rank_shown(part, sees_security),
        ranking=rank_cheapest(candidates),
        faulty=faulty_lines(plan.lines, plan.assumptions),
        choice=choice,
        proof=describe_proof(choice) if choice else "",
        waiting=[ward for ward in waiting if ward.possible],
        beyond_money=[ward for ward in waiting if not ward.possible],
        following=next_ward(choice) if choice else None,
        chart=draw_readiness_curve(readiness_curve(candidates), plan.ready_now),
        ready_now=plan.ready_now,
    )


def _find_all_waiting(choice: Choice, decided: Collection[Pot]) -> list[WaitingWard]:
    each = (find_waiting(choice, candidate.ward, decided) for candidate in choice.candidates)
    return [waiting for waiting in each if waiting is not None]


def _fund(record: PlanRecord, keyed: KeyedPlan) -> tuple[FundedPlan | None, str]:
    """What is funded, or what contradicts itself in the conditions."""
    try:
        funded = funded_plan_of(get_session(), record, keyed)
    except ConflictError as error:
        return None, error.message
    return funded, "" if funded else NOT_RECORDED
