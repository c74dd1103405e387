"""Uploaded workbooks: looked over before anything is read from them, so that a bomb or a macro never gets that far."""

import zipfile
from io import BytesIO

from openpyxl import Workbook, load_workbook
from openpyxl.utils.exceptions import InvalidFileException

from portal.errors import WardReadinessError

MAX_PART = 40 * 1024 * 1024
MAX_RATIO = 200
_CHUNK = 1024 * 1024


class UploadError(WardReadinessError):
    """The file is refused as a whole; the message says why and what to send instead."""


def check_workbook(data: bytes) -> None:
    """Raise UploadError unless this is a plain .xlsx of sane size: no macros, no password, no bomb, no entities."""
    if data[:4] == b"\xd0\xcf\x11\xe0":
        raise UploadError("Tệp đặt mật khẩu hoặc là .xls đời cũ. Mở bằng Excel, bỏ mật khẩu, lưu thành .xlsx rồi gửi lại.")
    try:
        archive = zipfile.ZipFile(BytesIO(data))
    except zipfile.BadZipFile:
        raise UploadError("Tệp này không phải sổ tính .xlsx. Tải lại mẫu, điền rồi gửi lại.") from None
    names = [part.filename for part in archive.infolist()]
    if "[Content_Types].xml" not in names or "xl/workbook.xml" not in names:
        raise UploadError("Tệp này không phải sổ tính .xlsx. Tải lại mẫu, điền rồi gửi lại.")
    if len(names) != len(set(names)):
        raise UploadError("Tệp bị hỏng (có phần trùng nhau). Mở bằng Excel, lưu lại rồi gửi.")
    for part in archive.infolist():
        _check_part(archive, part)


def open_workbook(data: bytes) -> Workbook:
    """The workbook for reading, row by row, formulas by their values. Raises UploadError where it cannot be read."""
    check_workbook(data)
    try:
        return load_workbook(BytesIO(data), read_only=True, data_only=True)
    except (OSError, KeyError, ValueError, InvalidFileException, SyntaxError):
        raise UploadError("Tệp bị hỏng. Mở bằng Excel, lưu lại rồi gửi.") from None


def _check_part(archive: zipfile.ZipFile, part: zipfile.ZipInfo) -> None:
    if part.flag_bits & 1:
        raise UploadError("Tệp đặt mật khẩu. Bỏ mật khẩu, lưu lại rồi gửi.")
    if part.filename.lower().endswith("vbaproject.bin"):
        raise UploadError("Tệp có macro nên không nhận. Lưu thành .xlsx (không macro) rồi gửi lại.")
    size, head = 0, b""
    try:
        with archive.open(part) as stream:
            while chunk := stream.read(_CHUNK):
                head = head or chunk[:4096]
                size += len(chunk)
                if size > MAX_PART or size > MAX_RATIO * max(part.compress_size, 1024):
                    raise UploadError("Tệp quá lớn khi mở ra. Xóa các trang, dòng thừa rồi gửi lại.")
    except (zipfile.BadZipFile, NotImplementedError, EOFError):
        raise UploadError("Tệp bị hỏng. Mở bằng Excel, lưu lại rồi gửi.") from None
    if b"<!DOCTYPE" in head.upper():
        raise UploadError("Tệp có phần khai báo lạ nên không nhận. Mở bằng Excel, lưu lại rồi gửi.")
