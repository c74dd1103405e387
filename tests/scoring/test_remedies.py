"""Remedies counted by hand: how much is bought, which old machines go, what the ward then has, and which set is the cheapest."""

from dataclasses import replace

import pytest

from inventory.snapshot import Connection, ConnectionKind, EquipmentLot, Fact, Owner, Snapshot, make_facts
from scoring.rating import Result, judge, rate
from scoring.remedies import RemedyLine, apply_remedies, cost_to_ready, remedies_of
from scoring.standard import RemedyItem, RemedyRule, Requirement
from tests.scoring.test_exactness import FREE, ON, PRICES, STANDARD, small_standard, ward_with

PCS = frozenset({"A01", "A02"})
CENTRE, LEASED = Owner.CITY_CENTRE, Owner.LEASED


def only(*codes, **changes):
    """The standard with these criteria alone; ``changes`` go into each of them."""
    return replace(STANDARD, criteria=tuple(replace(STANDARD.criterion(code), **changes) for code in codes))


def pcs(*lots):
    """Lots of PCs by (year, good) or (year, good, owner)."""
    return tuple(EquipmentLot("A01", year=year, good=good, owner=(*owner, Owner.WARD)[0]) for year, good, *owner in lots)


def a_ward(lots=(), items=PCS, **facts):
    return Snapshot("00082", ON, make_facts(facts), tuple(lots), answered_items=frozenset(items))


# Fact that misses; its value; the lines that are bought. C02 is one for 24 of the staff, at least one; D03 one for 300 Mbps.
QUANTITIES = [
    ("CR-C3", {"staff_total": 0, "vlan_separated": False}, {"C02": 1}),
    ("CR-C3", {"staff_total": 1, "vlan_separated": False}, {"C02": 1}),
    ("CR-C3", {"staff_total": 24, "vlan_separated": False}, {"C02": 1}),
    ("CR-C3", {"staff_total": 25, "vlan_separated": False}, {"C02": 2}),
    ("CR-C3", {"staff_total": 48, "vlan_separated": False}, {"C02": 2}),
    ("CR-C3", {"staff_total": 49, "vlan_separated": False}, {"C02": 3}),
    ("CR-D5", {"staff_total": 150}, {"D03": 1}),
    ("CR-D5", {"staff_total": 151}, {"D03": 2}),
    ("CR-D5", {"staff_total": 301}, {"D03": 3}),
    ("CR-A6", {"staff_total": 15, "printers_multifunction": 0}, {"A04": 1}),
    ("CR-A6", {"staff_total": 46, "printers_multifunction": 1}, {"A04": 3}),
]


@pytest.mark.parametrize(("code", "facts", "bought"), QUANTITIES)
def test_as_much_is_bought_as_is_lacking_rounded_up_and_never_none(code, facts, bought):
    ward = replace(a_ward(items={"A04"}, **facts), answered_connections=frozenset({ConnectionKind.INTERNET}))
    assert {line.item: line.quantity for line in remedies_of(rate(ward, only(code), ON))} == bought


# Staff, that is how many worn PCs go of good 4, degraded 5, unused 1; what stays of them: good, degraded, unused, liquidation.
LIQUIDATED = [
    (2, (4, 3, 1, 2)),
    (5, (4, 0, 1, 5)),
    (7, (2, 0, 1, 7)),
    (9, (0, 0, 1, 9)),
    (10, (0, 0, 0, 10)),
    (11, (0, 0, 0, 10)),
]


@pytest.mark.parametrize(("staff", "left"), LIQUIDATED)
def test_of_a_lot_the_degraded_go_first_then_the_good_then_the_unused(staff, left):
    worn = EquipmentLot("A01", good=4, degraded=5, unused=1, year=2014)
    rating = rate(a_ward([worn], staff_total=staff), only("CR-A1"), ON)
    old, new = apply_remedies(rating).snapshot.lots
    assert (old.good, old.degraded, old.unused, old.liquidation) == left
    assert new == EquipmentLot("A01", good=staff, year=ON.year)
    assert remedies_of(rating) == (RemedyLine("A01", staff, "CR-A1", replaces=min(staff, 10)),)


