"""``Rẻ nhất để đáp ứng``: the wards that money turns ready, cheapest first, with running sums and the picture of money against wards."""

from collections.abc import Sequence

from openpyxl import Workbook

from exports.workbook.annex import FIRST, Content, Formula, add_annex, column_range, put_row
from exports.workbook.charts import Cells, line_of_money
from exports.workbook.context import WorkbookContext
from exports.workbook.ward_totals import RESULT
from exports.workbook.ward_totals import TAB as WARD_TAB
from planning.funding.allocation import Candidate, readiness_curve
from planning.plan.plan import Plan
from scoring.rating.rating import Result

TAB = "Rẻ nhất để đáp ứng"
_HEADINGS = (
    ("STT", 6), ("Mã xã", 9), ("Xã, phường", 28), ("Cần để đáp ứng (tổng các hình thức chi)", 20), ("Lũy kế", 20),
    ("Số đơn vị đáp ứng", 12), ("Dân số", 12), ("Dân số được phục vụ thêm, lũy kế", 16),
)  # fmt: skip


def add_readiness_ranking(book: Workbook, plan: Plan, context: WorkbookContext, candidates: Sequence[Candidate]) -> None:
    """Add the sheet; its first row is the city as it stands."""
    sheet = add_annex(book, plan, context, TAB, "15", "Rẻ nhất để đáp ứng: tiền và số đơn vị", _HEADINGS)
    ready = plan.ready_now
    ready_count = Formula(f'=COUNTIF({column_range(WARD_TAB, RESULT)},"{Result.READY.label}")', ready)
    put_row(sheet, FIRST, [None, None, "Hiện nay", 0, Formula(f"=D{FIRST}", 0), ready_count, 0, Formula(f"=G{FIRST}", 0)])
    points, before = readiness_curve(candidates), 0
    for number, point in enumerate(points, start=1):
        row = FIRST + number
        cells: list[Content] = [
            number, point.ward.code, point.ward.full_name, point.money - before, Formula(f"=SUM(D${FIRST}:D{row})", point.money),
            Formula(f'=F${FIRST}+COUNTIF(A${FIRST}:A{row},">0")', ready + point.wards), point.ward.population,
            Formula(f"=SUM(G${FIRST}:G{row})", point.people),
        ]  # fmt: skip
        put_row(sheet, row, cells)
        before = point.money
    last = FIRST + len(points)
    money = Cells(TAB, f"$E${FIRST}:$E${last}", (0, *(point.money for point in points)))
    wards = Cells(TAB, f"$F${FIRST}:$F${last}", (ready, *(ready + point.wards for point in points)))
    picture = line_of_money("Tiền và số đơn vị đáp ứng, rẻ nhất trước", money, wards, "số đơn vị đáp ứng", 22)
    sheet.add_chart(picture, f"B{last + 2}")
