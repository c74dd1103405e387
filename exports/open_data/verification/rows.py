"""One line of a table, and how its cells are read. Pure."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from portal.errors import WardReadinessError

NUMBER = re.compile(r"-?[0-9]+(\.[0-9]+)?")
DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")


class ExportError(WardReadinessError):
    """A folder that is no export, or a file of it that cannot be read; the message says which and where."""


@dataclass(frozen=True)
class Row:
    """One line of a table, with the place that a message names."""

    file: str
    line: int
    cells: Mapping[str, str]

    def __getitem__(self, column: str) -> str:
        """The text of a cell."""
        return self.cells[column]

    def number(self, column: str) -> Decimal | None:
        """The number of a cell, None where it is blank. Raises ExportError."""
        text = self.cells[column]
        if text and not NUMBER.fullmatch(text):
            raise self.error(column, "không phải là số")
        return Decimal(text) if text else None

    def count(self, column: str) -> int:
        """The whole number of a cell. Raises ExportError."""
        if not re.fullmatch(r"[0-9]+", self.cells[column]):
            raise self.error(column, "không phải là số nguyên")
        return int(self.cells[column])

    def day(self, column: str) -> date:
        """The day of a cell. Raises ExportError."""
        day = read_day(self.cells[column])
        if day is None:
            raise self.error(column, "không phải là ngày dạng 2027-01-31")
        return day

    def error(self, column: str, what: str) -> ExportError:
        """What is wrong with a cell."""
        return ExportError(f"{self.file}, dòng {self.line}, cột {column}: “{self.cells[column]}” {what}.")


def read_day(text: str) -> date | None:
    """The day that a text names as 2027-01-31, or None."""
    try:
        return date.fromisoformat(text) if DAY.fullmatch(text) else None
    except ValueError:
        return None
