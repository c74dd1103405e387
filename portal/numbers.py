"""Numbers as people in Việt Nam type them: 1500 and 1.500 are fifteen hundred. What is doubtful is refused."""

import re

from portal.errors import WardReadinessError

_PLAIN = re.compile(r"[0-9]+")
_GROUPED = re.compile(r"[0-9]{1,3}(?:\.[0-9]{3})+")
_DECIMAL = re.compile(r"[0-9]+[.,][0-9]*|[.,][0-9]+")
MAX_COUNT = 999_999_999
MAX_VND = 999_999_999_999_999


class CountError(WardReadinessError, ValueError):
    """What was typed is not a whole number that can be read in one way only. Its message says what to type instead."""


def parse_count(text: str, maximum: int = MAX_COUNT) -> int:
    """A whole number from 0 to ``maximum``. Raises CountError with a Vietnamese message for anything else."""
    typed = text.strip()
    if not typed:
        raise CountError("Hãy nhập một số.")
    if _PLAIN.fullmatch(typed) or _GROUPED.fullmatch(typed):
        digits = typed.replace(".", "").lstrip("0") or "0"
        if len(digits) > len(str(maximum)) or int(digits) > maximum:
            raise CountError(f"Số quá lớn. Số lớn nhất được nhập là {maximum:,}.".replace(",", "."))
        return int(digits)
    raise CountError(_what_is_wrong(typed))


def _what_is_wrong(typed: str) -> str:
    shown = typed if len(typed) <= 20 else typed[:20] + "…"
    if typed[0] in "-\u2212" and _PLAIN.fullmatch(typed[1:].strip()):
        return "Số không được nhỏ hơn 0."
    if _DECIMAL.fullmatch(typed):
        return f"“{shown}” có thể hiểu theo nhiều cách. Nhập số nguyên, ví dụ 1500 hoặc 1.500; không nhập số lẻ."
    return f"“{shown}” không phải số nguyên. Chỉ dùng các chữ số 0 đến 9, ví dụ 1500 hoặc 1.500."
