"""What Finance does to the workbook: other quantities, prices and proofs, rows taken out. Every total has to follow."""

from dataclasses import replace
from datetime import datetime
from io import BytesIO

import ironcalc
import pytest
import time_machine
from openpyxl import Workbook, load_workbook
from PIL import Image

from exports.workbook.amount_in_words_formula import words_formula
from exports.workbook.annex import FIRST
from exports.workbook.build import build_workbook
from exports.workbook.detail import number_of
from exports.workbook.styles import FONT
from exports.workbook.summary import CHECK_ROW, CONSISTENT, TOTAL_ROW
from inventory.snapshots.snapshot import EquipmentLot
from planning.plan.assumptions import Method
from planning.plan.needs import PACKAGES
from planning.plan.plan import CentreLine
from portal.clock import HANOI
from portal.formats import vnd_in_words
from portal.version import VERSION
from tests.factories.plans import LONE_CONTEXT, OFFICE, WARD, WORKBOOK_CONTEXT, plan_of_lots
from tests.support.workbooks import check_in_libreoffice, check_recalculation, is_same, read_workbook, recalculated, sheet_index

DETAIL, PRICES, SUMMARY = "PL02 Chi tiết", "PL06 Căn cứ đơn giá", "Tổng hợp"
QUANTITY, MOVED, BOUGHT, METHOD, AMOUNT, WITHIN, ABOVE = map(
    number_of, ("quantity", "moved", "bought", "method", "amount", "within", "above")
)


@pytest.fixture(scope="module")
def plan():
    """20 PCs are allowed, 2 stand there, 25 people work: 18 within the ceiling, 5 above it; and something of the centre."""
    base_plan = plan_of_lots(EquipmentLot("A01", good=2, year=2024), staff_total=25)
    return replace(base_plan, centre_lines=(CentreLine(WARD, "B01", 2, 20_000_000),))


@pytest.fixture(scope="module")
def data(plan):
    return build_workbook(plan, WORKBOOK_CONTEXT)


def row_of(data, title, column, value):
    return next(
        row[column - 1].row for row in read_workbook(data)[title].iter_rows(min_row=FIRST) if row[column - 1].value == value
    )


def values(model, data, title, row, *columns):
    return [model.get_cell_value(sheet_index(data, title), row, column) for column in columns]


def check_of(model, data):
    return model.get_cell_value(sheet_index(data, SUMMARY), CHECK_ROW, 3)


def model_with_entry(data, tmp_path, title, row, column, text):
    return recalculated(data, tmp_path, lambda model: model.set_user_input(sheet_index(data, title), row, column, text))


def test_a_changed_quantity_moves_both_subtotals(data, tmp_path):
    row = row_of(data, DETAIL, 5, "A01")
    model = recalculated(data, tmp_path)
    totals_before = values(model, data, DETAIL, 7, WITHIN, ABOVE)
    assert values(model, data, DETAIL, row, WITHIN, ABOVE) == [360_000_000, 100_000_000]
    increased_model = model_with_entry(data, tmp_path, DETAIL, row, QUANTITY, "30")
    assert values(increased_model, data, DETAIL, 7, WITHIN, ABOVE) == [totals_before[0], totals_before[1] + 7 * 20_000_000]
    reduced_model = model_with_entry(data, tmp_path, DETAIL, row, QUANTITY, "10")
    assert values(reduced_model, data, DETAIL, 7, WITHIN, ABOVE) == [
        totals_before[0] - 8 * 20_000_000,
        totals_before[1] - 100_000_000,
    ]
    assert check_of(increased_model, data) == check_of(reduced_model, data) == CONSISTENT


def test_what_is_moved_from_elsewhere_is_not_paid(data, tmp_path):
    row = row_of(data, DETAIL, 5, "A01")
    assert values(model_with_entry(data, tmp_path, DETAIL, row, MOVED, "3"), data, DETAIL, row, AMOUNT) == [400_000_000]
    assert values(model_with_entry(data, tmp_path, DETAIL, row, METHOD, "Điều chuyển"), data, DETAIL, row, AMOUNT) == [0]


