"""A workbook that comes back: untouched, edited in every way that people edit, older than the plan, and what is no such file."""

from base64 import b64encode
from dataclasses import replace
from io import BytesIO

import pytest
from openpyxl import Workbook, load_workbook

from exports.workbook.annex import FIRST, HEAD
from exports.workbook.build import build_workbook
from exports.workbook.detail import heading_of, number_of
from exports.workbook.reader import read_plan_workbook
from inventory.catalogue import Acquisition, load_catalogue
from inventory.snapshots.snapshot import EquipmentLot
from planning.plan.comparison import diff_plans
from planning.plan.overrides import Edit, apply_edits, apply_prices
from planning.plan.workbook_diff import diff_workbook, selected_edits
from planning.scenarios import scenarios
from planning.scenarios.loading import get_plan, get_plan_record, plan_of
from portal.uploads import UploadError
from tests.factories.days import DEMO_DAY
from tests.factories.plans import WORKBOOK_CONTEXT, plan_of_lots
from tests.support.databases import read_session
from tests.support.libreoffice import saved_by_libreoffice
from tests.support.workbooks import read_workbook

DETAIL, PRICES = "PL02 Chi tiết", "PL06 Căn cứ đơn giá"
HEADINGS = {"quantity": "Số lượng đề nghị", "note": "Ghi chú"}
CONTEXT = replace(WORKBOOK_CONTEXT, plan_id=1, public_url="http://127.0.0.1:8000")


@pytest.fixture(scope="module")
def plan():
    return plan_of_lots(EquipmentLot("A01", good=2, year=2024), EquipmentLot("C04", good=1), floors=3)


@pytest.fixture(scope="module")
def data(plan):
    return build_workbook(plan, CONTEXT)


def changed_workbook(data, change):
    """The file as somebody changed it. What openpyxl saves has no computed values, and none are read."""
    book = load_workbook(BytesIO(data))
    change(book)
    buffer = BytesIO()
    book.save(buffer)
    return buffer.getvalue()


def column(sheet, heading):
    return next(cell.column for cell in sheet[HEAD] if cell.value == heading)


def row_of(sheet, item):
    return next(row[0].row for row in sheet.iter_rows(min_row=FIRST) if row[4].value == item or row[1].value == item)


def set_cell(sheet, item, heading, value):
    sheet.cell(row_of(sheet, item), column(sheet, heading)).value = value


def compare(data, plan):
    return diff_workbook(read_plan_workbook(data), plan)


def test_untouched_it_is_an_empty_difference(data, plan):
    difference = compare(data, plan)
    assert difference.is_empty
    assert difference.warnings == ()
    assert difference.same > len(plan.lines)


def test_saved_by_libreoffice_it_is_still_empty(data, plan, tmp_path):
    difference = compare(saved_by_libreoffice(data, tmp_path), plan)
    assert difference.is_empty
    assert difference.warnings == ()


def test_sorted_and_filtered_it_is_still_empty(data, plan):
    def shuffle(book):
        sheet = book[DETAIL]
        rows = [[cell.value for cell in row] for row in sheet.iter_rows(min_row=FIRST, max_row=HEAD + len(plan.lines))]
        for number, row in enumerate(reversed(rows)):
            for index, value in enumerate(row, start=1):
                sheet.cell(FIRST + number, index).value = value
        sheet.row_dimensions[FIRST].hidden = True

    assert compare(changed_workbook(data, shuffle), plan).is_empty


def test_each_input_is_found_and_taken(data, plan):
    def edit(book):
        sheet = book[DETAIL]
        set_cell(sheet, "A01", "Số lượng đề nghị", 7)
        set_cell(sheet, "A01", "Nguồn vốn", "NS xã, phường")
        set_cell(sheet, "A01", "Ghi chú", "rà lại")
        set_cell(sheet, "C04", "Phương thức", "Nâng cấp")
        set_cell(sheet, "C04", "Năm", 2029)
        set_cell(book[PRICES], "A01", "Đơn giá (đã gồm thuế)", 18_500_000)
        set_cell(book[PRICES], "A01", "Phương pháp", "Báo giá")
        set_cell(book[PRICES], "A01", "Số, ngày căn cứ", "12/BG ngày 05/3/2026")

    difference = compare(changed_workbook(data, edit), plan)
    assert not difference.refused
    values = {(proposal.edit.item, proposal.edit.field): proposal.edit.value for proposal in difference.proposed}
    assert values == {
        ("A01", "quantity"): "7",
        ("A01", "source"): "NS xã, phường",
        ("A01", "note"): "rà lại",
        ("C04", "method"): "upgrade",
        ("C04", "year"): "2029",
        ("A01", "unit_price"): "18500000",
        ("A01", "evidence"): "12/BG ngày 05/3/2026",
    } | {("A01", "method"): "quote"}
    edits = selected_edits(difference, [proposal.key for proposal in difference.proposed])
    prices = apply_prices(plan.price_list, edits)
    assert prices.prices["A01"].has_evidence
    edited_plan = apply_edits(replace(plan, price_list=prices), edits)
    assert [change.field for change in diff_plans(plan, edited_plan) if change.item == "C04"] == ["Phương thức", "Năm"]


