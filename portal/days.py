"""Days as people write them. Pure."""

import re
from datetime import date

_DAY = re.compile(r"(?P<day>[0-9]{1,2}) ?[/.-] ?(?P<month>[0-9]{1,2}) ?[/.-] ?(?P<year>[0-9]{4})")
_ISO_DAY = re.compile(r"(?P<year>[0-9]{4})-(?P<month>[0-9]{1,2})-(?P<day>[0-9]{1,2})(?: 00:00:00)?")
_SHORT_YEAR = re.compile(r"[0-9]{1,2} ?[/.-] ?[0-9]{1,2} ?[/.-] ?[0-9]{2}")


def find_day(text: str) -> date | None:
    """The day of ``31/12/2026``, ``31-12-2026``, ``31.12.2026`` or ``2026-12-31``; None where there is no such day."""
    match = _DAY.fullmatch(text.strip()) or _ISO_DAY.fullmatch(text.strip())
    if match is None:
        return None
    try:
        return date(int(match["year"]), int(match["month"]), int(match["day"]))
    except ValueError:
        return None


def has_short_year(text: str) -> bool:
    """Whether a text is a day with two digits for its year, such as ``1/3/27``: of which century is not said."""
    return _SHORT_YEAR.fullmatch(text.strip()) is not None
