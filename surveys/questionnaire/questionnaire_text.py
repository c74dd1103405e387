"""A questionnaire from its TOML text, with every mistake of whoever wrote it named. Pure."""

import re
from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

from portal.codes import find_code_fault
from portal.errors import WardReadinessError
from portal.numbers import MAX_COUNT
from portal.toml_text import TomlError, hash_values, read_toml
from surveys.questionnaire.answers.kinds import KINDS, kind_of
from surveys.questionnaire.differences import list_differences
from surveys.questionnaire.questions import Definition, Question, Questionnaire, Section

# A field of a form is named by the key of its question, the number of a row and a part; the table holds 64 characters of it.
_KEY = re.compile(r"[A-Za-z][A-Za-z0-9_]{0,39}")
MAX_TEXT, MAX_VERSION = 500_000, 32
# The code of a section is a part of an address and of the name of a sheet.
MAX_SECTION_CODE = 16
MAX_PLACES = 3
# Names that a page of the form posts beside those of its questions, and the PCs, which ``at_most`` names.
_RESERVED = frozenset({"base", "confirm", "csrf_token", "nothing", "pcs", "stay"})
_SECTIONS_CALLED = frozenset({"send"})
_Types = Mapping[str, type | tuple[type, ...]]
_QUESTIONNAIRE: _Types = {"version": str, "follows": str, "sections": list, "changes": list, "definitions": dict}
_CHANGE: _Types = {"questions": list, "reason": str}
_DEFINITION: _Types = {"term": str, "words": str}
_SECTION: _Types = {**dict.fromkeys(("code", "title", "intro", "ask_if"), str), "questions": list, "defines": list}
_TYPES: Mapping[str, type | tuple[type, ...]] = {
    **dict.fromkeys(
        ("key", "label", "kind", "help", "unit", "asked_of", "ask_if", "at_most", "not_before", "choices", "renamed_from"), str
    ),
    **dict.fromkeys(("maximum", "at_most_less", "places"), int),
    **dict.fromkeys(("has_year", "sensitive"), bool),
    "serves": list,
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
    try:
        questionnaire = _read(data)
    except (KeyError, TypeError, AttributeError) as error:
        raise QuestionnaireError(f"Tệp mẫu phiếu thiếu hoặc sai mục {error}.") from None
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
    changed = {difference.key for difference in list_differences(before, questionnaire)}
    if missing := sorted(changed - questionnaire.reasons.keys()):
        raise QuestionnaireError(f"Chưa ghi lý do thay đổi ở mục “changes” của các câu: {', '.join(missing)}.")
    if unknown := sorted(questionnaire.reasons.keys() - {*questionnaire.by_key, *known}):
        raise QuestionnaireError(f"Mục “changes” nêu câu không có trong mẫu phiếu nào: {', '.join(unknown)}.")


def _read(data: Mapping[str, Any]) -> Questionnaire:
    _check_row("Mẫu phiếu", data, _QUESTIONNAIRE, ("version", "sections"))
    for name, row in data.get("definitions", {}).items():
        _check_row(f"Định nghĩa “{name}”", row, _DEFINITION, _DEFINITION)
    for row in data.get("changes", ()):
        _check_row("Mục “changes”", row, _CHANGE, _CHANGE)
    definitions = {name: Definition(row["term"], row["words"]) for name, row in data.get("definitions", {}).items()}
    reasons = {key: row["reason"] for row in data.get("changes", ()) for key in row["questions"]}
    return Questionnaire(
        version=data["version"],
        sections=tuple(_section(row, definitions) for row in data["sections"]),
        sha256=hash_values(data),
        follows=data.get("follows", ""),
        reasons=reasons,
    )


def _section(row: Mapping[str, Any], definitions: Mapping[str, Definition]) -> Section:
    _check_row(f"Phần “{row.get('code', '?')}”", row, _SECTION, ("code", "title", "questions"))
    ask_if = row.get("ask_if")
    questions = tuple(_question(entry, ask_if) for entry in row["questions"])
    used = tuple(definitions[name] for name in row.get("defines", ()))
    return Section(row["code"], row["title"], row.get("intro", ""), questions, ask_if, used)


def _question(row: Mapping[str, Any], ask_if: str | None) -> Question:
    _check_row(f"Câu “{row.get('key', '?')}”", row, _TYPES, ("key", "label", "kind", "serves"))
    return Question(**{"ask_if": ask_if, **row, "serves": tuple(row["serves"])})


def _check_row(place: str, row: Mapping[str, Any], types: _Types, required: Iterable[str]) -> None:
    if unknown := sorted(row.keys() - types.keys()):
        raise QuestionnaireError(f"{place}: không có mục {', '.join(unknown)}.")
    if wrong := sorted(name for name, value in row.items() if not _is(value, types[name])):
        raise QuestionnaireError(f"{place}: giá trị không đúng dạng ở mục {', '.join(wrong)}.")
    if missing := [name for name in required if not (row[name].strip() if isinstance(row.get(name), str) else row.get(name))]:
        raise QuestionnaireError(f"{place}: thiếu mục {', '.join(missing)}.")


def _is(value: object, types: type | tuple[type, ...]) -> bool:
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
    asked: set[str] = set()
    for question in questionnaire.questions:
        faults = {
            "mã chỉ gồm chữ không dấu, chữ số, dấu gạch dưới, dài không quá 40": not _KEY.fullmatch(question.key),
            "mã này trùng với một tên có sẵn của phiếu; đặt mã khác": question.key in _RESERVED,
            f"không có kiểu câu hỏi “{question.kind}”": question.kind not in KINDS,
            "mục “asked_of” phải là ward hoặc city": question.asked_of not in ("ward", "city"),
            f"số lớn nhất phải từ 1 đến {MAX_COUNT}": not 1 <= question.maximum <= MAX_COUNT,
            f"mục “places” phải từ 0 đến {MAX_PLACES}": not 0 <= question.places <= MAX_PLACES,
            "so với chính câu này": question.key in (question.at_most, question.not_before),
        }
        kind_fault = KINDS[question.kind].find_fault(question) if question.kind in KINDS else ""
        if fault := next((text for text, holds in faults.items() if holds), kind_fault):
            raise QuestionnaireError(f"Câu “{question.key}”: {fault}.")
    for question in questionnaire.questions:
        if fault := _find_reference_fault(questionnaire, question, asked):
            raise QuestionnaireError(f"Câu “{question.key}”: {fault}.")
        asked.add(question.key)


def _find_reference_fault(questionnaire: Questionnaire, question: Question, asked_before: set[str]) -> str:
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
    return ""


def _duplicates(codes: Iterable[str]) -> list[str]:
    listed = list(codes)
    return sorted({code for code in listed if listed.count(code) > 1})
