"""Pages of what the city has: wards, one ward's approved snapshots, the catalogue, and one item over the city."""

from flask import Blueprint, current_app, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from sqlalchemy.orm import Session

from accounts import audit
from accounts.guards import require_identity, requires, sees_security
from accounts.permissions import Permission
from inventory.catalogue import GROUPS, Item, load_catalogue
from inventory.security import is_sensitive_item, open_part
from inventory.snapshots.holdings import Holding, count_holding
from inventory.snapshots.holdings_workbook import build_holding_workbook
from inventory.snapshots.repository import list_snapshot_references, newest_snapshots, snapshots_by_hash
from inventory.snapshots.snapshot import ConnectionKind, FactValue, Snapshot
from inventory.wards.queries import get_ward, list_wards, search_wards
from portal.clock import today
from portal.database import get_session, write_separately
from portal.downloads import XLSX, send_bytes
from portal.errors import NotFoundError
from portal.formats import format_day
from portal.settings import current_settings

blueprint = Blueprint("inventory", __name__, url_prefix="/inventory", template_folder="templates")


@blueprint.get("/wards")
@requires(Permission.INVENTORY_READ)
def wards() -> ResponseReturnValue:
    """The wards within the person's scope, searched with or without diacritics."""
    text = request.args.get("q", "")[:100]
    identity = require_identity()
    matches = search_wards(get_session(), text) if text.strip() else list_wards(get_session())
    visible = [ward for ward in matches if identity.covers(ward.code)]
    return render_template("inventory/wards.html", wards=visible, query=text)


@blueprint.get("/wards/<ward_code>")
@requires(Permission.INVENTORY_READ)
def ward(ward_code: str) -> ResponseReturnValue:
    """One ward: its newest approved snapshot by group, its lines, and the snapshots before."""
    session = get_session()
    history = list_snapshot_references(session, ward_code)[::-1]
    newest = snapshots_by_hash(session, {ward_code: history[0].sha256})[ward_code] if history else None
    is_whole = sees_security(ward_code)
    if newest is not None and not is_whole:
        newest = open_part(newest)
    unit = get_ward(session, ward_code)
    return render_template(
        "inventory/ward.html",
        ward=unit,
        trail=current_app.extensions["ward_trail"](unit) if "ward_trail" in current_app.extensions else [],
        facts=_facts_by_section(newest) if newest else {},
        kinds=list(ConnectionKind),
        snapshot=newest,
        is_whole=is_whole,
        history=history,
        groups=GROUPS,
        catalogue=load_catalogue(),
    )


@blueprint.get("/items")
@requires(Permission.INVENTORY_READ)
def items() -> ResponseReturnValue:
    """The catalogue by group."""
    linked = [code for code in load_catalogue() if _is_shown_over_the_city(code)]
    return render_template("inventory/items.html", groups=GROUPS, catalogue=load_catalogue().values(), linked=linked)


@blueprint.get("/items/<item_code>")
@requires(Permission.INVENTORY_READ)
def item(item_code: str) -> ResponseReturnValue:
    """One item over the whole city."""
    holding = _count_item(get_session(), _find_item(item_code))
    may_download = not is_sensitive_item(item_code)
    return render_template("inventory/item.html", holding=holding, may_download=may_download, groups=GROUPS)


@blueprint.get("/items/<item_code>/table.xlsx")
@requires(Permission.INVENTORY_READ)
def item_workbook(item_code: str) -> ResponseReturnValue:
    """One item over the whole city as an Excel table; the download is audited."""
    item = _find_item(item_code)
    # Anybody with the file could pass it on.
    if is_sensitive_item(item.code):
        raise NotFoundError(_("Số liệu nhóm an ninh mạng không được tải về từ trang này."))
    holding = _count_item(get_session(), item)
    note = f"Số liệu tính đến ngày {format_day(today())}."
    if not current_settings().is_production:
        note += " SỐ LIỆU MINH HỌA."
    data = build_holding_workbook(holding, note)
    identity = require_identity()
    write_separately(lambda session: audit.log(session, identity, "item:download", f"item {item.code}"))
    return send_bytes(data, f"danh-muc-{item.code}.xlsx", XLSX)


def _facts_by_section(snapshot: Snapshot) -> dict[str, list[tuple[str, str, FactValue, str]]]:
    """The facts by section of the form, in its order: key, label, value and unit. What the form no longer asks comes last."""
    label_questions = current_app.extensions.get("label_questions")
    questions = label_questions(get_session()) if label_questions else {}
    sections: dict[str, list[tuple[str, str, FactValue, str]]] = {}
    for key in [*(key for key in questions if key in snapshot.facts), *(key for key in snapshot.facts if key not in questions)]:
        section, label, unit = questions.get(key, (_("Thông tin khác"), key, ""))
        sections.setdefault(section, []).append((key, label, snapshot.facts[key].value, unit))
    return sections


def _find_item(code: str) -> Item:
    item = load_catalogue().get(code)
    if item is None or not _is_shown_over_the_city(code):
        raise NotFoundError(_("Không có danh mục này, hoặc tài khoản của bạn không được giao xem số liệu toàn thành phố."))
    return item


def _is_shown_over_the_city(code: str) -> bool:
    return require_identity().wards is None and (not is_sensitive_item(code) or sees_security())


def _count_item(session: Session, item: Item) -> Holding:
    return count_holding(item, list_wards(session), newest_snapshots(session), today())
