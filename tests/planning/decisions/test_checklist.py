"""What is still to be completed: what the list counts is what its link shows, and nothing is left out."""

from dataclasses import replace

from planning.decisions.checklist import list_checks
from planning.plan.line_filter import filter_lines, parse_filter
from planning.plan.overrides import Edit, apply_edits
from tests.factories.plans import FEW_WARDS, SMALL_PLAN, WARD


def counts(plan):
    return {check.label: check.count for check in list_checks(plan)}


def test_each_count_is_that_of_the_lines_that_its_link_shows():
    plan = apply_edits(SMALL_PLAN, [Edit(WARD.code, "A01", "unit_price", "20000001"), Edit(WARD.code, "A03", "note", "x")])
    found = counts(plan)
    assert found["dòng điều chỉnh"] == 2
    assert found["dòng có đơn giá vượt mức tối đa"] == 1
    assert found["dòng chưa có căn cứ giá"] == sum(not line.has_evidence for line in plan.lines) > 0
    assert found["xã, phường chưa có số liệu"] == len(FEW_WARDS) - 1
    for check in list_checks(plan):
        if check.arguments:
            assert check.count == len(filter_lines(plan, parse_filter(check.arguments))), check


def test_a_rate_that_ends_before_the_year_of_its_line_is_counted():
    lines = SMALL_PLAN.lines
    price = replace(lines[0].price, vat_percent=8)
    label = "dòng có thuế suất của năm thực hiện khác bảng giá"
    for vat_percent, count in ((8, 0), (10, 1)):
        plan = replace(SMALL_PLAN, lines=(replace(lines[0], price=price, vat_percent=vat_percent), *lines[1:]))
        assert counts(plan)[label] == count
