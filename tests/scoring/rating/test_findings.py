"""Findings, scores and results counted by hand."""

from dataclasses import FrozenInstanceError, replace
from datetime import date

import pytest

from inventory.snapshots.snapshot import ConnectionKind, EquipmentLot, Snapshot
from scoring.rating.measures import MEASURES, Reading, is_fact, required_answers
from scoring.rating.rating import FindingStatus, Result, judge, rate, rating_without_data
from scoring.rating.standard import Requirement, Tier
from tests.factories.days import DEMO_DAY
from tests.factories.snapshots import make_facts, snapshot_of_counts
from tests.factories.standards import STANDARD, small_standard

MET, UNMET, UNANSWERED, NONE = FindingStatus
PERCENT, STAFF, COUNTER = (STANDARD.criterion(code) for code in ("CR-D3", "CR-C1", "CR-B1"))
EMPTY_REQUIREMENT = Requirement(constant=0)

# Criterion; requirement; facts; status, have, need and shortfall.
FINDINGS = [
    (PERCENT, PERCENT.requirement, {"tslcd_p95_percent": 90}, (MET, 90, 90, 0)),
    (PERCENT, PERCENT.requirement, {"tslcd_p95_percent": 0}, (MET, 0, 90, 0)),
    (PERCENT, PERCENT.requirement, {"tslcd_p95_percent": 100}, (UNMET, 100, 90, 10)),
    (PERCENT, PERCENT.requirement, {"tslcd_p95_percent": 185}, (UNMET, 185, 90, 95)),
    (PERCENT, PERCENT.requirement, {}, (UNANSWERED, None, 90, 90)),
    (PERCENT, replace(PERCENT.requirement, constant=0), {"tslcd_p95_percent": 3}, (UNMET, 3, 0, 3)),
    (PERCENT, replace(PERCENT.requirement, constant=0), {"tslcd_p95_percent": 0}, (MET, 0, 0, 0)),
    (PERCENT, replace(PERCENT.requirement, constant=0), {}, (UNANSWERED, None, 0, 1)),
    (STAFF, STAFF.requirement, {"staff_total": 9, "lan_seats": 4}, (UNMET, 4, 9, 5)),
    (STAFF, STAFF.requirement, {"staff_total": 9, "lan_seats": 12}, (MET, 12, 9, 0)),
    (STAFF, STAFF.requirement, {"staff_total": 9}, (UNANSWERED, None, 9, 9)),
    (STAFF, STAFF.requirement, {"staff_total": 1}, (UNANSWERED, None, 1, 1)),
    (STAFF, STAFF.requirement, {"staff_total": 0, "lan_seats": 4}, (NONE, None, 0, 0)),
    (STAFF, STAFF.requirement, {"lan_seats": 4}, (UNANSWERED, None, None, 1)),
    (STAFF, EMPTY_REQUIREMENT, {"lan_seats": 4}, (NONE, None, 0, 0)),
    (COUNTER, COUNTER.requirement, {"counters": 3}, (UNANSWERED, None, None, 1)),
    (COUNTER, COUNTER.requirement, {"counters": 3, "owns_counters": False}, (NONE, None, 0, 0)),
    (COUNTER, COUNTER.requirement, {"counters": 3, "owns_counters": True}, (UNANSWERED, None, 3, 3)),
]


@pytest.mark.parametrize(("criterion", "requirement", "facts", "expected"), FINDINGS)
def test_a_finding_by_hand(criterion, requirement, facts, expected):
    ward = Snapshot("00082", DEMO_DAY, make_facts(facts))
    finding = judge(replace(criterion, requirement=requirement), ward, STANDARD, DEMO_DAY)
    assert (finding.status, finding.have, finding.need, finding.shortfall) == expected
    assert finding.unit == criterion.unit
    assert finding.is_met is (expected[0] is MET)
    assert finding.is_failing is (expected[0] in (UNMET, UNANSWERED))
    with pytest.raises(FrozenInstanceError):
        finding.shortfall = 0


