"""The kinds of answers: each says all of itself, a number keeps its decimals, and a day holds to its end."""

import re
from datetime import date
from decimal import Decimal
from io import BytesIO
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from openpyxl import load_workbook

from inventory.snapshots.snapshot import ConnectionKind
from portal.formats import format_day
from portal.numbers import CountError, parse_decimal
from surveys.questionnaire.answers.kinds import KINDS, kind_of
from surveys.questionnaire.evaluation import evaluate_entries, to_snapshot
from surveys.questionnaire.field_names import field_label, find_part, is_field_of, value_label
from surveys.questionnaire.questionnaire_text import QuestionnaireError, parse_questionnaire
from surveys.questionnaire.questions import Question
from surveys.workbooks.form_workbook import KEYS, FormHeader, build_form_workbook
from tests.factories.questionnaires import shipped_questionnaire

ROOT = Path(__file__).parents[3]
TEXT = """
version = "T.1"
[[sections]]
code = "D"
title = "Đường truyền"
[[sections.questions]]
key = "internet"
label = "Internet chính"
kind = "connection"
places = 1
serves = ["CR-D5"]
[[sections.questions]]
key = "load"
label = "Tải trung bình"
kind = "decimal"
places = 2
maximum = 100
unit = "%"
serves = ["CR-D3"]
[[sections.questions]]
key = "contract_from"
label = "Hợp đồng có hiệu lực từ ngày"
kind = "day"
serves = ["CR-D1"]
[[sections.questions]]
key = "contract_until"
label = "Hợp đồng có hiệu lực đến ngày"
kind = "until"
not_before = "contract_from"
serves = ["CR-D1"]
"""
FORM = parse_questionnaire(TEXT)
INTERNET = {"internet.provider": "Nhà mạng A", "internet.contracted": "187,5", "internet.measured": "90,0"}


def problems(entries, year=2026):
    return {problem.field: problem.message for problem in evaluate_entries(FORM, entries, year).problems}


def facts(entries):
    return {
        key: fact.value for key, fact in to_snapshot(evaluate_entries(FORM, entries, 2026), "00082", date(2026, 3, 2)).facts.items()
    }


def test_a_question_for_whole_numbers_says_so():
    with pytest.raises(CountError, match="số nguyên"):
        parse_decimal("94,4", 0)


@given(st.decimals(0, 99_999, places=2))
def test_a_decimal_is_the_same_in_form_cell_and_snapshot(number):
    typed = f"{number:f}".replace(".", ",")
    value = facts({"load": typed}).get("load") if number <= 100 else parse_decimal(typed, 2)
    assert value == number
    assert isinstance(value, int) == (number == int(number))
    field = find_part(FORM, "load").field
    assert field.from_cell(field.to_cell(typed)) == typed


def test_speeds_take_decimals_where_the_questionnaire_says_so():
    snapshot = to_snapshot(evaluate_entries(FORM, INTERNET, 2026), "00082", date(2026, 3, 2))
    [line] = snapshot.connections_of(ConnectionKind.INTERNET)
    assert (line.contracted_mbps, line.measured_mbps) == (Decimal("187.5"), 90)
    older = evaluate_entries(shipped_questionnaire(), INTERNET, 2026).problems
    assert {problem.field for problem in older} >= {"internet.contracted"}


@pytest.mark.parametrize(
    ("typed", "value"),
    [
        ("31/12/2026", date(2026, 12, 31)),
        ("1/2/2027", date(2027, 2, 1)),
        ("2027-02-01", date(2027, 2, 1)),
        ("31-12-2026", date(2026, 12, 31)),
        ("31.12.2026", date(2026, 12, 31)),
        ("31 / 12 / 2026", date(2026, 12, 31)),
        ("Chưa có", False),
        ("không có", False),
        ("Không thời hạn", True),
        ("vô thời hạn", True),
        ("Chưa có.", False),
    ],
)
def test_a_day_is_read_as_people_and_browsers_write_it(typed, value):
    assert facts({"contract_until": typed}) == {"contract_until": value}


@pytest.mark.parametrize(
    ("typed", "told"),
    [
        ("31/02/2027", "Không có ngày này"),
        ("31-02-2027", "Không có ngày này"),
        ("2027", "Không có ngày này"),
        ("1/3/27", "Ghi năm đủ bốn chữ số"),
        ("1/1/2057", "Năm phải từ 1995 đến 2056"),
        ("1/1/1994", "Năm phải từ 1995 đến 2056"),
    ],
)
def test_a_day_that_nobody_means_is_refused_at_its_field(typed, told):
    assert told in problems({"contract_until": typed})["contract_until"]


def test_what_stands_in_the_place_of_an_end_is_no_beginning():
    assert "Không có ngày này" in problems({"contract_from": "Không thời hạn"})["contract_from"]


def test_an_end_before_its_start_is_refused_at_its_field():
    entries = {"contract_from": "1/6/2026", "contract_until": "31/05/2026"}
    assert problems(entries) == {
        "contract_until": "Ngày 31/05/2026 trước ngày 01/06/2026 ở câu “Hợp đồng có hiệu lực từ ngày”. Sửa một trong hai câu."
    }
    assert problems(entries | {"contract_until": "1/6/2026"}) == {}
    assert problems(entries | {"contract_until": "Không thời hạn"}) == {}


