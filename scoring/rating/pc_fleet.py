"""The PCs of a ward as remedies change them: which may go, in which order and for what reason, and what is known of those that stay. Pure.

Answers give totals, so it is taken for granted that the oldest PCs are those without a supported operating system: they go first.
"""

from collections import Counter
from collections.abc import Mapping
from dataclasses import replace

from inventory.catalogue import load_catalogue
from inventory.snapshots.holdings import is_worn_out
from inventory.snapshots.snapshot import EquipmentLot, Fact, Owner, Snapshot, count_usable
from portal.labels import LabelledEnum
from scoring.rating.measures import WARD_OWNERS
from scoring.rating.rating import Rating

PC_ITEMS = ("A01", "A02")
SUPPORTED, LICENSED = "pc_supported_os", "licensed_pcs"
# Facts about all PCs together. The first grow with each new one; of none there are more than PCs.
NEW_PC_FACTS = (SUPPORTED, "pc_memory_ssd")
PC_FACTS = (*NEW_PC_FACTS, LICENSED, "pcs_protected")


class ReplacementReason(LabelledEnum):
    """Why a PC makes room for a new one. Only one that the ward owns and that is past its service life goes to liquidation.

    Nothing is asked yet about what is beyond repair, or costs more than 30 % of its price to repair.
    """

    END_OF_LIFE = "end_of_life", "hết hạn sử dụng, chuyển thanh lý (Điều 3.7)"
    UNSUPPORTED_OS = (
        "unsupported_os",
        "hệ điều hành hết hỗ trợ, không nâng cấp được: điều chuyển hoặc dùng việc khác, không thanh lý",
    )
    NOT_COUNTED = "not_counted", "còn hạn sử dụng nhưng bộ tiêu chuẩn không tính: điều chuyển hoặc dùng việc khác, không thanh lý"
    UNKNOWN_YEAR = "unknown_year", "không rõ năm đưa vào sử dụng, cần xác minh trước khi xử lý"
    LEASED = "leased", "máy thuê, trả cho bên cho thuê"

    @property
    def is_liquidated(self) -> bool:
        """Whether the machine is liquidated (QĐ 15/2025/QĐ-TTg, Điều 3.7)."""
        return self is ReplacementReason.END_OF_LIFE


def count_pcs(snapshot: Snapshot) -> int:
    """How many working PCs the ward owns or leases."""
    return sum(lot.working for lot in _counted_lots(snapshot))


def count_leaving(snapshot: Snapshot, rating: Rating, *, worn_only: bool = False) -> int:
    """How many PCs may go: all, or those that are too old to be counted as usable."""
    return sum(lot.working for lot in snapshot.lots if _may_leave(lot, rating, worn_only=worn_only))


def count_spare(snapshot: Snapshot, rating: Rating) -> int:
    """How many PCs may go while everybody has a usable one: the worn ones, and the usable ones that nobody needs.

    None may where people go without, or nobody said how many work there.
    """
    staff, usable = snapshot.count("staff_total"), sum(_usable(lot, rating) for lot in _counted_lots(snapshot))
    if staff is None or usable < staff:
        return 0
    return min(count_leaving(snapshot, rating), count_leaving(snapshot, rating, worn_only=True) + usable - staff)


def count_upgradable(snapshot: Snapshot, rating: Rating) -> int:
    """How many PCs without a supported system are within their service life, so that they take a newer one."""
    supported = snapshot.count(SUPPORTED)
    in_life = sum(lot.working for lot in _counted_lots(snapshot) if lot.year is not None and not _is_past_life(lot, rating))
    return 0 if supported is None else max(0, in_life - supported)


def upgrade(snapshot: Snapshot, count: int) -> Snapshot:
    """The ward once so many PCs have a supported system, each with a licence of its own."""
    return _recount(snapshot, {SUPPORTED: count, LICENSED: count})


def withdraw(snapshot: Snapshot, count: int, rating: Rating) -> Snapshot:
    """The ward once so many PCs have been moved or are used otherwise."""
    return _recount(_take_out(snapshot, count, rating)[0], {})


