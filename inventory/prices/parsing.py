"""A price from a form or from the cells of a workbook: parsed field by field, each error reported at its field. Pure.

Form and workbook follow the same rules, so that what one of them accepts the other accepts too.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

from inventory.prices.prices import METHODS, Price
from inventory.prices.vat import load_vat_rates
from portal.days import find_day
from portal.formats import format_day, format_number
from portal.numbers import CountError, parse_vnd_cell
from portal.vietnamese import clean_text, fold

# The fields that may be changed, with the labels of the screen, in the order of the workbook's columns.
FIELD_LABELS = {
    "unit_price": "Đơn giá (đã gồm thuế)",
    "vat_percent": "Thuế suất (%)",
    "cap": "Mức giá tối đa",
    "method": "Phương pháp",
    "evidence": "Số căn cứ",
    "evidence_date": "Ngày căn cứ",
    "source": "Nguồn, ghi chú",
}
MAX_EVIDENCE, MAX_SOURCE = 200, 1000
EARLIEST = date(2015, 1, 1)
_PERCENT = re.compile(r"([0-9]{1,2}) ?%?")
_METHODS = {fold(label): key for key, label in METHODS.items()}


class FieldError(ValueError):
    """A field cannot be parsed; the text says what is allowed."""


@dataclass(frozen=True)
class ParsedPrice:
    """``price`` has the fields that could be parsed, ``errors`` says by field what could not and why."""

    price: Price
    errors: Mapping[str, str]


def parse_price(current: Price, raw: Mapping[str, object], on: date) -> ParsedPrice:
    """``current`` with the fields of ``raw`` that can be parsed. ``on`` is today: no document comes from the future."""
    values: dict[str, Any] = {}
    errors: dict[str, str] = {}
    for field, value in raw.items():
        try:
            values[field] = parse_field(field, value, on)
        except (CountError, FieldError) as error:
            errors[field] = str(error)
    price = replace(current, **values)
    asking = next((field for field in ("evidence_date", "method") if field in raw), "")
    if asking and price.method == "bid" and price.evidence_date is None:
        errors.setdefault(asking, "Kết quả trúng thầu chỉ làm căn cứ trong một thời hạn: ghi ngày của văn bản vào ô ngày căn cứ.")
    return ParsedPrice(_with_source_label(current, price), errors)


def _with_source_label(current: Price, price: Price) -> Price:
    """Whoever names a document has read it (Q); a figure that nobody names a document for is an assumption (A)."""
    if price == current:
        return price
    if price.method != "none" and price.evidence:
        return replace(price, source_label="Q")
    return price if price.unit_price == current.unit_price else replace(price, source_label="A")


def parse_field(field: str, value: object, on: date) -> object:
    """One field of a price. Raises CountError or FieldError."""
    if field == "unit_price":
        return parse_vnd_cell(value)
    if field == "cap":
        return None if _is_blank(value) else _parse_cap(value)
    if field == "vat_percent":
        return _parse_vat_percent(value)
    if field == "method":
        return _parse_method(_to_text(value))
    if field == "evidence_date":
        return None if _is_blank(value) else _parse_evidence_date(value, on)
    return _bounded_text(_to_text(value), MAX_EVIDENCE if field == "evidence" else MAX_SOURCE, required=field == "source")


def parse_day(value: object) -> date:
    """A date from a cell, or as people write it. Raises FieldError."""
    if isinstance(value, datetime):
        return value.date()
    if isinstance(value, date):
        return value
    text = _to_text(value)
    if (day := find_day(text)) is None:
        raise FieldError(f"“{_shorten(text)}” không phải ngày. Viết theo dạng 31/12/2026.")
    return day


def format_field(field: str, price: Price) -> str:
    """The field as text, for a comparison of before and after."""
    value = getattr(price, field)
    if value is None or value == "":
        return "–"
    if field in ("unit_price", "cap"):
        return format_number(value)
    if field == "vat_percent":
        return f"{value}\N{NO-BREAK SPACE}%"
    return format_day(value) if field == "evidence_date" else METHODS[value] if field == "method" else str(value)


def _parse_cap(value: object) -> int:
    cap = parse_vnd_cell(value)
    if cap == 0:
        raise FieldError("Mức giá tối đa phải lớn hơn 0; không có thì để trống.")
    return cap


def _parse_vat_percent(value: object) -> int:
    text = str(int(value)) if isinstance(value, float) and value.is_integer() else _to_text(value)
    match = _PERCENT.fullmatch(text)
    if isinstance(value, float) and 0 < value < 1 and round(value * 100, 6).is_integer():
        # A cell that Excel formats as a percentage holds 0.08.
        match = _PERCENT.fullmatch(str(round(value * 100)))
    rates = load_vat_rates()
    if match is None or int(match[1]) not in rates:
        raise FieldError(
            f"Thuế suất “{_shorten(text)}” không có trong bảng. Chọn {', '.join(str(rate) for rate in sorted(rates))}."
        )
    return int(match[1])


def _parse_method(text: str) -> str:
    key = "none" if not text else _METHODS.get(fold(text), text if text in METHODS else "")
    if not key:
        raise FieldError(f"“{_shorten(text)}” không phải phương pháp. Chọn: {', '.join(METHODS.values())}.")
    return key


def _parse_evidence_date(value: object, on: date) -> date:
    day = parse_day(value)
    if not EARLIEST <= day <= on:
        raise FieldError(f"Ngày căn cứ phải từ {format_day(EARLIEST)} đến hôm nay, {format_day(on)}.")
    return day


def _bounded_text(text: str, max_length: int, *, required: bool) -> str:
    if len(text) > max_length:
        raise FieldError(f"Dài {len(text)} ký tự; ô này không quá {max_length} ký tự.")
    if required and not text:
        raise FieldError("Hãy điền ô này: giá lấy từ đâu.")
    return text


def _to_text(value: object) -> str:
    if isinstance(value, float) and value.is_integer() and abs(value) < 1e15:
        value = int(value)
    if isinstance(value, date):
        value = f"{value:%d/%m/%Y}"
    return " ".join(clean_text("" if value is None else str(value)).split())


def _is_blank(value: object) -> bool:
    return value is None or (isinstance(value, str) and value.strip() in ("", "–", "-"))


def _shorten(text: str) -> str:
    return text if len(text) <= 40 else text[:40] + "…"
