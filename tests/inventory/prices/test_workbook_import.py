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
from inventory.prices.workbook_import import MAX_BYTES, import_prices, preview_import, read_price_file
from portal.database import session_scope
from portal.uploads import UploadError
from tests.support.libreoffice import saved_by_libreoffice

EFFECTIVE_FROM = date(2026, 6, 1)


@pytest.fixture
def draft(session):
    """A list in work with evidence, and prices that others paid."""
    price_list = copy_price_list(session, current_price_list(session).id, "Bản hai", EFFECTIVE_FROM, 2027, "x")
    price_with_evidence = replace(
        price_list.prices["A01"],
        unit_price=18_400_000,
        vat_percent=8,
        method="quote",
        evidence="01/BG",
        evidence_date=EFFECTIVE_FROM,
    )
    save_prices(session, price_list.id, {"A01": price_with_evidence})
    save_observed(
        session,
        [make_observed("A01", ward, 18_000_000, EFFECTIVE_FROM, "01/HĐ", "bid") for ward in ("00082", "00070", "Sở X")],
        "x",
    )
    session.commit()
    return get_price_list(session, price_list.id)


def preview_of(session, content, *price_list_id):
    return preview_import(session, read_price_file(content), *price_list_id)


def export_list(session, price_list):
    return build_price_workbook(price_list, observed_prices(session), "thử")


def edit_workbook(content, changes, rows=()):
    """The workbook with other cells: ``changes`` by item and part, ``rows`` appended to what was paid."""
    book = load_workbook(BytesIO(content))
    sheet = book[PRICES]
    columns = {cell.value: cell.column for cell in sheet[HEADER_ROW]}
    row_numbers = {sheet.cell(row, columns[CODE]).value: row for row in range(HEADER_ROW + 1, sheet.max_row + 1)}
    for (code, part), value in changes.items():
        sheet.cell(row_numbers[code], columns[FIELD_LABELS[part]]).value = value
    observed_sheet = book[OBSERVED]
    first_empty_row = next(
        row for row in range(HEADER_ROW + 1, observed_sheet.max_row + 1) if observed_sheet.cell(row, 1).value is None
    )
    for number, row in enumerate(rows):
        for column, value in enumerate(row, start=1):
            observed_sheet.cell(first_empty_row + number, column).value = value
    return workbook_bytes(book)


def workbook_bytes(book):
    buffer = BytesIO()
    book.save(buffer)
    return buffer.getvalue()


@pytest.mark.both_databases
def test_out_and_in_again_is_an_empty_difference(session, draft):
    for price_list in (draft, current_price_list(session)):
        preview = preview_of(session, export_list(session, price_list), price_list.id)
        assert preview.is_empty and (preview.changed, preview.refused, preview.disputed, preview.missing) == ((), (), (), ())
        assert (preview.same, preview.observed_same) == (62, 3)


def test_a_save_by_libreoffice_is_an_empty_difference(session, draft, tmp_path):
    content = saved_by_libreoffice(export_list(session, draft), tmp_path)
    preview = preview_of(session, content, draft.id)
    assert preview.is_empty and (preview.refused, preview.disputed, preview.missing) == ((), (), ())
    assert (preview.same, preview.observed_same) == (62, 3)
    changed_preview = preview_of(session, edit_workbook(content, {("A02", "unit_price"): 24_000_000}), draft.id)
    assert {code: price.unit_price for code, price in changed_preview.prices.items()} == {"A02": 24_000_000}


@pytest.mark.both_databases
def test_changes_go_into_the_list_in_work_and_the_same_file_changes_nothing_more(session, draft):
    changes = {
        ("A02", "unit_price"): "24,5 triệu",
        ("A02", "method"): "Báo giá",
        ("A02", "evidence"): "05/BG",
        ("A02", "evidence_date"): datetime(2026, 5, 1),
        ("A03", "cap"): None,
        ("A07", "unit_price"): "1.500.000 đ",
    }
    rows = [("a02", "Xã Ba Vì", "24 triệu", "01/05/2026", "9/HĐ", "báo giá")]
    content = edit_workbook(export_list(session, draft), changes, rows)
    preview = preview_of(session, content, draft.id)
    assert {line.item for line in preview.changed} == {"A02", "A03", "A07"}
    assert (preview.same, preview.refused, len(preview.observed)) == (59, (), 1)
    price_list = import_prices(session, preview, "", "Người thử")
    session.commit()
    assert price_list.id == draft.id
    assert price_list.prices["A02"].unit_price == 24_500_000 and price_list.prices["A02"].has_evidence
    assert (price_list.prices["A03"].cap, price_list.prices["A07"].unit_price) == (None, 1_500_000)
    assert [change.item for change in compare_lists(draft, price_list)] == ["A02", "A03", "A07"]
    assert any(price.buyer == "Xã Ba Vì" and price.unit_price == 24_000_000 for price in observed_prices(session))
    second_preview = preview_of(session, content, draft.id)
    assert second_preview.is_empty and (second_preview.refused, second_preview.disputed) == ((), ())


