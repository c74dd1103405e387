"""A workbook of the plan that comes back: what it changed, what conflicts with that, and what is not allowed. Pure.

Three states are compared for each field: what went out (the file says so itself), what came back, and what the plan says now.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import partial

from inventory.catalogue import load_catalogue
from inventory.prices.prices import METHODS
from inventory.wards.wards import Ward
from planning.plan.comparison import display_value
from planning.plan.overrides import (
    ALL_WARDS,
    Edit,
    EditError,
    EditField,
    PriceField,
    canonical_price,
    canonical_value,
    new_line,
    parse_value,
)
from planning.plan.plan import Plan
from planning.plan.three_way import Verdict, judge
from portal.formats import format_number

Field = EditField | PriceField


@dataclass(frozen=True)
class ReturnedLine:
    """A row of the detail: where it stands, the code it carries, ward and item, and the cells as text by field.

    A field that the file computes, as the price of a line mostly is, has no cell. ``overwritten`` are computed cells that hold a typed value.
    ``moved`` is a formula over the sheet of transfers where ``is_moved_live``, and a typed value otherwise.
    """

    number: int
    code: str
    ward_code: str
    item: str
    moved: str
    cells: Mapping[EditField, tuple[str, str]]
    overwritten: tuple[str, ...] = ()
    is_moved_live: bool = False


@dataclass(frozen=True)
class ReturnedPrice:
    """A row of the price basis: item, and the cells as (address, text) by field."""

    number: int
    item: str
    cells: Mapping[PriceField, tuple[str, str]]


@dataclass(frozen=True)
class ReturnedWorkbook:
    """Everything that is read from a file. ``lines``, ``moved`` and ``prices`` by code are the values that went out."""

    plan_id: int
    plan_name: str
    lines: Mapping[str, Mapping[EditField, str]]
    moved: Mapping[str, str]
    prices: Mapping[str, Mapping[PriceField, str]]
    rows: tuple[ReturnedLine, ...]
    price_rows: tuple[ReturnedPrice, ...]


@dataclass(frozen=True)
class ProposedChange:
    """One field that the file changes. ``key`` names it on the page; ``baseline`` and ``current`` differ where somebody else changed it."""

    edit: Edit
    label: str
    location: str
    baseline: str
    current: str
    after: str
    note: str = ""

    @property
    def key(self) -> str:
        """The name of this field on the page."""
        return "|".join((self.edit.ward_code, self.edit.item, self.edit.field))


@dataclass(frozen=True)
class RefusedValue:
    """A value that cannot be accepted: where it stands, what it is, and why not."""

    location: str
    field: str
    value: str
    message: str


@dataclass(frozen=True)
class WorkbookDiff:
    """What accepting the file would change. ``disputed`` fields were changed in the plan too since the file went out, and stay as they are."""

    proposed: tuple[ProposedChange, ...]
    disputed: tuple[ProposedChange, ...]
    refused: tuple[RefusedValue, ...]
    warnings: tuple[str, ...]
    same: int

    @property
    def is_empty(self) -> bool:
        """Whether the file changes nothing and has nothing to refuse."""
        return not (self.proposed or self.disputed or self.refused)


class _DiffBuilder:
    """Collects the changes, refusals and warnings while the file is compared."""

    def __init__(self) -> None:
        self.proposed: list[ProposedChange] = []
        self.disputed: list[ProposedChange] = []
        self.refused: list[RefusedValue] = []
        self.warnings: list[str] = []
        self.same = 0

    def add_field(
        self, edit: Edit, label: str, location: str, baseline: str, current: str, show: Callable[[str], str], note: str = ""
    ) -> None:
        """File a field under what became of it; the value of its edit is what came back."""
        verdict = judge(baseline, edit.value, current)
        if verdict is Verdict.KEPT:
            self.same += 1
            return
        proposal = ProposedChange(edit, label, location, _show_baseline(show, baseline), show(current), show(edit.value), note)
        (self.proposed if verdict is Verdict.TAKEN else self.disputed).append(proposal)


def diff_workbook(file: ReturnedWorkbook, plan: Plan) -> WorkbookDiff:
    """Compare a file with what went out and with the plan as it stands now."""
    builder = _DiffBuilder()
    _diff_prices(file, plan, builder)
    _diff_lines(file, plan, builder)
    return WorkbookDiff(
        tuple(builder.proposed), tuple(builder.disputed), tuple(builder.refused), tuple(builder.warnings), builder.same
    )


def _diff_prices(file: ReturnedWorkbook, plan: Plan, builder: _DiffBuilder) -> None:
    for row in file.price_rows:
        price = plan.price_list.prices.get(row.item)
        if price is None or row.item not in file.prices:
            location = f"PL06, dòng {row.number}"
            builder.refused.append(RefusedValue(location, "Mã DM", row.item, "Mã này không có trong bảng giá của phương án."))
            continue
        for field, (address, text) in row.cells.items():
            baseline, current = file.prices[row.item][field], canonical_price(price, field)
            location, name = f"PL06, ô {address}", f"{row.item}: {field.label}"
            try:
                after = parse_value(field, text)
            except EditError as error:
                builder.refused.append(RefusedValue(location, name, text, error.message))
                continue
            edit = Edit(ALL_WARDS, row.item, field.value, after)
            builder.add_field(edit, name, location, baseline, current, partial(display_price_value, field))


def _diff_lines(file: ReturnedWorkbook, plan: Plan, builder: _DiffBuilder) -> None:
    wards = {ward.code: ward for ward in plan.wards}
    seen: set[str] = set()
    for row in file.rows:
        location = f"PL02, dòng {row.number}"
        for heading in row.overwritten:
            builder.warnings.append(
                f"{location}: ô “{heading}” bị ghi đè bằng giá trị; hệ thống tự tính lại ô này nên bỏ qua giá trị ấy."
            )
        ward = wards.get(row.ward_code)
        if ward is None or row.item not in load_catalogue():
            unknown_code = row.ward_code if ward is None else row.item
            builder.refused.append(
                RefusedValue(
                    location, "Mã xã, mã DM", unknown_code, "Không có mã này. Ghi mã xã năm chữ số và mã danh mục như ở PL06."
                )
            )
            seen.add(row.code)
            continue
        code = f"{row.ward_code}-{row.item}"
        if code in seen:
            builder.refused.append(
                RefusedValue(location, "Mã dòng", code, "Dòng này đứng hai lần trong tệp. Gộp lại thành một dòng.")
            )
            continue
        seen.add(code)
        _diff_line(file, plan, builder, row, ward)
    for code in file.lines:
        if code not in seen:
            _diff_missing_line(file, plan, builder, code)


def _diff_line(file: ReturnedWorkbook, plan: Plan, builder: _DiffBuilder, row: ReturnedLine, ward: Ward) -> None:
    code = f"{ward.code}-{row.item}"
    plan_line = next((line for line in plan.lines if line.code == code), None)
    is_new = code not in file.lines
    try:
        line = plan_line or new_line(plan, ward, row.item)
    except EditError as error:
        builder.refused.append(RefusedValue(f"PL02, dòng {row.number}", "Dòng mới", code, error.message))
        return
    if row.moved not in (file.moved.get(code, "0"), ""):
        cause = "trang tính Điều chuyển của tệp đã bị sửa" if row.is_moved_live else "không sửa số ở cột này"
        message = f"Điều chuyển phải có bên giao, và làm ở trang Điều chuyển của phương án trên hệ thống: {cause}."
        builder.refused.append(
            RefusedValue(f"PL02, dòng {row.number}", f"{ward.full_name}, {row.item}: Điều chuyển, tận dụng", row.moved, message)
        )
    for field, (address, text) in row.cells.items():
        current = canonical_value(line, field)
        baseline = current if is_new else file.lines[code][field]
        location, name = f"PL02, ô {address}", f"{ward.full_name}, {row.item}: {field.label}"
        if is_new and not text:
            continue
        try:
            after = parse_value(field, text)
        except EditError as error:
            builder.refused.append(RefusedValue(location, name, text, error.message))
            continue
        note = "dòng mới" if is_new and plan_line is None else ""
        builder.add_field(
            Edit(ward.code, row.item, field.value, after), name, location, baseline, current, partial(display_value, field), note
        )


def _diff_missing_line(file: ReturnedWorkbook, plan: Plan, builder: _DiffBuilder, code: str) -> None:
    """A line that was removed from the file: its quantity becomes zero."""
    plan_line = next((line for line in plan.lines if line.code == code), None)
    if plan_line is None:
        builder.same += 1
        return
    field = EditField.QUANTITY
    baseline, current = file.lines[code][field], canonical_value(plan_line, field)
    name = f"{plan_line.ward.full_name}, {plan_line.item}: {field.label}"
    edit = Edit(plan_line.ward.code, plan_line.item, field.value, "0")
    builder.add_field(edit, name, "PL02", baseline, current, partial(display_value, field), "dòng bị xóa trong tệp")


def display_price_value(field: PriceField, value: str) -> str:
    """The canonical text of a field of a price as people read it."""
    if field is PriceField.METHOD:
        return METHODS.get(value, value)
    return format_number(int(value)) if field is PriceField.UNIT_PRICE and value else value


def _show_baseline(show: Callable[[str], str], baseline: str) -> str:
    """What a file says that it went out with, as people read it; as it stands where somebody changed it to what cannot be."""
    try:
        return show(baseline)
    except (ValueError, KeyError):
        return baseline


def selected_edits(diff: WorkbookDiff, keys: Iterable[str]) -> list[Edit]:
    """The edits of the fields that were ticked."""
    ticked = frozenset(keys)
    return [proposal.edit for proposal in diff.proposed if proposal.key in ticked]
