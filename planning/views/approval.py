"""The page of a scenario's way to approval: where it stands, what is still to be completed and by when; checked, submitted, sent back."""

from flask import Blueprint, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from accounts import audit
from accounts.guards import require_identity, requires
from accounts.permissions import Permission
from planning.decisions.budget_calendar import budget_days
from planning.decisions.checklist import list_checks
from planning.decisions.state import State
from planning.decisions.steps import is_submitter, last_step, share_account
from planning.forms import ReturnForm, StampedForm
from planning.models import PlanRecord
from planning.scenarios import approval
from planning.scenarios.loading import get_plan_record, plan_of
from planning.scenarios.scenarios import ScenarioError, last_hands
from portal.clock import today
from portal.database import get_session, writes

blueprint = Blueprint("plan_approval", __name__, template_folder="../templates")


@blueprint.get("/plans/<int:plan_id>/approval")
@requires(Permission.PLAN_READ)
def show(plan_id: int) -> ResponseReturnValue:
    """Where a scenario stands and what is left to do, with what this person may do about it."""
    return _page(get_plan_record(get_session(), plan_id), ReturnForm(formdata=None))


@blueprint.post("/plans/<int:plan_id>/check")
@requires(Permission.PLAN_CHECK)
@writes
def check(plan_id: int) -> ResponseReturnValue:
    """Note that this person has checked the scenario."""
    record, identity = get_plan_record(get_session(), plan_id, for_update=True), require_identity()
    try:
        approval.check_plan(get_session(), record, StampedForm().stamp, identity)
    except ScenarioError as error:
        flash(error.message, "danger")
    else:
        audit.log(get_session(), identity, "plan:check", f"plan {plan_id}")
        flash(_("Đã ghi là đã kiểm tra. Nội dung thay đổi thì phương án trở lại đang lập."), "success")
    return redirect(url_for("plan_approval.show", plan_id=plan_id))


@blueprint.post("/plans/<int:plan_id>/submission")
@requires(Permission.PLAN_SUBMIT)
@writes
def submit(plan_id: int) -> ResponseReturnValue:
    """Submit a scenario that was checked."""
    record, identity = get_plan_record(get_session(), plan_id, for_update=True), require_identity()
    try:
        approval.submit_plan(get_session(), record, StampedForm().stamp, identity)
    except ScenarioError as error:
        flash(error.message, "danger")
    else:
        audit.log(get_session(), identity, "plan:submit", f"plan {plan_id}", after={"sha256": record.sha256})
        flash(_("Đã trình. Nội dung và mã kiểm tra của phương án không thay đổi nữa."), "success")
    return redirect(url_for("plan_approval.show", plan_id=plan_id))


@blueprint.post("/plans/<int:plan_id>/return-for-completion")
@requires(Permission.PLAN_RECORD_DECISION)
@writes
def send_back(plan_id: int) -> ResponseReturnValue:
    """Note that a submitted scenario was sent back; it is completed in the next revision."""
    record, identity, form = get_plan_record(get_session(), plan_id, for_update=True), require_identity(), ReturnForm()
    if not form.validate_on_submit():
        return _page(record, form), 400
    try:
        revision = approval.return_plan(get_session(), record, form.why.data or "", identity)
    except ScenarioError as error:
        form.why.errors = [error.message]
        return _page(record, form), 400
    after = {"reason": form.why.data, "revision": revision.id}
    audit.log(get_session(), identity, "plan:return", f"plan {plan_id}", after=after)
    flash(_("Đã trả lại để hoàn thiện ở bản %(number)s.", number=revision.revision), "success")
    return redirect(url_for("plans.plan", plan_id=revision.id))


def _page(record: PlanRecord, form: ReturnForm) -> str:
    plan, identity, state = plan_of(get_session(), record), require_identity(), State(record.state)
    return render_template(
        "planning/approval.html",
        record=record,
        plan_id=record.id,
        state=state,
        states=State,
        checks=list_checks(plan),
        days=budget_days(plan.assumptions.first_year),
        on=today(),
        form=form,
        is_own_change=share_account(identity, last_hands(get_session(), record)),
        is_submitter=is_submitter(record, identity),
        returned=last_step(record, State.RETURNED),
    )
