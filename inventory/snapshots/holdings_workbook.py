"""One item over the city as an Excel table: Holding in, bytes out."""

from inventory.snapshots.holdings import Holding
from portal.table_workbook import build_table_workbook

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
    rows = (
        (
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
        )
        for number, row in enumerate(holding.wards, start=1)
    )
    title = f"{holding.item.code} – {holding.item.name} ({holding.item.unit})"
    return build_table_workbook(holding.item.code, title, note, HEADINGS, rows, frozen="D5")
