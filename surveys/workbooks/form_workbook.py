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

from inventory.snapshots.snapshot import Owner
from portal.office_files import save_workbook
from surveys.questionnaire.answers import connection
from surveys.questionnaire.answers.cells import to_cell
from surveys.questionnaire.answers.parsing import row_names
from surveys.questionnaire.answers.yesno import CHOICES
from surveys.questionnaire.evaluation import reason_field
from surveys.questionnaire.field_names import LOT_PARTS
from surveys.questionnaire.questions import Question, Questionnaire, Section

GUIDE, KEYS = "Hướng dẫn", "_phieu"
# Some owners have a comma in their label, which would split it in a list that is written into the validation itself.
OWNERS_RANGE = f"{KEYS}!$F$1:$F${len(Owner)}"
# Spare rows for further lots and connections.
SPARE_LOTS, SPARE_LINES = 3, 2
FONT = "Times New Roman"
_thin = Side(style="thin", color="9AA5B1")
_BOX = Border(left=_thin, right=_thin, top=_thin, bottom=_thin)
_WRAPPED = Alignment(wrap_text=True, vertical="center")
_CENTRED = Alignment(wrap_text=True, vertical="center", horizontal="center")
_INPUT, _HEAD, _WRONG = (PatternFill("solid", fgColor=colour) for colour in ("FFF8E1", "D9E2EC", "F8C9CF"))
# One object for all cells: a new one for each makes five hundred lots take seconds.
_PLAIN, _BOLD, _ANSWER = Font(name=FONT, size=11), Font(name=FONT, size=11, bold=True), Font(name=FONT, size=11, color="0B4F6C")
_UNLOCKED = Protection(locked=False)
# Columns by the width of a sheet; the last one is that of the reasons.
_WIDE = (34, 9, 10, 10, 10, 10, 10, 14, 18, 18, 28)
_MIDDLING, _NARROW = (38, 20, 14, 14, 30), (52, 14, 14, 32)
# Narrower than a sheet of A4 upright in whatever font: a single column is cut, not made smaller.
GUIDE_WIDTH = 70
REASON = "Lý do, giải thích (khi số bất thường hoặc chưa nắm được)"


@dataclass(frozen=True)
class FormHeader:
    """The ward, round and version that a form belongs to."""

    ward_code: str
    ward_name: str
    round_id: int
    round_name: str
    version: str


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
    _write_keys(book, header, writer.cells, entries if base is None else base)
    return save_workbook(book)


