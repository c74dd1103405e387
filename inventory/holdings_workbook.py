"""One item over the city as an Excel table: Holding in, bytes out."""

from io import BytesIO

from openpyxl import Workbook
from openpyxl.styles import Alignment, Font
from openpyxl.utils import get_column_letter

from inventory.holdings import Holding

HEADINGS = (
    ("STT", 6),
    ("Mã", 9),
    ("Xã, phường", 28),
    ("Địa bàn trước 01/7/2025", 26),
    ("Tổng số", 10),
    ("Dùng được", 12),
    ("Hỏng chờ sửa", 14),
    ("Chờ thanh lý", 14),
    ("Đã ký hợp đồng, chưa bàn giao", 18),
    ("Quá thời gian sử dụng", 16),
)


def build_holding_workbook(holding: Holding, note: str) -> bytes:
    """The workbook. ``note`` is the line under the title (data as of, demo mark)."""
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.title = holding.item.code
    sheet.append([f"{holding.item.code} – {holding.item.name} ({holding.item.unit})"])
    sheet.append([note])
    sheet.append([])
    sheet.append([heading for heading, _ in HEADINGS])
    for number, row in enumerate(holding.wards, start=1):
        sheet.append(
            [
                number,
                row.ward.code,
                row.ward.full_name,
                row.ward.former_district,
                row.total,
                row.working,
                row.broken,
                row.liquidation,
                row.on_order,
                row.worn_out,
            ]
        )
    plain, bold = Font(name="Times New Roman", size=11), Font(name="Times New Roman", size=11, bold=True)
    for line in sheet.iter_rows():
        for cell in line:
            cell.font = bold if cell.row in (1, 4) else plain
    for index, (_, width) in enumerate(HEADINGS, start=1):
        sheet.column_dimensions[get_column_letter(index)].width = width
        sheet.cell(4, index).alignment = Alignment(wrap_text=True, horizontal="center", vertical="center")
    sheet.freeze_panes = "D5"
    sheet.auto_filter.ref = f"A4:{get_column_letter(len(HEADINGS))}{max(5, sheet.max_row)}"
    sheet.page_setup.orientation = "landscape"
    sheet.page_setup.paperSize = sheet.PAPERSIZE_A4
    sheet.page_setup.fitToHeight = 0
    sheet.sheet_properties.pageSetUpPr.fitToPage = True
    sheet.print_title_rows = "4:4"
    buffer = BytesIO()
    book.save(buffer)
    return buffer.getvalue()
