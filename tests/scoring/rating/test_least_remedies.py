"""That nothing costs less: by every choice of small wards, and by an integer program of the demo city; and that what is bought suffices."""

from dataclasses import replace
from itertools import combinations, product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from inventory.snapshots.snapshot import Connection, ConnectionKind, EquipmentLot, Snapshot
from scoring.rating.city_readiness import city_readiness
from scoring.rating.rating import FindingStatus, Result, rate
from scoring.rating.remedies import RemedyTerms, cost_to_ready, remedies_of
from tests.factories.days import DEMO_DAY
from tests.factories.prices import NO_UPGRADES, PRICES, TERMS
from tests.factories.snapshots import fleets, make_facts, snapshots
from tests.factories.standards import ITEM_OF_MEASURE, NEWEST_STANDARD, STANDARD, small_standard
from tests.scoring.least_remedies import PC_CODES, pc_ways, program
from tests.scoring.plain_purchase import buy
from tests.support.examples import examples

YEAR = DEMO_DAY.year
COUNTS = small_standard((1, 2, 3, 4, 5), (1,) * 5, 80).criteria
TWELVE = (*(STANDARD.criterion(code) for code in (*PC_CODES, "CR-D5", "CR-D6")), *COUNTS)


def vnd_of(lines, prices, terms):
    yearly = ("D03", "D04", "D06", "G02", "G04", "H04")
    return sum(line.quantity * prices[line.item].unit_price * (terms.years if line.item in yearly else 1) for line in lines)


def with_prices(**prices):
    return PRICES | {item: replace(PRICES[item], unit_price=price) for item, price in prices.items()}


@st.composite
def small_wards(draw):
    """Wards of few people and PCs, with and without lines, that lack some of five machines."""
    staff = draw(st.integers(1, 8))
    lots = tuple(
        EquipmentLot("A01", good=draw(st.integers(0, 5)), degraded=draw(st.integers(0, 2)), year=year)
        for year in (2012, YEAR - 7, YEAR - 1)
    )
    total = sum(lot.working for lot in lots)
    known = {key: draw(st.integers(0, total)) for key in ("pc_supported_os", "licensed_pcs", "pcs_protected")}
    counts = draw(st.tuples(*[st.integers(0, 1)] * 5))
    machines = tuple(EquipmentLot(item, good=count) for item, count in zip(ITEM_OF_MEASURE.values(), counts, strict=True))
    kinds = draw(st.sets(st.sampled_from((ConnectionKind.INTERNET, ConnectionKind.BACKUP))))
    lines = tuple(Connection(kind, kind.value, draw(st.sampled_from((100, 300)))) for kind in sorted(kinds))
    items = frozenset({"A01", "A02", *ITEM_OF_MEASURE.values()})
    facts = make_facts({"staff_total": staff, **known})
    return Snapshot("00082", DEMO_DAY, facts, (*lots, *machines), lines, items, frozenset(ConnectionKind))


small_prices = st.fixed_dictionaries({item: st.integers(1, 30) for item in ("A01", "A07", "G02", "D03", "D04")})
terms_of_years = st.builds(RemedyTerms, st.integers(1, 4), st.booleans())


def line_ways(rating, prices, terms):
    """By what is met of bandwidth and spare line: the least VND; a spare line brings bandwidth, and is bought for itself alone."""
    bandwidth, spare = (next(f for f in rating.findings if f.criterion.code == code) for code in ("CR-D5", "CR-D6"))
    ways = {}
    for main_lines, spare_lines in product(range(3), range(spare.shortfall + 1)):
        met = (300 * (main_lines + spare_lines) >= bandwidth.shortfall, spare_lines >= spare.shortfall)
        cost = (main_lines * prices["D03"].unit_price + spare_lines * prices["D04"].unit_price) * terms.years
        ways[met] = min(cost, ways.get(met, cost))
    return ways


def machine_ways(rating, prices):
    """By what is met of the five machines: VND."""
    findings = [next(f for f in rating.findings if f.criterion.code == c.code) for c in COUNTS]
    lacking = [place for place, finding in enumerate(findings) if finding.shortfall]
    for size in range(len(lacking) + 1):
        for bought in combinations(lacking, size):
            cost = sum(prices[COUNTS[place].remedy.items[0].item].unit_price for place in bought)
            yield tuple(not f.shortfall or place in bought for place, f in enumerate(findings)), cost


@examples(60)
@given(small_wards(), small_prices, terms_of_years, st.integers(1, 100))
def test_of_all_choices_none_costs_less(ward, few_prices, terms, pass_mark):
    prices = with_prices(**few_prices)
    standard = replace(STANDARD, criteria=TWELVE, pass_mark=pass_mark)
    rating = rate(ward, standard, DEMO_DAY)
    list_costs, ready_costs = [], []
    for (pcs, pc_cost), (lines, line_cost), (machines, machine_cost) in product(
        pc_ways(rating, prices, terms).items(), line_ways(rating, prices, terms).items(), machine_ways(rating, prices)
    ):
        met, cost = (*pcs, *lines, *machines), pc_cost + line_cost + machine_cost
        counted = [(c.weight, is_met) for c, is_met in zip(TWELVE, met, strict=True) if is_met is not None]
        if False not in met:
            list_costs.append(cost)
        if 100 * sum(weight for weight, is_met in counted if is_met) >= pass_mark * sum(weight for weight, _ in counted):
            ready_costs.append(cost)
    remedies, to_ready = remedies_of(rating, prices, terms), cost_to_ready(rating, prices, terms)
    assert vnd_of(remedies.lines, prices, terms) == min(list_costs)
    if rating.result is not Result.READY:
        assert to_ready.possible
        assert vnd_of(to_ready.lines, prices, terms) == min(ready_costs)
        assert to_ready.capital + to_ready.recurrent * terms.years == min(ready_costs)


