"""Pages of what the city has: wards, one ward's approved snapshots, the catalogue, and one item over the city."""

from flask import Blueprint, current_app, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from sqlalchemy.orm import Session

from accounts import audit
from accounts.guards import requires, the_identity
from accounts.permissions import Permission
from inventory.catalogue import GROUPS, Item, load_catalogue
from inventory.snapshots.holdings import Holding, hold_item
from inventory.snapshots.holdings_workbook import build_holding_workbook
from inventory.snapshots.repository import get_snapshot_history, load_snapshot, newest_snapshots
from inventory.snapshots.snapshot import ConnectionKind, FactValue, Snapshot
from inventory.wards.queries import get_ward, list_wards, search_wards
from inventory.wards.wards import KIND_LABELS
from portal.clock import today
from portal.database import get_session, record_outside
from portal.downloads import XLSX, send_bytes
from portal.errors import NotFoundError
from portal.formats import format_day
from portal.settings import current_settings

blueprint = Blueprint("inventory", __name__, url_prefix="/inventory", template_folder="templates")

# What would help an attacker stays out of files that anybody with a download link could pass on.
SENSITIVE_GROUP = "G"


@blueprint.get("/wards")
@requires(Permission.INVENTORY_READ)
def wards() -> ResponseReturnValue:
    """The wards within the person's scope, searched with or without diacritics."""
    typed = request.args.get("q", "")[:100]
    identity = the_identity()
    found = search_wards(get_session(), typed) if typed.strip() else list_wards(get_session())
    visible = [ward for ward in found if identity.covers(ward.code)]
    return render_template("inventory/wards.html", wards=visible, typed=typed, kinds=KIND_LABELS)


@blueprint.get("/wards/<ward_code>")
@requires(Permission.INVENTORY_READ)
def ward(ward_code: str) -> ResponseReturnValue:
    """One ward: its newest approved snapshot by group, its lines, and the snapshots before."""
    session = get_session()
    history = get_snapshot_history(session, ward_code)
    newest = load_snapshot(history[0]) if history else None
    return render_template(
        "inventory/ward.html",
        ward=(found := get_ward(session, ward_code)),
        trail=current_app.extensions["ward_trail"](found) if "ward_trail" in current_app.extensions else [],
        facts=_facts(newest) if newest else {},
        kinds=list(ConnectionKind),
        snapshot=newest,
        history=history,
        groups=GROUPS,
        catalogue=load_catalogue(),
    )


@blueprint.get("/items")
@requires(Permission.INVENTORY_READ)
def items() -> ResponseReturnValue:
    """The catalogue by group."""
    return render_template("inventory/items.html", groups=GROUPS, catalogue=load_catalogue().values())


@blueprint.get("/items/<item_code>")
@requires(Permission.INVENTORY_READ)
def item(item_code: str) -> ResponseReturnValue:
    """One item over the whole city."""
    holding = _hold(get_session(), _find_item(item_code))
    may_download = holding.item.group != SENSITIVE_GROUP
    return render_template("inventory/item.html", holding=holding, may_download=may_download, groups=GROUPS)


@blueprint.get("/items/<item_code>/table.xlsx")
@requires(Permission.INVENTORY_READ)
def item_workbook(item_code: str) -> ResponseReturnValue:
    """One item over the whole city as an Excel table; the download is audited."""
    found = _find_item(item_code)
    if found.group == SENSITIVE_GROUP:
        raise NotFoundError(_("Số liệu nhóm an ninh mạng không được tải về từ trang này."))
    holding = _hold(get_session(), found)
    note = f"Số liệu tính đến ngày {format_day(today())}."
    if not current_settings().is_production:
        note += " SỐ LIỆU MINH HỌA."
    data = build_holding_workbook(holding, note)
    identity = the_identity()
    record_outside(lambda session: audit.log(session, identity, "item:download", f"item {found.code}"))
    return send_bytes(data, f"danh-muc-{found.code}.xlsx", XLSX)


def _facts(snapshot: Snapshot) -> dict[str, list[tuple[str, str, FactValue, str]]]:
    """The facts by section of the form, in its order: key, words, value and unit. What the form no longer asks comes last."""
    questions = current_app.extensions.get("questions", {})
    sections: dict[str, list[tuple[str, str, FactValue, str]]] = {}
    for key in [*(key for key in questions if key in snapshot.facts), *(key for key in snapshot.facts if key not in questions)]:
        section, words, unit = questions.get(key, (_("Thông tin khác"), key, ""))
        sections.setdefault(section, []).append((key, words, snapshot.facts[key].value, unit))
    return sections


def _find_item(code: str) -> Item:
    found = load_catalogue().get(code)
    if found is None or the_identity().wards is not None:
        raise NotFoundError(_("Không có danh mục này, hoặc tài khoản của bạn không được giao xem số liệu toàn thành phố."))
    return found


def _hold(session: Session, found: Item) -> Holding:
    return hold_item(found, list_wards(session), newest_snapshots(session), today())
