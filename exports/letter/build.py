"""A plan into the bytes of its letter to the city."""

from collections.abc import Iterable
from io import BytesIO

from docx.document import Document as Letter
from docx.enum.text import WD_BREAK
from docx.shared import Mm, Pt
from docx.table import _Cell

from exports.letter import contents
from exports.letter.form import TEXT_WIDTH, draw_line, new_letter, printable
from exports.letter.tables import even_widths, put_grid, put_table
from exports.workbook.context import WorkbookContext
from planning.funding.account import Account
from planning.plan.document_reference import LetterKind, Reference
from planning.plan.plan import Plan
from planning.plan.redaction import redact_plan
from portal.formats import format_long_day
from portal.office_files import save_document
from portal.territory import TERRITORY

SUBJECT = f"Về phương án đầu tư hạ tầng công nghệ thông tin của {TERRITORY.units} xã, phường"
DEMO = "SỐ LIỆU MINH HỌA – không phải số liệu thật của đơn vị nào"
RECIPIENTS = ("- Như trên;", f"- UBND {TERRITORY.units} xã, phường;", "- Lưu: VT.")
# The two columns of the heading, in millimetres; a millimetre is 2.83 points.
HEADING = (79, TEXT_WIDTH - 79)
_POINTS = 72 / 25.4
# As long as the motto in its size.
MOTTO_LINE = 151


def build_letter(plan: Plan, context: WorkbookContext, reference: Reference, account: Account | None = None) -> bytes:
    """The letter, ready to be edited. It shares agencies, signatories and map with the workbook that is its annex.

    ``account`` is what is funded, once that is settled.
    """
    letter = new_letter(context.is_demo)
    letter.core_properties.title = f"{reference.kind.label}: {SUBJECT}"
    letter.core_properties.subject = reference.code
    letter.core_properties.language = "vi-VN"
    _put_heading(letter, plan, context, reference)
    _put_title(letter, plan, context, reference)
    _put_state(letter, redact_plan(plan, context.sees))
    number = _put_plan(letter, plan, account)
    _put_requests(letter, plan, context, reference, account)
    _put_signatures(letter, context)
    _put_wards(letter, plan, reference, account, number)
    if context.map_png is not None:
        _put_map(letter, plan, context.map_png, reference)
    return save_document(letter, author=context.office.agency, on=plan.on)


def _put_heading(letter: Letter, plan: Plan, context: WorkbookContext, reference: Reference) -> None:
    left, right = put_grid(letter, HEADING).cells
    _write(left, "Cơ quan chủ quản", [context.office.agency_parent.upper()], is_first=True)
    _write(left, "Cơ quan ban hành", _agencies(context))
    draw_line(left.add_paragraph(style="Cơ quan ban hành"), HEADING[0] * _POINTS, 80)
    _write(left, "Số, ký hiệu", [f"Số:         {reference.sign}"])
    _write(right, "Quốc hiệu", ["CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM"], is_first=True)
    _write(right, "Tiêu ngữ", ["Độc lập - Tự do - Hạnh phúc"])
    draw_line(right.add_paragraph(style="Tiêu ngữ"), HEADING[1] * _POINTS, MOTTO_LINE)
    _write(right, "Địa danh, ngày", [f"{TERRITORY.name}, {format_long_day(plan.on)}"])
    for cell in (left, right):
        cell.paragraphs[-1].paragraph_format.space_before = Pt(6)


def _agencies(context: WorkbookContext) -> list[str]:
    """Both agencies, each on its line, in capitals as every head has them."""
    agency, co_agency = context.office.agency.upper(), context.office.co_agency.upper()
    return [f"{agency} -", co_agency] if co_agency else [agency]


def _put_title(letter: Letter, plan: Plan, context: WorkbookContext, reference: Reference) -> None:
    kind = reference.kind
    title = letter.add_paragraph(kind.label.upper(), "Tên văn bản")
    title.paragraph_format.space_before = Pt(18)
    letter.add_paragraph(SUBJECT + (" (DỰ THẢO)" if plan.is_draft else ""), "Trích yếu")
    draw_line(letter.add_paragraph(style="Trích yếu"), TEXT_WIDTH * _POINTS, 150)
    if context.is_demo:
        demo_mark = letter.add_paragraph(DEMO, "Trích yếu")
        demo_mark.paragraph_format.space_before = Pt(6)
    addressee = letter.add_paragraph(f"Kính gửi: {TERRITORY.authority}", "Kính gửi")
    addressee.paragraph_format.space_before = Pt(12)
    for basis in contents.legal_bases(plan):
        letter.add_paragraph(printable(f"Căn cứ {basis};"), "Căn cứ")
    verb = "trình" if kind is LetterKind.PROPOSAL else "báo cáo"
    letter.add_paragraph(f"{_agency_names(context)} {verb} {TERRITORY.authority} như sau:")


