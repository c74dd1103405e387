"""The letter read back from its file: the form of the decree, the figures of the plan to the đồng, and what ties it to its workbook."""

import re
from dataclasses import replace
from io import BytesIO

import pytest
from docx import Document
from docx.oxml.ns import qn
from docx.shared import Pt

from exports.letter.build import build_letter
from exports.letter.contents import wards_turned_ready
from exports.letter.form import FONT, printable
from exports.workbook.build import build_workbook
from planning.funding.account import account_of
from planning.funding.funded import fund_plan
from planning.plan.assumptions import Rates
from planning.plan.comparison import wards_ready_after
from planning.plan.document_reference import LetterKind, Reference, initials
from planning.plan.estimate import estimate
from planning.plan.five_year_cost import five_year_cost
from planning.plan.plan import Transfer
from planning.plan.spending import SpendingForm
from planning.scenarios import scenarios
from planning.scenarios.content import reference_of
from planning.scenarios.loading import get_plan_record, plan_of
from portal.formats import format_number, vnd_in_words
from scoring.rating.rating import Result
from tests.factories.funding import ceilings_of_percent
from tests.factories.plans import LONE_CONTEXT, OFFICE, SMALL_PLAN, WORKBOOK_CONTEXT
from tests.support.workbooks import read_workbook

REFERENCE = Reference(LetterKind.PROPOSAL, "SỞ TÀI CHÍNH", 1, 2, "0a1b2c3d" + "0" * 56)


def letter_of(plan, context=WORKBOOK_CONTEXT, reference=REFERENCE):
    return Document(BytesIO(build_letter(plan, context, reference)))


def text_of(letter):
    tables = [cell.text for table in letter.tables for row in table.rows for cell in row.cells]
    return "\n".join([paragraph.text for paragraph in letter.paragraphs] + tables)


def rows_of(letter, head):
    """The rows of the table whose first head says so, with numbers as numbers."""
    for table in letter.tables:
        if table.rows[0].cells[0].text == head:
            return [[_read(cell.text) for cell in row.cells] for row in table.rows[1:]]
    raise AssertionError(head)


def _read(text):
    digits = text.replace(".", "")
    return int(digits) if digits.isdigit() else text


@pytest.fixture(scope="module")
def letter():
    return letter_of(SMALL_PLAN)


@pytest.fixture
def city(demo_session):
    plan = plan_of(demo_session, get_plan_record(demo_session, 1))
    return plan, letter_of(plan)


