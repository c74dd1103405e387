"""Files of a plan that leave the house; each download is audited."""

from dataclasses import replace

from flask import Blueprint, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from accounts import audit
from accounts.guards import requires, the_identity
from accounts.permissions import Permission
from exports.workbook.annex import WorkbookContext
from exports.workbook.build import build_workbook
from planning.funding.allocation import FloorError, candidates_of
from planning.funding.constraints import fund
from planning.models import PlanRecord
from planning.plan.document_reference import LetterKind, Reference
from planning.plan.plan import Plan
from planning.scenarios.loading import get_plan_record, plan_of, reference_of
from planning.scenarios.serialization import read_funding
from portal.database import get_session, record_outside
from portal.downloads import DOCX, XLSX, send_bytes
from portal.errors import NotFoundError
from portal.settings import Settings, current_settings
from scoring.rating.city_readiness import city_readiness

blueprint = Blueprint("plan_files", __name__, template_folder="../templates")


@blueprint.get("/plans/<int:plan_id>/workbook.xlsx")
@requires(Permission.PLAN_DOWNLOAD)
def workbook(plan_id: int) -> ResponseReturnValue:
    """The workbook that Finance works on."""
    # Drawing the map loads matplotlib, which no other page needs.
    from exports.figures.render import draw_readiness_map

    settings = current_settings()
    own = get_plan_record(get_session(), plan_id)
    found = plan_of(get_session(), own)
    picture = draw_readiness_map(city_readiness(get_session()), "png", is_demo=not settings.is_production)
    candidates = candidates_of(found)
    try:
        choice = fund(candidates, read_funding(own.funding))
    except FloorError:
        # The page of ceilings says so; without a choice there is nothing to print.
        choice = None
    context = replace(context_of(settings, picture, plan_id), reference=_reference(own, found))
    data = build_workbook(found, context, candidates, choice)
    identity = the_identity()
    record_outside(lambda session: audit.log(session, identity, "plan:download", f"plan {plan_id}", after={"total": found.total()}))
    return send_bytes(data, f"phuong-an-dau-tu-{plan_id}.xlsx", XLSX)


@blueprint.get("/plans/<int:plan_id>/letter.docx")
@requires(Permission.PLAN_DOWNLOAD)
def letter(plan_id: int) -> ResponseReturnValue:
    """The letter to the city, whose annex the workbook is."""
    from exports.figures.render import draw_readiness_map

    # So does writing Word files with its own library.
    from exports.letter.build import build_letter

    settings, session = current_settings(), get_session()
    own = get_plan_record(session, plan_id)
    found = plan_of(session, own)
    picture = draw_readiness_map(city_readiness(session), "png", is_demo=not settings.is_production)
    told = _reference(own, found)
    data = build_letter(found, context_of(settings, picture, plan_id), told)
    identity = the_identity()
    after = {"kind": told.kind.value, "code": told.code}
    record_outside(lambda session: audit.log(session, identity, "plan:download-letter", f"plan {plan_id}", after=after))
    return send_bytes(data, f"{'to-trinh' if told.kind is LetterKind.PROPOSAL else 'bao-cao'}-{plan_id}.docx", DOCX)


def _reference(own: PlanRecord, found: Plan) -> Reference:
    """What ties letter and workbook together, of the kind that the address asks for."""
    asked = request.args.get("kind", LetterKind.PROPOSAL.value)
    if asked not in {kind.value for kind in LetterKind}:
        raise NotFoundError(_("Văn bản trình là Tờ trình hoặc Báo cáo."))
    return reference_of(get_session(), own, found, LetterKind(asked), current_settings().agency)


def context_of(settings: Settings, map_png: bytes | None, plan_id: int) -> WorkbookContext:
    """What the workbook needs beside the plan, from the settings."""
    return WorkbookContext(
        agency_parent=settings.agency_parent,
        agency=settings.agency,
        co_agency=settings.co_agency,
        signatory_title=settings.signatory_title,
        signatory_name=settings.signatory_name,
        co_signatory_title=settings.co_signatory_title,
        co_signatory_name=settings.co_signatory_name,
        is_demo=not settings.is_production,
        map_png=map_png,
        plan_id=plan_id,
        public_url=settings.public_url,
    )
