"""The review in a browser: what is doubted, what is said beside an answer, a return by question, the way back."""

import re
from io import BytesIO

import pytest
from openpyxl import load_workbook
from playwright.sync_api import expect
from sqlalchemy import select

from surveys.checks.remarks import add_remark
from surveys.checks.states import CollectionState, RemarkKind
from surveys.models import Submission
from tests.support.browsers import check_accessibility, on_a_phone_by_drills


@pytest.mark.journey
@on_a_phone_by_drills
def test_a_return_by_question_leads_the_officer_to_the_field_and_back(visit, demo_session):
    submission = demo_session.scalars(select(Submission).where(Submission.ward_code == "00070")).one()
    # The story's officer has this ward, approved long ago: put back to wait, as if it had just been sent.
    submission.state = CollectionState.SENT.value
    submission_id = submission.id
    demo_session.commit()
    reviewer = visit.sign_in("thamdinh", at=f"/review/{submission_id}")
    check_accessibility(reviewer)
    row = reviewer.locator("#q-lan_seats")
    row.get_by_text("✎ Ý kiến").click()
    row.get_by_label("Ý kiến về câu").fill("Nhiều hơn số cán bộ; đếm lại giúp")
    row.get_by_role("button", name="Nêu là câu cần bổ sung").click()
    expect(row.get_by_text("Nhiều hơn số cán bộ; đếm lại giúp")).to_be_visible()
    other_row = reviewer.locator("#q-floors")
    other_row.get_by_text("✎ Ý kiến").click()
    other_row.get_by_label("Ý kiến về câu").fill("Đối chiếu bản vẽ")
    other_row.get_by_role("button", name="Đánh dấu cần theo dõi").click()
    reviewer.get_by_role("button", name="Duyệt và mở phiếu tiếp theo").click()
    reviewer.get_by_text("Còn 1 chỗ đánh dấu cần theo dõi").wait_for()
    reviewer.get_by_role("button", name="Yêu cầu bổ sung").click()
    reviewer.get_by_text("Đã gửi yêu cầu bổ sung").wait_for()

    officer = visit.sign_in("canbo")
    officer.get_by_role("link", name="Mở phiếu khảo sát của Phường Hoàn Kiếm").click()
    officer.get_by_role("link", name="Số chỗ làm việc của cán bộ có nút mạng LAN đang hoạt động").click()
    officer.wait_for_url(re.compile(r"/sections/C#q-lan_seats$"))
    expect(officer.locator("#q-lan_seats")).to_be_in_viewport()
    seats_before = officer.locator('[name="lan_seats"]').input_value()
    officer.locator('[name="lan_seats"]').fill(str(int(seats_before) - 1))
    officer.locator('[name="lan_seats"]').blur()
    expect(officer.locator('[data-question="lan_seats"] [data-state]')).to_have_text("✓ đã lưu")
    officer.goto(f"/surveys/{submission_id}/send")
    check_accessibility(officer)
    officer.get_by_role("button", name="Gửi thẩm định").click()
    officer.get_by_text("Đã gửi phiếu").wait_for()

    reviewer.goto(f"/review/{submission_id}")
    expect(reviewer.get_by_text("So với lần yêu cầu bổ sung: 1 câu đã sửa")).to_be_visible()
    expect(reviewer.locator("#q-lan_seats").get_by_text("✓ xong")).to_be_visible()
    expect(reviewer.locator("#q-lan_seats").get_by_text(f"khi yêu cầu bổ sung: {seats_before} chỗ")).to_be_visible()
    reviewer.locator("#q-floors").get_by_role("button", name="Xử lý xong").click()
    reviewer.goto("/review/")
    check_accessibility(reviewer)
    reviewer.get_by_label("Chọn phiếu của Phường Hoàn Kiếm").check()
    reviewer.get_by_role("button", name="Duyệt các phiếu đã chọn").click()
    reviewer.get_by_text("Đã duyệt 1 phiếu: Phường Hoàn Kiếm.").wait_for()

    officer.goto(f"/surveys/{submission_id}/changes?question=lan_seats")
    expect(officer.locator("td", has_text=seats_before).first).to_be_visible()


