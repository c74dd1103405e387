"""Remedies: the least that mends the findings of a ward, and what it costs. Pure.

*What may be chosen*: the criteria that something is bought for, each judged on what the ward has after those before it; and how many PCs
are taken out of the count or get a newer system instead of making room for new ones. Criteria whose remedies touch each other are tried
in every combination, the others each by itself.
"""

from bisect import bisect_left
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import Decimal
from functools import cached_property
from itertools import combinations

from inventory.catalogue import load_catalogue
from inventory.prices.prices import Price
from inventory.snapshots.snapshot import Connection, ConnectionKind, Fact, Snapshot
from portal.numbers import Number, divide_up
from scoring.rating.cheapest import Option, choose_cheapest
from scoring.rating.measures import MEASURES
from scoring.rating.pc_fleet import (
    PC_FACTS,
    PC_ITEMS,
    SUPPORTED,
    ReplacementReason,
    count_leaving,
    count_pcs,
    count_spare,
    count_upgradable,
    deliver,
    upgrade,
    withdraw,
)
from scoring.rating.rating import Finding, FindingStatus, Rating, Result, conclude, judge
from scoring.rating.standard import Criterion

# The assumed speed of one leased Internet line in Mbps; the criterion of bandwidth counts lines by it.
LINE_MBPS = 300
# What a PC with a newer operating system takes: a licence of it.
UPGRADE_ITEM = "A07"
# More than any ward has.
ALL_PCS = 1_000_000_000


@dataclass(frozen=True)
class RemedyTerms:
    """What the choice of remedies rests on beside the findings.

    VND are those of ``years``: bought once, or paid in each of them. ``upgrades_os`` assumes (label A) that a PC within its service life
    takes a supported operating system.
    """

    years: int = 3
    upgrades_os: bool = True


@dataclass(frozen=True)
class RemedyLine:
    """So many units of an item, for one criterion. ``replaced`` counts the old PCs that make room for them, by reason.

    ``ends`` is the last day of what the ward has and the line renews: a licence, a level file. None where the ward never had it.
    ``upgrades`` of them bring a PC that stays a supported operating system.
    """

    item: str
    quantity: int
    criterion: str
    replaced: tuple[tuple[ReplacementReason, int], ...] = ()
    ends: date | None = None
    upgrades: int = 0

    @property
    def replaces(self) -> int:
        """How many old PCs make room."""
        return sum(number for _reason, number in self.replaced)


@dataclass(frozen=True)
class Withdrawal:
    """So many PCs that are taken out of the count for one criterion: moved or used otherwise, not liquidated, nothing bought for them."""

    criterion: str
    quantity: int


@dataclass(frozen=True)
class Remedies:
    """What is bought and what is taken out of the count, in the order of the criteria, and the rating of the ward with it."""

    lines: tuple[RemedyLine, ...]
    withdrawals: tuple[Withdrawal, ...]
    rating: Rating


@dataclass(frozen=True)
class CostToReady:
    """What it takes to turn a ward ready: VND for capital and for one year of recurrent spending, kept apart.

    ``possible`` is False where money alone is not enough; ``blockers`` are the criteria that prevent it.
    """

    capital: int
    recurrent: int
    lines: tuple[RemedyLine, ...]
    possible: bool
    blockers: tuple[Criterion, ...] = ()
    withdrawals: tuple[Withdrawal, ...] = ()

    @property
    def withdrawn(self) -> int:
        """How many PCs are taken out of the count."""
        return sum(withdrawal.quantity for withdrawal in self.withdrawals)


@dataclass(frozen=True)
class _Choice:
    """Of the criteria to mend those that something is bought for; at most so many PCs are upgraded, and taken out of the count."""

    to_mend: frozenset[str]
    bought: frozenset[str]
    upgrades: int = 0
    withdrawn: int = ALL_PCS


