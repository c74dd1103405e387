"""Remedies counted by hand: how much is bought, which old machines go, what the ward then has, and which set is the cheapest."""

from dataclasses import FrozenInstanceError, replace

import pytest

from inventory.snapshots.snapshot import Connection, ConnectionKind, EquipmentLot, Fact, Owner, Snapshot
from scoring.rating.pc_fleet import ReplacementReason
from scoring.rating.purchases import RemedyLine
from scoring.rating.rating import Result, judge, rate
from scoring.rating.remedies import cost_to_ready, mend, remedies_of
from scoring.rating.standard import RemedyItem, RemedyRule, Requirement, Tier
from tests.factories.days import DEMO_DAY
from tests.factories.prices import NO_UPGRADES, PRICES, TERMS
from tests.factories.snapshots import make_facts, snapshot_of_counts
from tests.factories.standards import ITEM_OF_MEASURE, STANDARD, small_standard

PCS = frozenset({"A01", "A02"})
CENTRE, LEASED = Owner.CITY_CENTRE, Owner.LEASED
PAST_LIFE, UNSUPPORTED, NOT_COUNTED, UNKNOWN_YEAR, RETURNED = ReplacementReason


def standard_of(*codes, **changes):
    """The standard with these criteria alone; ``changes`` go into each of them."""
    return replace(STANDARD, criteria=tuple(replace(STANDARD.criterion(code), **changes) for code in codes))


def pcs(*lots):
    """Lots of PCs by (year, good) or (year, good, owner)."""
    return tuple(EquipmentLot("A01", year=year, good=good, owner=(*owner, Owner.WARD)[0]) for year, good, *owner in lots)


def snapshot_of_lots(lots=(), items=PCS, **facts):
    return Snapshot("00082", DEMO_DAY, make_facts(facts), tuple(lots), answered_items=frozenset(items))


def fleet(supported, *lots, staff, standard=("CR-A1", "CR-A2", "CR-A3"), terms=TERMS, prices=PRICES):
    """What a ward of so many people gets that has these PCs, so many of them with a supported system; licences are no matter."""
    ward = snapshot_of_lots(pcs(*lots), staff_total=staff, pc_supported_os=supported)
    return remedies_of(rate(ward, standard_of(*standard), DEMO_DAY), prices, terms)


def shown(remedies):
    return [(line.item, line.quantity, line.criterion, line.replaced) for line in remedies.lines]


NEW = DEMO_DAY.year - 2
# People; PCs with a supported system; all by (year, count); what is bought with upgrades, and without; what is taken out of the count.
FLEETS = [
    # Three of 41 are unsupported, two may be: the one that nobody needs goes, and the share holds.
    (40, 38, [(NEW, 41)], [], [], 1),
    # Nobody can be spared: one is upgraded or replaced, and of what is replaced nothing goes to liquidation.
    (20, 18, [(NEW, 20)], [("A07", 1, "CR-A3", ())], [("A01", 1, "CR-A3", ((UNSUPPORTED, 1),))], 0),
    # The unsupported are past their life. They serve nobody by the standard, so that they go and nothing is bought.
    (18, 18, [(2012, 2), (NEW, 18)], [], [], 2),
    # A new one replaces one of them, which is liquidated; the other goes too.
    (19, 18, [(2012, 2), (NEW, 18)], [("A01", 1, "CR-A1", ((PAST_LIFE, 1),))], [("A01", 1, "CR-A1", ((PAST_LIFE, 1),))], 0),
    # Enough are young, and too many old ones stand beside them: those go as far as the share asks for it.
    (8, 12, [(2012, 4), (NEW, 8)], [], [], 2),
    # This year's never go, and take a newer system like others within their life. Where they may not, nothing mends the share.
    (20, 15, [(DEMO_DAY.year, 20)], [("A07", 4, "CR-A3", ())], [], 0),
]


@pytest.mark.parametrize(("staff", "supported", "lots", "upgraded", "replaced", "withdrawn"), FLEETS)
def test_pcs_that_nobody_needs_go_then_those_in_life_are_upgraded_then_the_rest_replaced(
    staff, supported, lots, upgraded, replaced, withdrawn
):
    for terms, bought in ((TERMS, upgraded), (NO_UPGRADES, replaced)):
        remedies = fleet(supported, *lots, staff=staff, terms=terms)
        assert (shown(remedies), sum(w.quantity for w in remedies.withdrawals)) == (bought, withdrawn)


