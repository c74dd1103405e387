"""Pages of one price of a list: the price, its form, and the files behind it."""

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from accounts import audit
from accounts.guards import require_identity, requires
from accounts.permissions import Permission
from inventory.models import PriceEvidence
from inventory.prices import evidence
from inventory.prices.forms import EvidenceForm, PriceForm, price_values
from inventory.prices.observed import observed_prices
from inventory.prices.parsing import FIELD_LABELS, format_field, parse_price
from inventory.prices.price_lists import PriceListError, get_price_list, save_price
from inventory.prices.prices import CAP_CLAUSE, METHODS, Price, PriceList
from inventory.prices.rows import make_rows
from inventory.prices.views import lists
from portal.checked_files import MAX_SIZE, check_file
from portal.clock import today
from portal.database import get_session, reading_session, write_separately, writes
from portal.downloads import send_bytes
from portal.errors import NotFoundError, WardReadinessError
from portal.kept_files import keep_file
from portal.settings import current_settings

blueprint = lists.blueprint


@blueprint.get("/<int:price_list_id>/items/<item_code>")
@requires(Permission.PLAN_READ)
def price(price_list_id: int, item_code: str) -> ResponseReturnValue:
    """One price with its files and what others paid, and the form where it may be edited."""
    price_list = get_price_list(get_session(), price_list_id)
    return _price_page(price_list, PriceForm(formdata=None, data=price_values(_find_price(price_list, item_code))), item_code)


@blueprint.post("/<int:price_list_id>/items/<item_code>")
@requires(Permission.PRICE_EDIT)
@writes
def save(price_list_id: int, item_code: str) -> ResponseReturnValue:
    """Save one price of a draft list."""
    session, identity = get_session(), require_identity()
    price_list = get_price_list(session, price_list_id)
    current, form = _find_price(price_list, item_code), PriceForm()
    is_valid, parsed = form.validate_on_submit(), parse_price(current, form.raw_values, today())
    form.add_errors(parsed.errors)
    if not is_valid or parsed.errors:
        return _price_page(price_list, form, item_code), 400
    try:
        is_changed = save_price(session, price_list_id, parsed.price, form.seen.data or "")
    except PriceListError as error:
        form.form_errors.append(error.message)
        form.seen.data = current.stamp
        return _price_page(price_list, form, item_code), error.status
    if is_changed:
        before, after = _diff_entries(current, parsed.price)
        audit.log(session, identity, "price:save", f"price {price_list_id}/{item_code}", before=before, after=after)
    flash(_("Đã lưu đơn giá %(code)s.", code=item_code) if is_changed else _("Không có gì khác để lưu."), "success")
    return redirect(url_for("prices.price", price_list_id=price_list_id, item_code=item_code))


@blueprint.post("/<int:price_list_id>/items/<item_code>/evidence")
@requires(Permission.PRICE_EDIT)
@writes
def attach(price_list_id: int, item_code: str) -> ResponseReturnValue:
    """Attach a file to a price."""
    identity, upload = require_identity(), request.files.get("file")
    name, data = (upload.filename or "", upload.read(MAX_SIZE + 1)) if upload else ("", b"")
    try:
        # What would be refused anyhow is not stored first.
        with reading_session() as db:
            evidence.check_attachable(db, price_list_id, item_code)
        kept = keep_file(current_settings().evidence_url, name, check_file(data, workbooks=True))
        file = evidence.attach(get_session(), price_list_id, item_code, kept, identity.full_name)
    except NotFoundError:
        raise
    except WardReadinessError as error:
        flash(error.message, "danger")
    else:
        audit.log(get_session(), identity, "price-evidence:attach", f"price {price_list_id}/{item_code}", after=_file_entry(file))
        flash(_("Đã đính kèm tệp “%(name)s”.", name=file.name), "success")
    return redirect(url_for("prices.price", price_list_id=price_list_id, item_code=item_code) + "#files")


@blueprint.get("/<int:price_list_id>/items/<item_code>/evidence/<int:evidence_id>.file")
@requires(Permission.PLAN_READ)
def download(price_list_id: int, item_code: str, evidence_id: int) -> ResponseReturnValue:
    """A file behind a price, always as an attachment; the download is audited."""
    file = evidence.find_file(get_session(), price_list_id, item_code, evidence_id)
    data = evidence.read_file(current_settings().evidence_url, file)
    identity, entry = require_identity(), _file_entry(file)
    subject = f"price {price_list_id}/{item_code}"
    write_separately(lambda session: audit.log(session, identity, "price-evidence:download", subject, after=entry))
    return send_bytes(data, file.name, file.media_type)


@blueprint.post("/<int:price_list_id>/items/<item_code>/evidence/<int:evidence_id>/removal")
@requires(Permission.PRICE_EDIT)
@writes
def detach(price_list_id: int, item_code: str, evidence_id: int) -> ResponseReturnValue:
    """Remove a file from a price of a draft list."""
    session = get_session()
    file = evidence.find_file(session, price_list_id, item_code, evidence_id)
    entry = _file_entry(file)
    try:
        evidence.remove(session, file)
    except PriceListError as error:
        flash(error.message, "danger")
    else:
        audit.log(session, require_identity(), "price-evidence:remove", f"price {price_list_id}/{item_code}", before=entry)
        flash(_("Đã gỡ tệp “%(name)s”.", name=entry["name"]), "success")
    return redirect(url_for("prices.price", price_list_id=price_list_id, item_code=item_code) + "#files")


def _price_page(price_list: PriceList, form: PriceForm, item_code: str) -> str:
    session = get_session()
    observed = observed_prices(session)
    rows = make_rows(price_list, evidence.list_files(session, price_list.id), observed)
    return render_template(
        "inventory/prices/price.html",
        list=price_list,
        row=next(row for row in rows if row.item.code == item_code),
        form=form,
        file_form=EvidenceForm(formdata=None),
        observed=[price for price in observed if price.item == item_code],
        methods=METHODS,
        clause=CAP_CLAUSE,
    )


def _find_price(price_list: PriceList, item_code: str) -> Price:
    if item_code not in price_list.prices:
        raise NotFoundError(_("Bảng giá này không có danh mục ấy."))
    return price_list.prices[item_code]


def _diff_entries(before: Price, after: Price) -> tuple[dict[str, str], dict[str, str]]:
    fields = [field for field in FIELD_LABELS if getattr(before, field) != getattr(after, field)]
    return {field: format_field(field, before) for field in fields}, {field: format_field(field, after) for field in fields}


def _file_entry(file: PriceEvidence) -> dict[str, object]:
    return {"id": file.id, "name": file.name, "sha256": file.sha256}
