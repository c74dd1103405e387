from collections import Counter
from datetime import date, datetime, time, timedelta
from fractions import Fraction

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from inventory.snapshots.repository import list_snapshot_references, newest_snapshots, record_snapshot
from inventory.snapshots.snapshot import Snapshot
from portal.clock import HANOI
from scoring.analysis.city_trend import city_trend
from scoring.analysis.trend import (
    DayCount,
    Deadline,
    break_down,
    count_changes,
    count_days,
    forecast_readiness,
    planned_ready,
    ready_on,
    standings_by_round,
    weekly_paces,
)
from scoring.rating.city_readiness import city_readiness
from scoring.rating.rating import Result, rate
from tests.factories.approvals import approval, approvals_of_wards, weeks_of_approvals
from tests.factories.days import DEMO_DAY, TARGET_DAY
from tests.factories.standards import STANDARD


def count_slowly(approvals, day):
    """The newest snapshot of each ward among those approved by a day."""
    newest = {approval.rating.ward_code: approval.rating for approval in approvals if approval.day <= day}
    return newest, sum(rating.result is Result.READY for rating in newest.values())


@given(approvals_of_wards)
def test_each_day_counts_the_newest_snapshot_approved_by_then(approvals):
    days = count_days(approvals)
    assert [day_count.day for day_count in days] == sorted({approval.day for approval in approvals})
    for day_count in days:
        newest, ready = count_slowly(approvals, day_count.day)
        assert (day_count.approved, day_count.ready) == (len(newest), ready)
        assert ready_on(days, day_count.day) == ready
    assert ready_on(days, DEMO_DAY - timedelta(days=101)) == 0


def test_a_ward_that_loses_it_and_a_snapshot_recorded_late_are_counted_right():
    days = count_days([approval("00070", 0), approval("00082", 1), approval("00070", 3, ready=False), approval("00070", 2)])
    assert [(day_count.approved, day_count.ready) for day_count in days] == [(1, 1), (2, 2), (2, 2), (2, 2)]
    assert ready_on(days, DEMO_DAY + timedelta(days=30)) == 2


@given(approvals_of_wards)
def test_the_last_round_stands_where_the_city_stands(approvals):
    rounds = standings_by_round(approvals)
    assert [standing.name for standing in rounds] == list(dict.fromkeys(approval.round_name for approval in approvals))
    for standing in rounds:
        assert standing.first <= standing.last
        assert sum(standing.counts(126).values()) == 126
    if rounds:
        assert rounds[-1].ratings == count_slowly(approvals, DEMO_DAY)[0]
        counts_now = rounds[-1].counts(126)
        for earlier_round in rounds:
            changes = count_changes(earlier_round, counts_now)
            assert sum(changes.values()) == 0
            assert {result: earlier_round.counts(126)[result] + change for result, change in changes.items()} == counts_now


def test_a_round_keeps_the_wards_that_only_an_earlier_one_asked():
    first, second = standings_by_round(
        [approval("00070", 0), approval("00082", 0, ready=False), approval("00082", 9, round_name="Đợt 2")]
    )
    assert (set(first.ratings), first.counts(126)[Result.READY]) == ({"00070", "00082"}, 1)
    assert (set(second.ratings), second.counts(126)[Result.READY]) == ({"00070", "00082"}, 2)
    assert count_changes(first, second.counts(126)) == {
        Result.READY: 1,
        Result.NOT_READY: -1,
        Result.INCOMPLETE: 0,
        Result.NO_DATA: 0,
    }


@pytest.mark.parametrize(
    ("on", "text", "goal", "per_week"),
    [
        (date(2026, 3, 10), "còn 21 ngày", TARGET_DAY, 27),
        (date(2026, 3, 28), "còn 3 ngày", TARGET_DAY, 79),
        (TARGET_DAY, "hạn là hôm nay", TARGET_DAY, 79),
        (date(2026, 4, 1), "quá hạn 1 ngày", date(2026, 4, 30), 20),
        (date(2026, 4, 30), "quá hạn 30 ngày", date(2026, 5, 31), 18),
        (date(2026, 12, 31), "quá hạn 275 ngày", date(2027, 1, 31), 18),
    ],
)
def test_the_deadline_says_how_far_and_how_fast(on, text, goal, per_week):
    deadline = Deadline(on, TARGET_DAY, 126, 47)
    assert (deadline.text, deadline.goal, deadline.per_week) == (text, goal, per_week)
    assert deadline.is_over == (on > TARGET_DAY)
    assert not Deadline(on, TARGET_DAY, 126, 126).is_over


