"""docs/tieu-chuan.md shows the shipped standard as it stands, and tells the rule of each measure that has one of its own."""

from dataclasses import replace
from datetime import date

import pytest

from exports.open_data.verification.measures import RULES
from scoring.rating.measures import required_answers
from scoring.rating.standard import Requirement
from tests.factories.standards import STANDARD
from tests.house.standard_tables import PAGE, describe_limits, describe_need, describe_weight, put_tables, write_criteria
from tests.support.docs import put_part


def test_the_tables_show_the_standard_as_it_stands():
    page = PAGE.read_text("utf-8")
    assert all(put_part(name, "", page) != page for name in ("criteria", "measures"))
    assert put_tables(page) == page, "docs/tieu-chuan.md shows another standard: run `make tables` and commit it"


@pytest.mark.parametrize("measure", RULES)
def test_each_rule_of_its_own_is_told_with_the_answers_that_it_needs(measure):
    rules = PAGE.read_text("utf-8").partition("## Phép đo có quy tắc riêng")[2].partition("## ")[0]
    row = next((line for line in rules.splitlines() if line.startswith(f"| `{measure}` |")), "")
    assert row, f"tell the rule of {measure} in docs/tieu-chuan.md"
    kinds = {"tslcd": "đường TSLCD", "internet": "đường Internet chính", "backup": "đường Internet dự phòng"}
    for answer in required_answers(measure):
        assert kinds.get(answer, answer) in row.split("|")[2], f"docs/tieu-chuan.md: {measure} needs {answer}"


@pytest.mark.parametrize(
    ("need", "words"),
    [
        (Requirement(constant=200), "200"),
        (Requirement(constant=90, at_most=True), "không quá 90"),
        (Requirement(per="staff_total"), "`staff_total`"),
        (Requirement(per="staff_total", times=2, at_least=200), "2 × `staff_total`, ít nhất 200"),
        (Requirement(per="staff_viii", each=6, constant=1), "1 + `staff_viii` ÷ 6"),
        (Requirement(per="sites", times=3, percent=50, each=2, at_most=True), "không quá 3 × 50 % × `sites` ÷ 2"),
    ],
)
def test_a_need_in_words(need, words):
    assert describe_need(need) == words


def test_whom_and_when_a_criterion_judges_and_what_it_weighs():
    counter = replace(STANDARD.criterion("CR-B1"), effective_from=date(2027, 1, 1), effective_to=date(2027, 12, 31))
    assert describe_limits(counter) == "khi trả lời “có” ở `owns_counters`, từ 01/01/2027, đến hết 31/12/2027"
    assert describe_limits(STANDARD.criterion("CR-A1")) == ""
    assert [describe_weight(c) for c in (counter, replace(counter, undecided=True), STANDARD.criterion("CR-A4"))] == [
        "2", "chưa quyết định", "khuyến nghị",
    ]  # fmt: skip
    assert len(write_criteria(STANDARD).splitlines()) == len(STANDARD.criteria) + 4
