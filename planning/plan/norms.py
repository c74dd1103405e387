"""What the law says of how many machines a ward may have: ceilings of Phụ lục II, the city's own norms, or none yet. Pure.

QĐ 15/2025/QĐ-TTg, sửa đổi bởi QĐ 10/2026/QĐ-TTg. A ceiling is never a target: the plan shows it beside the need, and sets apart what lies
above it. The price has a ceiling of its own (inventory.prices.prices).
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from inventory.catalogue import Acquisition, TaxClass, load_catalogue
from inventory.prices.prices import CAPPED_ITEMS
from inventory.snapshots.snapshot import Snapshot
from planning.plan.assumptions import Assumptions
from planning.plan.law import load_law
from portal.formats import format_day
from portal.labels import LabelledEnum

PCS = ("A01", "A02")
CLAUSE = "QĐ 15/2025/QĐ-TTg, Phụ lục II (sửa đổi bởi QĐ 10/2026/QĐ-TTg)"


class NormClass(LabelledEnum):
    """How a quantity stands to the norm. A plan of a landed version did not record it."""

    WITHIN = "within", "trong định mức"
    ABOVE = "above", "vượt định mức"
    CITY = "city", "theo định mức chuyên dùng của Thành phố"
    NONE = "none", "không có định mức (chờ quyết định)"
    UNCHECKED = "unchecked", "chưa đối chiếu được định mức (thiếu số người theo nhóm chức danh)"
    OUTSIDE = "outside", "dịch vụ, phần mềm: không áp dụng định mức"
    UNRECORDED = "unrecorded", "không ghi nhận"

    @property
    def heading(self) -> str:
        """The label at the beginning of a row or a sentence."""
        return f"{self.label[:1].upper()}{self.label[1:]}"


@dataclass(frozen=True)
class Norm:
    """The class of what lies within the ceiling, or of all where there is none, with its clause."""

    kind: NormClass
    clause: str


def norm_of(item: str, cap: int | None, assumptions: Assumptions) -> Norm:
    """The norm of an item of which a ward may have ``cap``, None where no ceiling is known."""
    norms, entry = load_law().norms, load_catalogue()[item]
    if item in CAPPED_ITEMS:
        return Norm(NormClass.UNCHECKED if cap is None else NormClass.WITHIN, CLAUSE)
    if entry.acquisition is Acquisition.LEASE or entry.tax is TaxClass.EXEMPT:
        return Norm(NormClass.OUTSIDE, norms.service_clause)
    city = assumptions.city_norm_of(item)
    if city is not None:
        return Norm(NormClass.CITY, f"Quyết định số {city.number} ngày {format_day(city.day)}")
    return Norm(NormClass.NONE, norms.specialised_clause if item in norms.specialised else norms.common_clause)


def _one_per(people: int, group_size: int) -> int:
    """Fractions are rounded up (Ghi chú cuối Phụ lục II)."""
    return -(-people // group_size)


# By how many people of groups VI, VII and VIII the ward has; shredder and photocopier count all titles, as the scanner does (B.3 to B.5).
_CAPS: Mapping[str, Callable[[int, int, int], int]] = {
    "A01": lambda vi, vii, viii: vi + vii + viii,
    "A02": lambda vi, vii, viii: vi,
    "A03": lambda vi, vii, viii: vi + vii + _one_per(viii, 3),
    "A04": lambda vi, vii, viii: _one_per(vi + vii + viii, 15),
    "A05": lambda vi, vii, viii: _one_per(vi + vii + viii, 15),
    "A06": lambda vi, vii, viii: _one_per(vi + vii + viii, 15),
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


def room_of(item: str, cap: int | None, kept: Snapshot, on_order: int) -> int | None:
    """How many more of an item a ward may have beside the machines that it keeps and those on order; None where no ceiling applies."""
    working = sum(lot.working for lot in kept.lots_of(item))
    return None if cap is None else max(0, cap - working - substitutes(item, kept) - on_order)


def quantity_cap(item: str, snapshot: Snapshot) -> int | None:
    """How many of an item the ward may have, or None where no ceiling applies or the staff groups are not known."""
    staff = [snapshot.count(key) for key in ("staff_vi", "staff_vii", "staff_viii")]
    if item not in _CAPS or None in staff:
        return None
    vi, vii, viii = (count or 0 for count in staff)
    return _CAPS[item](vi, vii, viii)
