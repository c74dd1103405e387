"""Small cities at the edges of the rules, one a row, read as a table: what the ward has, and what its lines come to."""

from dataclasses import replace

import pytest

from inventory.prices.prices import CapStanding, standing_of, tenths_above
from inventory.prices.vat import percent_in, price_in
from inventory.snapshots.snapshot import EquipmentLot, Owner
from planning.plan.assumptions import Assumptions
from planning.plan.build import build_plan
from planning.plan.exclusions import Reason
from planning.plan.norms import NormClass, quantity_cap
from planning.plan.overrides import Edit, apply_prices, new_line
from tests.factories.plans import FEW_WARDS, WARD, plan_of_lots
from tests.factories.prices import PRICE_LIST, PRICES

NEW, OLD = 2024, 2010


def pcs(good, year=NEW, **more):
    return EquipmentLot("A01", good=good, year=year, **more)


# What the ward has | its people and what else it said | item | quantity, within, above, need, have, short, past the age of the standard
ROWS = {
    "nobody works there: nothing is asked for": (
        (),
        {"staff_total": 0, "staff_vi": 0, "staff_vii": 0, "staff_viii": 0},
        "A01",
        None,
    ),
    "one PC each, exactly": ((pcs(20),), {}, "A01", None),
    "one PC short": ((pcs(19),), {}, "A01", (1, 1, 0, 20, 19, 1, 0)),
    "all of it": ((), {}, "A01", (20, 20, 0, 20, 0, 20, 0)),
    "on order, one fewer than is short": ((pcs(10, on_order=9),), {}, "A01", (1, 1, 0, 20, 10, 10, 0)),
    "on order above the need": ((pcs(10, on_order=50),), {}, "A01", None),
    "the last year that the standard counts": ((pcs(20, 2019),), {}, "A01", None),
    "the year after": ((pcs(20, 2018),), {}, "A01", (20, 20, 0, 20, 0, 20, 20)),
    "the centre's PCs are nobody's here": ((pcs(20, owner=Owner.CITY_CENTRE),), {}, "A01", (20, 20, 0, 20, 0, 20, 0)),
    "more people than the law gives PCs": ((pcs(2),), {"staff_total": 25}, "A01", (23, 18, 5, 25, 2, 23, 0)),
    "old PCs that nobody counts on leave their room: of ten five are replaced, four taken out of the count, one stays": (
        (pcs(15), pcs(10, OLD)),
        {"pc_supported_os": 15},
        "A01",
        (5, 4, 1, 20, 15, 5, 10),
    ),
    "old laptops leave it too, and the one that stays is the secretary's": (
        (pcs(15), EquipmentLot("A02", good=10, year=OLD)),
        {"pc_supported_os": 15},
        "A01",
        (5, 5, 0, 20, 15, 5, 10),
    ),
    "broken PCs are no old ones": ((pcs(18), EquipmentLot("A01", broken=5, year=OLD)), {}, "A01", (2, 2, 0, 20, 18, 2, 0)),
    "six people a printer, a fraction more": ((), {"staff_viii": 7, "staff_total": 12}, "A03", (2, 2, 0, 2, 0, 2, None)),
    "fifteen people a scanner": (
        (),
        {"staff_viii": 10, "staff_total": 15, "printers_multifunction": 0},
        "A04",
        (1, 1, 0, 1, 0, 1, None),
    ),
    "fifteen people a scanner, and one more": (
        (),
        {"staff_viii": 11, "staff_total": 16, "printers_multifunction": 0},
        "A04",
        (2, 2, 0, 2, 0, 2, None),
    ),
}


@pytest.mark.parametrize("name", ROWS)
def test_a_ward_at_an_edge(name):
    lots, facts, item, expected = ROWS[name]
    lines = [line for line in plan_of_lots(*lots, **facts).lines if line.item == item]
    if expected is None:
        assert lines == []
        return
    [line] = lines
    purpose = line.lead
    assert (line.quantity, line.within, line.above, purpose.need, purpose.have, purpose.short, line.overage) == expected


