"""From a red ward to an action, to its owner's home page, to done; and one task for many wards."""

import re

import pytest
from playwright.sync_api import expect

from tests.support.browsers import check_accessibility, on_a_phone_by_drills

TASK = "Thay 12 cổng switch 1 Gbps ở trụ sở"
SECOND_REVIEWER = "Chuyên viên thẩm định thứ hai, người công bố (minh họa) – Chuyên viên thẩm định"


@pytest.mark.journey
@on_a_phone_by_drills
def test_from_a_red_ward_to_an_action_that_is_done(visit):
    leader = visit.sign_in("lanhdao", at="/readiness")
    leader.locator('a[aria-label^="Phường Hoàn Kiếm: Chưa đáp ứng"]').click()
    unmet_findings = leader.locator("li.finding-unmet").filter(
        has=leader.get_by_role("link", name=re.compile("^Giao việc cho tiêu chí"))
    )
    criterion = unmet_findings.last.get_by_role("link", name=re.compile("^Giao việc cho tiêu chí"))
    code = criterion.get_attribute("aria-label").split()[-1]
    criterion.click()
    expect(leader.get_by_label("Sản phẩm phải có")).to_have_value(re.compile(f"Tiêu chí {code} .* đạt"))
    check_accessibility(leader)

    leader.get_by_label("Việc phải làm").fill(TASK)
    leader.get_by_label("Bằng chứng nghiệm thu").fill("")
    leader.get_by_role("button", name="Giao việc").click()
    leader.get_by_role("alert").get_by_role("link", name=re.compile("Bằng chứng nghiệm thu")).click()
    expect(leader.get_by_label("Bằng chứng nghiệm thu")).to_be_focused()
    expect(leader.get_by_label("Việc phải làm")).to_have_value(TASK)
    check_accessibility(leader)
    leader.get_by_label("Bằng chứng nghiệm thu").fill("Biên bản bàn giao")
    leader.get_by_role("button", name="Giao việc").click()
    leader.get_by_text("Đã giao 1 việc.").wait_for()
    action_address = leader.url.partition("#")[0]

    owner = visit.sign_in("canbo")
    owner.get_by_role("link", name=re.compile("Đang mở, xem danh sách")).click()
    owner.get_by_role("link", name=TASK).click()
    assert owner.url == action_address
    check_accessibility(owner)
    expect(owner.get_by_role("link", name="Sửa việc")).to_have_count(0)
    owner.get_by_label("Đã bàn giao gì").fill("Đã thay, biên bản số 12")
    owner.get_by_role("button", name="Báo đã xong việc này").click()
    owner.get_by_text("Đã báo xong việc.").wait_for()

    leader.goto("/")
    leader.get_by_role("link", name=re.compile("Đã xong, xem danh sách")).click()
    expect(leader.get_by_role("row").filter(has_text=TASK)).to_contain_text("đã xong")
    leader.get_by_role("link", name=TASK).click()
    leader.get_by_text("Đã thay, biên bản số 12").wait_for()
    leader.get_by_label("Lý do mở lại").fill("Còn thiếu hai cổng")
    leader.get_by_role("button", name="Mở lại việc").click()
    leader.get_by_text("mở lại việc: Còn thiếu hai cổng").wait_for()


@pytest.mark.journey
def test_many_red_wards_get_one_action_each(visit):
    reviewer = visit.sign_in("thamdinh", at="/readiness")
    reviewer.get_by_role("link", name="Giao việc cho nhiều đơn vị chưa đáp ứng").click()
    check_accessibility(reviewer)
    boxes = reviewer.get_by_role("group", name="Xã, phường nhận việc").get_by_role("checkbox")
    codes = [boxes.nth(place).get_attribute("value") for place in (0, 2, 3)]
    for place in (0, 2, 3):
        boxes.nth(place).check()
    reviewer.get_by_role("button", name="Giao việc cho các đơn vị đã chọn").click()
    reviewer.get_by_role("heading", name="Giao việc cho 3 xã, phường").wait_for()
    check_accessibility(reviewer)

    reviewer.get_by_label("Người thực hiện", exact=True).select_option("ward_head")
    reviewer.get_by_label("Việc phải làm").fill("Lập danh mục cần bổ sung của [đơn vị]")
    reviewer.get_by_role("button", name="Giao việc").click()
    reviewer.locator("#owner-error").get_by_text("Chưa có tài khoản phù hợp").wait_for()
    expect(reviewer.get_by_label("Việc phải làm")).to_have_value("Lập danh mục cần bổ sung của [đơn vị]")
    reviewer.get_by_label("Người thực hiện", exact=True).select_option(label=SECOND_REVIEWER)
    reviewer.get_by_role("button", name="Giao việc").click()
    reviewer.get_by_text("Đã giao 3 việc.").wait_for()

    for code in codes:
        reviewer.goto(f"/readiness/wards/{code}")
        name = reviewer.get_by_role("heading", level=1).inner_text().partition(":")[0]
        expect(reviewer.get_by_role("link", name=f"Lập danh mục cần bổ sung của {name[0].lower()}{name[1:]}")).to_have_count(1)
