"""A workbook that comes back: untouched, edited in every way that people edit, older than the plan, and what is no such file."""

from dataclasses import replace
from io import BytesIO

import pytest
from openpyxl import Workbook, load_workbook

from exports.workbook.annex import FIRST, HEAD
from exports.workbook.build import build_workbook
from exports.workbook.reader import read_plan_workbook
from inventory.catalogue import Acquisition, load_catalogue
from inventory.snapshots.snapshot import EquipmentLot
from planning.plan.comparison import diff_plans
from planning.plan.overrides import Edit, apply_edits, apply_prices
from planning.plan.workbook_diff import diff_workbook, selected_edits
from planning.scenarios import scenarios
from planning.scenarios.loading import get_plan, get_plan_record, plan_of
from portal.database import session_scope
from portal.uploads import UploadError
from tests.factories.days import DEMO_DAY
from tests.factories.plans import WORKBOOK_CONTEXT, plan_of_lots
from tests.support.libreoffice import saved_by_libreoffice
from tests.support.workbooks import read_workbook

DETAIL, PRICES = "PL02 Chi tiết", "PL06 Căn cứ đơn giá"
OWN = replace(WORKBOOK_CONTEXT, plan_id=1, public_url="http://127.0.0.1:8000")


@pytest.fixture(scope="module")
def plan():
    return plan_of_lots(EquipmentLot("A01", good=2, year=2024), EquipmentLot("C04", good=1), floors=3)


@pytest.fixture(scope="module")
def data(plan):
    return build_workbook(plan, OWN)


def changed(data, change):
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


def put(sheet, item, heading, value):
    sheet.cell(row_of(sheet, item), column(sheet, heading)).value = value


def look(data, plan):
    return diff_workbook(read_plan_workbook(data), plan)


def test_untouched_it_is_an_empty_difference(data, plan):
    found = look(data, plan)
    assert found.is_empty
    assert found.warnings == ()
    assert found.same > len(plan.lines)


def test_saved_by_libreoffice_it_is_still_empty(data, plan, tmp_path):
    found = look(saved_by_libreoffice(data, tmp_path), plan)
    assert found.is_empty
    assert found.warnings == ()


def test_sorted_and_filtered_it_is_still_empty(data, plan):
    def shuffle(book):
        sheet = book[DETAIL]
        rows = [[cell.value for cell in row] for row in sheet.iter_rows(min_row=FIRST, max_row=HEAD + len(plan.lines))]
        for number, row in enumerate(reversed(rows)):
            for index, value in enumerate(row, start=1):
                sheet.cell(FIRST + number, index).value = value
        sheet.row_dimensions[FIRST].hidden = True

    assert look(changed(data, shuffle), plan).is_empty


def test_each_input_is_found_and_taken(data, plan):
    def edit(book):
        sheet = book[DETAIL]
        put(sheet, "A01", "Số lượng đề nghị", 7)
        put(sheet, "A01", "Nguồn vốn", "NS xã, phường")
        put(sheet, "A01", "Ghi chú", "rà lại")
        put(sheet, "C04", "Phương thức", "Nâng cấp")
        put(sheet, "C04", "Năm", 2029)
        put(book[PRICES], "A01", "Đơn giá (đã gồm thuế)", 18_500_000)
        put(book[PRICES], "A01", "Phương pháp", "Báo giá")
        put(book[PRICES], "A01", "Số, ngày căn cứ", "12/BG ngày 05/3/2026")

    found = look(changed(data, edit), plan)
    assert not found.refused
    told = {(proposal.edit.item, proposal.edit.field): proposal.edit.value for proposal in found.proposed}
    assert told == {
        ("A01", "quantity"): "7",
        ("A01", "source"): "NS xã, phường",
        ("A01", "note"): "rà lại",
        ("C04", "method"): "upgrade",
        ("C04", "year"): "2029",
        ("A01", "unit_price"): "18500000",
        ("A01", "evidence"): "12/BG ngày 05/3/2026",
    } | {("A01", "method"): "quote"}
    edits = selected_edits(found, [proposal.key for proposal in found.proposed])
    prices = apply_prices(plan.price_list, edits)
    assert prices.prices["A01"].has_evidence
    after = apply_edits(replace(plan, price_list=prices), edits)
    assert [change.field for change in diff_plans(plan, after) if change.item == "C04"] == ["Phương thức", "Năm"]


def test_only_what_was_ticked_is_taken(data, plan):
    def edit(book):
        put(book[DETAIL], "A01", "Số lượng đề nghị", 7)
        put(book[DETAIL], "A01", "Ghi chú", "x")

    found = look(changed(data, edit), plan)
    assert [edit.field for edit in selected_edits(found, [found.proposed[0].key, "forged|key|x"])] == [found.proposed[0].edit.field]


