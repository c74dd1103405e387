"""The first sheet: national heading, totals by group and form of spending, amount in words, results, signatories."""

from collections.abc import Sequence

from openpyxl import Workbook
from openpyxl.worksheet.worksheet import Worksheet

from exports.workbook.amount_in_words_formula import words_formula
from exports.workbook.annex import (
    GROUPS_AT,
    SUMMARY_TAB,
    Content,
    Formula,
    column_range,
    join,
    mark_as_demo,
    put_across,
    put_draft_title,
    put_row,
)
from exports.workbook.context import WorkbookContext
from exports.workbook.detail import (
    AMOUNT,
    AMOUNT_ABOVE,
    AMOUNT_WITHIN,
    EVIDENCE_COLUMN,
    FORM,
    GROUP,
    NORM,
    TAB,
    group_name,
    sum_where,
)
from exports.workbook.formula_values import put_formula, put_text
from exports.workbook.item_totals import ITEM_TOTAL, phasing_total
from exports.workbook.price_basis import NO_EVIDENCE
from exports.workbook.styles import set_up
from exports.workbook.ward_totals import RESULT, WARD_TOTAL
from exports.workbook.ward_totals import TAB as WARD_TAB
from inventory.catalogue import GROUPS
from planning.plan.norms import NormClass
from planning.plan.plan import Plan
from planning.plan.spending import SpendingForm
from portal.formats import format_long_day, vnd_in_words
from portal.territory import TERRITORY
from scoring.rating.rating import Result

WIDTHS = (5, 36, 16.5, 16.5, 15, 17)
LEFT, RIGHT, WHOLE = (1, 2), (3, 6), (1, 6)
_FORM_LETTERS, _ALL = "CDE", "F"
HEAD_ROW = GROUPS_AT - 1
TOTAL_ROW = HEAD_ROW + len(GROUPS) + 1
_NORM_ROWS: tuple[NormClass, ...] = tuple(kind for kind in NormClass if kind is not NormClass.UNRECORDED)
NO_EVIDENCE_ROW = TOTAL_ROW + len(_NORM_ROWS) + 1
CHECK_ROW = NO_EVIDENCE_ROW + 1
CONSISTENT = "Các phụ lục khớp nhau đến từng đồng."
INCONSISTENT = "LỆCH GIỮA CÁC PHỤ LỤC: kiểm tra mã danh mục, nhóm và loại chi ở PL02."
RECIPIENTS = ("- UBND Thành phố (để báo cáo);", f"- UBND {TERRITORY.units} xã, phường;", "- Lưu: VT.")


def add_summary(book: Workbook, plan: Plan, context: WorkbookContext) -> None:
    """Add the sheet."""
    sheet = book.create_sheet(SUMMARY_TAB, 0)
    set_up(sheet, WIDTHS, landscape=False)
    _put_heading(sheet, plan, context)
    _put_totals(sheet, plan)
    row = _put_amounts_in_words(sheet, plan, CHECK_ROW + 1)
    row = _put_results(sheet, plan, row + 1)
    _put_signatures(sheet, context, row + 2)
    # What is signed stands on the page of its totals.
    sheet.page_setup.fitToHeight = 1
    # The first page of the letter bears no number (NĐ 30/2020/NĐ-CP, Phụ lục I); the annexes count for themselves.
    sheet.HeaderFooter.differentFirst = True


