import itertools
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scoring.analysis.burndown import draw_burndown
from scoring.analysis.trend import Deadline, count_days, forecast_readiness
from tests.factories.approvals import approvals_of_wards, weeks_of_approvals
from tests.factories.days import DEMO_DAY, TARGET_DAY


def chart_of(approvals, deadline, size=(420, 250)):
    return draw_burndown(count_days(approvals), deadline, forecast_readiness(approvals, deadline), *size)


def test_the_line_goes_in_steps_and_ends_today():
    approvals, deadline = weeks_of_approvals(4, 6)
    chart = chart_of(approvals, deadline)
    xs, ys = zip(*chart.actual, strict=True)
    assert list(xs) == sorted(xs)
    assert list(ys) == sorted(ys, reverse=True), "more ready wards stand higher"
    assert all(a[0] == b[0] or a[1] == b[1] for a, b in zip(chart.actual, chart.actual[1:], strict=False))
    assert chart.actual[-1] == chart.now


def test_before_the_target_the_plan_is_drawn_and_after_it_what_is_needed():
    approvals, deadline = weeks_of_approvals(4, 6)
    chart = chart_of(approvals, deadline)
    assert chart.plan[0] == chart.actual[0]
    assert chart.plan[-1] == (chart.target, 22)
    assert chart.need == ()
    late_chart = chart_of(approvals, Deadline(DEMO_DAY, DEMO_DAY - timedelta(days=3), 126, deadline.ready))
    assert late_chart.plan
    assert late_chart.need[0] == late_chart.now
    assert late_chart.need[-1][1] == 22
    overdue_chart = chart_of(approvals, Deadline(DEMO_DAY, date(2025, 12, 31), 126, deadline.ready))
    assert (overdue_chart.plan, overdue_chart.target) == ((), None)


def test_a_forecast_bends_at_all_wards_and_a_slow_one_runs_out_of_the_picture():
    approvals, _ = weeks_of_approvals(4, 6)
    chart = chart_of(approvals, Deadline(DEMO_DAY, TARGET_DAY, 16, 11))
    assert chart.middle[-1][1] == 22
    assert chart.middle[-1][0] < chart.target
    assert chart.band[-1] == chart.band[0] == chart.now
    slow_chart = chart_of(approvals, Deadline(DEMO_DAY, TARGET_DAY, 1000, 11))
    assert slow_chart.middle[-1][0] == slow_chart.right
    assert slow_chart.middle[-1][1] > 22


def test_without_a_forecast_there_is_no_band():
    approvals, deadline = weeks_of_approvals(4)
    assert (chart_of(approvals, deadline).band, chart_of(approvals, deadline).middle) == ((), ())


@given(
    approvals_of_wards.filter(bool),
    st.dates(date(2025, 1, 1), date(2027, 1, 1)),
    st.integers(4, 3321),
    st.sampled_from([(420, 250), (860, 340), (300, 180)]),
)
def test_everything_lies_within_the_picture(approvals, target, wards, size):
    days = count_days(approvals)
    deadline = Deadline(DEMO_DAY, target, wards, days[-1].ready)
    chart = draw_burndown(days, deadline, forecast_readiness(approvals, deadline), *size)
    points = [*chart.actual, *chart.plan, *chart.need, *chart.middle, *chart.band, chart.now]
    assert all(38 <= x <= chart.right and 22 <= y <= chart.floor for x, y in points)
    assert all(38 <= x <= chart.right for x, _day in chart.across)
    gaps = [b[0] - a[0] for a, b in zip(chart.across, chart.across[1:], strict=False)]
    assert all(gap >= 44 for gap in gaps), "dates do not run into each other"
    heights = [y for y, _count in chart.upward]
    assert all(a - b >= 15 for a, b in itertools.pairwise(heights))
    assert (chart.upward[0][1], chart.upward[-1][1]) == (0, wards)


@pytest.mark.parametrize("width", [420, 860])
def test_the_dates_are_weeks_apart_where_there_is_room(width):
    approvals, deadline = weeks_of_approvals(4, 6, 3)
    days = [day for _x, day in chart_of(approvals, deadline, (width, 250)).across]
    assert (days[1] - days[0]).days in (7, 14, 28)
