"""The brief of the city, of a former district or of a ward: what a leader needs on one page, counted from the data. Pure.

Whatever would help an attacker is left out but for the name of its group: a brief leaves the house.
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from inventory.wards.wards import Ward
from portal.formats import format_number, format_vnd_short
from portal.labels import LabelledEnum
from portal.territory import TERRITORY
from scoring.actions.action import Action, ActionState, sort_by_urgency
from scoring.actions.suggestions import suggest_for_finding, suggest_for_ward
from scoring.rating.confidence import Confidence
from scoring.rating.explain import verdict
from scoring.rating.rating import Rating, Result
from scoring.rating.remedies import CostToReady
from scoring.rating.standard import Standard

MAX_STEPS = 3


class Area(LabelledEnum):
    """What a brief is about."""

    CITY = "city", TERRITORY.full_name
    DISTRICT = "district", "Địa bàn"
    WARD = "ward", "Xã, phường"


@dataclass(frozen=True)
class Scope:
    """The wards that a brief is about, in Vietnamese order, and the name of the whole."""

    area: Area
    name: str
    wards: tuple[Ward, ...]


@dataclass(frozen=True)
class Sources:
    """What briefs are written from: the whole city on one day, whatever the scope.

    ``before`` holds the ratings of the round before, by the same standard on the same day, ``names_before`` what that round of each
    ward is called today; ``actions`` are those not done yet;
    ``without_evidence`` are the items whose price has no evidence. Ratings, costs and actions are what the reader may see of them;
    ``grades`` are the confidence in each verdict, from all of it.
    """

    on: date
    target: date
    standard: Standard
    wards: tuple[Ward, ...]
    ratings: Mapping[str, Rating]
    before: Mapping[str, Rating]
    names_before: Mapping[str, str]
    costs: Mapping[str, CostToReady]
    grades: Mapping[str, Confidence | None]
    actions: tuple[Action, ...]
    without_evidence: frozenset[str]
    is_demo: bool


@dataclass(frozen=True)
class RoundChange:
    """Since the round before of each ward: how many wards can be compared, and which became ready or no longer are."""

    compared: int
    ready_before: int
    ready_now: int
    gained: tuple[Ward, ...]
    lost: tuple[Ward, ...]


@dataclass(frozen=True)
class MissedCriterion:
    """One criterion and how many wards of the scope do not meet it; of a ward, what the criterion makes of it."""

    name: str
    is_blocking: bool
    wards: int
    verdict: str = ""


@dataclass(frozen=True)
class Money:
    """What turns wards ready, VND, kinds apart: ``priced`` wards that money mends, ``beyond_money`` those that it does not.

    ``items`` counts the different items, ``without_evidence`` those among them whose price has no evidence. ``blockers`` are the names of
    what stands in the way of one ward.
    """

    priced: int
    beyond_money: int
    capital: int
    recurrent: int
    items: int
    without_evidence: int
    blockers: tuple[str, ...] = ()


@dataclass(frozen=True)
class Member:
    """One ward of a former district: the result and what it leads with."""

    ward: Ward
    result: Result
    headline: str


@dataclass(frozen=True)
class Step:
    """One thing to do next. ``unit``, ``due`` and ``state`` are empty for a suggestion, which nobody was assigned yet."""

    task: str
    unit: str = ""
    due: date | None = None
    state: str = ""


@dataclass(frozen=True)
class OpenDuties:
    """The open actions of one unit: how many, how many of them overdue, and the nearest deadline."""

    unit: str
    count: int
    overdue: int
    due: date


@dataclass(frozen=True)
class Brief:
    """One page. ``steps`` are actions that were assigned, or suggestions where ``is_suggested``.

    ``is_redacted`` where network security was left out for a reader who may not see it.
    ``rating``, ``previous`` and ``grade`` are those of one ward, ``members`` the wards of a former district; ``previous_round`` is
    the name of the round that ``previous`` is of.
    """

    scope: Scope
    standard: Standard
    on: date
    target: date
    as_of: date | None
    approved: int
    counts: Mapping[Result, int]
    rating: Rating | None
    previous: Rating | None
    previous_round: str
    grade: Confidence | None
    members: tuple[Member, ...]
    change: RoundChange
    missing: tuple[MissedCriterion, ...]
    has_security: bool
    is_redacted: bool
    money: Money
    steps: tuple[Step, ...]
    is_suggested: bool
    duties: tuple[OpenDuties, ...]
    without_data: tuple[Ward, ...]
    is_demo: bool

    @property
    def days_left(self) -> int:
        """Days to the target date, negative once it has passed."""
        return (self.target - self.on).days


def city_scope(wards: Iterable[Ward]) -> Scope:
    """All wards."""
    return Scope(Area.CITY, Area.CITY.label, tuple(wards))


def district_scope(wards: Iterable[Ward], name: str) -> Scope:
    """The wards of a former district. Without wards where there is none of that name."""
    return Scope(Area.DISTRICT, f"{name} cũ", tuple(ward for ward in wards if ward.former_district == name))


def ward_scope(ward: Ward) -> Scope:
    """One ward."""
    return Scope(Area.WARD, ward.full_name, (ward,))


def write_brief(sources: Sources, scope: Scope) -> Brief:
    """The brief of a scope that has a ward at least."""
    ratings = {ward.code: sources.ratings[ward.code] for ward in scope.wards}
    snapshots = [rating.snapshot for rating in ratings.values() if rating.snapshot is not None]
    results = Counter(rating.result for rating in ratings.values())
    actions = _actions_of(sources, scope)
    rating = ratings[scope.wards[0].code] if scope.area is Area.WARD else None
    steps = _action_steps(actions, scope, sources.on)
    return Brief(
        scope=scope,
        standard=sources.standard,
        on=sources.on,
        target=sources.target,
        as_of=max((snapshot.as_of for snapshot in snapshots), default=None),
        approved=len(snapshots),
        counts={result: results[result] for result in Result},
        rating=rating,
        previous=sources.before.get(rating.ward_code) if rating else None,
        previous_round=sources.names_before.get(rating.ward_code, "") if rating else "",
        grade=sources.grades[rating.ward_code] if rating else None,
        members=_members(scope, ratings) if scope.area is Area.DISTRICT else (),
        change=_change(sources, scope),
        missing=_missed_criteria(ratings.values(), rating),
        has_security=any(finding.criterion.is_sensitive for rating in ratings.values() for finding in rating.unmet),
        is_redacted=any(rating.is_redacted for rating in ratings.values()),
        money=_money(sources, scope),
        steps=steps or _suggested_steps(sources, scope),
        is_suggested=not steps,
        duties=_open_duties(actions, sources.on),
        without_data=tuple(ward for ward in scope.wards if ratings[ward.code].result is Result.NO_DATA),
        is_demo=sources.is_demo,
    )


def money_text(capital: int, recurrent: int) -> str:
    """Both kinds of spending as text, apart; a kind of which nothing is needed is left out."""
    parts = [
        f"{format_vnd_short(amount)} {kind}"
        for amount, kind in ((capital, "mua sắm một lần"), (recurrent, "chi hằng năm (tính một năm)"))
        if amount
    ]
    return " và ".join(parts) or "không thêm kinh phí"


def _actions_of(sources: Sources, scope: Scope) -> list[Action]:
    """What is to do within the scope, most urgent first; what is the city's own to do stands in the brief of the city."""
    codes = {ward.code for ward in scope.wards}
    in_scope = (a for a in sources.actions if (a.ward.code in codes if a.ward else scope.area is Area.CITY))
    return [action for action in sort_by_urgency(in_scope, sources.on) if action.state(sources.on) is not ActionState.DONE]


