"""What one field of a form takes: how it goes into a cell of a workbook and comes back, and how it is shown. Pure.

An entry is the text as it was typed; a cell holds a number, a day or the label of a choice where the entry is one, and else the same text.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal

from portal.days import find_day
from portal.formats import format_day
from portal.numbers import CountError, parse_decimal
from portal.vietnamese import clean_text, fold

# The entry for "chưa nắm được": an answer that is not a number and does not count as one.
UNKNOWN, UNKNOWN_LABEL = "?", "Chưa nắm được"
# In characters; what a field takes is less, and said beside it.
MAX_LENGTH = 2000
# How a workbook shows a day.
DAY_FORMAT = "dd/mm/yyyy"
CellValue = str | int | Decimal | date | None


@dataclass(frozen=True)
class TextField:
    """Any text, of so many characters."""

    length: int = MAX_LENGTH
    placeholder = ""
    choices: Mapping[str, str] = field(default_factory=dict)

    @property
    def control(self) -> str:
        """How the page asks for it."""
        return "text"

    @property
    def keyboard(self) -> str:
        """The keys that a telephone offers; blank for all."""
        return ""

    def to_cell(self, raw: str) -> CellValue:
        """The value of a cell for an entry; None for a blank one."""
        return raw or None

    def from_cell(self, value: object) -> str:
        """The entry that a cell holds. A value that cannot be parsed is returned unchanged, for the validation to refuse."""
        if value is None:
            return ""
        if isinstance(value, bool):
            return "yes" if value else "no"
        if isinstance(value, float | Decimal):
            # As many digits as a workbook shows: what it computes, such as 62,1 by 3, is else wrong in the last of the sixteenth.
            value = f"{float(value) + 0.0:.15g}".replace(".", ",")
        return clean_text(str(value)).strip()

    def describe(self, raw: str) -> str:
        """The entry in words."""
        return UNKNOWN_LABEL if raw == UNKNOWN else raw


@dataclass(frozen=True)
class NumberField(TextField):
    """A number from 0 to ``maximum`` with at most so many decimal places, or that it is not known."""

    maximum: int = 0
    places: int = 0

    @property
    def keyboard(self) -> str:
        """The keys that a telephone offers."""
        return "decimal" if self.places else "numeric"

    def to_cell(self, raw: str) -> CellValue:
        """A number where the entry is written as a number is; else its text, so that it comes back as it was."""
        if raw == UNKNOWN:
            return UNKNOWN_LABEL
        try:
            number = parse_decimal(raw, self.places)
        except CountError:
            return raw or None
        return number if str(number).replace(".", ",") == raw else raw

    def from_cell(self, value: object) -> str:
        """The entry that a cell holds."""
        text = super().from_cell(value)
        return UNKNOWN if fold(text) == fold(UNKNOWN_LABEL) else text


@dataclass(frozen=True)
class ChoiceField(TextField):
    """One of several values, each with its label; the first stands for a blank entry where ``is_first_blank``.

    ``synonyms`` are other words for a value, as people write them into a cell.
    """

    is_first_blank: bool = False
    synonyms: Mapping[str, str] = field(default_factory=dict)

    @property
    def control(self) -> str:
        """How the page offers the choices."""
        return "select" if self.is_first_blank else "radio"

    def to_cell(self, raw: str) -> CellValue:
        """The label of the choice."""
        return self.choices.get(raw or self._blank, raw or None)

    def from_cell(self, value: object) -> str:
        """The choice that a cell names by its label or its value."""
        text = super().from_cell(value)
        # Some programs drop the commas inside the labels of a list.
        values = {fold(word): key for word, key in self.synonyms.items()}
        values |= {fold(name): key for key, label in self.choices.items() for name in (label, label.replace(",", " "), key)}
        key = values.get(fold(text), text)
        return "" if key == self._blank else key

    def describe(self, raw: str) -> str:
        """The label of the choice."""
        return self.choices.get(raw or self._blank, raw)

    @property
    def _blank(self) -> str:
        return next(iter(self.choices)) if self.is_first_blank else ""


@dataclass(frozen=True)
class DayField(TextField):
    """A day, typed ``31/12/2026``, words that stand in its place, or that it is not known."""

    length: int = 40
    placeholder = "31/12/2026"

    def to_cell(self, raw: str) -> CellValue:
        """A day where the entry is written as days are; else its text."""
        if raw == UNKNOWN:
            return UNKNOWN_LABEL
        day = find_day(raw)
        return day if day is not None and format_day(day) == raw else raw or None

    def from_cell(self, value: object) -> str:
        """The entry that a cell holds."""
        if isinstance(value, datetime | date):
            # A day of a workbook has no time zone.
            return f"{value:%d/%m}/{value.year:04}"
        text = super().from_cell(value)
        return UNKNOWN if fold(text) == fold(UNKNOWN_LABEL) else text
