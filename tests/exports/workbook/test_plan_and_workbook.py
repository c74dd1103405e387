from dataclasses import replace

import pytest
from openpyxl.utils import get_column_letter

from exports.workbook.annex import FIRST, HEAD
from exports.workbook.build import build_workbook
from exports.workbook.detail import AMOUNT, number_of
from inventory.snapshots.snapshot import EquipmentLot, Owner, Snapshot
from planning.plan.assumptions import Assumptions
from planning.plan.build import build_plan
from planning.plan.line import amount_of
from planning.plan.norms import substitutes
from planning.plan.redaction import is_sensitive_line
from planning.plan.spending import SpendingForm
from planning.plan.subsets import ward_subset
from scoring.rating.redaction import sees_nothing
from tests.factories.days import DEMO_DAY
from tests.factories.plans import OFFICE, WARD, WORKBOOK_CONTEXT, part_of, plan_of_lots
from tests.factories.prices import PRICE_LIST
from tests.factories.snapshots import make_facts
from tests.factories.standards import STANDARD
from tests.support.workbooks import check_recalculation, is_same, read_values, read_workbook, recalculated, sheet_index


def quantity(plan, item):
    return sum(line.quantity for line in plan.lines if line.item == item)


@pytest.fixture(scope="module")
def demo_workbook(demo_plan):
    return build_workbook(demo_plan, WORKBOOK_CONTEXT)


@pytest.fixture(scope="module")
def part(demo_plan):
    """A tenth of it, for what is changed: every row of a sheet has the formulas of the others."""
    return part_of(demo_plan, demo_plan.wards[::10])


@pytest.fixture(scope="module")
def part_workbook(part):
    return build_workbook(part, WORKBOOK_CONTEXT)


def test_rows_grow_with_the_names_that_stand_in_them():
    """A line of 12 points takes 15, and a capital of it a good character of the width of a column."""
    name, title = "VĂN PHÒNG HỘI ĐỒNG NHÂN DÂN " * 6, "Phương án đầu tư " * 20
    context = replace(
        WORKBOOK_CONTEXT, office=replace(OFFICE, agency_parent=name, agency=name, signatory_name=name), part=f"Nguồn vốn: {title}"
    )
    book = read_workbook(build_workbook(replace(plan_of_lots(), name=title), context))
    for sheet in book.worksheets[:3]:
        for row in sheet.iter_rows(max_row=60):
            for cell in row:
                if isinstance(cell.value, str) and (name in cell.value.upper() or title in cell.value):
                    joined = next(cells for cells in sheet.merged_cells.ranges if cell.coordinate in cells)
                    columns = map(get_column_letter, range(joined.min_col, joined.max_col + 1))
                    width = sum(sheet.column_dimensions[letter].width for letter in columns)
                    assert len(cell.value) / width * 15 <= sheet.row_dimensions[cell.row].height, (sheet.title, cell.coordinate)


def test_what_is_on_order_is_not_bought_again():
    assert quantity(plan_of_lots(EquipmentLot("A01", good=15, year=2024)), "A01") == 5
    assert quantity(plan_of_lots(EquipmentLot("A01", good=15, on_order=3, year=2024)), "A01") == 2
    assert quantity(plan_of_lots(EquipmentLot("A01", good=15, on_order=30, year=2024)), "A01") == 0


def test_what_lies_above_the_legal_cap_is_set_apart():
    plan = plan_of_lots(EquipmentLot("A01", good=2, year=2024), staff_total=25)
    lines = [line for line in plan.lines if line.item == "A01"]
    assert [(line.quantity, line.within, line.above, line.cap) for line in lines] == [(23, 18, 5, 20)]


def test_worn_machines_make_room_for_new_ones():
    plan = plan_of_lots(EquipmentLot("A01", good=2, year=2024), EquipmentLot("A01", good=16, year=2010))
    (line,) = (line for line in plan.lines if line.item == "A01")
    assert (line.quantity, line.above) == (18, 0)
    assert "thay 16 máy: hết hạn sử dụng" in line.note


def test_a_multifunction_machine_is_not_bought_as_a_scanner():
    assert quantity(plan_of_lots(printers_multifunction=2), "A04") == 0
    assert quantity(plan_of_lots(printers_multifunction=0), "A04") == 2