class _SectionWriter:
    """Writes the sections, and records the field of each cell."""

    def __init__(self, book: Workbook, entries: Mapping[str, str], errors: Mapping[str, str]) -> None:
        self.book, self.entries, self.errors = book, entries, errors
        self.cells: list[tuple[str, str, str]] = []

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
        kinds = {question.kind for question in questions}
        self.widths = _WIDE if "equipment" in kinds else _MIDDLING if "connection" in kinds else _NARROW
        self.reason = len(self.widths)
        kind = ""
        for question in questions:
            if question.kind != kind and (kind == "" or {question.kind, kind} & {"equipment", "connection"}):
                self._write_head(sheet, question)
            kind = question.kind
            {"equipment": self._write_lots, "connection": self._write_lines}.get(question.kind, self._write_plain)(sheet, question)
        _lay_out_sheet(sheet, self.widths)

    def _write_head(self, sheet: Worksheet, question: Question) -> None:
        if question.kind == "equipment":
            headings = ["Danh mục", *LOT_PARTS.values(), REASON]
        elif question.kind == "connection":
            headings = ["Đường truyền", *connection.PARTS.values(), REASON]
        else:
            headings = ["Câu hỏi", "Trả lời", "Đơn vị tính", *[""] * (self.reason - 4), REASON]
        self.row += 1
        for column, heading in enumerate(headings, start=1):
            if not heading:
                continue
            cell = sheet.cell(self.row, column, heading)
            cell.font, cell.fill, cell.border, cell.alignment = _BOLD, _HEAD, _BOX, _CENTRED
        self.row += 1

    def _write_plain(self, sheet: Worksheet, question: Question) -> None:
        self._label(sheet, question.label)
        self._answer(sheet, 2, question.key, question)
        _add_validation(sheet, question, "", 2, self.row, self.row)
        self._label(sheet, question.unit, 3)
        self._answer(sheet, self.reason, reason_field(question.key), question)
        self.row += 1

    def _write_lots(self, sheet: Worksheet, question: Question) -> None:
        self._write_rows(sheet, question, list(LOT_PARTS), SPARE_LOTS, "lô")

    def _write_lines(self, sheet: Worksheet, question: Question) -> None:
        self._write_rows(sheet, question, list(connection.PARTS), SPARE_LINES, "đường")

    def _write_rows(self, sheet: Worksheet, question: Question, parts: list[str], spare: int, unit: str) -> None:
        names = row_names(self.entries, question.key)
        last = int(names[-1].partition("#")[2] or 1)
        names += [f"{question.key}#{last + step}" for step in range(1, spare + 1)]
        for column, part in enumerate(parts, start=2):
            _add_validation(sheet, question, part, column, self.row, self.row + len(names) - 1)
        for place, name in enumerate(names):
            number = name.partition("#")[2]
            self._label(sheet, f"{question.label}{f', {unit} thứ {number}' if number else ''}")
            for column, part in enumerate(parts, start=2):
                self._answer(sheet, column, f"{name}.{part}", question)
            if place == 0:
                self._answer(sheet, self.reason, reason_field(question.key), question)
            self.row += 1

    def _label(self, sheet: Worksheet, text: str, column: int = 1) -> None:
        cell = sheet.cell(self.row, column, text)
        cell.font, cell.border, cell.alignment = _PLAIN, _BOX, _WRAPPED

    def _answer(self, sheet: Worksheet, column: int, field: str, question: Question) -> None:
        cell = sheet.cell(self.row, column)
        value = to_cell(field, question.kind, self.entries.get(field, ""))
        cell.value = value
        if isinstance(value, str):
            cell.data_type = "s"
        cell.font, cell.border, cell.alignment = _ANSWER, _BOX, _WRAPPED
        cell.fill, cell.protection = _INPUT, _UNLOCKED
        if field in self.errors:
            cell.fill = _WRONG
            cell.comment = Comment(self.errors[field], "Kiểm tra", height=90, width=320)
        self.cells.append((field, sheet.title, cell.coordinate))


def _add_validation(sheet: Worksheet, question: Question, part: str, column: int, first: int, last: int) -> None:
    """Add the choices, the limits and the hint of a column of answers."""
    check = _make_validation(part, question)
    if check is not None:
        letter = get_column_letter(column)
        sheet.add_data_validation(check)
        check.add(f"{letter}{first}:{letter}{last}")


def _make_validation(part: str, question: Question) -> DataValidation | None:
    message = (question.help or question.label)[:250]
    if part == "owner":
        check = DataValidation("list", formula1=OWNERS_RANGE, errorStyle="warning")
    elif question.kind == "yesno" and not part:
        check = DataValidation("list", formula1=f'"{",".join(CHOICES.values())}"', errorStyle="warning")
    elif part in ("why", "note", "provider"):
        return None
    else:
        check = DataValidation("whole", operator="between", formula1="0", formula2=str(question.maximum), errorStyle="warning")
        message = f"{message[:200]} Số nguyên từ 0; chưa nắm được thì gõ dấu ?"
    check.allow_blank, check.showErrorMessage, check.showInputMessage = True, True, True
    check.errorTitle, check.error = "Xem lại ô này", "Giá trị không đúng dạng. Vẫn giữ nếu gõ dấu ? (chưa nắm được)."
    check.promptTitle, check.prompt = question.label[:31], message
    return check


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


def _write_keys(book: Workbook, header: FormHeader, cells: list[tuple[str, str, str]], base: Mapping[str, str]) -> None:
    sheet = book.create_sheet(KEYS)
    sheet.append([header.ward_code, str(header.round_id), header.version])
    for field, title, coordinate in cells:
        sheet.append([field, title, coordinate, base.get(field) or None])
    for row, owner in enumerate(Owner, start=1):
        sheet.cell(row, 6, owner.label)
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
