"""Pages of observed prices: what wards and others paid."""

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from accounts import audit
from accounts.guards import require_identity, requires
from accounts.permissions import Permission
from inventory.catalogue import load_catalogue
from inventory.prices.forms import ObservedForm
from inventory.prices.observed import ObservedPriceError, list_observed, make_observed, remove_observed, save_observed
from inventory.prices.prices import METHODS
from inventory.prices.views import lists
from portal.database import get_session, writes

blueprint = lists.blueprint


@blueprint.get("/observed")
@requires(Permission.PLAN_READ)
def observed() -> ResponseReturnValue:
    """What wards and others paid."""
    return _observed_page(ObservedForm(formdata=None))


@blueprint.post("/observed")
@requires(Permission.PRICE_EDIT)
@writes
def add_observed() -> ResponseReturnValue:
    """Record what somebody paid."""
    session, identity, form = get_session(), require_identity(), ObservedForm()
    if not form.validate_on_submit() or form.paid_on.data is None or form.unit_price.number is None:
        return _observed_page(form), 400
    try:
        price = make_observed(
            form.item.data,
            form.buyer.data or "",
            form.unit_price.number,
            form.paid_on.data,
            form.document.data or "",
            form.kind.data,
        )
    except ObservedPriceError as error:
        form[error.field].errors = [error.message]
        return _observed_page(form), 400
    save_observed(session, [price], identity.full_name)
    after = {"buyer": price.buyer, "unit_price": price.unit_price, "document": price.document}
    audit.log(session, identity, "observed-price:add", f"observed-price {price.item}", after=after)
    flash(_("Đã ghi giá tham chiếu của %(code)s.", code=price.item), "success")
    return redirect(url_for("prices.observed"))


@blueprint.post("/observed/<int:observed_id>/removal")
@requires(Permission.PRICE_EDIT)
@writes
def drop_observed(observed_id: int) -> ResponseReturnValue:
    """Remove an observed price."""
    removed = remove_observed(get_session(), observed_id)
    before = {"buyer": removed.buyer, "unit_price": removed.unit_price, "document": removed.document}
    audit.log(get_session(), require_identity(), "observed-price:remove", f"observed-price {removed.item}", before=before)
    flash(_("Đã xóa giá tham chiếu của %(code)s.", code=removed.item), "success")
    return redirect(url_for("prices.observed"))


def _observed_page(form: ObservedForm) -> str:
    rows = list_observed(get_session())
    return render_template("inventory/prices/observed.html", rows=rows, form=form, catalogue=load_catalogue(), methods=METHODS)
