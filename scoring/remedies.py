"""Remedies: the items and quantities that mend the findings, one criterion after the other, and what they cost. Pure.

Each remedy is judged on what the ward has *after* the remedies before it: a PC that is bought for one criterion is neither
bought again for the next nor left without protection by it.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from inventory.catalogue import load_catalogue
from inventory.prices import Price
from inventory.snapshot import Connection, ConnectionKind, EquipmentLot, Fact, Owner, Snapshot, usable
from scoring.measures import MEASURES
from scoring.rating import Finding, FindingStatus, Rating, judge, rate
from scoring.standard import Criterion, Standard

# Speed that one leased Internet line is taken to bring, in Mbps; the criterion of bandwidth counts lines by it.
LINE_MBPS = 300
PC_ITEMS = ("A01", "A02")


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


def remedies_of(rating: Rating) -> tuple[RemedyLine, ...]:
    """The lines that mend every counted finding that is not met and that money mends, in the order of the criteria."""
    if rating.snapshot is None or rating.standard is None:
        return ()
    codes = [finding.criterion.code for finding in rating.findings if finding.is_counted and _money_mends(finding)]
    lines, _ = _mend(rating.snapshot, rating.standard, rating, codes)
    return lines


def apply_remedies(rating: Rating) -> Rating:
    """The rating of the ward once all its remedies are in place."""
    if rating.snapshot is None or rating.standard is None:
        return rating
    codes = [finding.criterion.code for finding in rating.findings if finding.is_counted and _money_mends(finding)]
    _, mended = _mend(rating.snapshot, rating.standard, rating, codes)
    return rate(mended, rating.standard, rating.on)


def cost_to_ready(rating: Rating, prices: Mapping[str, Price]) -> CostToReady:
    """The cheapest set of remedies, criterion by criterion, that turns the ward ready; nothing where it is ready.

    Every blocking criterion has to be met; the rest of the score is bought where a point is cheapest (an exact choice over
    whole weights). What a criterion costs is taken after the blocking ones are mended.
    """
    snapshot, standard = rating.snapshot, rating.standard
    if snapshot is None or standard is None:
        return CostToReady(0, 0, (), possible=False)
    blockers = tuple(f.criterion for f in rating.unmet_blocking if not _money_mends(f))
    codes = [finding.criterion.code for finding in rating.unmet_blocking if _money_mends(finding)]
    lines, mended = _mend(snapshot, standard, rating, codes)
    after = rate(mended, standard, rating.on)
    extra = _cheapest_points(after, prices)
    if blockers or extra is None:
        short = blockers or tuple(f.criterion for f in after.unmet if not _money_mends(f))
        return CostToReady(*_split_cost(lines, prices), lines, possible=False, blockers=short)
    more, _ = _mend(mended, standard, rating, extra)
    return CostToReady(*_split_cost((*lines, *more), prices), (*lines, *more), possible=True)


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


def _cheapest_points(rating: Rating, prices: Mapping[str, Price]) -> list[str] | None:
    """The codes of the cheapest criteria that lift the score to the pass mark, or None where nothing does."""
    assert rating.standard is not None
    assert rating.snapshot is not None
    counted = sum(finding.criterion.weight for finding in rating.findings if finding.is_counted)
    met = sum(finding.criterion.weight for finding in rating.findings if finding.is_counted and finding.is_met)
    short = -(-rating.standard.pass_mark * counted // 100) - met
    best: dict[int, tuple[int, tuple[str, ...]]] = {0: (0, ())}
    for finding in rating.unmet:
        if not _money_mends(finding):
            continue
        code, weight = finding.criterion.code, finding.criterion.weight
        lines, _ = _mend(rating.snapshot, rating.standard, rating, [code])
        cost = sum(line_cost(line, prices) for line in lines)
        for points, (spent, codes) in sorted(best.items(), reverse=True):
            reached = min(short, points + weight) if short > 0 else 0
            if reached not in best or spent + cost < best[reached][0]:
                best[reached] = (spent + cost, (*codes, code))
    found = best.get(max(0, short))
    return list(found[1]) if found else None


def _mend(snapshot: Snapshot, standard: Standard, rating: Rating, codes: Iterable[str]) -> tuple[tuple[RemedyLine, ...], Snapshot]:
    wanted = set(codes)
    lines: list[RemedyLine] = []
    for criterion in standard.criteria:
        is_new_pc_effect = (
            criterion.is_counted
            and any(line.item in PC_ITEMS for line in lines)
            and not wanted.isdisjoint({"CR-A1", "CR-A2", "CR-A3"})
        )
        finding = judge(criterion, snapshot, standard, rating.on)
        was_met = any(old.criterion is criterion and old.is_met for old in rating.findings)
        if criterion.code not in wanted and not (is_new_pc_effect and was_met):
            continue
        if not _money_mends(finding):
            continue
        added = _lines_for(finding, snapshot, rating)
        lines += added
        snapshot = _with_remedy(snapshot, finding, added, rating)
    return tuple(lines), snapshot


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
    for key in ("pc_supported_os", "pc_memory_ssd") if bought else ():
        facts[key] = Fact(key, (snapshot.count(key) or 0) + bought)
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