def test_an_upgrade_is_chosen_where_it_is_cheaper_and_licenses_a_pc():
    dear = {**PRICES, "A07": replace(PRICES["A07"], unit_price=PRICES["A01"].unit_price + 1)}
    assert [line.item for line in fleet(18, (NEW, 20), staff=20, prices=dear).lines] == ["A01"]
    ward = snapshot_of_lots(pcs((NEW, 20)), staff_total=20, pc_supported_os=18, licensed_pcs=16)
    rating = rate(ward, standard_of("CR-A1", "CR-A3", "CR-A7"), DEMO_DAY)
    # 18 of 20 need a licence: the one of the upgrade is one of the two.
    remedies = remedies_of(rating, PRICES, TERMS)
    assert [(line.criterion, line.quantity, line.upgrades) for line in remedies.lines] == [("CR-A3", 1, 1), ("CR-A7", 1, 0)]
    # A licence that is lacking anyway makes the upgrade free, however dear.
    assert [line.item for line in remedies_of(rating, dear, TERMS).lines] == ["A07", "A07"]


def test_nobody_is_left_without_a_pc_by_what_is_taken_out_of_the_count():
    # Where the number of people is unknown, or people go without, everything unsupported makes room for a new one.
    ward = snapshot_of_lots(pcs((NEW, 20)), pc_supported_os=10)
    for snapshot in (ward, replace(ward, facts=make_facts({"staff_total": 21, "pc_supported_os": 10}))):
        remedies = remedies_of(rate(snapshot, standard_of("CR-A3"), DEMO_DAY), PRICES, NO_UPGRADES)
        assert shown(remedies) == [("A01", 9, "CR-A3", ((UNSUPPORTED, 9),))]
        assert remedies.withdrawals == ()


def test_spare_pcs_are_neither_protected_nor_licensed_anew():
    # Two of 20 have to go for the share of supported ones; taking out all four that are spare saves four more licences of protection.
    ward = snapshot_of_lots(pcs((NEW, 20)), staff_total=16, pc_supported_os=16, pcs_protected=15)
    remedies = remedies_of(rate(ward, standard_of("CR-A1", "CR-A3", "CR-G2"), DEMO_DAY), PRICES, TERMS)
    assert ([w.quantity for w in remedies.withdrawals], shown(remedies)) == ([4], [("G02", 1, "CR-G2", ())])


def test_what_the_standard_finds_too_old_is_not_liquidated_within_its_life():
    strict = replace(standard_of("CR-A1"), pc_max_age_years=3)
    lots = pcs((DEMO_DAY.year - 5, 2), (None, 1))
    remedies = remedies_of(rate(snapshot_of_lots(lots, staff_total=3, pc_supported_os=2), strict, DEMO_DAY), PRICES, TERMS)
    assert shown(remedies) == [("A01", 3, "CR-A1", ((NOT_COUNTED, 2), (UNKNOWN_YEAR, 1)))]
    assert not any(lot.liquidation for lot in remedies.rating.snapshot.lots)


@pytest.mark.parametrize(
    ("year", "owner", "reason"),
    [
        (2012, Owner.WARD, PAST_LIFE),
        (2012, Owner.LEASED, RETURNED),
        (None, Owner.LEASED, RETURNED),
        (None, Owner.WARD, UNKNOWN_YEAR),
    ],
)
def test_only_what_the_ward_owns_and_is_known_to_be_old_is_liquidated(year, owner, reason):
    ward = snapshot_of_lots([EquipmentLot("A01", good=3, year=year, owner=owner)], staff_total=3, pc_supported_os=0)
    remedies = remedies_of(rate(ward, standard_of("CR-A1"), DEMO_DAY), PRICES, TERMS)
    assert shown(remedies) == [("A01", 3, "CR-A1", ((reason, 3),))]
    assert sum(lot.liquidation for lot in remedies.rating.snapshot.lots) == 3 * reason.is_liquidated


def test_each_reason_says_what_becomes_of_the_machine():
    assert [reason for reason in ReplacementReason if "chuyển thanh lý" in reason.label] == [PAST_LIFE]
    assert [reason for reason in ReplacementReason if reason.is_liquidated] == [PAST_LIFE]
    assert all(reason.label.count("thanh lý") <= 1 for reason in ReplacementReason)


# Prices of a main and a spare line; what both criteria of lines then take.
LINE_PRICES = [((36, 18), ["D04"]), ((18, 36), ["D04"]), ((0, 5), ["D04"])]


