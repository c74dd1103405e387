"""The account of money: the least for the wards to be ready, the whole plan, what is funded and what is not; then each part of a line with its pots."""

from collections.abc import Mapping

from openpyxl import Workbook
from openpyxl.worksheet.worksheet import Worksheet

from exports.workbook.annex import (
    FIRST,
    HEAD,
    Content,
    Formula,
    add_annex,
    add_filter,
    column_range,
    put_across,
    put_row,
    put_totals,
)
from exports.workbook.context import WorkbookContext
from inventory.catalogue import load_catalogue
from planning.funding.account import Account, Cut, Sums
from planning.funding.funded import FundedPart, FundedPlan
from planning.funding.redaction import rank_shown
from planning.plan.plan import Plan
from portal.formats import format_number

TAB, LINES_TAB = "Cân đối vốn", "Cân đối từng dòng"
FUNDED, UNFUNDED = "dự kiến bố trí vốn", "chưa cân đối được vốn"
_HEADINGS = (
    ("STT", 6), ("Nội dung", 60), ("Tối thiểu để đáp ứng", 20), ("Toàn phương án", 20), ("Dự kiến bố trí vốn", 20),
    ("Chưa cân đối được vốn", 20),
)  # fmt: skip
_LINE_HEADINGS = (
    ("STT", 6), ("Mã dòng", 12), ("Xã, phường", 26), ("Danh mục", 34), ("Thứ bậc", 18), ("Số lượng", 10), ("Số tiền", 18),
    ("Cân đối", 18), ("Năm, nguồn vốn, hình thức chi (đồng)", 60), ("Vì sao chưa cân đối được", 60),
)  # fmt: skip
# The cuts of the sheet: by ward it would be as long as that of the wards.
_CUTS = (Cut.FORM, Cut.YEAR, Cut.SOURCE, Cut.RANK, Cut.NORM, Cut.GROUP)


def add_money_account(book: Workbook, plan: Plan, context: WorkbookContext, funded: FundedPlan, account: Account) -> None:
    """Add the sheet of sums, whose total follows the sheet of parts, and that sheet."""
    sheet = add_annex(book, plan, context, TAB, "16", "Cân đối vốn của phương án", _HEADINGS)
    put_across(sheet, HEAD - 1, (1, len(_HEADINGS)), _words(account), "w-words")
    amounts, standings = column_range(LINES_TAB, "G"), column_range(LINES_TAB, "H")
    whole = Formula(f"=SUM({amounts})", account.total.whole)
    funded_sum = Formula(f'=SUMIFS({amounts},{standings},"{FUNDED}")', account.total.funded)
    difference = Formula(f"=D{FIRST}-E{FIRST}", account.total.unfunded)
    put_row(sheet, FIRST, [None, account.label.capitalize(), account.total.minimum, whole, funded_sum, difference], total=True)
    row = FIRST + 1
    for cut in _CUTS:
        row = _put_cut(sheet, row, cut.label, account.cuts[cut])
    _add_parts(book, plan, context, funded)


def _put_cut(sheet: Worksheet, row: int, title: str, rows: Mapping[str, Sums]) -> int:
    """The rows of a cut below their title; returns the next free row."""
    put_row(sheet, row, [None, title, None, None, None, None], total=True)
    for number, (name, sums) in enumerate(rows.items(), start=1):
        row += 1
        unfunded = Formula(f"=D{row}-E{row}", sums.unfunded)
        put_row(sheet, row, [number, name, sums.minimum, sums.whole, sums.funded, unfunded])
    return row + 1


def _words(account: Account) -> str:
    ready = (
        f"Số đơn vị đáp ứng: hiện nay {account.ready_now}, sau phần được dự kiến bố trí vốn {account.ready_funded}, "
        f"sau toàn phương án {account.ready_all} trên {account.wards}."
    )
    return " ".join(filter(None, (ready, account.ceiling_remark, account.slide_remark)))


def _add_parts(book: Workbook, plan: Plan, context: WorkbookContext, funded: FundedPlan) -> None:
    sheet = add_annex(book, plan, context, LINES_TAB, "17", "Cân đối vốn từng dòng", _LINE_HEADINGS)
    for number, each in enumerate(funded.parts, start=1):
        put_row(sheet, HEAD + number, _cells(number, each, context))
    put_totals(sheet, 6, {7: sum(each.part.amount for each in funded.parts)})
    add_filter(sheet, len(_LINE_HEADINGS), len(funded.parts))
    sheet.freeze_panes = f"D{FIRST}"


def _cells(number: int, each: FundedPart, context: WorkbookContext) -> list[Content]:
    part = each.part
    line = part.line
    pots = "; ".join(f"{pot.label}: {format_number(amount)}" for pot, amount in part.amounts_by_pot.items())
    return [
        number, line.code, line.ward.full_name, f"{line.item} – {load_catalogue()[line.item].name}", rank_shown(part, context.sees),
        part.quantity, part.amount, FUNDED if each.is_funded else UNFUNDED, pots, each.reason,
    ]  # fmt: skip