class TestForm:
    def test_paper_and_margins_are_those_of_the_decree(self, letter):
        (section,) = letter.sections
        assert (round(section.page_width.mm), round(section.page_height.mm)) == (210, 297)
        for margin, low, high in (("top", 20, 25), ("bottom", 20, 25), ("left", 30, 35), ("right", 15, 20)):
            assert low <= round(getattr(section, f"{margin}_margin").mm, 1) <= high

    def test_every_style_is_in_one_font_and_black(self, letter):
        for style in letter.styles:
            if getattr(style, "font", None) is not None and style.type == 1:
                fonts = style.element.rPr.rFonts
                assert {fonts.get(qn(f"w:{script}")) for script in ("ascii", "hAnsi", "cs", "eastAsia")} == {FONT}
        assert letter.styles["Normal"].font.size in (Pt(13), Pt(14))

    def test_the_heading_of_the_state_stands_first(self, letter):
        left, right = letter.tables[0].rows[0].cells
        assert [paragraph.text for paragraph in right.paragraphs][:2] == [
            "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM",
            "Độc lập - Tự do - Hạnh phúc",
        ]
        assert right.paragraphs[-1].text == "Hà Nội, ngày 02 tháng 3 năm 2026"
        assert {"SỞ TÀI CHÍNH -", "SỞ KHOA HỌC VÀ CÔNG NGHỆ"} <= {paragraph.text for paragraph in left.paragraphs}
        assert left.paragraphs[-1].text.split() == ["Số:", "/TTr-STC"]
        for cell in (left, right):
            assert any(paragraph._p.pPr.find(qn("w:pBdr")) is not None for paragraph in cell.paragraphs)

    def test_the_page_number_stands_on_top_and_not_on_the_first_page(self, letter):
        (section,) = letter.sections
        assert section.different_first_page_header_footer
        assert "PAGE" in section.header._element.xml
        assert section.header.paragraphs[0].alignment == 1
        assert "PAGE" not in section.first_page_header._element.xml

    def test_made_up_figures_bear_their_mark_on_every_page(self, letter):
        (section,) = letter.sections
        assert section.footer.paragraphs[0].text == section.first_page_footer.paragraphs[0].text == "SỐ LIỆU MINH HỌA"
        real_letter = letter_of(SMALL_PLAN, replace(WORKBOOK_CONTEXT, is_demo=False))
        assert "MINH HỌA" not in text_of(real_letter) + real_letter.sections[0].footer._element.xml

    def test_heads_of_tables_are_repeated(self, letter):
        for table in letter.tables[1:]:
            if len(table.rows) > 1:
                assert table.rows[0]._tr.trPr.find(qn("w:tblHeader")) is not None

    def test_nobody_signs_for_somebody_else(self, letter):
        text = text_of(letter)
        assert "TM." not in text
        assert "KT." not in text
        assert "GIÁM ĐỐC\nSỞ TÀI CHÍNH" in text
        assert "GIÁM ĐỐC\nSỞ KHOA HỌC VÀ CÔNG NGHỆ" in text
        assert "Nơi nhận:" in text

    def test_one_agency_writes_alone(self):
        text = text_of(letter_of(SMALL_PLAN, LONE_CONTEXT))
        assert text.count("GIÁM ĐỐC") == 1
        assert "Sở Tài chính đề nghị" in text

    @pytest.mark.parametrize(
        ("typed", "in_a_sentence"),
        [
            ("SỞ KHOA HỌC VÀ CÔNG NGHỆ", "Sở Khoa học và Công nghệ"),
            ("Văn phòng Ủy ban nhân dân Thành phố Hà Nội", "Văn phòng Ủy ban nhân dân Thành phố Hà Nội"),
            ("Trung tâm CNTT <Hà Nội> & “CĐS”", "Trung tâm CNTT <Hà Nội> & “CĐS”"),
        ],
    )
    def test_an_agency_stands_in_sentences_as_it_was_typed_and_in_heads_in_capitals(self, typed, in_a_sentence):
        context = replace(
            WORKBOOK_CONTEXT, office=replace(OFFICE, agency=typed, co_agency="", agency_parent="Ủy ban nhân dân Thành phố")
        )
        letter = letter_of(SMALL_PLAN, context)
        assert f"{in_a_sentence} đề nghị" in text_of(letter)
        heads = [paragraph.text for cell in letter.tables[0].rows[0].cells for paragraph in cell.paragraphs]
        assert heads[:2] == ["ỦY BAN NHÂN DÂN THÀNH PHỐ", typed.upper()]
        sheet = read_workbook(build_workbook(SMALL_PLAN, context))["Tổng hợp"]
        assert [sheet["A1"].value, sheet["A2"].value] == ["ỦY BAN NHÂN DÂN THÀNH PHỐ", typed.upper()]