@dataclass(frozen=True)
class _Outcome:
    """What comes of a choice: the findings are those of the criteria that were looked at, in their order."""

    choice: _Choice
    lines: tuple[RemedyLine, ...]
    withdrawals: tuple[Withdrawal, ...]
    snapshot: Snapshot
    findings: tuple[Finding, ...]

    @cached_property
    def withdrawn(self) -> int:
        """How many PCs are taken out of the count."""
        return sum(withdrawal.quantity for withdrawal in self.withdrawals)

    @cached_property
    def upgrades(self) -> int:
        """How many PCs get a newer system."""
        return sum(line.upgrades for line in self.lines)

    @cached_property
    def unmet(self) -> int:
        """How many criteria are not met."""
        return sum(finding.status is FindingStatus.UNMET for finding in self.findings)


@dataclass(frozen=True)
class _Component:
    """Criteria to mend whose remedies touch each other, with all findings that these may change.

    What is bought for a later criterion may also meet the ``open_codes``; ``has_pcs`` where PCs may come or go.
    """

    codes: frozenset[str]
    findings: tuple[Finding, ...]
    open_codes: frozenset[str]
    has_pcs: bool


def remedies_of(rating: Rating, prices: Mapping[str, Price], terms: RemedyTerms) -> Remedies:
    """The least that mends every counted finding that is not met and that money mends."""
    codes = {finding.criterion.code for finding in rating.findings if finding.is_counted}
    return mend(rating, codes, prices, terms)


def mend(rating: Rating, codes: Collection[str], prices: Mapping[str, Price], terms: RemedyTerms) -> Remedies:
    """The least that mends the findings of these criteria, as far as they are not met and money mends them."""
    if rating.snapshot is None:
        return Remedies((), (), rating)
    _require_all(rating)
    chosen = []
    for component in _components(rating, codes):
        if not component.open_codes and not component.has_pcs:
            chosen.append(_Choice(component.codes, component.codes))
            continue
        outcomes = _outcomes(rating, component, component.open_codes, terms)
        best = min(outcomes, key=lambda outcome: (outcome.unmet, _option(outcome, rating, prices, terms).rank))
        chosen.append(_keep_most(best, rating, component, prices, terms))
    return _conclude(rating, chosen)


def renewals_of(rating: Rating, last_day: date) -> tuple[RemedyLine, ...]:
    """The lines that renew what is met today, is counted and ends by ``last_day``, in the order of the criteria."""
    snapshot, standard = rating.snapshot, rating.standard
    if snapshot is None or standard is None:
        return ()
    _require_all(rating)
    lines: list[RemedyLine] = []
    for finding in rating.findings:
        end = finding.ends
        if finding.is_met and finding.is_counted and end is not None and end <= last_day:
            afterwards = judge(finding.criterion, snapshot, standard, end + timedelta(days=1))
            lines += _lines_for(afterwards, snapshot, rating) if _money_mends(afterwards) else ()
    return tuple(lines)


def cost_to_ready(rating: Rating, prices: Mapping[str, Price], terms: RemedyTerms) -> CostToReady:
    """The least that turns the ward ready; nothing where it is ready.

    Every blocking criterion has to be met; of the others as many as the pass mark asks for. The ward is rated with what is bought, so
    *possible* means that it would be ready.
    """
    if rating.snapshot is None:
        return CostToReady(0, 0, (), possible=False)
    _require_all(rating)
    if rating.result is Result.READY:
        return CostToReady(0, 0, (), possible=True)
    beyond_money = [finding.criterion for finding in rating.unmet_blocking if not _money_mends(finding)]
    cheapest = None if beyond_money else _find_cheapest(rating, prices, terms)
    if cheapest is not None:
        return CostToReady(*_split_cost(cheapest.lines, prices), cheapest.lines, possible=True, withdrawals=cheapest.withdrawals)
    required = mend(rating, {finding.criterion.code for finding in rating.unmet_blocking}, prices, terms)
    # A blocking criterion that is still not met is one that its own remedy does not mend.
    unmet = [f.criterion for f in required.rating.unmet if f.criterion.blocking or not _money_mends(f)]
    capital, recurrent = _split_cost(required.lines, prices)
    return CostToReady(
        capital, recurrent, required.lines, possible=False, blockers=tuple(beyond_money or unmet), withdrawals=required.withdrawals
    )


