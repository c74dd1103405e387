"""Pages of scenarios: the list, two or three side by side, one with its totals; and what a planner does with them."""

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from accounts import audit
from accounts.guards import require_identity, requires, sees_security
from accounts.permissions import Permission
from inventory.catalogue import GROUPS, load_catalogue
from planning.decisions.state import State
from planning.forms import NewPlanForm, PlanForm, RevisionForm, diff_conditions
from planning.models import PlanRecord
from planning.plan.comparison import PlanOutcome, diff_plans, display_value, outcome_of
from planning.plan.estimate import describe_fees
from planning.plan.faults import faulty_lines
from planning.plan.redaction import redact_plan
from planning.plan.spending import SpendingForm
from planning.scenarios import scenarios
from planning.scenarios.forks import bring_over, compare_fork, find_base
from planning.scenarios.funded_plans import account_of_plan, list_unsettled_approvals, why_no_account
from planning.scenarios.funding import conditions_of
from planning.scenarios.loading import get_plan_record, keyed_plan_of, list_plans, lock_newest, plan_of
from planning.scenarios.stored_content import DamagedPlanError
from portal.clock import today
from portal.database import get_session, writes
from portal.errors import WardReadinessError
from scoring.rating.rating import Result

blueprint = Blueprint("plans", __name__, template_folder="../templates")

SHOWN = 10
MOST_COMPARED = 4


@blueprint.get("/plans")
@requires(Permission.PLAN_READ)
def plans() -> ResponseReturnValue:
    """All scenarios, each with its totals, to be opened or compared."""
    outcomes = [(record, *_find_outcome(record)) for record in list_plans(get_session())]
    return render_template("planning/plans.html", outcomes=outcomes, forms=list(SpendingForm))


def _find_outcome(record: PlanRecord) -> tuple[PlanOutcome | None, str]:
    """The totals of a scenario; or why nothing of it is shown: the others are shown all the same."""
    try:
        return outcome_of(plan_of(get_session(), record)), ""
    except DamagedPlanError as error:
        return None, error.message


@blueprint.route("/plans/new", methods=["GET", "POST"])
@requires(Permission.PLAN_EDIT)
@writes
def create() -> ResponseReturnValue:
    """Begin a scenario."""
    form, identity = NewPlanForm(data={"first_year": str(today().year + 1)}), require_identity()
    if form.validate_on_submit():
        try:
            record = scenarios.create_plan(
                get_session(), form.name.data or "", form.note.data or "", form.first_year.number or 0, identity.full_name
            )
        except scenarios.ScenarioError as error:
            form.name.errors = [error.message]
        else:
            audit.log(get_session(), identity, "plan:create", f"plan {record.id}", after={"name": record.name})
            return redirect(url_for("plans.plan", plan_id=record.id))
    page = render_template("planning/plan_form.html", form=form, title=_("Lập phương án"), back=url_for("plans.plans"))
    return page, 400 if form.errors else 200


@blueprint.get("/plans/compare")
@requires(Permission.PLAN_READ)
def compare() -> ResponseReturnValue:
    """Scenarios side by side; of the first two, the difference line by line."""
    session = get_session()
    ids = list(dict.fromkeys(request.args.getlist("plan", type=int)))[:MOST_COMPARED]
    records = [get_plan_record(session, plan_id) for plan_id in ids]
    compared = [plan_of(session, record) for record in records]
    outcomes = [outcome_of(plan) for plan in compared]
    return render_template(
        "planning/compare.html",
        ids=ids,
        outcomes=outcomes,
        forms=list(SpendingForm),
        changes=diff_plans(compared[0], compared[1]) if len(compared) > 1 else (),
        condition_changes=_diff_conditions(records[0], records[1]) if len(records) > 1 else [],
        breakdowns=[
            (title, name, sorted({key for outcome in outcomes for key in getattr(outcome, name)}))
            for title, name in ((_("Theo nhóm"), "by_group"), (_("Theo nguồn vốn"), "by_source"), (_("Theo năm"), "by_year"))
        ],
    )


