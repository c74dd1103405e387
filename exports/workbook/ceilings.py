"""What the budget ceilings fund: money by year and source, what is proven of the choice, and why each other ward waits.

Each ward stands with the money of the year in which it begins, and each pot with its whole ceiling, so that the formulas come to what the
page of the ceilings says: what is pinned and what stage two funds beside the wards are rows of their own.
"""

from collections.abc import Mapping

from openpyxl import Workbook
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.datavalidation import DataValidation
from openpyxl.worksheet.worksheet import Worksheet

from exports.workbook.annex import HEAD, LAST, Content, Formula, add_annex, join, put, put_across, put_row
from exports.workbook.context import WorkbookContext
from planning.funding.allocation import Candidate, Choice, describe_proof, find_waiting, next_ward
from planning.funding.funded import FundedPlan
from planning.plan.plan import Plan
from planning.plan.spending import Pot
from portal.formats import format_vnd

TAB = "Mức vốn tối đa"
FUNDED, WAITING = "có", "chưa"
WITHIN_CEILINGS, ABOVE_CEILING = "Không vượt mức nào.", "VƯỢT MỨC: xem dòng Còn lại cho phần khác."
CEILING, PINNED, SPENT, LEFT, OTHERS, REMAINING, CHECK = (HEAD + offset for offset in range(1, 8))
FIRST_WARD = CHECK + 1
_FIRST_POT = 5


def add_ceilings(book: Workbook, plan: Plan, context: WorkbookContext, funded: FundedPlan) -> None:
    """Add the sheet: a column for each year and source, a row for each ward that is not ready, those with money first."""
    choice = funded.choice
    costs = {candidate.ward.code: _costs(candidate, choice) for candidate in choice.candidates}
    pots = sorted({pot for amounts in costs.values() for pot in amounts} | funded.ceilings.keys())
    head = (
        ("STT", 6), ("Mã xã", 9), ("Xã, phường", 26), ("Bố trí vốn", 9),
        *((f"{pot.year}: {pot.source}. {pot.form.label}", 18) for pot in pots), ("Tổng các hình thức chi", 18), ("Vì sao chưa bố trí, còn cần gì", 60),
    )  # fmt: skip
    sheet = add_annex(
        book, plan, context, TAB, "14", "Xã, phường được dự kiến bố trí vốn để đáp ứng trong các mức vốn tối đa", head
    )
    proof = f"{describe_proof(choice)} Mục tiêu: {choice.aim.label.lower()}."
    put_across(sheet, HEAD - 1, (1, len(head)), f"{proof} {_next_ward_text(choice)}", "w-words")
    # A source is named by its level of budget, nature and field.
    sheet.row_dimensions[HEAD].height = 124
    _put_money(sheet, funded, pots)
    ordered = sorted(choice.candidates, key=lambda c: (c.ward.code not in choice.funded, c.ward.position))
    for number, candidate in enumerate(ordered, start=1):
        put_row(sheet, CHECK + number, _cells(number, candidate, funded, costs[candidate.ward.code], pots))
    rule = DataValidation(type="list", formula1=f'"{FUNDED},{WAITING}"', allow_blank=True)
    sheet.add_data_validation(rule)
    rule.add(f"D{FIRST_WARD}:D{LAST}")
    sheet.freeze_panes = f"E{FIRST_WARD}"
    sheet.page_setup.paperSize = sheet.PAPERSIZE_A3


def _costs(candidate: Candidate, choice: Choice) -> Mapping[Pot, int]:
    """VND by pot in the year in which a ward begins, as planned where it waits."""
    return candidate.costs_by_years[choice.years.get(candidate.ward.code, 0)]


