"""The page of transfers: what one ward can spare for another, accepted line by line."""

from collections.abc import Iterable

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from accounts import audit
from accounts.audit import HIDDEN
from accounts.guards import require_identity, requires, sees_security
from accounts.permissions import Permission, may
from inventory.catalogue import load_catalogue
from inventory.security import is_sensitive_item
from planning.plan.law import cite
from planning.plan.redaction import is_shown, open_transfers
from planning.scenarios.accepted_transfers import (
    accept_transfers,
    list_proposals,
    proposal_key,
    remaining_surpluses,
    withdraw_transfers,
)
from planning.scenarios.loading import get_plan_record, plan_of
from planning.scenarios.scenarios import ScenarioError
from portal.database import get_session, writes

blueprint = Blueprint("plan_transfers", __name__, template_folder="../templates")


@blueprint.get("/plans/<int:plan_id>/transfers")
@requires(Permission.PLAN_READ)
def transfers(plan_id: int) -> ResponseReturnValue:
    """Transfers that are proposed, and those that were accepted."""
    record = get_plan_record(get_session(), plan_id)
    plan = plan_of(get_session(), record)
    prices = {line.code: line.unit_price for line in plan.lines}
    proposals = [
        (proposal_key(t), t, t.quantity * prices[f"{t.receiver.code}-{t.item}"])
        for t in open_transfers(list_proposals(plan), sees_security)
    ]
    return render_template(
        "planning/transfers.html",
        reuse_clause=cite("reuse"),
        record=record,
        plan_id=plan_id,
        may_edit=may(require_identity(), Permission.PLAN_EDIT) and record.is_open,
        proposals=proposals,
        saved=sum(saved for _key, _transfer, saved in proposals),
        accepted=record.transfers,
        wards={ward.code: ward for ward in plan.wards},
        overcommitted=[
            surplus
            for surplus in remaining_surpluses(plan)
            if surplus.quantity < 0 and is_shown(surplus.item, surplus.ward.code, sees_security)
        ],
        catalogue=load_catalogue(),
    )


@blueprint.post("/plans/<int:plan_id>/transfers")
@requires(Permission.PLAN_EDIT)
@writes
def accept(plan_id: int) -> ResponseReturnValue:
    """Accept the chosen proposals."""
    record, identity, keys = (
        get_plan_record(get_session(), plan_id, for_update=True),
        require_identity(),
        request.form.getlist("take"),
    )
    try:
        plan = plan_of(get_session(), record)
        proposals = open_transfers(list_proposals(plan), sees_security)
        count = accept_transfers(get_session(), record, proposals, keys, identity.full_name)
    except ScenarioError as error:
        flash(error.message, "danger")
    else:
        audit.log(get_session(), identity, "plan:agree-transfers", f"plan {plan_id}", after={"transfers": _audit_keys(keys)})
        flash(_("Đã đưa %(count)s khoản điều chuyển vào phương án.", count=count), "success")
    return redirect(url_for("plan_transfers.transfers", plan_id=plan_id))


@blueprint.post("/plans/<int:plan_id>/transfers/withdrawal")
@requires(Permission.PLAN_EDIT)
@writes
def take_back(plan_id: int) -> ResponseReturnValue:
    """Withdraw accepted transfers."""
    record, identity = get_plan_record(get_session(), plan_id, for_update=True), require_identity()
    ids = request.form.getlist("id", type=int)
    try:
        count = withdraw_transfers(get_session(), record, ids)
    except ScenarioError as error:
        flash(error.message, "danger")
    else:
        audit.log(get_session(), identity, "plan:withdraw-transfers", f"plan {plan_id}", after={"transfers": ids})
        flash(_("Đã bỏ %(count)s khoản điều chuyển.", count=count), "success")
    return redirect(url_for("plan_transfers.transfers", plan_id=plan_id))


def _audit_keys(keys: Iterable[str]) -> list[str]:
    """The accepted proposals in the audit trail, whose readers may not see who has equipment of network security."""
    return sorted(HIDDEN if is_sensitive_item(key) else key for key in keys)