def line_cost(line: RemedyLine, prices: Mapping[str, Price]) -> int:
    """VND of one line; a yearly item at one full year."""
    return line.quantity * prices[line.item].unit_price


def _require_all(rating: Rating) -> None:
    """What is computed rests on every finding, never on what one reader is shown."""
    if rating.is_redacted:
        raise ValueError(f"ward {rating.ward_code}: a redacted rating is for showing only")


def _money_mends(finding: Finding) -> bool:
    return finding.status is FindingStatus.UNMET and finding.criterion.remedy.money_mends


def _split_cost(lines: Iterable[RemedyLine], prices: Mapping[str, Price]) -> tuple[int, int]:
    catalogue = load_catalogue()
    capital = recurrent = 0
    for line in lines:
        if catalogue[line.item].yearly:
            recurrent += line_cost(line, prices)
        else:
            capital += line_cost(line, prices)
    return capital, recurrent


def _find_cheapest(rating: Rating, prices: Mapping[str, Price], terms: RemedyTerms) -> Remedies | None:
    """The cheapest remedies with which the ward is ready, or None where none make it so."""
    assert rating.standard is not None
    pass_mark = rating.standard.pass_mark
    components = _components(rating, {finding.criterion.code for finding in rating.findings if finding.is_counted})
    touched = {finding.criterion.code for component in components for finding in component.findings}
    groups: list[list[Option[_Outcome]]] = []
    for component in components:
        optional = {f.criterion.code for f in component.findings if not f.criterion.blocking} & component.codes
        outcomes = _outcomes(rating, component, component.open_codes | optional, terms)
        groups.append([_option(outcome, rating, prices, terms) for outcome in outcomes if not _is_blocked(outcome.findings)])
    gained = _margin((f for f in rating.findings if f.criterion.code not in touched), pass_mark)
    options = choose_cheapest(groups, -gained)
    if options is None:
        return None
    pairs = zip(options, components, strict=True)
    remedies = _conclude(rating, [_keep_most(o.choice, rating, component, prices, terms) for o, component in pairs])
    return remedies if remedies.rating.result is Result.READY else None


def _option(outcome: _Outcome, rating: Rating, prices: Mapping[str, Price], terms: RemedyTerms) -> Option[_Outcome]:
    """The outcome with what it gains and costs over the years."""
    assert rating.standard is not None
    catalogue, quantities = load_catalogue(), Counter[str]()
    for line in outcome.lines:
        quantities[line.item] += line.quantity
    cost = sum(
        count * prices[item].unit_price * (terms.years if catalogue[item].yearly else 1) for item, count in quantities.items()
    )
    return Option(outcome, _margin(outcome.findings, rating.standard.pass_mark), cost, tuple(sorted(quantities.items())))


def _margin(findings: Iterable[Finding], pass_mark: int) -> int:
    """How far these findings lift the score above the pass mark, in hundredths of a weight; below it where negative."""
    return sum(f.criterion.weight * (100 * f.is_met - pass_mark) for f in findings if f.is_counted)


def _is_blocked(findings: Iterable[Finding]) -> bool:
    return any(finding.is_counted and finding.criterion.blocking and not finding.is_met for finding in findings)


def _keep_most(
    outcome: _Outcome, rating: Rating, component: _Component, prices: Mapping[str, Price], terms: RemedyTerms
) -> _Choice:
    """The choice that comes to the same with as few PCs as possible taken out of the count."""
    choice = outcome.choice
    if not outcome.withdrawn:
        return choice
    rank = _option(outcome, rating, prices, terms).rank
    met = [finding.is_met for finding in outcome.findings]

    def comes_to_the_same(withdrawn: int) -> bool:
        fewer = _carry_out(rating, component.findings, replace(choice, withdrawn=withdrawn))
        return _option(fewer, rating, prices, terms).rank == rank and [finding.is_met for finding in fewer.findings] == met

    return replace(choice, withdrawn=bisect_left(range(outcome.withdrawn), x=True, key=comes_to_the_same))


