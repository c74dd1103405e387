"""Pages of price lists: all of them, one list, its versions, and two lists compared."""

from datetime import date

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from accounts import audit
from accounts.guards import require_identity, requires
from accounts.permissions import Permission
from inventory.catalogue import GROUPS, load_catalogue
from inventory.prices.evidence import list_files
from inventory.prices.forms import PriceListForm
from inventory.prices.observed import observed_prices
from inventory.prices.parsing import FIELD_LABELS, format_field
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
)
from inventory.prices.prices import CAP_CLAUSE, PriceList, compare_lists
from inventory.prices.rows import PriceFilter, PriceRow, make_rows
from inventory.wards.wards import KIND_LABELS
from portal.database import get_session, writes

# The files beside this one add their pages to it: all endpoints are ``prices.…``.
blueprint = Blueprint("prices", __name__, url_prefix="/prices", template_folder="../../templates")


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
    """Change the name, day or year of a draft list."""
    form = PriceListForm()
    session = get_session()
    before = get_price_list(session, price_list_id)
    if form.validate_on_submit():
        try:
            after = change_price_list(session, price_list_id, *_read_form(form))
        except PriceListError as error:
            form.form_errors.append(error.message)
        else:
            audit.log(
                session,
                require_identity(),
                "price-list:save",
                f"price-list {price_list_id}",
                before=_list_entry(before),
                after=_list_entry(after),
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
    session, identity = get_session(), require_identity()
    origin = get_price_list(session, price_list_id)
    if form.validate_on_submit():
        try:
            new_list = copy_price_list(session, price_list_id, *_read_form(form), identity.full_name)
        except PriceListError as error:
            form.form_errors.append(error.message)
        else:
            audit.log(
                session,
                identity,
                "price-list:copy",
                f"price-list {new_list.id}",
                after={**_list_entry(new_list), "based_on": origin.id},
            )
            flash(_("Đã tạo bảng giá “%(name)s”. Sửa từng đơn giá ở dưới, hoặc sửa bằng tệp Excel.", name=new_list.name), "success")
            return redirect(url_for("prices.show", price_list_id=new_list.id))
    return _list_page(origin, copy_form=form), 400


@blueprint.post("/<int:price_list_id>/publish")
@requires(Permission.PRICE_EDIT)
@writes
def publish(price_list_id: int) -> ResponseReturnValue:
    """Publish a list: from then on it never changes."""
    session, identity = get_session(), require_identity()
    was_published = get_price_list(session, price_list_id).is_published
    published = publish_price_list(session, price_list_id, identity.full_name)
    if not was_published:
        audit.log(session, identity, "price-list:publish", f"price-list {price_list_id}", after=_list_entry(published))
    flash(_("Đã chốt bảng giá. Từ nay nội dung không đổi."), "success")
    return redirect(url_for("prices.show", price_list_id=price_list_id))


@blueprint.post("/<int:price_list_id>/removal")
@requires(Permission.PRICE_EDIT)
@writes
def discard(price_list_id: int) -> ResponseReturnValue:
    """Discard a draft list."""
    session = get_session()
    before = get_price_list(session, price_list_id)
    try:
        discard_price_list(session, price_list_id)
    except PriceListError as error:
        flash(error.message, "danger")
        return redirect(url_for("prices.show", price_list_id=price_list_id))
    audit.log(session, require_identity(), "price-list:discard", f"price-list {price_list_id}", before=_list_entry(before))
    flash(_("Đã xóa bảng giá “%(name)s”.", name=before.name), "success")
    return redirect(url_for("prices.lists"))


@blueprint.get("/<int:price_list_id>/changes")
@requires(Permission.PLAN_READ)
def changes(price_list_id: int) -> ResponseReturnValue:
    """What differs from the version before, or from another list."""
    session = get_session()
    after, all_lists = get_price_list(session, price_list_id), list_price_lists(session)
    other_id = request.args.get("with", type=int) or after.based_on
    before = next((other for other in all_lists if other.id == other_id), None)
    return render_template(
        "inventory/prices/changes.html",
        after=after,
        before=before,
        changes=compare_lists(before, after) if before else (),
        others=[other for other in all_lists if other.id != after.id],
        catalogue=load_catalogue(),
        fields=FIELD_LABELS,
        format_field=format_field,
    )


def _list_page(price_list: PriceList, head: PriceListForm | None = None, copy_form: PriceListForm | None = None) -> str:
    session = get_session()
    kind = request.args.get("kind", "")
    kind = kind if kind in KIND_LABELS else ""
    choice_text = request.args.get("show", "")
    price_filter = PriceFilter(choice_text) if choice_text in set(PriceFilter) else PriceFilter.ALL
    rows = make_rows(price_list, list_files(session, price_list.id), observed_prices(session), kind)
    values = {"effective_from": price_list.effective_from, "delivery_year": str(price_list.delivery_year or "")}
    return render_template(
        "inventory/prices/list.html",
        list=price_list,
        groups={letter: (name, _rows_of_group(rows, letter, price_filter)) for letter, name in GROUPS.items()},
        counts={choice: sum(row.matches(choice) for row in rows) for choice in PriceFilter},
        expired=[row for row in rows if row.at_standard_rate is not None],
        price_filter=price_filter,
        kind=kind,
        kinds=KIND_LABELS,
        head=head or PriceListForm(formdata=None, data={**values, "name": price_list.name}),
        copy_form=copy_form
        or PriceListForm(formdata=None, prefix="copy", data={**values, "name": next_name(session, price_list.name)}),
        clause=CAP_CLAUSE,
    )


def _rows_of_group(rows: tuple[PriceRow, ...], letter: str, price_filter: PriceFilter) -> list[PriceRow]:
    return [row for row in rows if row.item.group == letter and row.matches(price_filter)]


def _read_form(form: PriceListForm) -> tuple[str, date, int | None]:
    day = form.effective_from.data
    assert day is not None
    return form.name.data or "", day, form.delivery_year.number


def _list_entry(price_list: PriceList) -> dict[str, object]:
    return {
        "name": price_list.name,
        "effective_from": price_list.effective_from.isoformat(),
        "delivery_year": price_list.delivery_year,
    }
