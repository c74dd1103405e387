"""Pages of prices: the lists, one list, one price with its files, two lists compared, and what was paid elsewhere."""

from datetime import date

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from accounts import audit
from accounts.guards import requires, the_identity
from accounts.permissions import Permission
from inventory.catalogue import GROUPS, load_catalogue
from inventory.models import PriceEvidence
from inventory.prices import evidence
from inventory.prices.forms import EvidenceForm, ObservedForm, PriceForm, PriceListForm, price_values
from inventory.prices.observed import (
    ObservedPriceError,
    keep_observed,
    list_observed,
    make_observed,
    observed_prices,
    remove_observed,
)
from inventory.prices.parsing import PARTS, read_price, show_part
from inventory.prices.price_lists import (
    PriceListError,
    change_price_list,
    copy_price_list,
    current_price_list,
    discard_price_list,
    get_price_list,
    list_price_lists,
    next_name,
    publish_price_list,
    save_price,
)
from inventory.prices.prices import CAP_CLAUSE, METHODS, Price, PriceList, compare_lists
from inventory.prices.rows import PriceRow, Shown, make_rows
from inventory.wards.wards import KIND_LABELS
from portal.checked_files import MAX_SIZE
from portal.clock import today
from portal.database import get_session, record_outside, writes
from portal.downloads import send_bytes
from portal.errors import NotFoundError, WardReadinessError
from portal.settings import current_settings

blueprint = Blueprint("prices", __name__, url_prefix="/prices", template_folder="../templates")


@blueprint.get("/")
@requires(Permission.PLAN_READ)
def lists() -> ResponseReturnValue:
    """All price lists, the newest first."""
    session = get_session()
    return render_template("inventory/prices/lists.html", lists=list_price_lists(session), current=current_price_list(session))


@blueprint.get("/<int:price_list_id>")
@requires(Permission.PLAN_READ)
def show(price_list_id: int) -> ResponseReturnValue:
    """One list: each price with its evidence, its legal ceiling, and what others paid."""
    return _list_page(get_price_list(get_session(), price_list_id))


@blueprint.post("/<int:price_list_id>")
@requires(Permission.PRICE_EDIT)
@writes
def change(price_list_id: int) -> ResponseReturnValue:
    """Another name, day or year of a list in work."""
    form = PriceListForm()
    session = get_session()
    before = get_price_list(session, price_list_id)
    if form.validate_on_submit():
        try:
            after = change_price_list(session, price_list_id, *_head_of(form))
        except PriceListError as error:
            form.form_errors.append(error.message)
        else:
            audit.log(
                session, the_identity(), "price-list:save", f"price-list {price_list_id}", before=_head(before), after=_head(after)
            )
            flash(_("Đã lưu bảng giá."), "success")
            return redirect(url_for("prices.show", price_list_id=price_list_id))
    return _list_page(before, head=form), 400


@blueprint.post("/<int:price_list_id>/copies")
@requires(Permission.PRICE_EDIT)
@writes
def copy(price_list_id: int) -> ResponseReturnValue:
    """A next version, to be edited."""
    form = PriceListForm(prefix="copy")
    session, identity = get_session(), the_identity()
    origin = get_price_list(session, price_list_id)
    if form.validate_on_submit():
        try:
            made = copy_price_list(session, price_list_id, *_head_of(form), identity.full_name)
        except PriceListError as error:
            form.form_errors.append(error.message)
        else:
            audit.log(session, identity, "price-list:copy", f"price-list {made.id}", after={**_head(made), "based_on": origin.id})
            flash(_("Đã tạo bảng giá “%(name)s”. Sửa từng đơn giá ở dưới, hoặc sửa bằng tệp Excel.", name=made.name), "success")
            return redirect(url_for("prices.show", price_list_id=made.id))
    return _list_page(origin, copying=form), 400


@blueprint.post("/<int:price_list_id>/publish")
@requires(Permission.PRICE_EDIT)
@writes
def publish(price_list_id: int) -> ResponseReturnValue:
    """Fix a list for good."""
    session, identity = get_session(), the_identity()
    was_published = get_price_list(session, price_list_id).is_published
    fixed = publish_price_list(session, price_list_id, identity.full_name)
    if not was_published:
        audit.log(session, identity, "price-list:publish", f"price-list {price_list_id}", after=_head(fixed))
    flash(_("Đã chốt bảng giá. Từ nay nội dung không đổi."), "success")
    return redirect(url_for("prices.show", price_list_id=price_list_id))


@blueprint.post("/<int:price_list_id>/removal")
@requires(Permission.PRICE_EDIT)
@writes
def discard(price_list_id: int) -> ResponseReturnValue:
    """Take a list in work away."""
    session = get_session()
    before = get_price_list(session, price_list_id)
    try:
        discard_price_list(session, price_list_id)
    except PriceListError as error:
        flash(error.message, "danger")
        return redirect(url_for("prices.show", price_list_id=price_list_id))
    audit.log(session, the_identity(), "price-list:discard", f"price-list {price_list_id}", before=_head(before))
    flash(_("Đã xóa bảng giá “%(name)s”.", name=before.name), "success")
    return redirect(url_for("prices.lists"))