class TestFigures:
    def test_tables_are_the_plan_to_the_đồng(self, city):
        plan, letter = city
        totals = [plan.form_total(form) for form in plan.forms]
        for head in ("Nhóm", "Năm", "Nguồn vốn", "Đơn vị thực hiện"):
            *rows, total = rows_of(letter, head)
            assert total[1:] == totals
            assert [sum(row[column] for row in rows) for column in range(1, 1 + len(totals))] == totals
        *rows, total = rows_of(letter, "STT")
        assert total[2:] == totals
        assert [sum(row[column] for row in rows) for column in range(2, 2 + len(totals))] == totals

    def test_amounts_stand_in_words(self, city):
        plan, letter = city
        text = text_of(letter)
        for kind in plan.forms:
            words = vnd_in_words(plan.form_total(kind))
            assert f"{format_number(plan.form_total(kind))} đồng (bằng chữ: {words[0].lower()}{words[1:]})" in text

    @pytest.mark.parametrize("form", [SpendingForm.PURCHASE, SpendingForm.PROJECT])
    def test_the_estimate_is_that_of_its_page(self, city, form):
        lines = tuple(replace(line, form=form) if line.form is SpendingForm.PURCHASE else line for line in city[0].lines)
        plan = replace(city[0], rates=Rates(transport=150, valuation=33), lines=lines)
        letter, cost_estimate = letter_of(plan), estimate(plan, form)
        *rows, total = rows_of(letter, "Số")
        assert [row[-1] for row in rows] == [row.amount for row in cost_estimate.rows]
        assert total[-1] == cost_estimate.total
        assert f"{format_number(plan.form_total(SpendingForm.RECURRENT))} đồng" in text_of(letter)
        assert f"mỗi năm sau đó {format_number(plan.yearly_after)} đồng" in text_of(letter)

    def test_five_years_are_those_of_their_page(self, city):
        plan, letter = city
        cost = five_year_cost(plan)
        yearly_table = next(
            table
            for table in letter.tables
            if table.rows[0].cells[0].text == "Năm" and f"Năm {cost.years[4]}" in table.rows[-2].cells[0].text
        )
        assert [_read(cell.text) for cell in yearly_table.rows[-1].cells][1:] == [cost.total(form) for form in plan.forms]

    def test_the_wards_that_turn_ready_are_named(self, city):
        plan, letter = city
        turned_wards = wards_turned_ready(plan)
        ready_codes = {code for code, rating in plan.ratings.items() if rating.result is Result.READY}
        assert {ward.code for ward in turned_wards} == wards_ready_after(plan) - ready_codes
        assert [row[1] for row in rows_of(letter, "STT")[:-2]] == [ward.full_name for ward in turned_wards]
        assert f"tăng từ {len(ready_codes)} lên {len(ready_codes) + len(turned_wards)}/126" in text_of(letter)

    @pytest.mark.parametrize(
        "forms", [[SpendingForm.PURCHASE], list(SpendingForm), [SpendingForm.RECURRENT, SpendingForm.PROJECT]], ids=len
    )
    def test_a_plan_of_any_forms_of_spending_has_its_letter_with_tables_numbered_one_after_the_other(self, city, forms):
        lines = tuple(replace(line, form=forms[place % len(forms)]) for place, line in enumerate(city[0].lines))
        plan = replace(city[0], lines=lines)
        letter = letter_of(plan)
        assert list(plan.forms) == [form for form in SpendingForm if form in forms]
        numbers = [int(found[1]) for line in letter.paragraphs if (found := re.match(r"Bảng (\d+)\.", line.text))]
        assert numbers == list(range(1, len(numbers) + 1))

    def test_under_ceilings_the_letter_says_what_comes_of_the_funded_part_and_for_which_wards(self, city):
        plan, _letter = city
        account = account_of(fund_plan(plan, ceilings_of_percent(plan, 20)), plan.total())
        letter = Document(BytesIO(build_letter(plan, WORKBOOK_CONTEXT, REFERENCE, account)))
        assert f"Với phần dự kiến bố trí vốn, số đơn vị đáp ứng là {account.ready_funded}/126" in text_of(letter)
        *rows, total = rows_of(letter, "STT")
        assert sum(row[-1] for row in rows) == total[-1] == account.total.funded
        assert all(row[-1] <= sum(row[2:-1]) for row in rows)

    def test_what_would_help_an_attacker_is_not_named(self, city):
        plan, letter = city
        names = {criterion.name for criterion in plan.standard.criteria if criterion.is_sensitive}
        assert not names & {row[0] for row in rows_of(letter, "Tiêu chí")}

    def test_what_is_moved_between_wards_is_told(self, letter):
        assert "điều chuyển, tận dụng" not in text_of(letter)
        giver, receiver = SMALL_PLAN.wards[:2]
        plan = replace(SMALL_PLAN, transfers=(Transfer("A01", giver, receiver, 3, 900), Transfer("A03", giver, receiver, 2, 900)))
        assert "điều chuyển, tận dụng 5 máy giữa các xã, phường (2 đề nghị" in text_of(letter_of(plan))

    def test_a_price_without_evidence_makes_a_draft(self, letter):
        assert "(DỰ THẢO)" in text_of(letter)
        proved_lines = tuple(
            replace(line, price=replace(line.price, method="quote", evidence="01/BG")) for line in SMALL_PLAN.lines
        )
        text = text_of(letter_of(replace(SMALL_PLAN, lines=proved_lines)))
        assert "DỰ THẢO" not in text
        assert "đã có căn cứ" in text


def third_row(sheet):
    """Where an annex says what it belongs to, over whichever columns."""
    return " ".join(str(cell.value) for cell in sheet[3] if cell.value)