@blueprint.get("/plans/<int:plan_id>")
@requires(Permission.PLAN_READ)
def plan(plan_id: int) -> ResponseReturnValue:
    """One scenario: totals first, forms of spending apart; the lines of one ward on demand."""
    session = get_session()
    record = get_plan_record(session, plan_id)
    keyed = keyed_plan_of(session, record)
    whole_plan, plan = keyed.plan, redact_plan(keyed.plan, sees_security)
    code = request.args.get("ward", "")
    account = account_of_plan(session, record, keyed)
    return render_template(
        "planning/plan.html",
        record=record,
        outcome=outcome_of(whole_plan),
        account=account,
        no_account="" if account else why_no_account(session, record, keyed),
        fees=describe_fees(plan),
        faulty=faulty_lines(plan.lines, plan.assumptions),
        unsettled=list_unsettled_approvals(session, record, whole_plan),
        plan=plan,
        plan_id=plan_id,
        forms=plan.forms,
        by_group=plan.totals_by(lambda line: f"{line.group}. {GROUPS[line.group]}"),
        by_year=plan.totals_by_year(),
        by_source=plan.totals_by(lambda line: line.source),
        by_norm={kind.heading: sums for kind, sums in plan.totals_by_norm().items()},
        results={result: sum(rating.result is result for rating in plan.ratings.values()) for result in Result},
        largest=plan.largest_wards(SHOWN),
        is_unknown_ward=bool(code) and all(ward.code != code for ward in plan.wards),
        ward_code=code,
        ward_lines=[line for line in plan.lines if line.ward.code == code],
        catalogue=load_catalogue(),
        revision_form=RevisionForm(formdata=None),
    )


@blueprint.get("/plans/<int:plan_id>/difference")
@requires(Permission.PLAN_READ)
def changes(plan_id: int) -> ResponseReturnValue:
    """What a revision changed against the plan that it follows; of one beside the newest, what the newest does not say."""
    session = get_session()
    record = get_plan_record(session, plan_id)
    before, base = record.follows, find_base(record)
    return render_template(
        "planning/difference.html",
        record=record,
        plan_id=plan_id,
        before=before,
        changes=diff_plans(plan_of(session, before), plan_of(session, record)) if before else (),
        condition_changes=_diff_conditions(before, record) if before else [],
        base=base,
        three_ways=compare_fork(session, record, base, record.newest) if base else (),
        show=display_value,
    )


@blueprint.post("/plans/<int:plan_id>/merge")
@requires(Permission.PLAN_EDIT)
@writes
def merge(plan_id: int) -> ResponseReturnValue:
    """Bring what a revision beside the newest changed into the next one."""
    session, identity = get_session(), require_identity()
    record = get_plan_record(session, plan_id)
    newest = lock_newest(session, record)
    try:
        revision, count = bring_over(session, record, newest, identity.full_name)
    except WardReadinessError as error:
        flash(error.message, "danger")
        return redirect(url_for("plans.changes", plan_id=plan_id))
    after = {"from": plan_id, "fields": count}
    audit.log(session, identity, "plan:merge", f"plan {revision.id}", after=after)
    flash(_("Đã đưa %(count)s thay đổi vào bản %(number)s.", count=count, number=revision.revision), "success")
    return redirect(url_for("plans.changes", plan_id=revision.id))


@blueprint.get("/plans/<int:plan_id>/exclusions")
@requires(Permission.PLAN_READ)
def exclusions(plan_id: int) -> ResponseReturnValue:
    """What is left out so that nothing is funded twice, each with its reason."""
    session = get_session()
    record = get_plan_record(session, plan_id)
    plan = plan_of(session, record)
    return render_template(
        "planning/exclusions.html",
        record=record,
        plan_id=plan_id,
        plan=redact_plan(plan, sees_security),
        unsettled=list_unsettled_approvals(session, record, plan),
    )


