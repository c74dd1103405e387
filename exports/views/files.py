"""Files of a plan that leave the house; each download is audited."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from flask import Blueprint, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from accounts import audit
from accounts.guards import require_identity, requires, sees_security
from accounts.jobs import send_or_wait
from accounts.permissions import Permission
from exports.workbook.build import build_workbook
from exports.workbook.context import WorkbookContext
from inventory.wards.queries import list_wards
from planning.decisions.decisions import allocated_to
from planning.funding.candidates import candidates_of
from planning.models import PlanRecord
from planning.plan.document_reference import LetterKind, Reference
from planning.plan.plan import Plan
from planning.scenarios.content import reference_of
from planning.scenarios.funded_plans import account_of_plan, find_settled
from planning.scenarios.funding import funding_key
from planning.scenarios.loading import get_plan_record, keyed_plan_of, plan_office
from portal.caches import content_key
from portal.database import get_session, write_separately
from portal.downloads import DOCX, XLSX, send_bytes
from portal.errors import NotFoundError
from portal.jobs.kinds import MadeFile, Order, Outcome, Progress
from portal.late_imports import ONE_AT_A_TIME
from portal.settings import current_settings

blueprint = Blueprint("plan_files", __name__, template_folder="../templates")


@blueprint.get("/plans/<int:plan_id>/workbook.xlsx")
@requires(Permission.PLAN_DOWNLOAD)
def workbook(plan_id: int) -> ResponseReturnValue:
    """The workbook that Finance works on."""
    return send_or_wait("plan-workbook", {"plan": plan_id, "kind": _letter_kind()}, "plan:download", f"plan {plan_id}")


def prepare_workbook(parameters: Mapping[str, Any]) -> Order:
    """The workbook of a whole plan, as the plan and the city stand."""
    plan_id, letter_kind = parameters["plan"], LetterKind(parameters["kind"])
    session = get_session()
    record = get_plan_record(session, plan_id)
    context = WorkbookContext.of(plan_office(session, record), current_settings(), plan_id, sees=sees_security)
    keyed = keyed_plan_of(session, record)
    is_settled = find_settled(session, record, keyed) is not None
    funding = funding_key(record, keyed.key, allocated_to(session, record))
    contents = [keyed.key, funding, is_settled, record.revision, letter_kind]
    key = content_key("plan-workbook", contents, context.key(ward.code for ward in list_wards(session)))
    return Order(key, lambda progress: _make_workbook(plan_id, letter_kind, progress))


def _make_workbook(plan_id: int, letter_kind: LetterKind, progress: Progress) -> Outcome:
    record = get_plan_record(get_session(), plan_id)
    progress(0, 3)
    keyed = keyed_plan_of(get_session(), record)
    plan, funded = keyed.plan, find_settled(get_session(), record, keyed)
    # What is not settled, or contradicts itself, stands in no file: its page says so.
    candidates = funded.choice.candidates if funded else candidates_of(plan)
    progress(1, 3)
    context = replace(_context(record, plan), reference=_reference(record, plan, letter_kind))
    progress(2, 3)
    data = build_workbook(plan, context, candidates, funded)
    return Outcome(MadeFile(data, f"phuong-an-dau-tu-{plan_id}.xlsx", XLSX, {"total": plan.total()}))


@blueprint.get("/plans/<int:plan_id>/letter.docx")
@requires(Permission.PLAN_DOWNLOAD)
def letter(plan_id: int) -> ResponseReturnValue:
    """The letter to the city, whose annex the workbook is."""
    # The library that writes Word files is loaded with the first of them.
    with ONE_AT_A_TIME:
        from exports.letter.build import build_letter  # noqa: PLC0415

    record = get_plan_record(get_session(), plan_id)
    keyed = keyed_plan_of(get_session(), record)
    plan = keyed.plan
    reference = _reference(record, plan, LetterKind(_letter_kind()))
    data = build_letter(plan, _context(record, plan), reference, account_of_plan(get_session(), record, keyed))
    identity = require_identity()
    after = {"kind": reference.kind.value, "code": reference.code}
    write_separately(lambda session: audit.log(session, identity, "plan:download-letter", f"plan {plan_id}", after=after))
    return send_bytes(data, f"{'to-trinh' if reference.kind is LetterKind.PROPOSAL else 'bao-cao'}-{plan_id}.docx", DOCX)


def _context(record: PlanRecord, plan: Plan) -> WorkbookContext:
    """Who writes, with the map of the ratings that the plan rests on."""
    # Drawing the map loads matplotlib, which no page needs.
    with ONE_AT_A_TIME:
        from exports.figures.render import draw_readiness_map  # noqa: PLC0415

    settings = current_settings()
    map_png = draw_readiness_map(plan, "png", is_demo=not settings.is_production)
    return WorkbookContext.of(plan_office(get_session(), record), settings, record.id, map_png, sees_security)


def _letter_kind() -> str:
    """The kind of letter that the address asks for. Raises NotFoundError."""
    kind = request.args.get("kind", LetterKind.PROPOSAL.value)
    if kind not in {kind.value for kind in LetterKind}:
        raise NotFoundError(_("Văn bản trình là Tờ trình hoặc Báo cáo."))
    return kind


def _reference(record: PlanRecord, plan: Plan, kind: LetterKind) -> Reference:
    """What ties letter and workbook together."""
    return reference_of(get_session(), record, plan, kind, plan_office(get_session(), record).agency)