def test_equipment_of_the_city_centre_has_a_total_of_its_own():
    plan = plan_of_lots(EquipmentLot("B01", good=3, broken=2, owner=Owner.CITY_CENTRE))
    assert [(line.item, line.quantity, line.amount) for line in plan.centre_lines] == [("B01", 2, 40_000_000)]
    assert quantity(plan, "B01") == 0
    assert plan.total() == plan_of_lots().total()


def test_the_price_of_a_year_is_counted_by_months():
    assert amount_of(10, 500_000, 12) == 5_000_000
    assert amount_of(1, 500_000, 7) == 291_667
    assert amount_of(3, 1, 6) == 2


def test_a_ward_without_data_is_in_no_total():
    plan = plan_of_lots()
    assert {line.ward for line in plan.lines} == {WARD}
    assert len(plan.wards_without_data) == 11


def test_a_price_without_evidence_makes_a_draft():
    plan = plan_of_lots()
    assert plan.is_draft
    assert plan.without_evidence == plan.total()
    proved_prices = {code: replace(price, method="quote", evidence="01/BG") for code, price in PRICE_LIST.prices.items()}
    rebuilt_plan = build_plan(
        "Thử", plan.wards, plan.ratings, replace(PRICE_LIST, prices=proved_prices), STANDARD, Assumptions(2027), DEMO_DAY
    )
    assert not rebuilt_plan.is_draft


def test_every_total_is_the_sum_of_its_lines(demo_plan):
    total = sum(line.amount for line in demo_plan.lines)
    assert total == demo_plan.total() == sum(demo_plan.form_total(kind) for kind in SpendingForm)
    for key in (lambda line: line.item, lambda line: line.ward.code, lambda line: str(line.year), lambda line: line.source):
        assert sum(sum(row.values()) for row in demo_plan.totals_by(key).values()) == total


def test_an_independent_engine_agrees_on_every_formula(demo_workbook, demo_plan, tmp_path):
    checked_count = check_recalculation(recalculated(demo_workbook, tmp_path), demo_workbook)
    assert checked_count > 2 * len(demo_plan.lines)


def read_number(model, sheet, row, column):
    return model.get_formatted_cell_value(sheet, row, column).replace(",", "")


def test_a_changed_price_moves_the_total(part_workbook, part, tmp_path):
    price_rows = {row[1].value: row[1].row for row in read_workbook(part_workbook)["PL06 Căn cứ đơn giá"].iter_rows(min_row=FIRST)}
    prices, detail = sheet_index(part_workbook, "PL06 Căn cứ đơn giá"), sheet_index(part_workbook, "PL02 Chi tiết")
    model = recalculated(part_workbook, tmp_path, lambda model: model.set_user_input(prices, price_rows["C04"], 5, "8000001"))
    bought_count = sum(line.quantity for line in part.lines if line.item == "C04")
    assert bought_count > 0
    assert is_same(read_number(model, detail, 7, number_of("amount")), part.total() + bought_count)


def test_the_totals_of_the_workbook_are_those_of_the_plan(demo_workbook, demo_plan):
    book = read_values(demo_workbook)
    assert book["PL02 Chi tiết"][f"{AMOUNT}7"].value == demo_plan.total()
    assert book["PL01 Theo xã phường"]["R7"].value == demo_plan.total()
    assert book["PL03 Theo danh mục"]["J7"].value == demo_plan.total()
    assert book.sheetnames[0] == "Tổng hợp"


def test_typed_text_is_never_a_formula(demo_plan):
    hostile_plan = replace(
        demo_plan, name='=HYPERLINK("http://x")', lines=(replace(demo_plan.lines[0], note="=1+1"), *demo_plan.lines[1:])
    )
    book = read_workbook(build_workbook(hostile_plan, WORKBOOK_CONTEXT))
    cell = book["PL02 Chi tiết"].cell(FIRST, number_of("note"))
    assert (cell.value, cell.data_type) == ("=1+1", "s")


def test_the_security_group_is_not_in_the_findings(demo_workbook):
    sheet = read_workbook(demo_workbook)["PL05 Kết quả đánh giá"]
    codes = {row[3].value for row in sheet.iter_rows(min_row=FIRST)}
    assert codes
    assert not {code for code in codes if str(code).startswith("CR-G")}


def test_the_planner_downloads_and_it_is_audited(demo_sign_in):
    answer = demo_sign_in("taichinh").get("/plans/1/workbook.xlsx")
    assert answer.data[:2] == b"PK"
    assert "tải sổ tính phương án</td>" in demo_sign_in("quantri").get("/audit").text
    assert demo_sign_in("lanhdao").get("/plans/1/workbook.xlsx").status_code == 404


