"""The estimate around the goods: a purchase (NĐ 224/2026/NĐ-CP, Điều 65) or a project in five blocks (Điều 49.2). Pure.

Whole VND, rounded once at each row; the rows are the total to the đồng. Recurrent spending is in no estimate but the lines that are
leased, which a project counts among its other costs (Điều 49.2.d), and then it says so.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from inventory.catalogue import load_catalogue
from planning.plan.assumptions import Mode, Rates, Spending
from planning.plan.plan import Plan
from portal.formats import format_rate

# Lines into a ward that are hired (NĐ 224/2026/NĐ-CP, Điều 49.2.d: lắp đặt và thuê đường truyền).
LINES = ("D01", "D03", "D04", "D06")
FULL_RATE = 10_000


@dataclass(frozen=True)
class CostRow:
    """One row of an estimate, in VND. ``parts`` are the numbers of the rows that a block is the sum of; a row without any is rounded.

    ``base`` and ``rate`` (hundredths of a percent) are None where the row is no share of something.
    """

    number: str
    label: str
    formula: str
    amount: int
    base: int | None = None
    rate: int | None = None
    parts: tuple[str, ...] = ()


@dataclass(frozen=True)
class Estimate:
    """All rows in order, and what stands outside. ``leased_lines`` is the recurrent spending that a project counts in block IV."""

    mode: Mode
    goods: int
    goods_before_tax: int
    rows: tuple[CostRow, ...]
    leased_lines: int
    outside: int

    @property
    def total(self) -> int:
        """VND of the estimate: the sum of its rows, blocks not counted twice."""
        return sum(row.amount for row in self.rows if not row.parts)

    def row(self, number: str) -> CostRow:
        """The row of a number. Raises StopIteration where there is none."""
        return next(row for row in self.rows if row.number == number)


def estimate(plan: Plan) -> Estimate:
    """The estimate of a plan in its mode, at its rates."""
    goods = plan.spending_total(Spending.CAPITAL)
    before_tax = sum(before_vat(amount, plan.price_list.prices[item].vat_percent) for item, amount in capital_by_item(plan).items())
    recurrent = plan.spending_total(Spending.RECURRENT)
    if plan.rates.mode is Mode.PURCHASE:
        return Estimate(Mode.PURCHASE, goods, before_tax, _purchase_rows(goods, plan.rates), 0, recurrent)
    lines = plan.total(lambda line: line.spending is Spending.RECURRENT and line.item in LINES)
    return Estimate(Mode.PROJECT, goods, before_tax, _project_rows(goods, before_tax, lines, plan.rates), lines, recurrent - lines)


def capital_by_item(plan: Plan) -> dict[str, int]:
    """VND of capital spending by item, in the order of the catalogue; items without any are there with nothing."""
    sums = dict.fromkeys(load_catalogue(), 0)
    for line in plan.lines:
        if line.spending is Spending.CAPITAL:
            sums[line.item] += line.amount
    return sums


def before_vat(amount: int, vat_percent: int) -> int:
    """VND without the tax that the amount holds, rounded half up."""
    gross_percent = 100 + vat_percent
    return (amount * 200 + gross_percent) // (2 * gross_percent)


def share_of(base: int, rate: int) -> int:
    """VND of a share in hundredths of a percent, rounded half up."""
    return (base * rate * 2 + FULL_RATE) // (2 * FULL_RATE)


def _purchase_rows(goods: int, rates: Rates) -> tuple[CostRow, ...]:
    return (
        CostRow("1", "Thiết bị, phần mềm (đơn giá đã gồm thuế)", "tổng thành tiền của các dòng chi đầu tư", goods),
        _share_row("2", "Vận chuyển, lắp đặt", "(1)", goods, rates.transport),
        _share_row("3", "Thẩm định giá", "(1)", goods, rates.valuation),
    )


def _project_rows(goods: int, before_tax: int, lines: int, rates: Rates) -> tuple[CostRow, ...]:
    installation = _share_row("I.2", "Vận chuyển, lắp đặt", "(I.1)", goods, rates.transport)
    # Fitting is taxed as the goods are: an assumption, so that one base serves management and consulting.
    base = before_tax + share_of(before_tax, rates.transport)
    parts_i = (
        CostRow("I.1", "Thiết bị, phần mềm (đơn giá đã gồm thuế)", "tổng thành tiền của các dòng chi đầu tư", goods),
        installation,
    )
    block_i = _block_row("I", "Chi phí trang thiết bị (gồm vận chuyển, lắp đặt)", parts_i)
    management = _share_row("II", "Chi phí quản lý dự án", "(I) trước thuế", base, rates.management)
    consulting = _share_row("III", "Chi phí tư vấn đầu tư", "(I) trước thuế", base, rates.consulting)
    parts_iv = (
        CostRow("IV.1", "Thuê đường truyền (chi thường xuyên)", "tổng thành tiền của các dòng thuê đường truyền", lines),
        _share_row("IV.2", "Kiểm toán, thẩm tra quyết toán, thẩm định giá, khác", "(I) trước thuế", base, rates.other),
    )
    block_iv = _block_row("IV", "Chi phí khác", parts_iv)
    subtotal = block_i.amount + management.amount + consulting.amount + block_iv.amount
    parts_v = (
        _share_row("V.1", "Dự phòng cho khối lượng phát sinh", "(I + II + III + IV)", subtotal, rates.volume),
        _share_row("V.2", "Dự phòng cho trượt giá", "(I + II + III + IV)", subtotal, rates.slippage),
    )
    return (
        block_i, *parts_i, management, consulting, block_iv, *parts_iv, _block_row("V", "Chi phí dự phòng", parts_v), *parts_v,
    )  # fmt: skip


def _share_row(number: str, label: str, base_label: str, base: int, rate: int) -> CostRow:
    return CostRow(number, label, f"{format_rate(rate)} × {base_label}", share_of(base, rate), base, rate)


def _block_row(number: str, label: str, parts: Iterable[CostRow]) -> CostRow:
    rows = tuple(parts)
    formula = " + ".join(f"({row.number})" for row in rows)
    return CostRow(number, label, formula, sum(row.amount for row in rows), parts=tuple(row.number for row in rows))