MORE_THAN_NEEDED = {"pc_supported_os": 16, "pcs_protected": 10, "licensed_pcs": 5}
# What the ward has | what else it said | item, criterion | how many of it are for that criterion, and how that follows
HOW = {
    "what is lacking": ((pcs(16),), {}, "A01", "CR-A1", 4, "thiếu 4 máy"),
    "bought for another": (
        (pcs(10), pcs(10, OLD)),
        {},
        "A01",
        "CR-A2",
        0,
        "do mua cho CR-A1 – Mỗi người một máy tính dùng được cũng đáp ứng tiêu chí này",
    ),
    "a newer system": (
        (pcs(20),),
        {"pc_supported_os": 15},
        "A07",
        "CR-A3",
        4,
        "thiếu 4 máy; nâng cấp hệ điều hành 4 máy còn hạn sử dụng",
    ),
    "a newer system, once others are out of the count": (
        (pcs(24),),
        MORE_THAN_NEEDED,
        "A07",
        "CR-A3",
        3,
        "thiếu 7 máy; trừ 4 máy đưa ra khỏi số tính; còn thiếu 3 máy; nâng cấp hệ điều hành 3 máy còn hạn sử dụng",
    ),
    "a licence comes with a newer system": (
        (pcs(24),),
        MORE_THAN_NEEDED,
        "A07",
        "CR-A7",
        10,
        "thiếu 17 máy; trừ 4 máy đưa ra khỏi số tính; trừ 3 máy nâng cấp hệ điều hành; còn cần 10 bộ",
    ),
    "what is out of the count is not protected": (
        (pcs(24),),
        MORE_THAN_NEEDED,
        "G02",
        "CR-G2",
        10,
        "thiếu 14 máy; trừ 4 máy đưa ra khỏi số tính; còn cần 10 bản quyền/năm",
    ),
    "new PCs are protected": (
        (pcs(16),),
        {"pcs_protected": 10},
        "G02",
        "CR-G2",
        10,
        "thiếu 6 máy; cần 10 bản quyền/năm sau khi tính phần bổ sung cho tiêu chí khác",
    ),
}


@pytest.mark.parametrize("name", HOW)
def test_how_a_quantity_follows(name):
    lots, facts, item, code, quantity, how = HOW[name]
    purposes = (purpose for line in plan_of_lots(*lots, **facts).lines if line.item == item for purpose in line.purposes)
    [purpose] = [purpose for purpose in purposes if purpose.criterion == code]
    assert (purpose.quantity, purpose.how) == (quantity, how)


# The PCs that make room for twenty new ones | what the note of the line says of them
REPLACED = {
    "past their life": (pcs(20, OLD), "thay 20 máy: hết hạn sử dụng, chuyển thanh lý (Điều 3.7)"),
    "leased": (pcs(20, OLD, owner=Owner.LEASED), "thay 20 máy: máy thuê, trả cho bên cho thuê"),
    "of an unknown year": (pcs(20, None), "thay 20 máy: không rõ năm đưa vào sử dụng, cần xác minh trước khi xử lý"),
}


@pytest.mark.parametrize("name", REPLACED)
def test_the_note_says_once_what_becomes_of_the_old_machines(name):
    lot, words = REPLACED[name]
    [line] = [line for line in plan_of_lots(lot).lines if line.item == "A01"]
    assert line.note == words


def test_what_is_taken_out_of_the_count_names_the_criterion_and_leaves_its_room_to_a_line_that_is_added():
    plan = plan_of_lots(pcs(24), pc_supported_os=20)
    [withdrawn] = [entry for entry in plan.exclusions if entry.reason is Reason.NOT_NEEDED]
    assert (withdrawn.quantity, withdrawn.criteria) == (3, ("CR-A3",))
    room = new_line(plan, WARD, "A01").room
    assert (quantity_cap("A01", plan.ratings[WARD.code].snapshot), room) == (20, 0)
    fewer_people = plan_of_lots(pcs(20), pc_supported_os=15, staff_total=15)
    assert new_line(fewer_people, WARD, "A01").room == 5


@pytest.mark.parametrize(
    ("unit_price", "standing", "tenths"),
    [
        (19_999_999, CapStanding.BELOW, 0),
        (20_000_000, CapStanding.AT_CAP, 0),
        (20_000_001, CapStanding.UNIT_HEAD, 1),
        (23_000_000, CapStanding.UNIT_HEAD, 150),
        (23_000_001, CapStanding.PROVINCE, 151),
        (26_000_000, CapStanding.PROVINCE, 300),
        (26_000_001, CapStanding.NOT_ALLOWED, 301),
    ],
)
def test_a_price_at_its_ceiling(unit_price, standing, tenths):
    assert (standing_of(unit_price, 20_000_000), tenths_above(unit_price, 20_000_000)) == (standing, tenths)