def _put_money(sheet: Worksheet, funded: FundedPlan, pots: list[Pot]) -> None:
    """Ceiling, what is spent and what is left of each pot; what the wards take follows the column of funded wards."""
    pinned, spent, whole = funded.pinned, funded.choice.spent, funded.spent
    others = {pot: whole.get(pot, 0) - pinned.get(pot, 0) - spent.get(pot, 0) for pot in pots}
    rows: dict[int, list[Content]] = {
        CEILING: ["Mức vốn tối đa"],
        PINNED: ["Dòng phải được bố trí"],
        SPENT: ["Dự kiến bố trí để đáp ứng"],
        LEFT: ["Còn lại cho phần khác"],
        OTHERS: ["Dự kiến bố trí phần khác"],
        REMAINING: ["Còn lại"],
    }
    for column, pot in enumerate(pots, start=_FIRST_POT):
        letter, ceiling = get_column_letter(column), funded.ceilings.get(pot)
        at = {row: f"{letter}{row}" for row in rows}
        cells = f"{letter}${FIRST_WARD}:{letter}${LAST}"
        remaining = None if ceiling is None else ceiling - whole.get(pot, 0)
        rows[CEILING].append("không đặt" if ceiling is None else ceiling)
        rows[PINNED].append(pinned.get(pot, 0))
        rows[SPENT].append(Formula(f'=SUMIFS({cells},$D${FIRST_WARD}:$D${LAST},"{FUNDED}")', spent.get(pot, 0)))
        left = f'=IF(ISNUMBER({at[CEILING]}),{at[CEILING]}-{at[PINNED]}-{at[SPENT]},"–")'
        rows[LEFT].append(Formula(left, "–" if remaining is None else remaining + others[pot]))
        rows[OTHERS].append(others[pot])
        last = f'=IF(ISNUMBER({at[LEFT]}),{at[LEFT]}-{at[OTHERS]},"–")'
        rows[REMAINING].append(Formula(last, "–" if remaining is None else remaining))
    first_letter, last_letter = get_column_letter(_FIRST_POT), get_column_letter(_FIRST_POT + len(pots) - 1)
    for row, by_pot in ((PINNED, pinned), (SPENT, spent), (OTHERS, others)):
        rows[row].append(Formula(f"=SUM({first_letter}{row}:{last_letter}{row})", sum(by_pot.values())))
    for row, (label, *figures) in rows.items():
        put_row(sheet, row, [None, None, label, None, *figures, *[None] * (len(pots) + 2 - len(figures))], total=True)
    check = f'=IF(COUNTIF({first_letter}{LEFT}:{last_letter}{LEFT},"<0")=0,"{WITHIN_CEILINGS}","{ABOVE_CEILING}")'
    put_row(sheet, CHECK, [None, None, "Kiểm tra", None, Formula(check, WITHIN_CEILINGS), *[None] * (len(pots) + 1)])
    join(sheet, CHECK, _FIRST_POT, _FIRST_POT + len(pots))
    put(sheet, SPENT, 4, Formula(f'=COUNTIF($D${FIRST_WARD}:$D${LAST},"{FUNDED}")', len(funded.choice.funded)), total=True)


def _cells(number: int, candidate: Candidate, funded: FundedPlan, costs: Mapping[Pot, int], pots: list[Pot]) -> list[Content]:
    choice = funded.choice
    first, last, row = get_column_letter(_FIRST_POT), get_column_letter(_FIRST_POT + len(pots) - 1), CHECK + number
    later, waiting = choice.years.get(candidate.ward.code, 0), _waiting_text(candidate, funded)
    return [
        number, candidate.ward.code, candidate.ward.full_name, FUNDED if candidate.ward.code in choice.funded else WAITING,
        *(costs.get(pot, 0) for pot in pots), Formula(f"=SUM({first}{row}:{last}{row})", sum(costs.values())),
        f"Lùi {later} năm so với bản lập" if later else waiting,
    ]  # fmt: skip


def _waiting_text(candidate: Candidate, funded: FundedPlan) -> str:
    """The reason; what money does not mend is named, except what would help an attacker."""
    waiting = find_waiting(funded.choice, candidate.ward, funded.decided)
    if waiting is None:
        return ""
    hidden = sum(criterion.is_sensitive for criterion in waiting.blockers)
    if waiting.possible or not hidden:
        return waiting.reason
    names = [criterion.name for criterion in waiting.blockers if not criterion.is_sensitive]
    blockers = "; ".join([*names, f"an ninh mạng ({hidden})"])
    return f"Bố trí kinh phí vẫn chưa đủ điều kiện đáp ứng; cần hoàn thành trước: {blockers}"


def _next_ward_text(choice: Choice) -> str:
    """Which ward comes next, and that this sheet is for trying, not for deciding."""
    following = next_ward(choice)
    text = (
        f"Đơn vị tiếp theo: {following.ward.full_name}, cần nâng mức vốn tối đa thêm {format_vnd(sum(following.lacking.values()))}. "
        if following
        else ""
    )
    return (
        f"{text}Mỗi xã, phường được bố trí trọn số tiền tối thiểu để đáp ứng, theo đơn giá, năm và nguồn lúc xuất tệp; phần khác là các dòng "
        "còn lại của phương án, giữ như lúc xuất tệp. Đổi cột Bố trí vốn để thử; chọn lại thì làm ở trang Mức vốn tối đa của phương án trên hệ thống."
    )
