"""A questionnaire from its TOML text, with every mistake of whoever wrote it named. Pure."""

import re
from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any, get_args, get_origin

from inventory.security import is_sensitive_answer
from portal.codes import find_code_fault
from portal.errors import WardReadinessError
from portal.numbers import MAX_COUNT
from portal.toml_text import TomlError, hash_values, read_toml
from surveys.questionnaire.answers.decimal import MAX_PLACES
from surveys.questionnaire.answers.kinds import KINDS, kind_of
from surveys.questionnaire.differences import list_differences
from surveys.questionnaire.questions import Definition, Question, Questionnaire, Section

# A field of a form is named by the key of its question, the number of a row and a part; the table holds 64 characters of it.
_KEY = re.compile(r"[A-Za-z][A-Za-z0-9_]{0,39}")
MAX_TEXT, MAX_VERSION = 500_000, 32
# The code of a section is a part of an address and of the name of a sheet.
MAX_SECTION_CODE = 16
# In characters. A cell of a workbook holds no more than 32,767, and a page of the form is to be read.
_LENGTHS = {"label": 300, "title": 100, "unit": 40, "term": 200, "help": 1000, "intro": 1000, "words": 1000, "reason": 500}
# What stands in a heading, in a letter or in a sentence.
_OF_ONE_LINE = frozenset({"label", "title", "unit", "term"})
# Names that a page of the form posts beside those of its questions, and the PCs, which ``at_most`` names.
_RESERVED = frozenset({"base", "confirm", "csrf_token", "nothing", "pcs", "stay"})
_SECTIONS_CALLED = frozenset({"send"})
# By the name of an entry: a type, several, or a list of one.
_Types = Mapping[str, Any]
_QUESTIONNAIRE: _Types = {
    "version": str,
    "follows": str,
    "sections": list[dict[str, Any]],
    "changes": list[dict[str, Any]],
    "definitions": dict,
}
_CHANGE: _Types = {"questions": list[str], "reason": str}
_DEFINITION: _Types = {"term": str, "words": str}
_SECTION: _Types = {
    **dict.fromkeys(("code", "title", "intro", "ask_if"), str),
    "questions": list[dict[str, Any]],
    "defines": list[str],
}
_QUESTION: _Types = {
    **dict.fromkeys(
        ("key", "label", "kind", "help", "unit", "asked_of", "ask_if", "at_most", "not_before", "choices", "renamed_from"), str
    ),
    **dict.fromkeys(("maximum", "at_most_less", "places"), int),
    **dict.fromkeys(("has_year", "sensitive"), bool),
    "serves": list[str],
    "most_per_person": (int, float),
}


class QuestionnaireError(WardReadinessError):
    """A questionnaire that cannot be published; the message names the question and what to correct."""


def parse_questionnaire(text: str) -> Questionnaire:
    """A questionnaire from its TOML text. Raises QuestionnaireError. The hash is that of the content: comments do not change it."""
    if len(text) > MAX_TEXT:
        raise QuestionnaireError(f"Tệp mẫu phiếu dài {len(text)} ký tự, tối đa {MAX_TEXT}.")
    try:
        data = read_toml(text)
    except TomlError as error:
        raise QuestionnaireError(f"Tệp mẫu phiếu không đúng định dạng TOML: {error}") from None
    questionnaire = _read(data)
    _check_questions(questionnaire)
    return questionnaire


def check_carry_over(questionnaire: Questionnaire, before: Questionnaire) -> None:
    """Raise QuestionnaireError where the questions do not follow those of the version before: one for one, each difference with its reason."""
    known = before.by_key
    taken: dict[str, str] = {}
    for question in questionnaire.questions:
        source = question.renamed_from or question.key
        if question.renamed_from and source not in known:
            raise QuestionnaireError(
                f"Câu “{question.key}”: lấy lại số liệu của câu “{source}” nhưng mẫu phiếu {before.version} không có câu này. "
                "Sửa “renamed_from”, hoặc bỏ đi nếu là câu mới."
            )
        if source in known and source in taken:
            raise QuestionnaireError(
                f"Câu “{taken[source]}” và câu “{question.key}” cùng lấy lại số liệu của câu “{source}”. Chỉ một câu được lấy."
            )
        taken[source] = question.key
        if source in known and known[source].sensitive and not question.sensitive:
            raise QuestionnaireError(
                f"Câu “{question.key}”: lấy lại số liệu an ninh mạng của câu “{source}”, nên mã cũng phải bắt đầu bằng chữ G "
                "và ghi “sensitive = true”."
            )
    changed = {difference.key for difference in list_differences(before, questionnaire)}
    if missing := sorted(changed - questionnaire.reasons.keys()):
        raise QuestionnaireError(f"Chưa ghi lý do thay đổi ở mục “changes” của các câu: {', '.join(missing)}.")
    if unknown := sorted(questionnaire.reasons.keys() - changed):
        raise QuestionnaireError(f"Mục “changes” nêu câu không có gì thay đổi: {', '.join(unknown)}.")