@pytest.mark.parametrize(("line_prices", "items"), LINE_PRICES)
def test_a_line_that_mends_two_criteria_is_bought_once(line_prices, items):
    prices = prices_with(**dict(zip(("D03", "D04"), line_prices, strict=True)))
    rating = rate(ward_without_lines(), replace(STANDARD, criteria=(BANDWIDTH, SPARE_LINE)), DEMO_DAY)
    assert [line.item for line in remedies_of(rating, prices, TERMS).lines] == items
    # Bandwidth alone is what a main line is for, whatever a spare one costs.
    alone = rate(ward_without_lines(), replace(STANDARD, criteria=(BANDWIDTH,)), DEMO_DAY)
    assert [line.item for line in remedies_of(alone, prices, TERMS).lines] == ["D03"]


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


@pytest.mark.parametrize(("code", "facts", "quantities"), QUANTITIES)
def test_as_much_is_bought_as_is_lacking_rounded_up_and_never_none(code, facts, quantities):
    ward = replace(snapshot_of_lots(items={"A04"}, **facts), answered_connections=frozenset({ConnectionKind.INTERNET}))
    assert {
        line.item: line.quantity for line in remedies_of(rate(ward, standard_of(code), DEMO_DAY), PRICES, TERMS).lines
    } == quantities


# Staff, that is how many worn PCs go of good 4, degraded 5, unused 4; what stays of them: good, degraded, unused, and what waits
# for liquidation, with the 3 that did before.
LIQUIDATED = [
    (1, (4, 4, 4, 4)),
    (2, (4, 3, 4, 5)),
    (5, (4, 0, 4, 8)),
    (7, (2, 0, 4, 10)),
    (9, (0, 0, 4, 12)),
    (10, (0, 0, 3, 13)),
    (12, (0, 0, 1, 15)),
    (13, (0, 0, 0, 16)),
    (14, (0, 0, 0, 16)),
]


@pytest.mark.parametrize(("staff", "remaining"), LIQUIDATED)
def test_of_a_lot_the_degraded_go_first_then_the_good_then_the_unused(staff, remaining):
    worn_lot = EquipmentLot("A01", good=4, degraded=5, unused=4, liquidation=3, year=2014)
    rating = rate(snapshot_of_lots([worn_lot], staff_total=staff), standard_of("CR-A1"), DEMO_DAY)
    old, new = remedies_of(rating, PRICES, TERMS).rating.snapshot.lots
    assert (old.good, old.degraded, old.unused, old.liquidation) == remaining
    assert new == EquipmentLot("A01", good=staff, year=DEMO_DAY.year)
    assert remedies_of(rating, PRICES, TERMS).lines == (RemedyLine("A01", staff, "CR-A1", ((PAST_LIFE, min(staff, 13)),)),)


# Lots of PCs; how many must have a supported system (any old one may go for it); what stands in the lots then, in their order; how
# many of those that go are the ward's and known to be past their service life, and alone are liquidated.
ANY_MAY_GO = [
    ([(2012, 2), (2018, 3)], 3, [0, 2], 3),
    ([(2018, 3), (2012, 2)], 3, [2, 0], 3),
    ([(None, 2), (2012, 2)], 3, [0, 1], 1),
    ([(2012, 2, CENTRE), (2018, 3)], 3, [2, 0], 3),
    ([(2012, 2, LEASED), (2018, 3)], 1, [1, 3], 0),
    ([(DEMO_DAY.year, 2), (2018, 3)], 4, [2, 0], 3),
    ([(DEMO_DAY.year - 1, 2), (2018, 3)], 4, [1, 0], 3),
    ([(2012, 2), (2018, 0)], 9, [0, 0], 2),
]


@pytest.mark.parametrize(("lots", "needed_count", "remaining", "liquidated"), ANY_MAY_GO)
def test_the_oldest_go_first_but_none_of_this_year_and_none_of_the_city_centre(lots, needed_count, remaining, liquidated):
    standard = standard_of("CR-A3", requirement=Requirement(constant=needed_count))
    rating = rate(snapshot_of_lots(pcs(*lots), pc_supported_os=0), standard, DEMO_DAY)
    remedies = remedies_of(rating, PRICES, NO_UPGRADES)
    after = remedies.rating.snapshot
    assert [lot.working for lot in after.lots] == [*remaining, needed_count]
    gone = sum(good for _year, good, *_ in lots) - sum(remaining)
    assert (remedies.lines[0].replaces, sum(lot.liquidation for lot in after.lots)) == (gone, liquidated)
    reasons = {reason.is_liquidated: number for reason, number in remedies.lines[0].replaced}
    assert reasons.get(False, 0) == gone - liquidated


