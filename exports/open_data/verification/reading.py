"""An export as it lies in a folder."""

from pathlib import Path

from exports.open_data.verification.export import COLUMNS, STANDARD, Export, parse_export
from exports.open_data.verification.rows import ExportError


def read_export(folder: Path) -> Export:
    """The export in a folder. Raises ExportError where it is none, or cannot be read."""
    missing = [name for name in (*COLUMNS, STANDARD) if not (folder / name).is_file()]
    if missing:
        raise ExportError(
            f"Thư mục {folder} không phải là một bản xuất dữ liệu mở đầy đủ: thiếu {', '.join(missing)}. "
            "Chỉ tới thư mục mà “open-data export” đã ghi."
        )
    return parse_export({name: (folder / name).read_bytes() for name in (*COLUMNS, STANDARD)})
