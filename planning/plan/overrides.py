"""What Finance changes by hand, on a page or in the workbook: read, checked, and laid over the computed plan. Pure.

An edit is one field of one line. Edits without a ward change the price of an item in all lines of the plan.
"""

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from inventory.catalogue import Acquisition, load_catalogue
from inventory.prices.prices import METHODS, Price, PriceList
from inventory.snapshots.snapshot import Owner
from inventory.wards.wards import Ward
from planning.plan.assumptions import Method, Spending
from planning.plan.exclusions import PACKAGES
from planning.plan.legal_caps import quantity_cap
from planning.plan.plan import Plan, PlanLine, is_paid_yearly, spending_of, unit_price_of
from portal.errors import WardReadinessError
from portal.formats import format_day
from portal.labels import LabelledEnum
from portal.numbers import MAX_VND, CountError, parse_count, parse_vnd
from portal.vietnamese import to_nfc

MAX_QUANTITY, MAX_TEXT = 100_000, 300
ALL_WARDS = ""
# Whether a line mends something blocking, as the fields and the workbook say it.
PRIORITIES = {str(True): "bắt buộc", str(False): "tiếp theo"}


class EditError(WardReadinessError, ValueError):
    """A value that a field of a line cannot have; the message says what is allowed."""


class EditField(LabelledEnum):
    """What may be changed of a line, in the words of the page and of the workbook's head."""

    QUANTITY = "quantity", "Số lượng đề nghị"
    METHOD = "method", "Phương thức"
    MONTHS = "months", "Số tháng tính trong năm"
    UNIT_PRICE = "unit_price", "Đơn giá (đã gồm thuế)"
    SPENDING = "spending", "Loại chi"
    SOURCE = "source", "Nguồn vốn"
    YEAR = "year", "Năm"
    PRIORITY = "is_priority", "Ưu tiên"
    OWNER = "owner", "Đơn vị sở hữu"
    UNIT = "unit", "Đơn vị thực hiện"
    NOTE = "note", "Ghi chú"


class PriceField(LabelledEnum):
    """What may be changed of a price, for all lines of the plan."""

    UNIT_PRICE = "unit_price", "Đơn giá (đã gồm thuế)"
    VAT = "vat_percent", "Thuế suất (%)"
    METHOD = "method", "Phương pháp"
    EVIDENCE = "evidence", "Số, ngày căn cứ"


@dataclass(frozen=True)
class Edit:
    """One changed field: ``value`` is canonical text, as ``read_value`` gives it."""

    ward_code: str
    item: str
    field: str
    value: str


def parse_value(field: EditField | PriceField, typed: str) -> str:
    """The canonical text of what was typed. Raises EditError, which says what is allowed."""
    text = " ".join(to_nfc(typed).split())
    # Members of the two enumerations that share a word are equal, so that each has a table of its own.
    return _PRICE_READERS[field](text) if isinstance(field, PriceField) else _READERS[field](text)


def canonical_value(line: PlanLine, field: EditField) -> str:
    """The canonical text of a field of a line, to be compared with what was typed."""
    value = getattr(line, field.value)
    return value.value if isinstance(value, LabelledEnum) else str(value)


def canonical_price(price: Price, field: PriceField) -> str:
    """The canonical text of a field of a price; the evidence with its date."""
    if field is PriceField.EVIDENCE and price.evidence and price.evidence_date:
        return f"{price.evidence} {format_day(price.evidence_date)}"
    return str(getattr(price, field.value))


def apply_prices(price_list: PriceList, edits: Iterable[Edit]) -> PriceList:
    """The price list with the plan's own prices laid over it."""
    prices = dict(price_list.prices)
    for edit in edits:
        if edit.ward_code == ALL_WARDS and edit.item in prices:
            field = PriceField(edit.field)
            value: Any = int(edit.value) if field in (PriceField.UNIT_PRICE, PriceField.VAT) else edit.value
            typed: dict[str, Any] = {field.value: value}
            if field is PriceField.EVIDENCE:
                # The date of the evidence is a part of its words once they were changed.
                typed["evidence_date"] = None
            prices[edit.item] = replace(prices[edit.item], **typed)
    return replace(price_list, prices=prices)