def test_a_line_with_a_transfer_is_the_same_in_plan_and_workbook(plan, tmp_path):
    lines = tuple(replace(line, moved=12) if line.item == "A01" else line for line in plan.lines)
    workbook = build_workbook(replace(plan, lines=lines), WORKBOOK_CONTEXT)
    model, row = recalculated(workbook, tmp_path), row_of(workbook, DETAIL, 5, "A01")
    (line,) = (line for line in lines if line.item == "A01")
    expected = [line.bought, line.amount, *line.amounts_by_norm.values()]
    assert expected == [11, 220_000_000, 120_000_000, 100_000_000]
    assert values(model, workbook, DETAIL, row, BOUGHT, AMOUNT, WITHIN, ABOVE) == expected
    assert check_recalculation(model, workbook) > 1_000


def test_what_is_moved_in_takes_up_the_legal_ceiling_first(plan):
    (line,) = (line for line in plan.lines if line.item == "A01")
    assert (line.within, line.above) == (18, 5)
    line_with_transfer = replace(line, moved=5)
    assert (line_with_transfer.bought, line_with_transfer.within, line_with_transfer.above) == (18, 13, 5)
    assert sum(line_with_transfer.amounts_by_norm.values()) == line_with_transfer.amount == 18 * line.unit_price
    moved_line = replace(line, method=Method.TRANSFER)
    assert (moved_line.bought, moved_line.within, moved_line.above, moved_line.amount, moved_line.upkeep) == (0, 0, 0, 0, 0)


def test_a_changed_price_moves_words_annexes_and_the_centre(data, plan, tmp_path):
    model = model_with_entry(data, tmp_path, PRICES, row_of(data, PRICES, 2, "B01"), 5, "21000001")
    assert is_same(model.get_cell_value(sheet_index(data, "PL09 Trung tâm PVHCC"), 7, 7), plan.centre_total + 2_000_002)
    model = model_with_entry(data, tmp_path, PRICES, row_of(data, PRICES, 2, "A01"), 5, "20000001")
    capital = int(values(model, data, SUMMARY, TOTAL_ROW, 3)[0])
    assert vnd_in_words(capital).lower() in model.get_cell_value(sheet_index(data, SUMMARY), CHECK_ROW + 1, 1)
    assert check_of(model, data) == CONSISTENT


def test_a_proof_of_price_ends_the_draft(data, tmp_path):
    def enter_evidence(model):
        for number in range(FIRST, FIRST + 62):
            model.set_user_input(sheet_index(data, PRICES), number, 10, "Báo giá")
            model.set_user_input(sheet_index(data, PRICES), number, 11, "01/BG")

    titles = [
        (recalculated(data, tmp_path, change)).get_cell_value(sheet_index(data, SUMMARY), 6, 1) for change in (None, enter_evidence)
    ]
    assert ["DỰ THẢO" in title for title in titles] == [True, False]


AMOUNTS = (0, 5, 10, 15, 21, 105, 1_000, 1_005, 20_015, 110_001, 1_000_000, 35_687_200_000, 999_999_999_999_999, 1_000_000_000_001)


def test_the_formula_reads_amounts_as_the_program_does(tmp_path):
    book = Workbook()
    for row, amount in enumerate(AMOUNTS, start=1):
        book.active.cell(row, 1, amount)
        book.active.cell(row, 2, f"={words_formula(f'A{row}')}")
    book.save(tmp_path / "words.xlsx")
    model = ironcalc.load_from_xlsx(str(tmp_path / "words.xlsx"), "en", "Asia/Ho_Chi_Minh", "en")
    model.evaluate()
    assert [model.get_cell_value(0, row, 2) for row in range(1, len(AMOUNTS) + 1)] == [
        vnd_in_words(amount).lower() for amount in AMOUNTS
    ]