# Lots of PCs; how many must have a supported system (any old one may go for it); what stands in the lots then, in their order.
ANY_MAY_GO = [
    ([(2012, 2), (2018, 3)], 3, [0, 2]),
    ([(2018, 3), (2012, 2)], 3, [2, 0]),
    ([(None, 2), (2012, 2)], 3, [0, 1]),
    ([(2012, 2, CENTRE), (2018, 3)], 3, [2, 0]),
    ([(2012, 2, LEASED), (2018, 3)], 1, [1, 3]),
    ([(ON.year, 2), (2018, 3)], 4, [2, 0]),
    ([(ON.year - 1, 2), (2018, 3)], 4, [1, 0]),
    ([(2012, 2), (2018, 0)], 9, [0, 0]),
]


@pytest.mark.parametrize(("lots", "wanted", "left"), ANY_MAY_GO)
def test_the_oldest_go_first_but_none_of_this_year_and_none_of_the_city_centre(lots, wanted, left):
    standard = only("CR-A3", requirement=Requirement(constant=wanted))
    after = apply_remedies(rate(a_ward(pcs(*lots), pc_supported_os=0), standard, ON)).snapshot
    assert [lot.working for lot in after.lots] == [*left, wanted]
    assert sum(lot.liquidation for lot in after.lots) == sum(good for _year, good, *_ in lots) - sum(left)


def test_only_worn_pcs_make_room_where_only_worn_ones_may_go():
    # Seven years are not too old, eight are; a PC without a year may be.
    lots = pcs((2019, 2), (2018, 1), (None, 1))
    rating = rate(a_ward(lots, staff_total=9), only("CR-A1"), ON)
    after = apply_remedies(rating).snapshot
    assert [lot.working for lot in after.lots] == [2, 0, 0, 7]
    assert remedies_of(rating)[0].replaces == 2


def test_machines_that_are_no_pcs_never_go():
    printers = EquipmentLot("A03", good=3, year=2010)
    rating = rate(a_ward([printers, *pcs((2012, 1))], items={*PCS, "A03"}, staff_total=2), only("CR-A1"), ON)
    assert apply_remedies(rating).snapshot.lots[0] == printers


def test_what_replaces_nothing_leaves_the_old_ones_where_they_are():
    rule = RemedyRule("mua", (RemedyItem("A01"),))
    rating = rate(a_ward(pcs((2012, 2)), staff_total=2), only("CR-A1", remedy=rule), ON)
    assert remedies_of(rating) == (RemedyLine("A01", 2, "CR-A1"),)
    assert [lot.working for lot in apply_remedies(rating).snapshot.lots] == [2, 2]


# PCs that there were; what was known of their systems; what is known once three new ones are bought.
KNOWN_OF_PCS = [
    ((), None, 3),
    ((), 0, 3),
    (((ON.year, 0),), None, 3),
    (((ON.year, 5),), None, None),
    (((ON.year, 5, CENTRE),), None, 3),
    (((ON.year, 5),), 0, 3),
    (((ON.year, 5),), 4, 7),
]


@pytest.mark.parametrize("fact", ["pc_supported_os", "pc_memory_ssd"])
@pytest.mark.parametrize(("lots", "known", "then"), KNOWN_OF_PCS)
def test_new_pcs_add_to_what_is_known_and_answer_nothing_that_nobody_knew(fact, lots, known, then):
    have = sum(good for _year, good, *owner in lots if not owner)
    facts = {"staff_total": have + 3} | ({} if known is None else {fact: known})
    after = apply_remedies(rate(a_ward(pcs(*lots), **facts), only("CR-A1"), ON)).snapshot
    assert after.facts.get(fact) == (None if then is None else Fact(fact, then))


def test_other_machines_tell_nothing_about_pcs():
    rating = rate(a_ward(items={"A03"}, staff_viii=6), only("CR-A5"), ON)
    after = apply_remedies(rating).snapshot
    assert after.lots == (EquipmentLot("A03", good=1, year=ON.year),)
    assert after.facts.keys() == {"staff_viii"}