def deliver(
    snapshot: Snapshot, item: str, count: int, old: int, rating: Rating, *, worn_only: bool
) -> tuple[Snapshot, tuple[tuple[ReplacementReason, int], ...]]:
    """The ward once so many new machines of an item are there and so many old PCs made room for them, and why these did."""
    # Where it is unknown how many of the old machines are supported, new ones answer it only if there were none.
    answered = {} if count_pcs(snapshot) else {key: Fact(key, 0) for key in NEW_PC_FACTS if snapshot.count(key) is None}
    reasons: tuple[tuple[ReplacementReason, int], ...] = ()
    if old:
        snapshot, reasons = _take_out(snapshot, old, rating, worn_only=worn_only, is_replaced=True)
    snapshot = replace(snapshot, lots=(*snapshot.lots, EquipmentLot(item, good=count, year=rating.on.year)))
    if item in PC_ITEMS:
        return _recount(replace(snapshot, facts={**snapshot.facts, **answered}), dict.fromkeys(NEW_PC_FACTS, count)), reasons
    return (_recount(snapshot, {}) if old else snapshot), reasons


def _take_out(
    snapshot: Snapshot, count: int, rating: Rating, *, worn_only: bool = False, is_replaced: bool = False
) -> tuple[Snapshot, tuple[tuple[ReplacementReason, int], ...]]:
    """The ward without ``count`` PCs, oldest first; those that are liquidated wait for it."""
    supported = snapshot.count(SUPPORTED)
    unsupported = 0 if supported is None else max(0, count_pcs(snapshot) - supported)
    remaining, changed, reasons = count, {}, Counter[ReplacementReason]()
    leaving = [lot for lot in snapshot.lots if _may_leave(lot, rating, worn_only=worn_only)]
    for lot in sorted(leaving, key=lambda lot: (lot.year or 0, lot.item)):
        removed, gone = min(remaining, lot.working), count - remaining
        remaining -= removed
        without_system = min(removed, max(0, unsupported - gone))
        reason = _reason_of(lot, rating)
        if reason is None:
            reasons[ReplacementReason.UNSUPPORTED_OS] += without_system
            reasons[ReplacementReason.NOT_COUNTED] += removed - without_system
        else:
            reasons[reason] += removed
        changed[id(lot)] = replace(
            lot,
            degraded=lot.degraded - min(removed, lot.degraded),
            good=lot.good - min(max(0, removed - lot.degraded), lot.good),
            unused=lot.unused - max(0, removed - lot.degraded - lot.good),
            liquidation=lot.liquidation + (removed if is_replaced and reason and reason.is_liquidated else 0),
        )
    counted = tuple((reason, number) for reason in ReplacementReason if (number := reasons[reason]))
    return replace(snapshot, lots=tuple(changed.get(id(lot), lot) for lot in snapshot.lots)), counted


def _recount(snapshot: Snapshot, added: Mapping[str, int]) -> Snapshot:
    """What is known of all PCs once so many more have something: of no more than are there."""
    total, facts = count_pcs(snapshot), dict(snapshot.facts)
    for key in PC_FACTS:
        known = snapshot.count(key)
        if known is not None:
            facts[key] = Fact(key, min(total, known + added.get(key, 0)))
    return replace(snapshot, facts=facts)


def _counted_lots(snapshot: Snapshot) -> list[EquipmentLot]:
    return [lot for lot in snapshot.lots if lot.item in PC_ITEMS and lot.owner in WARD_OWNERS]


def _may_leave(lot: EquipmentLot, rating: Rating, *, worn_only: bool) -> bool:
    """Whether a lot of PCs may go: never this year's, never the city service centre's."""
    if lot.item not in PC_ITEMS or lot.owner is Owner.CITY_CENTRE or lot.year == rating.on.year:
        return False
    return not worn_only or _usable(lot, rating) < lot.working


def _usable(lot: EquipmentLot, rating: Rating) -> int:
    assert rating.standard is not None
    return count_usable(lot, rating.on, rating.standard.pc_max_age_years)


def _reason_of(lot: EquipmentLot, rating: Rating) -> ReplacementReason | None:
    """Why the PCs of a lot are replaced; None where that turns on their system, which is known of all PCs together alone."""
    if lot.owner is Owner.LEASED:
        return ReplacementReason.LEASED
    if lot.year is None:
        return ReplacementReason.UNKNOWN_YEAR
    return ReplacementReason.END_OF_LIFE if _is_past_life(lot, rating) else None


def _is_past_life(lot: EquipmentLot, rating: Rating) -> bool:
    return is_worn_out(load_catalogue()[lot.item], lot.year, rating.on)
