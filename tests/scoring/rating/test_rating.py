import tomllib
from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from inventory.snapshots.snapshot import ConnectionKind, EquipmentLot, Fact, Owner, Snapshot
from inventory.wards.wards import load_wards
from scoring.maps.hex_layout import lay_out
from scoring.rating.city_readiness import city_readiness
from scoring.rating.explain import explain
from scoring.rating.rating import FindingStatus, Result, rate
from scoring.rating.remedies import remedies_of
from tests.factories.days import DEMO_DAY
from tests.factories.prices import PRICES, TERMS
from tests.factories.questionnaires import EQUIPMENT
from tests.factories.snapshots import make_facts, snapshots
from tests.factories.standards import NEWEST_STANDARD, STANDARD, STANDARD_TEXT
from tests.scoring.plain_rating import plain_rate

PLAIN = tomllib.loads(STANDARD_TEXT)


@given(snapshots())
def test_the_plain_slow_rating_agrees(snapshot):
    rating = rate(snapshot, STANDARD, DEMO_DAY)
    assert (rating.result.value, rating.score) == plain_rate(snapshot, PLAIN, DEMO_DAY)


@given(snapshots("2026.2"))
def test_remedies_meet_what_has_ended_too(snapshot):
    rating = rate(snapshot, NEWEST_STANDARD, DEMO_DAY)
    findings = {finding.criterion.code: finding for finding in remedies_of(rating, PRICES, TERMS).rating.findings}
    for finding in rating.unmet:
        if finding.status is FindingStatus.UNMET and finding.criterion.remedy.money_mends:
            assert not findings[finding.criterion.code].is_failing, finding.criterion.code


@given(snapshots())
def test_the_score_is_a_share_and_a_shortfall_of_nothing_is_met(snapshot):
    rating = rate(snapshot, STANDARD, DEMO_DAY)
    assert 0 <= rating.score <= 100
    for finding in rating.findings:
        assert (finding.shortfall == 0) == (not finding.is_failing)
        assert explain(finding).endswith(").")


# A PC brings duties of its own (protection, licence); all other equipment can only help.
HELPFUL = [item for item in EQUIPMENT if item not in ("A01", "A02")]


@given(snapshots(), st.sampled_from(HELPFUL), st.integers(1, 30))
def test_more_usable_equipment_never_harms(snapshot, item, count):
    if item not in snapshot.answered_items:
        return
    before = rate(snapshot, STANDARD, DEMO_DAY)
    after = rate(replace(snapshot, lots=(*snapshot.lots, EquipmentLot(item, good=count, year=2026))), STANDARD, DEMO_DAY)
    assert after.score >= before.score
    assert not (before.result is Result.READY and after.result is not Result.READY)


ABOUT_PCS = ("pc_supported_os", "pc_memory_ssd", "licensed_pcs", "pcs_protected")


@given(snapshots(), st.sampled_from(["A01", "A02"]), st.integers(1, 30))
def test_more_pcs_that_are_protected_and_licensed_never_harm(snapshot, item, count):
    if not {"A01", "A02"} <= snapshot.answered_items:
        return
    has_none = not any(lot.working for lot in (*snapshot.lots_of("A01"), *snapshot.lots_of("A02")))
    old_counts = {key: snapshot.count(key) for key in ABOUT_PCS}
    new_facts = {key: Fact(key, (value or 0) + count) for key, value in old_counts.items() if value is not None or has_none}
    new_lot = EquipmentLot(item, good=count, year=2026)
    before = rate(snapshot, STANDARD, DEMO_DAY)
    after = rate(replace(snapshot, lots=(*snapshot.lots, new_lot), facts={**snapshot.facts, **new_facts}), STANDARD, DEMO_DAY)
    assert after.score >= before.score
    assert not (before.result is Result.READY and after.result is not Result.READY)


