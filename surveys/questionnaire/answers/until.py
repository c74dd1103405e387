"""The day on which something ends: a licence, a certificate, a contract. It holds to the end of that day. Pure."""

from portal.formats import format_day
from portal.vietnamese import fold
from surveys.questionnaire.answers.fields import UNKNOWN, UNKNOWN_LABEL, DayField, parse_day
from surveys.questionnaire.answers.kind import Kind, Part
from surveys.questionnaire.answers.parsing import Entries, ParsedAnswer, Problem, entry_text
from surveys.questionnaire.questions import Question

FIRST_YEAR, MAX_YEARS = 1995, 30
WITHOUT_A_DAY = {"no": "Chưa có", "yes": "Không thời hạn", UNKNOWN: UNKNOWN_LABEL}
# Other words that people type for the same.
_WORDS = {fold(label): entry for entry, label in WITHOUT_A_DAY.items()} | {
    "khong": "no",
    "khong co": "no",
    "chua": "no",
    "vinh vien": "yes",
}
NO_DAY = (
    "Không có ngày này. Viết ngày, tháng, năm, ví dụ 31/12/2026; chưa có thì ghi “Chưa có”, không có hạn thì ghi “Không thời hạn”."
)


def parse(question: Question, entries: Entries, this_year: int) -> ParsedAnswer:
    """The day; False where there is nothing that could end, True where it has no end; or what is wrong."""
    text = entry_text(entries, question.key)
    if not text:
        return ParsedAnswer()
    word = _word(text)
    if word is not None:
        return ParsedAnswer(answered=True, unknown=True) if word == UNKNOWN else ParsedAnswer(answered=True, fact=word == "yes")
    day = parse_day(text)
    if day is None:
        return ParsedAnswer(answered=True, problems=(Problem(question.key, question.key, NO_DAY),))
    if not FIRST_YEAR <= day.year <= this_year + MAX_YEARS:
        message = f"Năm phải từ {FIRST_YEAR} đến {this_year + MAX_YEARS}."
        return ParsedAnswer(answered=True, problems=(Problem(question.key, question.key, message),))
    return ParsedAnswer(answered=True, fact=day)


def describe(question: Question, entries: Entries) -> str:
    """The answer in words."""
    text = entry_text(entries, question.key)
    word, day = _word(text), parse_day(text)
    if word is not None:
        return WITHOUT_A_DAY[word]
    return f"đến hết ngày {format_day(day)}" if day else text or "–"


def parts(question: Question) -> tuple[Part, ...]:
    """Its only field."""
    return (Part("", question.label, DayField(), hint="dạng 31/12/2026, hoặc “Chưa có”, “Không thời hạn”"),)


def _word(text: str) -> str | None:
    return text if text in WITHOUT_A_DAY else _WORDS.get(fold(text))


KIND = Kind(parts, parse, describe, "surveys/answers/until.html")