def test_only_worn_pcs_make_room_where_only_worn_ones_may_go():
    # Seven years are not too old, eight are; a PC without a year may be.
    lots = pcs((2019, 2), (2018, 1), (None, 1))
    rating = rate(snapshot_of_lots(lots, staff_total=9), standard_of("CR-A1"), DEMO_DAY)
    after = remedies_of(rating, PRICES, TERMS).rating.snapshot
    assert [lot.working for lot in after.lots] == [2, 0, 0, 7]
    assert remedies_of(rating, PRICES, TERMS).lines[0].replaces == 2
    lines = remedies_of(
        rate(snapshot_of_lots(pcs((2024, 300), (2012, 4)), staff_total=310), standard_of("CR-A1"), DEMO_DAY), PRICES, TERMS
    ).lines
    assert lines == (RemedyLine("A01", 10, "CR-A1", ((PAST_LIFE, 4),)),)


def test_machines_that_are_no_pcs_never_go():
    printers = EquipmentLot("A03", good=3, year=2010)
    rating = rate(snapshot_of_lots([printers, *pcs((2012, 1))], items={*PCS, "A03"}, staff_total=2), standard_of("CR-A1"), DEMO_DAY)
    assert remedies_of(rating, PRICES, TERMS).rating.snapshot.lots[0] == printers


def test_what_replaces_nothing_leaves_the_old_ones_where_they_are():
    rule = RemedyRule("mua", (RemedyItem("A01"),))
    rating = rate(snapshot_of_lots(pcs((2012, 2)), staff_total=2), standard_of("CR-A1", remedy=rule), DEMO_DAY)
    assert remedies_of(rating, PRICES, TERMS).lines == (RemedyLine("A01", 2, "CR-A1"),)
    assert [lot.working for lot in remedies_of(rating, PRICES, TERMS).rating.snapshot.lots] == [2, 2]


# PCs that there were; what was known of their systems; what is known once three new ones are bought.
KNOWN_OF_PCS = [
    ((), None, 3),
    ((), 0, 3),
    (((DEMO_DAY.year, 0),), None, 3),
    (((DEMO_DAY.year, 5),), None, None),
    (((DEMO_DAY.year, 5, CENTRE),), None, 3),
    (((DEMO_DAY.year, 5),), 0, 3),
    (((DEMO_DAY.year, 5),), 4, 7),
    (((DEMO_DAY.year, 5),), 3, 6),
]


@pytest.mark.parametrize("fact", ["pc_supported_os", "pc_memory_ssd"])
@pytest.mark.parametrize(("lots", "known_count", "expected"), KNOWN_OF_PCS)
def test_new_pcs_add_to_what_is_known_and_answer_nothing_that_nobody_knew(fact, lots, known_count, expected):
    pc_count = sum(good for _year, good, *owner in lots if not owner)
    facts = {"staff_total": pc_count + 3} | ({} if known_count is None else {fact: known_count})
    after = remedies_of(rate(snapshot_of_lots(pcs(*lots), **facts), standard_of("CR-A1"), DEMO_DAY), PRICES, TERMS).rating.snapshot
    assert after.facts.get(fact) == (None if expected is None else Fact(fact, expected))


def test_other_machines_tell_nothing_about_pcs():
    rating = rate(snapshot_of_lots(items={"A03"}, staff_viii=6), standard_of("CR-A5"), DEMO_DAY)
    after = remedies_of(rating, PRICES, TERMS).rating.snapshot
    assert after.lots == (EquipmentLot("A03", good=1, year=DEMO_DAY.year),)
    assert after.facts.keys() == {"staff_viii"}


# Fact; its value; the need; its value then. A remedy raises a count by what was lacking, and makes a yes of a no.
RAISED = [
    ("CR-C1", {"staff_total": 7, "lan_seats": 5}, "lan_seats", 7),
    ("CR-C1", {"staff_total": 7, "lan_seats": 0}, "lan_seats", 7),
    ("CR-G5", {"mfa_enabled": False}, "mfa_enabled", False),
    ("CR-G6", {"backup_tested": False}, "backup_tested", True),
]


@pytest.mark.parametrize(("code", "facts", "key", "expected"), RAISED)
def test_a_remedy_raises_what_was_lacking(code, facts, key, expected):
    after = remedies_of(rate(snapshot_of_lots(**facts), standard_of(code), DEMO_DAY), PRICES, TERMS).rating.snapshot
    assert after.facts[key] == Fact(key, expected)


# Kind of line; criterion; its speed and provider once it is leased. A line is no machine: no lot comes with it.
LINES = [("tslcd", "CR-D1", 200, ""), ("internet", "CR-D5", 300, ""), ("backup", "CR-D6", 300, "nhà mạng khác")]


