"""What the plan leaves out so that nothing is funded twice, each with its reason and clause. Pure."""

from dataclasses import dataclass

from inventory.catalogue import GROUPS, load_catalogue
from inventory.snapshots.snapshot import Owner, Snapshot
from inventory.wards.wards import Ward
from planning.plan.law import cite
from planning.plan.needs import WardNeeds
from portal.labels import LabelledEnum


class Reason(LabelledEnum):
    """Why something is left out, with the sentence that the page and the workbook show."""

    CITY_CENTRE = "city_centre", "Thiết bị của Trung tâm Phục vụ hành chính công TP: đứng ở bảng riêng, xã, phường không mua"
    COUNTERS = "counters", "Quầy một cửa thuộc Trung tâm Phục vụ hành chính công TP: không lập kinh phí nhóm B cho xã, phường"
    MULTIFUNCTION = "multifunction", "Máy đa năng đã tính là máy in và máy scan: không mua máy scan cho phần này"
    PACKAGE = "package", "Đã nằm trong gói cải tạo mạng LAN trọn gói (C06)"
    ON_ORDER = "on_order", "Đã ký hợp đồng hoặc đã bố trí vốn, chưa bàn giao"
    APPROVED_PLAN = "approved_plan", "Phương án đã được phê duyệt cấp, số liệu khảo sát chưa cho thấy đã nhận"
    LAPTOP = "laptop", "Máy tính xách tay đã đặt hoặc đã được cấp được tính là máy vi tính"
    NOT_NEEDED = (
        "not_needed",
        "Máy tính có hệ điều hành hết hỗ trợ hoặc quá tuổi, không cần cho số người làm việc: điều chuyển hoặc dùng việc khác, "
        "không mua thay, không thanh lý; máy thuê thì trả cho bên cho thuê",
    )

    @property
    def is_coming(self) -> bool:
        """Whether the ward will have it without this plan."""
        return self in (Reason.ON_ORDER, Reason.APPROVED_PLAN, Reason.LAPTOP)

    @property
    def clause(self) -> str:
        """The legal source, or that it is a rule of the plan."""
        return {
            "city_centre": "Chuyển tài sản điểm phục vụ về Trung tâm PVHCC TP (12/2025); QĐ 15/2025/QĐ-TTg, Điều 6.3",
            "counters": "Chuyển tài sản điểm phục vụ về Trung tâm PVHCC TP (12/2025); QĐ 15/2025/QĐ-TTg, Điều 6.3",
            "multifunction": "QĐ 15/2025/QĐ-TTg, Điều 5.2.d",
            "package": "Quy tắc của phương án: gói C06 thay cho C01–C05",
            "on_order": "Quy tắc của phương án: số đã đặt được trừ trước khi đề nghị",
            "approved_plan": "Quy tắc của phương án: số phương án khác đã cấp được trừ trước khi đề nghị",
            "laptop": "QĐ 15/2025/QĐ-TTg, Phụ lục II (để bàn hoặc xách tay)",
            "not_needed": "Quy tắc của phương án: giải pháp ít kinh phí nhất; " + cite("reuse"),
        }[self.value]


@dataclass(frozen=True)
class Exclusion:
    """So many of an item (or of all of a group, with quantity None) that the plan does not fund for a ward, and why.

    ``criteria`` are the codes of those that it would be for, or that are met by PCs that are taken out of the count; ``plan`` names the
    approved plan that funds it already, where one does.
    """

    ward: Ward
    item: str
    quantity: int | None
    reason: Reason
    criteria: tuple[str, ...] = ()
    plan: str = ""

    @property
    def name(self) -> str:
        """The name of the item, or of its group."""
        return load_catalogue()[self.item].name if self.item in load_catalogue() else f"{self.item}. {GROUPS[self.item]}"


def exclusions_of(needs: WardNeeds) -> list[Exclusion]:
    """What is left out for a ward."""
    ward, snapshot = needs.ward, needs.snapshot
    exclusions = [Exclusion(ward, item, count, Reason.CITY_CENTRE) for item, count in sorted(_centre_counts(snapshot).items())]
    if snapshot.fact("owns_counters") is False:
        exclusions.append(Exclusion(ward, "B", None, Reason.COUNTERS))
    if multifunction := snapshot.count("printers_multifunction"):
        exclusions.append(Exclusion(ward, "A04", multifunction, Reason.MULTIFUNCTION))
    for item, remedies in needs.packaged.items():
        count, criteria = sum(remedy.quantity for remedy in remedies), dict.fromkeys(remedy.criterion for remedy in remedies)
        exclusions.append(Exclusion(ward, item, count, Reason.PACKAGE, tuple(criteria)))
    if needs.withdrawals:
        withdrawn = sum(withdrawal.quantity for withdrawal in needs.withdrawals)
        exclusions.append(Exclusion(ward, "A01", withdrawn, Reason.NOT_NEEDED, needs.met_by_withdrawals))
    for item in needs.by_item:
        count, codes = sum(needs.required(item).values()), (*needs.required(item), *needs.met_beside(item))
        for supply in needs.supplies(item):
            taken, plan = min(count, supply.quantity), supply.incoming.name if supply.incoming else ""
            reason = Reason.LAPTOP if supply.item != item else Reason.APPROVED_PLAN if supply.incoming else Reason.ON_ORDER
            exclusions += [Exclusion(ward, item, taken, reason, codes, plan)] if taken else []
            count -= taken
    return exclusions


def _centre_counts(snapshot: Snapshot) -> dict[str, int]:
    counts: dict[str, int] = {}
    for lot in snapshot.lots:
        if lot.owner is Owner.CITY_CENTRE and lot.total:
            counts[lot.item] = counts.get(lot.item, 0) + lot.total
    return counts
