"""Who may decide what, and what has to be done first, as hints with their clause from the figures of a plan. Pure.

A hint never takes the place of the document that it names; its label says how well the clause is known (scoring.rating.standard).
"""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from inventory.catalogue import Acquisition, load_catalogue
from inventory.prices.prices import CAP_CLAUSE, CapStanding
from planning.plan.assumptions import Method
from planning.plan.estimate import estimates_of
from planning.plan.law import Threshold, cite, fees_of, kind_named, load_law, mixtures_in, suggested_ratio, threshold
from planning.plan.line import is_leased_good
from planning.plan.marks import Mark, marks_of
from planning.plan.plan import Plan
from planning.plan.spending import SpendingForm
from portal.formats import format_number, format_vnd, format_vnd_short

DISCLAIMER = "Gợi ý, không thay văn bản: đối chiếu điều khoản trước khi dùng."


@dataclass(frozen=True)
class Hint:
    """One sentence with its clause; ``label`` is a key of scoring.rating.standard.SOURCE_LABELS."""

    text: str
    clause: str
    label: str


def hints_of(plan: Plan) -> tuple[Hint, ...]:
    """The hints for a plan and its estimates, those of the sums first."""
    hints: list[Hint] = []
    for costs in estimates_of(plan):
        is_project = costs.form is SpendingForm.PROJECT
        hints += _project_hints(costs.total, plan.on) if is_project else _purchase_hints(plan, costs.total)
    return (*hints, *_mixture_hints(plan), *_price_hints(plan), *_line_hints(plan))


def _purchase_hints(plan: Plan, total: int) -> list[Hint]:
    total_text, hardware, works = format_vnd(total), kind_named("hardware", plan.on), kind_named("works", plan.on)
    hints = [
        Hint(
            "Mua thiết bị phần cứng, phần mềm thương mại riêng lẻ bằng chi thường xuyên: không phải lập dự án.",
            hardware.clause if hardware else "",
            "Q",
        )
    ]
    if works and any(
        line.item in load_law().items["works"] and line.bought and line.form is SpendingForm.PURCHASE for line in plan.lines
    ):
        text = "Phương án có thi công, cải tạo mạng LAN: nếu là xây dựng, mở rộng hạ tầng chuyển đổi số thì phải lập dự án."
        hints.append(Hint(text, works.clause, works.source_label))
    head, single = threshold("head_decides", plan.on), threshold("single_bid", plan.on)
    if total <= head.amount:
        hints.append(_below(total_text, head))
    elif total <= single.amount:
        hints.append(_below(total_text, single))
    else:
        limit = format_vnd_short(single.amount)
        text = f"Dự toán {total_text} trên {limit}: gói thầu nào trên mức ấy thì không thuộc mức được chỉ định thầu."
        hints.append(Hint(text, single.clause, single.source_label))
    return hints


def _below(total_text: str, rule: Threshold) -> Hint:
    text = f"Dự toán {total_text} không quá {format_vnd_short(rule.amount)}: {rule.label}."
    return Hint(text, rule.clause, rule.source_label)


def _project_hints(total: int, on: date) -> list[Hint]:
    total_text, step = format_vnd(total), threshold("one_step", on)
    relation = "không quá" if total <= step.amount else "trên"
    is_b, is_a = (total >= threshold(key, on).amount for key in ("group_b", "group_a"))
    group = "A" if is_a else "B" if is_b else "C"
    fees = fees_of(SpendingForm.PROJECT, on)
    ratios = load_law().fee_ratios
    return [
        Hint(f"Tổng {total_text} {relation} {format_vnd_short(step.amount)}: {step.label}.", step.clause, step.source_label),
        Hint(f"Nếu gộp thành một dự án đầu tư công: nhóm {group}.", threshold("group_b", on).clause, "S"),
        Hint("Dự án cần quyết định chủ trương và quyết định đầu tư.", "NĐ 224/2026/NĐ-CP, Điều 41.3", "Q"),
        Hint(
            "Tỷ lệ quản lý dự án, tư vấn theo định mức hoặc lập dự toán riêng; ở đây là giả định.", fees.clause if fees else "", "A"
        ),
        *(
            Hint(f"Tham khảo: {row.label.lower()} {_ratio_text(suggested_ratio(row, total))}.", ratios.source, ratios.source_label)
            for row in ratios.rows
            if row.rate
        ),
    ]


def _ratio_text(ratio: int) -> str:
    """Ten-thousandths of a percent as people write a share."""
    return f"{format_number(Decimal(ratio) / 10_000, 3)}\N{NO-BREAK SPACE}%"


def _mixture_hints(plan: Plan) -> list[Hint]:
    """The wards whose lines without a project join what the law makes one project."""
    by_ward: dict[str, list[tuple[str, bool]]] = {}
    for line in plan.lines:
        if line.bought and line.form is not SpendingForm.PROJECT:
            by_ward.setdefault(line.ward.code, []).append((line.item, is_leased_good(line.item, line.method)))
    found = [mixture for items in by_ward.values() for mixture in mixtures_in(items, plan.on)]
    labels = {kind.key: kind.label for kind in load_law().kinds}
    return [
        Hint(
            f"{found.count(mixture)} xã, phường có cả {', '.join(labels[key] for key in mixture.kinds)}: gộp vào một nhiệm vụ thì phải lập dự án.",
            mixture.clause,
            mixture.source_label,
        )
        for mixture in load_law().mixtures
        if mixture in found
    ]


def _price_hints(plan: Plan) -> list[Hint]:
    items: dict[CapStanding, set[str]] = {}
    for line in plan.lines:
        if Mark.PRICE_CAP in marks_of(line, plan):
            items.setdefault(line.standing, set()).add(line.item)
    return [
        Hint(f"Đơn giá ở {', '.join(sorted(items[standing]))}: {standing.label}.", CAP_CLAUSE, "Q")
        for standing in CapStanding
        if standing in items
    ]


def _line_hints(plan: Plan) -> list[Hint]:
    years = sorted({line.year for line in plan.lines if line.item in ("D01", "D02") and line.bought})
    hints = [
        Hint(
            f"Có đường truyền số liệu chuyên dùng hoặc thiết bị đầu cuối: đăng ký trước ngày 31/01/{year}.",
            cite("network"),
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
                cite("lease"),
                "Q",
            )
        )
    return hints
