"""A price list goes out as a workbook and comes back: previewed, refused cell by cell, taken over whole."""

from base64 import b64encode
from dataclasses import replace
from datetime import date, datetime
from io import BytesIO

import pytest
from hypothesis import given
from hypothesis import strategies as st
from openpyxl import Workbook, load_workbook
from sqlalchemy import select

from accounts.identity import Role
from accounts.models import AuditEntry
from inventory.prices.observed import make_observed, observed_prices, save_observed
from inventory.prices.parsing import FIELD_LABELS
from inventory.prices.price_lists import copy_price_list, current_price_list, get_price_list, list_price_lists, save_prices
from inventory.prices.prices import compare_lists
from inventory.prices.workbook import CODE, HEADER_ROW, KEYS, OBSERVED, PRICES, build_price_workbook, normalize_cell
from inventory.prices.workbook_import import MAX_BYTES, import_prices, preview_import
from portal.database import session_scope
from portal.uploads import UploadError
from tests.support.libreoffice import saved_by_libreoffice

FROM = date(2026, 6, 1)


@pytest.fixture
def made(session):
    """A list in work with evidence, and prices that others paid."""
    found = copy_price_list(session, current_price_list(session).id, "Bản hai", FROM, 2027, "x")
    proved = replace(
        found.prices["A01"], unit_price=18_400_000, vat_percent=8, method="quote", evidence="01/BG", evidence_date=FROM
    )
    save_prices(session, found.id, {"A01": proved})
    save_observed(
        session, [make_observed("A01", ward, 18_000_000, FROM, "01/HĐ", "bid") for ward in ("00082", "00070", "Sở X")], "x"
    )
    session.commit()
    return get_price_list(session, found.id)


def out(session, price_list):
    return build_price_workbook(price_list, observed_prices(session), "thử")


def edited(data, changes, rows=()):
    """The workbook with other cells: ``changes`` by item and part, ``rows`` appended to what was paid."""
    book = load_workbook(BytesIO(data))
    sheet = book[PRICES]
    columns = {cell.value: cell.column for cell in sheet[HEADER_ROW]}
    lines = {sheet.cell(row, columns[CODE]).value: row for row in range(HEADER_ROW + 1, sheet.max_row + 1)}
    for (code, part), value in changes.items():
        sheet.cell(lines[code], columns[FIELD_LABELS[part]]).value = value
    paid = book[OBSERVED]
    first = next(row for row in range(HEADER_ROW + 1, paid.max_row + 1) if paid.cell(row, 1).value is None)
    for number, row in enumerate(rows):
        for column, value in enumerate(row, start=1):
            paid.cell(first + number, column).value = value
    return saved(book)


def saved(book):
    buffer = BytesIO()
    book.save(buffer)
    return buffer.getvalue()


@pytest.mark.both_databases
def test_out_and_in_again_is_an_empty_difference(session, made):
    for price_list in (made, current_price_list(session)):
        done = preview_import(session, out(session, price_list), price_list.id)
        assert done.is_empty and (done.changed, done.refused, done.disputed, done.missing) == ((), (), (), ())
        assert (done.same, done.observed_same) == (62, 3)


def test_a_save_by_libreoffice_is_an_empty_difference(session, made, tmp_path):
    data = saved_by_libreoffice(out(session, made), tmp_path)
    done = preview_import(session, data, made.id)
    assert done.is_empty and (done.refused, done.disputed, done.missing) == ((), (), ())
    assert (done.same, done.observed_same) == (62, 3)
    changed = preview_import(session, edited(data, {("A02", "unit_price"): 24_000_000}), made.id)
    assert {code: price.unit_price for code, price in changed.prices.items()} == {"A02": 24_000_000}


