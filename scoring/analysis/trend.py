"""How many wards were ready on each day and after each round, against the deadline. Pure.

Every snapshot is judged by one standard on one day, as the colouring by change does: the line moves only where the data moved,
and its last point is the figure that every other page shows.
"""

import itertools
from bisect import bisect_right
from calendar import monthrange
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from fractions import Fraction

from scoring.rating.rating import FindingStatus, Rating, Result

WEEK = 7
# The forecast uses the pace of at most and at least so many weeks, and names no day further away than this.
MAX_WEEKS, MIN_WEEKS, HORIZON = 8, 2, timedelta(days=5 * 365)


@dataclass(frozen=True)
class Approval:
    """A snapshot that was approved on a day in a round, rated."""

    day: date
    round_id: int | None
    round_name: str
    rating: Rating


@dataclass(frozen=True)
class DayCount:
    """How many wards had an approved snapshot at the end of a day, and how many of these were ready."""

    day: date
    approved: int
    ready: int


@dataclass(frozen=True)
class RoundStanding:
    """The wards that have data at the end of a round, each with the rating of its newest snapshot of that round or an earlier one."""

    name: str
    first: date
    last: date
    ratings: Mapping[str, Rating]

    def counts(self, wards: int) -> dict[Result, int]:
        """How many of so many wards have each result; every result is named."""
        counted = Counter(rating.result for rating in self.ratings.values())
        return {result: counted[result] for result in Result} | {Result.NO_DATA: wards - len(self.ratings)}


@dataclass(frozen=True)
class Share:
    """The weight that is met, of the weight that counts, over many wards."""

    met: int
    counted: int

    @property
    def percent(self) -> int | None:
        """In whole per cent, rounded down; None where nothing counts."""
        return 100 * self.met // self.counted if self.counted else None


@dataclass(frozen=True)
class Breakdown:
    """The totals of many ratings by the letter of a group, and by the code of a criterion."""

    groups: Mapping[str, Share]
    criteria: Mapping[str, Mapping[FindingStatus, int]]

    def met_percent(self, code: str) -> int | None:
        """The wards that meet a criterion, in whole per cent of those that it applies to; None where it applies to none."""
        counts = self.criteria.get(code, {})
        applying = sum(count for status, count in counts.items() if status is not FindingStatus.NOT_APPLICABLE)
        return 100 * counts[FindingStatus.MET] // applying if applying else None


