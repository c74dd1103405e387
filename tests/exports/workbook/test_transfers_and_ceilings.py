"""The sheets of transfers, ceilings and the curve, the pictures, and both engines after Finance changed everything at once."""

import re
from dataclasses import replace
from io import BytesIO
from zipfile import ZipFile

import pytest
from openpyxl import load_workbook

from exports.workbook.annex import FIRST, HEAD
from exports.workbook.build import build_workbook
from exports.workbook.ceilings import ABOVE_CEILING, CEILING, CHECK, FIRST_WARD, LEFT, REMAINING, SPENT, WITHIN_CEILINGS
from exports.workbook.detail import number_of
from exports.workbook.money_account import TAB as ACCOUNT
from exports.workbook.reader import read_plan_workbook
from inventory.snapshots.snapshot import EquipmentLot
from planning.funding.allocation import next_ward, readiness_curve
from planning.funding.candidates import candidates_of
from planning.funding.constraints import Ceiling, Funding
from planning.funding.funded import fund_plan
from planning.plan.assumptions import DIGITAL_MONEY, Assumptions, GroupRule
from planning.plan.build import build_plan
from planning.plan.overrides import Edit, apply_edits
from planning.plan.plan import Transfer
from planning.plan.spending import SpendingForm, sum_by_pot
from planning.plan.workbook_diff import diff_workbook
from planning.scenarios.accepted_transfers import list_proposals
from planning.transfers.proposals import with_transfers
from scoring.rating.rating import Result
from scoring.rating.redaction import sees_nothing
from tests.factories.days import DEMO_DAY
from tests.factories.plans import WARD, WORKBOOK_CONTEXT, part_of, plan_of_lots
from tests.factories.prices import PRICE_LIST
from tests.factories.standards import STANDARD
from tests.support.libreoffice import calculated_by_libreoffice
from tests.support.workbooks import (
    check_in_libreoffice,
    check_recalculation,
    formulas,
    is_same,
    read_values,
    read_workbook,
    recalculated,
    sheet_index,
    sheet_names,
    values_by_place,
)

CONTEXT = replace(WORKBOOK_CONTEXT, plan_id=1)
DETAIL, MOVES, CEILINGS, CHEAPEST = "PL02 Chi tiết", "Điều chuyển", "Mức vốn tối đa", "Rẻ nhất để đáp ứng"

WARD_MONEY = "Ngân sách xã, phường; thường xuyên không tự chủ; quản lý hành chính"


@pytest.fixture(scope="module")
def small_plan():
    """18 of 23 PCs come from two other wards, on paper: 5 and 4."""
    return plan_with_transfers(plan_of_lots(EquipmentLot("A01", good=2, year=2024), staff_total=25), 5, 4)


def plan_with_transfers(plan, *quantities):
    givers = [ward for ward in plan.wards if ward != WARD]
    transfers = [Transfer("A01", giver, WARD, count, 4_260) for giver, count in zip(givers, quantities, strict=False)]
    return with_transfers(plan, transfers)


@pytest.fixture(scope="module")
def city(demo_plan):
    """A third of the demo."""
    part = part_of(demo_plan, demo_plan.wards[::3])
    return with_transfers(part, list_proposals(part))


@pytest.fixture(scope="module")
def funded_city(city):
    return fund_half(city)


@pytest.fixture(scope="module")
def city_workbook(city, funded_city):
    return build_workbook(city, CONTEXT, *funded_city)


@pytest.fixture(scope="module")
def city_workbook_without_ceilings(city):
    return build_workbook(city, CONTEXT, candidates_of(city))


