"""The estimates around the goods: a purchase (NĐ 224/2026/NĐ-CP, Điều 65), and a project in five blocks (Điều 49.2). Pure.

Whole VND, rounded once at each row; the rows are the total to the đồng. What is spent each year without a project is in no estimate.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from planning.plan.assumptions import RATE_NAMES, Method, Rates
from planning.plan.law import cite, fees_of
from planning.plan.line import PlanLine, is_paid_yearly
from planning.plan.plan import Plan
from planning.plan.spending import SpendingForm
from portal.formats import format_number, format_rate

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
    """All rows in order. ``goods`` and ``hired`` are the lines behind it, in VND with tax: what is bought, and what is leased in a project."""

    form: SpendingForm
    goods: int
    goods_before_tax: int
    hired: int
    rows: tuple[CostRow, ...]

    @property
    def clause(self) -> str:
        """The clause that says what such an estimate is made of."""
        return cite("project_estimate" if self.form is SpendingForm.PROJECT else "purchase_estimate")

    @property
    def total(self) -> int:
        """VND of the estimate: the sum of its rows, blocks not counted twice."""
        return sum(row.amount for row in self.rows if not row.parts)

    @property
    def fees(self) -> int:
        """VND of the estimate beside the lines: no total of the plan counts it."""
        return self.total - self.goods - self.hired

    def row(self, number: str) -> CostRow:
        """The row of a number. Raises StopIteration where there is none."""
        return next(row for row in self.rows if row.number == number)


def estimates_of(plan: Plan) -> tuple[Estimate, ...]:
    """The estimates of a plan, one for each form of spending that has one and that lines have; a purchase where there is none at all."""
    forms = [form for form in (SpendingForm.PURCHASE, SpendingForm.PROJECT) if any(line.form is form for line in plan.lines)]
    return tuple(estimate(plan, form) for form in forms or [SpendingForm.PURCHASE])


def fees_beside_lines(plan: Plan) -> int:
    """VND that the estimates of a plan hold beside its lines."""
    return sum(costs.fees for costs in estimates_of(plan))


def describe_fees(plan: Plan) -> str:
    """How the estimates differ from the totals of a plan, in one sentence; nothing where they do not."""
    fees = fees_beside_lines(plan)
    if not fees:
        return ""
    return (
        f"Dự toán, tổng mức đầu tư còn gồm {format_number(fees)} đồng vận chuyển, lắp đặt, thẩm định giá, quản lý, tư vấn, dự phòng; "
        "các tổng, mức vốn và số đề nghị của phương án chưa tính khoản này."
    )


def estimate(plan: Plan, form: SpendingForm) -> Estimate:
    """The estimate of the lines of a form, at the shares of the plan that the law gives the form; the others count nothing."""
    lines = [line for line in plan.lines if line.form is form]
    hired = sum(line.amount for line in lines if is_hired(line))
    goods = sum(line.amount for line in lines) - hired
    before_tax = sum(before_tax_of(line) for line in lines if not is_hired(line))
    fees = fees_of(form, plan.on)
    rates = Rates(**{name: getattr(plan.rates, name) if fees and name in fees.rates else 0 for name in RATE_NAMES})
    is_project = form is SpendingForm.PROJECT
    rows = _project_rows(goods, before_tax, hired, rates) if is_project else _purchase_rows(goods, rates)
    return Estimate(form, goods, before_tax, hired, rows)


def is_hired(line: PlanLine) -> bool:
    """Whether a line is leased, which a project counts among its other costs (NĐ 224/2026/NĐ-CP, Điều 49.2.d)."""
    return line.method is Method.LEASE and is_paid_yearly(line.item, line.method)


def before_tax_of(line: PlanLine) -> int:
    """VND of a line without tax, each year at its own rate, rounded half up."""
    return sum(before_vat(line.amount_in(paid.year), paid.vat_percent) for paid in line.payments)


def before_vat(amount: int, vat_percent: int) -> int:
    """VND without the tax that the amount holds, rounded half up."""
    gross_percent = 100 + vat_percent
    return (amount * 200 + gross_percent) // (2 * gross_percent)


def share_of(base: int, rate: int) -> int:
    """VND of a share in hundredths of a percent, rounded half up."""
    return (base * rate * 2 + FULL_RATE) // (2 * FULL_RATE)


def _purchase_rows(goods: int, rates: Rates) -> tuple[CostRow, ...]:
    return (
        CostRow("1", "Thiết bị, phần mềm (đơn giá đã gồm thuế)", "tổng thành tiền của các dòng mua sắm một lần", goods),
        _share_row("2", "Vận chuyển, lắp đặt", "(1)", goods, rates.transport),
        _share_row("3", "Thẩm định giá", "(1)", goods, rates.valuation),
    )


def _project_rows(goods: int, before_tax: int, hired: int, rates: Rates) -> tuple[CostRow, ...]:
    installation = _share_row("I.2", "Vận chuyển, lắp đặt", "(I.1)", goods, rates.transport)
    # Fitting is taxed as the goods are: an assumption, so that one base serves management and consulting.
    base = before_tax + share_of(before_tax, rates.transport)
    parts_i = (
        CostRow("I.1", "Thiết bị, phần mềm (đơn giá đã gồm thuế)", "tổng thành tiền của các dòng mua của dự án", goods),
        installation,
    )
    block_i = _block_row("I", "Chi phí trang thiết bị (gồm vận chuyển, lắp đặt)", parts_i)
    management = _share_row("II", "Chi phí quản lý dự án", "(I) trước thuế", base, rates.management)
    consulting = _share_row("III", "Chi phí tư vấn đầu tư", "(I) trước thuế", base, rates.consulting)
    parts_iv = (
        CostRow("IV.1", "Thuê đường truyền, thiết bị, dịch vụ của dự án", "tổng thành tiền của các dòng thuê của dự án", hired),
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