def apply_edits(plan: Plan, edits: Iterable[Edit]) -> Plan:
    """The plan with the edits laid over its lines. A line that no remedy asked for is added; a quantity of zero keeps its line."""
    by_line: dict[tuple[str, str], dict[str, str]] = {}
    for edit in edits:
        if edit.ward_code != ALL_WARDS:
            by_line.setdefault((edit.ward_code, edit.item), {})[edit.field] = edit.value
    wards = {ward.code: ward for ward in plan.wards}
    lines = {(line.ward.code, line.item): line for line in plan.lines}
    for (ward_code, item), values in by_line.items():
        line = lines.get((ward_code, item)) or new_line(plan, wards[ward_code], item)
        lines[ward_code, item] = _changed(line, values, plan)
    ordered = sorted(lines.values(), key=lambda line: (line.ward.position, line.item))
    return replace(plan, lines=tuple(ordered))


def new_line(plan: Plan, ward: Ward, item: str) -> PlanLine:
    """A line of nothing yet that no remedy asks for. Raises EditError where the ward or the item can have none."""
    snapshot = plan.ratings[ward.code].snapshot
    if snapshot is None:
        raise EditError(f"{ward.full_name} chưa có số liệu được duyệt nên chưa lập được dòng nào.")
    entry = load_catalogue().get(item)
    if entry is None or entry.acquisition is Acquisition.NONE:
        raise EditError(f"“{item}” không phải mã danh mục mua hoặc thuê được. Xem mã ở PL06.")
    have, cap = sum(lot.working for lot in snapshot.lots_of(item)), quantity_cap(item, snapshot)
    spending = spending_of(item)
    method = Method.LEASE if spending is Spending.RECURRENT else Method.BUY
    price, rule = plan.price_list.prices[item], plan.assumptions.groups[item[0]]
    return PlanLine(
        ward=ward,
        item=item,
        need=have,
        have=have,
        short=0,
        on_order=sum(lot.on_order for lot in snapshot.lots_of(item)),
        cap=cap,
        room=None if cap is None else max(0, cap - have),
        quantity=0,
        method=method,
        spending=spending,
        months=plan.assumptions.months if is_paid_yearly(item, method) else 12,
        unit_price=unit_price_of(item, method, price, plan.assumptions),
        price=price,
        source=plan.assumptions.source_of(item[0], spending),
        year=plan.assumptions.year_of(item[0], is_priority=False),
        owner=Owner.WARD.label,
        is_priority=False,
        criteria=(),
        basis="",
        unit=rule.unit,
        note="thêm ngoài giải pháp của bộ tiêu chuẩn",
    )


def find_double_funding(plan: Plan) -> list[str]:
    """What the plan would fund twice, a sentence each: a package beside its parts, counters of the city service centre."""
    bought: dict[Ward, set[str]] = {}
    for line in plan.lines:
        if line.quantity:
            bought.setdefault(line.ward, set()).add(line.item)
    told = []
    for ward, items in bought.items():
        for package, parts in PACKAGES.items():
            doubled = sorted(items.intersection(parts))
            if package in items and doubled:
                told.append(
                    f"{ward.full_name}: đã có gói {package} nên không cấp riêng {', '.join(doubled)}. Bỏ gói hoặc bỏ các dòng ấy."
                )
        snapshot = plan.ratings[ward.code].snapshot
        counters = sorted(item for item in items if item.startswith("B"))
        if counters and snapshot is not None and snapshot.fact("owns_counters") is False:
            told.append(
                f"{ward.full_name}: quầy một cửa thuộc Trung tâm Phục vụ hành chính công TP nên không cấp {', '.join(counters)} cho xã, phường."
            )
    return told


