"""How numbers, money and dates are written for people. Each docstring shows the output. Pure."""

from datetime import date, datetime
from decimal import ROUND_HALF_UP, Decimal

from portal.clock import to_hanoi

_DIGITS = ("không", "một", "hai", "ba", "bốn", "năm", "sáu", "bảy", "tám", "chín")
_BILLION = 1_000_000_000
_MILLION = 1_000_000
_NO_BREAK_SPACE = "\u00a0"


def format_number(value: int | Decimal | float, decimals: int | None = None) -> str:
    """``1.234`` or, with two decimals, ``1.234,50``; an exact number without a word about decimals as it stands: ``187,5``."""
    if decimals is None:
        decimals = 0 if isinstance(value, float) else max(0, -int(Decimal(value).as_tuple().exponent))
    rounded = Decimal(str(value)).quantize(Decimal(1).scaleb(-decimals), ROUND_HALF_UP)
    return f"{rounded:,f}".translate(str.maketrans(",.", ".,"))


def format_vnd(value: int) -> str:
    """``1.234.567 đ``, with a space that does not break."""
    return f"{format_number(value)}{_NO_BREAK_SPACE}đ"


def format_vnd_short(value: int) -> str:
    """``12,3 tỷ đồng``, ``850 triệu đồng``, ``450.000 đ``."""
    for unit, name in ((_BILLION, "tỷ đồng"), (_MILLION, "triệu đồng")):
        # The rounded figure decides, so that 999.960.000 reads "1 tỷ đồng" and never "1.000 triệu đồng".
        tenths = (Decimal(abs(value)) * 10 / unit).quantize(Decimal(1), ROUND_HALF_UP)
        if tenths >= 10:
            sign = "-" if value < 0 else ""
            number = format_number(tenths / 10, 1).removesuffix(",0")
            return f"{sign}{number}{_NO_BREAK_SPACE}{name}"
    return format_vnd(value)


def format_day(value: date) -> str:
    """``24/11/2026``; of an instant, the day that it is by the territory's clock."""
    if isinstance(value, datetime):
        value = to_hanoi(value).date()
    return f"{value.day:02}/{value.month:02}/{value.year}"


def format_long_day(day: date) -> str:
    """``ngày 05 tháng 02 năm 2026``: days below ten and months one and two take a zero (NĐ 30/2020/NĐ-CP)."""
    month = f"{day.month:02}" if day.month <= 2 else str(day.month)
    return f"ngày {day.day:02} tháng {month} năm {day.year}"


def format_moment(value: datetime) -> str:
    """``24/11/2026 14:05``, by the territory's clock."""
    local = to_hanoi(value)
    return f"{format_day(local.date())} {local:%H:%M}"


def format_percent(share: float | Decimal) -> str:
    """0.452 gives ``45,2 %``; a whole percentage drops its decimal: ``45 %``."""
    number = format_number(Decimal(str(share)) * 100, 1).removesuffix(",0")
    return f"{number}{_NO_BREAK_SPACE}%"


def format_rate(rate: int) -> str:
    """Hundredths of a percent: 250 gives ``2,5 %``, 500 gives ``5 %``, 225 gives ``2,25 %``."""
    whole, rest = divmod(rate, 100)
    number = f"{format_number(whole)},{rest:02}".rstrip("0").removesuffix(",") if rest else format_number(whole)
    return f"{number}{_NO_BREAK_SPACE}%"


def vnd_in_words(value: int) -> str:
    """``Một triệu hai trăm nghìn đồng``, as an official letter spells an amount out."""
    words = f"{_whole_in_words(abs(value))} đồng"
    if value < 0:
        words = f"âm {words}"
    return words[0].upper() + words[1:]


def _whole_in_words(value: int, leading: bool = True) -> str:
    """Billions are counted like a number of their own: a million billions is "một triệu tỷ"."""
    if value == 0:
        return _DIGITS[0]
    parts: list[str] = []
    billions, rest = divmod(value, _BILLION)
    if billions:
        parts.append(f"{_whole_in_words(billions, leading)} tỷ")
        leading = False
    for unit, name in ((_MILLION, " triệu"), (1_000, " nghìn"), (1, "")):
        group, rest = divmod(rest, unit)
        if group:
            parts.append(_group_in_words(group, leading) + name)
            leading = False
    return " ".join(parts)


def _group_in_words(group: int, leading: bool) -> str:
    """Three digits. A group that follows a higher one names its hundreds even when they are none."""
    hundreds, below = divmod(group, 100)
    tens, ones = divmod(below, 10)
    words: list[str] = []
    if hundreds or not leading:
        words += [_DIGITS[hundreds], "trăm"]
    if tens == 0 and ones and words:
        words.append("linh")
    elif tens == 1:
        words.append("mười")
    elif tens > 1:
        words += [_DIGITS[tens], "mươi"]
    if ones:
        words.append(_ones_in_words(ones, tens))
    return " ".join(words)


def _ones_in_words(ones: int, tens: int) -> str:
    if ones == 1 and tens > 1:
        return "mốt"
    if ones == 5 and tens > 0:
        return "lăm"
    return _DIGITS[ones]