def test_numbers_typed_as_text_are_read_or_refused(data, plan):
    def edit(book):
        put(book[DETAIL], "A01", "Số lượng đề nghị", "1.500")
        put(book[PRICES], "A01", "Đơn giá (đã gồm thuế)", "18,5 triệu")
        put(book[PRICES], "A03", "Đơn giá (đã gồm thuế)", "1,500")
        put(book[DETAIL], "C04", "Số lượng đề nghị", 2.5)
        put(book[DETAIL], "A03", "Năm", "năm sau")

    found = look(changed(data, edit), plan)
    assert {(p.edit.field, p.edit.value) for p in found.proposed} == {("quantity", "1500"), ("unit_price", "18500000")}
    assert {refused.value for refused in found.refused} == {"1,500", "2,5", "năm sau"}
    assert all(refused.location.startswith(("PL02, ô ", "PL06, ô ")) and refused.message for refused in found.refused)


def test_a_price_typed_over_its_formula_counts_for_its_line_alone(data, plan):
    found = look(changed(data, lambda book: put(book[DETAIL], "A01", "Đơn giá (đã gồm thuế)", 19_000_000)), plan)
    assert [(p.edit.ward_code, p.edit.field, p.edit.value) for p in found.proposed] == [("00082", "unit_price", "19000000")]
    after = apply_edits(plan, [p.edit for p in found.proposed])
    again = build_workbook(after, OWN)
    assert look(again, after).is_empty


def test_a_computed_cell_typed_over_is_told_and_left_alone(data, plan):
    found = look(changed(data, lambda book: put(book[DETAIL], "A01", "Thành tiền", 1)), plan)
    assert not found.proposed
    assert len(found.warnings) == 1
    assert "Thành tiền" in found.warnings[0]


def test_a_row_put_in_is_a_new_line_and_a_row_taken_out_is_nothing(data, plan):
    def edit(book):
        sheet = book[DETAIL]
        sheet.delete_rows(row_of(sheet, "C04"))
        below = HEAD + len(plan.lines) + 3
        for heading, value in (("Mã xã", 82), ("Mã DM", "a05"), ("Số lượng đề nghị", 2), ("Năm", 2028)):
            sheet.cell(below, column(sheet, heading)).value = value

    found = look(changed(data, edit), plan)
    told = {(p.edit.item, p.edit.field, p.edit.value, p.note) for p in found.proposed}
    assert ("C04", "quantity", "0", "dòng bị xóa trong tệp") in told
    assert ("A05", "quantity", "2", "dòng mới") in told
    assert {item for item, *_rest in told} == {"C04", "A05"}


def test_rows_taken_out_are_listed_in_the_order_of_the_plan(plan):
    """In the order of a set it would differ from one process to the next, and a page from the one before it."""
    buyable = [item.code for item in load_catalogue().values() if item.acquisition is not Acquisition.NONE][:12]
    large = apply_edits(plan, [Edit("00082", item, "quantity", "1") for item in buyable])
    data = changed(build_workbook(large, OWN), lambda book: book[DETAIL].delete_rows(FIRST, len(large.lines)))
    assert [proposal.edit.item for proposal in look(data, large).proposed] == [line.item for line in large.lines]


def test_rows_that_cannot_be_are_refused_in_words(data, plan):
    def edit(book):
        sheet = book[DETAIL]
        below = HEAD + len(plan.lines) + 1
        for offset, (ward, item) in enumerate((("99999", "A05"), ("00082", "Z99"), ("00004", "A05"), ("00082", "A01"))):
            sheet.cell(below + offset, column(sheet, "Mã xã")).value = ward
            sheet.cell(below + offset, column(sheet, "Mã DM")).value = item
            sheet.cell(below + offset, column(sheet, "Số lượng đề nghị")).value = 1
        put(sheet, "A01", "Điều chuyển, tận dụng", 3)

    messages = [refused.message for refused in look(changed(data, edit), plan).refused]
    assert len(messages) == 5
    for told in ("Không có mã này", "chưa có số liệu được duyệt", "đứng hai lần", "làm ở trang Điều chuyển"):
        assert any(told in message for message in messages), told


def test_what_the_plan_changed_too_is_disputed_and_the_rest_merges(data, plan):
    now = apply_edits(plan, [Edit("00082", "A01", "quantity", "9"), Edit("00082", "A03", "note", "mới")])

    def edit(book):
        put(book[DETAIL], "A01", "Số lượng đề nghị", 7)
        put(book[DETAIL], "A01", "Năm", 2029)

    found = look(changed(data, edit), now)
    assert [(p.baseline, p.current, p.after) for p in found.disputed] == [("18", "9", "7")]
    assert [p.edit.field for p in found.proposed] == ["year"]