@pytest.mark.both_databases
def test_a_fixed_list_stays_and_a_new_version_follows_it(session):
    published_list = current_price_list(session)
    content = edit_workbook(export_list(session, published_list), {("A01", "unit_price"): 19_000_000})
    new_list = import_prices(session, preview_of(session, content), "Bản mới", "x")
    session.commit()
    assert (new_list.name, new_list.based_on, new_list.is_published) == ("Bản mới", published_list.id, False)
    assert get_price_list(session, published_list.id) == published_list
    second_preview = preview_of(session, content)
    assert second_preview.is_empty and second_preview.target.id == new_list.id
    assert len(list_price_lists(session)) == 2


def test_every_refusal_names_sheet_row_column_value_and_what_is_allowed(session, draft):
    changes = {
        ("A02", "unit_price"): "1,500",
        ("A02", "evidence"): "05/BG",
        ("A03", "vat_percent"): 9,
        ("A04", "method"): "Hỏi",
        ("A05", "evidence_date"): "31/02/2026",
        ("A06", "unit_price"): None,
    }
    rows = [
        ("Z99", "Xã Ba Vì", 1, EFFECTIVE_FROM, "1", "Báo giá"),
        ("A01", "Xã Ba Vì", "1,5", EFFECTIVE_FROM, "1", "Báo giá"),
        ("A01", "Xã Ba Vì", 1, "hôm qua", "1", "Báo giá"),
        ("A01", "", 1, EFFECTIVE_FROM, "1", "Báo giá"),
        ("A01", "Xã Ba Vì", 1, EFFECTIVE_FROM, "1", "Nghe nói"),
        ("A01", "Xã Ba Vì", 1, EFFECTIVE_FROM, "1", "Báo giá"),
        ("A01", "Xã Ba Vì", 2, EFFECTIVE_FROM, "1", "Báo giá"),
    ]
    preview = preview_of(session, edit_workbook(export_list(session, draft), changes, rows), draft.id)
    refusals = {(line.sheet, line.row, line.column.partition(" “")[0]): (line.after, line.message) for line in preview.refused}
    assert refusals[PRICES, HEADER_ROW + 2, "cột E"][0] == "1,500" and "nhiều cách" in refusals[PRICES, HEADER_ROW + 2, "cột E"][1]
    assert "dòng này còn ô khác" in refusals[PRICES, HEADER_ROW + 2, "cột J"][1]
    assert refusals[PRICES, HEADER_ROW + 3, "cột F"] == ("9", "Thuế suất “9” không có trong bảng. Chọn 0, 5, 8, 10.")
    assert "Chọn: Chưa có căn cứ, Báo giá" in refusals[PRICES, HEADER_ROW + 4, "cột I"][1]
    assert "31/12/2026" in refusals[PRICES, HEADER_ROW + 5, "cột K"][1]
    assert "Hãy nhập một số tiền" in refusals[PRICES, HEADER_ROW + 6, "cột E"][1]
    messages = {column: message for (sheet, _row, column), (_after, message) in refusals.items() if sheet == OBSERVED}
    assert "Không có danh mục" in refusals[OBSERVED, HEADER_ROW + 4, "cột A"][1]
    assert "nhiều cách" in messages["cột C"] and "không phải ngày" in messages["cột D"] and "Loại căn cứ" in messages["cột F"]
    assert "trùng một dòng" in refusals[OBSERVED, HEADER_ROW + 10, "cột A"][1]
    assert preview.prices == {} and len(preview.observed) == 1
    assert preview.refused[0].place == f"Đơn giá, dòng {HEADER_ROW + 2}, cột E “Đơn giá (đã gồm thuế)”"


