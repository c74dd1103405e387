"""What holds of every plan: the parts are the whole, order never matters, and nothing is bought twice."""

import pytest
from bs4 import BeautifulSoup
from hypothesis import given
from hypothesis import strategies as st

from inventory.snapshots.snapshot import EquipmentLot, Owner
from planning.plan.assumptions import Method
from planning.plan.line import amount_of
from planning.plan.spending import SpendingForm
from planning.plan.subsets import source_subset, sources_of, ward_subset, wards_of
from tests.factories.plans import WARDS, answers_of_wards, plan_of_answers
from tests.support.examples import examples

PARTS = {
    "ward": lambda line: line.ward.code,
    "item": lambda line: line.item,
    "group": lambda line: line.group,
    "source": lambda line: line.source,
}


@examples(60)
@given(answers_of_wards)
def test_the_parts_are_the_whole_to_the_dong(wards):
    plan = plan_of_answers(wards)
    assert plan.total() == sum(plan.form_total(kind) for kind in SpendingForm)
    for name, part in PARTS.items():
        assert sum(sum(sums.values()) for sums in plan.totals_by(part).values()) == plan.total(), name
    by_norm, by_year = plan.totals_by_norm(), plan.totals_by_year()
    for form in SpendingForm:
        assert sum(sums[form] for sums in by_norm.values()) == sum(sums[form] for sums in by_year.values()) == plan.form_total(form)
        assert plan.form_without_evidence(form) <= plan.form_total(form)
    for line in plan.lines:
        assert sum(line.amounts_by_norm.values()) == line.amount == sum(line.amount_in(year) for year in plan.assumptions.years)
        assert line.amount_in(line.year) == amount_of(line.quantity, line.unit_price, line.months)
        assert line.within + line.above == line.quantity > 0
    assert sum(sum(sums.values()) for _ward, sums in plan.largest_wards(126)) == plan.total()


@examples(60)
@given(answers_of_wards)
def test_neither_the_order_of_wards_nor_of_lots_matters(wards):
    one, other = plan_of_answers(wards), plan_of_answers(wards, reverse=True)
    assert one.lines == other.lines
    assert one.centre_lines == other.centre_lines


@examples(60)
@given(answers_of_wards)
def test_nothing_is_bought_that_is_coming_or_that_somebody_else_owns(wards):
    plan = plan_of_answers(wards)
    for (facts, lots), ward in zip(wards, WARDS, strict=False):
        ward_lines = {line.item: line for line in plan.lines if line.ward.code == ward.code}
        assert len(ward_lines) == sum(line.ward.code == ward.code for line in plan.lines), "one line of an item"
        for item, line in ward_lines.items():
            ordered_count = sum(lot.on_order for lot in lots if lot.item == item and lot.owner is not Owner.CITY_CENTRE)
            assert line.quantity <= max(0, line.required - ordered_count)
        if not facts["owns_counters"]:
            assert not [item for item in ward_lines if item.startswith("B")], "the city service centre owns the counters"
        assert "C06" not in ward_lines, "the package of the LAN would fund its parts a second time"
    assert {line.method for line in plan.lines} <= set(Method)


@examples(40)
@given(answers_of_wards, st.integers(1, 50))
def test_more_on_order_never_costs_more(wards, extra_count):
    facts, lots = wards[0]
    wards_with_order = [(facts, [*lots, EquipmentLot("F01", on_order=extra_count)]), *wards[1:]]
    assert plan_of_answers(wards_with_order).total() <= plan_of_answers([(facts, lots), *wards[1:]]).total()


def test_the_page_names_results_the_largest_and_an_unknown_ward(demo_sign_in):
    client = demo_sign_in("taichinh")
    page = BeautifulSoup(client.get("/plans/1").data, "html.parser")
    text = " ".join(page.get_text(" ").split())
    assert "✓ Đáp ứng: 47 · ✗ Chưa đáp ứng: 49" in text
    rows = page.select_one("[aria-label='Mười đơn vị cần kinh phí lớn nhất']").select("tbody tr")
    sums = [sum(int(cell.get_text().replace(".", "")) for cell in row.select("td")) for row in rows]
    assert len(sums) == 10
    assert sums == sorted(sums, reverse=True)
    assert "Không có xã, phường nào mang mã “99999”" in client.get("/plans/1?ward=99999").text


@pytest.mark.parametrize("code", ["<b>", "00070' OR 1=1", "x" * 5000])
def test_an_odd_ward_code_leaves_the_page_whole(demo_sign_in, code):
    assert demo_sign_in("taichinh").get("/plans/1", query_string={"ward": code}).status_code == 200


@examples(40)
@given(answers_of_wards)
def test_the_parts_for_wards_and_for_sources_are_the_whole(wards):
    plan = plan_of_answers(wards)
    by_ward = [ward_subset(plan, ward) for ward in wards_of(plan)]
    by_source = [source_subset(plan, source) for source in sources_of(plan)]
    for parts in (by_ward, by_source):
        assert sorted(line.code for part in parts for line in part.lines) == sorted(line.code for line in plan.lines)
        for form in SpendingForm:
            assert sum(part.form_total(form) for part in parts) == plan.form_total(form)
            for kind, sums in plan.totals_by_norm().items():
                assert sum(part.totals_by_norm().get(kind, {}).get(form, 0) for part in parts) == sums[form]
    assert sum(part.centre_total for part in by_ward) == plan.centre_total
