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
from itertools import combinations

from inventory.catalogue import load_catalogue
from inventory.prices.prices import Price
from scoring.rating.cheapest import Option, choose_cheapest
from scoring.rating.pc_fleet import PC_ITEMS
from scoring.rating.purchases import ALL_PCS, Choice, Outcome, RemedyLine, Withdrawal, carry_out, lines_for, may_affect, money_mends
from scoring.rating.rating import Finding, FindingStatus, Rating, Result, conclude, judge
from scoring.rating.standard import Criterion
from scoring.rating.upgrades import try_upgrades


@dataclass(frozen=True)
class RemedyTerms:
    """What the choice of remedies rests on beside the findings.

    VND are those of ``years``: bought once, or paid in each of them. ``upgrades_os`` assumes (label A) that a PC within its service life
    takes a supported operating system.
    """

    years: int = 3
    upgrades_os: bool = True


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
class _Component:
    """Criteria to mend whose remedies touch each other, with all findings that these may change.

    What is bought for a later criterion may also meet the ``open_codes``; what is bought for ``leaves`` is nothing to any other
    criterion, so that each can be left out by itself. ``has_pcs`` where PCs may come or go.
    """

    codes: frozenset[str]
    findings: tuple[Finding, ...]
    open_codes: frozenset[str]
    leaves: frozenset[str]
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
            chosen.append(Choice(component.codes, component.codes))
            continue
        best = _find_best(rating, component, component.open_codes, prices, terms)
        if best.unmet:
            # What cannot be mended is not paid for either.
            best = _find_best(rating, component, component.codes, prices, terms)
        chosen.append(_withdraw_least(best.choice, rating, component, prices, terms))
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
            lines += lines_for(afterwards, snapshot, rating) if money_mends(afterwards) else ()
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
    beyond_money = [finding.criterion for finding in rating.unmet_blocking if not money_mends(finding)]
    cheapest = None if beyond_money else _find_cheapest(rating, prices, terms)
    if cheapest is not None:
        return CostToReady(*_split_cost(cheapest.lines, prices), cheapest.lines, possible=True, withdrawals=cheapest.withdrawals)
    required = mend(rating, {finding.criterion.code for finding in rating.unmet_blocking}, prices, terms)
    # A blocking criterion that is still not met is one that its own remedy does not mend.
    unmet = [f.criterion for f in required.rating.unmet if f.criterion.blocking or not money_mends(f)]
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
    groups: list[list[Option[Choice]]] = []
    for component in components:
        optional = {f.criterion.code for f in component.findings if not f.criterion.blocking} & component.codes
        outcomes = _outcomes(rating, component, component.open_codes | optional - component.leaves, prices, terms)
        ready = (outcome for outcome in outcomes if not _is_blocked(outcome.findings))
        leaves = component.leaves & optional
        groups.append([option for outcome in ready for option in _leave_out(outcome, leaves, rating, prices, terms)])
    gained = _margin((f for f in rating.findings if f.criterion.code not in touched), pass_mark)
    options = choose_cheapest(groups, -gained)
    if options is None:
        return None
    pairs = zip(options, components, strict=True)
    remedies = _conclude(rating, [_withdraw_least(o.choice, rating, component, prices, terms) for o, component in pairs])
    return remedies if remedies.rating.result is Result.READY else None


def _find_best(
    rating: Rating, component: _Component, open_codes: Collection[str], prices: Mapping[str, Price], terms: RemedyTerms
) -> Outcome:
    """The outcome that leaves least unmet, for the least."""
    outcomes = _outcomes(rating, component, open_codes, prices, terms)
    return min(outcomes, key=lambda outcome: (outcome.unmet, _option(outcome, rating, prices, terms).rank))


def _leave_out(
    outcome: Outcome, leaves: frozenset[str], rating: Rating, prices: Mapping[str, Price], terms: RemedyTerms
) -> Collection[Option[Choice]]:
    """The outcome with and without what is bought for each of the leaves: of what gains the same the least."""
    bought = {line.criterion for line in outcome.lines if not line.upgrades} & leaves
    ways = {0: outcome}
    best = {0: _option(outcome, rating, prices, terms)}
    for finding in outcome.findings:
        code = finding.criterion.code
        if code not in bought:
            continue
        for lost, way in list(ways.items()):
            fewer = replace(
                way,
                choice=replace(way.choice, bought=way.choice.bought - {code}),
                lines=tuple(line for line in way.lines if line.criterion != code),
            )
            option = _option(fewer, rating, prices, terms)
            more_lost = lost + 100 * finding.criterion.weight * finding.is_met
            if more_lost not in best or option.rank < best[more_lost].rank:
                ways[more_lost], best[more_lost] = fewer, option
    return [replace(option, gain=option.gain - lost) for lost, option in best.items()]