@pytest.mark.parametrize(("kind", "code", "speed", "provider"), LINES)
def test_a_leased_line_is_a_line_and_no_machine(kind, code, speed, provider):
    ward = replace(snapshot_of_lots(items=(), staff_total=60), answered_connections=frozenset(ConnectionKind))
    after = remedies_of(rate(ward, standard_of(code), DEMO_DAY), PRICES, TERMS).rating.snapshot
    assert after.connections == (Connection(ConnectionKind(kind), provider, speed),)
    assert after.lots == ()


def test_a_pc_that_is_bought_is_protected_and_licensed_too_where_those_before_were():
    facts = {"staff_total": 5, "pcs_protected": 3, "licensed_pcs": 3}
    lines = remedies_of(
        rate(snapshot_of_lots(pcs((2024, 3)), **facts), standard_of("CR-A1", "CR-A7", "CR-G2"), DEMO_DAY), PRICES, TERMS
    ).lines
    assert [(line.item, line.quantity) for line in lines] == [("A01", 2), ("A07", 2), ("G02", 2)]


def test_a_duty_that_was_neglected_before_is_no_duty_of_the_new_pcs():
    facts = {"staff_total": 5, "pcs_protected": 2}
    rating = rate(snapshot_of_lots(pcs((2024, 3)), **facts), standard_of("CR-A1", "CR-G2"), DEMO_DAY)
    assert [line.item for line in remedies_of(rating, PRICES, TERMS).lines] == ["A01", "G02"]
    new_rating = mend(rating, ["CR-A1"], PRICES, TERMS).rating
    assert [lot.item for lot in new_rating.snapshot.lots] == ["A01", "A01"]


def test_a_duty_that_is_only_recommended_is_not_bought():
    standard = replace(STANDARD, criteria=(STANDARD.criterion("CR-A1"), replace(STANDARD.criterion("CR-G2"), undecided=True)))
    rating = rate(snapshot_of_lots(pcs((2024, 3)), staff_total=5, pcs_protected=3), standard, DEMO_DAY)
    assert [line.item for line in remedies_of(rating, PRICES, TERMS).lines] == ["A01"]


def test_without_new_pcs_what_held_stays_as_it_was():
    standard = standard_of("CR-A5", "CR-G2")
    rating = rate(snapshot_of_lots(pcs((2024, 3)), items={*PCS, "A03"}, staff_viii=6, pcs_protected=3), standard, DEMO_DAY)
    assert [line.item for line in remedies_of(rating, PRICES, TERMS).lines] == ["A03"]


def test_what_is_known_of_all_pcs_is_judged_anew_after_a_purchase():
    # Neither criterion names the machines themselves, only what is known of them all.
    first = replace(STANDARD.criterion("CR-A1"), remedy=replace(STANDARD.criterion("CR-A1").remedy, replaces=""))
    second = replace(STANDARD.criterion("CR-A3"), requirement=Requirement(constant=4))
    rating = rate(snapshot_of_lots(staff_total=5), replace(STANDARD, criteria=(first, second)), DEMO_DAY)
    new_rating = remedies_of(rating, PRICES, TERMS).rating
    assert [finding.have for finding in new_rating.findings] == [5, 5]
    assert new_rating == rate(new_rating.snapshot, new_rating.standard, DEMO_DAY)


def test_pcs_that_go_for_another_machine_are_judged_anew():
    rule = RemedyRule("thay bằng máy in", (RemedyItem("A03"),), replaces="any")
    first = replace(STANDARD.criterion("CR-A5"), remedy=rule)
    second = replace(STANDARD.criterion("CR-A1"), measure="pcs_working")
    ward = snapshot_of_lots(pcs((2012, 3)), items={*PCS, "A03"}, staff_viii=6, staff_total=3)
    rating = rate(ward, replace(STANDARD, criteria=(first, second)), DEMO_DAY)
    assert remedies_of(rating, PRICES, TERMS).lines == (), "it would lose one criterion for the other"
    rating = rate(replace(ward, facts=make_facts({"staff_viii": 6, "staff_total": 2})), rating.standard, DEMO_DAY)
    assert [line.item for line in remedies_of(rating, PRICES, TERMS).lines] == ["A03"]
    assert [finding.have for finding in remedies_of(rating, PRICES, TERMS).rating.findings] == [1, 2]