def _read(data: Mapping[str, Any]) -> Questionnaire:
    _check_row("Mẫu phiếu", data, _QUESTIONNAIRE, ("version", "sections"))
    for name, row in data.get("definitions", {}).items():
        _check_row(f"Định nghĩa “{name}”", row, _DEFINITION, _DEFINITION)
    definitions = {name: Definition(row["term"], row["words"]) for name, row in data.get("definitions", {}).items()}
    return Questionnaire(
        version=data["version"],
        sections=tuple(_section(row, definitions) for row in data["sections"]),
        sha256=hash_values(data),
        follows=data.get("follows", ""),
        reasons=_reasons(data.get("changes", ())),
    )


def _reasons(rows: Iterable[Mapping[str, Any]]) -> dict[str, str]:
    """By the key of a question: why it differs from the version before."""
    reasons: dict[str, str] = {}
    for row in rows:
        _check_row("Mục “changes”", row, _CHANGE, _CHANGE)
        if twice := sorted(reasons.keys() & set(row["questions"])):
            raise QuestionnaireError(f"Mục “changes”: có hai lý do cho {', '.join(twice)}.")
        reasons |= dict.fromkeys(row["questions"], row["reason"])
    return reasons


def _section(row: Mapping[str, Any], definitions: Mapping[str, Definition]) -> Section:
    _check_row(f"Phần “{row.get('code', '?')}”", row, _SECTION, ("code", "title", "questions"))
    ask_if = row.get("ask_if")
    questions = tuple(_question(entry, ask_if) for entry in row["questions"])
    if unknown := sorted(set(row.get("defines", ())) - definitions.keys()):
        raise QuestionnaireError(f"Phần “{row['code']}”: không có định nghĩa {', '.join(unknown)}.")
    used = tuple(definitions[name] for name in row.get("defines", ()))
    return Section(row["code"], row["title"], row.get("intro", ""), questions, ask_if, used)


def _question(row: Mapping[str, Any], ask_if: str | None) -> Question:
    _check_row(f"Câu “{row.get('key', '?')}”", row, _QUESTION, ("key", "label", "kind", "serves"))
    return Question(**{"ask_if": ask_if, **row, "serves": tuple(row["serves"])})


def _check_row(place: str, row: Any, types: _Types, required: Iterable[str]) -> None:
    if not isinstance(row, dict):
        raise QuestionnaireError(f"{place}: phải là một bảng các mục.")
    if unknown := sorted(row.keys() - types.keys()):
        raise QuestionnaireError(f"{place}: không có mục {', '.join(unknown)}.")
    if wrong := sorted(name for name, value in row.items() if not _is(value, types[name])):
        raise QuestionnaireError(f"{place}: giá trị không đúng dạng ở mục {', '.join(wrong)}.")
    if missing := [name for name in required if not (row[name].strip() if isinstance(row.get(name), str) else row.get(name))]:
        raise QuestionnaireError(f"{place}: thiếu mục {', '.join(missing)}.")
    for name, most in _LENGTHS.items():
        if len(row.get(name, "")) > most:
            raise QuestionnaireError(f"{place}: mục {name} dài {len(row[name])} ký tự, tối đa {most}.")
    if several := sorted(name for name in _OF_ONE_LINE & row.keys() if len(row[name].splitlines()) > 1):
        raise QuestionnaireError(f"{place}: mục {', '.join(several)} phải viết trên một dòng.")


def _is(value: object, types: Any) -> bool:
    if get_origin(types) is list:
        [of] = get_args(types)
        return isinstance(value, list) and all(isinstance(part, get_origin(of) or of) for part in value)
    # A yes is a number to Python.
    return isinstance(value, types) and (types is bool or not isinstance(value, bool))