def _conclude(rating: Rating, choices: Collection[_Choice]) -> Remedies:
    """The remedies of all choices, of which at most one takes out or upgrades PCs, and the rating with them."""
    assert rating.standard is not None
    choice = _Choice(
        frozenset().union(*(choice.to_mend for choice in choices)),
        frozenset().union(*(choice.bought for choice in choices)),
        max((choice.upgrades for choice in choices), default=0),
        min((choice.withdrawn for choice in choices), default=ALL_PCS),
    )
    outcome = _carry_out(rating, rating.findings, choice)
    after = conclude(outcome.findings, outcome.snapshot, rating.standard, rating.on)
    return Remedies(outcome.lines, outcome.withdrawals, after)


def _components(rating: Rating, codes: Collection[str]) -> list[_Component]:
    """The findings of these criteria that money mends, together where one remedy may change what another is judged by."""
    duties = [
        f.criterion for f in rating.findings if f.criterion.is_counted and not f.is_failing and f.criterion.remedy.money_mends
    ]
    groups: list[tuple[set[str], set[str], set[str]]] = []
    for finding in rating.findings:
        criterion = finding.criterion
        if criterion.code not in codes or not _money_mends(finding):
            continue
        members, affects, reads = {criterion.code}, set(_may_affect(criterion)), set(criterion.reads)
        if not affects.isdisjoint(PC_ITEMS):
            _add_duties(duties, affects, reads)
        for group in [g for g in groups if not g[1].isdisjoint(affects | reads) or not g[2].isdisjoint(affects)]:
            groups.remove(group)
            members, affects, reads = members | group[0], affects | group[1], reads | group[2]
        groups.append((members, affects, reads))
    return [_component(rating, frozenset(members), affects, duties) for members, affects, _reads in groups]


def _add_duties(duties: Iterable[Criterion], affects: set[str], reads: set[str]) -> None:
    """New PCs bring duties, and what is bought for these may bring more."""
    missing = [duty for duty in duties if not duty.reads.isdisjoint(affects)]
    rest = [duty for duty in duties if duty not in missing]
    for duty in missing:
        affects |= _may_affect(duty)
        reads |= duty.reads
    if missing:
        _add_duties(rest, affects, reads)


def _component(rating: Rating, codes: frozenset[str], affects: set[str], duties: Collection[Criterion]) -> _Component:
    findings = tuple(
        f
        for f in rating.findings
        if f.criterion.code in codes or (f.criterion.is_counted and not f.criterion.reads.isdisjoint(affects))
    )
    open_codes, later = set(), set[str]()
    for finding in reversed(findings):
        criterion = finding.criterion
        if criterion.code in codes and not criterion.reads.isdisjoint(later):
            open_codes.add(criterion.code)
        if criterion.code in codes or criterion in duties:
            later |= _may_affect(criterion)
    return _Component(codes, findings, frozenset(open_codes), has_pcs=not affects.isdisjoint(PC_ITEMS))


def _outcomes(rating: Rating, component: _Component, open_codes: Collection[str], terms: RemedyTerms) -> Iterator[_Outcome]:
    """What comes of each choice: with and without each of the open criteria, with each number of upgrades, as many PCs taken out as may be."""
    free = sorted(component.codes & frozenset(open_codes))
    for size in range(len(free) + 1):
        for left_out in combinations(free, size):
            choice = _Choice(component.codes, component.codes.difference(left_out))
            outcomes = list(_upgrade_more(rating, component, choice, terms))
            yield from outcomes
            if all(_loses(outcome, component) for outcome in outcomes):
                yield from _upgrade_more(rating, component, replace(choice, withdrawn=0), terms)


def _upgrade_more(rating: Rating, component: _Component, choice: _Choice, terms: RemedyTerms) -> Iterator[_Outcome]:
    """What comes of a choice with no upgrade, one, two, and so on."""
    outcome = _carry_out(rating, component.findings, choice)
    yield outcome
    while terms.upgrades_os and _replaces_for_system(outcome, component):
        choice = replace(choice, upgrades=choice.upgrades + 1)
        outcome = _carry_out(rating, component.findings, choice)
        if outcome.upgrades < choice.upgrades:
            return
        yield outcome


