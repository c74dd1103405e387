"""What Finance changes by hand, on a page or in the workbook: parsed, checked, and applied to the computed plan. Pure.

An edit is one field of one line. Edits without a ward change the price of an item in all lines of the plan.
"""

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from inventory.catalogue import Acquisition, load_catalogue
from inventory.prices.prices import METHODS, Price, PriceList
from inventory.snapshots.snapshot import Owner, Snapshot
from inventory.wards.wards import Ward
from planning.plan.assumptions import Method
from planning.plan.exclusions import Reason
from planning.plan.incoming import by_ward, count_of, plans_of, supplies_of
from planning.plan.line import PlanLine, is_paid_yearly, terms_of, with_tax_of
from planning.plan.needs import PACKAGES
from planning.plan.norms import norm_of, quantity_cap, room_of
from planning.plan.plan import Plan
from planning.plan.spending import SpendingForm
from portal.errors import WardReadinessError
from portal.formats import format_day, format_number
from portal.labels import LabelledEnum
from portal.numbers import MAX_VND, CountError, parse_count, parse_vnd
from portal.vietnamese import clean_text
from scoring.rating.pc_fleet import withdraw

MAX_QUANTITY, MAX_TEXT = 100_000, 300
ALL_WARDS = ""
# Whether a line mends something blocking, as the fields and the workbook say it.
PRIORITIES = {str(True): "bắt buộc", str(False): "tiếp theo"}


class EditError(WardReadinessError, ValueError):
    """A value that a field of a line cannot have; the message says what is allowed."""


class EditField(LabelledEnum):
    """The fields of a line that may be changed, with the labels of the page and of the workbook's headings."""

    QUANTITY = "quantity", "Số lượng đề nghị"
    METHOD = "method", "Phương thức"
    MONTHS = "months", "Số tháng tính trong năm"
    UNIT_PRICE = "unit_price", "Đơn giá (đã gồm thuế)"
    FORM = "form", "Hình thức chi"
    SOURCE = "source", "Nguồn vốn"
    YEAR = "year", "Năm"
    PRIORITY = "is_priority", "Ưu tiên"
    OWNER = "owner", "Đơn vị sở hữu"
    UNIT = "unit", "Đơn vị thực hiện"
    NOTE = "note", "Ghi chú"


class LineEditError(EditError):
    """Values that fields of one line cannot have; ``faults`` says of each field what is allowed."""

    def __init__(self, faults: Mapping[EditField, str]) -> None:
        super().__init__(" ".join(f"{field.label}: {message}" for field, message in faults.items()))
        self.faults = faults


class PriceField(LabelledEnum):
    """The fields of a price that may be changed, for all lines of the plan."""

    UNIT_PRICE = "unit_price", "Đơn giá (đã gồm thuế)"
    VAT = "vat_percent", "Thuế suất (%)"
    METHOD = "method", "Phương pháp"
    EVIDENCE = "evidence", "Số, ngày căn cứ"


@dataclass(frozen=True)
class Edit:
    """One changed field: ``value`` is canonical text, as ``parse_value`` returns it."""

    ward_code: str
    item: str
    field: str
    value: str


def parse_value(field: EditField | PriceField, entry: str) -> str:
    """The canonical text of an entry. Raises EditError with a message that says what is allowed."""
    text = " ".join(clean_text(entry).split())
    # Members of the two enumerations that share a word are equal, so that each has a table of its own.
    return _PRICE_PARSERS[field](text) if isinstance(field, PriceField) else _PARSERS[field](text)


def canonical_value(line: PlanLine, field: EditField) -> str:
    """The canonical text of a field of a line, to be compared with a parsed entry."""
    value = getattr(line, field.value)
    return value.value if isinstance(value, LabelledEnum) else str(value)


def canonical_price(price: Price, field: PriceField) -> str:
    """The canonical text of a field of a price; the evidence with its date."""
    if field is PriceField.EVIDENCE and price.evidence and price.evidence_date:
        return f"{price.evidence} {format_day(price.evidence_date)}"
    return str(getattr(price, field.value))


def apply_prices(price_list: PriceList, edits: Iterable[Edit]) -> PriceList:
    """The price list with the plan's own prices in place of its prices; what stands behind a price of the list stands behind no other."""
    by_item: dict[str, dict[PriceField, str]] = {}
    for edit in edits:
        if edit.ward_code == ALL_WARDS and edit.item in price_list.prices:
            by_item.setdefault(edit.item, {})[PriceField(edit.field)] = edit.value
    own_prices = {item: _apply_price(price_list.prices[item], values) for item, values in by_item.items()}
    return replace(price_list, prices={**price_list.prices, **own_prices})


