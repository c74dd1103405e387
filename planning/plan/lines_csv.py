"""Lines of a plan as a CSV table, for whoever computes on. Pure."""

import csv
from collections.abc import Iterable
from io import StringIO

from inventory.catalogue import load_catalogue
from planning.plan.line import PlanLine
from portal.csv_cells import escape_formula

HEAD = (
    "Mã dòng", "Mã xã", "Xã, phường", "Nhóm", "Mã DM", "Nội dung", "ĐVT", "Số lượng đề nghị", "Điều chuyển", "Số lượng mua, thuê", "Phương thức", "Số tháng", "Đơn giá", "Thành tiền các năm của phương án",
    "Hình thức chi", "Nguồn vốn", "Năm", "Bắt buộc", "Đơn vị thực hiện", "Căn cứ giá", "Ghi chú",
)  # fmt: skip


def build_lines_csv(lines: Iterable[PlanLine]) -> bytes:
    """The table, UTF-8 with a byte order mark; money in whole VND without signs between the thousands."""
    buffer = StringIO(newline="")
    writer = csv.writer(buffer, lineterminator="\r\n")
    writer.writerow(HEAD)
    for line in lines:
        item = load_catalogue()[line.item]
        cells = [
            line.code, line.ward.code, line.ward.full_name, line.group, line.item, item.name, item.unit, line.quantity, line.moved, line.bought, line.method.label,
            line.months, line.unit_price, line.amount, line.form.label, line.source, line.year, "x" if line.is_priority else "", line.unit,
            line.price.method_label if line.has_evidence else "chưa có căn cứ", line.note,
        ]  # fmt: skip
        writer.writerow([escape_formula(cell) for cell in cells])
    return buffer.getvalue().encode("utf-8-sig")