@given(st.dates(date(2020, 1, 1), date(2040, 1, 1)), st.dates(date(2020, 1, 1), date(2040, 1, 1)), st.integers(0, 126))
def test_the_pace_that_is_asked_for_makes_it_and_one_ward_less_a_week_does_not(on, target, ready):
    deadline = Deadline(on, target, 126, ready)
    days = max(7, (deadline.goal - on).days)
    assert deadline.per_week * days >= 7 * deadline.missing
    assert not deadline.missing or (deadline.per_week - 1) * days < 7 * deadline.missing
    assert deadline.goal >= on


def test_the_line_of_the_plan_leads_from_the_first_day_to_all_wards():
    days = (DayCount(date(2026, 3, 1), 10, 6), DayCount(date(2026, 3, 5), 20, 9))
    deadline = Deadline(date(2026, 3, 5), TARGET_DAY, 126, 9)
    assert planned_ready(days, deadline, date(2026, 3, 1)) == 6
    assert planned_ready(days, deadline, date(2026, 3, 16)) == 66
    assert planned_ready(days, deadline, TARGET_DAY) == 126
    assert planned_ready(days, deadline, date(2026, 4, 1)) is None
    assert planned_ready(days, deadline, date(2026, 2, 1)) is None
    assert planned_ready((), deadline, TARGET_DAY) is None
    assert planned_ready((DayCount(TARGET_DAY, 1, 1),), deadline, TARGET_DAY) is None


def test_the_forecast_goes_by_the_last_weeks_and_says_its_range():
    approvals, deadline = weeks_of_approvals(4, 8, 6, 2)
    forecast = forecast_readiness(approvals, deadline)
    assert (forecast.weeks, forecast.pace, forecast.slow, forecast.fast) == (4, 5, 3, 7)
    assert deadline.missing == 105
    assert (forecast.last, forecast.earliest, forecast.latest) == tuple(DEMO_DAY + timedelta(weeks=count) for count in (21, 15, 35))
    assert forecast.first_rated == 20


def test_wards_that_were_mended_are_not_taken_for_newly_reported():
    approvals, deadline = weeks_of_approvals(3, 3)
    old_approvals = [approval("00001", -60, ready=False), approval("00002", -60, ready=False)]
    assert forecast_readiness(approvals, deadline).first_rated == 6
    # The ward of the first day is within the longer look back, and new in it.
    assert forecast_readiness([*old_approvals, *approvals], deadline).first_rated == 6 - 2 + 1


@pytest.mark.parametrize("gains", [(), (5,)])
def test_too_few_weeks_give_no_forecast(gains):
    assert forecast_readiness(*weeks_of_approvals(*gains)) is None


def test_no_forecast_without_data_or_once_all_are_ready():
    assert forecast_readiness([], Deadline(DEMO_DAY, TARGET_DAY, 126, 0)) is None
    approvals, _deadline = weeks_of_approvals(4, 4)
    assert forecast_readiness(approvals, Deadline(DEMO_DAY, TARGET_DAY, 9, 9)) is None


def test_a_pace_that_leads_nowhere_names_no_day():
    forecast = forecast_readiness(*weeks_of_approvals(0, 0, 0))
    assert (forecast.last, forecast.earliest, forecast.latest) == (None, None, None)
    slow_forecast = forecast_readiness(*weeks_of_approvals(0, 4))
    assert slow_forecast.last is not None
    assert slow_forecast.latest is None
    assert slow_forecast.earliest < slow_forecast.last


def test_a_day_beyond_the_horizon_is_not_named():
    approvals, deadline = weeks_of_approvals(0, 0, 0, 0, 0, 0, 0, 1)
    slow_deadline = Deadline(DEMO_DAY, TARGET_DAY, 10_000, deadline.ready)
    assert forecast_readiness(approvals, slow_deadline).last is None


@given(approvals_of_wards, st.integers(1, 126))
def test_a_forecast_is_never_earlier_than_its_earliest_day(approvals, wards):
    days = count_days(approvals)
    deadline = Deadline(DEMO_DAY, TARGET_DAY, wards + 4, ready_on(days, DEMO_DAY))
    forecast = forecast_readiness(approvals, deadline)
    assume(forecast is not None)
    assert forecast.slow <= forecast.pace <= forecast.fast
    paces = weekly_paces(days, DEMO_DAY)
    assert sum(paces, Fraction(0)) / len(paces) == forecast.pace
    assert sum(paces) == ready_on(days, DEMO_DAY) - ready_on(days, DEMO_DAY - timedelta(weeks=len(paces)))
    assert len(paces) <= 8
    if forecast.last is not None:
        assert DEMO_DAY < forecast.earliest <= forecast.last <= (forecast.latest or date.max)


