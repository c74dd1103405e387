"""Numbers with decimals and days on which something ends, from the answer to the remedy, by a standard that is made up."""

from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction
from math import ceil

import pytest
from hypothesis import given
from hypothesis import strategies as st

from inventory.snapshots.snapshot import Connection, ConnectionKind, Fact, Snapshot
from portal.formats import format_day
from portal.numbers import divide_up
from scoring.analysis.answer_simulation import AdjustableAnswer, adjustable_answers, with_answers
from scoring.rating.explain import verdict
from scoring.rating.measures import MEASURES, YES_OR_NO, Measure, Reading, fact, required_answers, valid_until
from scoring.rating.rating import FindingStatus, Result, judge, rate
from scoring.rating.remedies import remedies_of
from scoring.rating.standard import Requirement, parse_standard
from tests.factories.prices import PRICES, TERMS

DAY = date(2026, 12, 1)
CRITERION = """
[[criteria]]
code = "CR-{code}"
name = "{name}"
measure = "{measure}"
need = {{ {need} }}
weight = 1
blocking = true
source = "thử"
label = "A"
remedy = {{ text = "bổ sung", {remedy} }}
"""
HEAD = 'version = "t"\nname = "t"\npass_mark = 80\npc_max_age_years = 7\n'


@pytest.fixture(autouse=True)
def made_up_measures(monkeypatch):
    monkeypatch.setitem(
        MEASURES, "licence_until", Measure("Bản quyền còn hạn", YES_OR_NO, valid_until("licence_until"), is_fact=True)
    )
    monkeypatch.setitem(MEASURES, "storage_tb", Measure("Dung lượng lưu trữ", "TB", fact("storage_tb"), is_fact=True))


def standard(**values):
    return parse_standard(HEAD + CRITERION.format_map({"code": "D2", "name": "Băng thông", "remedy": "items = []"} | values))


SPEED = {"measure": "tslcd_mbps", "need": "constant = 200"}
STORAGE = {
    "measure": "storage_tb",
    "need": "constant = 20",
    "remedy": 'items = [{ item = "F05", each = 4 }], raises = ["storage_tb"]',
}
LICENCE = {"name": "Bản quyền", "measure": "licence_until", "need": "constant = 1"}
LICENCE |= {"remedy": 'items = [{ item = "G01" }], sets = ["licence_until"]'}


def ward(*speeds, kind=ConnectionKind.TSLCD, **facts):
    return Snapshot(
        "00082",
        DAY,
        {key: Fact(key, value) for key, value in facts.items()},
        connections=tuple(Connection(kind, "VNPT", speed) for speed in speeds),
        answered_connections=frozenset(ConnectionKind),
    )


@pytest.mark.parametrize(
    ("speed", "status", "shortfall"),
    [
        (Decimal("187.5"), FindingStatus.UNMET, Decimal("12.5")),
        (Decimal("199.9"), FindingStatus.UNMET, Decimal("0.1")),
        (Decimal("200.0"), FindingStatus.MET, 0),
        (Decimal("200.1"), FindingStatus.MET, 0),
    ],
)
def test_a_speed_with_decimals_is_judged_exactly(speed, status, shortfall):
    by = standard(**SPEED)
    finding = judge(by.criteria[0], ward(speed), by, DAY)
    assert (finding.status, finding.have, finding.need, finding.shortfall) == (status, speed, 200, shortfall)


def test_it_is_told_as_it_is_written_here():
    by = standard(**SPEED)
    assert verdict(judge(by.criteria[0], ward(Decimal("187.5")), by, DAY)) == "Băng thông: thiếu 12,5 Mbps (có 187,5/cần 200)"
    ceiling = standard(measure="tslcd_p95_percent", need="constant = 90, at_most = true")
    told = verdict(judge(ceiling.criteria[0], ward(tslcd_p95_percent=Decimal("90.25")), ceiling, DAY))
    assert told == "Băng thông: vượt mức, đang là 90,25 %, không được quá 90 %"
    assert verdict(judge(by.criteria[0], ward(1200), by, DAY)) == "Băng thông: đạt, có 1.200/cần 200 Mbps"


def test_the_sum_of_lines_has_one_form():
    reading = MEASURES["internet_mbps"].read(ward(Decimal("93.5"), Decimal("93.5"), kind=ConnectionKind.INTERNET), 7, DAY)
    assert (reading, type(reading.value)) == (Reading(187), int)
    reading = MEASURES["internet_mbps"].read(ward(Decimal("0.1"), Decimal("0.2"), kind=ConnectionKind.INTERNET), 7, DAY)
    assert reading == Reading(Decimal("0.3"))


