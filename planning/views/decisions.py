"""The page of decisions about a submitted plan: what each gives to which pot, and the form that records one with its file."""

from collections.abc import Mapping

from flask import Blueprint, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from sqlalchemy.orm import Session

from accounts import audit
from accounts.guards import require_identity, requires
from accounts.permissions import Permission
from planning.decisions import decisions
from planning.decisions.decision import Asked, DecisionError, DecisionKind, ceilings_of
from planning.decisions.state import State
from planning.decisions.steps import is_submitter
from planning.forms import DecisionForm, PotAmountForm, pot_amount_forms
from planning.models import PlanDecision, PlanRecord
from planning.plan.spending import Pot
from planning.scenarios.funded_plans import asked_of, list_overlaps
from planning.scenarios.loading import get_plan_record, plan_of
from portal.checked_files import CheckedFile, check_file
from portal.database import get_session, reading_session, write_separately, writes
from portal.downloads import send_bytes
from portal.errors import WardReadinessError
from portal.kept_files import keep_file, read_kept
from portal.posted_files import encode_file, posted_name, read_posted_file
from portal.settings import current_settings

blueprint = Blueprint("plan_decisions", __name__, template_folder="../templates")


@blueprint.get("/plans/<int:plan_id>/decisions")
@requires(Permission.PLAN_READ)
def show(plan_id: int) -> ResponseReturnValue:
    """The decisions about a plan, and the form for one more."""
    record = get_plan_record(get_session(), plan_id)
    asked = asked_of(record, plan_of(get_session(), record))
    return _page(get_session(), record, asked, DecisionForm(formdata=None), pot_amount_forms(asked.by_pot))


@blueprint.post("/plans/<int:plan_id>/decisions")
@requires(Permission.PLAN_RECORD_DECISION)
@writes
def record(plan_id: int) -> ResponseReturnValue:
    """Record a decision with its file. Everything is looked at before anything is stored or locked."""
    identity, data, name = require_identity(), read_posted_file(), posted_name()
    with reading_session() as db:
        plan_record = get_plan_record(db, plan_id)
        asked = asked_of(plan_record, plan_of(db, plan_record))
        form, pots = DecisionForm(), pot_amount_forms(asked.by_pot)
        checked, refusal = _check(db, plan_record, form, pots, asked, data)
        if checked is None:
            return _page(db, plan_record, asked, form, pots, refusal, data, name), 400
    kept = keep_file(current_settings().evidence_url, name, checked)
    session = get_session()
    plan_record = get_plan_record(session, plan_id, for_update=True)
    decision = form.decision(pots)
    try:
        row = decisions.record_decision(session, plan_record, decision, kept, asked, identity)
    except DecisionError as error:
        form.add_faults(error.faults, pots)
        return _page(session, plan_record, asked, form, pots, error.message, data, name), 400
    audit.log(session, identity, "plan-decision:record", f"plan {plan_id}", after=_entry(row))
    flash(_("Đã ghi quyết định %(number)s.", number=row.number), "success")
    return redirect(url_for("plan_decisions.show", plan_id=plan_id))


@blueprint.get("/plans/<int:plan_id>/decisions/<int:decision_id>.file")
@requires(Permission.PLAN_READ)
def download(plan_id: int, decision_id: int) -> ResponseReturnValue:
    """The file of a decision, always as an attachment; the download is audited."""
    row, identity = decisions.get_decision(get_session(), plan_id, decision_id), require_identity()
    data, entry = read_kept(current_settings().evidence_url, row.stored_as, row.sha256), _entry(row)
    write_separately(lambda session: audit.log(session, identity, "plan-decision:download", f"plan {plan_id}", after=entry))
    return send_bytes(data, row.name, row.media_type)


@blueprint.post("/plans/<int:plan_id>/decisions/<int:decision_id>/removal")
@requires(Permission.PLAN_RECORD_DECISION)
@writes
def withdraw(plan_id: int, decision_id: int) -> ResponseReturnValue:
    """Take back a decision that was recorded by mistake."""
    session, identity = get_session(), require_identity()
    plan_record = get_plan_record(session, plan_id, for_update=True)
    row = decisions.get_decision(session, plan_id, decision_id)
    entry = _entry(row)
    try:
        decisions.withdraw_decision(session, plan_record, row, identity)
    except DecisionError as error:
        flash(error.message, "danger")
    else:
        audit.log(session, identity, "plan-decision:withdraw", f"plan {plan_id}", before=entry)
        flash(_("Đã gỡ quyết định %(number)s ghi nhầm.", number=entry["number"]), "success")
    return redirect(url_for("plan_decisions.show", plan_id=plan_id))


def _check(
    db: Session,
    plan_record: PlanRecord,
    form: DecisionForm,
    pots: Mapping[Pot, PotAmountForm],
    asked: Asked,
    data: bytes,
) -> tuple[CheckedFile | None, str]:
    """The file, where everything that was entered may be recorded; else why not, with the errors shown at their fields."""
    checked, refusal = None, ""
    # Each is looked at, so that all errors are shown at once.
    faulty = [pot for pot, amount in pots.items() if not amount.validate()]
    is_valid = form.validate_on_submit() and not faulty
    try:
        checked = check_file(data, documents=True)
    except WardReadinessError as error:
        form.file.errors = [error.message]
    try:
        decisions.check_recordable(db, plan_record, form.decision(pots) if is_valid else None, asked, require_identity())
    except DecisionError as error:
        form.add_faults(error.faults, pots)
        refusal, is_valid = error.message, False
    return (checked if is_valid else None), refusal


def _page(
    session: Session,
    plan_record: PlanRecord,
    asked: Asked,
    form: DecisionForm,
    pots: Mapping[Pot, PotAmountForm],
    refusal: str = "",
    data: bytes = b"",
    name: str = "",
) -> str:
    chain = [(record, row, decisions.decision_of(row)) for record in plan_record.chain for row in record.decisions]
    return render_template(
        "planning/decisions.html",
        record=plan_record,
        plan_id=plan_record.id,
        rows=[(row, decision) for record, row, decision in chain if record is plan_record],
        others=[(record, decision) for record, _row, decision in chain if record is not plan_record],
        asked=asked.by_pot,
        fees=asked.fees,
        # What another revision was given is given to this one too.
        ceilings=ceilings_of(decision for _record, _row, decision in chain),
        form=form,
        pots=pots,
        refusal=refusal,
        content=encode_file(data) if data and not form.file.errors else "",
        content_name=name,
        overlaps=list_overlaps(session, plan_record),
        takes_decisions=State(plan_record.state).takes_decisions,
        is_submitter=is_submitter(plan_record, require_identity()),
        kinds=DecisionKind,
    )


def _entry(row: PlanDecision) -> dict[str, object]:
    return {
        "id": row.id,
        "decision": DecisionKind(row.kind).label,
        "number": row.number,
        "day": row.day.isoformat(),
        "body": row.body,
        "total": row.total,
        "sha256": row.sha256,
    }
