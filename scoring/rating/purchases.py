"""What is bought to mend criteria, one after the other, and what the ward has then. Pure.

Each criterion is judged on what the ward has *after* those before it: a PC that is bought for one is neither bought again for the next
nor left without protection by it.
"""

from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from functools import cached_property

from inventory.snapshots.snapshot import Connection, ConnectionKind, Fact, Snapshot
from portal.numbers import Number, divide_up
from scoring.rating.measures import MEASURES
from scoring.rating.pc_fleet import (
    LICENSED,
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
from scoring.rating.rating import Finding, FindingStatus, Rating, judge
from scoring.rating.standard import Criterion

# The assumed speed of one leased Internet line in Mbps; the criterion of bandwidth counts lines by it.
LINE_MBPS = 300
# What a PC with a newer operating system takes: a licence of it.
UPGRADE_ITEM = "A07"
# More than any ward has.
ALL_PCS = 1_000_000_000


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
class Choice:
    """Of the criteria to mend those that something is bought for; at most so many PCs are upgraded, and taken out of the count."""

    to_mend: frozenset[str]
    bought: frozenset[str]
    upgrades: int = 0
    withdrawn: int = ALL_PCS


@dataclass(frozen=True)
class Outcome:
    """What comes of a choice: the findings are those of the criteria that were looked at, in their order."""

    choice: Choice
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


def money_mends(finding: Finding) -> bool:
    """Whether a finding is not met, and buying or leasing something mends it."""
    return finding.status is FindingStatus.UNMET and finding.criterion.remedy.money_mends


def carry_out(rating: Rating, befores: tuple[Finding, ...], choice: Choice) -> Outcome:
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
        if not money_mends(finding):
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
        if is_bought and money_mends(finding):
            snapshot, bought = _buy(finding, snapshot, rating)
            lines += bought
            has_pcs = has_pcs or any(line.item in PC_ITEMS for line in bought)
            affected |= affected_answers(criterion, bought)
    findings = tuple(
        before if before.criterion.reads.isdisjoint(affected) else judge(before.criterion, snapshot, standard, rating.on)
        for before in befores
    )
    return Outcome(choice, tuple(lines), tuple(withdrawals), snapshot, findings)


def may_affect(criterion: Criterion) -> set[str]:
    """The answers that mending a criterion may change."""
    rule = criterion.remedy
    items = {item.item for item in rule.items}
    has_pcs = bool(rule.replaces) or not items.isdisjoint(PC_ITEMS)
    upgrade_items = {UPGRADE_ITEM} if criterion.measure == SUPPORTED else set()
    pcs = {*PC_ITEMS, *PC_FACTS} if has_pcs or upgrade_items else set()
    return {*items, *pcs, *upgrade_items, *rule.raises, *rule.sets, rule.line} - {""}


def affected_answers(criterion: Criterion, lines: Collection[RemedyLine]) -> set[str]:
    """The answers that a purchase for a criterion changes."""
    rule = criterion.remedy
    pcs = (*PC_ITEMS, *PC_FACTS) if any(line.item in PC_ITEMS or line.replaces for line in lines) else ()
    systems = (SUPPORTED, LICENSED) if any(line.upgrades for line in lines) else ()
    return {*(line.item for line in lines), *pcs, *systems, *rule.raises, *rule.sets, rule.line}


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
    for line in lines_for(finding, snapshot, rating):
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


def lines_for(finding: Finding, snapshot: Snapshot, rating: Rating) -> list[RemedyLine]:
    """The lines that the rule of a criterion asks for."""
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