def test_what_is_raised_or_bought_is_rounded_up():
    rating = rate(ward(storage_tb=Decimal("12.5")), standard(**STORAGE), DAY)
    assert rating.findings[0].shortfall == Decimal("7.5")
    assert [(line.item, line.quantity) for line in remedies_of(rating, PRICES, TERMS).lines] == [("F05", 2)]
    after = remedies_of(rating, PRICES, TERMS).rating
    assert (after.result, after.snapshot.fact("storage_tb")) == (Result.READY, Decimal("20.5"))


@given(
    st.decimals(0, 10_000, places=2),
    st.integers(1, 9),
    st.integers(1, 9),
    st.integers(1, 1000),
    st.integers(0, 50),
)
def test_a_need_is_rounded_up_once_and_exactly(driver, times, each, percent, constant):
    need = Requirement(constant=constant, per="x", times=times, each=each, percent=percent).need(driver)
    assert need == constant + ceil(Fraction(driver) * times * percent / (each * 100))


@given(st.decimals(0, 10_000, places=2), st.integers(1, 50))
def test_so_many_cover_an_amount_and_one_fewer_does_not(amount, each):
    quantity = divide_up(amount, each)
    assert quantity * each >= amount > (quantity - 1) * each


@pytest.mark.parametrize(("days", "status"), [(-1, FindingStatus.UNMET), (0, FindingStatus.MET), (1, FindingStatus.MET)])
def test_the_verdict_turns_on_the_day_after_the_last(days, status):
    by = standard(**LICENCE)
    snapshot = ward(licence_until=DAY + timedelta(days=days))
    rating = rate(snapshot, by, DAY)
    assert (rating.findings[0].status, rating.findings[0].need) == (status, 1)
    assert rate(snapshot, by, DAY + timedelta(days=days)).result is Result.READY
    assert rate(snapshot, by, DAY + timedelta(days=days + 1)).result is Result.NOT_READY
    words = "còn hạn đến hết ngày" if status is FindingStatus.MET else "đã hết hạn ngày"
    assert verdict(rating.findings[0]) == f"Bản quyền: {words} {format_day(DAY + timedelta(days=days))}"


def test_what_has_no_day_is_there_or_not():
    by = standard(**LICENCE)
    verdicts = [verdict(judge(by.criteria[0], ward(licence_until=answer), by, DAY)) for answer in (True, False)]
    assert verdicts == ["Bản quyền: đã có", "Bản quyền: chưa có"]


def test_a_day_that_was_not_answered_is_missing():
    by = standard(**LICENCE)
    assert required_answers("licence_until") == ("licence_until",)
    assert rate(ward(), by, DAY).result is Result.INCOMPLETE
    assert valid_until("licence_until")(ward(licence_until="còn hạn"), 7, DAY) == Reading(missing=("licence_until",))


def test_a_renewal_mends_what_has_ended():
    rating = rate(ward(licence_until=DAY - timedelta(days=1)), standard(**LICENCE), DAY)
    assert [(line.item, line.quantity) for line in remedies_of(rating, PRICES, TERMS).lines] == [("G01", 1)]
    assert remedies_of(rating, PRICES, TERMS).rating.result is Result.READY


def test_what_applies_by_a_day_applies_until_it():
    text = HEAD + CRITERION.format_map({"code": "D2", "name": "x", "remedy": "items = []", **SPEED}).replace(
        "weight = 1", 'weight = 1\napplies_if = "licence_until"'
    )
    by = parse_standard(text)
    for days, status in ((0, FindingStatus.MET), (-1, FindingStatus.NOT_APPLICABLE)):
        assert judge(by.criteria[0], ward(200, licence_until=DAY + timedelta(days=days)), by, DAY).status is status


def test_other_answers_can_be_tried():
    by, over = standard(**LICENCE), DAY - timedelta(days=1)
    assert adjustable_answers(by.criteria[0], ward(licence_until=over), DAY) == (AdjustableAnswer("licence_until", True, 0),)
    assert rate(with_answers(ward(licence_until=over), {"licence_until": 1}, DAY), by, DAY).result is Result.READY
    assert rate(with_answers(ward(licence_until=DAY), {"licence_until": 0}, DAY), by, DAY).result is Result.NOT_READY
    lines = ward(Decimal("93.5"), Decimal("94"))
    by = standard(**SPEED)
    assert adjustable_answers(by.criteria[0], lines, DAY) == (AdjustableAnswer("tslcd", False, Decimal("187.5")),)
    assert judge(by.criteria[0], with_answers(lines, {"tslcd": Decimal("199.5")}, DAY), by, DAY).shortfall == Decimal("0.5")
