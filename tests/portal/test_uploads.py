"""A file that is no .xlsx is refused with what to do about it in the program at hand, and nobody is sent back to an empty template."""

from io import BytesIO
from zipfile import ZipFile

import pytest
from docx import Document
from openpyxl import Workbook

from portal.checked_files import FileError, check_file, clean_name
from portal.downloads import DOCX
from portal.uploads import UploadError, check_workbook


def archive(**parts):
    buffer = BytesIO()
    with ZipFile(buffer, "w") as packed:
        for name, data in parts.items():
            packed.writestr(name, data)
    return buffer.getvalue()


def workbook():
    buffer = BytesIO()
    Workbook().save(buffer)
    return buffer.getvalue()


@pytest.mark.parametrize(
    "data",
    [
        pytest.param(archive(mimetype="application/vnd.oasis.opendocument.spreadsheet"), id="ods"),
        pytest.param(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(500), id="xls or password"),
        pytest.param("mã;tên\n00082;Cửa Nam\n".encode(), id="csv"),
        pytest.param(workbook()[:2000], id="half sent"),
        pytest.param(b"", id="empty"),
    ],
)
def test_who_has_edited_a_file_of_another_kind_is_told_to_save_it_as_the_right_one(data):
    with pytest.raises(UploadError, match=r"Mở bằng Excel hoặc LibreOffice, .*lưu thành \.xlsx rồi gửi lại") as refusal:
        check_workbook(data)
    assert "mẫu" not in refusal.value.message


def document():
    buffer = BytesIO()
    Document().save(buffer)
    return buffer.getvalue()


def test_a_document_is_taken_where_documents_are_and_named_as_one():
    checked = check_file(document(), documents=True)
    assert (checked.media_type, checked.data) == (DOCX, document())
    assert clean_name("quyết định.pdf", checked.media_type) == "quyết định.docx"
    with pytest.raises(FileError, match="không phải ảnh"):
        check_file(document())


@pytest.mark.parametrize(
    "data",
    [
        pytest.param(workbook(), id="a workbook"),
        pytest.param(document()[:2000], id="half sent"),
        pytest.param(archive(**{"word/document.xml": b"<a/>"}), id="no content types"),
        pytest.param(
            archive(**{"word/document.xml": b"<a/>", "[Content_Types].xml": b"application/vnd.ms-word.document.macroEnabled"}),
            id="a macro",
        ),
        pytest.param(archive(**{"word/document.xml": b"<!DOCTYPE a>", "[Content_Types].xml": b""}), id="entities"),
    ],
)
def test_what_is_no_plain_document_is_refused_with_what_to_send_instead(data):
    with pytest.raises(UploadError, match=r"không phải \.docx .*xuất PDF"):
        check_file(data, documents=True)
