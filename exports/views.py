"""Pages of the plan: scenarios, one scenario with its totals, its workbook."""

from flask import Blueprint, render_template, request
from flask.typing import ResponseReturnValue

from accounts.audit import record
from accounts.guards import requires, the_identity
from accounts.permissions import Permission
from exports.plan import Spending
from exports.planning import get_plan, list_plans
from exports.workbook.build import build_workbook
from exports.workbook.sheet import WorkbookContext
from inventory.catalogue import GROUPS, load_catalogue
from portal.database import get_session, record_outside
from portal.downloads import XLSX, send_bytes
from portal.settings import current_settings
from scoring.rating import Result
from scoring.readiness import city_readiness

blueprint = Blueprint("exports", __name__, template_folder="templates")

SHOWN = 10


@blueprint.get("/plans")
@requires(Permission.PLAN_READ)
def plans() -> ResponseReturnValue:
    """All scenarios."""
    return render_template("exports/plans.html", plans=list_plans(get_session()))


@blueprint.get("/plans/<int:plan_id>")
@requires(Permission.PLAN_READ)
def plan(plan_id: int) -> ResponseReturnValue:
    """One scenario: totals first, kinds of spending apart; the lines of one ward on demand."""
    found = get_plan(get_session(), plan_id)
    code = request.args.get("ward", "")
    return render_template(
        "exports/plan.html",
        plan=found,
        plan_id=plan_id,
        spendings=list(Spending),
        by_group=found.totals_by(lambda line: f"{line.group}. {GROUPS[line.group]}"),
        by_year=found.totals_by(lambda line: str(line.year)),
        by_source=found.totals_by(lambda line: line.source),
        by_cap={
            "Trong định mức": {kind: found.within_total(kind) for kind in Spending},
            "Vượt định mức, chờ cấp có thẩm quyền": {kind: found.above_total(kind) for kind in Spending},
        },
        results={result: sum(rating.result is result for rating in found.ratings.values()) for result in Result},
        largest=found.largest(SHOWN),
        is_unknown_ward=bool(code) and all(ward.code != code for ward in found.wards),
        ward_code=code,
        ward_lines=[line for line in found.lines if line.ward.code == code],
        catalogue=load_catalogue(),
    )


@blueprint.get("/plans/<int:plan_id>/workbook.xlsx")
@requires(Permission.PLAN_DOWNLOAD)
def workbook(plan_id: int) -> ResponseReturnValue:
    """The workbook that Finance works on; the download is audited."""
    # Drawing the map loads matplotlib, which no other page needs.
    from exports.figures import draw_readiness_map

    settings = current_settings()
    found = get_plan(get_session(), plan_id)
    picture = draw_readiness_map(city_readiness(get_session()), "png", is_demo=not settings.is_production)
    context = WorkbookContext(
        agency_parent=settings.agency_parent,
        agency=settings.agency,
        co_agency=settings.co_agency,
        signatory_title=settings.signatory_title,
        signatory_name=settings.signatory_name,
        co_signatory_title=settings.co_signatory_title,
        co_signatory_name=settings.co_signatory_name,
        is_demo=not settings.is_production,
        map_png=picture,
    )
    data = build_workbook(found, context)
    identity = the_identity()
    record_outside(lambda session: record(session, identity, "plan:download", f"plan {plan_id}", after={"total": found.total()}))
    return send_bytes(data, f"phuong-an-dau-tu-{plan_id}.xlsx", XLSX)


def planner_panel() -> str:
    """The totals of the default scenario on the planner's home page."""
    listed = list_plans(get_session())
    found = get_plan(get_session(), listed[0].id) if listed else None
    plan_id = listed[0].id if listed else None
    return render_template("exports/home_panel.html", plan=found, plan_id=plan_id, spendings=list(Spending))
