"""Pages of the price list as a workbook: its download, the preview of an edited file, and its import."""

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from accounts import audit
from accounts.guards import require_identity, requires
from accounts.permissions import Permission
from inventory.prices.observed import observed_prices
from inventory.prices.price_lists import PriceListError, get_price_list, next_name
from inventory.prices.workbook import build_price_workbook
from inventory.prices.workbook_import import PricePreview, import_prices, preview_import, read_price_file
from portal.clock import today
from portal.database import get_session, write_separately, writes_when
from portal.downloads import XLSX, send_bytes
from portal.errors import WardReadinessError
from portal.formats import format_day
from portal.posted_files import encode_file, is_taken, read_posted_file
from portal.settings import current_settings

blueprint = Blueprint("price_files", __name__, url_prefix="/prices", template_folder="../../templates")


@blueprint.get("/<int:price_list_id>/list.xlsx")
@requires(Permission.PRICE_EDIT)
def workbook(price_list_id: int) -> ResponseReturnValue:
    """The list as a workbook to be edited; the download is audited."""
    session, identity = get_session(), require_identity()
    note = f"Tải ngày {format_day(today())}."
    if not current_settings().is_production:
        note += " SỐ LIỆU MINH HỌA."
    data = build_price_workbook(get_price_list(session, price_list_id), observed_prices(session), note)
    write_separately(lambda session: audit.log(session, identity, "price-list:download", f"price-list {price_list_id}"))
    return send_bytes(data, f"bang-gia-{price_list_id}.xlsx", XLSX)


@blueprint.get("/<int:price_list_id>/upload")
@requires(Permission.PRICE_EDIT)
def upload(price_list_id: int) -> ResponseReturnValue:
    """The form where an edited list is uploaded."""
    return _page(price_list_id)


@blueprint.post("/<int:price_list_id>/upload")
@requires(Permission.PRICE_EDIT)
@writes_when(is_taken)
def take(price_list_id: int) -> ResponseReturnValue:
    """Preview a file, or import a previewed one; the file travels with the page in between, and is checked again."""
    identity, data = require_identity(), read_posted_file()
    try:
        file = read_price_file(data)
        session = get_session()
        preview = preview_import(session, file, price_list_id)
    except WardReadinessError as error:
        return _page(price_list_id, error.message), error.status
    name = request.form.get("name", "")[:500]
    if not is_taken() or preview.is_empty:
        return _page(price_list_id, preview=preview, file=encode_file(data), name=next_name(session, preview.target.name))
    try:
        price_list = import_prices(session, preview, name, identity.full_name)
    except PriceListError as error:
        return _page(price_list_id, error.message, preview, encode_file(data), name), error.status
    after = {"list": price_list.id, "prices": sorted(preview.prices), "observed": len(preview.observed)}
    audit.log(session, identity, "price-list:import", f"price-list {price_list.id}", after=after)
    flash(
        _(
            "Đã nhận %(prices)s đơn giá và %(observed)s giá tham chiếu.",
            prices=len(preview.prices),
            observed=len(preview.observed),
        ),
        "success",
    )
    if preview.refused or preview.disputed:
        flash(_("%(count)s ô chưa nhận, giữ như cũ.", count=len(preview.refused) + len(preview.disputed)), "warning")
    return redirect(url_for("prices.show", price_list_id=price_list.id))


def _page(price_list_id: int, refusal: str = "", preview: PricePreview | None = None, file: str = "", name: str = "") -> str:
    price_list = get_price_list(get_session(), price_list_id)
    return render_template("inventory/prices/upload.html", list=price_list, refusal=refusal, preview=preview, file=file, name=name)
