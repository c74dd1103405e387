"""The sheet of what the plan takes for granted: rates that move the amounts, and the rules of each group."""

from openpyxl import Workbook

from exports.workbook.annex import FIRST, HEAD, Content, Input, add_annex, put_row
from exports.workbook.context import WorkbookContext
from exports.workbook.formula_values import put_text
from inventory.catalogue import GROUPS
from planning.plan.plan import Plan

TAB = "Giả định"
LEASE_PERCENT = f"'{TAB}'!$C${FIRST}"


def add_assumptions(book: Workbook, plan: Plan, context: WorkbookContext) -> None:
    """Add the sheet."""
    head = (
        ("STT", 6),
        ("Giả định", 46),
        ("Giá trị", 16),
        ("Nguồn chi đầu tư", 34),
        ("Nguồn chi thường xuyên", 34),
        ("Đơn vị thực hiện", 26),
    )
    sheet = add_annex(book, plan, context, TAB, "12", "Giả định của phương án", head)
    assumptions = plan.assumptions
    rows: list[list[Content]] = [
        ["Giá thuê một năm, % đơn giá mua", Input(assumptions.lease_percent)],
        ["Số tháng tính trong năm của khoản trả hằng năm", assumptions.months],
        ["Tiêu chí bắt buộc vào năm", assumptions.years[0] if assumptions.blocking_first else "theo nhóm"],
    ]
    rows.append(["Gia hạn bản quyền, hồ sơ cấp độ vào năm", "năm hết hạn"])
    for letter, name in GROUPS.items():
        rule = assumptions.groups[letter]
        label = f"{letter}. {name}: năm{', thuê nếu thuê được' if rule.is_leased else ''}"
        rows.append([label, assumptions.years[rule.year], rule.capital_source, rule.recurrent_source, rule.unit])
    for number, row in enumerate(rows, start=1):
        put_row(sheet, HEAD + number, [number, *row, *[None] * (len(head) - 1 - len(row))])
        if isinstance(row[1], int) and row[1] >= 2000:
            sheet.cell(HEAD + number, 3).number_format = "0"
    below = HEAD + len(rows) + 2
    put_text(
        sheet, below, 2, "Chỉ ô tô màu làm đổi số tiền khi sửa ở đây. Năm, nguồn và đơn vị thực hiện của từng dòng sửa ở PL02."
    ).style = "w-note"
