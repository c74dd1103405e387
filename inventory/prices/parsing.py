"""A price from typed words or from the cells of a workbook: read part by part, each fault told at its part. Pure.

Form and workbook read by the same rules, so that what one of them takes the other takes too.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

from inventory.prices.prices import METHODS, Price
from inventory.prices.vat import load_vat_rates
from portal.formats import format_day, format_number
from portal.numbers import CountError, vnd_of
from portal.vietnamese import fold, to_nfc

# The parts that may be changed, with the words of the screen, in the order of the workbook's columns.
PARTS = {
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
_DAY = re.compile(r"(?P<day>[0-9]{1,2})[/.-](?P<month>[0-9]{1,2})[/.-](?P<year>[0-9]{4})")
_ISO_DAY = re.compile(r"(?P<year>[0-9]{4})-(?P<month>[0-9]{1,2})-(?P<day>[0-9]{1,2})(?: 00:00:00)?")
_PERCENT = re.compile(r"([0-9]{1,2}) ?%?")
_METHODS = {fold(label): key for key, label in METHODS.items()}


class PartError(ValueError):
    """A part cannot be read; the text says what is allowed."""


@dataclass(frozen=True)
class ReadPrice:
    """A price as it was given: ``price`` has what could be read, ``faults`` says by part what could not and why."""

    price: Price
    faults: Mapping[str, str]


def read_price(present: Price, given: Mapping[str, object], on: date) -> ReadPrice:
    """``present`` with the parts of ``given`` that can be read. ``on`` is today: no document comes from the future."""
    values: dict[str, Any] = {}
    faults: dict[str, str] = {}
    for part, value in given.items():
        try:
            values[part] = read_part(part, value, on)
        except (CountError, PartError) as error:
            faults[part] = str(error)
    price = replace(present, **values)
    return ReadPrice(_labelled(present, price), faults)


def _labelled(present: Price, price: Price) -> Price:
    """Whoever names a document has read it (Q); a figure that nobody names a document for is an assumption (A)."""
    if price == present:
        return price
    if price.method != "none" and price.evidence:
        return replace(price, source_label="Q")
    return price if price.unit_price == present.unit_price else replace(price, source_label="A")


def read_part(part: str, value: object, on: date) -> object:
    """One part of a price. Raises CountError or PartError."""
    if part == "unit_price":
        return vnd_of(value)
    if part == "cap":
        return None if _is_blank(value) else _cap(value)
    if part == "vat_percent":
        return _percent(value)
    if part == "method":
        return _method(_text(value))
    if part == "evidence_date":
        return None if _is_blank(value) else _document_day(value, on)
    return _words(_text(value), MAX_EVIDENCE if part == "evidence" else MAX_SOURCE, required=part == "source")


def read_day(value: object) -> date:
    """A date from a cell, or from ``31/12/2026`` or ``2026-12-31``. Raises PartError."""
    if isinstance(value, datetime):
        return value.date()
    if isinstance(value, date):
        return value
    text = _text(value)
    found = _DAY.fullmatch(text) or _ISO_DAY.fullmatch(text)
    unreadable = PartError(f"“{_shorten(text)}” không phải ngày. Viết theo dạng 31/12/2026.")
    if found is None:
        raise unreadable
    try:
        return date(int(found["year"]), int(found["month"]), int(found["day"]))
    except ValueError:
        raise unreadable from None


def show_part(part: str, price: Price) -> str:
    """The part in words, for a comparison of before and after."""
    value = getattr(price, part)
    if value is None or value == "":
        return "–"
    if part in ("unit_price", "cap"):
        return format_number(value)
    if part == "vat_percent":
        return f"{value}\N{NO-BREAK SPACE}%"
    return format_day(value) if part == "evidence_date" else METHODS[value] if part == "method" else str(value)


def _cap(value: object) -> int:
    cap = vnd_of(value)
    if cap == 0:
        raise PartError("Mức giá tối đa phải lớn hơn 0; không có thì để trống.")
    return cap


def _percent(value: object) -> int:
    text = str(int(value)) if isinstance(value, float) and value.is_integer() else _text(value)
    found = _PERCENT.fullmatch(text)
    if isinstance(value, float) and 0 < value < 1 and round(value * 100, 6).is_integer():
        # A cell that Excel formats as a percentage holds 0.08.
        found = _PERCENT.fullmatch(str(round(value * 100)))
    rates = load_vat_rates()
    if found is None or int(found[1]) not in rates:
        raise PartError(f"Thuế suất “{_shorten(text)}” không có trong bảng. Chọn {', '.join(str(rate) for rate in sorted(rates))}.")
    return int(found[1])


def _method(text: str) -> str:
    key = "none" if not text else _METHODS.get(fold(text), text if text in METHODS else "")
    if not key:
        raise PartError(f"“{_shorten(text)}” không phải phương pháp. Chọn: {', '.join(METHODS.values())}.")
    return key


def _document_day(value: object, on: date) -> date:
    day = read_day(value)
    if not EARLIEST <= day <= on:
        raise PartError(f"Ngày căn cứ phải từ {format_day(EARLIEST)} đến hôm nay, {format_day(on)}.")
    return day


def _words(text: str, longest: int, *, required: bool) -> str:
    if len(text) > longest:
        raise PartError(f"Dài {len(text)} ký tự; ô này không quá {longest} ký tự.")
    if required and not text:
        raise PartError("Hãy điền ô này: giá lấy từ đâu.")
    return text


def _text(value: object) -> str:
    if isinstance(value, float) and value.is_integer() and abs(value) < 1e15:
        value = int(value)
    if isinstance(value, date):
        value = f"{value:%d/%m/%Y}"
    return " ".join(to_nfc("" if value is None else str(value)).replace("\x00", "").split())


def _is_blank(value: object) -> bool:
    return value is None or (isinstance(value, str) and value.strip() in ("", "–", "-"))


def _shorten(text: str) -> str:
    return text if len(text) <= 40 else text[:40] + "…"