def _changed(line: PlanLine, values: Mapping[str, str], plan: Plan) -> PlanLine:
    """A line with its edits; kind of spending, source, months and price follow the method where they were not typed."""
    method = Method(values.get(EditField.METHOD, line.method))
    if method is not line.method:
        is_lease = method is Method.LEASE
        spending = Spending.RECURRENT if is_lease else spending_of(line.item)
        line = replace(
            line,
            method=method,
            spending=spending,
            source=plan.assumptions.source_of(line.group, spending),
            months=plan.assumptions.months if is_paid_yearly(line.item, method) else 12,
            unit_price=unit_price_of(line.item, method, line.price, plan.assumptions),
        )
    typed: dict[str, Any] = {}
    for name, value in values.items():
        field = EditField(name)
        kind: Callable[[str], Any] = _ENUMERATIONS.get(field, int if field in _NUMBERS else str)
        typed[field.value] = kind(value)
    edited = tuple(field.value for field in EditField if field.value in values)
    return replace(line, **typed, edited=edited)


_ENUMERATIONS: Mapping[EditField, Callable[[str], Any]] = {
    EditField.METHOD: Method,
    EditField.SPENDING: Spending,
    EditField.PRIORITY: str(True).__eq__,
}
_NUMBERS = (EditField.QUANTITY, EditField.MONTHS, EditField.UNIT_PRICE, EditField.YEAR)


def _count(least: int, most: int) -> Callable[[str], str]:
    def read(typed: str) -> str:
        try:
            number = parse_count(typed, MAX_VND)
        except CountError as error:
            raise EditError(error.message) from None
        if not least <= number <= most:
            raise EditError(f"“{typed}” ngoài khoảng cho phép: nhập số nguyên từ {least} đến {most}.")
        return str(number)

    return read


def _money(typed: str) -> str:
    try:
        return str(parse_vnd(typed))
    except CountError as error:
        raise EditError(error.message) from None


def _one_of(words: Mapping[str, str]) -> Callable[[str], str]:
    """Reads the value or its words, whatever their capital letters."""

    def read(typed: str) -> str:
        for value, label in words.items():
            if typed.casefold() in (value.casefold(), label.casefold()):
                return value
        raise EditError(f"“{typed}” không có trong danh sách. Chọn: {', '.join(words.values())}.")

    return read


def _words(name: str, *, needed: bool) -> Callable[[str], str]:
    def read(typed: str) -> str:
        if needed and not typed:
            raise EditError(f"Ô {name} không được để trống.")
        if len(typed) > MAX_TEXT:
            raise EditError(f"Ô {name} dài quá {MAX_TEXT} ký tự. Viết ngắn lại.")
        return typed

    return read


def _year(typed: str) -> str:
    if not re.fullmatch(r"20[0-9]{2}", typed):
        raise EditError(f"“{typed}” không phải năm. Viết bốn chữ số, ví dụ 2027.")
    return typed


_READERS: Mapping[EditField, Callable[[str], str]] = {
    EditField.QUANTITY: _count(0, MAX_QUANTITY),
    EditField.METHOD: _one_of({method.value: method.label for method in Method}),
    EditField.MONTHS: _count(0, 12),
    EditField.UNIT_PRICE: _money,
    EditField.SPENDING: _one_of({kind.value: kind.label for kind in Spending}),
    EditField.SOURCE: _words(EditField.SOURCE.label, needed=True),
    EditField.YEAR: _year,
    EditField.PRIORITY: _one_of(PRIORITIES),
    EditField.OWNER: _words(EditField.OWNER.label, needed=True),
    EditField.UNIT: _words(EditField.UNIT.label, needed=True),
    EditField.NOTE: _words(EditField.NOTE.label, needed=False),
}
_PRICE_READERS: Mapping[PriceField, Callable[[str], str]] = {
    PriceField.UNIT_PRICE: _money,
    PriceField.VAT: _count(0, 100),
    PriceField.METHOD: _one_of(METHODS),
    PriceField.EVIDENCE: _words(PriceField.EVIDENCE.label, needed=False),
}
