"""What a kind of answer says of itself: its fields, how it is parsed, described, laid out and shown. Pure."""

from collections.abc import Callable
from dataclasses import dataclass

from surveys.questionnaire.answers.fields import TextField
from surveys.questionnaire.answers.parsing import Entries, ParsedAnswer
from surveys.questionnaire.questions import Question


@dataclass(frozen=True)
class Part:
    """One field of an answer: ``name`` is blank where the question has no other. ``hint`` stands behind its heading in a table of all wards.

    ``is_folded`` parts of a row open on demand; those that are not ``on_page`` stand in the workbook alone.
    """

    name: str
    label: str
    field: TextField
    hint: str = ""
    is_folded: bool = False
    on_page: bool = True


def _no_fault(_question: Question) -> str:
    return ""


def _no_anomalies(_question: Question, _entries: Entries) -> list[tuple[str, str]]:
    return []


@dataclass(frozen=True)
class Kind:
    """A kind of answer.

    ``parts`` are the fields of one row; ``row_word`` names a row where there may be several (``lô``), else there is one, and its field has
    the key of the question as its name. ``main`` is the part that a message about the whole answer points at, ``none`` the entry of that
    part which says that there is nothing. ``label`` says how it is answered, ``heading`` stands over the first column of the workbook,
    ``template`` has the macros of page and paper, ``city_parts`` are asked in the table of all wards. ``values`` are the types of what
    another question can be held against: a yes, a number (of machines too), a day. ``is_end`` where the day is that on which something
    ends. ``find_fault`` says why a question cannot be of this kind, ``find_anomalies`` gives fields and messages.
    """

    parts: Callable[[Question], tuple[Part, ...]]
    parse: Callable[[Question, Entries, int], ParsedAnswer]
    describe: Callable[[Question, Entries], str]
    template: str
    label: str
    heading: str = "Câu hỏi"
    row_word: str = ""
    spare_rows: int = 0
    main: str = ""
    none: str = ""
    city_parts: tuple[str, ...] = ("",)
    values: tuple[type, ...] = ()
    shows_code: bool = False
    is_end: bool = False
    find_fault: Callable[[Question], str] = _no_fault
    find_anomalies: Callable[[Question, Entries], list[tuple[str, str]]] = _no_anomalies

    def main_field(self, question: Question) -> str:
        """The field that a message about the whole answer points at."""
        return field_name(question.key, self.main)

    def part(self, question: Question, name: str) -> Part | None:
        """One part by its name."""
        return next((part for part in self.parts(question) if part.name == name), None)


def field_name(row: str, part: str) -> str:
    """The name of a field: ``A01#2.good``, or ``sites`` for the only one of a question."""
    return f"{row}.{part}" if part else row
