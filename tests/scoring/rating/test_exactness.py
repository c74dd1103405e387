"""Small cases where every number can be counted by hand or by trying everything."""

from dataclasses import replace
from datetime import date
from itertools import combinations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from inventory.snapshots.snapshot import Connection, ConnectionKind, EquipmentLot, Fact, Owner, Snapshot
from scoring.rating.measures import MEASURES
from scoring.rating.rating import FindingStatus, Result, judge, rate, rating_without_data
from scoring.rating.remedies import cost_to_ready, remedies_of
from scoring.rating.standard import parse_standard
from tests.factories.days import DEMO_DAY
from tests.factories.prices import PRICES, TERMS
from tests.factories.snapshots import make_facts, snapshot_of_counts
from tests.factories.standards import ITEM_OF_MEASURE, STANDARD, STANDARD_TEXT, small_standard

FIVE = st.tuples(*[st.integers(1, 9)] * 5)


@given(
    FIVE,
    st.tuples(*[st.integers(1, 3)] * 5),
    st.tuples(*[st.integers(0, 2)] * 5),
    st.integers(1, 100),
    st.sets(st.sampled_from(list(ITEM_OF_MEASURE))),
)
def test_cost_to_ready_is_the_least_over_all_sets(weights, needs, haves, pass_mark, blocking):
    standard = small_standard(weights, needs, pass_mark, blocking)
    rating = rate(snapshot_of_counts(haves), standard, DEMO_DAY)
    cost = cost_to_ready(rating, PRICES, TERMS)
    shortfalls = {item: max(0, need - have) for item, need, have in zip(ITEM_OF_MEASURE.values(), needs, haves, strict=True)}
    blocking_items = {ITEM_OF_MEASURE[measure] for measure in blocking}
    weight_of = dict(zip(ITEM_OF_MEASURE.values(), weights, strict=True))
    prices = []
    for size in range(6):
        for bought_items in combinations(ITEM_OF_MEASURE.values(), size):
            met_items = {item for item in shortfalls if not shortfalls[item] or item in bought_items}
            score = 100 * sum(weight_of[item] for item in met_items) // sum(weights)
            if blocking_items <= met_items and score >= pass_mark:
                prices.append(sum(shortfalls[item] * PRICES[item].unit_price for item in bought_items))
    assert cost.possible
    assert cost.capital + cost.recurrent == min(prices)
    assert sum(line.quantity * PRICES[line.item].unit_price for line in cost.lines) == min(prices)


def test_nothing_costs_nothing_where_there_is_no_data_or_the_ward_is_ready():
    unrated_cost = cost_to_ready(rating_without_data("00082", DEMO_DAY), PRICES, TERMS)
    assert (unrated_cost.capital, unrated_cost.recurrent, unrated_cost.lines, unrated_cost.possible) == (0, 0, (), False)
    ready_rating = rate(snapshot_of_counts((3,) * 5), small_standard((1,) * 5, (1,) * 5, 80), DEMO_DAY)
    assert ready_rating.result is Result.READY
    ready_cost = cost_to_ready(ready_rating, PRICES, TERMS)
    assert (ready_cost.capital, ready_cost.recurrent, ready_cost.lines, ready_cost.possible) == (0, 0, (), True)
    assert remedies_of(rating_without_data("00082", DEMO_DAY), PRICES, TERMS).lines == ()
    assert remedies_of(rating_without_data("00082", DEMO_DAY), PRICES, TERMS).rating.snapshot is None


def test_yearly_items_are_recurrent_and_the_others_capital():
    text = STANDARD_TEXT
    standard = parse_standard(text)
    ward = Snapshot(
        "00082",
        DEMO_DAY,
        make_facts({"pcs_protected": 0}),
        (EquipmentLot("A01", good=3, year=2025),),
        answered_items=frozenset({"A01", "A02"}),
    )
    security_standard = replace(standard, criteria=(standard.criterion("CR-G2"),))
    cost = cost_to_ready(rate(ward, security_standard, DEMO_DAY), PRICES, TERMS)
    assert (cost.capital, cost.recurrent) == (0, 3 * PRICES["G02"].unit_price)


