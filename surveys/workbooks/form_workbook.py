"""The form of one ward as an Excel workbook: a sheet for each section, locked but for the answers, with the known ones filled in.

A hidden sheet names the ward and the field of each cell with the value that it was written with, so that an import compares
the file with what was downloaded, and a colleague's change in between is reported instead of overwritten.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from openpyxl import Workbook
from openpyxl.cell import Cell, MergedCell
from openpyxl.comments import Comment
from openpyxl.styles import Alignment, Border, Font, PatternFill, Protection, Side
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.datavalidation import DataValidation
from openpyxl.worksheet.properties import PageSetupProperties
from openpyxl.worksheet.worksheet import Worksheet

from portal.office_files import save_workbook
from surveys.questionnaire.answers.fields import DAY_FORMAT, DayField, NumberField, TextField
from surveys.questionnaire.answers.kind import Part, field_name
from surveys.questionnaire.answers.kinds import kind_of
from surveys.questionnaire.answers.parsing import row_names
from surveys.questionnaire.evaluation import REASON_FIELD, reason_field
from surveys.questionnaire.questions import Question, Questionnaire, Section
from surveys.workbooks.band import write_band

GUIDE, KEYS = "Hướng dẫn", "_phieu"
# The column on the sheet of keys where lists begin, behind the four of the keys.
LISTS_FROM = 6
FONT = "Times New Roman"
_thin = Side(style="thin", color="9AA5B1")
_BOX = Border(left=_thin, right=_thin, top=_thin, bottom=_thin)
_WRAPPED = Alignment(wrap_text=True, vertical="center")
_CENTRED = Alignment(wrap_text=True, vertical="center", horizontal="center")
_INPUT, _HEAD, _WRONG = (PatternFill("solid", fgColor=colour) for colour in ("FFF8E1", "D9E2EC", "F8C9CF"))
# One object for all cells: a new one for each makes five hundred lots take seconds.
_PLAIN, _BOLD, _ANSWER = Font(name=FONT, size=11), Font(name=FONT, size=11, bold=True), Font(name=FONT, size=11, color="0B4F6C")
_UNLOCKED = Protection(locked=False)
# Columns by how many parts the widest answer of a sheet has; the last one is that of the reasons.
# A day has ten characters, in the second.
_WIDE = (34, 12, 10, 10, 10, 10, 10, 14, 18, 18, 28)
_MIDDLING, _NARROW = (38, 20, 14, 14, 30), (52, 14, 14, 32)
_WIDTHS = {1: _NARROW, 3: _MIDDLING, 9: _WIDE}
# Narrower than a sheet of A4 upright in whatever font: a single column is cut, not made smaller.
GUIDE_WIDTH = 70
REASON = "Lý do, giải thích (khi số bất thường hoặc chưa nắm được)"


@dataclass(frozen=True)
class FormHeader:
    """The ward, round and version that a form belongs to; ``band`` stands on each sheet, and is blank where the round counts."""

    ward_code: str
    ward_name: str
    round_id: int
    round_name: str
    version: str
    band: str = ""


def build_form_workbook(
    header: FormHeader,
    questionnaire: Questionnaire,
    entries: Mapping[str, str],
    base: Mapping[str, str] | None = None,
    errors: Mapping[str, str] | None = None,
) -> bytes:
    """The workbook with ``entries`` filled in. ``base`` are the entries that an import compares it with, by default the same.

    ``errors`` are the messages for wrong fields: each is a red cell with a comment.
    """
    book = Workbook()
    guide = book.active
    assert guide is not None
    guide.title = GUIDE
    _write_guide(guide, header, questionnaire, errors or {})
    writer = _SectionWriter(book, entries, errors or {})
    for section in questionnaire.sections:
        writer.write_section(section)
    write_band(book, header.band)
    _write_keys(book, header, writer, entries if base is None else base)
    return save_workbook(book)


class _SectionWriter:
    """Writes the sections, and records the field of each cell."""

    def __init__(self, book: Workbook, entries: Mapping[str, str], errors: Mapping[str, str]) -> None:
        self.book, self.entries, self.errors = book, entries, errors
        self.cells: list[tuple[str, str, str]] = []
        # By the labels of a list that has to stand in cells: its column on the sheet of keys.
        self.lists: dict[tuple[str, ...], str] = {}

    def write_section(self, section: Section) -> None:
        """One sheet: the questions in their order, each kind under the headings of its columns."""
        questions = [question for question in section.questions if question.asked_of == "ward"]
        if not questions:
            return
        sheet = self.book.create_sheet(f"Phần {section.code}")
        sheet.append([f"{'' if section.code == '0' else section.code + '. '}{section.title}"])
        sheet["A1"].font = Font(name=FONT, size=14, bold=True)
        if section.intro:
            sheet.append([section.intro])
            sheet.cell(2, 1).font, sheet.cell(2, 1).alignment = (
                Font(name=FONT, size=11, italic=True),
                Alignment(vertical="top", wrap_text=True),
            )
            sheet.merge_cells(start_row=2, start_column=1, end_row=2, end_column=4)
            sheet.row_dimensions[2].height = 32
        self.row = sheet.max_row + 2
        parts = max(len(kind_of(question).parts(question)) for question in questions)
        self.widths = next(widths for most, widths in _WIDTHS.items() if parts <= most)
        self.reason = len(self.widths)
        written: list[str] = []
        for question in questions:
            if (headings := self._headings(question)) != written:
                self._write_head(sheet, headings)
                written = headings
            (self._write_rows if kind_of(question).row_word else self._write_plain)(sheet, question)
        _lay_out_sheet(sheet, self.widths)

    def _headings(self, question: Question) -> list[str]:
        kind = kind_of(question)
        if kind.row_word:
            return [kind.heading, *(part.label for part in kind.parts(question)), REASON]
        return [kind.heading, "Trả lời", "Đơn vị tính", *[""] * (self.reason - 4), REASON]

    def _write_head(self, sheet: Worksheet, headings: list[str]) -> None:
        self.row += 1
        for column, heading in enumerate(headings, start=1):
            if not heading:
                continue
            cell = sheet.cell(self.row, column, heading)
            cell.font, cell.fill, cell.border, cell.alignment = _BOLD, _HEAD, _BOX, _CENTRED
        self.row += 1

    def _write_plain(self, sheet: Worksheet, question: Question) -> None:
        [part] = kind_of(question).parts(question)
        self._label(sheet, question.label)
        self._answer(sheet, 2, question.key, part.field)
        self._add_validation(sheet, question, part, 2, self.row)
        self._label(sheet, question.unit, 3)
        self._answer(sheet, self.reason, reason_field(question.key), REASON_FIELD)
        self.row += 1

    def _write_rows(self, sheet: Worksheet, question: Question) -> None:
        kind, names = kind_of(question), row_names(self.entries, question.key)
        last = int(names[-1].partition("#")[2] or 1)
        names += [f"{question.key}#{last + step}" for step in range(1, kind.spare_rows + 1)]
        parts = kind.parts(question)
        for column, part in enumerate(parts, start=2):
            self._add_validation(sheet, question, part, column, self.row + len(names) - 1)
        for place, name in enumerate(names):
            number = name.partition("#")[2]
            self._label(sheet, f"{question.label}{f', {kind.row_word} thứ {number}' if number else ''}")
            for column, part in enumerate(parts, start=2):
                self._answer(sheet, column, field_name(name, part.name), part.field)
            if place == 0:
                self._answer(sheet, self.reason, reason_field(question.key), REASON_FIELD)
            self.row += 1

    def _label(self, sheet: Worksheet, text: str, column: int = 1) -> None:
        cell = sheet.cell(self.row, column, text)
        cell.font, cell.border, cell.alignment = _PLAIN, _BOX, _WRAPPED

    def _answer(self, sheet: Worksheet, column: int, name: str, field: TextField) -> None:
        cell = sheet.cell(self.row, column)
        cell.value = field.to_cell(self.entries.get(name, ""))
        if isinstance(cell.value, str):
            cell.data_type = "s"
        if isinstance(field, DayField):
            cell.number_format = DAY_FORMAT
        cell.font, cell.border, cell.alignment = _ANSWER, _BOX, _WRAPPED
        cell.fill, cell.protection = _INPUT, _UNLOCKED
        if name in self.errors:
            cell.fill = _WRONG
            cell.comment = Comment(self.errors[name], "Kiểm tra", height=90, width=320)
        self.cells.append((name, sheet.title, cell.coordinate))

    def _add_validation(self, sheet: Worksheet, question: Question, part: Part, column: int, last: int) -> None:
        """Add the choices, the limits and the hint of a column of answers, from this row to the last."""
        check = _make_validation(part, question, self.lists)
        if check is not None:
            letter = get_column_letter(column)
            sheet.add_data_validation(check)
            check.add(f"{letter}{self.row}:{letter}{last}")


def _make_validation(part: Part, question: Question, lists: dict[tuple[str, ...], str]) -> DataValidation | None:
    field = part.field
    message = (question.help or question.label)[:250]
    if isinstance(field, NumberField):
        hint = "Số từ 0, số lẻ sau dấu phẩy" if field.places else "Số nguyên từ 0"
        kind: Literal["decimal", "whole"] = "decimal" if field.places else "whole"
        check = DataValidation(kind, operator="between", formula1="0", formula2=str(field.maximum), errorStyle="warning")
        message = f"{message[:200]} {hint}; chưa nắm được thì gõ dấu ?"
    elif isinstance(field, DayField):
        check = DataValidation("date", operator="greaterThan", formula1="1", errorStyle="warning")
        message = f"{message[:150]} Ngày {part.hint}."
    elif field.choices:
        check = DataValidation("list", formula1=_list_formula(tuple(field.choices.values()), lists), errorStyle="warning")
    else:
        return None
    check.allow_blank, check.showErrorMessage, check.showInputMessage = True, True, True
    check.errorTitle, check.error = "Xem lại ô này", "Giá trị không đúng dạng. Vẫn giữ nếu gõ dấu ? (chưa nắm được)."
    check.promptTitle, check.prompt = question.label[:31], message
    return check


def _list_formula(labels: tuple[str, ...], lists: dict[tuple[str, ...], str]) -> str:
    """The labels within the formula, or where one has a comma, which would split it, the cells that hold them."""
    if not any("," in label for label in labels):
        return f'"{",".join(labels)}"'
    column = lists.setdefault(labels, get_column_letter(LISTS_FROM + len(lists)))
    return f"{KEYS}!${column}$1:${column}${len(labels)}"


def _write_guide(sheet: Worksheet, header: FormHeader, questionnaire: Questionnaire, errors: Mapping[str, str]) -> None:
    lines = [
        (f"Phiếu khảo sát của {header.ward_name}", 14, True),
        (f"{header.round_name} · mẫu phiếu {header.version}", 11, False),
        ("", 11, False),
        ("Cách điền", 12, True),
        (
            "Chỉ các ô nền vàng nhạt là điền được. Không thêm, xóa dòng; hết dòng lô thì gửi tệp lên rồi tải lại, sẽ có thêm dòng.",
            11,
            False,
        ),
        ("Số nguyên gõ 1500 hoặc 1.500. Chưa nắm được thì gõ dấu ? và ghi lý do. Không có thiết bị thì gõ 0.", 11, False),
        (
            "Điền xong, mở phiếu trên trang, bấm “Điền bằng tệp Excel”, chọn tệp này. Trang cho xem trước mọi thay đổi rồi mới nhận.",
            11,
            False,
        ),
        ("", 11, False),
    ]
    if errors:
        lines += [(f"Tệp này có {len(errors)} ô cần sửa, nền đỏ, lý do ở ghi chú của ô.", 12, True), ("", 11, False)]
    lines.append(("Những chữ dùng trong phiếu", 12, True))
    definitions = {definition.term: definition.text for section in questionnaire.sections for definition in section.definitions}
    lines += [(f"{term}: {text}", 11, False) for term, text in definitions.items()]
    for text, size, bold in lines:
        sheet.append([text])
        cell = sheet.cell(sheet.max_row, 1)
        cell.font, cell.alignment = Font(name=FONT, size=size, bold=bold), Alignment(wrap_text=True, vertical="top")
    sheet.column_dimensions["A"].width = GUIDE_WIDTH
    for number, row in enumerate(sheet.iter_rows(), start=1):
        _fit_row_height(sheet, number, row, (GUIDE_WIDTH,))
    sheet.protection.enable()
    _set_up_page(sheet, "portrait")


def _write_keys(book: Workbook, header: FormHeader, writer: _SectionWriter, base: Mapping[str, str]) -> None:
    sheet = book.create_sheet(KEYS)
    sheet.append([header.ward_code, str(header.round_id), header.version])
    for field, title, coordinate in writer.cells:
        sheet.append([field, title, coordinate, base.get(field) or None])
    for labels, column in writer.lists.items():
        for row, label in enumerate(labels, start=1):
            sheet[f"{column}{row}"] = label
    for row in sheet.iter_rows():
        for cell in row:
            if cell.value is not None:
                cell.data_type, cell.number_format = "s", "@"
    sheet.protection.enable()
    sheet.sheet_state = "veryHidden"


def _lay_out_sheet(sheet: Worksheet, widths: tuple[int, ...]) -> None:
    for column, width in enumerate(widths, start=1):
        sheet.column_dimensions[get_column_letter(column)].width = width
    for number, row in enumerate(sheet.iter_rows(min_row=3), start=3):
        _fit_row_height(sheet, number, row, widths)
    sheet.protection.enable()
    sheet.protection.formatColumns = sheet.protection.formatRows = False
    _set_up_page(sheet, "landscape" if widths is _WIDE else "portrait")


def _fit_row_height(sheet: Worksheet, number: int, row: Sequence[Cell | MergedCell], widths: tuple[int, ...]) -> None:
    """Make a row high enough for its longest text: not every program does so by itself."""
    lines = max(-(-len(str(cell.value or "")) * 11 // (10 * width)) for cell, width in zip(row, widths, strict=False))
    if lines > 1:
        sheet.row_dimensions[number].height = 15 * lines


def _set_up_page(sheet: Worksheet, orientation: Literal["portrait", "landscape"]) -> None:
    sheet.page_setup.orientation, sheet.page_setup.paperSize = orientation, sheet.PAPERSIZE_A4
    sheet.page_setup.fitToHeight = 0
    sheet.sheet_properties.pageSetUpPr = PageSetupProperties(fitToPage=True)
    footer = sheet.oddFooter
    assert footer is not None
    footer.center.text = "Trang &P/&N"