def _members(scope: Scope, ratings: Mapping[str, Rating]) -> tuple[Member, ...]:
    """Who is not ready first."""
    order = (Result.NOT_READY, Result.INCOMPLETE, Result.NO_DATA, Result.READY)
    members = (Member(ward, ratings[ward.code].result, ratings[ward.code].headline) for ward in scope.wards)
    return tuple(sorted(members, key=lambda member: order.index(member.result)))


def _change(sources: Sources, scope: Scope) -> RoundChange:
    wards = [ward for ward in scope.wards if ward.code in sources.before and sources.ratings[ward.code].snapshot is not None]
    ready_before = {ward.code for ward in wards if sources.before[ward.code].result is Result.READY}
    ready_now = {ward.code for ward in wards if sources.ratings[ward.code].result is Result.READY}
    gained = tuple(ward for ward in wards if ward.code in ready_now - ready_before)
    return RoundChange(
        len(wards),
        len(ready_before),
        len(ready_now),
        gained,
        tuple(ward for ward in wards if ward.code in ready_before - ready_now),
    )


def _missed_criteria(ratings: Iterable[Rating], ward_rating: Rating | None) -> tuple[MissedCriterion, ...]:
    """The criteria that most wards miss first, blocking ones before others; of one ward in the order of its findings."""
    open_findings = [finding for rating in ratings for finding in rating.unmet if not finding.criterion.is_sensitive]
    if ward_rating is not None:
        return tuple(MissedCriterion(f.criterion.name, f.criterion.blocking, 1, verdict(f)) for f in open_findings)
    counts = Counter(finding.criterion.code for finding in open_findings)
    criteria = {finding.criterion.code: finding.criterion for finding in open_findings}
    ordered = sorted(counts, key=lambda code: (-counts[code], not criteria[code].blocking, code))
    return tuple(MissedCriterion(criteria[code].name, criteria[code].blocking, counts[code]) for code in ordered)