def test_only_what_was_ticked_is_taken(data, plan):
    def edit(book):
        set_cell(book[DETAIL], "A01", "Số lượng đề nghị", 7)
        set_cell(book[DETAIL], "A01", "Ghi chú", "x")

    difference = compare(changed_workbook(data, edit), plan)
    assert [edit.field for edit in selected_edits(difference, [difference.proposed[0].key, "forged|key|x"])] == [
        difference.proposed[0].edit.field
    ]


def test_numbers_typed_as_text_are_read_or_refused(data, plan):
    def edit(book):
        set_cell(book[DETAIL], "A01", "Số lượng đề nghị", "1.500")
        set_cell(book[PRICES], "A01", "Đơn giá (đã gồm thuế)", "18,5 triệu")
        set_cell(book[PRICES], "A03", "Đơn giá (đã gồm thuế)", "1,500")
        set_cell(book[DETAIL], "C04", "Số lượng đề nghị", 2.5)
        set_cell(book[DETAIL], "A03", "Năm", "năm sau")

    difference = compare(changed_workbook(data, edit), plan)
    assert {(proposal.edit.field, proposal.edit.value) for proposal in difference.proposed} == {
        ("quantity", "1500"),
        ("unit_price", "18500000"),
    }
    assert {refusal.value for refusal in difference.refused} == {"1,500", "2,5", "năm sau"}
    assert all(refusal.location.startswith(("PL02, ô ", "PL06, ô ")) and refusal.message for refusal in difference.refused)


def test_a_price_typed_over_its_formula_counts_for_its_line_alone(data, plan):
    difference = compare(
        changed_workbook(data, lambda book: set_cell(book[DETAIL], "A01", "Đơn giá (đã gồm thuế)", 19_000_000)), plan
    )
    assert [(proposal.edit.ward_code, proposal.edit.field, proposal.edit.value) for proposal in difference.proposed] == [
        ("00082", "unit_price", "19000000")
    ]
    edited_plan = apply_edits(plan, [proposal.edit for proposal in difference.proposed])
    new_workbook = build_workbook(edited_plan, CONTEXT)
    assert compare(new_workbook, edited_plan).is_empty


def test_a_computed_cell_typed_over_is_told_and_left_alone(data, plan):
    difference = compare(changed_workbook(data, lambda book: set_cell(book[DETAIL], "A01", heading_of("amount"), 1)), plan)
    assert not difference.proposed
    assert len(difference.warnings) == 1
    assert "Thành tiền" in difference.warnings[0]


def test_a_row_put_in_is_a_new_line_and_a_row_taken_out_is_nothing(data, plan):
    def edit(book):
        sheet = book[DETAIL]
        sheet.delete_rows(row_of(sheet, "C04"))
        row_below = HEAD + len(plan.lines) + 3
        for heading, value in (("Mã xã", 82), ("Mã DM", "a05"), ("Số lượng đề nghị", 2), ("Năm", 2028)):
            sheet.cell(row_below, column(sheet, heading)).value = value

    difference = compare(changed_workbook(data, edit), plan)
    rows = {(proposal.edit.item, proposal.edit.field, proposal.edit.value, proposal.note) for proposal in difference.proposed}
    assert ("C04", "quantity", "0", "dòng bị xóa trong tệp") in rows
    assert ("A05", "quantity", "2", "dòng mới") in rows
    assert {item for item, *_rest in rows} == {"C04", "A05"}


def test_rows_taken_out_are_listed_in_the_order_of_the_plan(plan):
    """In the order of a set it would differ from one process to the next, and a page from the one before it."""
    item_codes = [item.code for item in load_catalogue().values() if item.acquisition is not Acquisition.NONE][:12]
    large_plan = apply_edits(plan, [Edit("00082", item, "quantity", "1") for item in item_codes])
    data = changed_workbook(
        build_workbook(large_plan, CONTEXT), lambda book: book[DETAIL].delete_rows(FIRST, len(large_plan.lines))
    )
    assert [proposal.edit.item for proposal in compare(data, large_plan).proposed] == [line.item for line in large_plan.lines]


