"""A brief as a .docx of one A4 page, for whoever wants to go on writing.

Loading python-docx costs time that no other page needs: import this file where a document is made.
"""

from docx import Document
from docx.document import Document as Pages
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Mm, Pt, RGBColor
from docx.table import _Cell
from docx.text.paragraph import Paragraph

from exports.brief import content
from exports.brief.brief import Brief
from exports.brief.content import Table
from portal.office_files import save_document

# The letters of official documents (NĐ 30/2020/NĐ-CP, Phụ lục I): every office has them.
FONT = "Times New Roman"
GREY, RED = "52606d", "a3202f"
TEXT, SMALL, WIDTH = 11, 9, 180


def build_brief_document(brief: Brief, agency: str) -> bytes:
    """The document, with the name of the agency in its head. Alike for equal briefs."""
    document = Document()
    _set_page(document)
    properties = document.core_properties
    properties.title, properties.language = content.title(brief), "vi"
    _add_paragraph(document, agency, size=SMALL, colour=GREY)
    heading = document.add_heading(level=1)
    _format_run(heading.add_run(content.title(brief)), 16, is_bold=True)
    _set_spacing(heading, after=2)
    _add_paragraph(document, content.origin(brief), size=SMALL, colour=GREY)
    if brief.is_demo:
        _add_paragraph(document, content.DEMO, size=SMALL, colour=RED, is_bold=True)
    _add_cards(document, brief)
    for section in content.sections(brief):
        heading = document.add_heading(level=2)
        _format_run(heading.add_run(section.heading), 12, is_bold=True)
        _set_spacing(heading, before=7, after=1)
        if section.table is not None:
            _add_table(document, section.table)
        if section.sentences:
            _add_paragraph(document, " ".join(section.sentences))
        for number, step in enumerate(section.steps, 1):
            _add_paragraph(document, f"{number}. {step}", indent=5)
        if section.note:
            _add_paragraph(document, section.note, size=SMALL, colour=GREY)
    _add_paragraph(document, content.source(brief), size=SMALL, colour=GREY, before=6)
    return save_document(document, author=agency, on=brief.on, note=content.origin(brief))


def _set_page(document: Pages) -> None:
    page = document.sections[0]
    page.page_width, page.page_height = Mm(210), Mm(297)
    page.left_margin = page.right_margin = Mm(15)
    page.top_margin = page.bottom_margin = Mm(12)
    normal = document.styles["Normal"]
    normal.font.name, normal.font.size = FONT, Pt(TEXT)


def _add_paragraph(
    document: Pages,
    text: str,
    *,
    size: int = TEXT,
    colour: str = "",
    is_bold: bool = False,
    indent: int = 0,
    before: int = 0,
) -> None:
    paragraph = document.add_paragraph()
    _format_run(paragraph.add_run(text), size, colour, is_bold=is_bold)
    _set_spacing(paragraph, before=before, after=1)
    paragraph.paragraph_format.left_indent = Mm(indent)
    paragraph.paragraph_format.first_line_indent = Mm(-indent)


def _add_cards(document: Pages, brief: Brief) -> None:
    cards = content.cards(brief)
    table = document.add_table(rows=1, cols=len(cards))
    for cell, card in zip(table.rows[0].cells, cards, strict=True):
        figure = cell.paragraphs[0]
        _format_run(figure.add_run(card.figure), 15, is_bold=True)
        _set_spacing(figure, before=3)
        label = cell.add_paragraph()
        _format_run(label.add_run(card.label), SMALL, GREY)
        _set_spacing(label)
        _draw_left_edge(cell, card.colour.removeprefix("#"))


def _add_table(document: Pages, table: Table) -> None:
    grid = document.add_table(rows=0, cols=len(table.heads), style="Table Grid")
    grid.autofit = False
    for column, width in zip(grid.columns, _widths(table), strict=True):
        column.width = Mm(width)
    for number, row in enumerate((table.heads, *table.rows)):
        cells = grid.add_row().cells
        for column_index, (cell, text) in enumerate(zip(cells, row, strict=True)):
            cell.width = Mm(_widths(table)[column_index])
            paragraph = cell.paragraphs[0]
            _format_run(paragraph.add_run(text), 10, is_bold=number == 0)
            _set_spacing(paragraph, before=1, after=1)
            if column_index in table.figures:
                paragraph.alignment = WD_ALIGN_PARAGRAPH.RIGHT
    _mark_head(grid.rows[0]._tr)


def _widths(table: Table) -> list[float]:
    """Millimetres: the first column has what the others leave."""
    columns = list(zip(table.heads, *table.rows, strict=True))
    others = [WIDTH * min(0.25, max(0.11, 0.0125 * max(len(text) for text in column))) for column in columns[1:]]
    return [WIDTH - sum(others), *others]


def _format_run(run, size: int, colour: str = "", *, is_bold: bool = False) -> None:  # type: ignore[no-untyped-def]  # python-docx types the XML below it not at all
    run.font.name, run.font.size, run.font.bold = FONT, Pt(size), is_bold
    run.font.color.rgb = RGBColor.from_string((colour or content.INK.removeprefix("#")).upper())
    run._element.rPr.rFonts.set(qn("w:eastAsia"), FONT)


def _set_spacing(paragraph: Paragraph, *, before: int = 0, after: int = 0) -> None:
    spacing = paragraph.paragraph_format
    spacing.space_before, spacing.space_after, spacing.line_spacing = Pt(before), Pt(after), 1


def _draw_left_edge(cell: _Cell, colour: str) -> None:
    """A thick edge on the left, in the colour of the result."""
    borders, left = OxmlElement("w:tcBorders"), OxmlElement("w:left")
    for name, value in (("val", "single"), ("sz", "36"), ("space", "0"), ("color", colour)):
        left.set(qn(f"w:{name}"), value)
    borders.append(left)
    cell._tc.get_or_add_tcPr().append(borders)


def _mark_head(row) -> None:  # type: ignore[no-untyped-def]  # python-docx types the XML below it not at all
    """Tell who reads aloud that the first row holds the heads."""
    row.get_or_add_trPr().append(OxmlElement("w:tblHeader"))