@pytest.mark.journey
def test_ward_and_reviewer_talk_beside_the_submission(visit):
    officer = visit.sign_in("canbo")
    officer.get_by_role("link", name="Mở phiếu khảo sát của Phường Cửa Nam").click()
    officer.get_by_label("Ý kiến chung về phiếu").fill("Đang chờ bên điện lực xác nhận UPS")
    officer.get_by_role("button", name="Ghi ý kiến").click()
    officer.get_by_text("Đã ghi ý kiến.").wait_for()
    submission_id = re.search(r"/surveys/(\d+)/", officer.url)[1]
    reviewer = visit.sign_in("thamdinh", at=f"/review/{submission_id}")
    expect(reviewer.get_by_text("Đang chờ bên điện lực xác nhận UPS")).to_be_visible()
    reviewer.get_by_text("Ghi ý kiến chung").click()
    reviewer.get_by_label("Ý kiến chung").fill("Được, ghi rõ ngày ở lý do")
    reviewer.locator("#trao-doi").get_by_role("button", name="Ghi ý kiến").click()
    officer.reload()
    check_accessibility(officer)
    expect(officer.get_by_text("Được, ghi rõ ngày ở lý do")).to_be_visible()


@pytest.mark.journey
@on_a_phone_by_drills
def test_a_reviewer_with_an_afternoon_sees_what_to_doubt_and_approves_the_rest_at_once(visit, demo_session):
    submissions = list(demo_session.scalars(select(Submission).where(Submission.state == CollectionState.SENT.value)))
    add_remark(demo_session, submissions[0], RemarkKind.FLAG, "", "Đối chiếu sổ tài sản", "Chuyên viên")
    demo_session.commit()
    reviewer = visit.sign_in("thamdinh", at="/rounds/1")
    check_accessibility(reviewer)
    reviewer.get_by_role("link", name=re.compile(r"^Đã dừng từ 7 ngày trở lên")).click()
    reviewer.wait_for_url(re.compile("notice=stopped"))
    reviewer.get_by_label("Loại", exact=True).select_option(label="Xã")
    with reviewer.expect_navigation(timeout=60_000):
        reviewer.get_by_role("button", name="Lọc").click()
    ward_names = [name.split("\n")[0] for name in reviewer.locator(".ward-table tbody th").all_inner_texts()]
    with reviewer.expect_download() as download:
        reviewer.get_by_role("link", name="Tải bảng Excel theo bộ lọc này").click()
    sheet = load_workbook(BytesIO(download.value.path().read_bytes())).active
    assert [row[2] for row in sheet.iter_rows(min_row=5, values_only=True)] == ward_names

    reviewer.goto("/review/")
    reviewer.get_by_label("Chọn tất cả phiếu đang hiện").check()
    assert reviewer.locator('input[name="submission"]:checked').count() == len(submissions) - 1
    second_reviewer = visit.sign_in("thamdinh2", at="/review/")
    second_reviewer.get_by_label("Chọn tất cả phiếu đang hiện").check()
    reviewer.get_by_role("button", name="Duyệt các phiếu đã chọn").click()
    reviewer.get_by_text(f"Đã duyệt {len(submissions) - 1} phiếu").wait_for()
    second_reviewer.get_by_role("button", name="Duyệt các phiếu đã chọn").click()
    second_reviewer.get_by_text(f"Chưa duyệt {len(submissions) - 1} phiếu").wait_for()
    expect(second_reviewer.get_by_text("có chỗ cần theo dõi hoặc cần bổ sung")).to_be_visible()


@pytest.mark.journey
def test_the_officer_says_why_a_field_was_changed(visit):
    officer = visit.sign_in("canbo", at="/surveys/14/sections/0")
    check_accessibility(officer)
    officer.locator('[name="floors"]').fill("8")
    officer.locator('[name="floors"]').blur()
    expect(officer.locator('[data-question="floors"] [data-state]')).to_have_text("✓ đã lưu")
    officer.goto("/surveys/14/changes?question=floors")
    check_accessibility(officer)
    officer.get_by_role("link", name="Ghi vì sao sửa: Số tầng").first.click()
    check_accessibility(officer)
    officer.get_by_label("Vì sao sửa").fill("Nhận thêm hai trụ sở")
    officer.get_by_role("button", name="Ghi vào nhật ký").click()
    expect(officer.get_by_role("cell", name="Nhận thêm hai trụ sở")).to_be_visible()
