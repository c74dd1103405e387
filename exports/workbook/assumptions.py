"""The sheet of what the plan takes for granted: rates that move the amounts, and the rules of each group."""

from openpyxl import Workbook

from exports.workbook.annex import FIRST, HEAD, Content, Input, add_annex, put_row
from exports.workbook.context import WorkbookContext
from exports.workbook.formula_values import put_text
from inventory.catalogue import GROUPS
from planning.plan.plan import Plan
from planning.plan.spending import sources_by_label

TAB = "Giả định"
LEASE_PERCENT = f"'{TAB}'!$C${FIRST}"


def add_assumptions(book: Workbook, plan: Plan, context: WorkbookContext) -> None:
    """Add the sheet."""
    head = (
        ("STT", 6),
        ("Giả định", 46),
        ("Giá trị", 16),
        ("Hình thức chi của khoản mua", 26),
        ("Nguồn của khoản mua", 34),
        ("Nguồn của khoản chi hằng năm", 34),
        ("Đơn vị thực hiện", 26),
        ("Danh sách nguồn vốn", 44),
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
        rows.append([label, assumptions.years[rule.year], rule.form.label, rule.source, rule.recurrent_source, rule.unit])
    # The list of sources stands beside: drop-down lists of other sheets read it.
    sources = list(sources_by_label())
    for number in range(1, max(len(rows), len(sources)) + 1):
        row = rows[number - 1] if number <= len(rows) else []
        source = sources[number - 1] if number <= len(sources) else None
        put_row(sheet, HEAD + number, [number if row else None, *row, *[None] * (len(head) - 2 - len(row)), source])
        if row and isinstance(row[1], int) and row[1] >= 2000:
            sheet.cell(HEAD + number, 3).number_format = "0"
    below = HEAD + max(len(rows), len(sources)) + 2
    put_text(
        sheet,
        below,
        2,
        "Chỉ ô tô màu làm đổi số tiền khi sửa ở đây. Năm, hình thức chi, nguồn và đơn vị thực hiện của từng dòng sửa ở PL02.",
    ).style = "w-note"
