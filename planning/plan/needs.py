"""What a ward is to get, item by item, and which criteria that serves. Pure."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from functools import cached_property

from inventory.snapshots.snapshot import Snapshot, count_usable
from inventory.wards.wards import Ward
from planning.plan.incoming import Incoming, Supply, count_of, supplies_of
from scoring.rating.measures import WARD_OWNERS
from scoring.rating.pc_fleet import PC_ITEMS, withdraw
from scoring.rating.purchases import RemedyLine, Withdrawal
from scoring.rating.rating import Finding, Rating

# A package that holds other items: where it is bought, its parts are not paid for again.
PACKAGES: Mapping[str, tuple[str, ...]] = {"C06": ("C01", "C02", "C03", "C04", "C05")}
# A finding, and the line that mends it although it is for another criterion; None where PCs do that are taken out of the count.
Beside = tuple[Finding, RemedyLine | None]


@dataclass(frozen=True)
class WardNeeds:
    """The remedies of a ward with a snapshot by item, those that a package among them holds apart, and what they mend beside.

    ``withdrawals`` are the PCs that are taken out of the count, ``incoming`` what approved plans bring the ward. ``due`` PCs replace those that
    reach the end of their life within the plan.
    """

    ward: Ward
    rating: Rating
    snapshot: Snapshot
    by_item: Mapping[str, tuple[RemedyLine, ...]]
    packaged: Mapping[str, tuple[RemedyLine, ...]]
    withdrawals: tuple[Withdrawal, ...]
    beside: tuple[Beside, ...]
    incoming: tuple[Incoming, ...]
    due: int = 0

    @cached_property
    def kept(self) -> Snapshot:
        """The ward without the PCs that are taken out of the count or make room for new ones."""
        replaced = sum(remedy.replaces for remedies in self.by_item.values() for remedy in remedies)
        gone = replaced + sum(withdrawal.quantity for withdrawal in self.withdrawals)
        return withdraw(self.snapshot, gone, self.rating) if gone else self.snapshot

    @cached_property
    def met_by_withdrawals(self) -> tuple[str, ...]:
        """The codes of the criteria that are served by taking PCs out of the count, in their order."""
        codes = {withdrawal.criterion for withdrawal in self.withdrawals}
        codes |= {finding.criterion.code for finding, line in self.beside if line is None}
        return tuple(finding.criterion.code for finding in self.rating.findings if finding.criterion.code in codes)

    def remedies_for(self, code: str) -> list[RemedyLine]:
        """What is bought for a criterion."""
        return [remedy for remedies in self.by_item.values() for remedy in remedies if remedy.criterion == code]

    def required(self, item: str) -> dict[str, int]:
        """How many of an item each criterion takes, by code."""
        quantities: dict[str, int] = {}
        for remedy in self.by_item[item]:
            quantities[remedy.criterion] = quantities.get(remedy.criterion, 0) + remedy.quantity
        return quantities

    def met_beside(self, item: str) -> dict[str, str]:
        """The criteria that take none of an item and that it serves all the same, each with the one that it is for, by code."""
        parts, required = PACKAGES.get(item, ()), self.required(item)
        codes = {remedy.criterion: self.by_item[item][0].criterion for part in parts for remedy in self.packaged.get(part, ())}
        codes |= {finding.criterion.code: line.criterion for finding, line in self.beside if line and line.item in (item, *parts)}
        return {code: other for code, other in codes.items() if code not in required}

    def supplies(self, item: str) -> tuple[Supply, ...]:
        """What is coming that serves as an item."""
        return supplies_of(item, self.snapshot, self.incoming)


def needs_of(
    ward: Ward,
    rating: Rating,
    remedies: Iterable[RemedyLine],
    withdrawals: Iterable[Withdrawal] = (),
    beside: Iterable[Beside] = (),
    incoming: Iterable[Incoming] = (),
    due_by: date | None = None,
) -> WardNeeds:
    """What a ward with a snapshot is to get. A package that is coming holds its parts as one that is bought does.

    ``due_by`` is the last day of the plan where the PCs are replaced too that reach the end of their life by then.
    """
    assert rating.snapshot is not None
    coming = tuple(incoming)
    by_item: dict[str, tuple[RemedyLine, ...]] = {}
    for remedy in remedies:
        by_item[remedy.item] = (*by_item.get(remedy.item, ()), remedy)
    packages = [package for package in PACKAGES if package in by_item or supplies_of(package, rating.snapshot, coming)]
    parts = {part for package in packages for part in PACKAGES[package]}
    needs = WardNeeds(
        ward,
        rating,
        rating.snapshot,
        {item: group for item, group in sorted(by_item.items()) if item not in parts},
        {item: group for item, group in sorted(by_item.items()) if item in parts},
        tuple(withdrawals),
        tuple(beside),
        coming,
    )
    due = _count_due(needs, due_by) if due_by else 0
    return replace(needs, by_item=dict(sorted({PC_ITEMS[0]: (), **needs.by_item}.items())), due=due) if due else needs


def _count_due(needs: WardNeeds, last_day: date) -> int:
    """How many PCs that count today no longer do on the last day of the plan, as far as somebody would then be without one.

    None where nobody said how many work there.
    """
    item, snapshot, standard = PC_ITEMS[0], needs.kept, needs.rating.standard
    staff = snapshot.count("staff_total")
    if staff is None or standard is None:
        return 0
    lots = [lot for pc in PC_ITEMS for lot in snapshot.lots_of(pc, WARD_OWNERS)]
    today, later = (sum(count_usable(lot, day, standard.pc_max_age_years) for lot in lots) for day in (needs.rating.on, last_day))
    required = sum(needs.required(item).values()) if item in needs.by_item else 0
    return min(today - later, max(0, staff - later - max(required, count_of(needs.supplies(item)))))
