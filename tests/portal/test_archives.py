from datetime import date, datetime
from io import BytesIO
from zipfile import ZipFile

import pytest
import time_machine
from docx import Document
from openpyxl import Workbook, load_workbook

from portal.archives import open_archive, pack
from portal.office_files import save_document, save_workbook
from portal.table_workbook import build_table_workbook
from portal.version import VERSION, stamp

EARLY, LATE = datetime(2026, 3, 2, 8, 0, 1), datetime(2027, 11, 30, 23, 59, 58)
DAY = date(2026, 3, 2)
FILES = {"phường.txt": b"one", "b.txt": b"two" * 1000}


def workbook():
    book = Workbook()
    book.active.append(["Xã", 1])
    return save_workbook(book)


def dated_workbook():
    return save_workbook(Workbook(), author="SỞ TÀI CHÍNH", on=DAY)


def document():
    letter = Document()
    letter.add_paragraph("Kính gửi")
    return save_document(letter, author="SỞ TÀI CHÍNH", on=DAY)


def table():
    return build_table_workbook("Bảng", "Tên", "lập ngày 02/3/2026", [("STT", 6)], [[1], [2]], "A5")


WRITERS = {
    "workbook": workbook,
    "dated workbook": dated_workbook,
    "table": table,
    "document": document,
    "zip": lambda: pack(FILES),
}


@pytest.mark.parametrize("kind", WRITERS)
def test_equal_content_is_equal_bytes_whenever_it_is_written(kind):
    with time_machine.travel(EARLY):
        early_bytes = WRITERS[kind]()
    with time_machine.travel(LATE):
        assert WRITERS[kind]() == early_bytes
    with ZipFile(BytesIO(early_bytes)) as archive:
        assert archive.testzip() is None
        assert {(entry.create_system, entry.external_attr >> 16) for entry in archive.infolist()} == {(3, 0o644)}
        assert len({entry.date_time for entry in archive.infolist()}) == 1


def test_a_file_from_the_disk_bears_the_day_of_the_archive(tmp_path):
    path = tmp_path / "sheet.xml"
    path.write_bytes(b"<a/>" * 1000)
    with open_archive(buffer := BytesIO(), on=DAY) as archive:
        archive.write(path, "xl/sheet.xml")
    with ZipFile(buffer) as archive:
        [entry] = archive.infolist()
        assert (entry.filename, entry.date_time[:3], archive.read(entry)) == ("xl/sheet.xml", (2026, 3, 2), path.read_bytes())
        assert entry.compress_size < entry.file_size / 10


@pytest.mark.parametrize("kind", ["workbook", "dated workbook", "table", "document"])
def test_a_file_names_program_and_version(kind):
    with ZipFile(BytesIO(WRITERS[kind]())) as archive:
        assert f"<Application>{stamp()}</Application>" in archive.read("docProps/app.xml").decode()
        core = archive.read("docProps/core.xml").decode()
        assert f"version>{VERSION}</" in core
        assert ("openpyxl" in core, "python-docx" in core) == (False, False)
        assert ("created" in core) == (kind in ("dated workbook", "document"))


def test_what_was_written_is_read_again():
    assert load_workbook(BytesIO(workbook())).active["A1"].value == "Xã"
    assert load_workbook(BytesIO(dated_workbook())).properties.created == datetime(2026, 3, 2)
    assert [paragraph.text for paragraph in Document(BytesIO(document())).paragraphs] == ["Kính gửi"]


def test_an_archive_of_files_names_program_and_version():
    with ZipFile(BytesIO(WRITERS["zip"]())) as archive:
        assert archive.comment == stamp().encode()
        assert {name: archive.read(name) for name in archive.namelist()} == FILES
