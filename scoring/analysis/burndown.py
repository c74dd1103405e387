"""The ready wards over time as the points of an inline SVG: what was, what was planned, and what may come. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from fractions import Fraction

from scoring.analysis.trend import WEEK, DayCount, Deadline, Forecast, ready_on

LEFT, RIGHT, TOP, BOTTOM = 38, 16, 22, 28
# So many days more are shown after the last one that matters, so that its mark does not touch the edge.
MARGIN = 2
# A date below the axis takes so many pixels, and so does a number beside it.
TICK_WIDTH, TICK_HEIGHT = 62, 34
STEPS = (1, 2, 5, 7, 14, 28, 56, 91, 182, 365)

Points = tuple[tuple[float, float], ...]


@dataclass(frozen=True)
class BurndownChart:
    """Lines in pixels of a picture of that size. What has no points is not drawn.

    ``actual`` goes in steps, day by day; ``plan`` leads from the first day to the target, ``need`` from today to the goal once the
    target has passed; ``middle`` and the area ``band`` are the forecast. ``target`` and ``now`` are where these days stand.
    """

    width: int
    height: int
    actual: Points
    plan: Points
    need: Points
    middle: Points
    band: Points
    now: tuple[float, float]
    target: float | None
    across: tuple[tuple[float, date], ...]
    upward: tuple[tuple[float, int], ...]

    @property
    def floor(self) -> int:
        """Where the axis of the days lies."""
        return self.height - BOTTOM

    @property
    def right(self) -> int:
        """Where the lines end at the latest."""
        return self.width - RIGHT


def draw_burndown(
    days: Sequence[DayCount], deadline: Deadline, forecast: Forecast | None, width: int, height: int
) -> BurndownChart:
    """Scale the days to a picture of so many pixels. Needs a day at least."""
    first, on, wards = days[0].day, deadline.on, deadline.wards
    begin = min(first, on)
    end = _end(begin, deadline, forecast)

    def at(day: date, ready: int | Fraction) -> tuple[float, float]:
        x = LEFT + (width - LEFT - RIGHT) * (day - begin).days / max(1, (end - begin).days)
        return round(x, 1), round(height - BOTTOM - (height - TOP - BOTTOM) * float(ready) / max(1, wards), 1)

    ready = ready_on(days, on)
    has_plan, is_late = first < deadline.target, deadline.is_over
    paths = [_course(pace, deadline, end) for pace in (forecast.pace, forecast.fast, forecast.slow)] if forecast else [[], [], []]
    middle, fast, slow = (tuple(at(*point) for point in path) for path in paths)
    return BurndownChart(
        width,
        height,
        actual=tuple(at(*point) for point in _steps(days, on)),
        plan=(at(first, days[0].ready), at(deadline.target, wards)) if has_plan else (),
        need=(at(on, ready), at(deadline.goal, wards)) if is_late else (),
        # Once it has reached all wards there is nothing more to foresee.
        middle=middle[:2],
        band=(*fast, *reversed(slow)),
        now=at(on, ready),
        target=at(deadline.target, 0)[0] if begin <= deadline.target <= end else None,
        across=tuple((at(day, 0)[0], day) for day in _dates(begin, end, width)),
        upward=tuple((at(begin, count)[1], count) for count in _counts(wards, height)),
    )


def _end(begin: date, deadline: Deadline, forecast: Forecast | None) -> date:
    """The last day shown: that of the target, the goal or the forecast; a far forecast runs out of the picture."""
    last = max(deadline.on, deadline.goal, deadline.target)
    if forecast and forecast.last:
        far = last + max(last - begin, timedelta(days=4 * WEEK))
        last = max(last, min(far, forecast.latest or forecast.last))
    return last + timedelta(days=MARGIN)


def _steps(days: Sequence[DayCount], on: date) -> list[tuple[date, int]]:
    points: list[tuple[date, int]] = []
    for counted in days:
        if points:
            points.append((counted.day, points[-1][1]))
        points.append((counted.day, counted.ready))
    return [*points, (on, points[-1][1])] if on > points[-1][0] else points


def _course(pace: Fraction, deadline: Deadline, end: date) -> list[tuple[date, int | Fraction]]:
    """Where a pace leads until the end, bent on the day on which it reaches all wards, or none."""
    start: tuple[date, int | Fraction] = (deadline.on, deadline.ready)
    goal, way = (deadline.wards, deadline.missing) if pace > 0 else (0, deadline.ready)
    weeks = Fraction((end - deadline.on).days, WEEK)
    if pace == 0 or way > abs(pace) * weeks:
        return [start, (end, deadline.ready + pace * weeks)]
    bend = deadline.on + timedelta(days=-int(-way * WEEK // abs(pace)))
    return [start, (bend, goal), (end, goal)]


def _dates(begin: date, end: date, width: int) -> list[date]:
    span, most = (end - begin).days, max(1, (width - LEFT - RIGHT) // TICK_WIDTH)
    step = next((step for step in STEPS if span // step < most), -(-span // most))
    return [begin + timedelta(days=day) for day in range(0, span + 1, max(1, step))]


def _counts(wards: int, height: int) -> list[int]:
    """Round counts from 0, and all wards on top."""
    most = max(1, (height - TOP - BOTTOM) // TICK_HEIGHT)
    ladder = [step * 10**power for power in range(6) for step in (1, 2, 5)]
    step = next(step for step in ladder if wards <= step * most)
    return [*(count for count in range(0, wards, step) if 2 * (wards - count) > step), wards]