def test_rows_may_be_sorted_and_removed_but_no_code_stands_twice(session, draft):
    book = load_workbook(BytesIO(export_list(session, draft)))
    sheet = book[PRICES]
    rows = [[cell.value for cell in row] for row in sheet.iter_rows(min_row=HEADER_ROW + 1)]
    shuffled_rows = [*rows[40:], *rows[1:40]]
    shuffled_rows[0][4] = 123_000
    for row in sheet.iter_rows(min_row=HEADER_ROW + 1):
        values = shuffled_rows.pop(0) if shuffled_rows else [None] * len(row)
        for cell, value in zip(row, values, strict=True):
            cell.value = value
    preview = preview_of(session, workbook_bytes(book), draft.id)
    code = rows[40][1]
    assert {item: price.unit_price for item, price in preview.prices.items()} == {code: 123_000}
    assert preview.missing == ("A01",) and preview.refused == ()
    sheet.cell(HEADER_ROW + 2, 2).value = code
    sheet.cell(HEADER_ROW + 3, 2).value = "X77"
    sheet.cell(HEADER_ROW + 4, 2).value = None
    messages = [line.message for line in preview_of(session, workbook_bytes(book), draft.id).refused]
    assert messages == [
        "Mã này đứng ở hai dòng; chỉ nhận dòng trên.",
        "Không có mã “X77” trong bảng giá này.",
        "Dòng này thiếu mã danh mục.",
    ]


def test_columns_are_known_by_their_words(session, draft):
    book = load_workbook(BytesIO(edit_workbook(export_list(session, draft), {("A02", "unit_price"): 1})))
    book[PRICES].insert_cols(3)
    book[PRICES].insert_rows(2)
    preview = preview_of(session, workbook_bytes(book), draft.id)
    assert (
        list(preview.prices) == ["A02"]
        and preview.changed[0].place == f"Đơn giá, dòng {HEADER_ROW + 3}, cột F “Đơn giá (đã gồm thuế)”"
    )
    book[PRICES].cell(HEADER_ROW + 1, 6).value = "Giá"
    with pytest.raises(UploadError, match="thiếu cột “Đơn giá"):
        preview_of(session, workbook_bytes(book), draft.id)


def test_what_a_colleague_changed_meanwhile_is_asked_about(session, draft):
    content = edit_workbook(export_list(session, draft), {("A02", "unit_price"): 24_000_000, ("A03", "unit_price"): 12_000_000})
    save_prices(session, draft.id, {"A02": replace(draft.prices["A02"], unit_price=23_000_000)})
    session.commit()
    preview = preview_of(session, content, draft.id)
    assert [line.item for line in preview.disputed] == ["A02"] and list(preview.prices) == ["A03"]
    assert import_prices(session, preview, "", "x").prices["A02"].unit_price == 23_000_000


def test_an_old_row_of_what_was_paid_does_not_undo_a_correction(session, draft):
    content = export_list(session, draft)
    save_observed(session, [make_observed("A01", "00082", 19_000_000, EFFECTIVE_FROM, "01/HĐ", "bid")], "x")
    session.commit()
    assert preview_of(session, content, draft.id).is_empty


def test_a_formula_that_was_never_computed_is_told(session, draft):
    preview = preview_of(session, edit_workbook(export_list(session, draft), {("A02", "unit_price"): "=1+1"}), draft.id)
    assert "Hãy nhập một số tiền" in preview.refused[0].message


def remove_sheet(content, name):
    book = load_workbook(BytesIO(content))
    del book[name]
    return workbook_bytes(book)


def test_a_file_that_is_no_list_of_ours_is_refused(session, draft):
    good_file = export_list(session, draft)
    book = load_workbook(BytesIO(good_file))
    book[KEYS].cell(1, 2).value = "một"
    files = [
        b"",
        b"PK\x03\x04",
        workbook_bytes(Workbook()),
        remove_sheet(good_file, KEYS),
        remove_sheet(good_file, PRICES),
        remove_sheet(good_file, OBSERVED),
        workbook_bytes(book),
    ]
    for content in (*files, b"x" * (MAX_BYTES + 1)):
        with pytest.raises(UploadError):
            preview_of(session, content, draft.id)


def test_words_of_people_are_no_formula_and_only_inputs_are_open(session, draft):
    save_prices(session, draft.id, {"A02": replace(draft.prices["A02"], evidence='=HYPERLINK("http://x")', source="=1+1")})
    book = load_workbook(BytesIO(export_list(session, get_price_list(session, draft.id))))
    assert all(cell.data_type != "f" for sheet in book for row in sheet.iter_rows() for cell in row)
    sheet = book[PRICES]
    assert all(worksheet.protection.sheet for worksheet in book)
    unlocked_columns = {
        sheet.cell(HEADER_ROW, cell.column).value for row in sheet.iter_rows() for cell in row if not cell.protection.locked
    }
    assert unlocked_columns == set(FIELD_LABELS.values())
    assert book[KEYS].sheet_state == "veryHidden"


