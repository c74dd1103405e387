"""Numbers as people in Việt Nam type them: 1500 and 1.500 are fifteen hundred. What is doubtful is refused. Pure."""

import math
import re
from decimal import Decimal
from fractions import Fraction

from portal.errors import WardReadinessError
from portal.vietnamese import clean_text

# An exact one: what is whole is int.
Number = int | Decimal

_PLAIN = re.compile(r"[0-9]+")
_GROUPED = re.compile(r"[0-9]{1,3}(?:\.[0-9]{3})+")
# Threes by a point only where a comma begins the decimals; one or two digits behind a point are decimals too.
_WITH_DECIMALS = re.compile(r"(?=[0-9.]+,|[0-9]+\.[0-9]{1,2}$)([0-9]{1,3}(?:\.[0-9]{3})+(?=,)|[0-9]+)[.,]([0-9]+)")
_DECIMAL = re.compile(r"[0-9]+[.,][0-9]*|[.,][0-9]+")
# With a comma in the place of the point: fifteen hundred, or one and a half.
_LIKE_GROUPED = re.compile(r"[1-9][0-9]{0,2},[0-9]{3}")
_PERCENT = re.compile(r"([0-9]{1,3})(?:[.,]([0-9]{1,2}))?\s*%?")
MAX_COUNT = 999_999_999
MAX_VND = 999_999_999_999_999

_SPACES = re.compile(r"[\s\u00a0\u2007\u2009\u202f]+")
_CURRENCY = re.compile(r" ?(?:đồng|đ|₫|vnđ|vnd)$")
_SCALE = re.compile(r" ?(nghìn|ngàn|triệu|tỷ|tỉ)$")
_SCALES = {"nghìn": 3, "ngàn": 3, "triệu": 6, "tỷ": 9, "tỉ": 9}
# One separator between threes. A comma needs two of them: 1,500 alone may be one and a half.
_GROUPED_VND = re.compile(r"[1-9][0-9]{0,2}(?:(?:\.[0-9]{3})+|(?: [0-9]{3})+|(?:,[0-9]{3}){2,})")
# Threes by one sign and decimals after the other: only one reading is left.
_GROUPED_VND_WITH_DECIMALS = re.compile(
    r"([1-9][0-9]{0,2}(?:(?:\.[0-9]{3})+(?=,)|(?:,[0-9]{3})+(?=\.)|(?: [0-9]{3})+))[.,]([0-9]+)"
)
_ONE_SEPARATOR = re.compile(r"([0-9]+)[.,]([0-9]+)")
_DECIMAL_HINT = "Viết 1500 hoặc 1.500; số lẻ viết sau dấu phẩy, ví dụ 187,5."
_HINT = "Nhập số nguyên đồng, ví dụ 1500000 hoặc 1.500.000; hoặc viết 1,5 triệu, 2 tỷ."


class CountError(WardReadinessError, ValueError):
    """What was typed is not a whole number that can be read in one way only. Its message says what to type instead."""


def parse_count(text: str, maximum: int = MAX_COUNT) -> int:
    """A whole number from 0 to ``maximum``. Raises CountError with a Vietnamese message for anything else."""
    number = text.strip()
    if not number:
        raise CountError("Hãy nhập một số.")
    if _PLAIN.fullmatch(number) or _GROUPED.fullmatch(number):
        return _to_number(number.replace(".", ""), maximum)
    raise CountError(_explain(number))


def parse_decimal(text: str, places: int, maximum: int = MAX_COUNT) -> Number:
    """A number from 0 to ``maximum`` with at most so many decimals, exactly: ``187,5``, ``187.5``; ``187,0`` is 187, and ``1.500`` fifteen
    hundred.

    Raises CountError with a Vietnamese message for anything else, also for ``1,500``, which can be read in two ways.
    """
    number = text.strip()
    match = _WITH_DECIMALS.fullmatch(number)
    if not places or not number or _PLAIN.fullmatch(number) or _GROUPED.fullmatch(number):
        return parse_count(number, maximum)
    if match is None:
        raise CountError(_explain(number, places))
    whole, decimals = match[1].replace(".", ""), match[2]
    if len(decimals) == 3 > places and "." not in match[1] and whole.strip("0"):
        raise CountError(f"“{_shorten(number)}” có thể hiểu theo nhiều cách. {_DECIMAL_HINT}")
    if len(decimals.rstrip("0")) > places:
        raise CountError(f"“{_shorten(number)}” có quá nhiều chữ số sau dấu phẩy; nhiều nhất là {places}.")
    is_whole = not decimals.strip("0")
    ceiling = _to_number(whole, maximum) + (not is_whole)
    if ceiling > maximum:
        return _to_number(str(ceiling), maximum)
    return ceiling if is_whole else Decimal(f"{ceiling - 1}.{decimals.rstrip('0')}")


