"""What every kind of answer shares: typed fields by name, and a problem that names its field. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from inventory.snapshots.snapshot import Connection, ConnectionKind, EquipmentLot, FactValue

# What stands for "chưa nắm được": an answer that is no number and is not counted as one.
UNKNOWN = "?"
Typed = Mapping[str, str]


@dataclass(frozen=True)
class Problem:
    """What is wrong with one field, and what to do about it. ``question`` is the key of its question."""

    field: str
    question: str
    message: str


@dataclass(frozen=True)
class Read:
    """What one question gives. ``answered`` is False for a blank one; ``unknown`` marks "chưa nắm được"."""

    answered: bool = False
    unknown: bool = False
    fact: FactValue | None = None
    lots: tuple[EquipmentLot, ...] = ()
    lines: tuple[Connection, ...] = ()
    line_kind: ConnectionKind | None = None
    problems: tuple[Problem, ...] = field(default=())


def typed_in(typed: Typed, name: str) -> str:
    """What stands in a field, stripped; blank where nothing does."""
    return typed.get(name, "").strip()


def row_names(typed: Typed, key: str) -> list[str]:
    """The names of the rows of a question: ``A01``, then ``A01#2`` and so on as far as they were typed."""
    rows = {name.rpartition(".")[0] for name in typed if name.startswith(f"{key}#") and typed[name].strip()}
    numbers = sorted(int(row.partition("#")[2]) for row in rows if row.partition("#")[2].isdecimal())
    return [key, *(f"{key}#{number}" for number in numbers)]