@given(st.one_of(st.integers(-(10**15) + 1, 10**15 - 1), st.text(), st.dates(), st.booleans(), st.none()))
def test_a_cell_is_written_in_one_way(value):
    assert normalize_cell(normalize_cell(value)) == normalize_cell(value)
    if isinstance(value, int) and not isinstance(value, bool):
        assert normalize_cell(float(value)) == normalize_cell(value)


def test_pages_preview_first_and_take_over_in_one_go(app, session, draft, sign_in):
    content = edit_workbook(export_list(session, draft), {("A02", "unit_price"): 24_000_000, ("A03", "vat_percent"): 7})
    session.rollback()
    client, address = sign_in(Role.PLANNER), f"/prices/{draft.id}/upload"
    assert client.get(address).status_code == 200
    page = client.post(address, data={"file": (BytesIO(content), "gia.xlsx")})
    assert "Mới xem trước, chưa nhận gì" in page.text and "24.000.000" in page.text and "Chọn 0, 5, 8, 10" in page.text
    with session_scope(app.extensions["engine"], writes=False) as read_session:
        assert get_price_list(read_session, draft.id).prices["A02"].unit_price == 25_000_000
    answer = client.post(address, data={"content": b64encode(content).decode(), "do": "take"}, follow_redirects=True)
    assert "Đã nhận 1 đơn giá và 0 giá tham chiếu" in answer.text and "1 ô chưa nhận" in answer.text
    with session_scope(app.extensions["engine"], writes=False) as read_session:
        assert get_price_list(read_session, draft.id).prices["A02"].unit_price == 24_000_000
        entry = read_session.scalars(select(AuditEntry).where(AuditEntry.action == "price-list:import")).one()
        assert entry.after["prices"] == ["A02"]
    assert "không có gì mới" in client.post(address, data={"content": b64encode(content).decode(), "do": "take"}).text
    refusal = client.post(address, data={"file": (BytesIO(b"abc"), "gia.xlsx")})
    assert refusal.status_code == 400 and "không phải sổ tính" in refusal.text
    assert client.post(address, data={"content": "%%%"}).status_code == 400


def test_the_page_asks_for_the_name_of_a_new_version(app, session, sign_in):
    content = edit_workbook(export_list(session, current_price_list(session)), {("A01", "unit_price"): 19_000_000})
    session.rollback()
    client = sign_in(Role.PLANNER)
    page = client.post("/prices/1/upload", data={"file": (BytesIO(content), "gia.xlsx")})
    assert 'value="Bảng giá tham khảo 2026 (bản 2)"' in page.text
    form = {"content": b64encode(content).decode(), "do": "take", "name": "Bảng giá tham khảo 2026"}
    answer = client.post("/prices/1/upload", data=form)
    assert answer.status_code == 400 and "Đã có bảng giá tên" in answer.text and 'name="content"' in answer.text
    assert "Đã nhận 1 đơn giá" in client.post("/prices/1/upload", data={**form, "name": "Bản hai"}, follow_redirects=True).text


def test_the_download_is_audited_and_reads_back(app, session, draft, sign_in):
    session.rollback()
    answer = sign_in(Role.PLANNER).get(f"/prices/{draft.id}/list.xlsx")
    assert preview_of(session, answer.data, draft.id).is_empty
    assert session.scalars(select(AuditEntry.action).where(AuditEntry.action == "price-list:download")).all() != []


def test_the_command_does_the_same(app, session, tmp_path):
    file = tmp_path / "gia.xlsx"
    file.write_bytes(
        edit_workbook(export_list(session, current_price_list(session)), {("A01", "unit_price"): 19_000_000, ("A02", "cap"): "x"})
    )
    session.rollback()
    runner = app.test_cli_runner()
    rehearsal = runner.invoke(args=["prices", "import", str(file), "--rehearse"])
    assert rehearsal.exit_code == 0 and "1 đơn giá đổi" in rehearsal.output and "A02 (Đơn giá, dòng" in rehearsal.output
    assert len(list_price_lists(session)) == 1
    session.rollback()
    result = runner.invoke(args=["prices", "import", str(file)])
    assert result.exit_code == 0 and "Bảng giá tham khảo 2026 (bản 2)" in result.output
    file.write_bytes(b"abc")
    assert runner.invoke(args=["prices", "import", str(file)]).exit_code != 0
