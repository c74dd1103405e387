"""The burndown as a chart: the ready wards over time as they were, as they were planned, and as they may become. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from fractions import Fraction

from portal.charts.line import Frame, Line, Plot, Point, count_ticks, day_ticks, step_corners
from scoring.analysis.trend import WEEK, DayCount, Deadline, Forecast, ready_on

LEFT, RIGHT, TOP, BOTTOM = 38, 16, 22, 28
# So many days more are shown after the last one that matters, so that its mark does not touch the edge.
EXTRA_DAYS = 2
# The room in pixels for a date below the axis, and for a number beside it.
LABEL_WIDTH, LABEL_HEIGHT = 62, 34


@dataclass(frozen=True)
class BurndownChart:
    """Lines in pixels of a picture of that size. What has no points is not drawn.

    ``actual`` goes in steps, day by day; ``plan`` leads from the first day to the target, ``need`` from today to the goal once the
    target has passed; ``middle`` and the area ``band`` are the forecast. ``target`` and ``now`` are the places of these days.
    """

    width: int
    height: int
    actual: Line
    plan: Line
    need: Line
    middle: Line
    band: Line
    now: Point
    target: float | None
    across: tuple[tuple[float, date], ...]
    upward: tuple[tuple[float, int], ...]

    @property
    def floor(self) -> int:
        """The y of the axis of days."""
        return self.height - BOTTOM

    @property
    def right(self) -> int:
        """The x where the axis of days ends."""
        return self.width - RIGHT


def draw_burndown(
    days: Sequence[DayCount], deadline: Deadline, forecast: Forecast | None, width: int, height: int
) -> BurndownChart:
    """The chart of the days in a picture of that size. Needs a day at least."""
    first, on, wards = days[0], deadline.on, deadline.wards
    begin = min(first.day, on)
    end = _last_day(begin, deadline, forecast)
    frame = Frame(width, height, LEFT, RIGHT, TOP, BOTTOM)
    plot = Plot(frame.horizontal(0, (end - begin).days), frame.vertical(wards))

    def position(day: date, ready: int | Fraction) -> Point:
        return plot.point((day - begin).days, ready)

    paces = (forecast.pace, forecast.fast, forecast.slow) if forecast else ()
    projections = [_project(pace, deadline, end) for pace in paces] or [[], [], []]
    middle, fast, slow = (tuple(position(*point) for point in projection) for projection in projections)
    now, goal = position(on, ready_on(days, on)), position(deadline.goal, wards)
    has_plan, is_target_shown = first.day < deadline.target, begin <= deadline.target <= end
    dates = (begin + timedelta(days=day) for day in day_ticks((end - begin).days, frame.max_columns(LABEL_WIDTH)))
    return BurndownChart(
        width,
        height,
        actual=plot.line(step_corners((((count.day - begin).days, count.ready) for count in days), (on - begin).days)),
        plan=(position(first.day, first.ready), position(deadline.target, wards)) if has_plan else (),
        need=(now, goal) if deadline.is_over else (),
        # Once it has reached all wards there is nothing more to forecast.
        middle=middle[:2],
        band=(*fast, *reversed(slow)),
        now=now,
        target=position(deadline.target, 0)[0] if is_target_shown else None,
        across=tuple((position(day, 0)[0], day) for day in dates),
        upward=tuple((position(begin, count)[1], count) for count in count_ticks(wards, frame.max_rows(LABEL_HEIGHT))),
    )


def _last_day(begin: date, deadline: Deadline, forecast: Forecast | None) -> date:
    """The last day shown: that of the target, the goal or the forecast; a far forecast runs out of the picture."""
    last = max(deadline.on, deadline.goal, deadline.target)
    if forecast and forecast.last:
        furthest = last + max(last - begin, timedelta(days=4 * WEEK))
        last = max(last, min(furthest, forecast.latest or forecast.last))
    return last + timedelta(days=EXTRA_DAYS)


def _project(pace: Fraction, deadline: Deadline, end: date) -> list[tuple[date, int | Fraction]]:
    """The ready wards at that pace from today to the end; the line turns level on the day on which it reaches all wards, or none."""
    start: tuple[date, int | Fraction] = (deadline.on, deadline.ready)
    goal, distance = (deadline.wards, deadline.missing) if pace > 0 else (0, deadline.ready)
    weeks = Fraction((end - deadline.on).days, WEEK)
    if pace == 0 or distance > abs(pace) * weeks:
        return [start, (end, deadline.ready + pace * weeks)]
    bend = deadline.on + timedelta(days=-int(-distance * WEEK // abs(pace)))
    return [start, (bend, goal), (end, goal)]