@pytest.mark.parametrize(
    ("cell", "typed"),
    [
        (187.5, "187,5"),
        (62.1 * 3, "186,3"),
        (0.1 + 0.2, "0,3"),
        (1500.0, "1500"),
        (-0.0, "0"),
        (0.5, "0,5"),
        (99999.995, "99999,995"),
    ],
)
def test_a_number_that_a_workbook_computed_is_read_as_it_is_shown(cell, typed):
    assert find_part(FORM, "load").field.from_cell(cell) == typed


def test_parts_and_wholes_with_decimals_are_held_against_one_another():
    form = parse_questionnaire(
        TEXT.replace('unit = "%"', 'at_most = "whole"')
        + '[[sections.questions]]\nkey = "whole"\nlabel = "Tổng"\nkind = "decimal"\nplaces = 1\nserves = ["CR-D3"]\n'
    )
    messages = {
        load: [problem.message for problem in evaluate_entries(form, {"load": load, "whole": "12,5"}, 2026).problems]
        for load in ("12,5", "12,55", "13")
    }
    assert messages["12,5"] == []
    assert messages["12,55"] == [
        "Đơn vị khai 12,5 ở câu “Tổng” nên câu này nhiều nhất là 12,5; đang ghi 12,55. Sửa một trong hai câu."
    ]
    assert "đang ghi 13" in messages["13"][0]


@given(st.dates(date(1995, 1, 1), date(2056, 12, 31)))
def test_a_day_is_the_same_in_form_and_cell(day):
    field, typed = find_part(FORM, "contract_until").field, format_day(day)
    assert field.to_cell(typed) == day
    assert field.from_cell(field.to_cell(typed)) == typed
    assert facts({"contract_until": typed}) == {"contract_until": day}


def test_the_workbook_gives_back_what_was_typed_in_every_kind():
    entries = {**INTERNET, "load": "12,25", "contract_from": "01/06/2026", "contract_until": "Không thời hạn"}
    for more in ({}, {"load": "?", "contract_until": "?"}, {"load": "12,250", "contract_until": "2027-01-31"}):
        typed = entries | more
        book = load_workbook(BytesIO(build_form_workbook(FormHeader("00082", "Phường", 1, "Đợt", "T.1"), FORM, typed)))
        read = {}
        for name, sheet, cell, *_rest in book[KEYS].iter_rows(min_row=2, values_only=True):
            part = find_part(FORM, name)
            if part is not None:
                read[name] = part.field.from_cell(book[sheet][cell].value)
        assert {name: raw for name, raw in read.items() if raw} == typed


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ({"load": "18,0"}, {"load": "18"}),
        ({"load": "18.5"}, {"load": "18,50"}),
        ({"internet.contracted": "1500"}, {"internet.contracted": "1.500,0"}),
        ({"contract_until": "1/2/2027"}, {"contract_until": "01-02-2027"}),
    ],
)
def test_one_value_is_told_in_one_way_however_it_was_typed(one, other):
    [key] = {name.partition(".")[0] for name in one}
    question = FORM.question(key)
    assert kind_of(question).describe(question, one) == kind_of(question).describe(question, other)


def test_labels_follow_the_kind():
    assert field_label(FORM, "internet#2.contracted") == "Internet chính, đường thứ 2 – Tốc độ theo hợp đồng (Mbps)"
    assert [value_label(FORM, name, raw) for name, raw in (("load", "?"), ("contract_until", "31/12/2026"), ("load", ""))] == [
        "Chưa nắm được",
        "31/12/2026",
        "(để trống)",
    ]
    assert is_field_of("internet#500.measured", FORM.question("internet"))
    assert not is_field_of("load.good", FORM.question("load"))


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (("places = 2", "places = 0"), "mục “places” phải từ 1 đến 3"),
        (('kind = "decimal"', 'kind = "count"'), "kiểu count là số nguyên"),
        (('key = "internet"', 'key = "radio"'), "mã phải là một loại đường truyền"),
        (('not_before = "contract_from"', 'not_before = "signed"'), "không có câu signed"),
        (('kind = "decimal"', 'kind = "equipment"'), "mã phải là một danh mục thiết bị"),
    ],
)
def test_a_question_that_cannot_be_of_its_kind_is_refused(change, told):
    with pytest.raises(QuestionnaireError, match=told):
        parse_questionnaire(TEXT.replace(*change))


@pytest.mark.parametrize("name", KINDS)
def test_every_kind_says_all_of_itself(name):
    key = {"equipment": "A03", "connection": "internet"}.get(name, "sites")
    question = Question(key, "Câu", name, ("CR-A1",), places=1 if name == "decimal" else 0)
    kind = kind_of(question)
    assert kind.part(question, kind.main) is not None
    assert {part.name for part in kind.parts(question)} >= set(kind.city_parts)
    assert (ROOT / "surveys/templates" / kind.template).exists()
    assert kind.describe(question, {}) == "–"
    assert not kind.parse(question, {}, 2026).answered


def test_nobody_else_asks_of_which_kind_a_question_is():
    asked = re.compile(r"\b(question|q|entry)\.kind\s*(==|!=|\bin\b)")
    # The parser of a text says that there is no such kind.
    files = [
        path for path in (ROOT / "surveys").rglob("*.*") if path.suffix in (".py", ".html") and path.name != "questionnaire_text.py"
    ]
    asking = [path for path in files if "answers" not in path.parts and asked.search(path.read_text("utf-8"))]
    assert [path.relative_to(ROOT).as_posix() for path in asking] == []
