"""The plan in a real browser: scenarios compared, machines moved, a ceiling set, and the workbook to Finance and back."""

import re
from io import BytesIO

import pytest
from openpyxl import load_workbook
from playwright.sync_api import expect

from exports.workbook.annex import FIRST, HEAD
from tests.support.browsers import at_a_desk, check_accessibility_in_both_widths
from tests.support.libreoffice import saved_by_libreoffice

DETAIL = "PL02 Chi tiết"
# A planner has a spreadsheet program beside.
pytestmark = at_a_desk


@pytest.mark.journey
def test_two_scenarios_are_made_compared_and_one_is_fixed(visit):
    planner = visit.sign_in("taichinh", at="/plans")
    check_accessibility_in_both_widths(planner)
    planner.get_by_role("link", name="Lập phương án mới").click()
    check_accessibility_in_both_widths(planner)
    planner.get_by_label("Tên phương án").fill("Thuê tối đa")
    planner.get_by_label("Ghi chú: phương án này khác gì").fill("Thuê thay mua nhóm E")
    planner.get_by_role("button", name="Lưu phương án").click()
    planner.get_by_role("link", name="Quy tắc", exact=True).click()
    planner.locator("#E-is_leased").check()
    check_accessibility_in_both_widths(planner)
    planner.get_by_role("button", name="Lưu quy tắc").click()
    planner.get_by_text("Đã lưu quy tắc").wait_for()
    planner.goto("/plans")
    planner.get_by_role("button", name="So sánh các phương án đã chọn").click()
    expect(planner.get_by_role("heading", name="So sánh phương án")).to_be_visible()
    expect(planner.get_by_text(re.compile(r"\d+ chỗ khác nhau"))).to_be_visible()
    check_accessibility_in_both_widths(planner)
    planner.get_by_role("link", name="Thuê tối đa").first.click()
    planner.get_by_role("button", name="Chọn làm phương án đề xuất").click()
    planner.get_by_text("nay là phương án đề xuất").wait_for()
    address = planner.url
    second = visit.sign_in("taichinh2", at=f"{address}/approval")
    second.get_by_role("button", name="Đã kiểm tra, không có ý kiến").click()
    second.get_by_role("button", name="Trình phương án").click()
    second.get_by_text("Đã trình.").wait_for()
    planner.goto(f"{address}/rules")
    expect(planner.get_by_text("Phương án đã khóa số liệu nên quy tắc chỉ để xem.")).to_be_visible()
    check_accessibility_in_both_widths(planner)
    planner.get_by_role("link", name="Quyết định", exact=True).click()
    check_accessibility_in_both_widths(planner)
    planner.get_by_label("Cơ quan ban hành").fill("UBND Thành phố")
    planner.get_by_label("Tổng số tiền (đồng)").fill("-5")
    planner.get_by_role("button", name="Ghi quyết định").click()
    expect(planner.get_by_text("Số tiền không được nhỏ hơn 0.").first).to_be_visible()
    expect(planner.get_by_label("Cơ quan ban hành")).to_have_value("UBND Thành phố")
    check_accessibility_in_both_widths(planner)
    planner.goto(address)
    planner.get_by_label("Lý do lập phiên bản mới").fill("Cập nhật theo ý kiến")
    planner.get_by_role("button", name="Lập phiên bản mới").click()
    expect(planner.get_by_role("heading", name="Thuê tối đa (bản 2, theo bản 1)")).to_be_visible()


