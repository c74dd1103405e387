from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from bs4 import BeautifulSoup

from accounts.identity import Role
from inventory.snapshots.repository import list_rounds, record_snapshot, snapshots_of_round
from inventory.snapshots.snapshot import Basis, Connection, ConnectionKind, EquipmentLot, Fact, Snapshot
from scoring.analysis.round_comparison import compare_rounds, rate_round
from scoring.analysis.sensitivity import with_threshold
from scoring.rating.city_readiness import city_readiness
from scoring.rating.confidence import Confidence, confidence, confidence_of
from scoring.rating.data_quality import QualityDimension, assess
from scoring.rating.rating import rate, rating_without_data
from tests.factories.days import DEMO_DAY
from tests.factories.snapshots import make_facts
from tests.factories.standards import STANDARD


def rating_with(on=DEMO_DAY, **parts):
    return rate(Snapshot("00082", DEMO_DAY, **parts), STANDARD, on)


def finding(rating, code):
    return next(finding for finding in rating.findings if finding.criterion.code == code)


@pytest.mark.parametrize(
    ("basis", "grade"),
    [(Basis.MEASURED, Confidence.MEASURED), (Basis.EVIDENCE, Confidence.EVIDENCE), (Basis.DECLARED, Confidence.REVIEWED)],
)
def test_a_finding_stands_as_firmly_as_its_weakest_answer(basis, grade):
    rating = rating_with(facts={"level_file_approved": Fact("level_file_approved", value=True, basis=basis)})
    assert confidence_of(finding(rating, "CR-G3"), rating) is grade
    mixed_rating = rating_with(
        facts=make_facts({"staff_total": 40}, Basis.EVIDENCE),
        connections=(Connection(ConnectionKind.INTERNET, "A", 300, 290, basis=basis),),
        answered_connections=frozenset({ConnectionKind.INTERNET}),
    )
    weakest_grade = max(grade, Confidence.EVIDENCE, key=list(Confidence).index)
    assert confidence_of(finding(mixed_rating, "CR-D5"), mixed_rating) is weakest_grade


def test_what_is_older_than_half_a_year_is_old_whatever_stands_behind_it():
    facts = {"level_file_approved": Fact("level_file_approved", value=True, basis=Basis.MEASURED)}
    assert confidence(rating_with(DEMO_DAY + timedelta(days=183), facts=facts)) is not Confidence.OLD
    assert confidence(rating_with(DEMO_DAY + timedelta(days=184), facts=facts)) is Confidence.OLD
    assert confidence(rating_without_data("00082", DEMO_DAY)) is None


def test_the_map_fades_what_is_old_and_the_table_finds_it(demo_sign_in):
    client = demo_sign_in("lanhdao")
    page = BeautifulSoup(client.get("/readiness?fade=1&confidence=old").data, "html.parser")
    # The demo day of the tests is months before today.
    assert len(page.select(".ward.is-faded")) == 100
    assert len(page.select(".part-list tbody tr")) == 100
    assert len(BeautifulSoup(client.get("/readiness").data, "html.parser").select(".ward.is-faded")) == 0


SOUND_FACTS = {
    "staff_total": 60,
    "staff_vi": 1,
    "staff_vii": 9,
    "staff_viii": 50,
    "switch_ports": 48,
    "switch_ports_gigabit": 48,
    "uses_shared_systems": True,
    "has_website": False,
}


def scores(rating):
    return {part.check.dimension: (part.score, part.faults) for part in assess(rating)}


def test_sound_data_have_full_marks_but_for_what_is_missing():
    dimension_scores = scores(
        rating_with(facts=make_facts(SOUND_FACTS), lots=(EquipmentLot("A03", good=2),), answered_items=frozenset({"A03"}))
    )
    assert [dimension_scores[dimension][0] for dimension in QualityDimension if dimension is not QualityDimension.COMPLETE] == [
        100
    ] * 5
    assert 0 < dimension_scores[QualityDimension.COMPLETE][0] < 100