@pytest.mark.both_databases
def test_changes_go_into_the_list_in_work_and_the_same_file_changes_nothing_more(session, made):
    changes = {
        ("A02", "unit_price"): "24,5 triệu",
        ("A02", "method"): "Báo giá",
        ("A02", "evidence"): "05/BG",
        ("A02", "evidence_date"): datetime(2026, 5, 1),
        ("A03", "cap"): None,
        ("A07", "unit_price"): "1.500.000 đ",
    }
    rows = [("a02", "Xã Ba Vì", "24 triệu", "01/05/2026", "9/HĐ", "báo giá")]
    data = edited(out(session, made), changes, rows)
    done = preview_import(session, data, made.id)
    assert {line.item for line in done.changed} == {"A02", "A03", "A07"}
    assert (done.same, done.refused, len(done.observed)) == (59, (), 1)
    kept = import_prices(session, done, "", "Người thử")
    session.commit()
    assert kept.id == made.id
    assert kept.prices["A02"].unit_price == 24_500_000 and kept.prices["A02"].has_evidence
    assert (kept.prices["A03"].cap, kept.prices["A07"].unit_price) == (None, 1_500_000)
    assert [change.item for change in compare_lists(made, kept)] == ["A02", "A03", "A07"]
    assert any(price.buyer == "Xã Ba Vì" and price.unit_price == 24_000_000 for price in observed_prices(session))
    again = preview_import(session, data, made.id)
    assert again.is_empty and (again.refused, again.disputed) == ((), ())


@pytest.mark.both_databases
def test_a_fixed_list_stays_and_a_new_version_follows_it(session):
    fixed = current_price_list(session)
    data = edited(out(session, fixed), {("A01", "unit_price"): 19_000_000})
    kept = import_prices(session, preview_import(session, data), "Bản mới", "x")
    session.commit()
    assert (kept.name, kept.based_on, kept.is_published) == ("Bản mới", fixed.id, False)
    assert get_price_list(session, fixed.id) == fixed
    again = preview_import(session, data)
    assert again.is_empty and again.target.id == kept.id
    assert len(list_price_lists(session)) == 2


def test_every_refusal_names_sheet_row_column_value_and_what_is_allowed(session, made):
    changes = {
        ("A02", "unit_price"): "1,500",
        ("A02", "evidence"): "05/BG",
        ("A03", "vat_percent"): 9,
        ("A04", "method"): "Hỏi",
        ("A05", "evidence_date"): "31/02/2026",
        ("A06", "unit_price"): None,
    }
    rows = [
        ("Z99", "Xã Ba Vì", 1, FROM, "1", "Báo giá"),
        ("A01", "Xã Ba Vì", "1,5", FROM, "1", "Báo giá"),
        ("A01", "Xã Ba Vì", 1, "hôm qua", "1", "Báo giá"),
        ("A01", "", 1, FROM, "1", "Báo giá"),
        ("A01", "Xã Ba Vì", 1, FROM, "1", "Nghe nói"),
        ("A01", "Xã Ba Vì", 1, FROM, "1", "Báo giá"),
        ("A01", "Xã Ba Vì", 2, FROM, "1", "Báo giá"),
    ]
    done = preview_import(session, edited(out(session, made), changes, rows), made.id)
    told = {(line.sheet, line.row, line.column.partition(" “")[0]): (line.after, line.message) for line in done.refused}
    assert told[PRICES, HEADER_ROW + 2, "cột E"][0] == "1,500" and "nhiều cách" in told[PRICES, HEADER_ROW + 2, "cột E"][1]
    assert "dòng này còn ô khác" in told[PRICES, HEADER_ROW + 2, "cột J"][1]
    assert told[PRICES, HEADER_ROW + 3, "cột F"] == ("9", "Thuế suất “9” không có trong bảng. Chọn 0, 5, 8, 10.")
    assert "Chọn: Chưa có căn cứ, Báo giá" in told[PRICES, HEADER_ROW + 4, "cột I"][1]
    assert "31/12/2026" in told[PRICES, HEADER_ROW + 5, "cột K"][1]
    assert "Hãy nhập một số tiền" in told[PRICES, HEADER_ROW + 6, "cột E"][1]
    observed = {column: message for (sheet, _row, column), (_after, message) in told.items() if sheet == OBSERVED}
    assert "Không có danh mục" in told[OBSERVED, HEADER_ROW + 4, "cột A"][1]
    assert "nhiều cách" in observed["cột C"] and "không phải ngày" in observed["cột D"] and "Loại căn cứ" in observed["cột F"]
    assert "trùng một dòng" in told[OBSERVED, HEADER_ROW + 10, "cột A"][1]
    assert done.prices == {} and len(done.observed) == 1
    assert done.refused[0].place == f"Đơn giá, dòng {HEADER_ROW + 2}, cột E “Đơn giá (đã gồm thuế)”"