class TestReference:
    def test_letter_and_workbook_name_each_other(self, letter):
        code = REFERENCE.code
        assert code == "PA1.2.0A1B2C3D"
        assert code in text_of(letter)
        assert REFERENCE.workbook_file in text_of(letter)
        book = read_workbook(build_workbook(SMALL_PLAN, replace(WORKBOOK_CONTEXT, reference=REFERENCE)))
        assert code in book["Tổng hợp"]["A8"].value
        for sheet in book.worksheets:
            if sheet.title.startswith("PL"):
                assert "Tờ trình số      /TTr-STC" in third_row(sheet)
                assert code in third_row(sheet)

    def test_a_report_is_called_one_on_both(self):
        reference = replace(REFERENCE, kind=LetterKind.REPORT)
        text = text_of(letter_of(SMALL_PLAN, reference=reference))
        assert "BÁO CÁO" in text
        assert "/BC-STC" in text
        assert "Tờ trình" not in text
        assert "kính trình" not in text
        book = read_workbook(build_workbook(SMALL_PLAN, replace(WORKBOOK_CONTEXT, reference=reference)))
        assert "Báo cáo số      /BC-STC" in third_row(book["PL02 Chi tiết"])

    def test_a_part_of_the_plan_goes_with_the_letter_of_whoever_writes_it(self):
        context = replace(
            WORKBOOK_CONTEXT, office=replace(OFFICE, agency="Văn phòng Ủy ban nhân dân Thành phố"), part="Phường Cửa Nam"
        )
        book = read_workbook(build_workbook(SMALL_PLAN, context))
        assert "Tờ trình số      /TTr-VPUBNDTP ngày" in third_row(book["PL02 Chi tiết"])

    def test_the_code_is_that_of_the_content(self, demo_app, demo_session):
        record = get_plan_record(demo_session, 1)

        def code():
            return reference_of(demo_session, record, plan_of(demo_session, record), LetterKind.PROPOSAL, "SỞ TÀI CHÍNH").code

        with demo_app.app_context():
            code_before = code()
            assert code() == code_before
            scenarios.finalise_plan(demo_session, record, "N")
            assert code() == code_before
        assert code_before.endswith(record.sha256[:8].upper())

    @pytest.mark.parametrize(
        ("agency", "letters"),
        [
            ("Sở Khoa học và Công nghệ", "SKHCN"),
            ("VĂN PHÒNG ỦY BAN NHÂN DÂN THÀNH PHỐ", "VPUBNDTP"),
            ("=Ủy ban MTTQ & “Đảng ủy” – Ấ 12", "UBMĐUÂ"),
            ("&", ""),
        ],
    )
    def test_the_initials_of_any_agency(self, agency, letters):
        assert initials(agency) == letters


def test_what_people_typed_stays_plain_text():
    name = '=1+1 <w:b/> & "x"\x0b\x07'
    text = text_of(letter_of(replace(SMALL_PLAN, name=name)))
    assert printable(name) == '=1+1 <w:b/> & "x"'
    assert printable(name) in text


class TestPages:
    @pytest.mark.parametrize(("kind", "name"), [("", "to-trinh-1.docx"), ("?kind=report", "bao-cao-1.docx")])
    def test_the_letter_goes_out_and_is_audited(self, demo_sign_in, kind, name):
        client = demo_sign_in("taichinh")
        answer = client.get(f"/plans/1/letter.docx{kind}")
        assert name in answer.headers["Content-Disposition"]
        letter = Document(BytesIO(answer.data))
        code = next(line for line in text_of(letter).split() if line.startswith("PA1.1.")).rstrip(";.,")
        book = read_workbook(client.get(f"/plans/1/workbook.xlsx{kind}").data)
        assert code in book["Tổng hợp"]["A8"].value
        assert "tải văn bản trình của phương án</td>" in demo_sign_in("quantri").get("/audit").text

    def test_another_kind_is_refused_in_words(self, demo_sign_in):
        answer = demo_sign_in("taichinh").get("/plans/1/letter.docx?kind=memo")
        assert answer.status_code == 404
        assert "Tờ trình hoặc Báo cáo" in answer.text

    def test_a_reader_gets_no_letter(self, demo_sign_in):
        assert demo_sign_in("lanhdao").get("/plans/1/letter.docx").status_code in (403, 404)


def test_a_name_that_begins_with_the_words_says_them_once():
    named = [replace(SMALL_PLAN, name=name).quoted_name for name in ("Phương án đáp ứng", "PHƯƠNG ÁN 2", "Thuê tối đa")]
    assert named == ["“Phương án đáp ứng”", "“PHƯƠNG ÁN 2”", "phương án “Thuê tối đa”"]
