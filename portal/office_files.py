"""Workbooks and Word documents into bytes: equal for equal content, with program and version in their properties."""

from __future__ import annotations

from datetime import UTC, date, datetime, time
from io import BytesIO
from typing import TYPE_CHECKING
from xml.sax.saxutils import escape

from openpyxl import Workbook
from openpyxl.writer.excel import ExcelWriter
from openpyxl.xml.constants import ARC_APP, ARC_CORE, DCTERMS_NS
from openpyxl.xml.functions import tostring

from portal.archives import NO_DAY, open_archive, rewrite
from portal.version import VERSION, stamp

if TYPE_CHECKING:
    # Loading python-docx costs time that only whoever makes a document has to spend.
    from docx.document import Document

_PROPERTIES = "http://schemas.openxmlformats.org/officeDocument/2006/extended-properties"


def save_workbook(book: Workbook, *, author: str = "", on: date | None = None, writer: type[ExcelWriter] | None = None) -> bytes:
    """The bytes of a workbook. ``on`` is the day that it shows; where it shows none, its properties name none.

    Only who brings a ``writer`` of formulas has any: everywhere else what begins with ``=`` was typed by somebody, and stays text.
    """
    if writer is None:
        _keep_text(book)
    about = book.properties
    about.creator, about.version = author or stamp(), VERSION
    if on is not None:
        about.created = about.modified = _begin(on)
    core = about.to_tree()
    if on is None:
        for name in ("created", "modified"):
            core.remove(core.find(f"{{{DCTERMS_NS}}}{name}"))
    buffer = BytesIO()
    with open_archive(buffer, on=on or NO_DAY, parts={ARC_APP: _application(), ARC_CORE: tostring(core)}) as archive:
        (writer or ExcelWriter)(book, archive).write_data()
    return buffer.getvalue()


def save_document(document: Document, *, author: str, on: date, note: str = "") -> bytes:
    """The bytes of a Word document that shows the day ``on``."""
    about = document.core_properties
    about.author, about.version, about.comments = author, VERSION, note
    about.created = about.modified = _begin(on)
    buffer = BytesIO()
    document.save(buffer)
    return rewrite(buffer.getvalue(), {ARC_APP: _application()}, on)


def _keep_text(book: Workbook) -> None:
    """Make formulas, and what looks like the error of one, the text that they are."""
    for sheet in book.worksheets:
        for row in sheet.iter_rows():
            for cell in row:
                if cell.data_type in ("f", "e"):
                    cell.data_type = "s"


def _begin(day: date) -> datetime:
    return datetime.combine(day, time(), UTC).replace(tzinfo=None)


def _application() -> bytes:
    """The part that names the program. Excel takes no version of three numbers as such, so that it stands in the name."""
    return f'<Properties xmlns="{_PROPERTIES}"><Application>{escape(stamp())}</Application></Properties>'.encode()
