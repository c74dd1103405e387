"""Files of a plan that leave the house; each download is audited."""

from flask import Blueprint
from flask.typing import ResponseReturnValue

from accounts.audit import record
from accounts.guards import requires, the_identity
from accounts.permissions import Permission
from exports.planning import get_plan
from exports.workbook.build import build_workbook
from exports.workbook.sheet import WorkbookContext
from portal.database import get_session, record_outside
from portal.downloads import XLSX, send_bytes
from portal.settings import Settings, current_settings
from scoring.readiness import city_readiness

blueprint = Blueprint("plan_files", __name__, template_folder="../templates")


@blueprint.get("/plans/<int:plan_id>/workbook.xlsx")
@requires(Permission.PLAN_DOWNLOAD)
def workbook(plan_id: int) -> ResponseReturnValue:
    """The workbook that Finance works on."""
    # Drawing the map loads matplotlib, which no other page needs.
    from exports.figures import draw_readiness_map

    settings = current_settings()
    found = get_plan(get_session(), plan_id)
    picture = draw_readiness_map(city_readiness(get_session()), "png", is_demo=not settings.is_production)
    data = build_workbook(found, context_of(settings, picture, plan_id))
    identity = the_identity()
    record_outside(lambda session: record(session, identity, "plan:download", f"plan {plan_id}", after={"total": found.total()}))
    return send_bytes(data, f"phuong-an-dau-tu-{plan_id}.xlsx", XLSX)


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