@dataclass(frozen=True)
class Deadline:
    """The standing of the city on a day against the day on which all wards are to be ready."""

    on: date
    target: date
    wards: int
    ready: int

    @property
    def days_left(self) -> int:
        """Days until the target, below zero once it has passed."""
        return (self.target - self.on).days

    @property
    def is_over(self) -> bool:
        """Whether the target has passed while wards are missing."""
        return self.days_left < 0 and self.missing > 0

    @property
    def missing(self) -> int:
        """How many wards are not ready yet."""
        return self.wards - self.ready

    @property
    def text(self) -> str:
        """``còn 5 ngày``, ``hạn là hôm nay``, ``quá hạn 3 ngày``."""
        if self.days_left < 0:
            return f"quá hạn {-self.days_left} ngày"
        return f"còn {self.days_left} ngày" if self.days_left else "hạn là hôm nay"

    @property
    def goal(self) -> date:
        """The day that the weekly pace is computed for: the target or, once it has passed, the end of the running month."""
        if self.days_left >= 0:
            return self.target
        month_end = _month_end(self.on)
        return month_end if month_end > self.on else _month_end(self.on + timedelta(days=1))

    @property
    def days_to_goal(self) -> int:
        """Days until the goal; 0 only on the target day itself."""
        return (self.goal - self.on).days

    @property
    def per_week(self) -> int:
        """How many wards must become ready in each week until the goal, rounded up; all that are missing where less than a week is left."""
        return -(-self.missing * WEEK // max(WEEK, self.days_to_goal))


@dataclass(frozen=True)
class Forecast:
    """The last day by the pace of the last weeks: by all of them, by their faster and by their slower half.

    Paces are wards per week. A day is None where the pace never gets there, or only past the horizon. Of the wards that became ready in
    these weeks ``first_rated`` had no approved data before: they were reported, not mended.
    """

    weeks: int
    pace: Fraction
    slow: Fraction
    fast: Fraction
    first_rated: int
    last: date | None
    earliest: date | None
    latest: date | None


def count_days(approvals: Iterable[Approval]) -> tuple[DayCount, ...]:
    """The counts at the end of each day on which something was approved, oldest first.

    ``approvals`` come with the newest data last, whenever they were approved: of two snapshots of one ward the later one counts.
    """
    newest: dict[str, tuple[int, bool]] = {}
    ready = 0
    counts: dict[date, DayCount] = {}
    for order, approval in sorted(enumerate(approvals), key=lambda pair: pair[1].day):
        code, is_ready = approval.rating.ward_code, approval.rating.result is Result.READY
        previous_order, was_ready = newest.get(code, (-1, False))
        if order > previous_order:
            newest[code] = order, is_ready
            ready += is_ready - was_ready
        counts[approval.day] = DayCount(approval.day, len(newest), ready)
    return tuple(counts.values())


def ready_on(days: Sequence[DayCount], day: date) -> int:
    """How many wards were ready at the end of a day; 0 before the first one."""
    index = bisect_right(days, day, key=lambda count: count.day)
    return days[index - 1].ready if index else 0


def standings_by_round(approvals: Sequence[Approval]) -> tuple[RoundStanding, ...]:
    """The standing at the end of each round, in the order in which the rounds began."""
    names = {approval.round_id: approval.round_name for approval in approvals}
    rated_rounds, rounds_so_far = [], set()
    for round_id, name in names.items():
        rounds_so_far.add(round_id)
        days = [approval.day for approval in approvals if approval.round_id == round_id]
        ratings = {approval.rating.ward_code: approval.rating for approval in approvals if approval.round_id in rounds_so_far}
        rated_rounds.append(RoundStanding(name, min(days), max(days), ratings))
    return tuple(rated_rounds)


def count_changes(before: RoundStanding, counts: Mapping[Result, int]) -> dict[Result, int]:
    """How many wards more, or fewer, have each result now than at the end of a round."""
    previous = before.counts(sum(counts.values()))
    return {result: number - previous[result] for result, number in counts.items()}


def planned_ready(days: Sequence[DayCount], deadline: Deadline, day: date) -> Fraction | None:
    """The straight line from the first day with data to all wards on the target date; None outside it, or where there is none."""
    if not days or not days[0].day <= day <= deadline.target or days[0].day == deadline.target:
        return None
    first = days[0]
    return first.ready + Fraction((deadline.wards - first.ready) * (day - first.day).days, (deadline.target - first.day).days)


def weekly_paces(days: Sequence[DayCount], on: date) -> tuple[int, ...]:
    """How many wards more were ready after each whole week that ends on that day or a week before it, newest first."""
    if not days:
        return ()
    week_count = min(MAX_WEEKS, (on - days[0].day).days // WEEK)
    ends = [ready_on(days, on - timedelta(days=WEEK * weeks_back)) for weeks_back in range(max(0, week_count) + 1)]
    return tuple(later - earlier for later, earlier in itertools.pairwise(ends))


def forecast_readiness(approvals: Sequence[Approval], deadline: Deadline) -> Forecast | None:
    """When all wards will be ready at the pace of the last weeks; None where too few weeks are known, or nothing is missing."""
    days, on = count_days(approvals), deadline.on
    paces = sorted(weekly_paces(days, on))
    if len(paces) < MIN_WEEKS or not deadline.missing:
        return None
    half = (len(paces) + 1) // 2
    slow, pace, fast = (Fraction(sum(part), len(part)) for part in (paces[:half], paces, paces[-half:]))
    last, earliest, latest = (_completion_day(average, deadline) for average in (pace, fast, slow))
    first_rated = _count_first_rated(approvals, on - timedelta(days=WEEK * len(paces)), on)
    return Forecast(len(paces), pace, slow, fast, first_rated, last, earliest, latest)


def break_down(ratings: Iterable[Rating]) -> Breakdown:
    """The totals of many ratings by group and by criterion."""
    met: Counter[str] = Counter()
    counted: Counter[str] = Counter()
    criteria: dict[str, Counter[FindingStatus]] = {}
    for rating in ratings:
        for finding in rating.findings:
            criterion = finding.criterion
            criteria.setdefault(criterion.code, Counter())[finding.status] += 1
            if finding.is_counted:
                counted[criterion.group] += criterion.weight
                met[criterion.group] += criterion.weight if finding.is_met else 0
    statuses = {code: {status: counts[status] for status in FindingStatus} for code, counts in criteria.items()}
    return Breakdown({letter: Share(met[letter], counted[letter]) for letter in sorted(counted)}, statuses)


def _count_first_rated(approvals: Iterable[Approval], after: date, until: date) -> int:
    """How many wards were approved for the first time within these days, and ready at once."""
    first: dict[str, Approval] = {}
    for approval in approvals:
        first.setdefault(approval.rating.ward_code, approval)
    return sum(after < approval.day <= until and approval.rating.result is Result.READY for approval in first.values())


def _completion_day(pace: Fraction, deadline: Deadline) -> date | None:
    if pace <= 0:
        return None
    days = -(-deadline.missing * WEEK * pace.denominator // pace.numerator)
    return deadline.on + timedelta(days=days) if days <= HORIZON.days else None


def _month_end(day: date) -> date:
    return day.replace(day=monthrange(day.year, day.month)[1])
