"""Remedies: the items and quantities that mend the findings, one criterion after the other, and what they cost. Pure.

Each remedy is judged on what the ward has *after* the remedies before it: a PC that is bought for one criterion is neither
bought again for the next nor left without protection by it.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from functools import cache, partial
from itertools import chain, combinations

from inventory.catalogue import load_catalogue
from inventory.prices.prices import Price
from inventory.snapshots.snapshot import Connection, ConnectionKind, EquipmentLot, Fact, Owner, Snapshot, usable
from scoring.rating.measures import MEASURES
from scoring.rating.rating import Finding, FindingStatus, Rating, Result, conclude, judge
from scoring.rating.standard import Criterion

# Speed that one leased Internet line is taken to bring, in Mbps; the criterion of bandwidth counts lines by it.
LINE_MBPS = 300
PC_ITEMS = ("A01", "A02")
# What is known of all PCs together, and grows with each new one.
PC_FACTS = ("pc_supported_os", "pc_memory_ssd")


@dataclass(frozen=True)
class RemedyLine:
    """So many units of an item, for one criterion. ``replaces`` counts the old machines that go to liquidation."""

    item: str
    quantity: int
    criterion: str
    replaces: int = 0


@dataclass(frozen=True)
class CostToReady:
    """What it takes to turn a ward ready: VND for capital and for one year of recurrent spending, kept apart.

    ``possible`` is False where money alone does not do it; ``blockers`` are the criteria that stand in the way.
    """

    capital: int
    recurrent: int
    lines: tuple[RemedyLine, ...]
    possible: bool
    blockers: tuple[Criterion, ...] = ()


# The lines that were bought, and the rating of the ward that has them.
Mended = tuple[tuple[RemedyLine, ...], Rating]


def remedies_of(rating: Rating) -> tuple[RemedyLine, ...]:
    """The lines that mend every counted finding that is not met and that money mends, in the order of the criteria."""
    if rating.snapshot is None:
        return ()
    codes = [finding.criterion.code for finding in rating.findings if finding.is_counted and _money_mends(finding)]
    return _mend(rating, codes)[0]


def apply_remedies(rating: Rating, codes: Iterable[str] | None = None) -> Rating:
    """The rating of the ward once its remedies are in place: all of them, or those of the criteria given by code."""
    if rating.snapshot is None:
        return rating
    if codes is None:
        codes = [finding.criterion.code for finding in rating.findings if finding.is_counted and _money_mends(finding)]
    return _mend(rating, codes)[1]


def cost_to_ready(rating: Rating, prices: Mapping[str, Price]) -> CostToReady:
    """The cheapest set of remedies, criterion by criterion, that turns the ward ready; nothing where it is ready.

    Every blocking criterion has to be met. Of the others, those whose remedies touch each other (a spare line adds to the
    bandwidth, a new PC counts for several) are tried in every combination; the rest is an exact choice over whole weights.
    Each set is rated once it is bought, so *possible* means that the ward would be ready.
    """
    if rating.snapshot is None:
        return CostToReady(0, 0, (), possible=False)
    if rating.result is Result.READY:
        return CostToReady(0, 0, (), possible=True)
    mend = cache(partial(_mend, rating))
    must = frozenset(finding.criterion.code for finding in rating.unmet_blocking if _money_mends(finding))
    stuck = [finding.criterion for finding in rating.unmet_blocking if not _money_mends(finding)]
    found = None if stuck else _cheapest_set(mend, must, prices)
    if found is not None:
        return CostToReady(*_split_cost(found, prices), found, possible=True)
    lines, after = mend(must)
    # A blocking criterion that still misses is one that its own remedy does not mend.
    blockers = tuple(stuck or (f.criterion for f in after.unmet if f.criterion.blocking or not _money_mends(f)))
    return CostToReady(*_split_cost(lines, prices), lines, possible=False, blockers=blockers)


def line_cost(line: RemedyLine, prices: Mapping[str, Price]) -> int:
    """VND of one line; a yearly item at one full year."""
    return line.quantity * prices[line.item].unit_price


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


def _cheapest_set(
    mend: Callable[[frozenset[str]], Mended], must: frozenset[str], prices: Mapping[str, Price]
) -> tuple[RemedyLine, ...] | None:
    """The lines of the cheapest set that makes the ward ready, or None where none does. ``mend`` tells what a set of codes gives."""
    lines, after = mend(must)
    spent = _total(lines, prices)
    alone: list[tuple[str, int, int]] = []
    tied: set[str] = set()
    candidates = [f.criterion for f in after.unmet if _money_mends(f)]
    for criterion in candidates:
        lines, mended = mend(must | {criterion.code})
        alone.append((criterion.code, criterion.weight, _total(lines, prices) - spent))
        touched = _changed(after, mended) - {criterion.code}
        tied |= {criterion.code, *touched} if touched else set()
    points = _points_by_cost([free for free in alone if free[0] not in tied])
    together = [criterion.code for criterion in candidates if criterion.code in tied]
    best: tuple[int, tuple[RemedyLine, ...]] | None = None
    for chosen in chain.from_iterable(combinations(together, size) for size in range(len(together) + 1)):
        _, mended = mend(must.union(chosen))
        short = _short_of_pass(mended)
        enough = [(cost, codes) for gained, (cost, codes) in points.items() if gained >= short]
        if not enough:
            continue
        lines, mended = mend(must.union(chosen, min(enough)[1]))
        cost = _total(lines, prices)
        if (best is None or cost < best[0]) and mended.result is Result.READY:
            best = cost, lines
    return best[1] if best else None


def _changed(before: Rating, after: Rating) -> set[str]:
    """The counted criteria that are judged differently."""
    pairs = zip(before.findings, after.findings, strict=True)
    return {
        old.criterion.code
        for old, new in pairs
        if old is not new and old.criterion.is_counted and (old.status, old.have, old.need) != (new.status, new.have, new.need)
    }


def _points_by_cost(priced: Iterable[tuple[str, int, int]]) -> dict[int, tuple[int, tuple[str, ...]]]:
    """For every sum of weights that can be reached, the least cost and the codes that reach it."""
    best: dict[int, tuple[int, tuple[str, ...]]] = {0: (0, ())}
    for code, weight, cost in priced:
        for points, (spent, codes) in list(best.items()):
            reached = points + weight
            if reached not in best or spent + cost < best[reached][0]:
                best[reached] = (spent + cost, (*codes, code))
    return best


def _short_of_pass(rating: Rating) -> int:
    """The weight that is still lacking for the pass mark; nothing or less where it is reached."""
    assert rating.standard is not None
    return -(-rating.standard.pass_mark * rating.counted_weight // 100) - rating.met_weight


def _total(lines: Iterable[RemedyLine], prices: Mapping[str, Price]) -> int:
    return sum(line_cost(line, prices) for line in lines)


def _mend(rating: Rating, codes: Iterable[str]) -> Mended:
    """The lines for the given criteria, and the rating of the ward with them.

    New PCs bring duties (protection, licences): what held before, or did not apply for want of PCs, is kept whole too.
    A criterion is judged anew only where a remedy before it touched an answer that it reads.
    """
    snapshot, standard = rating.snapshot, rating.standard
    assert snapshot is not None
    assert standard is not None
    wanted = set(codes)
    lines: list[RemedyLine] = []
    touched: set[str] = set()
    has_pcs = False
    for before in rating.findings:
        criterion = before.criterion
        is_duty = has_pcs and criterion.is_counted and not before.is_failing
        if criterion.code not in wanted and not is_duty:
            continue
        finding = before if criterion.reads.isdisjoint(touched) else judge(criterion, snapshot, standard, rating.on)
        if not _money_mends(finding):
            continue
        added = _lines_for(finding, snapshot, rating)
        lines += added
        snapshot = _with_remedy(snapshot, finding, added, rating)
        has_pcs = has_pcs or any(line.item in PC_ITEMS for line in added)
        touched |= _touches(criterion, added)
    findings = tuple(
        before if before.criterion.reads.isdisjoint(touched) else judge(before.criterion, snapshot, standard, rating.on)
        for before in rating.findings
    )
    return tuple(lines), conclude(findings, snapshot, standard, rating.on)


def _touches(criterion: Criterion, lines: list[RemedyLine]) -> set[str]:
    """The answers that the remedy of a criterion may change."""
    rule = criterion.remedy
    pcs = (*PC_ITEMS, *PC_FACTS) if any(line.item in PC_ITEMS or line.replaces for line in lines) else ()
    return {*(line.item for line in lines), *pcs, *rule.raises, *rule.sets, rule.line}


def _lines_for(finding: Finding, snapshot: Snapshot, rating: Rating) -> list[RemedyLine]:
    rule = finding.criterion.remedy
    lines = []
    for part in rule.items:
        amount = finding.shortfall
        if part.of is not None:
            assert rating.standard is not None
            amount = MEASURES[part.of].read(snapshot, rating.standard.pc_max_age_years, rating.on).value
        quantity = max(1, -(-amount // part.each))
        old = sum(lot.working for lot in snapshot.lots if rule.replaces and _goes_first(lot, rule.replaces, rating))
        lines.append(RemedyLine(part.item, quantity, finding.criterion.code, min(quantity, old)))
    return lines


def _goes_first(lot: EquipmentLot, which: str, rating: Rating) -> bool:
    """Whether a lot of PCs may make room for new ones: never this year's, never the city service centre's."""
    assert rating.standard is not None
    if lot.item not in PC_ITEMS or lot.owner is Owner.CITY_CENTRE or lot.year == rating.on.year:
        return False
    return which == "any" or usable(lot, rating.on, rating.standard.pc_max_age_years) < lot.working


def _with_remedy(snapshot: Snapshot, finding: Finding, lines: list[RemedyLine], rating: Rating) -> Snapshot:
    """What the ward has once the lines are delivered."""
    rule = finding.criterion.remedy
    lots = snapshot.lots
    for line in lines:
        if line.replaces:
            lots = _liquidate_oldest(lots, line.replaces, rule.replaces, rating)
        if not rule.line:
            lots = (*lots, EquipmentLot(line.item, good=line.quantity, year=rating.on.year, owner=Owner.WARD))
    facts = dict(snapshot.facts)
    for key in rule.raises:
        facts[key] = Fact(key, (snapshot.count(key) or 0) + finding.shortfall)
    for key in rule.sets:
        facts[key] = Fact(key, value=True)
    bought = sum(line.quantity for line in lines if line.item in PC_ITEMS)
    has_none = not any(lot.working for item in PC_ITEMS for lot in snapshot.lots_of(item))
    for key in PC_FACTS if bought else ():
        known = snapshot.count(key)
        # Where nobody said how many of the old machines are supported, buying new ones answers it only if there were none.
        if known is not None or has_none:
            facts[key] = Fact(key, (known or 0) + bought)
    connections = snapshot.connections
    if rule.line:
        kind = ConnectionKind(rule.line)
        speed = 200 if kind is ConnectionKind.TSLCD else LINE_MBPS
        connections = (*connections, *(_new_line(kind, speed) for line in lines for _ in range(line.quantity)))
    return replace(
        snapshot,
        lots=lots,
        facts=facts,
        connections=connections,
        answered_items=snapshot.answered_items | {line.item for line in lines},
    )


def _new_line(kind: ConnectionKind, speed: int) -> Connection:
    provider = "nhà mạng khác" if kind is ConnectionKind.BACKUP else ""
    return Connection(kind, provider=provider, contracted_mbps=speed)


def _liquidate_oldest(lots: tuple[EquipmentLot, ...], count: int, which: str, rating: Rating) -> tuple[EquipmentLot, ...]:
    """Old PCs out, oldest first."""
    left = count
    changed = {}
    for lot in sorted(lots, key=lambda lot: (lot.year or 0, lot.item)):
        if not left or not _goes_first(lot, which, rating):
            continue
        out = min(left, lot.working)
        left -= out
        changed[id(lot)] = replace(
            lot,
            degraded=lot.degraded - min(out, lot.degraded),
            good=lot.good - min(max(0, out - lot.degraded), lot.good),
            unused=lot.unused - max(0, out - lot.degraded - lot.good),
            liquidation=lot.liquidation + out,
        )
    return tuple(changed.get(id(lot), lot) for lot in lots)