# Fact; its value; the need; its value then. A remedy raises a count by what was lacking, and makes a yes of a no.
RAISED = [
    ("CR-C1", {"staff_total": 7, "lan_seats": 5}, "lan_seats", 7),
    ("CR-C1", {"staff_total": 7, "lan_seats": 0}, "lan_seats", 7),
    ("CR-G5", {"mfa_enabled": False}, "mfa_enabled", False),
    ("CR-G6", {"backup_tested": False}, "backup_tested", True),
]


@pytest.mark.parametrize(("code", "facts", "key", "then"), RAISED)
def test_a_remedy_raises_what_was_lacking(code, facts, key, then):
    after = apply_remedies(rate(a_ward(**facts), only(code), ON)).snapshot
    assert after.facts[key] == Fact(key, then)


# Kind of line; criterion; its speed and provider once it is leased. A line is no machine: no lot comes with it.
LINES = [("tslcd", "CR-D1", 200, ""), ("internet", "CR-D5", 300, ""), ("backup", "CR-D6", 300, "nhà mạng khác")]


@pytest.mark.parametrize(("kind", "code", "speed", "provider"), LINES)
def test_a_leased_line_is_a_line_and_no_machine(kind, code, speed, provider):
    ward = replace(a_ward(items=(), staff_total=60), answered_connections=frozenset(ConnectionKind))
    after = apply_remedies(rate(ward, only(code), ON)).snapshot
    assert after.connections == (Connection(ConnectionKind(kind), provider, speed),)
    assert after.lots == ()


def test_a_pc_that_is_bought_is_protected_and_licensed_too_where_those_before_were():
    facts = {"staff_total": 5, "pcs_protected": 3, "licensed_pcs": 3}
    lines = remedies_of(rate(a_ward(pcs((2024, 3)), **facts), only("CR-A1", "CR-A7", "CR-G2"), ON))
    assert [(line.item, line.quantity) for line in lines] == [("A01", 2), ("A07", 2), ("G02", 2)]


def test_a_duty_that_was_neglected_before_is_no_duty_of_the_new_pcs():
    facts = {"staff_total": 5, "pcs_protected": 2}
    rating = rate(a_ward(pcs((2024, 3)), **facts), only("CR-A1", "CR-G2"), ON)
    assert [line.item for line in remedies_of(rating)] == ["A01", "G02"]
    bought = apply_remedies(rating, ["CR-A1"])
    assert [lot.item for lot in bought.snapshot.lots] == ["A01", "A01"]


def test_a_duty_that_is_only_recommended_is_not_bought():
    standard = replace(STANDARD, criteria=(STANDARD.criterion("CR-A1"), replace(STANDARD.criterion("CR-G2"), undecided=True)))
    rating = rate(a_ward(pcs((2024, 3)), staff_total=5, pcs_protected=3), standard, ON)
    assert [line.item for line in remedies_of(rating)] == ["A01"]


def test_without_new_pcs_what_held_stays_as_it_was():
    standard = only("CR-A5", "CR-G2")
    rating = rate(a_ward(pcs((2024, 3)), items={*PCS, "A03"}, staff_viii=6, pcs_protected=3), standard, ON)
    assert [line.item for line in remedies_of(rating)] == ["A03"]


def test_what_is_known_of_all_pcs_is_judged_anew_after_a_purchase():
    # Neither criterion names the machines themselves, only what is known of them all.
    first = replace(STANDARD.criterion("CR-A1"), remedy=replace(STANDARD.criterion("CR-A1").remedy, replaces=""))
    second = replace(STANDARD.criterion("CR-A3"), requirement=Requirement(constant=4))
    rating = rate(a_ward(staff_total=5), replace(STANDARD, criteria=(first, second)), ON)
    bought = apply_remedies(rating)
    assert [finding.have for finding in bought.findings] == [5, 5]
    assert bought == rate(bought.snapshot, bought.standard, ON)


