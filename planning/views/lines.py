"""Pages of the lines of a plan: the filtered list with its total, and one line with its proof and its form."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from accounts import audit
from accounts.audit import HIDDEN
from accounts.guards import require_identity, requires, sees_security
from accounts.permissions import Permission, may
from inventory.catalogue import GROUPS, Acquisition, load_catalogue
from inventory.security import is_sensitive_item
from inventory.snapshots.repository import name_of_round
from inventory.wards.wards import load_wards
from planning.funding.conflicts import ConflictError
from planning.funding.redaction import rank_shown
from planning.models import PlanRecord
from planning.plan.assumptions import Method
from planning.plan.comparison import display_field
from planning.plan.faults import clause_of, faults_of, is_to_be_decided
from planning.plan.line import PlanLine
from planning.plan.line_filter import filter_lines, parse_filter
from planning.plan.lines_csv import build_lines_csv
from planning.plan.marks import Mark, marks_of
from planning.plan.overrides import PRIORITIES, EditField, LineEditError, canonical_value, new_line
from planning.plan.plan import Plan
from planning.plan.redaction import is_sensitive_line, redact_line, redact_plan
from planning.plan.spending import SpendingForm, sources_by_label
from planning.scenarios import scenarios
from planning.scenarios.funded_plans import funded_plan_of
from planning.scenarios.loading import KeyedPlan, get_plan, get_plan_record, keyed_plan_of, plan_of
from portal.database import get_session, write_separately, writes
from portal.downloads import send_bytes
from portal.errors import NotFoundError, WardReadinessError
from scoring.rating.explain import explain, explain_source
from scoring.rating.redaction import redact_rating

blueprint = Blueprint("plan_lines", __name__, template_folder="../templates")

SHOWN = 50
CSV = "text/csv"


@blueprint.get("/plans/<int:plan_id>/lines")
@requires(Permission.PLAN_READ)
def lines(plan_id: int) -> ResponseReturnValue:
    """The lines that the filter lets through, with their total; fifty at a time."""
    record = get_plan_record(get_session(), plan_id)
    plan = redact_plan(plan_of(get_session(), record), sees_security)
    line_filter = parse_filter(request.args)
    rows = filter_lines(plan, line_filter)
    page = max(1, request.args.get("page", 1, type=int))
    return render_template(
        "planning/lines.html",
        record=record,
        plan_id=plan_id,
        plan=plan,
        rows=rows[(page - 1) * SHOWN : page * SHOWN],
        count=len(rows),
        page=page,
        pages=-(-len(rows) // SHOWN),
        totals={form: sum(line.amount for line in rows if line.form is form) for form in SpendingForm},
        marks={
            line.code: [mark for mark in Mark if mark in marks_of(line, plan)] for line in rows[(page - 1) * SHOWN : page * SHOWN]
        },
        filter_values=line_filter.values,
        choices=_choices(plan),
        catalogue=load_catalogue(),
        buyable=[item for item in load_catalogue().values() if item.acquisition is not Acquisition.NONE],
    )


@blueprint.get("/plans/<int:plan_id>/lines.csv")
@requires(Permission.PLAN_DOWNLOAD)
def table(plan_id: int) -> ResponseReturnValue:
    """The same lines as a CSV table."""
    plan = redact_plan(get_plan(get_session(), plan_id), sees_security)
    rows, identity = filter_lines(plan, parse_filter(request.args)), require_identity()
    write_separately(
        lambda session: audit.log(session, identity, "plan:download-lines", f"plan {plan_id}", after={"lines": len(rows)})
    )
    return send_bytes(build_lines_csv(rows), f"phuong-an-{plan_id}-cac-dong.csv", CSV)


@blueprint.get("/plans/<int:plan_id>/new-line")
@requires(Permission.PLAN_EDIT)
def add(plan_id: int) -> ResponseReturnValue:
    """From a ward and an item to the page of their line."""
    get_plan_record(get_session(), plan_id)
    code = f"{request.args.get('ward', '')}-{request.args.get('item', '')}"
    return redirect(url_for("plan_lines.line", plan_id=plan_id, line_code=code))


@blueprint.get("/plans/<int:plan_id>/lines/<line_code>")
@requires(Permission.PLAN_READ)
def line(plan_id: int, line_code: str) -> ResponseReturnValue:
    """One line: what it costs and why, the answers, the standard and the price behind it, as a form to whoever may change it."""
    record = get_plan_record(get_session(), plan_id)
    keyed = keyed_plan_of(get_session(), record)
    plan_line = _line_of(keyed.plan, line_code)
    return _line_page(record, keyed, plan_line, {field.value: canonical_value(plan_line, field) for field in EditField})


@blueprint.post("/plans/<int:plan_id>/lines/<line_code>")
@requires(Permission.PLAN_EDIT)
@writes
def edit(plan_id: int, line_code: str) -> ResponseReturnValue:
    """Change a line of an open scenario by hand."""
    session, identity = get_session(), require_identity()
    record = get_plan_record(session, plan_id, for_update=True)
    keyed = keyed_plan_of(session, record)
    plan_line = _line_of(keyed.plan, line_code)
    entries = {field.value: request.form.get(field.value, "") for field in EditField}
    base = {field.value: request.form.get(f"base-{field.value}", "") for field in EditField}
    try:
        edits = scenarios.edit_line(
            session, record, plan_line, entries, base, request.form.get("why", "").strip(), identity.full_name
        )
    except LineEditError as error:
        return _line_page(record, keyed, plan_line, entries, entry_faults=error.faults), 400
    except WardReadinessError as error:
        return _line_page(record, keyed, plan_line, entries, error.message), 400
    after = {"line": line_code, **{edit.field: edit.value for edit in edits}}
    if is_sensitive_line(plan_line):
        after = dict.fromkeys(after, HIDDEN)
    audit.log(session, identity, "plan:edit-line", f"plan {plan_id}", after=after)
    flash(_("Đã lưu %(count)s ô.", count=len(edits)) if edits else _("Không có ô nào đổi."), "success")
    return redirect(url_for("plan_lines.line", plan_id=plan_id, line_code=line_code))


@blueprint.post("/plans/<int:plan_id>/lines/<line_code>/undo")
@requires(Permission.PLAN_EDIT)
@writes
def undo(plan_id: int, line_code: str) -> ResponseReturnValue:
    """Undo the hand edits of a line."""
    record = get_plan_record(get_session(), plan_id, for_update=True)
    ward_code, item = split_line_code(line_code)
    count = scenarios.undo_edits(get_session(), record, ward_code, item)
    audit.log(
        get_session(),
        require_identity(),
        "plan:undo-edits",
        f"plan {plan_id}",
        after={"line": HIDDEN if is_sensitive_item(item) else line_code, "fields": count},
    )
    flash(_("Đã bỏ %(count)s ô điều chỉnh; dòng trở lại theo quy tắc.", count=count), "success")
    return redirect(url_for("plan_lines.lines", plan_id=plan_id, ward=ward_code))


def split_line_code(code: str) -> tuple[str, str]:
    """The ward and the item of a line, whether or not the plan has it yet. Raises NotFoundError."""
    ward_code, _dash, item = code.partition("-")
    if ward_code not in {ward.code for ward in load_wards()} or item not in load_catalogue():
        raise NotFoundError(_("Không có dòng “%(code)s” trong phương án này.", code=code[:40]))
    return ward_code, item


def _line_of(plan: Plan, code: str) -> PlanLine:
    """The line, or one of nothing yet that may be filled in. Raises NotFoundError."""
    for line in plan.lines:
        if line.code == code:
            return line
    ward_code, item = split_line_code(code)
    return new_line(plan, next(ward for ward in plan.wards if ward.code == ward_code), item)


def _line_page(
    record: PlanRecord,
    keyed: KeyedPlan,
    line: PlanLine,
    entries: Mapping[str, str],
    refusal: str = "",
    entry_faults: Mapping[EditField, str] = MappingProxyType({}),
) -> str:
    plan = keyed.plan
    rating = redact_rating(plan.ratings[line.ward.code], sees_security)
    return render_template(
        "planning/line.html",
        record=record,
        plan_id=record.id,
        plan=plan,
        line=redact_line(line, plan.standard, sees_security),
        is_whole=sees_security(line.ward.code) or not is_sensitive_line(line),
        item=load_catalogue()[line.item],
        rating=rating,
        round_name=name_of_round(get_session(), rating.snapshot),
        findings=[finding for finding in rating.findings if finding.criterion.code in line.criteria],
        explain=explain,
        explain_source=explain_source,
        fields=list(EditField),
        field_texts={field.value: display_field(line, field) for field in EditField},
        base={field.value: canonical_value(line, field) for field in EditField},
        entries=entries,
        refusal=refusal,
        entry_faults=entry_faults,
        may_edit=may(require_identity(), Permission.PLAN_EDIT) and record.is_open,
        options={
            EditField.METHOD: [(method.value, method.label) for method in Method],
            EditField.FORM: [(form.value, form.label) for form in SpendingForm],
            EditField.PRIORITY: list(PRIORITIES.items()),
        },
        sources=list(dict.fromkeys([*sources_by_label(), line.source])),
        faults=[(fault.label, clause_of(line, fault)) for fault in faults_of(line, plan.assumptions)],
        is_open=is_to_be_decided(line),
        history=[row for row in record.edits if (row.ward_code, row.item_code) == (line.ward.code, line.item)],
        labels={field.value: field.label for field in EditField},
        rank_of=lambda part: rank_shown(part, sees_security),
        **_funding_of(record, keyed, line),
    )


def _funding_of(record: PlanRecord, keyed: KeyedPlan, line: PlanLine) -> dict[str, Any]:
    """What of a line is funded: its parts once that is settled, or what contradicts itself in the conditions."""
    try:
        funded = funded_plan_of(get_session(), record, keyed)
    except ConflictError as error:
        return {"funded_parts": (), "funding_note": error.message}
    if funded is None:
        return {"funded_parts": (), "funding_note": _("không ghi nhận")}
    if not funded.is_settled:
        return {"funded_parts": (), "funding_note": _("đang tính, xem trang Mức vốn tối đa")}
    return {"funded_parts": funded.parts_of_line(line.code), "funding_note": ""}


def _choices(plan: Plan) -> list[tuple[str, str, list[tuple[str, str]]]]:
    """The options of the filter: name of each field, its label, and its values with their labels."""
    return [
        ("ward", _("Xã, phường"), [(ward.code, ward.full_name) for ward in plan.wards]),
        ("group", _("Nhóm"), [(letter, f"{letter}. {name}") for letter, name in GROUPS.items()]),
        ("source", _("Nguồn vốn"), [(name, name) for name in sorted({line.source for line in plan.lines})]),
        ("year", _("Năm"), [(str(year), str(year)) for year in sorted({line.year for line in plan.lines})]),
        ("form", _("Hình thức chi"), [(form.value, form.label) for form in SpendingForm]),
        ("method", _("Phương thức"), [(method.value, method.label) for method in Method]),
        ("mark", _("Đánh dấu"), [(mark.value, mark.label) for mark in Mark]),
    ]