@blueprint.route("/plans/<int:plan_id>/copy", methods=["GET", "POST"])
@requires(Permission.PLAN_EDIT)
@writes
def copy(plan_id: int) -> ResponseReturnValue:
    """A scenario of another name that begins as this one stands."""
    record, identity = get_plan_record(get_session(), plan_id), require_identity()
    form = PlanForm(data={"name": _("%(name)s (bản sao)", name=record.title)})
    if form.validate_on_submit():
        try:
            duplicate = scenarios.copy_plan(get_session(), record, form.name.data or "", identity.full_name)
        except scenarios.ScenarioError as error:
            form.name.errors = [error.message]
        else:
            duplicate.note = form.note.data or ""
            audit.log(get_session(), identity, "plan:copy", f"plan {duplicate.id}", after={"name": duplicate.name, "from": plan_id})
            return redirect(url_for("plans.plan", plan_id=duplicate.id))
    back = url_for("plans.plan", plan_id=plan_id)
    page = render_template("planning/plan_form.html", form=form, title=_("Sao chép phương án"), back=back)
    return page, 400 if form.errors else 200


@blueprint.route("/plans/<int:plan_id>/name", methods=["GET", "POST"])
@requires(Permission.PLAN_EDIT)
@writes
def rename(plan_id: int) -> ResponseReturnValue:
    """Another name and note for an open scenario."""
    record, identity = get_plan_record(get_session(), plan_id), require_identity()
    form = PlanForm(data={"name": record.name, "note": record.note})
    if form.validate_on_submit():
        before = record.name
        try:
            scenarios.rename_plan(get_session(), record, form.name.data or "", form.note.data or "")
        except scenarios.ScenarioError as error:
            form.name.errors = [error.message]
        else:
            audit.log(get_session(), identity, "plan:rename", f"plan {plan_id}", before=before, after=record.name)
            return redirect(url_for("plans.plan", plan_id=plan_id))
    back = url_for("plans.plan", plan_id=plan_id)
    page = render_template("planning/plan_form.html", form=form, title=_("Đổi tên phương án"), back=back)
    return page, 400 if form.errors else 200


@blueprint.post("/plans/<int:plan_id>/proposal")
@requires(Permission.PLAN_EDIT)
@writes
def propose(plan_id: int) -> ResponseReturnValue:
    """Make this scenario the proposal."""
    record = get_plan_record(get_session(), plan_id)
    scenarios.propose_plan(get_session(), record)
    audit.log(get_session(), require_identity(), "plan:propose", f"plan {plan_id}", after={"name": record.title})
    flash(_("“%(name)s” nay là phương án đề xuất.", name=record.title), "success")
    return redirect(url_for("plans.plan", plan_id=plan_id))


@blueprint.post("/plans/<int:plan_id>/revision")
@requires(Permission.PLAN_EDIT)
@writes
def revise(plan_id: int) -> ResponseReturnValue:
    """Begin the next revision."""
    record, identity, form = get_plan_record(get_session(), plan_id, for_update=True), require_identity(), RevisionForm()
    if not form.validate_on_submit():
        flash(_("Ghi lý do lập phiên bản mới rồi bấm lại."), "danger")
        return redirect(url_for("plans.plan", plan_id=plan_id))
    try:
        revision = scenarios.revise_plan(get_session(), record, form.note.data or "", identity.full_name)
    except scenarios.ScenarioError as error:
        flash(error.message, "danger")
        return redirect(url_for("plans.plan", plan_id=plan_id))
    audit.log(get_session(), identity, "plan:revise", f"plan {revision.id}", after={"follows": plan_id, "note": revision.note})
    flash(_("Đã lập bản %(number)s.", number=revision.revision), "success")
    return redirect(url_for("plans.plan", plan_id=revision.id))


def _diff_conditions(before: PlanRecord, after: PlanRecord) -> list[tuple[str, str, str]]:
    old, new = (conditions_of(record, plan_of(get_session(), record)) for record in (before, after))
    return diff_conditions(old, new)


def planner_panel() -> str:
    """The totals of the proposal and its account of money on the planner's home page."""
    session, records = get_session(), list_plans(get_session())
    if not records:
        return render_template("planning/home_panel.html", plan=None)
    record = records[0]
    try:
        keyed = keyed_plan_of(session, record)
    except DamagedPlanError as error:
        return render_template("planning/home_panel.html", plan=None, plan_id=record.id, refusal=error.message)
    account = account_of_plan(session, record, keyed)
    return render_template(
        "planning/home_panel.html",
        state=State(record.state),
        plan=keyed.plan,
        plan_id=record.id,
        forms=keyed.plan.forms,
        account=account,
        no_account="" if account else why_no_account(session, record, keyed),
    )