@pytest.mark.parametrize("position", ["first", "middle", "last"])
def test_a_row_taken_out_takes_its_money_out(data, plan, tmp_path, position):
    index = {"first": 0, "middle": len(plan.lines) // 2, "last": len(plan.lines) - 1}[position]
    model = recalculated(data, tmp_path, lambda model: model.delete_rows(sheet_index(data, DETAIL), FIRST + index, 1))
    assert is_same(values(model, data, DETAIL, 7, AMOUNT)[0], plan.total() - plan.lines[index].amount)
    assert check_of(model, data) == CONSISTENT


@pytest.mark.parametrize("index", [0, 5])
def test_a_row_put_in_is_counted(data, plan, tmp_path, index):
    def insert_row(model):
        model.insert_rows(sheet_index(data, DETAIL), FIRST + index, 1)
        model.set_user_input(sheet_index(data, DETAIL), FIRST + index, AMOUNT, "1000")

    model = recalculated(data, tmp_path, insert_row)
    assert is_same(values(model, data, DETAIL, 7, AMOUNT)[0], plan.total() + 1000)


def test_libreoffice_agrees_on_every_formula(data, tmp_path):
    assert check_in_libreoffice(data, tmp_path) > 1_000


@pytest.mark.long
def test_libreoffice_agrees_on_every_formula_of_the_city(demo_plan, tmp_path):
    assert check_in_libreoffice(build_workbook(demo_plan, WORKBOOK_CONTEXT), tmp_path) > 10_000


def test_the_form_is_that_of_the_decree(data):
    book = load_workbook(BytesIO(data))
    summary = book[SUMMARY]
    assert 30 <= round(summary.page_margins.left * 25.4, 3) <= 35
    assert summary.HeaderFooter.differentFirst
    assert summary.firstHeader.center.text is None
    for sheet in (sheet for sheet in book.worksheets if sheet.sheet_state == "visible"):
        assert sheet.oddHeader.center.text == "&P"
        assert sheet.oddHeader.center.font.startswith(FONT)
        assert sheet.oddFooter.center.font.startswith(FONT)
    assert book._named_styles["Normal"].font.name == FONT
    texts = {str(cell.value) for row in summary.iter_rows() for cell in row}
    assert {"Nơi nhận:", "GIÁM ĐỐC\nSỞ TÀI CHÍNH", "GIÁM ĐỐC\nSỞ KHOA HỌC VÀ CÔNG NGHỆ"} <= texts


def test_one_agency_signs_alone(plan):
    sheet = load_workbook(BytesIO(build_workbook(plan, LONE_CONTEXT)))[SUMMARY]
    assert sum(str(cell.value).startswith("GIÁM ĐỐC") for row in sheet.iter_rows() for cell in row) == 1


def test_the_map_bears_its_own_mark(plan):
    sheet = load_workbook(BytesIO(build_workbook(plan, context_with_map())))["Sơ đồ"]
    assert "MINH HỌA" in sheet["A2"].value


def test_an_equal_plan_is_an_equal_workbook_whenever_it_is_written(plan):
    with time_machine.travel(datetime(2026, 3, 2, tzinfo=HANOI)):
        first_workbook = build_workbook(plan, context_with_map())
    with time_machine.travel(datetime(2027, 11, 30, 23, 59, tzinfo=HANOI)):
        assert build_workbook(plan, context_with_map()) == first_workbook
    properties = load_workbook(BytesIO(first_workbook)).properties
    assert (properties.creator, properties.version, properties.created.date()) == (OFFICE.agency, VERSION, plan.on)


def context_with_map():
    Image.new("RGB", (10, 10)).save(picture := BytesIO(), "PNG")
    return replace(WORKBOOK_CONTEXT, map_png=picture.getvalue())


def test_a_package_is_never_bought_beside_its_parts(plan):
    for ward in plan.wards:
        bought_items = {line.item for line in plan.lines if line.ward == ward}
        assert all(not bought_items & set(parts) for package, parts in PACKAGES.items() if package in bought_items)


def test_a_line_is_what_lies_within_and_above(plan):
    for line in plan.lines:
        assert line.amount == sum(line.amounts_by_norm.values())
        assert line.quantity == line.bought == line.within + line.above