def fund_half(plan):
    """The candidates, and what is funded with half of the money of each pot."""
    candidates = candidates_of(plan)
    ceilings = tuple(
        Ceiling(pot.year, pot.source, pot.form, money // 2) for pot, money in sum_by_pot(c.costs for c in candidates).items()
    )
    return candidates, fund_plan(plan, Funding(ceilings))


class TestTransfers:
    def test_each_is_told_with_what_it_saves(self, small_plan):
        sheet = read_values(build_workbook(small_plan, CONTEXT))[MOVES]
        rows = [[cell.value for cell in sheet[HEAD + number]] for number in (1, 2)]
        assert [(row[1], row[5], row[7], row[8], row[11]) for row in rows] == [
            ("A01", WARD.code, 5, 4.26, 100_000_000), ("A01", WARD.code, 4, 4.26, 80_000_000),
        ]  # fmt: skip
        assert sheet.cell(HEAD - 1, 12).value == 180_000_000

    def test_the_detail_adds_them_up_live(self, small_plan, tmp_path):
        data = build_workbook(small_plan, CONTEXT)
        (line,) = (line for line in small_plan.lines if line.item == "A01")
        row = HEAD + 1 + small_plan.lines.index(line)
        assert read_workbook(data)[DETAIL].cell(row, number_of("moved")).value.startswith("=SUMIFS('Điều chuyển'!")
        changed_model = recalculated(data, tmp_path, lambda model: model.set_user_input(sheet_index(data, MOVES), FIRST, 8, "2"))
        bought_count = changed_model.get_cell_value(sheet_index(data, DETAIL), row, number_of("bought"))
        assert bought_count == line.bought + 3
        assert is_same(
            changed_model.get_cell_value(sheet_index(data, DETAIL), 7, number_of("amount")),
            small_plan.total() + 3 * line.unit_price,
        )
        assert is_same(changed_model.get_cell_value(sheet_index(data, MOVES), 7, 12), 6 * line.unit_price)

    def test_a_number_that_no_transfer_explains_stays_a_number(self, small_plan):
        lines = tuple(replace(line, moved=12) if line.item == "A01" else line for line in small_plan.lines)
        sheet = read_workbook(build_workbook(replace(small_plan, lines=lines), CONTEXT))[DETAIL]
        moved_counts = [sheet.cell(HEAD + number, number_of("moved")).value for number in range(1, len(lines) + 1)]
        assert moved_counts.count(12) == 1

    def test_untouched_it_comes_back_empty_and_a_changed_sheet_of_transfers_is_refused(self, small_plan, tmp_path):
        data = build_workbook(small_plan, CONTEXT)
        assert diff_workbook(read_plan_workbook(data), small_plan).is_empty

        def reduce_transfer(book):
            book[MOVES].cell(FIRST, 8).value = 2

        (refusal,) = diff_workbook(
            read_plan_workbook(calculated_by_libreoffice(changed_workbook(data, reduce_transfer), tmp_path)), small_plan
        ).refused
        assert refusal.value == "6"
        assert "trang tính Điều chuyển của tệp đã bị sửa" in refusal.message


class TestCeilings:
    def test_money_by_pot_is_what_the_choice_says_and_stays_live(self, funded_city, city_workbook, tmp_path):
        data, (candidates, funded) = city_workbook, funded_city
        choice = funded.choice
        sheet = read_values(data)[CEILINGS]
        pots = range(5, 5 + len(choice.ceilings))
        assert [sheet.cell(CEILING, column).value for column in pots] == list(choice.ceilings.values())
        assert [sheet.cell(SPENT, column).value for column in pots] == [choice.spent.get(pot, 0) for pot in choice.ceilings]
        assert [sheet.cell(LEFT, column).value for column in pots] == list(choice.remaining.values())
        assert sheet.cell(CHECK, 5).value == WITHIN_CEILINGS
        assert "Phương án tối ưu" in sheet.cell(HEAD - 1, 1).value
        assert next_ward(choice).ward.full_name in sheet.cell(HEAD - 1, 1).value
        rows = [[cell.value for cell in row] for row in sheet.iter_rows(min_row=FIRST_WARD, max_row=CHECK + len(candidates))]
        assert [row[3] for row in rows].count("có") == len(choice.funded)
        assert all(row[-1] for row in rows if row[3] == "chưa")

        def fund_all(model):
            for row in range(FIRST_WARD, CHECK + len(candidates) + 1):
                model.set_user_input(sheet_index(data, CEILINGS), row, 4, "có")

        assert recalculated(data, tmp_path, fund_all).get_cell_value(sheet_index(data, CEILINGS), CHECK, 5) == ABOVE_CEILING

    def test_wards_that_slide_and_pinned_lines_leave_of_each_pot_what_the_page_says(self, city, tmp_path):
        candidates = candidates_of(city, 2)
        ceilings = tuple(
            Ceiling(pot.year, pot.source, pot.form, money // 3) for pot, money in sum_by_pot(c.costs for c in candidates).items()
        )
        pinned = next(line.code for line in city.lines if line.amount and line.form is SpendingForm.PURCHASE)
        funded = fund_plan(city, Funding(ceilings, slide_years=2, lines_required=(pinned,)))
        assert any(funded.choice.years.values())
        data = build_workbook(city, CONTEXT, funded.choice.candidates, funded)
        sheet = read_values(data)[CEILINGS]
        columns = {sheet.cell(HEAD, column).value: column for column in range(5, sheet.max_column + 1)}
        for pot, ceiling in funded.ceilings.items():
            column = columns[f"{pot.year}: {pot.source}. {pot.form.label}"]
            assert sheet.cell(CEILING, column).value == ceiling
            assert sheet.cell(REMAINING, column).value == ceiling - funded.spent.get(pot, 0)
        check_recalculation(recalculated(data, tmp_path), data)
        # What stands above the heads is as high as its words, whose lines hold no more than their columns do.
        book = read_workbook(data)
        for tab in (CEILINGS, ACCOUNT):
            words, room = book[tab].cell(HEAD - 1, 1), sum(column.width for column in book[tab].column_dimensions.values())
            assert book[tab].row_dimensions[HEAD - 1].height >= -(-len(words.value) // room) * words.font.sz * 1.25

    def test_without_ceilings_only_the_curve_is_told(self, city):
        candidates = candidates_of(city)
        names = sheet_names(build_workbook(city, CONTEXT, candidates, fund_plan(city, Funding())))
        assert CHEAPEST in names
        assert CEILINGS not in names

    def test_no_sheet_names_a_criterion_that_would_help_an_attacker(self, city, funded_city):
        candidates, funded = funded_city
        choice = funded.choice
        criteria = [
            finding.criterion for rating in city.ratings.values() for finding in rating.findings if finding.criterion.is_sensitive
        ]
        secret_criterion = criteria[0]
        blocked_candidate = replace(candidates[0], possible=False, costs={}, lines=(), blockers=(secret_criterion,))
        years = {code: later for code, later in choice.years.items() if code != blocked_candidate.ward.code}
        choice = replace(choice, candidates=(blocked_candidate, *candidates[1:]), years=years)
        for sees, is_counted in ((lambda _ward_code: True, True), (sees_nothing, False)):
            sheet = read_workbook(build_workbook(city, replace(CONTEXT, sees=sees), candidates, replace(funded, choice=choice)))[
                CEILINGS
            ]
            text = " ".join(str(cell.value) for row in sheet.iter_rows() for cell in row)
            assert ("an ninh mạng (1)" in text) == is_counted
            assert not [criterion.name for criterion in criteria if criterion.name in text]

    def test_the_curve_is_a_running_sum_and_its_picture_shows_it(self, city, city_workbook_without_ceilings):
        data, candidates = city_workbook_without_ceilings, candidates_of(city)
        sheet, points = read_values(data)[CHEAPEST], readiness_curve(candidates)
        rows = [(sheet.cell(FIRST + number, 5).value, sheet.cell(FIRST + number, 8).value) for number in range(1, len(points) + 1)]
        assert rows == [(point.money, point.people) for point in points]
        ready_count = sum(rating.result is Result.READY for rating in city.ratings.values())
        assert sheet.cell(FIRST + len(points), 6).value == ready_count + len(points)
        assert set(range(ready_count, ready_count + len(points) + 1)) in [set(values) for values in pictures_of(data).values()]


def test_each_picture_carries_the_values_of_its_cells(city_workbook_without_ceilings):
    data = city_workbook_without_ceilings
    book, pictures = read_values(data), pictures_of(data)
    assert len(pictures) == 8
    for address, values in pictures.items():
        title, area = address.rsplit("!", 1)
        cells = book[title.strip("'")][area.replace("$", "")]
        assert [cell.value for line in cells for cell in line] == values, address
    with ZipFile(BytesIO(data)) as archive:
        charts = [archive.read(name).decode() for name in archive.namelist() if name.startswith("xl/charts/chart")]
    assert len(charts) == 3
    assert all('delete val="0"' in chart and "Times New Roman" in chart for chart in charts)


def pictures_of(data):
    """The numbers that the charts carry, by the address of their cells."""
    pictures = {}
    with ZipFile(BytesIO(data)) as archive:
        for name in archive.namelist():
            if name.startswith("xl/charts/chart"):
                for address, cache in re.findall(
                    r"<numRef><f>([^<]+)</f><numCache>(.*?)</numCache>", archive.read(name).decode(), re.DOTALL
                ):
                    pictures[address] = [int(value) for value in re.findall(r"<v>(-?\d+)</v>", cache)]
    return pictures


@pytest.mark.long
def test_both_engines_agree_on_the_whole_city(demo_plan, tmp_path):
    city = with_transfers(demo_plan, list_proposals(demo_plan))
    city_workbook = build_workbook(city, CONTEXT, *fund_half(city))
    assert check_recalculation(recalculated(city_workbook, tmp_path), city_workbook) > 10_000
    assert check_in_libreoffice(city_workbook, tmp_path) > 10_000


def test_everything_changed_at_once_comes_to_what_the_plan_makes_of_it(tmp_path):
    """Price, share of leasing, year, source and a transfer, typed into the file: both engines, and the plan with the same changes."""
    plan_before, plan_after = plan_with(35, 20_000_000, 2027, 5), plan_with(41, 19_999_999, 2029, 2)
    data, expected_workbook = build_workbook(plan_before, CONTEXT), build_workbook(plan_after, CONTEXT)

    def edit(book):
        prices, detail = book["PL06 Căn cứ đơn giá"], book[DETAIL]
        prices.cell(row_of(prices, 2, "A01"), 5).value = 19_999_999
        book["Giả định"].cell(FIRST, 3).value = 41
        book[MOVES].cell(FIRST, 8).value = 2
        row = row_of(detail, 5, "A01")
        detail.cell(row, number_of("year")).value, detail.cell(row, number_of("source")).value = 2029, WARD_MONEY
        # What wears out is counted by the program and stands there as inputs: they are typed too, so that every sum is compared.
        for worn_row in read_workbook(expected_workbook)["PL11 Năm năm"].iter_rows(min_row=FIRST):
            if str(worn_row[1].value).startswith("Thay thế"):
                for cell in worn_row[3:8]:
                    book["PL11 Năm năm"].cell(cell.row, cell.column).value = cell.value

    edited_workbook = changed_workbook(data, edit)
    model, names = recalculated(edited_workbook, tmp_path), sheet_names(expected_workbook)
    libreoffice_values = values_by_place(calculated_by_libreoffice(edited_workbook, tmp_path))
    checked_count = 0
    for title, row, column, stored in formulas(expected_workbook):
        first, second = model.get_cell_value(names.index(title), row, column), libreoffice_values.get((title, row, column), "")
        assert is_same(first, stored), (title, row, column, first, stored)
        assert is_same(second, stored), (title, row, column, second, stored)
        checked_count += 1
    assert checked_count > 1_000
    assert plan_before.total() != plan_after.total()


def plan_with(percent, price, year, moved_count):
    base_plan = plan_of_lots(EquipmentLot("A01", good=2, year=2024), EquipmentLot("C04", good=1), staff_total=25, floors=3)
    rules = Assumptions(2027, months=7, lease_percent=percent)
    # A source has a row of its own where the rules name it.
    rules = replace(rules, groups={**rules.groups, "A": GroupRule(is_leased=True), "H": GroupRule(source=WARD_MONEY)})
    prices = replace(PRICE_LIST, prices=PRICE_LIST.prices | {"A01": replace(PRICE_LIST.prices["A01"], unit_price=price)})
    plan = build_plan("Thử", base_plan.wards, base_plan.ratings, prices, STANDARD, rules, DEMO_DAY)
    source = WARD_MONEY if year == 2029 else DIGITAL_MONEY.label
    edits = [Edit(WARD.code, "A01", "year", str(year)), Edit(WARD.code, "A01", "source", source)]
    return plan_with_transfers(apply_edits(plan, edits), moved_count)


def row_of(sheet, column, value):
    return next(row[0].row for row in sheet.iter_rows(min_row=FIRST) if row[column - 1].value == value)


def changed_workbook(data, change):
    book = load_workbook(BytesIO(data))
    change(book)
    buffer = BytesIO()
    book.save(buffer)
    return buffer.getvalue()