def test_rows_may_be_sorted_and_removed_but_no_code_stands_twice(session, made):
    book = load_workbook(BytesIO(out(session, made)))
    sheet = book[PRICES]
    rows = [[cell.value for cell in row] for row in sheet.iter_rows(min_row=HEADER_ROW + 1)]
    shuffled = [*rows[40:], *rows[1:40]]
    shuffled[0][4] = 123_000
    for row in sheet.iter_rows(min_row=HEADER_ROW + 1):
        values = shuffled.pop(0) if shuffled else [None] * len(row)
        for cell, value in zip(row, values, strict=True):
            cell.value = value
    done = preview_import(session, saved(book), made.id)
    code = rows[40][1]
    assert {item: price.unit_price for item, price in done.prices.items()} == {code: 123_000}
    assert done.missing == ("A01",) and done.refused == ()
    sheet.cell(HEADER_ROW + 2, 2).value = code
    sheet.cell(HEADER_ROW + 3, 2).value = "X77"
    sheet.cell(HEADER_ROW + 4, 2).value = None
    messages = [line.message for line in preview_import(session, saved(book), made.id).refused]
    assert messages == [
        "Mã này đứng ở hai dòng; chỉ nhận dòng trên.",
        "Không có mã “X77” trong bảng giá này.",
        "Dòng này thiếu mã danh mục.",
    ]


def test_columns_are_known_by_their_words(session, made):
    book = load_workbook(BytesIO(edited(out(session, made), {("A02", "unit_price"): 1})))
    book[PRICES].insert_cols(3)
    book[PRICES].insert_rows(2)
    done = preview_import(session, saved(book), made.id)
    assert (
        list(done.prices) == ["A02"] and done.changed[0].place == f"Đơn giá, dòng {HEADER_ROW + 3}, cột F “Đơn giá (đã gồm thuế)”"
    )
    book[PRICES].cell(HEADER_ROW + 1, 6).value = "Giá"
    with pytest.raises(UploadError, match="thiếu cột “Đơn giá"):
        preview_import(session, saved(book), made.id)


def test_what_a_colleague_changed_meanwhile_is_asked_about(session, made):
    data = edited(out(session, made), {("A02", "unit_price"): 24_000_000, ("A03", "unit_price"): 12_000_000})
    save_prices(session, made.id, {"A02": replace(made.prices["A02"], unit_price=23_000_000)})
    session.commit()
    done = preview_import(session, data, made.id)
    assert [line.item for line in done.disputed] == ["A02"] and list(done.prices) == ["A03"]
    assert import_prices(session, done, "", "x").prices["A02"].unit_price == 23_000_000


def test_an_old_row_of_what_was_paid_does_not_undo_a_correction(session, made):
    data = out(session, made)
    save_observed(session, [make_observed("A01", "00082", 19_000_000, FROM, "01/HĐ", "bid")], "x")
    session.commit()
    assert preview_import(session, data, made.id).is_empty


def test_a_formula_that_was_never_computed_is_told(session, made):
    done = preview_import(session, edited(out(session, made), {("A02", "unit_price"): "=1+1"}), made.id)
    assert "Hãy nhập một số tiền" in done.refused[0].message


def without(data, name):
    book = load_workbook(BytesIO(data))
    del book[name]
    return saved(book)


def test_a_file_that_is_no_list_of_ours_is_refused(session, made):
    good = out(session, made)
    book = load_workbook(BytesIO(good))
    book[KEYS].cell(1, 2).value = "một"
    files = [
        b"",
        b"PK\x03\x04",
        saved(Workbook()),
        without(good, KEYS),
        without(good, PRICES),
        without(good, OBSERVED),
        saved(book),
    ]
    for data in (*files, b"x" * (MAX_BYTES + 1)):
        with pytest.raises(UploadError):
            preview_import(session, data, made.id)


def test_words_of_people_are_no_formula_and_only_inputs_are_open(session, made):
    save_prices(session, made.id, {"A02": replace(made.prices["A02"], evidence='=HYPERLINK("http://x")', source="=1+1")})
    book = load_workbook(BytesIO(out(session, get_price_list(session, made.id))))
    assert all(cell.data_type != "f" for sheet in book for row in sheet.iter_rows() for cell in row)
    sheet = book[PRICES]
    assert all(one.protection.sheet for one in book)
    unlocked = {
        sheet.cell(HEADER_ROW, cell.column).value for row in sheet.iter_rows() for cell in row if not cell.protection.locked
    }
    assert unlocked == set(FIELD_LABELS.values())
    assert book[KEYS].sheet_state == "veryHidden"