# Haves of five criteria that need one each, their weights; pass mark; which block; the score and the result.
SCORES = [
    ((1, 1, 1, 1, 1), (1, 1, 1, 1, 1), 100, (), 100, Result.READY),
    ((1, 1, 1, 1, 0), (1, 1, 1, 1, 1), 80, (), 80, Result.READY),
    ((1, 1, 1, 1, 0), (1, 1, 1, 1, 1), 81, (), 80, Result.NOT_READY),
    ((1, 1, 0, 0, 0), (1, 1, 2, 1, 1), 33, (), 33, Result.READY),
    ((1, 1, 0, 0, 0), (1, 1, 2, 1, 1), 34, (), 33, Result.NOT_READY),
    ((0, 0, 0, 0, 0), (1, 1, 1, 1, 1), 1, (), 0, Result.NOT_READY),
    ((0, 1, 1, 1, 1), (1, 9, 9, 9, 9), 80, ("kiosks",), 97, Result.NOT_READY),
    ((1, 0, 1, 1, 1), (1, 1, 9, 9, 9), 80, ("kiosks",), 96, Result.READY),
]


@pytest.mark.parametrize(("haves", "weights", "pass_mark", "blocking", "score", "result"), SCORES)
def test_a_score_by_hand(haves, weights, pass_mark, blocking, score, result):
    rating = rate(snapshot_of_counts(haves), small_standard(weights, (1,) * 5, pass_mark, blocking), DEMO_DAY)
    assert (rating.score, rating.result) == (score, result)
    assert rating.counted_weight == sum(weights)
    assert rating.met_weight == sum(weight for weight, have in zip(weights, haves, strict=True) if have)


def test_an_unanswered_blocking_criterion_leaves_the_result_open_unless_another_misses():
    standard = small_standard((1,) * 5, (1,) * 5, 10, blocking=("kiosks", "queue_systems"))
    ward = snapshot_of_counts((1,) * 5)
    silent_ward = replace(ward, answered_items=ward.answered_items - {"B06"})
    open_rating = rate(silent_ward, standard, DEMO_DAY)
    assert (open_rating.result, open_rating.headline) == (Result.INCOMPLETE, "Thiếu 1 tiêu chí bắt buộc")
    lacking_ward = replace(silent_ward, lots=tuple(lot for lot in silent_ward.lots if lot.item != "B07"))
    assert rate(lacking_ward, standard, DEMO_DAY).result is Result.NOT_READY


def test_where_nothing_is_counted_the_score_is_nothing():
    standard = small_standard((1,) * 5, (1,) * 5, 50)
    recommended_standard = replace(standard, criteria=tuple(replace(c, tier=Tier.RECOMMENDED) for c in standard.criteria))
    rating = rate(snapshot_of_counts((1,) * 5), recommended_standard, DEMO_DAY)
    assert (rating.score, rating.counted_weight, rating.met_weight, rating.result) == (0, 0, 0, Result.NOT_READY)
    empty_rating = rating_without_data("00082", DEMO_DAY)
    assert (empty_rating.score, empty_rating.result, empty_rating.findings, empty_rating.on) == (0, Result.NO_DATA, (), DEMO_DAY)


def test_what_blocks_is_named_first():
    rating = rate(
        snapshot_of_counts((0,) * 5), small_standard((1,) * 5, (1,) * 5, 50, blocking=("citizen_pcs", "surge_protection")), DEMO_DAY
    )
    assert [finding.criterion.measure for finding in rating.unmet] == [
        *("citizen_pcs", "surge_protection"),
        *("kiosks", "queue_systems", "satisfaction_tablets"),
    ]
    assert [finding.criterion.measure for finding in rating.unmet_blocking] == ["citizen_pcs", "surge_protection"]


# Result; colour; the colour of words on it; the mark beside it.
LOOKS = [
    (Result.READY, "#1b7f79", "#ffffff", "✓"),
    (Result.NOT_READY, "#c23a4e", "#ffffff", "✗"),
    (Result.INCOMPLETE, "#edae49", "#1f2933", "?"),
    (Result.NO_DATA, "#dfe3e8", "#1f2933", "–"),
]


