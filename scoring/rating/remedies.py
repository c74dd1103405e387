"""Remedies: the items and quantities that mend the findings, one criterion after the other, and what they cost. Pure.

Each remedy is judged on what the ward has *after* the remedies before it: a PC that is bought for one criterion is neither
bought again for the next nor left without protection by it.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import Decimal
from functools import cache, partial
from itertools import chain, combinations

from inventory.catalogue import load_catalogue
from inventory.prices.prices import Price
from inventory.snapshots.snapshot import Connection, ConnectionKind, EquipmentLot, Fact, Owner, Snapshot, count_usable
from portal.labels import LabelledEnum
from portal.numbers import Number, divide_up
from scoring.rating.measures import MEASURES
from scoring.rating.rating import Finding, FindingStatus, Rating, Result, conclude, judge
from scoring.rating.standard import Criterion

# The assumed speed of one leased Internet line in Mbps; the criterion of bandwidth counts lines by it.
LINE_MBPS = 300
PC_ITEMS = ("A01", "A02")
# Facts about all PCs together, which grow with each new one.
PC_FACTS = ("pc_supported_os", "pc_memory_ssd")


class ReplacementReason(LabelledEnum):
    """Why."""

    END_OF_LIFE = "end_of_life", "hết hạn sử dụng, chuyển thanh lý (Điều 3.7)"
    BEYOND_REPAIR = "beyond_repair", "hỏng không sửa được, chuyển thanh lý (Điều 3.7)"
    COSTLY_REPAIR = "costly_repair", "sửa chữa vượt 30 % nguyên giá, chuyển thanh lý (Điều 3.7)"
    UNSUPPORTED_OS = "unsupported_os", "hệ điều hành hết hỗ trợ"


@dataclass(frozen=True)
class RemedyLine:
    """So many units of an item, for one criterion.

    ``ends`` is the last day of what the ward has and the line renews: a licence, a level file. None where the ward never had it.
    """

    item: str
    quantity: int
    criterion: str
    replaced: tuple[tuple[ReplacementReason, int], ...] = ()
    ends: date | None = None

    @property
    def replaces(self) -> int:
        return sum(count for _reason, count in self.replaced)


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


# The lines that were bought, and the rating of the ward with them.
RemediedRating = tuple[tuple[RemedyLine, ...], Rating]


def remedies_of(rating: Rating) -> tuple[RemedyLine, ...]:
    """The lines that mend every counted finding that is not met and that money mends, in the order of the criteria."""
    if rating.snapshot is None:
        return ()
    _require_all(rating)
    codes = [finding.criterion.code for finding in rating.findings if finding.is_counted and _money_mends(finding)]
    return _rate_remedied(rating, codes)[0]


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


def apply_remedies(rating: Rating, codes: Iterable[str] | None = None) -> Rating:
    """The rating of the ward once its remedies are in place: all of them, or those of the criteria given by code."""
    if rating.snapshot is None:
        return rating
    _require_all(rating)
    if codes is None:
        codes = [finding.criterion.code for finding in rating.findings if finding.is_counted and _money_mends(finding)]
    return _rate_remedied(rating, codes)[1]


def cost_to_ready(rating: Rating, prices: Mapping[str, Price]) -> CostToReady:
    """The cheapest set of remedies, criterion by criterion, that turns the ward ready; nothing where it is ready.

    Every blocking criterion has to be met. Of the others, those whose remedies touch each other (a spare line adds to the
    bandwidth, a new PC counts for several) are tried in every combination; the rest is an exact choice over whole weights.
    Each set is rated once it is bought, so *possible* means that the ward would be ready.
    """
    if rating.snapshot is None:
        return CostToReady(0, 0, (), possible=False)
    _require_all(rating)
    if rating.result is Result.READY:
        return CostToReady(0, 0, (), possible=True)
    rate_remedied = cache(partial(_rate_remedied, rating))
    required = frozenset(finding.criterion.code for finding in rating.unmet_blocking if _money_mends(finding))
    beyond_money = [finding.criterion for finding in rating.unmet_blocking if not _money_mends(finding)]
    cheapest = None if beyond_money else _find_cheapest_set(rate_remedied, required, prices)
    if cheapest is not None:
        return CostToReady(*_split_cost(cheapest, prices), cheapest, possible=True)
    lines, after = rate_remedied(required)
    # A blocking criterion that is still not met is one that its own remedy does not mend.
    blockers = tuple(beyond_money or (f.criterion for f in after.unmet if f.criterion.blocking or not _money_mends(f)))
    return CostToReady(*_split_cost(lines, prices), lines, possible=False, blockers=blockers)


def _require_all(rating: Rating) -> None:
    """What is computed rests on every finding, never on what one reader is shown."""
    if rating.is_redacted:
        raise ValueError(f"ward {rating.ward_code}: a redacted rating is for showing only")


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


def _find_cheapest_set(
    rate_remedied: Callable[[frozenset[str]], RemediedRating], required: frozenset[str], prices: Mapping[str, Price]
) -> tuple[RemedyLine, ...] | None:
    """The lines of the cheapest set that makes the ward ready, or None where none does.

    ``rate_remedied`` gives lines and rating for a set of codes.
    """
    lines, after = rate_remedied(required)
    spent = _total_cost(lines, prices)
    single_costs: list[tuple[str, int, int]] = []
    interacting: set[str] = set()
    candidates = [f.criterion for f in after.unmet if _money_mends(f)]
    for criterion in candidates:
        lines, remedied = rate_remedied(required | {criterion.code})
        single_costs.append((criterion.code, criterion.weight, _total_cost(lines, prices) - spent))
        affected = _changed_criteria(after, remedied) - {criterion.code}
        interacting |= {criterion.code, *affected} if affected else set()
    cheapest_by_weight = _cheapest_by_weight([single for single in single_costs if single[0] not in interacting])
    interacting_codes = [criterion.code for criterion in candidates if criterion.code in interacting]
    best: tuple[int, tuple[RemedyLine, ...]] | None = None
    for subset in chain.from_iterable(combinations(interacting_codes, size) for size in range(len(interacting_codes) + 1)):
        _, remedied = rate_remedied(required.union(subset))
        missing_weight = _missing_weight(remedied)
        sufficient = [(cost, codes) for weight, (cost, codes) in cheapest_by_weight.items() if weight >= missing_weight]
        if not sufficient:
            continue
        lines, remedied = rate_remedied(required.union(subset, min(sufficient)[1]))
        cost = _total_cost(lines, prices)
        if (best is None or cost < best[0]) and remedied.result is Result.READY:
            best = cost, lines
    return best[1] if best else None


def _changed_criteria(before: Rating, after: Rating) -> set[str]:
    """The counted criteria that are judged differently."""
    pairs = zip(before.findings, after.findings, strict=True)
    return {
        old.criterion.code
        for old, new in pairs
        if old is not new and old.criterion.is_counted and (old.status, old.have, old.need) != (new.status, new.have, new.need)
    }


def _cheapest_by_weight(single_costs: Iterable[tuple[str, int, int]]) -> dict[int, tuple[int, tuple[str, ...]]]:
    """For every sum of weights that can be reached, the least cost and the codes that reach it."""
    best: dict[int, tuple[int, tuple[str, ...]]] = {0: (0, ())}
    for code, weight, cost in single_costs:
        for gained, (spent, codes) in list(best.items()):
            reached = gained + weight
            if reached not in best or spent + cost < best[reached][0]:
                best[reached] = (spent + cost, (*codes, code))
    return best


def _missing_weight(rating: Rating) -> int:
    """The weight that is missing for the pass mark; 0 or less where it is reached."""
    assert rating.standard is not None
    return -(-rating.standard.pass_mark * rating.counted_weight // 100) - rating.met_weight


def _total_cost(lines: Iterable[RemedyLine], prices: Mapping[str, Price]) -> int:
    return sum(line_cost(line, prices) for line in lines)


def _rate_remedied(rating: Rating, codes: Iterable[str]) -> RemediedRating:
    """The lines for the given criteria, and the rating of the ward with them.

    New PCs bring duties (protection, licences): criteria that were met, or did not apply for lack of PCs, are kept met too.
    A criterion is judged again only where an earlier remedy affected an answer that it reads.
    """
    snapshot, standard = rating.snapshot, rating.standard
    assert snapshot is not None
    assert standard is not None
    wanted = set(codes)
    lines: list[RemedyLine] = []
    affected: set[str] = set()
    has_pcs = False
    for before in rating.findings:
        criterion = before.criterion
        is_new_duty = has_pcs and criterion.is_counted and not before.is_failing
        if criterion.code not in wanted and not is_new_duty:
            continue
        finding = before if criterion.reads.isdisjoint(affected) else judge(criterion, snapshot, standard, rating.on)
        if not _money_mends(finding):
            continue
        new_lines = _lines_for(finding, snapshot, rating)
        lines += new_lines
        snapshot = _deliver(snapshot, finding, new_lines, rating)
        has_pcs = has_pcs or any(line.item in PC_ITEMS for line in new_lines)
        affected |= _affected_answers(criterion, new_lines)
    findings = tuple(
        before if before.criterion.reads.isdisjoint(affected) else judge(before.criterion, snapshot, standard, rating.on)
        for before in rating.findings
    )
    return tuple(lines), conclude(findings, snapshot, standard, rating.on)


def _affected_answers(criterion: Criterion, lines: list[RemedyLine]) -> set[str]:
    """The answers that the remedy of a criterion may change."""
    rule = criterion.remedy
    pcs = (*PC_ITEMS, *PC_FACTS) if any(line.item in PC_ITEMS or line.replaces for line in lines) else ()
    return {*(line.item for line in lines), *pcs, *rule.raises, *rule.sets, rule.line}


def _lines_for(finding: Finding, snapshot: Snapshot, rating: Rating) -> list[RemedyLine]:
    rule, ends = finding.criterion.remedy, _renewed_end(finding, snapshot, rating)
    lines = []
    for remedy_item in rule.items:
        amount: Number = finding.shortfall
        if remedy_item.of is not None:
            assert rating.standard is not None
            amount = MEASURES[remedy_item.of].read(snapshot, rating.standard.pc_max_age_years, rating.on).value
        quantity = max(1, divide_up(amount, remedy_item.each))
        replaceable = sum(lot.working for lot in snapshot.lots if rule.replaces and _is_replaceable(lot, rule.replaces, rating))
        lines.append(
            RemedyLine(
                remedy_item.item,
                quantity,
                finding.criterion.code,
                ((ReplacementReason.END_OF_LIFE, n),) if (n := min(quantity, replaceable)) else (),
                ends,
            )
        )
    return lines


def _renewed_end(finding: Finding, snapshot: Snapshot, rating: Rating) -> date | None:
    """The day on which what the ward had has ended; None where it lacks more than what ended."""
    assert rating.standard is not None
    if finding.ends is None or not judge(finding.criterion, snapshot, rating.standard, finding.ends).is_met:
        return None
    return finding.ends


def _is_replaceable(lot: EquipmentLot, replaces: str, rating: Rating) -> bool:
    """Whether a lot of PCs may be replaced by new ones: never this year's, never the city service centre's."""
    assert rating.standard is not None
    if lot.item not in PC_ITEMS or lot.owner is Owner.CITY_CENTRE or lot.year == rating.on.year:
        return False
    return replaces == "any" or count_usable(lot, rating.on, rating.standard.pc_max_age_years) < lot.working


def _deliver(snapshot: Snapshot, finding: Finding, lines: list[RemedyLine], rating: Rating) -> Snapshot:
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
        known = snapshot.fact(key)
        have = known if isinstance(known, int | Decimal) else 0
        facts[key] = Fact(key, have + divide_up(finding.shortfall, 1))
    for key in rule.sets:
        facts[key] = Fact(key, value=True)
    bought = sum(line.quantity for line in lines if line.item in PC_ITEMS)
    has_none = not any(lot.working for item in PC_ITEMS for lot in snapshot.lots_of(item))
    for key in PC_FACTS if bought else ():
        known_pcs = snapshot.count(key)
        # Where it is unknown how many of the old machines are supported, new ones answer it only if there were none.
        if known_pcs is not None or has_none:
            facts[key] = Fact(key, (known_pcs or 0) + bought)
    connections = snapshot.connections
    if rule.line:
        kind = ConnectionKind(rule.line)
        speed = 200 if kind is ConnectionKind.TSLCD else LINE_MBPS
        connections = (*connections, *(_new_connection(kind, speed) for line in lines for _ in range(line.quantity)))
    return replace(
        snapshot,
        lots=lots,
        facts=facts,
        connections=connections,
        answered_items=snapshot.answered_items | {line.item for line in lines},
    )


def _new_connection(kind: ConnectionKind, speed: int) -> Connection:
    provider = "nhà mạng khác" if kind is ConnectionKind.BACKUP else ""
    return Connection(kind, provider=provider, contracted_mbps=speed)


def _liquidate_oldest(lots: tuple[EquipmentLot, ...], count: int, replaces: str, rating: Rating) -> tuple[EquipmentLot, ...]:
    """The lots after ``count`` old PCs went to liquidation, oldest first."""
    remaining = count
    changed = {}
    for lot in sorted(lots, key=lambda lot: (lot.year or 0, lot.item)):
        if not remaining or not _is_replaceable(lot, replaces, rating):
            continue
        removed = min(remaining, lot.working)
        remaining -= removed
        changed[id(lot)] = replace(
            lot,
            degraded=lot.degraded - min(removed, lot.degraded),
            good=lot.good - min(max(0, removed - lot.degraded), lot.good),
            unused=lot.unused - max(0, removed - lot.degraded - lot.good),
            liquidation=lot.liquidation + removed,
        )
    return tuple(changed.get(id(lot), lot) for lot in lots)
