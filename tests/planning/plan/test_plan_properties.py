"""What holds of every plan: the parts are the whole, order never matters, and nothing is bought twice."""

from dataclasses import replace

import pytest
from bs4 import BeautifulSoup
from hypothesis import given
from hypothesis import strategies as st

from inventory.snapshots.snapshot import EquipmentLot, Owner, Snapshot
from planning.plan.assumptions import Assumptions, Method
from planning.plan.build import build_plan
from planning.plan.line import amount_of
from planning.plan.norms import NormClass
from planning.plan.spending import SpendingForm
from planning.plan.subsets import source_subset, sources_of, ward_subset, wards_of
from scoring.rating.purchases import money_mends
from scoring.rating.rating import rate
from scoring.rating.standard import RemedyItem
from tests.factories.days import DEMO_DAY
from tests.factories.plans import WARD, WARDS, answers_of_wards, plan_of_answers, plan_of_lots
from tests.factories.prices import PRICE_LIST
from tests.factories.snapshots import fleets, make_facts, snapshots
from tests.factories.standards import NEWEST_STANDARD, STANDARD
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


def check_findings_are_lines(plan, ward):
    """Each finding that money mends stands on a line or among what is left out, and what stands on a line is what the finding says."""
    findings = {finding.criterion.code: finding for finding in plan.ratings[ward.code].findings}
    lines = [line for line in plan.lines if line.ward == ward]
    served = {code for line in lines for code in line.criteria}
    left_out = {code for entry in plan.exclusions if entry.ward == ward for code in entry.criteria}
    assert {code for code, finding in findings.items() if finding.is_counted and money_mends(finding)} <= served | left_out
    assert left_out <= findings.keys()
    for line in lines:
        assert len(set(line.criteria)) == len(line.criteria)
        for purpose in line.purposes:
            finding = findings[purpose.criterion]
            assert (purpose.need, purpose.have, purpose.short) == (finding.need, finding.have, finding.shortfall)
            assert purpose.quantity or money_mends(finding), "what nothing is bought for is lacking"
            assert (purpose.quantity == 0) == purpose.how.startswith("do mua cho ")


@examples(60)
@given(
    st.tuples(st.just(STANDARD), snapshots() | fleets()) | st.tuples(st.just(NEWEST_STANDARD), snapshots("2026.2") | fleets()),
    st.booleans(),
)
def test_each_finding_that_money_mends_stands_on_a_line(given_ward, upgrades_os):
    standard, snapshot = given_ward
    ratings = {WARD.code: rate(replace(snapshot, ward_code=WARD.code), standard, DEMO_DAY)}
    rules = Assumptions(2027, upgrades_os=upgrades_os)
    check_findings_are_lines(build_plan("thử", (WARD,), ratings, PRICE_LIST, standard, rules, DEMO_DAY), WARD)


def test_each_finding_of_the_demo_that_money_mends_stands_on_a_line(demo_plan):
    for ward in demo_plan.wards:
        check_findings_are_lines(demo_plan, ward)
    assert sum(purpose.quantity == 0 for line in demo_plan.lines for purpose in line.purposes) == 20


def test_of_the_demo_above_the_norm_is_only_what_no_withdrawn_pc_leaves_room_for(demo_plan):
    by_norm = {kind: sum(sums.values()) for kind, sums in demo_plan.totals_by_norm().items()}
    assert (by_norm[NormClass.WITHIN], by_norm[NormClass.ABOVE]) == (3_335_000_000, 220_000_000)


def test_what_a_package_holds_stands_on_the_line_of_the_package():
    seats, wireless = (STANDARD.criterion(code) for code in ("CR-C1", "CR-C4"))
    whole = replace(seats, remedy=replace(seats.remedy, items=(RemedyItem("C06", each=1000),)))
    standard = replace(STANDARD, criteria=(whole, wireless))
    facts = make_facts({"staff_total": 20, "lan_seats": 0, "floors": 3})
    snapshot = Snapshot(WARD.code, DEMO_DAY, facts, answered_items=frozenset({"C04"}))
    ratings = {WARD.code: rate(snapshot, standard, DEMO_DAY)}
    plan = build_plan("thử", (WARD,), ratings, PRICE_LIST, standard, Assumptions(2027), DEMO_DAY)
    assert [(line.item, line.quantity, line.criteria) for line in plan.lines] == [("C06", 1, ("CR-C1", "CR-C4"))]
    assert [(entry.item, entry.quantity, entry.criteria) for entry in plan.exclusions] == [("C04", 3, ("CR-C4",))]
    check_findings_are_lines(plan, WARD)


def test_what_is_on_order_is_left_out_by_its_criterion():
    plan = plan_of_lots(EquipmentLot("A01", good=10, on_order=10, year=2024), pc_supported_os=10)
    assert [(entry.item, entry.quantity, entry.criteria) for entry in plan.exclusions] == [("A01", 10, ("CR-A1",))]
    check_findings_are_lines(plan, WARD)


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


def test_the_pages_name_the_criterion_of_what_is_left_out_and_say_once_what_is_liquidated(demo_sign_in):
    client = demo_sign_in("taichinh")
    left_out = BeautifulSoup(client.get("/plans/1/exclusions").data, "html.parser")
    section = next(part for part in left_out.select("section") if "không mua thay, không thanh lý" in part.h2.get_text())
    cells = {row.select("td")[1].get_text(strip=True) for row in section.select("tbody tr")}
    assert cells == {"CR-A3 – Máy tính có hệ điều hành còn được vá lỗi"}
    line = BeautifulSoup(client.get("/plans/1/lines/00008-A01").data, "html.parser")
    assert line.get_text().count("chuyển thanh lý") == 1
    assert "Dòng thêm ngoài yêu cầu của bộ tiêu chuẩn" in client.get("/plans/1/lines/00008-A05").text
