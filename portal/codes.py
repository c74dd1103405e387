"""Codes that become part of an address, such as the version of a standard or of a questionnaire. Pure."""

import re
from collections.abc import Container

from portal.vietnamese import fold

# What no browser, proxy or mail changes on the way, and no address takes for a step up or for a part of its own.
# A dot at the end is taken for that of a sentence.
_CODE = re.compile(r"[A-Za-z0-9.-]*[A-Za-z0-9]")
_OTHERS = re.compile(r"[^A-Za-z0-9.]+")


def find_code_fault(code: str, most: int, reserved: Container[str] = ()) -> str | None:
    """What a code may be and this one is not, or None. ``reserved`` are the words that stand in the same place of an address."""
    if len(code) > most:
        return f"Không quá {most} ký tự."
    if not _CODE.fullmatch(code):
        return (
            "Chỉ dùng chữ cái không dấu, chữ số, dấu chấm và dấu gạch nối, cuối cùng là chữ cái hoặc chữ số; "
            "ví dụ 2026.2 hoặc 02-2026."
        )
    if code in reserved:
        return f"“{code}” trùng với địa chỉ của một trang. Đặt mã khác, ví dụ {code}-1."
    return None


def to_code(text: str, most: int, taken: Container[str] = ()) -> str:
    """A code that still reads like the text and is none of those ``taken``: ``02/2026`` gives ``02-2026``, or ``02-2026-2``."""
    plain = _OTHERS.sub("-", fold(text)).strip("-.")[:most].rstrip("-.") or "1"
    code, number = plain, 1
    while code in taken:
        number += 1
        code = f"{plain[: most - len(str(number)) - 1]}-{number}"
    return code
