"""What every kind of answer shares: entries by field name, and a problem that names its field. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from inventory.snapshots.snapshot import Connection, EquipmentLot, FactValue

# The entry for "chưa nắm được": an answer that is not a number and does not count as one.
UNKNOWN = "?"
Entries = Mapping[str, str]


@dataclass(frozen=True)
class Problem:
    """What is wrong with one field, and what to do about it. ``question`` is the key of its question."""

    field: str
    question: str
    message: str


@dataclass(frozen=True)
class ParsedAnswer:
    """The answer to one question. ``answered`` is False for a blank one; ``unknown`` marks "chưa nắm được"."""

    answered: bool = False
    unknown: bool = False
    fact: FactValue | None = None
    lots: tuple[EquipmentLot, ...] = ()
    connections: tuple[Connection, ...] = ()
    problems: tuple[Problem, ...] = field(default=())


def entry_text(entries: Entries, name: str) -> str:
    """The text of a field, stripped; blank where it has none."""
    return entries.get(name, "").strip()


def row_names(entries: Entries, key: str) -> list[str]:
    """The names of the rows of a question: ``A01``, then ``A01#2`` and so on as far as they were entered."""
    rows = {name.rpartition(".")[0] for name in entries if name.startswith(f"{key}#") and entries[name].strip()}
    numbers = sorted(int(row.partition("#")[2]) for row in rows if row.partition("#")[2].isdecimal())
    return [key, *(f"{key}#{number}" for number in numbers)]
