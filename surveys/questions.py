"""The questionnaire as data: sections and questions, read from data/questionnaire.toml. Pure."""

import tomllib
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

PATH = Path(__file__).parent / "data" / "questionnaire.toml"


@dataclass(frozen=True)
class Question:
    """One question. ``kind`` is a key of answers.kinds; ``asked_of`` is ``ward`` or ``city``.

    ``ask_if`` names a yes-or-no question that must be answered yes for this one to be asked. ``at_most`` names the questions
    whose sum the answer may not pass, ``maximum`` a fixed limit. ``serves`` names the criteria and plan rules that need it.
    """

    key: str
    label: str
    kind: str
    serves: tuple[str, ...]
    help: str = ""
    unit: str = ""
    asked_of: str = "ward"
    ask_if: str | None = None
    maximum: int = 100_000
    at_most: str | None = None
    has_year: bool = False


@dataclass(frozen=True)
class Section:
    """A page of the form."""

    code: str
    title: str
    intro: str
    questions: tuple[Question, ...]
    ask_if: str | None = None


@dataclass(frozen=True)
class Questionnaire:
    """A version of the questions."""

    version: str
    sections: tuple[Section, ...]

    @property
    def questions(self) -> tuple[Question, ...]:
        """Every question, in the order of the form."""
        return tuple(question for section in self.sections for question in section.questions)

    def section(self, code: str) -> Section | None:
        """One section by its code, or None."""
        return next((section for section in self.sections if section.code == code), None)


@cache
def load_questionnaire() -> Questionnaire:
    """The shipped questionnaire."""
    data = tomllib.loads(PATH.read_text("utf-8"))
    return Questionnaire(data["version"], tuple(_section(row) for row in data["sections"]))


def _section(row: dict[str, Any]) -> Section:
    ask_if = row.get("ask_if")
    questions = tuple(_question(entry, ask_if) for entry in row["questions"])
    return Section(row["code"], row["title"], row.get("intro", ""), questions, ask_if)


def _question(row: dict[str, Any], ask_if: str | None) -> Question:
    values = {"ask_if": ask_if, **row, "serves": tuple(row["serves"])}
    return Question(**values)