def ratings_of(session, standard):
    """The wards of the demo whose PCs are known."""
    city = city_readiness(session, DEMO_DAY)
    ratings = [rate(rating.snapshot, standard, DEMO_DAY) for rating in city.ratings.values() if rating.snapshot]
    return [rating for rating in ratings if all(f.have is not None for f in rating.findings if f.criterion.code in PC_CODES)]


def check_by_program(rating, terms):
    remedies, to_ready = remedies_of(rating, PRICES, terms), cost_to_ready(rating, PRICES, terms)
    assert vnd_of(remedies.lines, PRICES, terms) == program(rating, PRICES, terms, to_ready=False), rating.ward_code
    expected = program(rating, PRICES, terms, to_ready=True)
    assert to_ready.possible == (expected is not None), rating.ward_code
    if to_ready.possible:
        assert vnd_of(to_ready.lines, PRICES, terms) == expected, rating.ward_code


@pytest.mark.long
@pytest.mark.parametrize("terms", [TERMS, NO_UPGRADES], ids=["with upgrades", "without"])
@pytest.mark.parametrize("standard", [STANDARD, NEWEST_STANDARD], ids=lambda standard: standard.version)
def test_an_integer_program_finds_nothing_cheaper_in_the_demo_city(demo_session, standard, terms):
    ratings = ratings_of(demo_session, standard)
    assert len(ratings) > 90
    for rating in ratings:
        check_by_program(rating, terms)


def test_an_integer_program_finds_nothing_cheaper_where_pcs_are_lacking(demo_session):
    ratings = ratings_of(demo_session, NEWEST_STANDARD)
    lacking = [r for r in ratings if any(f.criterion.code in PC_CODES[:3] and f.is_failing for f in r.findings)]
    assert len(lacking) == 29
    for rating in lacking:
        check_by_program(rating, TERMS)


def lost(before, after):
    """The counted criteria that are not met after a purchase although they were, or money mends them."""
    pairs = zip(before.findings, after.findings, strict=True)
    return [
        now.criterion.code
        for then, now in pairs
        if now.is_counted
        and now.status is FindingStatus.UNMET
        and (not then.is_failing or (then.status is FindingStatus.UNMET and then.criterion.remedy.money_mends))
    ]


@given(
    st.tuples(st.just(STANDARD), snapshots() | fleets()) | st.tuples(st.just(NEWEST_STANDARD), snapshots("2026.2") | fleets()),
    terms_of_years,
)
def test_what_is_bought_meets_what_money_mends_and_loses_nothing(given_ward, terms):
    standard, snapshot = given_ward
    rating = rate(snapshot, standard, DEMO_DAY)
    remedies, to_ready = remedies_of(rating, PRICES, terms), cost_to_ready(rating, PRICES, terms)
    after = rate(buy(rating, remedies.lines, remedies.withdrawals), standard, DEMO_DAY)
    assert lost(rating, after) == []
    assert [f.is_met for f in after.findings] == [f.is_met for f in remedies.rating.findings]
    ready = rate(buy(rating, to_ready.lines, to_ready.withdrawals), standard, DEMO_DAY)
    assert (ready.result is Result.READY) == to_ready.possible
    for code in ("pc_supported_os", "licensed_pcs", "pcs_protected"):
        known, before = remedies.rating.snapshot.count(code), snapshot.count(code)
        working = sum(
            lot.working for lot in remedies.rating.snapshot.lots if lot.item in ("A01", "A02") and lot.owner != "city_centre"
        )
        assert known is None or known == before or known <= working


def remedies_of_demo(session, terms):
    return [remedies_of(rating, PRICES, terms) for rating in city_readiness(session, DEMO_DAY).ratings.values()]


def test_185_pcs_do_where_311_were_bought_and_an_upgrade_replaces_61_of_them(demo_session):
    for terms, pcs, upgrades in ((NO_UPGRADES, {"CR-A1": 124, "CR-A3": 61}, 0), (TERMS, {"CR-A1": 124}, 61)):
        found = remedies_of_demo(demo_session, terms)
        lines = [line for remedies in found for line in remedies.lines]
        assert {c: n for c in PC_CODES if (n := sum(x.quantity for x in lines if (x.item, x.criterion) == ("A01", c)))} == pcs
        assert sum(line.upgrades for line in lines) == upgrades
        assert {(w.criterion) for remedies in found for w in remedies.withdrawals} == {"CR-A3"}
        assert sum(w.quantity for remedies in found for w in remedies.withdrawals) == 146


def test_no_machine_within_its_life_is_liquidated(demo_session):
    for terms in (TERMS, NO_UPGRADES):
        for remedies, rating in zip(
            remedies_of_demo(demo_session, terms), city_readiness(demo_session, DEMO_DAY).ratings.values(), strict=True
        ):
            if rating.snapshot is None:
                continue
            before = {id_of(lot): lot.liquidation for lot in rating.snapshot.lots}
            more = [lot for lot in remedies.rating.snapshot.lots if lot.liquidation > before.get(id_of(lot), 0)]
            assert all(lot.year is not None and YEAR - lot.year > 7 for lot in more)
            waiting = sum(lot.liquidation for lot in more) - sum(before[id_of(lot)] for lot in more)
            reasons = [pair for line in remedies.lines for pair in line.replaced]
            assert waiting == sum(number for reason, number in reasons if reason.is_liquidated)


def id_of(lot):
    return lot.item, lot.year, lot.owner
