"""PL01: one row per ward: result, what is missing, and the money by group, form of spending, source and year."""

from openpyxl import Workbook

from exports.workbook.annex import FIRST, HEAD, Content, Formula, add_annex, add_filter, put_row, put_totals
from exports.workbook.context import WorkbookContext
from exports.workbook.detail import FORM, GROUP, OTHER_YEAR, SOURCE, YEAR_AMOUNTS, sum_where
from inventory.catalogue import GROUPS
from inventory.wards.wards import Ward
from planning.plan.line import PlanLine
from planning.plan.plan import Plan
from planning.plan.spending import BudgetLevel, SpendingForm
from scoring.rating.rating import Rating

TAB = "PL01 Theo xã phường"
RESULT = "F"
_LEVELS = (BudgetLevel.CITY, BudgetLevel.WARD)
WARD_TOTAL = f"'{TAB}'!$R${HEAD - 1}"


def blocking_text(rating: Rating, *, by_name: bool = False) -> str:
    """The blocking criteria that are not met; of group G only how many, since their names would help an attacker."""
    names = [f.criterion.name if by_name else f.criterion.code for f in rating.unmet_blocking if not f.criterion.is_sensitive]
    hidden = sum(f.criterion.is_sensitive for f in rating.unmet_blocking)
    return ("; " if by_name else ", ").join([*names, *([f"an ninh mạng ({hidden})"] if hidden else [])])


def add_ward_totals(book: Workbook, plan: Plan, context: WorkbookContext) -> None:
    """Add the sheet."""
    head = (
        ("STT", 5), ("Mã xã", 7), ("Xã, phường", 20), ("Số CBCC", 7), ("Số quầy", 6), ("Kết quả", 15), ("Điểm", 6),
        ("Tiêu chí bắt buộc không đạt", 17), *((f"Nhóm {letter}", 14.5) for letter in GROUPS), ("Tổng các hình thức chi", 14.5),
        *((f"Trong đó: {form.label.lower()}", 14.5) for form in SpendingForm),
        *((f"Nguồn: {level.label}", 14.5) for level in _LEVELS), ("Nguồn khác", 12),
        *((f"Năm {year}", 14.5) for year in plan.assumptions.years), ("Năm khác", 12),
    )  # fmt: skip
    sheet = add_annex(book, plan, context, TAB, "01", "Tổng hợp theo xã, phường", head)
    by_ward: dict[Ward, list[PlanLine]] = {ward: [] for ward in plan.wards}
    for line in plan.lines:
        by_ward[line.ward].append(line)
    for number, ward in enumerate(plan.wards, start=1):
        put_row(sheet, HEAD + number, _cells(number, ward, by_ward[ward], plan))
    money_columns = range(9, 29)
    sums = [sum(column) for column in zip(*(_amounts(lines, plan) for lines in by_ward.values()), strict=True)]
    put_totals(sheet, 8, dict(zip(money_columns, sums, strict=True)))
    add_filter(sheet, len(head), len(plan.wards))
    sheet.freeze_panes = f"D{FIRST}"
    sheet.page_setup.paperSize = sheet.PAPERSIZE_A3


def _cells(number: int, ward: Ward, lines: list[PlanLine], plan: Plan) -> list[Content]:
    row, rating = HEAD + number, plan.ratings[ward.code]
    snapshot, code = rating.snapshot, ("B", f"$B{row}")
    conditions: list[tuple[tuple[str, str], ...]] = [((GROUP, f'"{letter}"'),) for letter in GROUPS]
    conditions += [(), *(((FORM, f'"{form.label}"'),) for form in SpendingForm)]
    conditions += [((SOURCE, f'"{level.label};*"'),) for level in _LEVELS]
    formulas = [sum_where(0, code, *pairs).expression for pairs in conditions]
    formulas.append(f"=R{row}-V{row}-W{row}")
    formulas += [sum_where(0, code, summed=column).expression for column in (*YEAR_AMOUNTS, OTHER_YEAR)]
    return [
        number, ward.code, ward.full_name, snapshot.count("staff_total") if snapshot else None, snapshot.count("counters") if snapshot else None,
        rating.result.label, rating.score if snapshot else None, blocking_text(rating),
        *(Formula(expression, value) for expression, value in zip(formulas, _amounts(lines, plan), strict=True)),
    ]  # fmt: skip


def _amounts(lines: list[PlanLine], plan: Plan) -> list[int]:
    """VND by group, in all, by form of spending, by payer and by year, in the order of the columns."""
    by_group, by_form = dict.fromkeys(GROUPS, 0), dict.fromkeys(SpendingForm, 0)
    by_payer: dict[BudgetLevel | None, int] = {**dict.fromkeys(_LEVELS, 0), None: 0}
    by_year: dict[int | None, int] = {**dict.fromkeys(plan.assumptions.years, 0), None: 0}
    for line in lines:
        by_group[line.group] += line.amount
        by_form[line.form] += line.amount
        by_payer[next((level for level in _LEVELS if line.source.startswith(f"{level.label};")), None)] += line.amount
        for paid in line.payments:
            by_year[paid.year if paid.year in by_year else None] += line.amount_in(paid.year)
    return [*by_group.values(), sum(by_group.values()), *by_form.values(), *by_payer.values(), *by_year.values()]
