"""The page of the rules of a scenario: years, sources, methods and responsible units by group."""

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from wtforms.fields.choices import SelectChoice

from accounts import audit
from accounts.guards import requires, the_identity
from accounts.permissions import Permission, may
from inventory.catalogue import GROUPS, load_catalogue
from inventory.prices.price_lists import list_price_lists
from planning.forms import GroupRuleForm, RulesForm, group_forms
from planning.plan.assumptions import Assumptions
from planning.plan.overrides import ALL_WARDS, PriceField
from planning.plan.workbook_diff import price_in_words
from planning.scenarios import scenarios
from planning.scenarios.loading import get_plan_record
from planning.scenarios.serialization import read_assumptions
from portal.database import get_session, writes

blueprint = Blueprint("plan_rules", __name__, template_folder="../templates")


@blueprint.route("/plans/<int:plan_id>/rules", methods=["GET", "POST"])
@requires(Permission.PLAN_READ)
@writes
def rules(plan_id: int) -> ResponseReturnValue:
    """The rules of a scenario; a planner may change those of an open one."""
    session, identity = get_session(), the_identity()
    own = get_plan_record(session, plan_id, for_update=request.method == "POST")
    present = read_assumptions(own.assumptions)
    values = {name: getattr(present, name) for name in ("first_year", "months", "lease_percent", "blocking_first")}
    form = RulesForm(data={**{k: v if isinstance(v, bool) else str(v) for k, v in values.items()}, "price_list": own.price_list_id})
    form.price_list.choices = [SelectChoice(found.id, found.name) for found in list_price_lists(session)]
    groups = group_forms(present)
    may_edit = may(identity, Permission.PLAN_EDIT) and not own.is_final
    if may_edit and form.validate_on_submit() and _all_valid(groups):
        typed = Assumptions(
            form.first_year.number or 0,
            form.months.number or 0,
            bool(form.blocking_first.data),
            form.lease_percent.number or 0,
            {letter: group.rule for letter, group in groups.items()},
        )
        try:
            scenarios.set_rules(session, own, form.stamp, typed, price_list_id=form.price_list.data)
        except scenarios.ScenarioError as error:
            form.form_errors.append(error.message)
        else:
            audit.log(session, identity, "plan:set-rules", f"plan {plan_id}", after=own.assumptions)
            flash(_("Đã lưu quy tắc; mọi dòng chưa sửa tay đã theo quy tắc mới."), "success")
            return redirect(url_for("plan_rules.rules", plan_id=plan_id))
    page = render_template(
        "planning/rules.html",
        record=own,
        plan_id=plan_id,
        form=form,
        groups=groups,
        names=GROUPS,
        may_edit=may_edit,
        changes=own.changes,
        own_prices=scenarios.price_edits(own),
        price_words={field.value: field.label for field in PriceField},
        shown=[price_in_words(PriceField(row.field), row.value) for row in scenarios.price_edits(own)],
        catalogue=load_catalogue(),
    )
    return page, 400 if form.errors or any(group.errors for group in groups.values()) else 200


@blueprint.post("/plans/<int:plan_id>/prices/<item_code>/undo")
@requires(Permission.PLAN_EDIT)
@writes
def undo_price(plan_id: int, item_code: str) -> ResponseReturnValue:
    """Take a price of the scenario's own back: that of the price list counts again."""
    own = get_plan_record(get_session(), plan_id, for_update=True)
    try:
        count = scenarios.undo_edits(get_session(), own, ALL_WARDS, item_code)
    except scenarios.ScenarioError as error:
        flash(error.message, "danger")
    else:
        audit.log(get_session(), the_identity(), "plan:undo-edits", f"plan {plan_id}", after={"price": item_code, "fields": count})
        flash(_("Đã bỏ %(count)s ô; đơn giá trở lại theo bảng giá.", count=count), "success")
    return redirect(url_for("plan_rules.rules", plan_id=plan_id))


def _all_valid(groups: dict[str, GroupRuleForm]) -> bool:
    """Whether every group may be saved; each is asked, so that all errors are told at once."""
    faulty = [letter for letter, group in groups.items() if not group.validate()]
    return not faulty