def _check_questions(questionnaire: Questionnaire) -> None:
    if fault := find_code_fault(questionnaire.version, MAX_VERSION):
        raise QuestionnaireError(f"Phiên bản “{questionnaire.version}”: {fault}")
    for section in questionnaire.sections:
        if fault := find_code_fault(section.code, MAX_SECTION_CODE, _SECTIONS_CALLED):
            raise QuestionnaireError(f"Mã phần “{section.code}”: {fault}")
    for name, codes in (
        # A workbook takes two sheets whose names differ in their case alone for one.
        ("Mã phần", [section.code.casefold() for section in questionnaire.sections]),
        ("Mã câu hỏi", [question.key for question in questionnaire.questions]),
    ):
        if twice := _duplicates(codes):
            raise QuestionnaireError(f"{name} bị trùng: {', '.join(twice)}.")
    if questionnaire.reasons and not questionnaire.follows:
        raise QuestionnaireError("Mục “changes”: mẫu phiếu không ghi mục “follows” nên không có gì để so. Ghi mục “follows”.")
    for question in questionnaire.questions:
        faults = {
            "mã chỉ gồm chữ không dấu, chữ số, dấu gạch dưới, dài không quá 40": not _KEY.fullmatch(question.key),
            "mã này trùng với một tên có sẵn của phiếu; đặt mã khác": question.key in _RESERVED,
            f"không có kiểu câu hỏi “{question.kind}”": question.kind not in KINDS,
            "mục “asked_of” phải là ward hoặc city": question.asked_of not in ("ward", "city"),
            f"số lớn nhất phải từ 1 đến {MAX_COUNT}": not 1 <= question.maximum <= MAX_COUNT,
            f"mục “places” phải từ 0 đến {MAX_PLACES}": not 0 <= question.places <= MAX_PLACES,
            "so với chính câu này": question.key in (question.at_most, question.not_before),
            "mục “at_most_less” và “most_per_person” phải từ 0 trở lên": not (
                question.at_most_less >= 0 and 0 <= question.most_per_person <= MAX_COUNT
            ),
            "câu về an ninh mạng thì mã bắt đầu bằng chữ G và ghi “sensitive = true”; câu khác thì không": (
                question.sensitive != is_sensitive_answer(question.key)
            ),
            "mẫu phiếu không ghi mục “follows” nên không lấy lại được số liệu của câu nào; bỏ mục “renamed_from”": bool(
                question.renamed_from and not questionnaire.follows
            ),
        }
        kind_fault = KINDS[question.kind].find_fault(question) if question.kind in KINDS else ""
        if fault := next((text for text, holds in faults.items() if holds), kind_fault):
            raise QuestionnaireError(f"Câu “{question.key}”: {fault}.")
    asked: set[str] = set()
    for section in questionnaire.sections:
        for question in section.questions:
            if fault := _find_reference_fault(questionnaire, section, question, asked):
                raise QuestionnaireError(f"Câu “{question.key}”: {fault}.")
            asked.add(question.key)


def _find_reference_fault(questionnaire: Questionnaire, section: Section, question: Question, asked_before: set[str]) -> str:
    """What a question says of another one that cannot hold: it would be asked of nobody, or compared with nothing."""
    at_most = None if question.at_most == "pcs" else question.at_most
    for name, key, value, what in (
        ("ask_if", question.ask_if, bool, "câu Có/Không"),
        ("at_most", at_most, int, "câu trả lời bằng số"),
        ("not_before", question.not_before, date, "câu trả lời bằng ngày"),
    ):
        if not key:
            continue
        other = questionnaire.question(key)
        if other is None:
            return f"không có câu {key}"
        if value not in kind_of(other).values:
            return f"mục “{name}” phải là mã của một {what}, mà câu “{key}” thì không"
    if question.ask_if and question.ask_if not in asked_before:
        return f"câu “{question.ask_if}” ở mục “ask_if” phải đứng trước câu này trong phiếu"
    within = {section.ask_if, *(other.key for other in section.questions)}
    if section.ask_if and question.ask_if not in within:
        return f"phần này chỉ hỏi khi có “{section.ask_if}”, nên câu ở mục “ask_if” phải thuộc chính phần này"
    kind = kind_of(question)
    if question.at_most and (int not in kind.values or kind.row_word):
        return "mục “at_most” chỉ dùng cho câu trả lời bằng số"
    if question.not_before and date not in kind.values:
        return "mục “not_before” chỉ dùng cho câu trả lời bằng ngày"
    return ""


def _duplicates(codes: Iterable[str]) -> list[str]:
    listed = list(codes)
    return sorted({code for code in listed if listed.count(code) > 1})
