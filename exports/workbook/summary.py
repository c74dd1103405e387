"""The first sheet: national heading, totals by group and kind of spending, amount in words, signatories."""

from openpyxl import Workbook

from exports.plan import Plan, Spending
from exports.workbook.cached import put_formula, put_text
from exports.workbook.detail import ABOVE, CAP, EVIDENCE_COLUMN, NO_EVIDENCE, SPENDING, WITHIN, group_name, sum_where
from exports.workbook.sheet import DEMO, Content, Live, WorkbookContext, put_row, show_day
from exports.workbook.styles import set_up
from inventory.catalogue import GROUPS
from portal.formats import vnd_in_words
from scoring.rating import Result

TAB = "Tổng hợp"
WIDTHS = (6, 44, 24, 24, 24)


def add_summary(book: Workbook, plan: Plan, context: WorkbookContext) -> None:
    """Add the sheet."""
    sheet = book.create_sheet(TAB, 0)

    def across(row: int, first: int, last: int, text: str, style: str) -> None:
        put_text(sheet, row, first, text).style = style
        sheet.merge_cells(start_row=row, start_column=first, end_row=row, end_column=last)

    across(1, 1, 2, context.agency_parent, "w-centre")
    across(2, 1, 2, context.agency, "w-centre-bold")
    across(3, 1, 2, context.co_agency, "w-centre-bold")
    across(4, 1, 2, "Số:        /", "w-centre")
    across(1, 3, 5, "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM", "w-centre-bold")
    across(2, 3, 5, "Độc lập - Tự do - Hạnh phúc", "w-centre-bold")
    across(4, 3, 5, f"Hà Nội, {show_day(plan.on)}", "w-under")
    draft = " (DỰ THẢO)" if plan.is_draft else ""
    across(6, 1, 5, f"PHƯƠNG ÁN ĐẦU TƯ HẠ TẦNG CÔNG NGHỆ THÔNG TIN CỦA 126 XÃ, PHƯỜNG{draft}", "w-title")
    sheet.row_dimensions[6].height = 40
    across(7, 1, 5, f"{plan.name}. {plan.standard.banner}. Tổng hợp từ {plan.approved_count}/126 đơn vị.", "w-under")
    sheet.row_dimensions[7].height = 34
    if context.is_demo:
        across(8, 1, 5, DEMO, "w-demo")
        sheet.oddFooter.center.text = sheet.firstFooter.center.text = "SỐ LIỆU MINH HỌA"
    put_text(sheet, 9, 5, "Đơn vị tính: đồng").style = "w-note"

    for column, label in enumerate(("STT", "Nhóm", *(kind.label for kind in Spending), "Cộng hai loại chi"), start=1):
        put_text(sheet, 10, column, label).style = "w-head"
    row = 10
    for number, letter in enumerate(GROUPS, start=1):
        row += 1
        cells: list[Content] = [number, group_name(letter)]
        for kind in Spending:
            value = plan.total(lambda line, letter=letter, kind=kind: line.group == letter and line.spending is kind)
            cells.append(sum_where(value, ("D", f'"{letter}"'), (SPENDING, f'"{kind.label}"')))
        cells.append(Live(f"=C{row}+D{row}", plan.total(lambda line, letter=letter: line.group == letter)))
        put_row(sheet, row, cells)
    last = max(row, 11)
    row = last + 1
    sums = [*(plan.spending_total(kind) for kind in Spending), plan.total()]
    totals: list[Content] = [None, "Tổng cộng"]
    totals += [Live(f"=SUM({letter}11:{letter}{last})", value) for letter, value in zip("CDE", sums, strict=True)]
    put_row(sheet, row, totals, total=True)

    lines = (
        ("Trong định mức", [(CAP, f'"{WITHIN}"')], lambda line: line.within_cap),
        ("Vượt định mức, chờ cấp có thẩm quyền", [(CAP, f'"{ABOVE}"')], lambda line: not line.within_cap),
        ("Trong đó chưa có căn cứ giá", [(EVIDENCE_COLUMN, f'"{NO_EVIDENCE}"')], lambda line: not line.price.has_evidence),
    )
    for label, conditions, chosen in lines:
        row += 1
        cells = [None, label]
        for kind in Spending:
            value = plan.total(lambda line, kind=kind, chosen=chosen: chosen(line) and line.spending is kind)
            cells.append(sum_where(value, *conditions, (SPENDING, f'"{kind.label}"')))
        cells.append(Live(f"=C{row}+D{row}", plan.total(chosen)))
        put_row(sheet, row, cells)
    words = [f"{kind.label}: {vnd_in_words(plan.spending_total(kind)).lower()}" for kind in Spending]
    row += 1
    across(row, 1, 5, f"Bằng chữ (theo số liệu khi lập): {'; '.join(words)}.", "w-under")
    sheet.row_dimensions[row].height = 48

    row += 2
    put_text(sheet, row, 2, "Kết quả đánh giá").style = "w-head"
    put_text(sheet, row, 3, "Số đơn vị").style = "w-head"
    first_result = row + 1
    for result in Result:
        row += 1
        count = sum(rating.result is result for rating in plan.ratings.values())
        wanted = f"=COUNTIF('PL01 Theo xã phường'!$E$9:$E$200,B{row})"
        put_text(sheet, row, 2, result.label).style = "w-text"
        put_formula(sheet, row, 3, wanted, count).style = "w-number"
    row += 1
    put_text(sheet, row, 2, "Tổng cộng").style = "w-total-text"
    put_formula(sheet, row, 3, f"=SUM(C{first_result}:C{row - 1})", len(plan.wards)).style = "w-total"
    row += 2
    across(row, 3, 5, context.signatory_title, "w-centre-bold")
    across(row + 1, 3, 5, "(Ký tên, đóng dấu)", "w-under")
    across(row + 5, 3, 5, context.signatory_name, "w-centre-bold")
    set_up(sheet, WIDTHS, landscape=False)
