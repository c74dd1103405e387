"""The form of the letter after NĐ 30/2020/NĐ-CP, Phụ lục I: paper, styles, lines, page numbers. Sizes in points and millimetres."""

from docx import Document
from docx.document import Document as Letter
from docx.enum.style import WD_STYLE_TYPE
from docx.enum.text import WD_ALIGN_PARAGRAPH, WD_LINE_SPACING
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.section import Section
from docx.shared import Mm, Pt, RGBColor
from docx.styles.style import ParagraphStyle
from docx.text.paragraph import Paragraph

FONT = "Times New Roman"
PAPER = (210, 297)
TOP, BOTTOM, LEFT, RIGHT = 20, 20, 30, 15
TEXT_WIDTH = PAPER[0] - LEFT - RIGHT
BLACK = RGBColor(0, 0, 0)
_LEFT, _CENTRED, _RIGHT = WD_ALIGN_PARAGRAPH.LEFT, WD_ALIGN_PARAGRAPH.CENTER, WD_ALIGN_PARAGRAPH.RIGHT

# Name, size, bold, italic, alignment, space after.
_STYLES: tuple[tuple[str, float, bool, bool, WD_ALIGN_PARAGRAPH, float], ...] = (
    ("Quốc hiệu", 12, True, False, _CENTRED, 0),
    ("Tiêu ngữ", 13, True, False, _CENTRED, 0),
    ("Cơ quan chủ quản", 12, False, False, _CENTRED, 0),
    ("Cơ quan ban hành", 12, True, False, _CENTRED, 0),
    ("Số, ký hiệu", 13, False, False, _CENTRED, 0),
    ("Địa danh, ngày", 13, False, True, _CENTRED, 0),
    ("Tên văn bản", 14, True, False, _CENTRED, 0),
    ("Trích yếu", 14, True, False, _CENTRED, 0),
    ("Kính gửi", 14, False, False, _CENTRED, 12),
    ("Căn cứ", 14, False, True, WD_ALIGN_PARAGRAPH.JUSTIFY, 4),
    ("Tên bảng", 13, True, False, _CENTRED, 2),
    ("Đơn vị tính", 12, False, True, _RIGHT, 2),
    ("Đầu bảng", 12, True, False, _CENTRED, 0),
    ("Ô chữ", 12, False, False, _LEFT, 0),
    ("Ô số", 12, False, False, _RIGHT, 0),
    ("Chức vụ", 13, True, False, _CENTRED, 0),
    ("Nơi nhận", 11, False, False, _LEFT, 0),
    ("Đầu nơi nhận", 12, True, True, _LEFT, 0),
    ("Phụ lục", 14, True, False, _CENTRED, 0),
    ("Dưới phụ lục", 13, False, True, _CENTRED, 8),
)
_INDENTED = ("Căn cứ", "Normal")


def new_letter(is_demo: bool) -> Letter:
    """An empty letter with its paper, its styles, and its page number from the second page on."""
    letter = Document()
    for language in letter.styles.element.iter(qn("w:lang")):
        language.set(qn("w:val"), "vi-VN")
    for style in letter.styles:
        if isinstance(style, ParagraphStyle):
            _set_font(style)
    normal = letter.styles["Normal"]
    assert isinstance(normal, ParagraphStyle)
    _format_style(normal, 14, False, False, WD_ALIGN_PARAGRAPH.JUSTIFY, 6)
    for level, italic in ((1, False), (2, True)):
        heading = letter.styles[f"Heading {level}"]
        assert isinstance(heading, ParagraphStyle)
        _format_style(heading, 14, True, italic, WD_ALIGN_PARAGRAPH.JUSTIFY, 6)
        heading.paragraph_format.space_before, heading.paragraph_format.first_line_indent = Pt(6), Mm(12.7)
    for name, size, bold, is_italic, alignment, after in _STYLES:
        style = letter.styles.add_style(name, WD_STYLE_TYPE.PARAGRAPH)
        assert isinstance(style, ParagraphStyle)
        style.base_style = normal
        _set_font(style)
        _format_style(style, size, bold, is_italic, alignment, after)
        style.paragraph_format.first_line_indent = Mm(12.7) if name in _INDENTED else Mm(0)
        style.paragraph_format.line_spacing_rule = WD_LINE_SPACING.SINGLE
        style.paragraph_format.keep_with_next = name in ("Tên bảng", "Đơn vị tính", "Chức vụ", "Phụ lục")
    normal.paragraph_format.first_line_indent = Mm(12.7)
    _set_up_page(letter.sections[0], is_demo)
    return letter


