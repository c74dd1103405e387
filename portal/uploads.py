"""Uploaded workbooks: checked before anything is read from them, so that a bomb or a macro never gets that far."""

import re
import struct
import zipfile
from collections.abc import Iterator
from io import BytesIO

from openpyxl import Workbook, load_workbook
from openpyxl.utils.exceptions import InvalidFileException
from openpyxl.worksheet.worksheet import Worksheet

from portal.errors import WardReadinessError
from portal.vietnamese import to_xml_text

# Read at some 3 MB a second and 20 bytes of memory a byte, this stays within two seconds and 200 MB.
MAX_UNPACKED = 4 * 1024 * 1024
# What is read as a whole before the first cell: the lists of sheets, styles, names.
MAX_METADATA, MAX_SHEETS, MAX_PARTS = 1024 * 1024, 100, 500
MAX_RATIO = 200
# Pictures stand in a document as they are.
MAX_UNPACKED_DOCUMENT = 40 * 1024 * 1024
_CHUNK = 256 * 1024
_ESCAPED_CONTROL = re.compile("_x(00[01][0-9A-Fa-f]|[Ff]{3}[EeFf])_")
_TOO_LARGE = "Tệp quá lớn khi mở ra. Xóa các trang, dòng thừa rồi gửi lại."
# A person who has edited a file all day must not be told to begin again: any program that opens it saves it as what is asked for.
_SAVE_ANEW = "Mở bằng Excel hoặc LibreOffice, lưu thành .xlsx rồi gửi lại."
_DAMAGED = f"Tệp bị hỏng. {_SAVE_ANEW}"
_FOREIGN = f"Tệp này không phải sổ tính .xlsx (có thể là .ods, .csv, hoặc chưa tải lên hết). {_SAVE_ANEW}"
_NO_DOCUMENT = "Tệp này không phải .docx đọc được, hoặc có mật khẩu, macro. Lưu thành .docx thường hoặc xuất PDF rồi gửi."
_MACRO = "Tệp có macro nên không nhận. Lưu thành .xlsx (không macro) rồi gửi lại."
_UNREADABLE = (OSError, KeyError, ValueError, IndexError, TypeError, SyntaxError, EOFError, zipfile.BadZipFile, struct.error)


class UploadError(WardReadinessError):
    """The file is refused as a whole; the message says why and what to send instead."""


def check_workbook(data: bytes, max_unpacked: int = MAX_UNPACKED) -> None:
    """Raise UploadError unless this is a plain .xlsx of at most ``max_unpacked`` bytes unpacked: no macros, no password, no bomb, no entities."""
    if data[:4] == b"\xd0\xcf\x11\xe0":
        raise UploadError(
            "Tệp đặt mật khẩu hoặc là .xls đời cũ. Mở bằng Excel hoặc LibreOffice, bỏ mật khẩu, lưu thành .xlsx rồi gửi lại."
        )
    try:
        archive = zipfile.ZipFile(BytesIO(data))
    except zipfile.BadZipFile:
        raise UploadError(_FOREIGN) from None
    names = [part.filename for part in archive.infolist()]
    if "[Content_Types].xml" not in names or "xl/workbook.xml" not in names:
        raise UploadError(_FOREIGN)
    if len(names) != len(set(names)):
        raise UploadError(f"Tệp bị hỏng (có phần trùng nhau). {_SAVE_ANEW}")
    if len(names) > MAX_PARTS:
        raise UploadError(_TOO_LARGE)
    total = metadata = 0
    for part in archive.infolist():
        unpacked = _check_part(archive, part, max_unpacked - total)
        total += unpacked
        metadata += 0 if part.filename.startswith("xl/worksheets/") or part.filename == "xl/sharedStrings.xml" else unpacked
        if metadata > MAX_METADATA:
            raise UploadError(_TOO_LARGE)
    _check_content_types(archive)


def check_document(data: bytes) -> None:
    """Raise UploadError unless this is a plain .docx: no macros, no password, no bomb, no entities. It is kept, and never opened here."""
    try:
        archive = zipfile.ZipFile(BytesIO(data))
        names = [part.filename for part in archive.infolist()]
        if len(names) != len(set(names)) or len(names) > MAX_PARTS or "word/document.xml" not in names:
            raise UploadError(_NO_DOCUMENT)
        left = MAX_UNPACKED_DOCUMENT
        for part in archive.infolist():
            left -= _check_part(archive, part, left)
        _refuse_macros(archive)
    except (*_UNREADABLE, UploadError):
        raise UploadError(_NO_DOCUMENT) from None


def open_workbook(data: bytes, max_unpacked: int = MAX_UNPACKED, *, formulas: bool = False) -> Workbook:
    """The workbook for reading, formulas by their values or as they are; its rows come from ``read_rows``. Raises UploadError."""
    check_workbook(data, max_unpacked)
    try:
        return load_workbook(BytesIO(data), read_only=True, data_only=not formulas)
    except (*_UNREADABLE, InvalidFileException):
        raise UploadError(_DAMAGED) from None


def read_rows(sheet: Worksheet, max_row: int, max_col: int) -> Iterator[tuple[object, ...]]:
    """The values of a sheet of an uploaded workbook, row by row, with clean texts. Raises UploadError where one cannot be read."""
    try:
        for row in sheet.iter_rows(max_row=max_row, max_col=max_col, values_only=True):
            yield tuple(_clean(value) if isinstance(value, str) else value for value in row)
    except _UNREADABLE:
        raise UploadError(_DAMAGED) from None


def _clean(text: str) -> str:
    """The text of a cell. What no XML can hold as it is stands there by its number: ``_x000B_`` is a line break inside a paragraph."""
    return to_xml_text(_ESCAPED_CONTROL.sub(lambda match: chr(int(match[1], 16)), text))


def _check_content_types(archive: zipfile.ZipFile) -> None:
    """Refuse what calls itself a macro, whatever its file is named, and more sheets than a person makes."""
    _refuse_macros(archive)
    if archive.read("xl/workbook.xml").count(b"sheetId=") > MAX_SHEETS:
        raise UploadError(_TOO_LARGE)


def _refuse_macros(archive: zipfile.ZipFile) -> None:
    content_types = archive.read("[Content_Types].xml").lower()
    if b"macro" in content_types or b"vbaproject" in content_types:
        raise UploadError(_MACRO)


def _check_part(archive: zipfile.ZipFile, part: zipfile.ZipInfo, limit: int) -> int:
    """How many bytes a part has when it is unpacked. Raises UploadError where they are more than ``limit``, or it is unsafe."""
    if part.flag_bits & 1:
        raise UploadError("Tệp đặt mật khẩu. Bỏ mật khẩu, lưu lại rồi gửi.")
    if part.filename.lower().endswith("vbaproject.bin"):
        raise UploadError(_MACRO)
    size, start = 0, b""
    try:
        with archive.open(part) as stream:
            while chunk := stream.read(_CHUNK):
                start = start or chunk[:4096]
                size += len(chunk)
                if size > limit or size > MAX_RATIO * max(part.compress_size, 1024):
                    raise UploadError(_TOO_LARGE)
    except (*_UNREADABLE, NotImplementedError):
        raise UploadError(_DAMAGED) from None
    if b"<!DOCTYPE" in start.upper():
        raise UploadError(f"Tệp có phần khai báo lạ nên không nhận. {_SAVE_ANEW}")
    return size