def _put_heading(sheet: Worksheet, plan: Plan, context: WorkbookContext) -> None:
    agencies = " - ".join(filter(None, (context.office.agency, context.office.co_agency)))
    put_across(sheet, 1, LEFT, context.office.agency_parent.upper(), "w-centre", 34)
    put_across(sheet, 2, LEFT, agencies.upper(), "w-centre-bold", 34)
    put_across(sheet, 3, LEFT, "_" * 16, "w-rule", 12)
    put_across(sheet, 4, LEFT, "Số:            /", "w-number-of", 22)
    put_across(sheet, 1, RIGHT, "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM", "w-centre-bold")
    put_across(sheet, 2, RIGHT, "Độc lập - Tự do - Hạnh phúc", "w-motto")
    put_across(sheet, 3, RIGHT, "_" * 42, "w-rule")
    put_across(sheet, 4, RIGHT, f"{TERRITORY.name}, {format_long_day(plan.on)}", "w-place")
    scope = (context.part or f"{TERRITORY.units} xã, phường").upper()
    title = f"PHƯƠNG ÁN ĐẦU TƯ HẠ TẦNG CÔNG NGHỆ THÔNG TIN CỦA {scope}"
    put_across(sheet, 6, WHOLE, title, "w-title", 42)
    put_draft_title(sheet, 6, title, plan)
    source = f"{plan.name}. {plan.standard.banner}. Tổng hợp từ {plan.approved_count}/{TERRITORY.units} đơn vị"
    put_across(sheet, 7, WHOLE, f"{source}, số liệu tính đến {format_long_day(plan.data_as_of or plan.on)}.", "w-under", 36)
    if context.reference:
        put_across(sheet, 8, WHOLE, f"(Phụ lục kèm theo {context.letter_reference})", "w-under", 18)
    if context.is_demo:
        mark_as_demo(sheet, 9)
        sheet.cell(9, 1).style = "w-demo-centre"
        join(sheet, 9, *WHOLE)
    put_text(sheet, 10, 6, "Đơn vị tính: đồng").style = "w-unit"


def _put_totals(sheet: Worksheet, plan: Plan) -> None:
    for column, label in enumerate(("STT", "Nhóm", *(form.label for form in SpendingForm), "Tổng các hình thức chi"), start=1):
        put_text(sheet, HEAD_ROW, column, label).style = "w-head"
    sheet.row_dimensions[HEAD_ROW].height = 50
    for number, letter in enumerate(GROUPS, start=1):
        lines = [line for line in plan.lines if line.group == letter]
        amounts = [sum(line.amount for line in lines if line.form is form) for form in SpendingForm]
        _put_split(sheet, HEAD_ROW + number, number, group_name(letter), amounts, (GROUP, f'"{letter}"'))
    sums = [*plan.totals.values(), plan.total()]
    totals: list[Content] = [None, "Tổng cộng"]
    totals += [Formula(f"=SUM({c}{HEAD_ROW}:{c}{TOTAL_ROW - 1})", value) for c, value in zip("CDEF", sums, strict=True)]
    put_row(sheet, TOTAL_ROW, totals, total=True)
    nothing = dict.fromkeys(SpendingForm, 0)
    by_norm, row = plan.totals_by_norm(), TOTAL_ROW
    for norm in _NORM_ROWS:
        row += 1
        # A plan of a landed version recorded only what lies above.
        is_unrecorded = norm is NormClass.WITHIN and NormClass.UNRECORDED in by_norm
        kind = NormClass.UNRECORDED if is_unrecorded else norm
        values = list(by_norm.get(kind, nothing).values())
        if kind is NormClass.ABOVE:
            _put_split(sheet, row, None, f"{kind.heading}, chờ cấp có thẩm quyền", values, summed=AMOUNT_ABOVE)
        else:
            _put_split(sheet, row, None, kind.heading, values, (NORM, f'"{kind.label}"'), summed=AMOUNT_WITHIN)
        sheet.row_dimensions[row].height = 31
    without = [plan.form_without_evidence(form) for form in SpendingForm]
    _put_split(sheet, row + 1, None, "Trong đó chưa có căn cứ giá", without, (EVIDENCE_COLUMN, f'"{NO_EVIDENCE}"'))
    total = f"{_ALL}{TOTAL_ROW}"
    equalities = [
        f"SUM({column_range(TAB, AMOUNT)})={total}",
        f"{WARD_TOTAL}={total}",
        f"{ITEM_TOTAL}={total}",
        f"{phasing_total(plan)}={total}",
        f"SUM({_ALL}{TOTAL_ROW + 1}:{_ALL}{row})={total}",
    ]
    check = f'=IF(AND({",".join(equalities)}),"{CONSISTENT}","{INCONSISTENT}")'
    put_row(sheet, CHECK_ROW, [None, "Kiểm tra", Formula(check, CONSISTENT), None, None, None])
    sheet.merge_cells(start_row=CHECK_ROW, start_column=3, end_row=CHECK_ROW, end_column=6)