@given(snapshots())
def test_what_the_city_centre_owns_or_is_on_order_never_counts(snapshot):
    extra_lots = [EquipmentLot(item, good=9, year=2026, owner=Owner.CITY_CENTRE) for item in snapshot.answered_items]
    extra_lots += [EquipmentLot(item, on_order=9, year=2026) for item in snapshot.answered_items]
    richer_snapshot = replace(snapshot, lots=(*snapshot.lots, *extra_lots))
    assert rate(richer_snapshot, STANDARD, DEMO_DAY).findings == rate(snapshot, STANDARD, DEMO_DAY).findings


@given(snapshots(), st.randoms())
def test_the_order_of_lots_never_matters(snapshot, random):
    shuffled_lots = list(snapshot.lots)
    random.shuffle(shuffled_lots)
    shuffled_rating = rate(replace(snapshot, lots=tuple(shuffled_lots)), STANDARD, DEMO_DAY)
    assert [f.have for f in shuffled_rating.findings] == [f.have for f in rate(snapshot, STANDARD, DEMO_DAY).findings]


@given(snapshots())
def test_the_remedies_of_what_money_mends_meet_it(snapshot):
    rating = rate(snapshot, STANDARD, DEMO_DAY)
    new_findings = {finding.criterion.code: finding for finding in remedies_of(rating, PRICES, TERMS).rating.findings}
    for finding in rating.unmet:
        if finding.status is FindingStatus.UNMET and finding.criterion.remedy.money_mends:
            assert not new_findings[finding.criterion.code].is_failing, finding.criterion.code


def test_the_demo_city_is_rated_alike_by_both(demo_session):
    city = city_readiness(demo_session, DEMO_DAY)
    ratings = [rating for rating in city.ratings.values() if rating.snapshot]
    assert len(ratings) == 100
    for rating in ratings:
        assert (rating.result.value, rating.score) == plain_rate(rating.snapshot, PLAIN, DEMO_DAY)
    assert 40 <= city.counts[Result.READY] <= 55


def snapshot_with(**counts):
    items = frozenset(EQUIPMENT)
    lots = tuple(EquipmentLot(key, good=value, year=2024) for key, value in counts.items() if key in items)
    facts = {key: value for key, value in counts.items() if key not in items}
    return Snapshot("00082", DEMO_DAY, make_facts(facts), lots, (), items, frozenset(ConnectionKind))


def test_the_default_standard_is_what_was_asked_for():
    weights = {}
    for criterion in STANDARD.criteria:
        if criterion.is_counted:
            weights[criterion.group] = weights.get(criterion.group, 0) + criterion.weight
    assert weights == {"A": 20, "B": 10, "C": 15, "D": 15, "E": 10, "F": 8, "G": 12, "H": 6, "I": 4}
    assert {c.code for c in STANDARD.criteria if c.blocking} == {
        f"CR-{x}" for x in ("A1", "C3", "D1", "E1", "F2", "G1", "G2", "G3")
    }
    assert {c.code for c in STANDARD.criteria if not c.is_counted} == {f"CR-{x}" for x in ("A4", "C2", "D3", "D4", "G5")}
    assert STANDARD.banner == "Theo bộ tiêu chuẩn tham chiếu, thành phố chưa ban hành"


def test_the_remedy_of_a_room_is_the_whole_package():
    rating = rate(snapshot_with(rooms_vc=1, rooms_vc_able=0, rooms_vc_good=0), STANDARD, DEMO_DAY)
    quantities = {line.item: line.quantity for line in remedies_of(rating, PRICES, TERMS).lines if line.criterion == "CR-E1"}
    assert quantities == {"E01": 1, "E02": 1, "E03": 1, "E04": 1, "E05": 1}
    assert not [line for line in remedies_of(rating, PRICES, TERMS).lines if line.criterion == "CR-E2"]


def test_the_map_has_all_wards_and_the_north_on_top():
    hexmap = lay_out(load_wards())
    height = {tile.ward.name: tile.centre[1] for tile in hexmap.tiles}
    assert len(hexmap.tiles) == 126
    assert height["Sóc Sơn"] < height["Hoàn Kiếm"] < height["Hương Sơn"]
    assert hexmap.river
