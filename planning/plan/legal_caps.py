"""Legal ceilings of quantity for a ward (QĐ 15/2025/QĐ-TTg, Phụ lục II, sửa đổi bởi QĐ 10/2026/QĐ-TTg). Pure.

A ceiling is never a target: the plan shows it beside the need, and sets apart what lies above it.
"""

from collections.abc import Callable, Mapping

from inventory.snapshots.snapshot import Snapshot

PCS = ("A01", "A02")
CLAUSE = "QĐ 15/2025/QĐ-TTg, Phụ lục II (sửa đổi bởi QĐ 10/2026/QĐ-TTg)"
AUTHORITY = "chờ cấp có thẩm quyền quyết định (QĐ 15/2025/QĐ-TTg, Điều 4.3)"


def _one_per(people: int, group_size: int) -> int:
    """Fractions are rounded up (Ghi chú cuối Phụ lục II)."""
    return -(-people // group_size)


_CAPS: Mapping[str, Callable[[int, int, int], int]] = {
    "A01": lambda vi, vii, viii: vi + vii + viii,
    "A02": lambda vi, vii, viii: vi,
    "A03": lambda vi, vii, viii: vi + vii + _one_per(viii, 3),
    "A04": lambda vi, vii, viii: _one_per(vi + vii + viii, 15),
}


def substitutes(item: str, snapshot: Snapshot) -> int:
    """Machines of another item that use up this item's ceiling.

    A PC is a desktop or a laptop; the secretary has one of each, so only laptops beyond that count (Phụ lục II). A multifunction
    machine takes the place of a scanner (Điều 5.2.d).
    """
    if item == "A01":
        laptops = sum(lot.working for lot in snapshot.lots_of("A02"))
        return max(0, laptops - (snapshot.count("staff_vi") or 0))
    return snapshot.count("printers_multifunction") or 0 if item == "A04" else 0


def quantity_cap(item: str, snapshot: Snapshot) -> int | None:
    """How many of an item the ward may have, or None where no ceiling applies or the staff groups are not known."""
    staff = [snapshot.count(key) for key in ("staff_vi", "staff_vii", "staff_viii")]
    if item not in _CAPS or None in staff:
        return None
    vi, vii, viii = (count or 0 for count in staff)
    return _CAPS[item](vi, vii, viii)