def test_text_that_looks_like_a_formula_comes_back_as_text_and_goes_out_as_text(data, plan):
    def edit(book):
        put(book[DETAIL], "A01", "Ghi chú", "=1+1")
        book[DETAIL].cell(row_of(book[DETAIL], "A01"), column(book[DETAIL], "Ghi chú")).data_type = "s"

    found = look(changed(data, edit), plan)
    assert [(p.edit.field, p.edit.value) for p in found.proposed] == [("note", "=1+1")]
    sheet = read_workbook(build_workbook(apply_edits(plan, [p.edit for p in found.proposed]), OWN))[DETAIL]
    cell = sheet.cell(row_of(sheet, "A01"), column(sheet, "Ghi chú"))
    assert (cell.value, cell.data_type) == ("=1+1", "s")


@pytest.mark.parametrize("kind", ["not a zip", "another workbook", "a sheet is gone", "a heading is gone"])
def test_what_is_no_such_file_is_refused_in_a_sentence(data, kind):
    if kind == "not a zip":
        wrong = b"hello"
    elif kind == "another workbook":
        buffer = BytesIO()
        Workbook().save(buffer)
        wrong = buffer.getvalue()
    elif kind == "a sheet is gone":
        wrong = changed(data, lambda book: book.remove(book["Bản gốc"]))
    else:
        wrong = changed(data, lambda book: put_heading(book[DETAIL]))
    with pytest.raises(UploadError) as refused:
        read_plan_workbook(wrong)
    assert len(refused.value.message) > 30


def put_heading(sheet):
    sheet.cell(HEAD, column(sheet, "Nguồn vốn")).value = "Nguồn tiền"


def reading(app):
    return session_scope(app.extensions["engine"], writes=False)


class TestPages:
    def test_chosen_changes_become_the_next_revision(self, demo_sign_in, demo_app):
        client = demo_sign_in("taichinh")
        data = client.get("/plans/1/workbook.xlsx").data
        same = client.post("/plans/1/return", data={"file": (BytesIO(data), "p.xlsx")})
        assert "Sổ tính không khác gì phương án này." in same.text
        with reading(demo_app) as session:
            line = next(x for x in get_plan(session, 1).lines if x.item == "A01")

        def edit(book):
            sheet = book[DETAIL]
            at = next(row[0].row for row in sheet.iter_rows(min_row=FIRST) if row[35].value == line.code)
            sheet.cell(at, column(sheet, "Số lượng đề nghị")).value = line.quantity + 5

        edited = changed(data, edit)
        page = client.post("/plans/1/return", data={"file": (BytesIO(edited), "p.xlsx")}).text
        key = f"{line.ward.code}|A01|quantity"
        assert f'value="{key}"' in page
        content = page.split('name="content" value="')[1].split('"')[0]
        nothing = client.post("/plans/1/return", data={"content": content, "do": "take"})
        assert nothing.status_code == 400
        taken = client.post("/plans/1/return", data={"content": content, "do": "take", "take": key, "why": "theo Sở Tài chính"})
        assert taken.location == "/plans/2/difference"
        assert "Số lượng đề nghị" in client.get(taken.location).text
        with reading(demo_app) as session:
            made = get_plan_record(session, 2)
            assert (made.revision, made.follows_id, made.note) == (2, 1, "theo Sở Tài chính")
            assert [(row.value, row.channel) for row in made.edits] == [(str(line.quantity + 5), "workbook")]
        # The file went out from the revision before: what it changed is there already, and nothing else differs.
        assert "Sổ tính không khác gì" in client.post("/plans/2/return", data={"file": (BytesIO(edited), "p.xlsx")}).text

    def test_the_workbook_of_another_plan_is_refused(self, demo_sign_in):
        client = demo_sign_in("taichinh")
        client.post("/plans/new", data={"name": "Khác", "first_year": "2027"})
        data = client.get("/plans/1/workbook.xlsx").data
        wrong = client.post("/plans/2/return", data={"file": (BytesIO(data), "p.xlsx")})
        assert wrong.status_code == 400
        assert "Mở đúng phương án" in wrong.text


def test_a_double_funding_is_refused_whole(demo_session):
    own = get_plan_record(demo_session, 1)
    found = plan_of(demo_session, own, DEMO_DAY)
    ward = next(line.ward for line in found.lines if line.item == "C04")
    with pytest.raises(scenarios.EditError, match="Không cấp hai lần"):
        scenarios.save_edits(demo_session, own, [Edit(ward.code, "C06", "quantity", "1")], "", "Một", scenarios.WORKBOOK)
    assert own.edits == []
