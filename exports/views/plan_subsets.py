"""One workbook for each ward and for each source: together they are the plan to the đồng. Each download is audited."""

import re
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from flask import Blueprint
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from accounts import audit
from accounts.guards import require_identity, requires, sees_security
from accounts.jobs import send_or_wait
from accounts.permissions import Permission
from exports.workbook.build import build_workbook
from exports.workbook.context import WorkbookContext
from inventory.wards.queries import list_wards
from inventory.wards.wards import Ward
from planning.plan.plan import Plan
from planning.plan.subsets import source_subset, sources_of, ward_subset, wards_of
from planning.scenarios.loading import get_plan, get_plan_record, plan_key, plan_office
from portal.archives import pack
from portal.caches import content_key
from portal.database import get_session, write_separately
from portal.downloads import XLSX, ZIP, send_bytes
from portal.errors import NotFoundError
from portal.jobs.kinds import MadeFile, Order, Outcome, Progress
from portal.settings import current_settings
from portal.territory import TERRITORY
from portal.vietnamese import fold

blueprint = Blueprint("plan_parts", __name__, template_folder="../templates")


@blueprint.get("/plans/<int:plan_id>/wards/<ward_code>/workbook.xlsx")
@requires(Permission.PLAN_DOWNLOAD)
def ward_workbook(plan_id: int, ward_code: str) -> ResponseReturnValue:
    """What the plan says of one ward, as a workbook of the same sheets."""
    plan = get_plan(get_session(), plan_id)
    ward = next((ward for ward in plan.wards if ward.code == ward_code), None)
    if ward is None:
        raise NotFoundError(_("Không có xã, phường này."))
    part = ward_subset(plan, ward)
    data = build_workbook(part, _context(plan_id, ward.full_name))
    _log_download("plan:download-ward", plan_id, ward=ward_code, total=part.total())
    return send_bytes(data, _file_name(ward), XLSX)


@blueprint.get("/plans/<int:plan_id>/workbooks-by-ward.zip")
@requires(Permission.PLAN_DOWNLOAD)
def workbooks_by_ward(plan_id: int) -> ResponseReturnValue:
    """A workbook for each ward that the plan says something of."""
    return send_or_wait("plan-by-ward", {"plan": plan_id}, "plan:download-parts", f"plan {plan_id}")


def prepare_by_ward(parameters: Mapping[str, Any]) -> Order:
    """The workbooks of all wards, as the plan stands."""
    plan_id = parameters["plan"]
    return Order(_key("plan-by-ward", plan_id), lambda progress: _make_by_ward(plan_id, progress))


def _make_by_ward(plan_id: int, progress: Progress) -> Outcome:
    plan = get_plan(get_session(), plan_id)
    wards, files = wards_of(plan), {}
    for done, ward in enumerate(wards):
        progress(done, len(wards))
        files[_file_name(ward)] = build_workbook(ward_subset(plan, ward), _context(plan_id, ward.full_name))
    return _pack(files, plan, f"phuong-an-{plan_id}-theo-xa-phuong.zip")


@blueprint.get("/plans/<int:plan_id>/workbooks-by-source.zip")
@requires(Permission.PLAN_DOWNLOAD)
def workbooks_by_source(plan_id: int) -> ResponseReturnValue:
    """A workbook for each source that pays a line."""
    return send_or_wait("plan-by-source", {"plan": plan_id}, "plan:download-parts", f"plan {plan_id}")


def prepare_by_source(parameters: Mapping[str, Any]) -> Order:
    """The workbooks of all sources, as the plan stands."""
    plan_id = parameters["plan"]
    return Order(_key("plan-by-source", plan_id), lambda progress: _make_by_source(plan_id, progress))


def _make_by_source(plan_id: int, progress: Progress) -> Outcome:
    plan = get_plan(get_session(), plan_id)
    sources, files = sources_of(plan), {}
    for number, source in enumerate(sources, start=1):
        progress(number - 1, len(sources))
        context = _context(plan_id, _("%(count)s xã, phường. Nguồn vốn: %(source)s", count=TERRITORY.units, source=source))
        files[f"{number:02}-{_slug(source)}.xlsx"] = build_workbook(source_subset(plan, source), context)
    return _pack(files, plan, f"phuong-an-{plan_id}-theo-nguon-von.zip")


def _pack(files: Mapping[str, bytes], plan: Plan, name: str) -> Outcome:
    return Outcome(MadeFile(pack(files, plan.on), name, ZIP, {"files": len(files), "total": plan.total()}))


def _key(kind: str, plan_id: int) -> str:
    """The hash of all that the parts of a plan are made of."""
    session = get_session()
    plan, wards = plan_key(session, get_plan_record(session, plan_id)), list_wards(session)
    return content_key(kind, plan, _context(plan_id, "").key(ward.code for ward in wards))


def _context(plan_id: int, part: str) -> WorkbookContext:
    office = plan_office(get_session(), get_plan_record(get_session(), plan_id))
    return replace(WorkbookContext.of(office, current_settings(), plan_id, sees=sees_security), part=part)


def _file_name(ward: Ward) -> str:
    """``00070-phuong-hoan-kiem.xlsx``."""
    return f"{ward.code}-{_slug(ward.full_name)}.xlsx"


def _slug(text: str) -> str:
    """A text as any system takes it in the name of a file."""
    return "-".join(re.findall("[a-z0-9]+", fold(text)))[:80]


def _log_download(action: str, plan_id: int, **after: int | str) -> None:
    identity = require_identity()
    write_separately(lambda session: audit.log(session, identity, action, f"plan {plan_id}", after=after))