@pytest.mark.journey
def test_what_one_ward_spares_is_moved_to_another(visit):
    planner = visit.sign_in("taichinh", at="/plans/1/transfers")
    check_accessibility_in_both_widths(planner)
    boxes = planner.get_by_role("checkbox", name=re.compile("^Nhận "))
    offer_count = boxes.count()
    assert offer_count > 10
    for index in range(offer_count - 1, 1, -1):
        boxes.nth(index).evaluate("box => { box.checked = false }")
    with planner.expect_navigation(timeout=60_000):
        planner.get_by_role("button", name="Đưa các khoản đã đánh dấu vào phương án").click()
    planner.get_by_text("Đã đưa 2 khoản điều chuyển vào phương án.").wait_for()
    agreed_transfers = planner.get_by_role("checkbox", name=re.compile("^Bỏ khoản "))
    expect(agreed_transfers).to_have_count(2)
    agreed_transfers.first.check()
    planner.get_by_role("button", name="Bỏ các khoản đã đánh dấu").click()
    planner.get_by_text("Đã bỏ 1 khoản điều chuyển.").wait_for()


@pytest.mark.journey
def test_under_a_ceiling_each_ward_that_waits_says_why(visit):
    planner = visit.sign_in("taichinh", at="/plans/1/funding")
    check_accessibility_in_both_widths(planner)
    figure = planner.locator(".big-figure .number")
    ready_before = int(figure.inner_text().split("/")[0])
    field = planner.get_by_label(re.compile("Ngân sách Thành phố")).first
    field.fill("1,500")
    planner.get_by_role("button", name="Chọn lại theo các mức này").click()
    planner.get_by_text("có thể hiểu theo nhiều cách").first.wait_for()
    assert field.input_value() == "1,500"
    check_accessibility_in_both_widths(planner)
    field.fill("1,5 tỷ")
    planner.get_by_role("button", name="Chọn lại theo các mức này").click()
    planner.get_by_text("Đã lưu mức vốn tối đa.").wait_for()
    assert int(figure.inner_text().split("/")[0]) < ready_before
    expect(planner.get_by_text(re.compile("Phương án tối ưu trong mức vốn tối đa"))).to_be_visible()
    expect(planner.get_by_text(re.compile("Vượt mức vốn tối đa còn lại")).first).to_be_visible()


@pytest.mark.journey
@pytest.mark.long
def test_the_workbook_goes_to_finance_and_comes_back(visit, tmp_path):
    planner = visit.sign_in("taichinh")
    # The workbook of a whole city takes its time on a busy machine.
    planner.set_default_timeout(60_000)
    planner.goto("/plans/1")
    with planner.expect_download() as download:
        planner.get_by_role("link", name="Tải sổ tính Excel").click()
    workbook = download.value.path().read_bytes()
    saved_workbook = saved_by_libreoffice(workbook, tmp_path)
    hand_in(planner, saved_workbook)
    planner.get_by_text("Sổ tính không khác gì phương án này.").wait_for()

    book = load_workbook(BytesIO(saved_workbook))
    sheet = book[DETAIL]
    columns = {cell.value: cell.column for cell in sheet[HEAD]}
    sheet.cell(FIRST, columns["Số lượng đề nghị"]).value += 4
    sheet.cell(FIRST + 1, columns["Năm"]).value = "năm sau"
    buffer = BytesIO()
    book.save(buffer)
    hand_in(planner, buffer.getvalue())
    expect(planner.get_by_text("1 thay đổi, 0 ô đã đổi ở cả hai nơi, 1 ô không nhận được", exact=False)).to_be_visible()
    expect(planner.get_by_text("“năm sau” không phải năm", exact=False)).to_be_visible()
    check_accessibility_in_both_widths(planner)
    planner.get_by_label("Ghi chú cho bản mới").fill("Sở Tài chính rà lại")
    planner.get_by_role("button", name="Nhận vào bản mới").click()
    planner.get_by_text("Đã nhận 1 thay đổi vào bản 2.").wait_for()
    expect(planner.get_by_role("cell", name="Số lượng đề nghị")).to_be_visible()


def hand_in(planner, workbook):
    planner.goto("/plans/1/return")
    mimetype = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
    planner.get_by_label("Sổ tính đã sửa (.xlsx)").set_input_files({"name": "p.xlsx", "mimeType": mimetype, "buffer": workbook})
    with planner.expect_navigation():
        planner.get_by_role("button", name="Xem sổ tính thay đổi gì").click()
