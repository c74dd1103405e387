"""Scenarios side by side, and the difference between two of them line by line. Pure."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from inventory.catalogue import GROUPS, load_catalogue
from inventory.wards.wards import Ward
from planning.plan.assumptions import Method
from planning.plan.line import PlanLine
from planning.plan.overrides import PRIORITIES, EditField, canonical_value
from planning.plan.plan import Plan, known
from planning.plan.spending import SpendingForm
from portal.formats import format_number
from scoring.rating.rating import Rating, Result
from scoring.rating.remedies import cost_to_ready, remedies_of


@dataclass(frozen=True)
class PlanOutcome:
    """What one scenario achieves: wards ready now and after it, people who live in those after, and VND by part, forms of spending apart."""

    name: str
    ready_now: int
    ready_after: int
    people_after: int
    lines: int
    by_group: Mapping[str, Mapping[SpendingForm, int]]
    by_source: Mapping[str, Mapping[SpendingForm, int]]
    by_year: Mapping[str, Mapping[SpendingForm, int]]
    totals: Mapping[SpendingForm, int]


@dataclass(frozen=True)
class LineChange:
    """One field of one line that differs, as the screen shows it; an empty ``field`` is a line that came or went."""

    ward: Ward
    item: str
    field: str
    before: str
    after: str

    @property
    def item_name(self) -> str:
        """The code and the name of the item."""
        return f"{self.item} – {load_catalogue()[self.item].name}"


def outcome_of(plan: Plan) -> PlanOutcome:
    """What a scenario achieves, and what it costs."""
    codes_after = wards_ready_after(plan)
    return PlanOutcome(
        name=plan.name,
        ready_now=plan.ready_now,
        ready_after=len(codes_after),
        people_after=sum(ward.population for ward in plan.wards if ward.code in codes_after),
        lines=sum(line.quantity > 0 for line in plan.lines),
        by_group=plan.totals_by(lambda line: f"{line.group}. {GROUPS[line.group]}"),
        by_source=plan.totals_by(lambda line: line.source),
        by_year={str(year): sums for year, sums in plan.totals_by_year().items()},
        totals=plan.totals,
    )


def wards_ready_after(plan: Plan, codes: Collection[str] | None = None) -> frozenset[str]:
    """The codes of the wards, all or some of them, that are ready now, or that the lines of the plan turn ready.

    A ward turns ready where its lines and what is coming hold all that mends it, or at least the cheapest set that does.
    """
    by_ward: dict[str, dict[str, int]] = {ward.code: {} for ward in plan.wards}
    in_lines = {(line.ward.code, line.item) for line in plan.lines}
    for line in plan.lines:
        by_ward[line.ward.code][line.item] = line.quantity + known(line.on_order)
    for left_out in plan.exclusions:
        # Of what is coming in full there is no line.
        if left_out.reason.is_coming and (left_out.ward.code, left_out.item) not in in_lines:
            counts = by_ward[left_out.ward.code]
            counts[left_out.item] = counts.get(left_out.item, 0) + (left_out.quantity or 0)
    asked = plan.ratings if codes is None else codes
    return frozenset(code for code in asked if _turns_ready(plan.ratings[code], by_ward[code], plan))


def _turns_ready(rating: Rating, incoming: Mapping[str, int], plan: Plan) -> bool:
    if rating.result is Result.READY:
        return True
    if rating.snapshot is None or not incoming:
        return False
    shortfalls = {line.item: line.required for line in plan.lines if line.ward.code == rating.ward_code}
    if all(incoming[item] >= short for item, short in shortfalls.items()):
        return remedies_of(rating, plan.price_list.prices, plan.assumptions.remedy_terms).rating.result is Result.READY
    cheapest = cost_to_ready(rating, plan.price_list.prices, plan.assumptions.remedy_terms)
    if not cheapest.possible:
        return False
    required: dict[str, int] = {}
    for remedy in cheapest.lines:
        required[remedy.item] = required.get(remedy.item, 0) + remedy.quantity
    return all(incoming.get(item, 0) >= quantity for item, quantity in required.items())


def diff_plans(before: Plan, after: Plan) -> tuple[LineChange, ...]:
    """What differs between two plans, in the order of wards and items: lines that came or went, and each changed field."""
    lines_before = {line.code: line for line in before.lines}
    lines_after = {line.code: line for line in after.lines}
    lines = sorted((lines_before | lines_after).values(), key=lambda line: (line.ward.position, line.item))
    changes: list[LineChange] = []
    for line in lines:
        old, new = lines_before.get(line.code), lines_after.get(line.code)
        if old is None or new is None:
            old_text, new_text = (_line_text(line) if line else "" for line in (old, new))
            changes.append(LineChange(line.ward, line.item, "", old_text, new_text))
        else:
            changes += _changed_fields(old, new)
    return tuple(changes)


def display_field(line: PlanLine, field: EditField) -> str:
    """A field of a line as people read it."""
    return display_value(field, canonical_value(line, field))


def display_value(field: EditField, value: str) -> str:
    """The canonical text of a field as people read it."""
    if field in (EditField.QUANTITY, EditField.UNIT_PRICE):
        return format_number(int(value))
    if field is EditField.METHOD:
        return Method(value).label
    if field is EditField.PRIORITY:
        return PRIORITIES[value]
    return SpendingForm(value).label if field is EditField.FORM else value


def _changed_fields(old: PlanLine, new: PlanLine) -> list[LineChange]:
    return [
        LineChange(old.ward, old.item, field.label, display_field(old, field), display_field(new, field))
        for field in EditField
        if canonical_value(old, field) != canonical_value(new, field)
    ]


def _line_text(line: PlanLine) -> str:
    return f"{format_number(line.quantity)} × {format_number(line.unit_price)} = {format_number(line.amount)} đ, {line.year}"