@blueprint.get("/<int:price_list_id>/changes")
@requires(Permission.PLAN_READ)
def changes(price_list_id: int) -> ResponseReturnValue:
    """What differs from the version before, or from another list."""
    session = get_session()
    after, listed = get_price_list(session, price_list_id), list_price_lists(session)
    wanted = request.args.get("with", type=int) or after.based_on
    before = next((found for found in listed if found.id == wanted), None)
    return render_template(
        "inventory/prices/changes.html",
        after=after,
        before=before,
        changes=compare_lists(before, after) if before else (),
        others=[found for found in listed if found.id != after.id],
        catalogue=load_catalogue(),
        parts=PARTS,
        show_part=show_part,
    )


@blueprint.get("/<int:price_list_id>/items/<item_code>")
@requires(Permission.PLAN_READ)
def price(price_list_id: int, item_code: str) -> ResponseReturnValue:
    """One price with its files and what others paid, and the form where it may be edited."""
    found = get_price_list(get_session(), price_list_id)
    return _price_page(found, PriceForm(formdata=None, data=price_values(_price(found, item_code))), item_code)


@blueprint.post("/<int:price_list_id>/items/<item_code>")
@requires(Permission.PRICE_EDIT)
@writes
def save(price_list_id: int, item_code: str) -> ResponseReturnValue:
    """Keep one price of a list in work."""
    session, identity = get_session(), the_identity()
    found = get_price_list(session, price_list_id)
    present, form = _price(found, item_code), PriceForm()
    is_valid, read = form.validate_on_submit(), read_price(present, form.given, today())
    form.tell(read.faults)
    if not is_valid or read.faults:
        return _price_page(found, form, item_code), 400
    try:
        is_changed = save_price(session, price_list_id, read.price, form.seen.data or "")
    except PriceListError as error:
        form.form_errors.append(error.message)
        form.seen.data = present.stamp
        return _price_page(found, form, item_code), error.status
    if is_changed:
        before, after = _difference(present, read.price)
        audit.log(session, identity, "price:save", f"price {price_list_id}/{item_code}", before=before, after=after)
    flash(_("Đã lưu đơn giá %(code)s.", code=item_code) if is_changed else _("Không có gì khác để lưu."), "success")
    return redirect(url_for("prices.price", price_list_id=price_list_id, item_code=item_code))


@blueprint.post("/<int:price_list_id>/items/<item_code>/evidence")
@requires(Permission.PRICE_EDIT)
@writes
def attach(price_list_id: int, item_code: str) -> ResponseReturnValue:
    """Keep a file behind a price."""
    session, identity, upload = get_session(), the_identity(), request.files.get("file")
    name, data = (upload.filename or "", upload.read(MAX_SIZE + 1)) if upload else ("", b"")
    url = current_settings().evidence_url
    try:
        kept = evidence.attach(session, url, price_list_id, item_code, name, data, identity.full_name)
    except NotFoundError:
        raise
    except WardReadinessError as error:
        flash(error.message, "danger")
    else:
        audit.log(session, identity, "price-evidence:attach", f"price {price_list_id}/{item_code}", after=_file(kept))
        flash(_("Đã đính kèm tệp “%(name)s”.", name=kept.name), "success")
    return redirect(url_for("prices.price", price_list_id=price_list_id, item_code=item_code) + "#files")


@blueprint.get("/<int:price_list_id>/items/<item_code>/evidence/<int:evidence_id>.file")
@requires(Permission.PLAN_READ)
def download(price_list_id: int, item_code: str, evidence_id: int) -> ResponseReturnValue:
    """A file behind a price, always as an attachment; the download is audited."""
    kept = evidence.find_file(get_session(), price_list_id, item_code, evidence_id)
    data = evidence.read_file(current_settings().evidence_url, kept)
    identity, line = the_identity(), _file(kept)
    subject = f"price {price_list_id}/{item_code}"
    record_outside(lambda session: audit.log(session, identity, "price-evidence:download", subject, after=line))
    return send_bytes(data, kept.name, kept.media_type)


@blueprint.post("/<int:price_list_id>/items/<item_code>/evidence/<int:evidence_id>/removal")
@requires(Permission.PRICE_EDIT)
@writes
def detach(price_list_id: int, item_code: str, evidence_id: int) -> ResponseReturnValue:
    """Take a file away from a list in work."""
    session = get_session()
    kept = evidence.find_file(session, price_list_id, item_code, evidence_id)
    line = _file(kept)
    try:
        evidence.remove(session, kept)
    except PriceListError as error:
        flash(error.message, "danger")
    else:
        audit.log(session, the_identity(), "price-evidence:remove", f"price {price_list_id}/{item_code}", before=line)
        flash(_("Đã gỡ tệp “%(name)s”.", name=line["name"]), "success")
    return redirect(url_for("prices.price", price_list_id=price_list_id, item_code=item_code) + "#files")