def _apply_price(price: Price, values: Mapping[PriceField, str]) -> Price:
    changes: dict[str, Any] = {
        field.value: int(value) if field in (PriceField.UNIT_PRICE, PriceField.VAT) else value for field, value in values.items()
    }
    if PriceField.VAT in values:
        changes["vat_is_set"] = True
    if PriceField.EVIDENCE in values:
        # Once the evidence is changed, its date is part of its text.
        changes["evidence_date"] = None
    elif changes.get("unit_price", price.unit_price) != price.unit_price:
        changes |= {"evidence": "", "evidence_date": None}
    return replace(price, **changes)


def apply_edits(plan: Plan, edits: Iterable[Edit]) -> Plan:
    """The plan with the edits applied to its lines. A line that comes from no remedy is added; a quantity of zero keeps its line."""
    by_line: dict[tuple[str, str], dict[str, str]] = {}
    for edit in edits:
        if edit.ward_code != ALL_WARDS:
            by_line.setdefault((edit.ward_code, edit.item), {})[edit.field] = edit.value
    wards = {ward.code: ward for ward in plan.wards}
    lines = {(line.ward.code, line.item): line for line in plan.lines}
    for (ward_code, item), values in by_line.items():
        line = lines.get((ward_code, item)) or new_line(plan, wards[ward_code], item)
        lines[ward_code, item] = _apply_values(line, values, plan)
    ordered = sorted(lines.values(), key=lambda line: (line.ward.position, line.item))
    return replace(plan, lines=tuple(ordered))


def new_line(plan: Plan, ward: Ward, item: str) -> PlanLine:
    """A line of quantity zero that comes from no remedy. Raises EditError where the ward or the item can have none."""
    snapshot = plan.ratings[ward.code].snapshot
    if snapshot is None:
        raise EditError(f"{ward.full_name} chưa có số liệu được duyệt nên chưa lập được dòng nào.")
    catalogue_item = load_catalogue().get(item)
    if catalogue_item is None or catalogue_item.acquisition is Acquisition.NONE:
        raise EditError(f"“{item}” không phải mã danh mục mua hoặc thuê được. Xem mã ở PL06.")
    supplies = supplies_of(item, snapshot, by_ward(plan.incoming).get(ward.code, ()))
    on_order, cap = count_of(supplies), quantity_cap(item, snapshot)
    is_hired = catalogue_item.yearly or catalogue_item.acquisition is Acquisition.LEASE
    price, year = plan.price_list.prices[item], plan.assumptions.year_of(item[0], is_priority=False)
    return PlanLine(
        ward=ward,
        item=item,
        purposes=(),
        on_order=on_order,
        incoming=plans_of(supplies),
        overage=None,
        cap=cap,
        room=room_of(item, cap, _kept(plan, ward, snapshot), on_order),
        norm=norm_of(item, cap, plan.assumptions),
        quantity=0,
        price=price,
        owner=Owner.WARD.label,
        is_priority=False,
        basis="",
        unit=plan.assumptions.groups[item[0]].unit,
        note="thêm ngoài yêu cầu của bộ tiêu chuẩn",
        **vars(terms_of(item, Method.LEASE if is_hired else Method.BUY, year, price, plan.assumptions)),
    )


def _kept(plan: Plan, ward: Ward, snapshot: Snapshot) -> Snapshot:
    """The ward without the PCs that the plan takes out of the count or replaces."""
    withdrawn = (entry.quantity or 0 for entry in plan.exclusions if entry.ward == ward and entry.reason is Reason.NOT_NEEDED)
    replaced = (count for line in plan.lines if line.ward == ward for _reason, count in line.replaced)
    gone = sum(withdrawn) + sum(replaced)
    return withdraw(snapshot, gone, plan.ratings[ward.code]) if gone else snapshot


def find_double_funding(plan: Plan) -> list[str]:
    """What the plan would fund twice, a sentence each: a package beside its parts, counters of the city service centre."""
    bought: dict[Ward, set[str]] = {}
    for line in plan.lines:
        if line.quantity:
            bought.setdefault(line.ward, set()).add(line.item)
    problems = []
    for ward, items in bought.items():
        for package, parts in PACKAGES.items():
            parts_bought = sorted(items.intersection(parts))
            if package in items and parts_bought:
                problems.append(
                    f"{ward.full_name}: đã có gói {package} nên không cấp riêng {', '.join(parts_bought)}. Bỏ gói hoặc bỏ các dòng ấy."
                )
        snapshot = plan.ratings[ward.code].snapshot
        counters = sorted(item for item in items if item.startswith("B"))
        if counters and snapshot is not None and snapshot.fact("owns_counters") is False:
            problems.append(
                f"{ward.full_name}: quầy một cửa thuộc Trung tâm Phục vụ hành chính công TP nên không cấp {', '.join(counters)} cho xã, phường."
            )
    return problems


