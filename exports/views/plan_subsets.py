"""One workbook for each ward and for each source: together they are the plan to the đồng. Each download is audited."""

import re
from dataclasses import replace

from flask import Blueprint
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from accounts import audit
from accounts.guards import require_identity, requires, sees_security
from accounts.permissions import Permission
from exports.workbook.build import build_workbook
from exports.workbook.context import WorkbookContext
from inventory.office.store import current_office
from inventory.wards.wards import Ward
from planning.plan.subsets import source_subset, sources_of, ward_subset, wards_of
from planning.scenarios.loading import get_plan
from portal.archives import pack
from portal.database import get_session, write_separately
from portal.downloads import XLSX, ZIP, send_bytes
from portal.errors import NotFoundError
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
    plan = get_plan(get_session(), plan_id)
    files = {
        _file_name(ward): build_workbook(ward_subset(plan, ward), _context(plan_id, ward.full_name)) for ward in wards_of(plan)
    }
    _log_download("plan:download-parts", plan_id, files=len(files), total=plan.total())
    return send_bytes(pack(files, plan.on), f"phuong-an-{plan_id}-theo-xa-phuong.zip", ZIP)


@blueprint.get("/plans/<int:plan_id>/workbooks-by-source.zip")
@requires(Permission.PLAN_DOWNLOAD)
def workbooks_by_source(plan_id: int) -> ResponseReturnValue:
    """A workbook for each source that pays a line."""
    plan = get_plan(get_session(), plan_id)
    files = {}
    for number, source in enumerate(sources_of(plan), start=1):
        context = _context(plan_id, _("%(count)s xã, phường. Nguồn vốn: %(source)s", count=TERRITORY.units, source=source))
        files[f"{number:02}-{_slug(source)}.xlsx"] = build_workbook(source_subset(plan, source), context)
    _log_download("plan:download-parts", plan_id, files=len(files), total=plan.total())
    return send_bytes(pack(files, plan.on), f"phuong-an-{plan_id}-theo-nguon-von.zip", ZIP)


def _context(plan_id: int, part: str) -> WorkbookContext:
    return replace(WorkbookContext.of(current_office(), current_settings(), plan_id, sees=sees_security), part=part)


def _file_name(ward: Ward) -> str:
    """``00070-phuong-hoan-kiem.xlsx``."""
    return f"{ward.code}-{_slug(ward.full_name)}.xlsx"


def _slug(text: str) -> str:
    """A text as any system takes it in the name of a file."""
    return "-".join(re.findall("[a-z0-9]+", fold(text)))[:80]


def _log_download(action: str, plan_id: int, **after: int | str) -> None:
    identity = require_identity()
    write_separately(lambda session: audit.log(session, identity, action, f"plan {plan_id}", after=after))