def divide_up(amount: Number, each: int) -> int:
    """How many of ``each`` cover an amount: the quotient rounded up, exactly."""
    # An integer is by far the most frequent, and // of a Decimal cuts towards nought.
    return -(-amount // each) if isinstance(amount, int) else math.ceil(Fraction(amount) / each)


def parse_vnd(text: str) -> int:
    """Whole đồng from ``1.500.000``, ``1,500,000``, ``1 500 000 đ``, ``1,5 triệu``, ``2 tỷ đồng``.

    Raises CountError, which says how to write it, for what can be read in two ways (``1,500``), for a fraction of a đồng, and for
    what is no amount.
    """
    amount = _SPACES.sub(" ", clean_text(text)).strip().casefold()
    if not amount:
        raise CountError("Hãy nhập một số tiền.")
    number = _CURRENCY.sub("", amount)
    scale = _SCALE.search(number)
    zeros = _SCALES[scale[1]] if scale else 0
    number = number[: scale.start()] if scale else number
    if number[:1] in ("-", "\u2212") and number[1:2].isdecimal():
        raise CountError("Số tiền không được nhỏ hơn 0.")
    whole, decimals = _split(number, amount, zeros)
    if decimals[zeros:].strip("0"):
        raise CountError(f"“{_shorten(amount)}” có số lẻ của đồng. {_HINT}")
    return _to_number(whole + decimals[:zeros].ljust(zeros, "0"), MAX_VND)


def parse_vnd_cell(value: object) -> int:
    """Whole đồng from a cell of a workbook: a number, or a text that ``parse_vnd`` reads. Raises CountError."""
    if isinstance(value, float) and value.is_integer() and abs(value) <= MAX_VND:
        value = int(value)
    if isinstance(value, float):
        raise CountError(f"“{_shorten(f'{value:.15g}'.replace('.', ','))}” có số lẻ của đồng. {_HINT}")
    return parse_vnd("" if value is None else str(value))


def _split(number: str, amount: str, zeros: int) -> tuple[str, str]:
    """The digits before and after the decimal sign, where there is one reading only."""
    if _PLAIN.fullmatch(number):
        return number, ""
    # With a word of scale behind it, 1.500 may be one and a half: "1.500 triệu" is a thousandfold of "1.5 triệu".
    if _GROUPED_VND.fullmatch(number) and not (zeros and number.count(".") == 1):
        return re.sub(r"[., ]", "", number), ""
    if match := _GROUPED_VND_WITH_DECIMALS.fullmatch(number):
        whole, decimals = re.sub(r"[., ]", "", match[1]), match[2]
        if zeros or decimals in ("0", "00"):
            return whole, decimals
    match = _ONE_SEPARATOR.fullmatch(number)
    if match and zeros and (len(match[2]) != 3 or match[1].strip("0") == ""):
        return match[1], match[2]
    if match or _DECIMAL.fullmatch(number):
        raise CountError(f"“{_shorten(amount)}” có thể hiểu theo nhiều cách. {_HINT}")
    raise CountError(f"“{_shorten(amount)}” không phải số tiền. {_HINT}")


def _to_number(digits: str, maximum: int) -> int:
    digits = digits.lstrip("0") or "0"
    if len(digits) > len(str(maximum)) or int(digits) > maximum:
        raise CountError(f"Số quá lớn. Số lớn nhất được nhập là {maximum:,}.".replace(",", "."))
    return int(digits)


def parse_rate(text: str) -> int:
    """A percentage from 0 to 100 in hundredths of a percent: ``2,5`` is 250. Raises CountError with a Vietnamese message."""
    match = _PERCENT.fullmatch(text.strip())
    rate = int(match[1]) * 100 + int((match[2] or "").ljust(2, "0")) if match else -1
    if not 0 <= rate <= 10_000:
        raise CountError("Nhập tỷ lệ từ 0 đến 100, nhiều nhất hai chữ số sau dấu phẩy, ví dụ 2,5.")
    return rate


def _explain(text: str, places: int = 0) -> str:
    excerpt, size = _shorten(text), text[1:].strip()
    if text[0] in "-\u2212" and (_PLAIN.fullmatch(size) or _DECIMAL.fullmatch(size)):
        return "Số không được nhỏ hơn 0."
    if places:
        return f"“{excerpt}” không phải số. {_DECIMAL_HINT}"
    if _DECIMAL.fullmatch(text):
        doubt = "có thể hiểu theo nhiều cách" if _LIKE_GROUPED.fullmatch(text) else "có phần lẻ"
        return f"“{excerpt}” {doubt}. Ô này nhận số nguyên, ví dụ 1500 hoặc 1.500; không nhập số lẻ."
    return f"“{excerpt}” không phải số nguyên. Chỉ dùng các chữ số 0 đến 9, ví dụ 1500 hoặc 1.500."


def _shorten(text: str) -> str:
    return text if len(text) <= 20 else text[:20] + "…"