def printable(text: str) -> str:
    """Text without the control characters that no XML can hold."""
    return "".join(character for character in text if character >= " " or character in "\t\n")


def draw_line(paragraph: Paragraph, width: float, length: float) -> None:
    """Make an empty paragraph a line of ``length`` in the middle of ``width``, both in points."""
    side = Pt(max(0.0, (width - length) / 2))
    paragraph.paragraph_format.left_indent = paragraph.paragraph_format.right_indent = side
    paragraph.paragraph_format.line_spacing = Pt(4)
    borders, bottom = OxmlElement("w:pBdr"), OxmlElement("w:bottom")
    for name, value in (("val", "single"), ("sz", "6"), ("space", "1"), ("color", "000000")):
        bottom.set(qn(f"w:{name}"), value)
    borders.append(bottom)
    paragraph._p.get_or_add_pPr().insert_element_before(borders, "w:shd", "w:tabs", "w:spacing", "w:ind", "w:jc", "w:rPr")


def _set_up_page(section: Section, is_demo: bool) -> None:
    section.page_width, section.page_height = Mm(PAPER[0]), Mm(PAPER[1])
    section.top_margin, section.bottom_margin = Mm(TOP), Mm(BOTTOM)
    section.left_margin, section.right_margin = Mm(LEFT), Mm(RIGHT)
    section.header_distance, section.footer_distance = Mm(10), Mm(8)
    section.different_first_page_header_footer = True
    _centre(section.header.paragraphs[0])
    _put_page_number(section.header.paragraphs[0])
    if is_demo:
        for footer in (section.footer, section.first_page_footer):
            _centre(footer.paragraphs[0])
            run = footer.paragraphs[0].add_run("SỐ LIỆU MINH HỌA")
            run.bold, run.font.size, run.font.color.rgb = True, Pt(12), RGBColor(0xA8, 0x32, 0x46)


def _centre(paragraph: Paragraph) -> None:
    paragraph.alignment, paragraph.paragraph_format.first_line_indent = _CENTRED, Mm(0)
    paragraph.paragraph_format.space_after = Pt(0)


def _put_page_number(paragraph: Paragraph) -> None:
    run = paragraph.add_run()
    run.font.size = Pt(13)
    for kind, text in (("begin", ""), ("", "PAGE"), ("separate", ""), ("shown", "2"), ("end", "")):
        if kind == "shown":
            # What stands there until a program counts the pages anew.
            run.add_text(text)
        elif kind:
            mark = OxmlElement("w:fldChar")
            mark.set(qn("w:fldCharType"), kind)
            run._r.append(mark)
        else:
            instruction = OxmlElement("w:instrText")
            instruction.set(qn("xml:space"), "preserve")
            instruction.text = text
            run._r.append(instruction)


def _format_style(
    style: ParagraphStyle, size: float, bold: bool, italic: bool, alignment: WD_ALIGN_PARAGRAPH, after: float
) -> None:
    style.font.size, style.font.bold, style.font.italic, style.font.color.rgb = Pt(size), bold, italic, BLACK
    style.paragraph_format.alignment = alignment
    style.paragraph_format.space_before, style.paragraph_format.space_after = Pt(0), Pt(after)
    style.paragraph_format.line_spacing = 1.1


def _set_font(style: ParagraphStyle) -> None:
    """One font for every script: the fonts of a theme would win over a name that is set for one of them only."""
    fonts = style.element.get_or_add_rPr().get_or_add_rFonts()
    for name in list(fonts.attrib):
        del fonts.attrib[name]
    for script in ("ascii", "hAnsi", "cs", "eastAsia"):
        fonts.set(qn(f"w:{script}"), FONT)
