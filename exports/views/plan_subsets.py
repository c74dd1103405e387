"""One workbook for each ward and for each source: together they are the plan to the đồng. Each download is audited."""

import re
from dataclasses import replace

from flask import Blueprint
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from accounts import audit
from accounts.guards import requires, the_identity
from accounts.permissions import Permission
from exports.views.files import context_of
from exports.workbook.build import build_workbook
from inventory.wards.wards import Ward
from planning.plan.subsets import part_of_source, part_of_ward, sources_of, wards_of
from planning.scenarios.loading import get_plan
from portal.archives import pack
from portal.database import get_session, record_outside
from portal.downloads import XLSX, ZIP, send_bytes
from portal.errors import NotFoundError
from portal.settings import current_settings
from portal.vietnamese import fold

blueprint = Blueprint("plan_parts", __name__, template_folder="../templates")


@blueprint.get("/plans/<int:plan_id>/wards/<ward_code>/workbook.xlsx")
@requires(Permission.PLAN_DOWNLOAD)
def ward_workbook(plan_id: int, ward_code: str) -> ResponseReturnValue:
    """What the plan says of one ward, as a workbook of the same sheets."""
    found = get_plan(get_session(), plan_id)
    ward = next((ward for ward in found.wards if ward.code == ward_code), None)
    if ward is None:
        raise NotFoundError(_("Không có xã, phường này."))
    own = part_of_ward(found, ward)
    data = build_workbook(own, replace(context_of(current_settings(), None, plan_id), part=ward.full_name))
    _remember("plan:download-ward", plan_id, ward=ward_code, total=own.total())
    return send_bytes(data, _name_of(ward), XLSX)


@blueprint.get("/plans/<int:plan_id>/workbooks-by-ward.zip")
@requires(Permission.PLAN_DOWNLOAD)
def workbooks_by_ward(plan_id: int) -> ResponseReturnValue:
    """A workbook for each ward that the plan says something of."""
    found, settings = get_plan(get_session(), plan_id), current_settings()
    wards = wards_of(found)
    files = {
        _name_of(ward): build_workbook(part_of_ward(found, ward), replace(context_of(settings, None, plan_id), part=ward.full_name))
        for ward in wards
    }
    _remember("plan:download-parts", plan_id, files=len(files), total=found.total())
    return send_bytes(pack(files, found.on), f"phuong-an-{plan_id}-theo-xa-phuong.zip", ZIP)


@blueprint.get("/plans/<int:plan_id>/workbooks-by-source.zip")
@requires(Permission.PLAN_DOWNLOAD)
def workbooks_by_source(plan_id: int) -> ResponseReturnValue:
    """A workbook for each source that pays a line."""
    found, settings = get_plan(get_session(), plan_id), current_settings()
    files = {}
    for number, source in enumerate(sources_of(found), start=1):
        part = _("126 xã, phường. Nguồn vốn: %(source)s", source=source)
        context = replace(context_of(settings, None, plan_id), part=part)
        files[f"{number:02}-{_fit_name(source)}.xlsx"] = build_workbook(part_of_source(found, source), context)
    _remember("plan:download-parts", plan_id, files=len(files), total=found.total())
    return send_bytes(pack(files, found.on), f"phuong-an-{plan_id}-theo-nguon-von.zip", ZIP)


def _name_of(ward: Ward) -> str:
    """``00070-phuong-hoan-kiem.xlsx``."""
    return f"{ward.code}-{_fit_name(ward.full_name)}.xlsx"


def _fit_name(words: str) -> str:
    """Words as any system takes them in the name of a file."""
    return "-".join(re.findall("[a-z0-9]+", fold(words)))[:80]


def _remember(action: str, plan_id: int, **after: int | str) -> None:
    identity = the_identity()
    record_outside(lambda session: audit.log(session, identity, action, f"plan {plan_id}", after=after))