def test_pcs_that_go_for_another_machine_are_judged_anew():
    rule = RemedyRule("thay bằng máy in", (RemedyItem("A03"),), replaces="any")
    first = replace(STANDARD.criterion("CR-A5"), remedy=rule)
    counts = replace(STANDARD.criterion("CR-A1"), measure="pcs_working")
    ward = a_ward(pcs((2012, 3)), items={*PCS, "A03"}, staff_viii=6, staff_total=3)
    bought = apply_remedies(rate(ward, replace(STANDARD, criteria=(first, counts)), ON))
    assert [finding.have for finding in bought.findings] == [1, 2]


# Weights of five criteria, all unmet; prices of what mends each; the pass mark; the places that are mended. Where two
# ways cost the same, it is the one that the order of the criteria meets first.
CHOICES = [
    ((1, 1, 2, 1, 1), (3, 5, 7, 99, 99), 33, [2]),
    ((1, 1, 2, 1, 1), (3, 5, 9, 99, 99), 33, [0, 1]),
    ((1, 1, 2, 1, 1), (3, 5, 8, 99, 99), 33, [0, 1]),
    ((3, 3, 3, 1, 1), (1, 1, 1, 1, 1), 30, [0, 1]),
    ((1, 2, 3, 4, 5), (5, 4, 3, 2, 1), 100, [0, 1, 2, 3, 4]),
    ((1, 2, 3, 4, 5), (9, 9, 9, 9, 9), 34, [1, 3]),
    ((1, 2, 3, 4, 5), (9, 9, 9, 9, 9), 33, [4]),
    ((5, 4, 3, 2, 1), (0, 0, 0, 0, 0), 1, [0]),
    ((7, 1, 1, 1, 1), (6, 1, 1, 1, 1), 36, [1, 2, 3, 4]),
    ((7, 1, 1, 1, 1), (6, 1, 1, 1, 1), 37, [0]),
]


@pytest.mark.parametrize(("weights", "prices", "pass_mark", "mended"), CHOICES)
def test_the_cheapest_way_to_the_pass_mark(weights, prices, pass_mark, mended):
    items = list(FREE.values())
    rating = rate(ward_with((0,) * 5), small_standard(weights, (1,) * 5, pass_mark), ON)
    cost = cost_to_ready(rating, {item: replace(PRICES[item], unit_price=price) for item, price in zip(items, prices, strict=True)})
    assert [items.index(line.item) for line in cost.lines] == mended
    assert cost.capital + cost.recurrent == sum(prices[place] for place in mended)


# Five criteria of weight 1, 1, 1, 1 and 3 (of seven): the first so many are met; the pass mark; how many more it takes.
ROUNDED_UP = [(2, 28, 0), (2, 29, 1), (2, 42, 1), (2, 43, 2), (4, 57, 0), (4, 58, 1), (0, 14, 1), (0, 15, 2), (3, 100, 2)]


@pytest.mark.parametrize(("met", "pass_mark", "more"), ROUNDED_UP)
def test_the_weight_that_the_pass_mark_asks_for_is_rounded_up(met, pass_mark, more):
    haves = [1] * met + [0] * (5 - met)
    cheap = {item: replace(PRICES[item], unit_price=1 if item != "F03" else 2) for item in FREE.values()}
    cost = cost_to_ready(rate(ward_with(haves), small_standard((1, 1, 1, 1, 3), (1,) * 5, pass_mark), ON), cheap)
    assert cost.possible
    assert len(cost.lines) == more


def two_of(first, second, weights, pass_mark):
    """A standard of two criteria that money mends, and of one that it does not, which misses."""
    criteria = (
        replace(first, weight=weights[0], blocking=False),
        replace(second, weight=weights[1], blocking=False),
        replace(STANDARD.criterion("CR-G5"), weight=weights[2], undecided=False, tier=STANDARD.criterion("CR-G4").tier),
    )
    return replace(STANDARD, criteria=criteria, pass_mark=pass_mark)