@blueprint.get("/observed")
@requires(Permission.PLAN_READ)
def observed() -> ResponseReturnValue:
    """What wards and others paid."""
    return _observed_page(ObservedForm(formdata=None))


@blueprint.post("/observed")
@requires(Permission.PRICE_EDIT)
@writes
def add_observed() -> ResponseReturnValue:
    """Write down what somebody paid."""
    session, identity, form = get_session(), the_identity(), ObservedForm()
    if not form.validate_on_submit() or form.paid_on.data is None or form.unit_price.number is None:
        return _observed_page(form), 400
    try:
        made = make_observed(
            form.item.data,
            form.buyer.data or "",
            form.unit_price.number,
            form.paid_on.data,
            form.document.data or "",
            form.kind.data,
        )
    except ObservedPriceError as error:
        form[error.part].errors = [error.message]
        return _observed_page(form), 400
    keep_observed(session, [made], identity.full_name)
    after = {"buyer": made.buyer, "unit_price": made.unit_price, "document": made.document}
    audit.log(session, identity, "observed-price:add", f"observed-price {made.item}", after=after)
    flash(_("Đã ghi giá tham chiếu của %(code)s.", code=made.item), "success")
    return redirect(url_for("prices.observed"))


@blueprint.post("/observed/<int:observed_id>/removal")
@requires(Permission.PRICE_EDIT)
@writes
def drop_observed(observed_id: int) -> ResponseReturnValue:
    """Take an observed price away."""
    gone = remove_observed(get_session(), observed_id)
    before = {"buyer": gone.buyer, "unit_price": gone.unit_price, "document": gone.document}
    audit.log(get_session(), the_identity(), "observed-price:remove", f"observed-price {gone.item}", before=before)
    flash(_("Đã xóa giá tham chiếu của %(code)s.", code=gone.item), "success")
    return redirect(url_for("prices.observed"))


def _list_page(found: PriceList, head: PriceListForm | None = None, copying: PriceListForm | None = None) -> str:
    session = get_session()
    kind = request.args.get("kind", "")
    kind = kind if kind in KIND_LABELS else ""
    wanted = request.args.get("show", "")
    shown = Shown(wanted) if wanted in set(Shown) else Shown.ALL
    rows = make_rows(found, evidence.files_of(session, found.id), observed_prices(session), kind)
    values = {"effective_from": found.effective_from, "delivery_year": str(found.delivery_year or "")}
    return render_template(
        "inventory/prices/list.html",
        list=found,
        groups={letter: (name, _of_group(rows, letter, shown)) for letter, name in GROUPS.items()},
        counts={choice: sum(row.belongs_to(choice) for row in rows) for choice in Shown},
        outlived=[row for row in rows if row.at_standard_rate is not None],
        shown=shown,
        kind=kind,
        kinds=KIND_LABELS,
        head=head or PriceListForm(formdata=None, data={**values, "name": found.name}),
        copying=copying or PriceListForm(formdata=None, prefix="copy", data={**values, "name": next_name(session, found.name)}),
        clause=CAP_CLAUSE,
    )


def _of_group(rows: tuple[PriceRow, ...], letter: str, shown: Shown) -> list[PriceRow]:
    return [row for row in rows if row.item.group == letter and row.belongs_to(shown)]


def _price_page(found: PriceList, form: PriceForm, item_code: str) -> str:
    session = get_session()
    seen = observed_prices(session)
    rows = make_rows(found, evidence.files_of(session, found.id), seen)
    return render_template(
        "inventory/prices/price.html",
        list=found,
        row=next(row for row in rows if row.item.code == item_code),
        form=form,
        file_form=EvidenceForm(formdata=None),
        observed=[price for price in seen if price.item == item_code],
        methods=METHODS,
        clause=CAP_CLAUSE,
    )


def _observed_page(form: ObservedForm) -> str:
    rows = list_observed(get_session())
    return render_template(
        "inventory/prices/observed.html", rows=rows, form=form, catalogue=load_catalogue(), methods=METHODS, kinds=KIND_LABELS
    )


def _price(found: PriceList, item_code: str) -> Price:
    if item_code not in found.prices:
        raise NotFoundError(_("Bảng giá này không có danh mục ấy."))
    return found.prices[item_code]


def _head_of(form: PriceListForm) -> tuple[str, date, int | None]:
    day = form.effective_from.data
    assert day is not None
    return form.name.data or "", day, form.delivery_year.number


def _head(found: PriceList) -> dict[str, object]:
    return {"name": found.name, "effective_from": found.effective_from.isoformat(), "delivery_year": found.delivery_year}


def _difference(before: Price, after: Price) -> tuple[dict[str, str], dict[str, str]]:
    parts = [part for part in PARTS if getattr(before, part) != getattr(after, part)]
    return {part: show_part(part, before) for part in parts}, {part: show_part(part, after) for part in parts}


def _file(kept: PriceEvidence) -> dict[str, object]:
    return {"id": kept.id, "name": kept.name, "sha256": kept.sha256}