LOTS = st.lists(
    st.builds(
        EquipmentLot,
        st.just("A01"),
        good=st.integers(0, 6),
        degraded=st.integers(0, 6),
        unused=st.integers(0, 3),
        broken=st.integers(0, 2),
        liquidation=st.integers(0, 2),
        year=st.integers(2012, 2026),
        owner=st.sampled_from([Owner.WARD, Owner.CITY_CENTRE]),
    ),
    max_size=4,
)


@given(LOTS, st.integers(0, 40))
def test_replaced_pcs_go_to_liquidation_one_for_one(lots, staff):
    ward = Snapshot("00082", DEMO_DAY, make_facts({"staff_total": staff}), tuple(lots), answered_items=frozenset({"A01", "A02"}))
    standard = replace(STANDARD, criteria=(STANDARD.criterion("CR-A1"),))
    rating = rate(ward, standard, DEMO_DAY)
    lines, after = remedies_of(rating, PRICES, TERMS).lines, remedies_of(rating, PRICES, TERMS).rating.snapshot
    bought_count, replaced_count = sum(line.quantity for line in lines), sum(line.replaces for line in lines)
    worn_count = sum(lot.working for lot in lots if lot.owner is Owner.WARD and lot.year != 2026 and 2026 - lot.year > 7)
    assert replaced_count == min(bought_count, worn_count)
    assert sum(lot.liquidation for lot in after.lots) == sum(lot.liquidation for lot in lots) + replaced_count
    assert sum(lot.total for lot in after.lots) == sum(lot.total for lot in lots) + bought_count
    assert sum(lot.working for lot in after.lots) == sum(lot.working for lot in lots) + bought_count - replaced_count
    assert all(min(lot.good, lot.degraded, lot.unused) >= 0 for lot in after.lots)
    centre_lots = [lot for lot in lots if lot.owner is Owner.CITY_CENTRE]
    assert [lot for lot in after.lots if lot.owner is Owner.CITY_CENTRE] == centre_lots
    assert judge(STANDARD.criterion("CR-A1"), after, standard, DEMO_DAY).shortfall == 0


def test_the_oldest_go_first_and_of_one_lot_the_degraded():
    lots = (
        EquipmentLot("A01", good=4, year=2014),
        EquipmentLot("A01", good=3, degraded=2, unused=1, liquidation=1, year=2012),
    )
    ward = Snapshot("00082", DEMO_DAY, make_facts({"staff_total": 4}), lots, answered_items=frozenset({"A01", "A02"}))
    after = remedies_of(
        rate(ward, replace(STANDARD, criteria=(STANDARD.criterion("CR-A1"),)), DEMO_DAY), PRICES, TERMS
    ).rating.snapshot
    old_lot = next(lot for lot in after.lots if lot.year == 2012)
    assert (old_lot.degraded, old_lot.good, old_lot.unused, old_lot.liquidation) == (0, 1, 1, 5)
    assert next(lot for lot in after.lots if lot.year == 2014) == lots[0]
    assert next(lot for lot in after.lots if lot.year == 2026).good == 4


def test_new_pcs_raise_what_is_known_of_the_old_ones():
    facts = make_facts({"staff_total": 5, "pc_supported_os": 2})
    ward = Snapshot("00082", DEMO_DAY, facts, (EquipmentLot("A01", good=3, year=2024),), answered_items=frozenset({"A01", "A02"}))
    after = remedies_of(
        rate(ward, replace(STANDARD, criteria=(STANDARD.criterion("CR-A1"),)), DEMO_DAY), PRICES, TERMS
    ).rating.snapshot
    assert after.facts["pc_supported_os"] == Fact("pc_supported_os", 4)
    assert "pc_memory_ssd" not in after.facts, "nobody said how many of the old ones have it"


