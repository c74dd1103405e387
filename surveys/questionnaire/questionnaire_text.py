"""A questionnaire from its TOML text, with every mistake of whoever wrote it named. Pure."""

import hashlib
import json
import re
import tomllib
from collections.abc import Iterable, Mapping
from typing import Any

from portal.codes import find_code_fault
from portal.errors import WardReadinessError
from portal.vietnamese import to_xml_values
from surveys.questionnaire.answers.kinds import KINDS
from surveys.questionnaire.carry_over import Carry, compare
from surveys.questionnaire.questions import Definition, Question, Questionnaire, Section

# A field of a form is named by the key of its question, the number of a row and a part; the table holds 64 characters of it.
_KEY = re.compile(r"[A-Za-z][A-Za-z0-9_]{0,39}")
MAX_TEXT, MAX_VERSION = 500_000, 32
_TYPES: Mapping[str, type | tuple[type, ...]] = {
    **dict.fromkeys(("key", "label", "kind", "help", "unit", "asked_of", "ask_if", "at_most", "not_before", "renamed_from"), str),
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
        data = to_xml_values(tomllib.loads(text))
    except tomllib.TOMLDecodeError as error:
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
    changed = {change.key for change in compare(before, questionnaire) if change.carry is not Carry.SAME}
    if missing := sorted(changed - questionnaire.reasons.keys()):
        raise QuestionnaireError(f"Chưa ghi lý do thay đổi ở mục “changes” của các câu: {', '.join(missing)}.")
    if unknown := sorted(questionnaire.reasons.keys() - {*questionnaire.by_key, *known}):
        raise QuestionnaireError(f"Mục “changes” nêu câu không có trong mẫu phiếu nào: {', '.join(unknown)}.")


def _read(data: Mapping[str, Any]) -> Questionnaire:
    definitions = {name: Definition(row["term"], row["words"]) for name, row in data.get("definitions", {}).items()}
    reasons = {key: row["reason"] for row in data.get("changes", ()) for key in row["questions"]}
    canonical = json.dumps(data, ensure_ascii=False, sort_keys=True, separators=(",", ":"), default=str)
    return Questionnaire(
        version=data["version"],
        sections=tuple(_section(row, definitions) for row in data["sections"]),
        sha256=hashlib.sha256(canonical.encode()).hexdigest(),
        follows=data.get("follows", ""),
        reasons=reasons,
    )


def _section(row: Mapping[str, Any], definitions: Mapping[str, Definition]) -> Section:
    ask_if = row.get("ask_if")
    questions = tuple(_question(entry, ask_if) for entry in row["questions"])
    used = tuple(definitions[name] for name in row.get("defines", ()))
    return Section(row["code"], row["title"], row.get("intro", ""), questions, ask_if, used)


def _question(row: Mapping[str, Any], ask_if: str | None) -> Question:
    place = f"Câu “{row.get('key', '?')}”"
    if unknown := sorted(row.keys() - _TYPES.keys()):
        raise QuestionnaireError(f"{place}: không có mục {', '.join(unknown)}.")
    if wrong := sorted(name for name, value in row.items() if not _is(value, _TYPES[name])):
        raise QuestionnaireError(f"{place}: giá trị không đúng dạng ở mục {', '.join(wrong)}.")
    if missing := [name for name in ("key", "label", "kind", "serves") if not row.get(name)]:
        raise QuestionnaireError(f"{place}: thiếu mục {', '.join(missing)}.")
    return Question(**{"ask_if": ask_if, **row, "serves": tuple(row["serves"])})


def _is(value: object, types: type | tuple[type, ...]) -> bool:
    # A yes is a number to Python.
    return isinstance(value, types) and (types is bool or not isinstance(value, bool))


def _check_questions(questionnaire: Questionnaire) -> None:
    if fault := find_code_fault(questionnaire.version, MAX_VERSION):
        raise QuestionnaireError(f"Phiên bản “{questionnaire.version}”: {fault}")
    for name, codes in (
        ("Mã phần", [section.code for section in questionnaire.sections]),
        ("Mã câu hỏi", [question.key for question in questionnaire.questions]),
    ):
        if twice := _duplicates(codes):
            raise QuestionnaireError(f"{name} bị trùng: {', '.join(twice)}.")
    for question in questionnaire.questions:
        references = {key for key in (question.ask_if, question.at_most, question.not_before) if key} - {"pcs"}
        faults = {
            "mã chỉ gồm chữ không dấu, chữ số, dấu gạch dưới, dài không quá 40": not _KEY.fullmatch(question.key),
            f"không có kiểu câu hỏi “{question.kind}”": question.kind not in KINDS,
            "mục “asked_of” phải là ward hoặc city": question.asked_of not in ("ward", "city"),
            f"không có câu {', '.join(sorted(references))}": bool(references - questionnaire.by_key.keys()),
            "số lớn nhất phải từ 1 trở lên": question.maximum < 1,
        }
        kind_fault = KINDS[question.kind].find_fault(question) if question.kind in KINDS else ""
        if fault := next((text for text, holds in faults.items() if holds), kind_fault):
            raise QuestionnaireError(f"Câu “{question.key}”: {fault}.")


def _duplicates(codes: Iterable[str]) -> list[str]:
    listed = list(codes)
    return sorted({code for code in listed if listed.count(code) > 1})
