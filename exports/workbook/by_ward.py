"""PL01: one row per ward: result, what is missing, and the money by kind of spending and year."""

from openpyxl import Workbook

from exports.plan import Plan, Spending
from exports.workbook.detail import SPENDING, YEAR, sum_where
from exports.workbook.sheet import FIRST, HEAD, Content, Live, WorkbookContext, add_annex, add_filter, put_row
from scoring.rating import Rating

TAB = "PL01 Theo xã phường"


def name_blocking(rating: Rating, *, by_name: bool = False) -> str:
    """The blocking criteria that are not met; of group G only how many, since their names would help an attacker."""
    named = [f.criterion.name if by_name else f.criterion.code for f in rating.unmet_blocking if not f.criterion.is_sensitive]
    hidden = sum(f.criterion.is_sensitive for f in rating.unmet_blocking)
    return ("; " if by_name else ", ").join([*named, *([f"an ninh mạng ({hidden})"] if hidden else [])])


def add_by_ward(book: Workbook, plan: Plan, context: WorkbookContext) -> None:
    """Add the sheet."""
    years = plan.assumptions.years
    head = (
        ("STT", 6), ("Mã xã", 8), ("Xã, phường", 24), ("Số CBCC", 9), ("Kết quả", 16), ("Điểm", 7), ("Tiêu chí bắt buộc không đạt", 24),
        ("Chi đầu tư phát triển", 17), ("Chi thường xuyên", 17), *((f"Năm {year}", 17) for year in years), ("Năm khác", 15), ("Cộng hai loại chi", 18),
    )  # fmt: skip
    sheet = add_annex(book, plan, context, TAB, "01", "Tổng hợp theo xã, phường", head)
    for number, ward in enumerate(plan.wards, start=1):
        row, rating = HEAD + number, plan.ratings[ward.code]
        own = [line for line in plan.lines if line.ward == ward]
        code = ("B", f"$B{row}")
        cells: list[Content] = [
            number, ward.code, ward.full_name, rating.snapshot.count("staff_total") if rating.snapshot else None, rating.result.label,
            rating.score if rating.snapshot else None, name_blocking(rating),
        ]  # fmt: skip
        for kind in Spending:
            cells.append(sum_where(sum(line.amount for line in own if line.spending is kind), code, (SPENDING, f'"{kind.label}"')))
        for year in years:
            cells.append(sum_where(sum(line.amount for line in own if line.year == year), code, (YEAR, str(year))))
        cells.append(Live(f"=N{row}-J{row}-K{row}-L{row}", 0))
        cells.append(Live(f"=H{row}+I{row}", sum(line.amount for line in own)))
        put_row(sheet, row, cells)
    last = HEAD + len(plan.wards)
    sums = [plan.spending_total(kind) for kind in Spending]
    sums += [plan.total(lambda line, year=year: line.year == year) for year in years] + [0, plan.total()]
    totals: list[Content] = [None, None, "Tổng cộng", None, None, None, None]
    totals += [Live(f"=SUM({letter}{FIRST}:{letter}{last})", value) for letter, value in zip("HIJKLMN", sums, strict=True)]
    put_row(sheet, 7, totals, total=True)
    add_filter(sheet, len(head), len(plan.wards))
    sheet.freeze_panes = f"D{FIRST}"