def _money(sources: Sources, scope: Scope) -> Money:
    waiting = [w for w in scope.wards if sources.ratings[w.code].result in (Result.NOT_READY, Result.INCOMPLETE)]
    costs = [sources.costs[ward.code] for ward in waiting]
    priced = [cost for cost in costs if cost.possible]
    items = {line.item for cost in priced for line in cost.lines}
    blockers: tuple[str, ...] = ()
    if scope.area is Area.WARD:
        names = (
            _criterion_name(criterion.name, is_sensitive=criterion.is_sensitive)
            for cost in costs
            if not cost.possible
            for criterion in cost.blockers
        )
        blockers = tuple(dict.fromkeys(names))
    return Money(
        priced=len(priced),
        beyond_money=len(costs) - len(priced),
        capital=sum(cost.capital for cost in priced),
        recurrent=sum(cost.recurrent for cost in priced),
        items=len(items),
        without_evidence=len(items & sources.without_evidence),
        blockers=blockers,
    )


def _criterion_name(name: str, *, is_sensitive: bool) -> str:
    return "tiêu chí an ninh mạng (xem trang của đơn vị)" if is_sensitive else name


def _action_steps(actions: list[Action], scope: Scope, on: date) -> tuple[Step, ...]:
    return tuple(
        Step(
            action.title.rstrip(".") if scope.area is Area.WARD else f"{action.place}: {action.title.rstrip('.')}",
            action.unit_name,
            action.clarities.due,
            action.state_text(on),
        )
        for action in actions[:MAX_STEPS]
    )


def _suggested_steps(sources: Sources, scope: Scope) -> tuple[Step, ...]:
    """For many wards those that are nearest to ready; for one ward what it lacks, blocking criteria first."""
    if scope.area is not Area.WARD:
        return tuple(Step(_nearest_text(ward, sources.costs[ward.code])) for ward in _nearest(sources, scope)[:MAX_STEPS])
    rating = sources.ratings[scope.wards[0].code]
    if rating.result is Result.NO_DATA:
        return (Step(suggest_for_ward(rating, sources.on, sources.target).task.rstrip(".")),)
    findings = [finding for finding in rating.unmet if not finding.criterion.is_sensitive]
    texts = [suggest_for_finding(finding, sources.on, sources.target).task.rstrip(".") for finding in findings]
    return tuple(Step(text) for text in list(dict.fromkeys(texts))[:MAX_STEPS])


def _nearest(sources: Sources, scope: Scope) -> list[Ward]:
    """The wards that money turns ready, cheapest first."""
    waiting = [w for w in scope.wards if sources.ratings[w.code].result in (Result.NOT_READY, Result.INCOMPLETE)]
    fixable = [ward for ward in waiting if sources.costs[ward.code].possible]
    return sorted(fixable, key=lambda ward: (sources.costs[ward.code].capital + sources.costs[ward.code].recurrent, ward.position))


def _nearest_text(ward: Ward, cost: CostToReady) -> str:
    if not cost.lines:
        return f"{ward.full_name}: điều chuyển hoặc dùng việc khác {format_number(cost.withdrawn)} máy tính thì đáp ứng, không phải mua"
    items = len({line.item for line in cost.lines})
    return f"{ward.full_name}: bổ sung {items} danh mục thì đáp ứng, cần {money_text(cost.capital, cost.recurrent)}"


def _open_duties(actions: list[Action], on: date) -> tuple[OpenDuties, ...]:
    """Each unit that is responsible for an open action, the one with the most overdue first."""
    by_unit: dict[str, list[Action]] = {}
    for action in actions:
        by_unit.setdefault(action.unit_name, []).append(action)
    duties = [
        OpenDuties(
            unit,
            len(unit_actions),
            sum(action.state(on) is ActionState.OVERDUE for action in unit_actions),
            min(action.clarities.due for action in unit_actions),
        )
        for unit, unit_actions in by_unit.items()
    ]
    return tuple(sorted(duties, key=lambda duty: (-duty.overdue, duty.due, duty.unit)))
