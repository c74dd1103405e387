"""A brief as a PDF of exactly one A4 page, by reportlab: it wraps Vietnamese text and takes a tenth of a second.

Loading it costs time that no other page needs: import this file where a PDF is made.
"""

from collections.abc import Iterator
from functools import cache
from html import escape
from io import BytesIO

from reportlab.lib.colors import Color, HexColor
from reportlab.lib.pagesizes import A4
from reportlab.lib.styles import ParagraphStyle
from reportlab.lib.units import mm
from reportlab.pdfbase.pdfmetrics import registerFont
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import Flowable, Frame, Paragraph, Spacer
from reportlab.platypus import Table as Grid

from exports.brief import content
from exports.brief.brief import Brief
from exports.brief.content import Section, Table
from portal.version import stamp
from portal.web_fonts import FONTS

PLAIN, BOLD = "BeVietnamPro", "BeVietnamPro-SemiBold"
INK, GREY, RULE, RED = HexColor(content.INK), HexColor("#52606d"), HexColor("#cbd2d9"), HexColor("#a3202f")
MARGIN = 15 * mm
WIDTH = A4[0] - 2 * MARGIN
# Sizes of the letters in points, tried in turn until everything stands on one page.
SIZES = (10.0, 9.5, 9.0, 8.5, 8.0, 7.5, 7.0, 6.5, 6.0, 5.5)


def build_brief_pdf(brief: Brief, agency: str) -> bytes:
    """The PDF, with the name of the agency in its head. Alike for equal briefs."""
    _register_fonts()
    size = next((size for size in SIZES if _fits(brief, agency, size)), SIZES[-1])
    buffer = BytesIO()
    canvas = Canvas(buffer, pagesize=A4, invariant=1, lang="vi")
    canvas.setTitle(content.title(brief))
    canvas.setAuthor(agency)
    canvas.setSubject(content.origin(brief))
    canvas.setCreator(stamp())
    _frame().addFromList(list(_story(brief, agency, size)), canvas)
    canvas.setFont(PLAIN, 7)
    canvas.setFillColor(GREY)
    canvas.drawString(MARGIN, 9 * mm, content.source(brief))
    canvas.showPage()
    canvas.save()
    return buffer.getvalue()


def _frame() -> Frame:
    return Frame(MARGIN, 14 * mm, WIDTH, A4[1] - 26 * mm, 0, 0, 0, 0)


def _fits(brief: Brief, agency: str, size: float) -> bool:
    story = list(_story(brief, agency, size))
    _frame().addFromList(story, Canvas(BytesIO()))
    return not story


def _story(brief: Brief, agency: str, size: float) -> Iterator[Flowable]:
    yield _text(agency, size * 0.85, GREY)
    yield _text(content.title(brief), size * 1.7, INK, BOLD)
    yield _text(content.origin(brief), size * 0.85, GREY)
    if brief.is_demo:
        yield _text(content.DEMO, size * 0.85, RED, BOLD)
    yield Spacer(0, size * 0.7)
    yield _cards(brief, size)
    for section in content.sections(brief):
        yield Spacer(0, size * 0.8)
        yield _text(section.heading, size * 1.15, INK, BOLD)
        yield from _section(section, size)


def _cards(brief: Brief, size: float) -> Grid:
    cards = content.cards(brief)
    cells = [[_text(card.figure, size * 1.6, INK, BOLD), _text(card.label, size * 0.8, GREY)] for card in cards]
    edges = [("LINEBEFORE", (index, 0), (index, 0), 4, HexColor(card.colour)) for index, card in enumerate(cards)]
    padding = [("LEFTPADDING", (0, 0), (-1, -1), 7), ("TOPPADDING", (0, 0), (-1, -1), 1), ("BOTTOMPADDING", (0, 0), (-1, -1), 3)]
    return Grid([cells], [WIDTH / len(cells)] * len(cells), style=[*edges, *padding, ("VALIGN", (0, 0), (-1, -1), "TOP")])


def _section(section: Section, size: float) -> Iterator[Flowable]:
    if section.table is not None:
        yield _grid(section.table, size * 0.92)
    if section.sentences:
        yield _text(" ".join(section.sentences), size, INK)
    for number, step in enumerate(section.steps, 1):
        yield _text(f"{number}. {step}", size, INK, indent=size * 1.4)
    if section.note:
        yield _text(section.note, size * 0.8, GREY)


def _grid(table: Table, size: float) -> Grid:
    rows = [[_cell(text, size, index in table.figures, GREY, BOLD) for index, text in enumerate(table.heads)]]
    rows += [[_cell(text, size, index in table.figures) for index, text in enumerate(row)] for row in table.rows]
    lines = [("LINEBELOW", (0, 0), (-1, -1), 0.5, RULE), ("VALIGN", (0, 0), (-1, -1), "TOP")]
    padding = [("TOPPADDING", (0, 0), (-1, -1), 1.5), ("BOTTOMPADDING", (0, 0), (-1, -1), 2.5), ("LEFTPADDING", (0, 0), (0, -1), 0)]
    return Grid(rows, _widths(table), style=[*lines, *padding])


def _widths(table: Table) -> list[float]:
    """The first column has what the others leave: as much each as its longest cell asks for, within bounds."""
    columns = list(zip(table.heads, *table.rows, strict=True))
    others = [WIDTH * min(0.28, max(0.12, 0.0125 * max(len(text) for text in column))) for column in columns[1:]]
    return [WIDTH - sum(others), *others]


def _cell(text: str, size: float, is_figure: bool, colour: Color = INK, font: str = PLAIN) -> Paragraph:
    return _text(text, size, colour, font, align=2 if is_figure else 0)


def _text(text: str, size: float, colour: Color, font: str = PLAIN, *, indent: float = 0, align: int = 0) -> Paragraph:
    style = ParagraphStyle(
        font,
        fontName=font,
        fontSize=size,
        leading=size * 1.34,
        textColor=colour,
        alignment=align,
        leftIndent=indent,
        firstLineIndent=-indent,
        spaceAfter=size * 0.12,
    )
    return Paragraph(escape(text), style)


@cache
def _register_fonts() -> None:
    for name in (PLAIN, BOLD):
        path = FONTS / (f"{name}-Regular.ttf" if name == PLAIN else f"{name}.ttf")
        registerFont(TTFont(name, path))