@pytest.mark.parametrize(("kind", "start"), [("png", b"\x89PNG"), ("svg", b"<?xml"), ("pdf", b"%PDF")])
def test_the_map_is_drawn(demo_sign_in, kind, start):
    assert demo_sign_in("lanhdao").get(f"/exports/readiness-map.{kind}").data.startswith(start)


def test_laptops_on_order_are_pcs_on_order():
    plan = plan_of_lots(EquipmentLot("A01", good=15, year=2024), EquipmentLot("A02", on_order=5, year=2024))
    assert quantity(plan, "A01") == 0


def test_laptops_use_up_the_cap_of_pcs():
    plan = plan_of_lots(EquipmentLot("A02", good=20, year=2024), staff_total=25)
    lines = [line for line in plan.lines if line.item == "A01"]
    assert [(line.within, line.above) for line in lines] == [(1, 4)]


def test_multifunction_machines_use_up_the_cap_of_scanners():
    snapshot = Snapshot("00082", DEMO_DAY, make_facts({"printers_multifunction": 2}), (), (), frozenset())
    assert substitutes("A04", snapshot) == 2


def test_the_date_beside_the_plan_is_that_of_its_data(demo_plan):
    assert demo_plan.data_as_of < demo_plan.on


def labelled_total(data, model, title, label, column):
    sheet = read_workbook(data)[title]
    row = next(row[1].row for row in sheet.iter_rows() if row[1].value == label)
    return float(read_number(model, sheet_index(data, title), row, column))


@pytest.mark.parametrize(("column", "entry"), [("year", "2033"), ("source", "Nguồn tài trợ")])
def test_a_changed_year_or_source_loses_no_money(part_workbook, part, tmp_path, column, entry):
    detail = sheet_index(part_workbook, "PL02 Chi tiết")
    model = recalculated(part_workbook, tmp_path, lambda model: model.set_user_input(detail, FIRST, number_of(column), entry))
    assert labelled_total(part_workbook, model, "PL04 Phân kỳ nguồn vốn", "Tổng các hình thức chi", 8) == part.total()
    wards = sheet_index(part_workbook, "PL01 Theo xã phường")
    assert sum(float(model.get_cell_value(wards, 7, number)) for number in (25, 26, 27, 28)) == part.total()


def test_an_item_that_no_line_had_enters_every_total(part_workbook, part, tmp_path):
    detail = sheet_index(part_workbook, "PL02 Chi tiết")
    assert all(line.item != "A05" for line in part.lines)
    model = recalculated(part_workbook, tmp_path, lambda model: model.set_user_input(detail, FIRST, 5, "A05"))
    assert is_same(
        read_number(model, sheet_index(part_workbook, "PL03 Theo danh mục"), 7, 10),
        read_number(model, detail, 7, number_of("amount")),
    )


HIDDEN_COLUMNS = [number_of(key) - 1 for key in ("need", "have", "short", "overage", "on_order", "criteria", "how", "basis")]


def test_of_a_line_of_security_the_detail_holds_only_what_is_paid(demo_plan):
    ward = next(line.ward for line in demo_plan.lines if line.item == "G01")
    part = ward_subset(demo_plan, ward)
    blanked, whole = (
        list(
            read_workbook(build_workbook(part, replace(WORKBOOK_CONTEXT, part=ward.full_name, sees=sees)))["PL02 Chi tiết"].values
        )[HEAD:]
        for sees in (sees_nothing, lambda _ward_code: True)
    )
    assert {is_sensitive_line(line) for line in part.lines} == {True, False}
    for line, shown, full in zip(part.lines, blanked, whole, strict=False):
        expected = [None if is_sensitive_line(line) and column in HIDDEN_COLUMNS else cell for column, cell in enumerate(full)]
        assert [cell or None for cell in shown] == [cell or None for cell in expected]
        assert full[HIDDEN_COLUMNS[0]] is not None


def test_no_sheet_names_what_a_ward_lacks_in_security(demo_workbook):
    book = read_workbook(demo_workbook)
    for title in ("PL01 Theo xã phường", "PL05 Kết quả đánh giá", "PL08 Thiếu dữ liệu"):
        text = " ".join(str(cell.value) for row in book[title].iter_rows(min_row=FIRST) for cell in row)
        assert "CR-G" not in text
        assert "Tường lửa" not in text