@pytest.mark.parametrize(
    ("first_year", "listed", "standing"),
    [(2026, 10, CapStanding.BELOW), (2027, 10, CapStanding.AT_CAP), (2027, 8, CapStanding.UNIT_HEAD)],
)
def test_how_a_price_stands_to_its_ceiling_is_said_by_one_word_that_follows_the_tax_of_the_year(first_year, listed, standing):
    """The list has the ceiling as its price: a note that said so would contradict the line in another year, or once its price is edited."""
    plan = plan_of_lots(pcs(8))
    price = replace(PRICES["A01"], vat_percent=listed)
    prices = replace(PRICE_LIST, prices={**PRICES, "A01": price})
    built = build_plan("Thử", plan.wards, plan.ratings, prices, plan.standard, Assumptions(first_year), plan.on)
    [line] = [line for line in built.lines if line.item == "A01"]
    assert price.is_at_cap
    assert (line.standing, line.note) == (standing, "")


@pytest.mark.parametrize(
    ("item", "listed", "year", "percent", "price"),
    [
        ("A03", 10, 2026, 8, 10_800_000),
        ("A03", 10, 2027, 10, 11_000_000),
        ("A03", 8, 2026, 8, 11_000_000),
        ("A03", 8, 2027, 10, 11_203_704),
        ("D03", 10, 2026, 10, 11_000_000),
        ("D03", 8, 2026, 10, 11_203_704),
        ("A07", 0, 2026, 0, 11_000_000),
        ("A07", 10, 2026, 10, 11_000_000),
        ("A03", 5, 2027, 5, 11_000_000),
    ],
)
def test_the_tax_is_that_of_the_year_of_delivery(item, listed, year, percent, price):
    """Handed over on 31/12/2026 or on 01/01/2027; telecommunication never had the lower rate."""
    of_list = replace(PRICES[item], unit_price=11_000_000, vat_percent=listed)
    assert (percent_in(of_list, year), price_in(of_list, year)) == (percent, price)


@pytest.mark.parametrize(
    ("item", "percent", "in_years"),
    [
        ("A03", 10, {2026: 10, 2027: 10}),
        ("A03", 8, {2026: 8, 2027: 10}),
        ("A03", 5, {2026: 5, 2027: 5}),
        ("D03", 8, {2026: 8, 2027: 10}),
    ],
)
def test_a_rate_that_a_person_set_for_the_plan_stands_while_there_is_such_a_rate(item, percent, in_years):
    own = apply_prices(PRICE_LIST, [Edit("", item, "vat_percent", str(percent))]).prices[item]
    assert {year: percent_in(own, year) for year in in_years} == in_years


def test_a_line_that_runs_over_the_end_of_a_rate_pays_each_year_with_its_own():
    """A leased machine from 2026 on: the year of lease is a share of the price with that year's tax, rounded each time."""
    base = plan_of_lots(rooms_vc_able=0)
    rules = Assumptions(2026, months=6, lease_percent=35)
    rules = replace(rules, groups={letter: replace(rule, year=0, is_leased=True) for letter, rule in rules.groups.items()})
    plan = build_plan("Thử", FEW_WARDS, base.ratings, PRICE_LIST, base.standard, rules, base.on)
    [line] = [line for line in plan.lines if line.item == "E01"]
    price_2026 = price_in(PRICES["E01"], 2026)
    assert price_2026 == 117_818_182
    assert [(paid.year, paid.months, paid.unit_price) for paid in line.payments] == [
        (2026, 6, 41_236_364),
        (2027, 12, 42_000_000),
        (2028, 12, 42_000_000),
    ]
    assert line.amount == 20_618_182 + 84_000_000 == sum(line.amount_in(year) for year in plan.assumptions.years)
    assert line.upkeep == 42_000_000


def test_a_line_that_serves_two_criteria_keeps_each():
    plan = plan_of_lots(pcs(10), pcs(10, OLD), pc_supported_os=20)
    [line] = [line for line in plan.lines if line.item == "A01"]
    findings = {finding.criterion.code: finding for finding in plan.ratings[WARD.code].findings}
    assert [purpose.criterion for purpose in line.purposes] == ["CR-A1", "CR-A2"]
    for purpose in line.purposes:
        finding = findings[purpose.criterion]
        assert (purpose.need, purpose.have, purpose.short) == (finding.need, finding.have, finding.shortfall)
    assert line.overage == 10


def test_shredders_and_photocopiers_have_a_number_too():
    snapshot = plan_of_lots().ratings[WARD.code].snapshot
    assert [quantity_cap(item, snapshot) for item in ("A05", "A06")] == [2, 2]
    assert quantity_cap("G06", snapshot) is None


def test_what_lies_above_the_norm_is_its_own_class():
    plan = plan_of_lots(pcs(2), staff_total=25)
    [line] = [line for line in plan.lines if line.item == "A01"]
    assert line.amounts_by_norm == {NormClass.WITHIN: 360_000_000, NormClass.ABOVE: 100_000_000}