# Weights of five criteria, all unmet; prices of what mends each; the pass mark; the places that are mended. Where two ways cost the
# same, it is the one of fewer units, then the one whose items come first.
CHOICES = [
    ((1, 1, 2, 1, 1), (3, 5, 7, 99, 99), 33, [2]),
    ((1, 1, 2, 1, 1), (3, 5, 9, 99, 99), 33, [0, 1]),
    ((2, 1, 1, 1, 1), (8, 5, 5, 99, 99), 33, [0]),
    ((2, 1, 1, 1, 1), (8, 3, 5, 99, 99), 33, [0]),
    ((2, 1, 1, 1, 1), (9, 3, 5, 99, 99), 33, [1, 2]),
    ((1, 1, 2, 1, 1), (3, 5, 8, 99, 99), 33, [2]),
    ((3, 3, 3, 1, 1), (1, 1, 1, 1, 1), 30, [0, 1]),
    ((1, 2, 3, 4, 5), (5, 4, 3, 2, 1), 100, [0, 1, 2, 3, 4]),
    ((1, 2, 3, 4, 5), (9, 9, 9, 9, 9), 34, [0, 4]),
    ((1, 2, 3, 4, 5), (9, 9, 9, 9, 9), 33, [4]),
    ((5, 4, 3, 2, 1), (0, 0, 0, 0, 0), 1, [0]),
    ((7, 1, 1, 1, 1), (6, 1, 1, 1, 1), 36, [1, 2, 3, 4]),
    ((7, 1, 1, 1, 1), (6, 1, 1, 1, 1), 37, [0]),
]


@pytest.mark.parametrize(("weights", "prices", "pass_mark", "mended_places"), CHOICES)
def test_the_cheapest_way_to_the_pass_mark(weights, prices, pass_mark, mended_places):
    items = list(ITEM_OF_MEASURE.values())
    rating = rate(snapshot_of_counts((0,) * 5), small_standard(weights, (1,) * 5, pass_mark), DEMO_DAY)
    cost = cost_to_ready(
        rating, {item: replace(PRICES[item], unit_price=price) for item, price in zip(items, prices, strict=True)}, TERMS
    )
    assert [items.index(line.item) for line in cost.lines] == mended_places
    assert cost.capital + cost.recurrent == sum(prices[place] for place in mended_places)


# Five criteria of weight 1, 1, 1, 1 and 3 (of seven): the first so many are met; the pass mark; how many more it takes.
ROUNDED_UP = [(2, 28, 0), (2, 29, 1), (2, 42, 1), (2, 43, 2), (4, 57, 0), (4, 58, 1), (0, 14, 1), (0, 15, 2), (3, 100, 2)]


@pytest.mark.parametrize(("met_count", "pass_mark", "line_count"), ROUNDED_UP)
def test_the_weight_that_the_pass_mark_asks_for_is_rounded_up(met_count, pass_mark, line_count):
    haves = [1] * met_count + [0] * (5 - met_count)
    cheap_prices = {item: replace(PRICES[item], unit_price=1 if item != "F03" else 3) for item in ITEM_OF_MEASURE.values()}
    cost = cost_to_ready(
        rate(snapshot_of_counts(haves), small_standard((1, 1, 1, 1, 3), (1,) * 5, pass_mark), DEMO_DAY), cheap_prices, TERMS
    )
    assert cost.possible
    assert len(cost.lines) == line_count


def standard_of_weights(pass_mark, *weighted_criteria):
    """A standard of these criteria with these weights, none of them blocking; one that money does not mend is in it where it is given."""
    criteria = (replace(criterion, weight=weight, blocking=False, tier=Tier.REQUIRED) for criterion, weight in weighted_criteria)
    return replace(STANDARD, criteria=tuple(criteria), pass_mark=pass_mark)


BANDWIDTH, SPARE_LINE, KIOSK, NO_MONEY = (STANDARD.criterion(code) for code in ("CR-D5", "CR-D6", "CR-B5", "CR-G5"))
KIOSK = replace(KIOSK, applies_if=None, requirement=Requirement(constant=1))


def prices_with(**prices):
    return {item: replace(PRICES[item], unit_price=price) for item, price in prices.items()}


def ward_without_lines(**facts):
    known_facts = make_facts({"staff_total": 60, "mfa_enabled": False, **facts})
    lot = EquipmentLot("A01", good=2, year=2024)
    return Snapshot("00082", DEMO_DAY, known_facts, (lot,), (), frozenset({*PCS, "B06"}), frozenset(ConnectionKind))