def test_rows_that_cannot_be_are_refused_in_words(data, plan):
    def edit(book):
        sheet = book[DETAIL]
        row_below = HEAD + len(plan.lines) + 1
        for offset, (ward, item) in enumerate((("99999", "A05"), ("00082", "Z99"), ("00004", "A05"), ("00082", "A01"))):
            sheet.cell(row_below + offset, column(sheet, "Mã xã")).value = ward
            sheet.cell(row_below + offset, column(sheet, "Mã DM")).value = item
            sheet.cell(row_below + offset, column(sheet, "Số lượng đề nghị")).value = 1
        set_cell(sheet, "A01", "Điều chuyển, tận dụng", 3)

    messages = [refusal.message for refusal in compare(changed_workbook(data, edit), plan).refused]
    assert len(messages) == 5
    for fragment in ("Không có mã này", "chưa có số liệu được duyệt", "đứng hai lần", "làm ở trang Điều chuyển"):
        assert any(fragment in message for message in messages), fragment


def test_what_the_plan_changed_too_is_disputed_and_the_rest_merges(data, plan):
    changed_plan = apply_edits(plan, [Edit("00082", "A01", "quantity", "9"), Edit("00082", "A03", "note", "mới")])

    def edit(book):
        set_cell(book[DETAIL], "A01", "Số lượng đề nghị", 7)
        set_cell(book[DETAIL], "A01", "Năm", 2029)

    difference = compare(changed_workbook(data, edit), changed_plan)
    assert [(proposal.baseline, proposal.current, proposal.after) for proposal in difference.disputed] == [("18", "9", "7")]
    assert [proposal.edit.field for proposal in difference.proposed] == ["year"]


def test_text_that_looks_like_a_formula_comes_back_as_text_and_goes_out_as_text(data, plan):
    def edit(book):
        set_cell(book[DETAIL], "A01", "Ghi chú", "=1+1")
        book[DETAIL].cell(row_of(book[DETAIL], "A01"), column(book[DETAIL], "Ghi chú")).data_type = "s"

    difference = compare(changed_workbook(data, edit), plan)
    assert [(proposal.edit.field, proposal.edit.value) for proposal in difference.proposed] == [("note", "=1+1")]
    sheet = read_workbook(build_workbook(apply_edits(plan, [proposal.edit for proposal in difference.proposed]), CONTEXT))[DETAIL]
    cell = sheet.cell(row_of(sheet, "A01"), column(sheet, "Ghi chú"))
    assert (cell.value, cell.data_type) == ("=1+1", "s")


@pytest.mark.parametrize("kind", ["not a zip", "another workbook", "a sheet is gone", "a heading is gone", "of no plan"])
def test_what_is_no_such_file_is_refused_in_a_sentence(data, kind):
    if kind == "not a zip":
        content = b"hello"
    elif kind == "another workbook":
        buffer = BytesIO()
        Workbook().save(buffer)
        content = buffer.getvalue()
    elif kind == "a sheet is gone":
        content = changed_workbook(data, lambda book: book.remove(book["Bản gốc"]))
    elif kind == "of no plan":
        content = changed_workbook(data, lambda book: book["Bản gốc"].cell(1, 2, "²"))
    else:
        content = changed_workbook(data, lambda book: rename_heading(book[DETAIL]))
    with pytest.raises(UploadError) as error:
        read_plan_workbook(content)
    assert len(error.value.message) > 30


def rename_heading(sheet):
    sheet.cell(HEAD, column(sheet, "Nguồn vốn")).value = "Nguồn tiền"


