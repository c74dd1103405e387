"""Who may decide what, and what has to be done first, as hints with their clause from the figures of a plan. Pure.

A hint never takes the place of the document that it names; its label says how well the clause is known (scoring.rating.standard).
"""

from dataclasses import dataclass

from inventory.catalogue import Acquisition, load_catalogue
from inventory.prices.prices import Price
from planning.plan.assumptions import Method, Mode, Spending
from planning.plan.estimate import Estimate
from planning.plan.plan import Plan
from portal.formats import format_vnd

BILLION, MILLION = 1_000_000_000, 1_000_000
ONE_STEP, SINGLE_BID, HEAD_DECIDES = 20 * BILLION, BILLION, 100 * MILLION
GROUP_A, GROUP_B = 1_600 * BILLION, 90 * BILLION
# How many percent above its legal ceiling a price may lie, and who decides it (QĐ 15/2025/QĐ-TTg, Điều 4.4).
HEAD_PERCENT, PROVINCE_PERCENT = 15, 30
LAN_GROUP = "C"
DISCLAIMER = "Gợi ý, không thay văn bản: đối chiếu điều khoản trước khi dùng."


@dataclass(frozen=True)
class Hint:
    """One sentence with its clause; ``label`` is a key of scoring.rating.standard.SOURCE_LABELS."""

    text: str
    clause: str
    label: str


def hints_of(plan: Plan, costs: Estimate) -> tuple[Hint, ...]:
    """The hints for a plan and its estimate, those of the sum first."""
    total_hints = _purchase_hints(plan, costs.total) if costs.mode is Mode.PURCHASE else _project_hints(costs.total)
    return (*total_hints, *_price_hints(plan), *_line_hints(plan))


def approver_above_cap(price: Price, unit_price: int) -> str:
    """Who decides a price above its legal ceiling; nothing where it is not above one."""
    if price.cap is None or unit_price <= price.cap:
        return ""
    if unit_price * 100 <= price.cap * (100 + HEAD_PERCENT):
        return "thủ trưởng cơ quan, đơn vị"
    if unit_price * 100 <= price.cap * (100 + PROVINCE_PERCENT):
        return "UBND Thành phố hoặc cấp được phân cấp"
    return "không cấp nào theo điều khoản này: hạ đơn giá"


def _purchase_hints(plan: Plan, total: int) -> list[Hint]:
    total_text = format_vnd(total)
    capital = plan.spending_total(Spending.CAPITAL)
    hints = [
        Hint(
            "Mua thiết bị phần cứng, phần mềm thương mại riêng lẻ bằng chi thường xuyên: không phải lập dự án.",
            "NĐ 224/2026/NĐ-CP, Điều 65.1.a",
            "Q",
        )
    ]
    if capital:
        text = f"Phương án ghi {format_vnd(capital)} là chi đầu tư phát triển: xác định nguồn trước khi chọn lập dự toán hay dự án."
        hints.append(Hint(text, "NĐ 224/2026/NĐ-CP, Điều 33, 34, 65.1.a", "A"))
    if any(line.group == LAN_GROUP and line.bought for line in plan.lines):
        hints.append(
            Hint(
                "Phương án có hạng mục mạng LAN: nếu là xây dựng, mở rộng hạ tầng chuyển đổi số thì phải lập dự án.",
                "NĐ 224/2026/NĐ-CP, Điều 65.2, 66",
                "Q",
            )
        )
    if total <= HEAD_DECIDES:
        hints.append(
            Hint(
                f"Dự toán {total_text} không quá 100 triệu đồng: thủ trưởng tự quyết việc mua.",
                "NĐ 214/2025/NĐ-CP, NĐ 349/2026/NĐ-CP",
                "S",
            )
        )
    elif total <= SINGLE_BID:
        hints.append(
            Hint(f"Dự toán {total_text} không quá 1 tỷ đồng: có thể chỉ định thầu.", "NĐ 214/2025/NĐ-CP, NĐ 349/2026/NĐ-CP", "S")
        )
    else:
        hints.append(
            Hint(
                f"Dự toán {total_text} trên 1 tỷ đồng: gói thầu nào trên 1 tỷ đồng thì không thuộc mức được chỉ định thầu.",
                "NĐ 214/2025/NĐ-CP, NĐ 349/2026/NĐ-CP",
                "S",
            )
        )
    return hints


def _project_hints(total: int) -> list[Hint]:
    total_text = format_vnd(total)
    is_small = total <= ONE_STEP
    step = "được thiết kế một bước" if is_small else "thiết kế một bước chỉ khi được phép"
    unit = "không bắt buộc lập ban quản lý dự án" if is_small else "chỉ dự án mua sắm mới không bắt buộc lập ban quản lý dự án"
    relation = "không quá" if is_small else "trên"
    group = (
        "A (từ 1.600 tỷ đồng)"
        if total >= GROUP_A
        else "B (từ 90 đến dưới 1.600 tỷ đồng)"
        if total >= GROUP_B
        else "C (dưới 90 tỷ đồng)"
    )
    return [
        Hint(f"Tổng {total_text} {relation} 20 tỷ đồng: {step}.", "NĐ 224/2026/NĐ-CP, Điều 42.2", "Q"),
        Hint(f"Tổng {total_text} {relation} 20 tỷ đồng: {unit}.", "NĐ 224/2026/NĐ-CP, Điều 61.2", "Q"),
        Hint(f"Nếu gộp thành một dự án đầu tư công: nhóm {group}.", "Luật Đầu tư công, phân nhóm dự án", "S"),
        Hint(
            "Tỷ lệ quản lý dự án, tư vấn theo định mức hoặc lập dự toán riêng; ở đây là giả định.",
            "TT 04/2020/TT-BTTTT, Điều 5",
            "A",
        ),
    ]


def _price_hints(plan: Plan) -> list[Hint]:
    items_by_approver: dict[str, set[str]] = {}
    for line in plan.lines:
        approver = approver_above_cap(line.price, line.unit_price) if line.bought and line.method is Method.BUY else ""
        if approver:
            items_by_approver.setdefault(approver, set()).add(line.item)
    return [
        Hint(f"Đơn giá vượt mức tối đa ở {', '.join(sorted(items))}; thẩm quyền: {approver}.", "QĐ 15/2025/QĐ-TTg, Điều 4.4", "Q")
        for approver, items in sorted(items_by_approver.items())
    ]


def _line_hints(plan: Plan) -> list[Hint]:
    years = sorted({line.year for line in plan.lines if line.item in ("D01", "D02") and line.bought})
    hints = [
        Hint(
            f"Có đường truyền số liệu chuyên dùng hoặc thiết bị đầu cuối: đăng ký trước ngày 31/01/{year}.",
            "TT 06/2026/TT-BKHCN, Điều 11.1",
            "Q",
        )
        for year in years
    ]
    leasable = {
        line.item
        for line in plan.lines
        if line.bought and line.method is Method.BUY and load_catalogue()[line.item].acquisition is Acquisition.EITHER
    }
    if leasable:
        hints.append(
            Hint(
                f"Ưu tiên thuê những gì thị trường cho thuê; đang đề nghị mua: {', '.join(sorted(leasable))}.",
                "NĐ 224/2026/NĐ-CP, Điều 36.4",
                "Q",
            )
        )
    return hints