def _replaces_for_system(outcome: _Outcome, component: _Component) -> bool:
    """Whether something else than upgrades is bought for want of a supported system."""
    codes = {finding.criterion.code for finding in component.findings if finding.criterion.measure == SUPPORTED}
    return any(line.criterion in codes and not line.upgrades for line in outcome.lines)


def _loses(outcome: _Outcome, component: _Component) -> bool:
    """Whether a criterion that was met is met no longer."""
    pairs = zip(component.findings, outcome.findings, strict=True)
    return any(before.is_met and after.status is FindingStatus.UNMET for before, after in pairs)


def _carry_out(rating: Rating, befores: tuple[Finding, ...], choice: _Choice) -> _Outcome:
    """What is bought for the chosen criteria, one after the other, and how these criteria are judged then.

    New PCs bring duties (protection, licences): criteria that were met, or did not apply for lack of PCs, are kept met too.
    A criterion is judged again only where an earlier remedy affected an answer that it reads.
    """
    snapshot, standard = rating.snapshot, rating.standard
    assert snapshot is not None
    assert standard is not None
    lines: list[RemedyLine] = []
    withdrawals: list[Withdrawal] = []
    affected: set[str] = set()
    has_pcs, remaining = False, choice
    for before in befores:
        criterion = before.criterion
        is_new_duty = has_pcs and criterion.is_counted and not before.is_failing
        if criterion.code not in choice.to_mend and not is_new_duty:
            continue
        finding = before if criterion.reads.isdisjoint(affected) else judge(criterion, snapshot, standard, rating.on)
        if not _money_mends(finding):
            continue
        is_bought = is_new_duty or criterion.code in choice.bought
        snapshot, withdrawn = _withdraw_pcs(finding, snapshot, rating, remaining.withdrawn)
        snapshot, upgraded = _upgrade_pcs(finding, snapshot, rating, remaining.upgrades if is_bought else 0)
        if withdrawn:
            withdrawals.append(Withdrawal(criterion.code, withdrawn))
        if upgraded:
            lines.append(RemedyLine(UPGRADE_ITEM, upgraded, criterion.code, upgrades=upgraded))
        if withdrawn or upgraded:
            remaining = replace(remaining, upgrades=remaining.upgrades - upgraded, withdrawn=remaining.withdrawn - withdrawn)
            affected |= {*PC_ITEMS, *PC_FACTS, UPGRADE_ITEM}
            finding = judge(criterion, snapshot, standard, rating.on)
        if is_bought and _money_mends(finding):
            snapshot, bought = _buy(finding, snapshot, rating)
            lines += bought
            has_pcs = has_pcs or any(line.item in PC_ITEMS for line in bought)
            affected |= _affected_answers(criterion, bought)
    findings = tuple(
        before if before.criterion.reads.isdisjoint(affected) else judge(before.criterion, snapshot, standard, rating.on)
        for before in befores
    )
    return _Outcome(choice, tuple(lines), tuple(withdrawals), snapshot, findings)


def _may_affect(criterion: Criterion) -> set[str]:
    """The answers that mending a criterion may change."""
    rule = criterion.remedy
    items = {item.item for item in rule.items}
    has_pcs = bool(rule.replaces) or not items.isdisjoint(PC_ITEMS)
    upgrade_items = {UPGRADE_ITEM} if criterion.measure == SUPPORTED else set()
    pcs = {*PC_ITEMS, *PC_FACTS} if has_pcs or upgrade_items else set()
    return {*items, *pcs, *upgrade_items, *rule.raises, *rule.sets, rule.line} - {""}