@pytest.mark.parametrize(
    ("change", "dimension", "message"),
    [
        (
            {"facts": make_facts(SOUND_FACTS | {"staff_vii": 8})},
            QualityDimension.CONSISTENT,
            "ba nhóm chức danh cộng lại là 59, tổng khai là 60",
        ),
        (
            {"facts": make_facts(SOUND_FACTS | {"switch_ports_gigabit": 49})},
            QualityDimension.CONSISTENT,
            "cổng 1 Gbps nhiều hơn tổng số cổng",
        ),
        ({"lots": (EquipmentLot("A01", good=121, year=2024),)}, QualityDimension.CORRECT, "121 máy tính cho 60 người"),
        (
            {"connections": (Connection(ConnectionKind.INTERNET, "A", 200, 201),)},
            QualityDimension.CORRECT,
            "đo được 201 Mbps, hợp đồng 200 Mbps",
        ),
        ({"lots": (EquipmentLot("A03", good=1), EquipmentLot("A03", good=2))}, QualityDimension.CLEAN, "2 lô A03 trùng nhau"),
        (
            {"facts": make_facts(SOUND_FACTS | {"uses_shared_systems": False})},
            QualityDimension.SHARED,
            "chưa dùng hệ thống của thành phố",
        ),
        ({"facts": make_facts(SOUND_FACTS | {"has_website": True})}, QualityDimension.SHARED, "chưa là thành phần của cổng"),
        ({"as_of": DEMO_DAY - timedelta(days=184)}, QualityDimension.CURRENT, "số liệu đã 184 ngày"),
    ],
)
def test_each_fault_is_told_under_its_word(change, dimension, message):
    ward = replace(Snapshot("00082", DEMO_DAY, facts=make_facts(SOUND_FACTS)), **change)
    score, faults = scores(rate(ward, STANDARD, DEMO_DAY))[dimension]
    assert score < 100
    assert any(message in fault for fault in faults)


def test_what_cannot_be_compared_is_no_fault():
    empty_scores = scores(rating_with())
    assert (
        empty_scores[QualityDimension.CORRECT]
        == empty_scores[QualityDimension.CLEAN]
        == empty_scores[QualityDimension.CONSISTENT]
        == (100, ())
    )
    lines = (Connection(ConnectionKind.INTERNET, "A", None, 90), Connection(ConnectionKind.BACKUP, "B", 90, None))
    partial_scores = scores(rating_with(facts=make_facts({"staff_total": 5, "switch_ports": 4, "staff_vi": 1}), connections=lines))
    assert partial_scores[QualityDimension.CORRECT] == partial_scores[QualityDimension.CONSISTENT] == (100, ())


def test_a_ward_without_data_has_no_quality():
    assert assess(rating_without_data("00082", DEMO_DAY)) == ()


@pytest.fixture
def two_rounds(demo_session):
    """The demo round, and a second one in which one ready ward lost its PCs."""
    city = city_readiness(demo_session, DEMO_DAY)
    ready_rating = next(rating for rating in city.ratings.values() if rating.result.value == "ready")
    changes = {"round_id": 99, "round_name": "Đợt hai", "approved_at": datetime(2026, 3, 9, tzinfo=UTC), "as_of": DEMO_DAY}
    record_snapshot(demo_session, replace(ready_rating.snapshot, lots=(), **changes))
    demo_session.commit()
    return ready_rating.ward_code, list_rounds(demo_session)


def test_the_change_between_rounds_is_split_and_adds_up(demo_session, two_rounds):
    code, (second, first) = two_rounds
    earlier_snapshots, later_snapshots = (snapshots_of_round(demo_session, known.id) for known in (first, second))
    assert set(later_snapshots) == {code}
    earlier_snapshots = {code: earlier_snapshots[code]} | dict(list(earlier_snapshots.items())[:40])
    stricter_standard = with_threshold(STANDARD, "CR-A1", 110)
    before, after = (
        rate_round(first.name, earlier_snapshots, STANDARD),
        rate_round(second.name, earlier_snapshots | later_snapshots, stricter_standard),
    )
    comparison = compare_rounds(before, after)
    assert comparison.worsened == {code}
    assert comparison.improved == frozenset()
    assert comparison.tightened
    assert len(before.ready) + len(comparison.improved) - len(comparison.worsened) + len(comparison.eased) - len(
        comparison.tightened
    ) == len(after.ready)
    assert compare_rounds(before, before).tightened == frozenset()


def test_a_round_looked_at_again_is_the_same(demo_session, two_rounds):
    first = two_rounds[1][1]
    views = [rate_round(first.name, snapshots_of_round(demo_session, first.id), STANDARD) for _ in range(2)]
    assert views[0] == views[1]
    assert views[0].on == max(rating.snapshot.as_of for rating in views[0].ratings.values())


def test_the_pages_show_both(demo_sign_in, two_rounds):
    client = demo_sign_in("lanhdao")
    page = BeautifulSoup(client.get("/readiness/history").data, "html.parser")
    rows = {row.th.get_text(strip=True): row.td.get_text(strip=True) for row in page.select("tbody tr")}
    assert rows["Kém đi (số liệu đổi)"] != "−0"
    assert client.get("/readiness/history?round_a=x&standard_b=%27").status_code == 200
    assert "Thống nhất" in client.get("/readiness/quality").text


def test_a_city_without_rounds_says_so(sign_in):
    client = sign_in(Role.LEADER)
    assert "Chưa có đợt nào" in client.get("/readiness/history").text
    assert client.get("/readiness/quality").status_code == 200
