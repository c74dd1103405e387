"""What every kind of answer shares: entries by field name, and a problem that names its field. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from inventory.snapshots.snapshot import Connection, ConnectionKind, EquipmentLot, FactValue
from surveys.questionnaire.questions import Question

Entries = Mapping[str, str]


@dataclass(frozen=True)
class Problem:
    """What is wrong with one field, and what to do about it. ``question`` is the key of its question."""

    field: str
    question: str
    message: str


@dataclass(frozen=True)
class ParsedAnswer:
    """The answer to one question. ``answered`` is False for a blank one; ``unknown`` marks "chưa nắm được".

    ``items`` and ``kinds`` are those of which it says how many there are, none among them.
    """

    answered: bool = False
    unknown: bool = False
    fact: FactValue | None = None
    lots: tuple[EquipmentLot, ...] = ()
    connections: tuple[Connection, ...] = ()
    items: frozenset[str] = frozenset()
    kinds: frozenset[ConnectionKind] = frozenset()
    problems: tuple[Problem, ...] = field(default=())


def entry_text(entries: Entries, name: str) -> str:
    """The text of a field, stripped; blank where it has none."""
    return entries.get(name, "").strip()


def row_names(entries: Entries, key: str) -> list[str]:
    """The names of the rows of a question: ``A01``, then ``A01#2`` and so on as far as they were entered."""
    rows = {name.rpartition(".")[0] for name in entries if name.startswith(f"{key}#") and entries[name].strip()}
    numbers = sorted(int(row.partition("#")[2]) for row in rows if row.partition("#")[2].isdecimal())
    return [key, *(f"{key}#{number}" for number in numbers)]


def too_many_rows(question: Question, rows: list[str], part: str, most: int, unit: str) -> list[Problem]:
    """A problem at the first row beyond those that a question takes, at the cell ``part``; none where there are few enough."""
    if len(rows) <= most:
        return []
    message = f"Câu này có {len(rows)} {unit}; nhiều nhất {most} {unit}. Gộp các {unit} giống nhau rồi xóa {unit} thừa."
    return [Problem(f"{rows[most]}.{part}", question.key, message)]
