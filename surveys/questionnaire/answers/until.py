"""The day on which something ends: a licence, a certificate, a contract. It holds to the end of that day. Pure."""

from datetime import date

from portal.days import find_day
from portal.vietnamese import fold
from surveys.questionnaire.answers import day
from surveys.questionnaire.answers.fields import DayField
from surveys.questionnaire.answers.kind import Kind, Part
from surveys.questionnaire.answers.parsing import Entries, ParsedAnswer, entry_text
from surveys.questionnaire.questions import Question

NOTHING, ENDLESS = "Chưa có", "Không thời hạn"
# What people type in the place of a day: False where there is nothing that could end, True where it has no end.
_WORDS = {
    **dict.fromkeys(("chua co", "chua", "khong co", "khong"), False),
    **dict.fromkeys(("khong thoi han", "vo thoi han", "khong xac dinh thoi han", "vinh vien"), True),
}
NO_DAY = f"{day.NO_DAY[:-1]}; chưa có thì ghi “{NOTHING}”, không có hạn thì ghi “{ENDLESS}”."


def parse(question: Question, entries: Entries, this_year: int) -> ParsedAnswer:
    """The day; False where there is nothing that could end, True where it has no end; or what is wrong."""
    holds = _WORDS.get(_folded(entry_text(entries, question.key)))
    return ParsedAnswer(answered=True, fact=holds) if holds is not None else day.parse(question, entries, this_year, NO_DAY)


def describe(question: Question, entries: Entries) -> str:
    """The answer in words."""
    text = entry_text(entries, question.key)
    holds, words = _WORDS.get(_folded(text)), day.describe(question, entries)
    if holds is not None:
        return ENDLESS if holds else NOTHING
    return f"đến hết ngày {words}" if find_day(text) else words


def _folded(text: str) -> str:
    # A telephone ends a sentence with a full stop by itself.
    return fold(text).removesuffix(".")


def parts(question: Question) -> tuple[Part, ...]:
    """Its only field."""
    return (Part("", question.label, DayField(), hint=f"dạng 31/12/2026, hoặc “{NOTHING}”, “{ENDLESS}”"),)


KIND = Kind(parts, parse, describe, "surveys/answers/until.html", label="ngày hết hạn", values=(date,), is_end=True)