def _affected_answers(criterion: Criterion, lines: list[RemedyLine]) -> set[str]:
    """The answers that a purchase for a criterion changes."""
    rule = criterion.remedy
    pcs = (*PC_ITEMS, *PC_FACTS) if any(line.item in PC_ITEMS or line.replaces for line in lines) else ()
    return {*(line.item for line in lines), *pcs, *rule.raises, *rule.sets, rule.line}


def _withdraw_pcs(finding: Finding, snapshot: Snapshot, rating: Rating, most: int) -> tuple[Snapshot, int]:
    """Take out of the count what keeps a share of the PCs from being enough: as many as may be spared, and no more than ``most``."""
    criterion = finding.criterion
    if not criterion.remedy.replaces or criterion.requirement.per != "pcs_working" or finding.have is None:
        return snapshot, 0
    lacking = divide_up(count_pcs(snapshot) - finding.have, 1)
    count = max(0, min(most, lacking, count_spare(snapshot, rating)))
    return (withdraw(snapshot, count, rating), count) if count else (snapshot, 0)


def _upgrade_pcs(finding: Finding, snapshot: Snapshot, rating: Rating, most: int) -> tuple[Snapshot, int]:
    """Bring PCs within their service life a supported system, no more than are lacking, and than ``most``."""
    if not most or finding.criterion.measure != SUPPORTED:
        return snapshot, 0
    assert rating.standard is not None
    lacking = judge(finding.criterion, snapshot, rating.standard, rating.on).shortfall
    count = min(most, divide_up(lacking, 1), count_upgradable(snapshot, rating))
    return (upgrade(snapshot, count), count) if count else (snapshot, 0)


def _buy(finding: Finding, snapshot: Snapshot, rating: Rating) -> tuple[Snapshot, list[RemedyLine]]:
    """What the ward has once the items that mend a finding are delivered, and their lines."""
    rule = finding.criterion.remedy
    lines = []
    for line in _lines_for(finding, snapshot, rating):
        if rule.line:
            connection = _new_connection(ConnectionKind(rule.line))
            snapshot = replace(snapshot, connections=(*snapshot.connections, *[connection] * line.quantity))
            lines.append(line)
        else:
            leaving = count_leaving(snapshot, rating, worn_only=rule.replaces == "worn") if rule.replaces else 0
            old = min(line.quantity, leaving)
            snapshot, replaced = deliver(snapshot, line.item, line.quantity, old, rating, worn_only=rule.replaces == "worn")
            lines.append(replace(line, replaced=replaced))
    facts = dict(snapshot.facts)
    for key in rule.raises:
        known = snapshot.fact(key)
        have = known if isinstance(known, int | Decimal) else 0
        facts[key] = Fact(key, have + divide_up(finding.shortfall, 1))
    for key in rule.sets:
        facts[key] = Fact(key, value=True)
    return replace(snapshot, facts=facts, answered_items=snapshot.answered_items | {line.item for line in lines}), lines


def _lines_for(finding: Finding, snapshot: Snapshot, rating: Rating) -> list[RemedyLine]:
    ends = _renewed_end(finding, snapshot, rating)
    lines = []
    for remedy_item in finding.criterion.remedy.items:
        amount: Number = finding.shortfall
        if remedy_item.of is not None:
            assert rating.standard is not None
            amount = MEASURES[remedy_item.of].read(snapshot, rating.standard.pc_max_age_years, rating.on).value
        quantity = max(1, divide_up(amount, remedy_item.each))
        lines.append(RemedyLine(remedy_item.item, quantity, finding.criterion.code, ends=ends))
    return lines


def _renewed_end(finding: Finding, snapshot: Snapshot, rating: Rating) -> date | None:
    """The day on which what the ward had has ended; None where it lacks more than what ended."""
    assert rating.standard is not None
    if finding.ends is None or not judge(finding.criterion, snapshot, rating.standard, finding.ends).is_met:
        return None
    return finding.ends


def _new_connection(kind: ConnectionKind) -> Connection:
    provider = "nhà mạng khác" if kind is ConnectionKind.BACKUP else ""
    return Connection(kind, provider=provider, contracted_mbps=200 if kind is ConnectionKind.TSLCD else LINE_MBPS)
