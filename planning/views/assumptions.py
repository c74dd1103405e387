"""The page of the rules of a scenario: years, sources, methods and responsible units by group."""

from collections.abc import Mapping
from dataclasses import replace

from flask import Blueprint, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from wtforms.fields.choices import SelectChoice

from accounts import audit
from accounts.guards import require_identity, requires
from accounts.permissions import Permission, may
from inventory.catalogue import GROUPS, load_catalogue
from inventory.prices.price_lists import list_price_lists
from planning.forms import GroupRuleForm, RulesForm, describe_norms, group_forms
from planning.models import PlanRecord
from planning.plan.assumptions import Assumptions
from planning.plan.overrides import ALL_WARDS, PriceField
from planning.plan.workbook_diff import display_price_value
from planning.scenarios import scenarios
from planning.scenarios.loading import get_plan_record, plan_of
from planning.scenarios.serialization import load_assumptions
from portal.database import get_session, writes
from portal.errors import NotFoundError

blueprint = Blueprint("plan_rules", __name__, template_folder="../templates")


@blueprint.get("/plans/<int:plan_id>/rules")
@requires(Permission.PLAN_READ)
def rules(plan_id: int) -> ResponseReturnValue:
    """The rules of a scenario, as a form to whoever may change them."""
    record = get_plan_record(get_session(), plan_id)
    # A final plan has those that it was fixed with.
    assumptions = plan_of(get_session(), record).assumptions if record.is_final else load_assumptions(record.assumptions)
    return _rules_page(record, _rules_form(record, assumptions), group_forms(assumptions))


@blueprint.post("/plans/<int:plan_id>/rules")
@requires(Permission.PLAN_EDIT)
@writes
def set_rules(plan_id: int) -> ResponseReturnValue:
    """Set the rules of an open scenario."""
    session, identity = get_session(), require_identity()
    record = get_plan_record(session, plan_id, for_update=True)
    before = load_assumptions(record.assumptions)
    form, groups = _rules_form(record, before), group_forms(before)
    # Each is looked at, so that all errors are shown at once.
    faulty = [letter for letter, group in groups.items() if not group.validate()]
    if form.validate_on_submit() and not faulty:
        assumptions = replace(
            before,
            first_year=form.first_year.number or 0,
            months=form.months.number or 0,
            blocking_first=bool(form.blocking_first.data),
            lease_percent=form.lease_percent.number or 0,
            groups={letter: group.rule for letter, group in groups.items()},
            upgrades_os=bool(form.upgrades_os.data),
            replaces_due=bool(form.replaces_due.data),
            city_norms=form.norms,
        )
        try:
            scenarios.set_rules(session, record, form.stamp, assumptions, price_list_id=form.price_list.data)
        except scenarios.ScenarioError as error:
            form.form_errors.append(error.message)
        else:
            audit.log(session, identity, "plan:set-rules", f"plan {plan_id}", after=record.assumptions)
            flash(_("Đã lưu quy tắc; mọi dòng chưa điều chỉnh đã theo quy tắc mới."), "success")
            return redirect(url_for("plan_rules.rules", plan_id=plan_id))
    return _rules_page(record, form, groups), 400


@blueprint.post("/plans/<int:plan_id>/prices/<item_code>/undo")
@requires(Permission.PLAN_EDIT)
@writes
def undo_price(plan_id: int, item_code: str) -> ResponseReturnValue:
    """Undo a price of the scenario's own: that of the price list counts again."""
    record = get_plan_record(get_session(), plan_id, for_update=True)
    try:
        count = scenarios.undo_edits(get_session(), record, ALL_WARDS, item_code)
    except scenarios.ScenarioError as error:
        flash(error.message, "danger")
    else:
        audit.log(
            get_session(), require_identity(), "plan:undo-edits", f"plan {plan_id}", after={"price": item_code, "fields": count}
        )
        flash(_("Đã bỏ %(count)s ô; đơn giá trở lại theo bảng giá.", count=count), "success")
    return redirect(url_for("plan_rules.rules", plan_id=plan_id))


def check_item(item_code: str) -> None:
    """Raise NotFoundError where the catalogue has no such item."""
    if item_code not in load_catalogue():
        raise NotFoundError(_("Danh mục không có mã này."))


def _rules_form(record: PlanRecord, assumptions: Assumptions) -> RulesForm:
    """The form filled with the rules of a scenario, or with what was posted."""
    form = RulesForm(
        data={
            "first_year": str(assumptions.first_year),
            "months": str(assumptions.months),
            "lease_percent": str(assumptions.lease_percent),
            "blocking_first": assumptions.blocking_first,
            "upgrades_os": assumptions.upgrades_os,
            "replaces_due": assumptions.replaces_due,
            "price_list": record.price_list_id,
            "city_norms": describe_norms(assumptions.city_norms),
        }
    )
    form.price_list.choices = [SelectChoice(prices.id, prices.name) for prices in list_price_lists(get_session())]
    return form


def _rules_page(record: PlanRecord, form: RulesForm, groups: Mapping[str, GroupRuleForm]) -> str:
    price_edits = scenarios.price_edits(record)
    return render_template(
        "planning/rules.html",
        record=record,
        plan_id=record.id,
        form=form,
        groups=groups,
        names=GROUPS,
        fields=[*form, *(field for group in groups.values() for field in group)],
        may_edit=may(require_identity(), Permission.PLAN_EDIT) and record.is_open,
        changes=record.changes,
        price_edits=price_edits,
        price_labels={field.value: field.label for field in PriceField},
        price_texts=[display_price_value(PriceField(edit.field), edit.value) for edit in price_edits],
        catalogue=load_catalogue(),
    )