@pytest.mark.parametrize(("result", "colour", "ink", "mark"), LOOKS)
def test_each_result_has_a_colour_that_can_be_read_and_a_mark(result, colour, ink, mark):
    assert (result.colour, result.ink, result.mark) == (colour, ink, mark)


ALL_ANSWERED = {"answered_items": frozenset({"A04", "B11"}), "answered_connections": frozenset(ConnectionKind)}

# Measure; facts; lots; the reading.
READ = [
    ("lan_seats", {"lan_seats": 0}, (), Reading(0)),
    ("vc_tested", {"vc_tested": True}, (), Reading(1)),
    ("vc_tested", {"vc_tested": False}, (), Reading(0)),
    ("vc_tested", {"vc_tested": "có"}, (), Reading(0, ("vc_tested",))),
    ("scanners", {"printers_multifunction": 2}, (EquipmentLot("A04", good=3),), Reading(5)),
    ("scanners", {}, (EquipmentLot("A04", good=3),), Reading(3, ("printers_multifunction",))),
    ("counter_cameras", {"cameras_cover_all": True}, (EquipmentLot("B11", good=6),), Reading(6)),
    ("counter_cameras", {"cameras_cover_all": False}, (EquipmentLot("B11", good=6),), Reading(3)),
    ("counter_cameras", {"cameras_cover_all": False}, (EquipmentLot("B11", good=2),), Reading(2)),
    ("counter_cameras", {}, (EquipmentLot("B11", good=6),), Reading(3, ("cameras_cover_all",))),
    ("tslcd_mbps", {}, (), Reading(0)),
    ("internet_mbps", {}, (), Reading(0)),
    ("backup_lines", {}, (), Reading(0)),
    ("tslcd_lines", {}, (), Reading(0)),
    ("other_sites", {"sites": 0}, (), Reading(0)),
    ("other_sites", {"sites": 1}, (), Reading(0)),
    ("other_sites", {"sites": 5}, (), Reading(4)),
    ("other_sites", {}, (), Reading(0, ("sites",))),
    ("level_file_approved", {"level_file_approved": date(2026, 3, 1)}, (), Reading(0)),
    ("main_firewall_until", {"main_firewall_until": DEMO_DAY}, (), Reading(1)),
    ("other_sites_temperature", {"sites_temperature": 3, "main_site_temperature": True}, (), Reading(2)),
    ("other_sites_temperature", {"sites_temperature": 3, "main_site_temperature": False}, (), Reading(3)),
    ("other_sites_temperature", {"sites_temperature": 0, "main_site_temperature": True}, (), Reading(0)),
    ("other_sites_temperature", {"sites_temperature": 3}, (), Reading(2, ("main_site_temperature",))),
    ("certified_signers", {"signers_certified": 9, "signer_certificate_until": DEMO_DAY}, (), Reading(9)),
    ("certified_signers", {"signers_certified": 9, "signer_certificate_until": date(2026, 3, 1)}, (), Reading(8)),
    ("certified_signers", {"signers_certified": 0, "signer_certificate_until": False}, (), Reading(0)),
    ("certified_bodies", {"bodies_certified": 3, "body_certificate_until": True}, (), Reading(3)),
    ("certified_bodies", {"bodies_certified": 3}, (), Reading(2, ("body_certificate_until",))),
]


@pytest.mark.parametrize(("measure", "facts", "lots", "reading"), READ)
def test_a_measure_by_hand(measure, facts, lots, reading):
    assert MEASURES[measure].read(Snapshot("00082", DEMO_DAY, make_facts(facts), lots, **ALL_ANSWERED), 7, DEMO_DAY) == reading


def test_answers_of_their_own_are_facts_and_what_is_counted_is_none():
    assert all(map(is_fact, ("lan_seats", "cameras_cover_all", "has_website", "owns_counters", "printers_multifunction")))
    assert not any(map(is_fact, ("printers", "other_sites", "x")))
    assert required_answers("scanners") == ("A04", "printers_multifunction")
    with pytest.raises(FrozenInstanceError):
        MEASURES["printers"].unit = "cái"
    with pytest.raises(FrozenInstanceError):
        Reading().value = 1