# Weights of bandwidth, of the spare line, of a kiosk, of what money does not mend; pass mark; what is bought: a line of the
# bandwidth costs 5, a spare line, which lifts the bandwidth too, 7, a kiosk 9.
TIED = [
    ((1, 1, 0, 0), 100, ["D04"]),
    ((1, 1, 0, 2), 50, ["D04"]),
    ((1, 1, 0, 2), 25, ["D03"]),
    ((0, 1, 0, 1), 50, ["D04"]),
    ((1, 0, 0, 1), 50, ["D03"]),
    ((1, 1, 1, 0), 100, ["B06", "D04"]),
    ((1, 1, 1, 0), 67, ["B06", "D04"]),
    ((1, 1, 1, 0), 66, ["D04"]),
    ((1, 1, 9, 0), 80, ["B06"]),
]


@pytest.mark.parametrize(("weights", "pass_mark", "items"), TIED)
def test_a_spare_line_that_lifts_the_bandwidth_is_weighed_with_it(weights, pass_mark, items):
    standard = standard_of_weights(pass_mark, *zip((BANDWIDTH, SPARE_LINE, KIOSK, NO_MONEY), weights, strict=True))
    cost = cost_to_ready(rate(ward_without_lines(), standard, DEMO_DAY), prices_with(D03=5, D04=7, B06=9), TERMS)
    assert sorted(line.item for line in cost.lines) == items
    assert cost.possible


def test_of_two_ways_that_cost_the_same_the_first_criterion_is_mended():
    standard = standard_of_weights(25, (BANDWIDTH, 1), (SPARE_LINE, 1), (NO_MONEY, 2))
    cost = cost_to_ready(rate(ward_without_lines(), standard, DEMO_DAY), prices_with(D03=7, D04=7), TERMS)
    assert [line.item for line in cost.lines] == ["D03"]


PEOPLE = replace(STANDARD.criterion("CR-A1"), measure="pcs_working", remedy=RemedyRule("mua", (RemedyItem("A01"),)))
LICENCES = replace(STANDARD.criterion("CR-A7"), requirement=Requirement(per="pcs_working"))


def test_what_only_changes_a_need_is_tied_too():
    # Two new PCs raise the need of licences by two: both criteria cost 2 + 3, not 2 + 1, and a kiosk for 3 is the cheaper second.
    standard = standard_of_weights(50, (PEOPLE, 1), (LICENCES, 1), (KIOSK, 1), (NO_MONEY, 1))
    ward = ward_without_lines(staff_total=4, licensed_pcs=1)
    cost = cost_to_ready(rate(ward, standard, DEMO_DAY), prices_with(A01=1, A07=1, B06=3), TERMS)
    assert [(line.item, line.quantity) for line in cost.lines] == [("A07", 1), ("B06", 1)]
    dearer_cost = cost_to_ready(rate(ward, standard, DEMO_DAY), prices_with(A01=1, A07=1, B06=5), TERMS)
    assert [(line.item, line.quantity) for line in dearer_cost.lines] == [("A01", 2), ("A07", 3)]


# Fifteen machines, of which there is to be one for each PC: none of them is anything to another.
MACHINES = {
    "printers": "A03", "counter_pcs": "B01", "counter_scanners": "B03", "id_readers": "B05", "kiosks": "B06", "queue_systems": "B07",
    "citizen_pcs": "B10", "satisfaction_tablets": "B13", "counter_ups": "B14", "access_points": "C04", "rack_ups": "F01",
    "surge_protection": "F03", "cabinets": "F06", "firewalls": "G01", "secret_pcs": "G06",
}  # fmt: skip


def test_many_criteria_that_hang_on_the_pcs_alone_are_chosen_among_at_once():
    criteria = [replace(STANDARD.criterion("CR-A1"), weight=1)]
    for number, (measure, item) in enumerate(MACHINES.items(), 1):
        rule = RemedyRule("mua", (RemedyItem(item),))
        criteria.append(
            replace(KIOSK, code=f"CR-C{number}", measure=measure, requirement=Requirement(per="pcs_working"), remedy=rule)
        )
    standard = replace(STANDARD, criteria=tuple(replace(c, tier=Tier.REQUIRED, weight=1) for c in criteria), pass_mark=50)
    ward = snapshot_of_lots(pcs((NEW, 2)), items={*PCS, *MACHINES.values()}, staff_total=3)
    prices = prices_with(A01=100, **{item: 1 + place * 7 % 15 for place, item in enumerate(MACHINES.values())})
    cost = cost_to_ready(rate(ward, standard, DEMO_DAY), prices, TERMS)
    # Eight of sixteen: the PC of the third person, and the seven cheapest machines, three of each.
    assert (cost.capital, cost.possible) == (100 + 3 * sum(range(1, 8)), True)