def _put_state(letter: Letter, plan: Plan) -> None:
    letter.add_heading("I. Hiện trạng và sự cần thiết", 1)
    letter.add_heading("1. Mức độ đáp ứng hiện nay", 2)
    text, table = contents.readiness_section(plan)
    letter.add_paragraph(printable(text))
    put_table(letter, table, 1, (90, 40))
    letter.add_heading("2. Nội dung còn thiếu nhiều nhất", 2)
    text, table = contents.gaps_section(plan)
    letter.add_paragraph(text)
    put_table(letter, table, 2, (73, 22, 24, 22, 24))


def _put_plan(letter: Letter, plan: Plan, account: Account | None) -> int:
    """The second part; returns the number of the table that comes next."""
    letter.add_heading("II. Phương án và kinh phí", 1)
    letter.add_heading("1. Tổng kinh phí", 2)
    letter.add_paragraph(
        printable(
            f"Kinh phí của {plan.quoted_name}, theo {plan.price_list.name}; mỗi hình thức chi có tổng riêng của mọi năm trong phương án:"
        )
    )
    forms = plan.forms
    for form in forms:
        letter.add_paragraph(f"- {contents.spending_sentence(plan, form)}")
    for number, part in enumerate(("group", "year", "source", "unit"), start=3):
        put_table(letter, contents.spending_table(plan, part), number, even_widths(1 + len(forms), 75))
    if account:
        letter.add_paragraph(contents.account_paragraph(account))
    if transfers := contents.transfers_paragraph(plan):
        letter.add_paragraph(transfers)
    letter.add_paragraph(contents.caps_paragraph(plan))
    letter.add_paragraph(contents.centre_paragraph(plan))
    letter.add_heading("2. Dự toán", 2)
    sections = contents.estimate_sections(plan)
    for number, (text, table) in enumerate(sections, start=7):
        letter.add_paragraph(text)
        put_table(letter, table, number, (15, 78, 20, 52))
    letter.add_paragraph(contents.outside_sentence(plan))
    letter.add_heading("3. Chi phí duy trì và thay thế", 2)
    letter.add_paragraph(
        "Bảng dưới đây cộng đầu tư, thuê, bản quyền, đường truyền và thay thế khi hết thời gian sử dụng trong năm năm, theo giá hiện nay; "
        "phần ngoài phương án không nằm trong kinh phí đề nghị."
    )
    number = 7 + len(sections)
    put_table(letter, contents.five_year_table(plan), number, even_widths(1 + len(forms), 45))
    letter.add_heading("4. Kết quả dự kiến", 2)
    letter.add_paragraph(contents.effect_paragraph(plan, account))
    return number + 1


def _put_requests(letter: Letter, plan: Plan, context: WorkbookContext, reference: Reference, account: Account | None) -> None:
    letter.add_heading("III. Căn cứ giá", 1)
    letter.add_paragraph(printable(contents.evidence_paragraph(plan)))
    is_proposal = reference.kind is LetterKind.PROPOSAL
    letter.add_heading("IV. Kiến nghị", 1)
    request = "xem xét, quyết định" if is_proposal else "xem xét, cho ý kiến về"
    letter.add_paragraph(f"{_agency_names(context)} đề nghị {TERRITORY.authority} {request} các nội dung sau:")
    for number, decision in enumerate(contents.requested_decisions(plan, account), start=1):
        letter.add_paragraph(printable(f"{number}. {decision}"))
    letter.add_paragraph(
        f"Chi tiết từng dòng, căn cứ giá và công thức nằm ở sổ tính “{reference.workbook_file}” (Phụ lục kèm theo), mã đối chiếu "
        f"{reference.code}; mã này cũng ghi ở đầu từng trang tính của sổ tính."
    )
    closing = ("kính trình", "xem xét, quyết định") if is_proposal else ("kính báo cáo", "xem xét, chỉ đạo")
    closing_paragraph = letter.add_paragraph(f"{_agency_names(context)} {closing[0]} {TERRITORY.authority} {closing[1]}./.")
    closing_paragraph.paragraph_format.keep_with_next = True