@pytest.mark.parametrize(("code", "kind", "speed"), [("CR-D5", "internet", 300), ("CR-D6", "backup", 300)])
def test_a_leased_line_brings_its_speed(code, kind, speed):
    facts = make_facts({"staff_total": 60})
    ward = Snapshot("00082", DEMO_DAY, facts, answered_connections=frozenset({ConnectionKind.INTERNET, ConnectionKind.BACKUP}))
    after = remedies_of(
        rate(ward, replace(STANDARD, criteria=(STANDARD.criterion(code),)), DEMO_DAY), PRICES, TERMS
    ).rating.snapshot
    assert [(line.kind.value, line.contracted_mbps) for line in after.connections] == [(kind, speed)]


def test_lines_without_a_speed_count_nothing():
    lines = (Connection(ConnectionKind.TSLCD), Connection(ConnectionKind.INTERNET, "A"), Connection(ConnectionKind.BACKUP, "B", 50))
    ward = Snapshot("00082", DEMO_DAY, connections=lines, answered_connections=frozenset(ConnectionKind))
    assert MEASURES["tslcd_mbps"].read(ward, 7, DEMO_DAY).value == 0
    assert MEASURES["internet_mbps"].read(ward, 7, DEMO_DAY).value == 50
    ward_without_lines = replace(ward, connections=())
    assert MEASURES["tslcd_mbps"].read(ward_without_lines, 7, DEMO_DAY).value == 0
    assert MEASURES["other_sites"].read(replace(ward, facts=make_facts({"sites": 0})), 7, DEMO_DAY).value == 0
    assert MEASURES["other_sites"].read(replace(ward, facts=make_facts({"sites": 4})), 7, DEMO_DAY).value == 3


@pytest.mark.parametrize(
    ("haves", "pass_mark", "blocking", "headline"),
    [
        ((1, 1, 1, 1, 1), 80, (), "Đạt mọi tiêu chí"),
        ((1, 1, 1, 1, 0), 80, (), "Còn 1 tiêu chí chưa đạt"),
        ((1, 1, 1, 0, 0), 80, (), "Đủ tiêu chí bắt buộc, điểm 60 chưa tới 80"),
        ((0, 0, 1, 1, 1), 10, ("kiosks", "queue_systems"), "Thiếu 2 tiêu chí bắt buộc"),
    ],
)
def test_the_headline_leads_with_what_is_missing(haves, pass_mark, blocking, headline):
    rating = rate(snapshot_of_counts(haves), small_standard((1,) * 5, (1,) * 5, pass_mark, blocking), DEMO_DAY)
    assert rating.headline == headline
    assert rating_without_data("00082", DEMO_DAY).headline == "Chưa có phiếu khảo sát nào được duyệt"


def test_what_does_not_apply_has_nothing_lacking():
    ward = Snapshot("00082", DEMO_DAY, make_facts({"owns_counters": False}))
    finding = judge(STANDARD.criterion("CR-B1"), ward, STANDARD, DEMO_DAY)
    assert (finding.status, finding.have, finding.need, finding.shortfall) == (FindingStatus.NOT_APPLICABLE, None, 0, 0)
    late_finding = judge(replace(STANDARD.criterion("CR-B1"), effective_from=date(2027, 1, 1)), ward, STANDARD, DEMO_DAY)
    assert (late_finding.status, late_finding.have, late_finding.need, late_finding.shortfall) == (
        FindingStatus.NOT_APPLICABLE,
        None,
        0,
        0,
    )
    unanswered_finding = judge(STANDARD.criterion("CR-A1"), Snapshot("00082", DEMO_DAY), STANDARD, DEMO_DAY)
    assert (unanswered_finding.status, unanswered_finding.have, unanswered_finding.need, unanswered_finding.shortfall) == (
        FindingStatus.UNANSWERED,
        None,
        None,
        1,
    )
    rating = rate(ward, STANDARD, DEMO_DAY)
    with pytest.raises(AttributeError):
        rating.score = 100