def test_three_that_touch_each_other_are_all_bought_where_all_are_needed():
    protection = replace(STANDARD.criterion("CR-G2"), requirement=Requirement(per="pcs_working"))
    standard = standard_of_weights(100, (PEOPLE, 1), (LICENCES, 1), (protection, 1))
    ward = ward_without_lines(staff_total=4, licensed_pcs=1, pcs_protected=0)
    cost = cost_to_ready(rate(ward, standard, DEMO_DAY), prices_with(A01=1, A07=1, G02=1), TERMS)
    assert [(line.item, line.quantity) for line in cost.lines] == [("A01", 2), ("A07", 3), ("G02", 4)]


def test_money_that_does_not_reach_the_pass_mark_is_told_as_impossible():
    standard = standard_of_weights(80, (BANDWIDTH, 1), (SPARE_LINE, 1), (NO_MONEY, 8))
    cost = cost_to_ready(rate(ward_without_lines(), standard, DEMO_DAY), PRICES, TERMS)
    assert (cost.possible, cost.lines, [criterion.code for criterion in cost.blockers]) == (False, (), ["CR-G5"])


def test_a_blocking_criterion_that_its_remedy_does_not_mend_stands_in_the_way():
    wrong_criterion = replace(BANDWIDTH, blocking=True, remedy=RemedyRule("mua nhầm", (RemedyItem("B06"),)))
    standard = replace(standard_of_weights(10, (SPARE_LINE, 9)), criteria=(wrong_criterion, replace(SPARE_LINE, weight=9)))
    cost = cost_to_ready(
        rate(replace(ward_without_lines(), connections=()), standard, DEMO_DAY), prices_with(B06=9, D03=5, D04=700), TERMS
    )
    assert [line.item for line in cost.lines] == ["D04"], "the spare line brings the bandwidth"
    cost_alone = cost_to_ready(
        rate(ward_without_lines(), replace(standard, criteria=(wrong_criterion,)), DEMO_DAY), prices_with(B06=9), TERMS
    )
    assert (cost_alone.possible, [criterion.code for criterion in cost_alone.blockers]) == (False, ["CR-D5"])
    assert cost_alone.capital + cost_alone.recurrent == 9 * 200


def test_blocking_criteria_are_bought_first_and_all_of_them():
    standard = small_standard((1,) * 5, (1,) * 5, 60, blocking=("kiosks", "queue_systems"))
    rating = rate(snapshot_of_counts((0, 0, 1, 0, 0)), standard, DEMO_DAY)
    cost = cost_to_ready(rating, prices_with(B06=9, B07=9, B10=1, B13=1, F03=1), TERMS)
    assert [line.item for line in cost.lines] == ["B06", "B07"]
    assert cost.capital + cost.recurrent == 18
    new_rating = mend(rating, [line.criterion for line in cost.lines], PRICES, TERMS).rating
    assert (new_rating.result, new_rating.score) == (Result.READY, 60)


def test_what_blocks_is_paid_once_however_many_others_come_with_it():
    # One of weight 2 for 5, or two of weight 1 for 2 each: what has to be bought anyway, for 9, changes nothing about that.
    standard = small_standard((1, 2, 1, 1, 1), (1,) * 5, 50, blocking=("kiosks",))
    cost = cost_to_ready(
        rate(snapshot_of_counts((0,) * 5), standard, DEMO_DAY), prices_with(B06=9, B07=5, B10=2, B13=2, F03=9), TERMS
    )
    assert [line.item for line in cost.lines] == ["B06", "B10", "B13"]
    assert cost.capital + cost.recurrent == 13


def test_what_was_counted_stays_as_it_was_counted():
    line = RemedyLine("A01", 1, "CR-A1")
    cost = cost_to_ready(rate(snapshot_of_counts((0,) * 5), small_standard((1,) * 5, (1,) * 5, 20), DEMO_DAY), PRICES, TERMS)
    for value, name in ((line, "quantity"), (cost, "capital")):
        with pytest.raises(FrozenInstanceError):
            setattr(value, name, 5)


def test_what_is_bought_for_one_criterion_counts_for_the_next():
    # Eight of ten PCs have to be young, and ten people need one each: what the first buys is not bought again.
    rating = rate(snapshot_of_lots(pcs((2012, 10)), staff_total=10), standard_of("CR-A1", "CR-A2"), DEMO_DAY)
    assert [(line.criterion, line.quantity) for line in remedies_of(rating, PRICES, TERMS).lines] == [("CR-A1", 10)]
    assert judge(STANDARD.criterion("CR-A2"), remedies_of(rating, PRICES, TERMS).rating.snapshot, STANDARD, DEMO_DAY).have == 10