def _put_signatures(letter: Letter, context: WorkbookContext) -> None:
    """The lead agency signs on the right; the other, where there is one, on the left, and the recipients stand below it."""
    left, right = put_grid(letter, (TEXT_WIDTH / 2, TEXT_WIDTH / 2)).cells
    if context.office.co_agency:
        _put_signature(left, context.office.co_signatory_title, context.office.co_agency, context.office.co_signatory_name)
    else:
        _put_recipients(left)
    _put_signature(right, context.office.signatory_title, context.office.agency, context.office.signatory_name)
    if context.office.co_agency:
        below, _right = put_grid(letter, (TEXT_WIDTH / 2, TEXT_WIDTH / 2)).cells
        _put_recipients(below)


def _put_signature(cell: _Cell, title: str, agency: str, name: str) -> None:
    _write(cell, "Chức vụ", [title, agency], is_first=True)
    cell.paragraphs[0].paragraph_format.space_before = Pt(6)
    space = cell.add_paragraph(style="Chức vụ")
    space.paragraph_format.space_before = Pt(64)
    _write(cell, "Chức vụ", [name])


def _put_recipients(cell: _Cell) -> None:
    _write(cell, "Đầu nơi nhận", ["Nơi nhận:"], is_first=True)
    _write(cell, "Nơi nhận", RECIPIENTS)


def _put_wards(letter: Letter, plan: Plan, reference: Reference, account: Account | None, number: int) -> None:
    _begin_annex(letter, "DANH SÁCH XÃ, PHƯỜNG CHUYỂN SANG ĐÁP ỨNG KHI THỰC HIỆN TOÀN PHƯƠNG ÁN", reference)
    table = contents.ward_table(plan, account)
    put_table(letter, table, number, [12, *even_widths(len(table.heads) - 1, 53, before=12)])


def _put_map(letter: Letter, plan: Plan, map_png: bytes, reference: Reference) -> None:
    _begin_annex(letter, f"SƠ ĐỒ MỨC ĐỘ ĐÁP ỨNG CỦA {TERRITORY.units} XÃ, PHƯỜNG", reference)
    source = f"{plan.standard.banner}; tổng hợp từ {plan.approved_count}/{len(plan.wards)} đơn vị."
    letter.add_paragraph(printable(source), "Dưới phụ lục")
    paragraph = letter.add_paragraph(style="Kính gửi")
    paragraph.add_run().add_picture(BytesIO(map_png), width=Mm(148))
    paragraph.paragraph_format.space_after = Pt(0)


def _begin_annex(letter: Letter, title: str, reference: Reference) -> None:
    heading = letter.add_paragraph(style="Phụ lục")
    heading.add_run().add_break(WD_BREAK.PAGE)
    heading.add_run(title)
    letter.add_paragraph(f"(Kèm theo {reference.letter})", "Dưới phụ lục").paragraph_format.space_after = Pt(0)
    letter.add_paragraph(f"Mã đối chiếu: {reference.code}", "Dưới phụ lục")


def _write(cell: _Cell, style: str, texts: Iterable[str], *, is_first: bool = False) -> None:
    """Paragraphs of a style at the end of a cell; with ``is_first`` the first of them is the one that every cell begins with."""
    for text in texts:
        paragraph = cell.paragraphs[0] if is_first else cell.add_paragraph()
        is_first = False
        paragraph.style = style
        paragraph.add_run(printable(text))


def _agency_names(context: WorkbookContext) -> str:
    """``Sở Tài chính và Sở Khoa học và Công nghệ``: the agencies in a sentence."""
    return " và ".join(_sentence_case(name) for name in (context.office.agency, context.office.co_agency) if name)


_CONJUNCTIONS = {"và", "của"}


def _sentence_case(agency: str) -> str:
    """The name as it was typed. Of one in capitals: capitals after the type of the body and at the beginning of each further part, as the
    names of departments are written.
    """
    if not agency.isupper():
        return agency
    words = agency.lower().split()
    capitalised = {0, 1, *(index + 1 for index, word in enumerate(words) if word in _CONJUNCTIONS)}
    return " ".join(word.capitalize() if index in capitalised else word for index, word in enumerate(words))