def _apply_values(line: PlanLine, values: Mapping[str, str], plan: Plan) -> PlanLine:
    """A line with its edits; form, source, months, price and later years follow method and year unless they are edited too."""
    changes: dict[str, Any] = {}
    for name, value in values.items():
        field = EditField(name)
        kind: Callable[[str], Any] = _ENUMERATIONS.get(field, int if field in _NUMBERS else str)
        changes[field.value] = kind(value)
    method, year = changes.get("method", line.method), changes.get("year", line.year)
    terms = vars(terms_of(line.item, method, year, line.price, plan.assumptions))
    if method is line.method:
        terms |= {"form": line.form, "source": line.source}
    if "form" in changes:
        terms["source"] = plan.assumptions.source_of(line.item, changes["form"], year)
    if not is_paid_yearly(line.item, method):
        # What is bought once is paid whole: months that were set while it was leased no longer count.
        changes.pop("months", None)
    if "unit_price" in changes:
        # A price that was set by hand is that of the first year: each later one has its own tax.
        terms["later"] = tuple(
            replace(paid, unit_price=with_tax_of(changes["unit_price"], terms["vat_percent"], paid.vat_percent))
            for paid in terms["later"]
        )
    edited = tuple(field.value for field in EditField if field.value in changes)
    return replace(line, **(terms | changes), edited=edited)


_ENUMERATIONS: Mapping[EditField, Callable[[str], Any]] = {
    EditField.METHOD: Method,
    EditField.FORM: SpendingForm,
    EditField.PRIORITY: str(True).__eq__,
}
_NUMBERS = (EditField.QUANTITY, EditField.MONTHS, EditField.UNIT_PRICE, EditField.YEAR)


def _count_parser(least: int, most: int) -> Callable[[str], str]:
    def parse(text: str) -> str:
        try:
            number = parse_count(text, MAX_VND)
        except CountError as error:
            raise EditError(error.message) from None
        if not least <= number <= most:
            raise EditError(f"“{text}” ngoài khoảng cho phép: nhập số nguyên từ {format_number(least)} đến {format_number(most)}.")
        return str(number)

    return parse


def _parse_amount(text: str) -> str:
    try:
        return str(parse_vnd(text))
    except CountError as error:
        raise EditError(error.message) from None


def _choice_parser(labels: Mapping[str, str]) -> Callable[[str], str]:
    """Accepts the value or its label, in whatever case."""

    def parse(text: str) -> str:
        for value, label in labels.items():
            if text.casefold() in (value.casefold(), label.casefold()):
                return value
        raise EditError(f"“{text}” không có trong danh sách. Chọn: {', '.join(labels.values())}.")

    return parse


def _text_parser(name: str, *, is_required: bool) -> Callable[[str], str]:
    def parse(text: str) -> str:
        if is_required and not text:
            raise EditError(f"Ô {name} không được để trống.")
        if len(text) > MAX_TEXT:
            raise EditError(f"Ô {name} dài quá {MAX_TEXT} ký tự. Viết ngắn lại.")
        return text

    return parse


def _parse_year(text: str) -> str:
    if not re.fullmatch(r"20[0-9]{2}", text):
        raise EditError(f"“{text}” không phải năm. Viết bốn chữ số, ví dụ 2027.")
    return text


_PARSERS: Mapping[EditField, Callable[[str], str]] = {
    EditField.QUANTITY: _count_parser(0, MAX_QUANTITY),
    EditField.METHOD: _choice_parser({method.value: method.label for method in Method}),
    EditField.MONTHS: _count_parser(0, 12),
    EditField.UNIT_PRICE: _parse_amount,
    EditField.FORM: _choice_parser({form.value: form.label for form in SpendingForm}),
    EditField.SOURCE: _text_parser(EditField.SOURCE.label, is_required=True),
    EditField.YEAR: _parse_year,
    EditField.PRIORITY: _choice_parser(PRIORITIES),
    EditField.OWNER: _text_parser(EditField.OWNER.label, is_required=True),
    EditField.UNIT: _text_parser(EditField.UNIT.label, is_required=True),
    EditField.NOTE: _text_parser(EditField.NOTE.label, is_required=False),
}
_PRICE_PARSERS: Mapping[PriceField, Callable[[str], str]] = {
    PriceField.UNIT_PRICE: _parse_amount,
    PriceField.VAT: _count_parser(0, 100),
    PriceField.METHOD: _choice_parser(METHODS),
    PriceField.EVIDENCE: _text_parser(PriceField.EVIDENCE.label, is_required=False),
}