def test_groups_and_criteria_are_the_sums_over_the_wards(demo_session):
    city = city_readiness(demo_session, DEMO_DAY)
    breakdown = break_down(city.ratings.values())
    findings = [finding for rating in city.ratings.values() for finding in rating.findings]
    for letter, share in breakdown.groups.items():
        of_group = [f for f in findings if f.is_counted and f.criterion.group == letter]
        assert share.counted == sum(f.criterion.weight for f in of_group)
        assert share.met == sum(f.criterion.weight for f in of_group if f.is_met)
        assert share.percent == 100 * share.met // share.counted
    assert sum(share.met for share in breakdown.groups.values()) == sum(rating.met_weight for rating in city.ratings.values())
    for criterion in city.standard.criteria:
        counts = Counter(f.status for f in findings if f.criterion.code == criterion.code)
        assert {status: count for status, count in breakdown.criteria[criterion.code].items() if count} == counts
    assert breakdown.met_percent("CR-X9") is None


def test_a_group_without_a_counted_criterion_has_no_share():
    rating = rate(Snapshot("00070", DEMO_DAY), STANDARD, DEMO_DAY)
    assert break_down([]).groups == {}
    assert all(share.met == 0 for share in break_down([rating]).groups.values())


def test_the_line_ends_at_the_figure_of_every_other_page(demo_session):
    city = city_readiness(demo_session, DEMO_DAY)
    trend = city_trend(demo_session, city, TARGET_DAY)
    assert trend.days[-1].ready == city.counts[Result.READY] == trend.deadline.ready == 47
    assert trend.days[-1].approved == city.approved_count
    assert trend.rounds[-1].counts(126) == city.counts
    assert trend.changes is None
    assert trend.forecast.weeks >= 2


@pytest.mark.both_databases
def test_a_second_round_shows_in_the_changes(session):
    day = date(2026, 2, 1)
    for code, number, days in (("00070", 1, 0), ("00082", 1, 1), ("00070", 2, 30)):
        moment = noon(day + timedelta(days=days))
        rounds = {"round_id": number, "round_name": f"Đợt {number}"}
        record_snapshot(session, Snapshot(code, moment.date(), **rounds, approved_at=moment, approved_by="Người thử"))
    assert [(reference.ward_code, reference.day) for reference in list_snapshot_references(session)] == [
        ("00070", day),
        ("00082", day + timedelta(days=1)),
        ("00070", day + timedelta(days=30)),
    ]
    city = city_readiness(session, DEMO_DAY)
    trend = city_trend(session, city, TARGET_DAY)
    assert [standing.name for standing in trend.rounds] == ["Đợt 1", "Đợt 2"]
    assert [day_count.approved for day_count in trend.days] == [1, 2, 2]
    assert trend.changes == dict.fromkeys(Result, 0)


def test_an_older_round_that_is_approved_late_moves_no_line(session):
    for number, sent, approved in ((2, date(2026, 4, 1), date(2026, 4, 2)), (1, date(2026, 3, 1), date(2026, 4, 10))):
        rounds = {"round_id": number, "round_name": f"Đợt {number}"}
        record_snapshot(session, Snapshot("00070", sent, **rounds, approved_at=noon(approved), approved_by="Người thử"))
    trend = city_trend(session, city_readiness(session, DEMO_DAY), TARGET_DAY)
    assert [standing.name for standing in trend.rounds] == ["Đợt 1", "Đợt 2"]
    assert trend.rounds[-1].ratings == {"00070": trend.city.ratings["00070"]}
    assert trend.city.ratings["00070"].snapshot.as_of == date(2026, 4, 1)
    assert [day_count.approved for day_count in trend.days] == [1, 1]


def test_the_day_of_an_approval_is_that_of_the_calendar_in_hanoi(session):
    late_moment = noon(date(2026, 2, 1)).replace(hour=23, minute=30)
    record_snapshot(session, Snapshot("00070", DEMO_DAY, round_name="Đợt 1", approved_at=late_moment, approved_by="Người thử"))
    assert [reference.day for reference in list_snapshot_references(session)] == [date(2026, 2, 1)]
    assert set(newest_snapshots(session)) == {"00070"}


def noon(day):
    return datetime.combine(day, time(12), HANOI)
