"""Files beside the answers, the signed paper, the measuring, and the form as a workbook, in a browser."""

import re
from io import BytesIO

import pytest
from openpyxl import load_workbook
from PIL import Image
from playwright.sync_api import expect
from sqlalchemy import select

from surveys.models import Submission
from tests.support.browsers import check_accessibility
from tests.support.workbooks import fill_in_form


@pytest.fixture
def picture():
    buffer = BytesIO()
    Image.new("RGB", (300, 200), "teal").save(buffer, "JPEG")
    return {"name": "tủ mạng.jpg", "mimeType": "image/jpeg", "buffer": buffer.getvalue()}


@pytest.fixture
def submission_id(demo_session):
    submission_number = demo_session.scalars(select(Submission.id).where(Submission.ward_code == "00082")).one()
    demo_session.rollback()
    return submission_number


@pytest.mark.journey
def test_a_photo_is_attached_and_the_reviewer_sees_it_beside_the_answer(visit, submission_id, picture):
    officer = visit.sign_in("canbo", at=f"/surveys/{submission_id}/sections/F")
    officer.get_by_label("Cho câu hỏi").select_option(label="Bộ lưu điện (UPS) cho tủ mạng và thiết bị TSLCD")
    officer.locator("#evidence-file").set_input_files(picture)
    officer.get_by_role("button", name="Đính kèm", exact=True).click()
    officer.get_by_text("Đã đính kèm tệp “tủ mạng.jpg”.").wait_for()
    check_accessibility(officer)
    with officer.expect_download() as download:
        officer.get_by_role("link", name="tủ mạng.jpg").click()
    assert download.value.suggested_filename == "tủ mạng.jpg"
    reviewer = visit.sign_in("thamdinh", at=f"/review/{submission_id}")
    check_accessibility(reviewer)
    expect(reviewer.locator("#q-F01").get_by_role("link", name="tủ mạng.jpg")).to_be_visible()


@pytest.mark.journey
def test_the_print_is_signed_scanned_and_compared(visit, submission_id, picture):
    officer = visit.sign_in("canbo", at=f"/surveys/{submission_id}/print")
    code = re.search(r"Mã nội dung: ([0-9a-f]{12})", officer.locator(".a4-seal").inner_text())[1]
    expect(officer.locator(".a4-seal svg")).to_be_visible()
    check_accessibility(officer)
    officer.goto(f"/surveys/{submission_id}/")
    officer.get_by_text("Đính kèm bản đã ký, đóng dấu").click()
    expect(officer.get_by_label("Mã nội dung in ở đầu phiếu đã ký")).to_have_value(code)
    officer.locator("#signed-file").set_input_files(picture)
    officer.get_by_role("button", name="Đính kèm bản đã ký").click()
    officer.get_by_text("Nội dung hiện tại giống bản đã ký.").wait_for()
    check_accessibility(officer)
    officer.goto(f"/surveys/{submission_id}/sections/C")
    officer.locator('[name="lan_seats"]').fill("79")
    officer.locator('[name="lan_seats"]').blur()
    expect(officer.locator('[data-question="lan_seats"] [data-state]')).to_have_text("✓ đã lưu")
    officer.goto(f"/surveys/{submission_id}/")
    expect(officer.get_by_text("Nội dung hiện tại khác với bản đã ký.")).to_be_visible()


@pytest.mark.journey
def test_a_line_is_measured_and_filled_in(visit, submission_id):
    officer = visit.sign_in("canbo")
    officer.set_default_timeout(30_000)
    officer.goto(f"/surveys/{submission_id}/sections/D")
    question = officer.locator('[data-question="internet"]')
    question.get_by_role("button", name="Đo ngay từ máy này").click()
    expect(question.locator("[data-measured]")).to_contain_text("Mbps xuống", timeout=30_000)
    expect(question.locator("[data-state]")).to_have_text("✓ đã lưu")
    speed = officer.locator('[name="internet.measured"]').input_value()
    assert int(speed) > 0
    officer.reload()
    expect(officer.locator('[name="internet.measured"]')).to_have_value(speed)
    expect(officer.get_by_role("link", name=f"đo {speed} Mbps xuống")).to_be_visible()
    check_accessibility(officer)


@pytest.mark.journey
def test_the_form_goes_out_as_a_workbook_and_comes_back(visit, submission_id, tmp_path):
    officer = visit.sign_in("canbo", at=f"/surveys/{submission_id}/")
    officer.get_by_role("link", name="Điền bằng tệp Excel").click()
    check_accessibility(officer)
    with officer.expect_download() as download:
        officer.get_by_role("link", name="Tải mẫu phiếu (.xlsx)").click()
    path = tmp_path / "phieu.xlsx"
    download.value.save_as(path)
    path.write_bytes(fill_in_form(path.read_bytes(), {"it_officers": 1, "switch_ports": "nhiều"}))
    officer.locator("#file").set_input_files(path)
    officer.get_by_role("button", name="Xem trước").click()
    officer.get_by_text("Mới xem trước, chưa nhận gì. 1 ô mới, 0 ô đổi").wait_for()
    expect(officer.get_by_text("“nhiều” không phải số nguyên")).to_be_visible()
    check_accessibility(officer)
    with officer.expect_download() as marked_download:
        officer.get_by_role("button", name="Tải tệp có đánh dấu chỗ sai").click()
    marked_path = tmp_path / "sua.xlsx"
    marked_download.value.save_as(marked_path)
    assert "Hướng dẫn" in load_workbook(marked_path).sheetnames
    officer.get_by_role("button", name="Nhận 1 ô này vào phiếu").click()
    officer.get_by_text("Đã nhận 1 ô từ tệp.").wait_for()