# Weights of bandwidth, of the spare line, of what money does not mend; pass mark; lines that are bought.
TIED = [
    # The spare line alone lifts the bandwidth too.
    ((1, 1, 0), 100, ["D04"]),
    ((1, 1, 2), 50, ["D04"]),
    ((1, 1, 2), 25, ["D03"]),
    ((0, 1, 1), 50, ["D04"]),
    ((1, 0, 1), 50, ["D03"]),
]


@pytest.mark.parametrize(("weights", "pass_mark", "bought"), TIED)
def test_a_spare_line_that_lifts_the_bandwidth_is_weighed_with_it(weights, pass_mark, bought):
    standard = two_of(STANDARD.criterion("CR-D5"), STANDARD.criterion("CR-D6"), weights, pass_mark)
    facts = make_facts({"staff_total": 60, "mfa_enabled": False})
    ward = Snapshot("00082", ON, facts, answered_connections=frozenset({ConnectionKind.INTERNET, ConnectionKind.BACKUP}))
    prices = {"D03": replace(PRICES["D03"], unit_price=5), "D04": replace(PRICES["D04"], unit_price=7)}
    cost = cost_to_ready(rate(ward, standard, ON), prices)
    assert [line.item for line in cost.lines] == bought
    assert cost.possible


def test_what_only_changes_a_need_is_tied_too():
    # New PCs raise the need of licences: two for the staff, and then two more licences than without them.
    first = replace(STANDARD.criterion("CR-A1"), measure="pcs_working", remedy=RemedyRule("mua", (RemedyItem("A01"),)))
    second = replace(STANDARD.criterion("CR-A7"), requirement=Requirement(per="pcs_working"))
    ward = a_ward(pcs((2024, 2)), staff_total=4, licensed_pcs=1, mfa_enabled=False)
    prices = {"A01": replace(PRICES["A01"], unit_price=1), "A07": replace(PRICES["A07"], unit_price=1)}
    both = cost_to_ready(rate(ward, two_of(first, second, (1, 1, 1), 66), ON), prices)
    assert [(line.item, line.quantity) for line in both.lines] == [("A01", 2), ("A07", 3)]
    one = cost_to_ready(rate(ward, two_of(first, second, (1, 1, 1), 33), ON), prices)
    assert [(line.item, line.quantity) for line in one.lines] == [("A07", 1)]


def test_money_that_does_not_reach_the_pass_mark_is_told_as_impossible():
    standard = two_of(STANDARD.criterion("CR-D5"), STANDARD.criterion("CR-D6"), (1, 1, 8), 80)
    facts = make_facts({"staff_total": 60, "mfa_enabled": False})
    ward = Snapshot("00082", ON, facts, answered_connections=frozenset({ConnectionKind.INTERNET, ConnectionKind.BACKUP}))
    cost = cost_to_ready(rate(ward, standard, ON), PRICES)
    assert (cost.possible, cost.lines, [criterion.code for criterion in cost.blockers]) == (False, (), ["CR-G5"])


def test_blocking_criteria_are_bought_first_and_all_of_them():
    standard = small_standard((1,) * 5, (1,) * 5, 60, blocking=("kiosks", "queue_systems"))
    rating = rate(ward_with((0, 0, 1, 0, 0)), standard, ON)
    cheap = {item: replace(PRICES[item], unit_price=9 if item in ("B06", "B07") else 1) for item in FREE.values()}
    cost = cost_to_ready(rating, cheap)
    assert [line.item for line in cost.lines] == ["B06", "B07"]
    assert cost.capital + cost.recurrent == 18
    bought = apply_remedies(rating, [line.criterion for line in cost.lines])
    assert (bought.result, bought.score) == (Result.READY, 60)


def test_what_is_bought_for_one_criterion_counts_for_the_next():
    # Eight of ten PCs have to be young, and ten people need one each: what the first buys is not bought again.
    rating = rate(a_ward(pcs((2012, 10)), staff_total=10), only("CR-A1", "CR-A2"), ON)
    assert [(line.criterion, line.quantity) for line in remedies_of(rating)] == [("CR-A1", 10)]
    assert judge(STANDARD.criterion("CR-A2"), apply_remedies(rating).snapshot, STANDARD, ON).have == 10