class TestPages:
    def test_chosen_changes_become_the_next_revision(self, demo_sign_in, demo_app):
        client = demo_sign_in("taichinh")
        data = client.get("/plans/1/workbook.xlsx").data
        unchanged_answer = client.post("/plans/1/return", data={"file": (BytesIO(data), "p.xlsx")})
        assert "Sổ tính không khác gì phương án này." in unchanged_answer.text
        with read_session(demo_app) as session:
            line = next(candidate for candidate in get_plan(session, 1).lines if candidate.item == "A01")

        def edit(book):
            sheet = book[DETAIL]
            row_number = next(row[0].row for row in sheet.iter_rows(min_row=FIRST) if row[number_of("code") - 1].value == line.code)
            sheet.cell(row_number, column(sheet, "Số lượng đề nghị")).value = line.quantity + 5

        edited_file = changed_workbook(data, edit)
        page = client.post("/plans/1/return", data={"file": (BytesIO(edited_file), "p.xlsx")}).text
        key = f"{line.ward.code}|A01|quantity"
        assert f'value="{key}"' in page
        content = page.split('name="content" value="')[1].split('"')[0]
        empty_answer = client.post("/plans/1/return", data={"content": content, "do": "take"})
        assert empty_answer.status_code == 400
        answer = client.post("/plans/1/return", data={"content": content, "do": "take", "take": key, "why": "theo Sở Tài chính"})
        assert answer.location == "/plans/2/difference"
        assert "Số lượng đề nghị" in client.get(answer.location).text
        with read_session(demo_app) as session:
            record = get_plan_record(session, 2)
            assert (record.revision, record.follows_id, record.note) == (2, 1, "theo Sở Tài chính")
            assert [(row.value, row.channel) for row in record.edits] == [(str(line.quantity + 5), "workbook")]
        # The file went out from the revision before: what it changed is there already, and nothing else differs.
        assert "Sổ tính không khác gì" in client.post("/plans/2/return", data={"file": (BytesIO(edited_file), "p.xlsx")}).text

    def test_two_planners_who_each_change_a_file_of_the_same_revision_lose_nothing(self, demo_sign_in, demo_app):
        first, second = demo_sign_in("taichinh"), demo_sign_in("taichinh2")
        with read_session(demo_app) as session:
            line = next(candidate for candidate in get_plan(session, 1).lines if candidate.item == "A01")
        data = first.get(f"/plans/1/wards/{line.ward.code}/workbook.xlsx").data
        quantity, note = (f"{line.code.replace('-', '|')}|{field}" for field in ("quantity", "note"))

        def change(**values):
            def edit(book):
                sheet = book[DETAIL]
                row_number = next(
                    row[0].row for row in sheet.iter_rows(min_row=FIRST) if row[number_of("code") - 1].value == line.code
                )
                for heading, value in values.items():
                    sheet.cell(row_number, column(sheet, HEADINGS[heading])).value = value

            return {"content": b64encode(changed_workbook(data, edit)).decode()}

        of_first, of_second = change(quantity=line.quantity + 5), change(quantity=line.quantity + 7, note="gấp")
        preview = second.post("/plans/1/return", data=of_second).text
        assert f'value="{quantity}"' in preview
        assert first.post("/plans/1/return", data=of_first | {"do": "take", "take": quantity}).location == "/plans/2/difference"
        # The second has ticked what the first has changed meanwhile: nothing is left out silently.
        overtaken = second.post("/plans/1/return", data=of_second | {"do": "take", "take": [quantity, note]})
        assert overtaken.status_code == 400
        assert "phương án đã đổi 1 ô vừa chọn" in overtaken.text
        assert "được so ba bên với bản mới nhất" in overtaken.text
        assert second.post("/plans/1/return", data=of_second | {"do": "take", "take": note}).location == "/plans/3/difference"
        with read_session(demo_app) as session:
            newest = get_plan_record(session, 1).newest
            assert (newest.title, newest.follows_id) == ("Phương án đáp ứng bộ tiêu chuẩn (bản 3, theo bản 2)", 2)
            merged = next(candidate for candidate in plan_of(session, newest).lines if candidate.code == line.code)
        assert (merged.quantity, merged.note) == (line.quantity + 5, "gấp")

    def test_the_workbook_of_another_plan_is_refused(self, demo_sign_in):
        client = demo_sign_in("taichinh")
        client.post("/plans/new", data={"name": "Khác", "first_year": "2027"})
        data = client.get("/plans/1/workbook.xlsx").data
        answer = client.post("/plans/2/return", data={"file": (BytesIO(data), "p.xlsx")})
        assert answer.status_code == 400
        assert "Mở đúng phương án" in answer.text


def test_a_double_funding_is_refused_whole(demo_session):
    record = get_plan_record(demo_session, 1)
    stored_plan = plan_of(demo_session, record, DEMO_DAY)
    ward = next(line.ward for line in stored_plan.lines if line.item == "C04")
    with pytest.raises(scenarios.EditError, match="Không cấp hai lần"):
        scenarios.save_edits(demo_session, record, [Edit(ward.code, "C06", "quantity", "1")], "", "Một", scenarios.WORKBOOK)
    assert record.edits == []


def test_what_somebody_changed_in_what_the_file_went_out_with_is_shown_as_it_stands(data, plan):
    def damage(book):
        set_cell(book[DETAIL], "A01", HEADINGS["quantity"], 3)
        for row in book["Bản gốc"].iter_rows(min_row=2, min_col=4):
            for cell in row:
                cell.value = "²"

    (disputed,) = compare(changed_workbook(data, damage), plan).disputed
    assert "²" in str(disputed)