def _option(outcome: Outcome, rating: Rating, prices: Mapping[str, Price], terms: RemedyTerms) -> Option[Choice]:
    """The choice of an outcome with what it gains and costs over the years."""
    assert rating.standard is not None
    quantities = Counter[str]()
    for line in outcome.lines:
        quantities[line.item] += line.quantity
    cost = sum(_cost_over_years(line, prices, terms) for line in outcome.lines)
    return Option(outcome.choice, _margin(outcome.findings, rating.standard.pass_mark), cost, tuple(sorted(quantities.items())))


def _cost_over_years(line: RemedyLine, prices: Mapping[str, Price], terms: RemedyTerms) -> int:
    """VND of one line over the years that the choice rests on."""
    return line_cost(line, prices) * (terms.years if load_catalogue()[line.item].yearly else 1)


def _margin(findings: Iterable[Finding], pass_mark: int) -> int:
    """How far these findings lift the score above the pass mark, in hundredths of a weight; below it where negative."""
    return sum(f.criterion.weight * (100 * f.is_met - pass_mark) for f in findings if f.is_counted)


def _is_blocked(findings: Iterable[Finding]) -> bool:
    return any(finding.is_counted and finding.criterion.blocking and not finding.is_met for finding in findings)


def _withdraw_least(
    choice: Choice, rating: Rating, component: _Component, prices: Mapping[str, Price], terms: RemedyTerms
) -> Choice:
    """The choice that comes to the same with as few PCs as possible taken out of the count."""
    if not component.has_pcs:
        return choice
    outcome = carry_out(rating, component.findings, choice)
    rank = _option(outcome, rating, prices, terms).rank
    met = [finding.is_met for finding in outcome.findings]

    def comes_to_the_same(withdrawn: int) -> bool:
        fewer = carry_out(rating, component.findings, replace(choice, withdrawn=withdrawn))
        return _option(fewer, rating, prices, terms).rank == rank and [finding.is_met for finding in fewer.findings] == met

    return replace(choice, withdrawn=bisect_left(range(outcome.withdrawn), x=True, key=comes_to_the_same))


def _conclude(rating: Rating, choices: Collection[Choice]) -> Remedies:
    """The remedies of all choices, of which at most one takes out or upgrades PCs, and the rating with them."""
    assert rating.standard is not None
    choice = Choice(
        frozenset().union(*(choice.to_mend for choice in choices)),
        frozenset().union(*(choice.bought for choice in choices)),
        max((choice.upgrades for choice in choices), default=0),
        min((choice.withdrawn for choice in choices), default=ALL_PCS),
    )
    outcome = carry_out(rating, rating.findings, choice)
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
        if criterion.code not in codes or not money_mends(finding):
            continue
        members, affects, reads = {criterion.code}, set(may_affect(criterion)), set(criterion.reads)
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
        affects |= may_affect(duty)
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
            later |= may_affect(criterion)
    affected = {f.criterion.code: may_affect(f.criterion) for f in findings if f.criterion.code in codes - open_codes}
    leaves = {
        code
        for code, answers in affected.items()
        if all(f.criterion.code == code or f.criterion.reads.isdisjoint(answers) for f in findings)
    }
    return _Component(codes, findings, frozenset(open_codes), frozenset(leaves), has_pcs=not affects.isdisjoint(PC_ITEMS))


def _outcomes(
    rating: Rating, component: _Component, open_codes: Collection[str], prices: Mapping[str, Price], terms: RemedyTerms
) -> Iterator[Outcome]:
    """What comes of each choice: with and without each of the open criteria, with each number of upgrades that may be best, as many PCs
    taken out as may be.
    """
    free = sorted(component.codes & frozenset(open_codes))
    for size in range(len(free) + 1):
        for left_out in combinations(free, size):
            choice = Choice(component.codes, component.codes.difference(left_out))
            outcomes = _upgrade_more(rating, component, choice, prices, terms)
            yield from outcomes
            if all(_loses(outcome, component) for outcome in outcomes):
                yield from _upgrade_more(rating, component, replace(choice, withdrawn=0), prices, terms)


def _upgrade_more(
    rating: Rating, component: _Component, choice: Choice, prices: Mapping[str, Price], terms: RemedyTerms
) -> list[Outcome]:
    """What comes of a choice with each number of upgrades that may be best."""

    def attempt(upgrades: int) -> Outcome:
        return carry_out(rating, component.findings, replace(choice, upgrades=upgrades))

    most = attempt(ALL_PCS if terms.upgrades_os else 0)
    if not most.upgrades:
        return [replace(most, choice=choice)]
    return try_upgrades(attempt, most.upgrades, lambda line: _cost_over_years(line, prices, terms), component.leaves)


def _loses(outcome: Outcome, component: _Component) -> bool:
    """Whether a criterion that was met is met no longer."""
    pairs = zip(component.findings, outcome.findings, strict=True)
    return any(before.is_met and after.status is FindingStatus.UNMET for before, after in pairs)