@given(st.one_of(st.integers(-(10**15) + 1, 10**15 - 1), st.text(), st.dates(), st.booleans(), st.none()))
def test_a_cell_is_written_in_one_way(value):
    assert normalize_cell(normalize_cell(value)) == normalize_cell(value)
    if isinstance(value, int) and not isinstance(value, bool):
        assert normalize_cell(float(value)) == normalize_cell(value)


def test_pages_preview_first_and_take_over_in_one_go(app, session, made, sign_in):
    data = edited(out(session, made), {("A02", "unit_price"): 24_000_000, ("A03", "vat_percent"): 7})
    session.rollback()
    client, address = sign_in(Role.PLANNER), f"/prices/{made.id}/upload"
    assert client.get(address).status_code == 200
    page = client.post(address, data={"file": (BytesIO(data), "gia.xlsx")})
    assert "Mới xem trước, chưa nhận gì" in page.text and "24.000.000" in page.text and "Chọn 0, 5, 8, 10" in page.text
    with session_scope(app.extensions["engine"], writes=False) as reading:
        assert get_price_list(reading, made.id).prices["A02"].unit_price == 25_000_000
    done = client.post(address, data={"content": b64encode(data).decode(), "do": "take"}, follow_redirects=True)
    assert "Đã nhận 1 đơn giá và 0 giá tham chiếu" in done.text and "1 ô chưa nhận" in done.text
    with session_scope(app.extensions["engine"], writes=False) as reading:
        assert get_price_list(reading, made.id).prices["A02"].unit_price == 24_000_000
        entry = reading.scalars(select(AuditEntry).where(AuditEntry.action == "price-list:import")).one()
        assert entry.after["prices"] == ["A02"]
    assert "không có gì mới" in client.post(address, data={"content": b64encode(data).decode(), "do": "take"}).text
    wrong = client.post(address, data={"file": (BytesIO(b"abc"), "gia.xlsx")})
    assert wrong.status_code == 400 and "không phải sổ tính" in wrong.text
    assert client.post(address, data={"content": "%%%"}).status_code == 400


def test_the_page_asks_for_the_name_of_a_new_version(app, session, sign_in):
    data = edited(out(session, current_price_list(session)), {("A01", "unit_price"): 19_000_000})
    session.rollback()
    client = sign_in(Role.PLANNER)
    page = client.post("/prices/1/upload", data={"file": (BytesIO(data), "gia.xlsx")})
    assert 'value="Bảng giá tham khảo 2026 (bản 2)"' in page.text
    taken = {"content": b64encode(data).decode(), "do": "take", "name": "Bảng giá tham khảo 2026"}
    refused = client.post("/prices/1/upload", data=taken)
    assert refused.status_code == 400 and "Đã có bảng giá tên" in refused.text and 'name="content"' in refused.text
    assert "Đã nhận 1 đơn giá" in client.post("/prices/1/upload", data={**taken, "name": "Bản hai"}, follow_redirects=True).text


def test_the_download_is_audited_and_reads_back(app, session, made, sign_in):
    session.rollback()
    answer = sign_in(Role.PLANNER).get(f"/prices/{made.id}/list.xlsx")
    assert preview_import(session, answer.data, made.id).is_empty
    assert session.scalars(select(AuditEntry.action).where(AuditEntry.action == "price-list:download")).all() != []


def test_the_command_does_the_same(app, session, tmp_path):
    file = tmp_path / "gia.xlsx"
    file.write_bytes(edited(out(session, current_price_list(session)), {("A01", "unit_price"): 19_000_000, ("A02", "cap"): "x"}))
    session.rollback()
    runner = app.test_cli_runner()
    dry = runner.invoke(args=["prices", "import", str(file), "--rehearse"])
    assert dry.exit_code == 0 and "1 đơn giá đổi" in dry.output and "A02 (Đơn giá, dòng" in dry.output
    assert len(list_price_lists(session)) == 1
    session.rollback()
    done = runner.invoke(args=["prices", "import", str(file)])
    assert done.exit_code == 0 and "Bảng giá tham khảo 2026 (bản 2)" in done.output
    file.write_bytes(b"abc")
    assert runner.invoke(args=["prices", "import", str(file)]).exit_code != 0