def _put_split(
    sheet: Worksheet,
    row: int,
    number: int | None,
    label: str,
    values: Sequence[int],
    *pairs: tuple[str, str],
    summed: str = AMOUNT,
) -> None:
    """A row of all forms of spending and their sum."""
    cells: list[Content] = [number, label]
    for form, value in zip(SpendingForm, values, strict=True):
        cells.append(sum_where(value, *pairs, (FORM, f'"{form.label}"'), summed=summed))
    put_row(sheet, row, [*cells, Formula(f"=SUM(C{row}:E{row})", sum(values))])


def _put_amounts_in_words(sheet: Worksheet, plan: Plan, row: int) -> int:
    """The amounts in words as formulas, and which months and years they count. Returns the next free row."""
    for form, letter in zip(SpendingForm, _FORM_LETTERS, strict=True):
        text = f"Bằng chữ, {form.label.lower()}: "
        value = vnd_in_words(plan.form_total(form)).lower()
        put_formula(sheet, row, 1, f'="{text}"&{words_formula(f"{letter}{TOTAL_ROW}")}&"."', f"{text}{value}.").style = "w-words"
        join(sheet, row, *WHOLE)
        sheet.row_dimensions[row].height = 34
        row += 1
    years = plan.assumptions.years
    note = (
        f"Khoản trả hằng năm tính từ năm ghi ở PL02 (năm đầu mặc định {plan.assumptions.months} tháng) đến hết năm {years[-1]}; "
        "các năm sau đó ghi riêng ở PL04 và không nằm trong tổng."
    )
    put_across(sheet, row, WHOLE, note, "w-words", 34)
    return row + 1


def _put_results(sheet: Worksheet, plan: Plan, row: int) -> int:
    """How many wards have each result. Returns the row of the total."""
    put_text(sheet, row, 2, "Kết quả đánh giá").style = "w-head"
    put_text(sheet, row, 3, "Số đơn vị").style = "w-head"
    first = row + 1
    for result in Result:
        row += 1
        count = sum(rating.result is result for rating in plan.ratings.values())
        put_text(sheet, row, 2, result.label).style = "w-text"
        put_formula(sheet, row, 3, f"=COUNTIF({column_range(WARD_TAB, RESULT)},B{row})", count).style = "w-number"
    row += 1
    put_text(sheet, row, 2, "Tổng cộng").style = "w-total-text"
    put_formula(sheet, row, 3, f"=SUM(C{first}:C{row - 1})", len(plan.wards)).style = "w-total"
    return row


def _put_signatures(sheet: Worksheet, context: WorkbookContext, row: int) -> None:
    """The lead agency signs on the right; the other, where there is one, on the left, and the recipients stand below it."""
    signers = [(RIGHT, context.office.agency, context.office.signatory_title, context.office.signatory_name)]
    if context.office.co_agency:
        signers.append((LEFT, context.office.co_agency, context.office.co_signatory_title, context.office.co_signatory_name))
    for columns, agency, title, name in signers:
        put_across(sheet, row, columns, f"{title}\n{agency.upper()}", "w-sign", 50)
        put_across(sheet, row + 1, columns, "(Ký tên, đóng dấu)", "w-under")
        put_across(sheet, row + 5, columns, name, "w-sign")
    below = row + 7 if context.office.co_agency else row
    put_text(sheet, below, 1, "Nơi nhận:").style = "w-recipients-head"
    for number, recipient in enumerate(RECIPIENTS, start=1):
        put_text(sheet, below + number, 1, recipient).style = "w-plain"
