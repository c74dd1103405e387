"""Standards in a real browser: a draft and what it would do, the slider of a threshold, one ward with other answers."""

import re
from datetime import timedelta
from functools import partial

import pytest
import time_machine
from playwright.sync_api import expect

from portal.clock import now, today
from tests.support.applications import client_of
from tests.support.browsers import (
    HeldFile,
    at_a_desk,
    check_accessibility,
    check_accessibility_in_both_widths,
    on_a_phone_by_drills,
)


@pytest.mark.journey
@at_a_desk
def test_a_draft_shows_what_it_would_do_and_takes_effect_on_the_day_that_a_second_person_chose(visit, demo_app):
    first = visit.sign_in("thamdinh", at="/standards/")
    check_accessibility_in_both_widths(first)
    first.get_by_role("button", name="Soạn bản thảo").click()
    draft_address = first.url
    check_accessibility_in_both_widths(first)
    first.get_by_role("link", name="Sửa CR-A1").click()
    check_accessibility_in_both_widths(first)
    first.get_by_label("Tỷ lệ % của thông tin làm căn cứ").fill("110")
    first.get_by_role("button", name="Lưu bản thảo").click()
    first.get_by_role("link", name="Nếu áp dụng thì đơn vị nào đổi kết quả?").click()
    check_accessibility_in_both_widths(first)
    heading = first.get_by_role("heading", name=re.compile(r"Không còn đáp ứng \(\d+\)")).inner_text()
    lost_count = int(re.search(r"\d+", heading)[0])
    assert lost_count > 0

    first.goto("/readiness")
    ready_before = count_ready_wards(first)
    second = visit.sign_in("thamdinh2", at=draft_address)
    second.get_by_role("button", name="Công bố phiên bản 2026.3").click()
    second.get_by_text("Đã công bố bộ tiêu chuẩn 2026.3.").wait_for()
    check_accessibility_in_both_widths(second)
    first.goto("/readiness")
    assert count_ready_wards(first) == ready_before
    day = today() + timedelta(days=30)
    second.get_by_label("Áp dụng từ ngày").fill(day.isoformat())
    second.get_by_label("Lý do").fill("Quyết định số 12")
    second.get_by_role("button", name="Chọn áp dụng").click()
    second.get_by_text(f"Bộ tiêu chuẩn 2026.3 áp dụng từ ngày {day:%d/%m/%Y}").wait_for()
    check_accessibility_in_both_widths(second)
    first.goto("/readiness")
    assert count_ready_wards(first) == ready_before
    with time_machine.travel(now() + timedelta(days=30)):
        # Every session is over by then.
        visit.client_of = partial(client_of, demo_app)
        later = visit.sign_in("thamdinh", at="/readiness")
        assert ready_before - count_ready_wards(later) == lost_count


@pytest.mark.journey
@on_a_phone_by_drills
def test_the_slider_shows_ready_wards_and_money_at_another_threshold(visit):
    leader = visit.sign_in("lanhdao", at="/standards/2026.1")
    check_accessibility(leader)
    leader.get_by_role("link", name="Thử đổi ngưỡng").click()
    leader.get_by_label("Ngưỡng", exact=True).select_option("CR-A1")
    leader.wait_for_url(lambda url: "of=CR-A1" in url)
    slider = leader.get_by_label(re.compile("Giá trị thử"))
    slider.focus()
    with leader.expect_navigation():
        leader.keyboard.press("PageUp")
    expect(leader.locator("tr.table-active")).to_have_count(1)
    check_accessibility(leader)
    assert int(leader.locator("tr.table-active th").inner_text().split()[0]) > 100
    expect(leader.get_by_text(re.compile(r"Không còn đáp ứng: .*(Xã|Phường) "))).to_be_visible()


@pytest.mark.journey
def test_a_threshold_chosen_before_the_script_is_there_is_shown_all_the_same(visit):
    leader = visit.sign_in("lanhdao")
    script = HeldFile(leader, "**/scoring_sensitivity.js*")
    leader.goto("/standards/2026.1/sensitivity", wait_until="commit")
    leader.get_by_label("Ngưỡng", exact=True).select_option("CR-A1")
    script.release()
    leader.wait_for_url(lambda url: "of=CR-A1" in url)


@pytest.mark.journey
def test_one_ward_is_tried_with_other_answers(visit):
    leader = visit.sign_in("lanhdao", at="/readiness/nearest")
    check_accessibility(leader)
    leader.locator("tbody a").first.click()
    leader.get_by_role("link", name=re.compile("Thử thay câu trả lời")).click()
    leader.get_by_label("UPS online ≥ 3 kVA cho tủ mạng").fill("30")
    leader.get_by_role("button", name="Tính thử").click()
    leader.get_by_text("Đã thử thay 1 câu trả lời.").wait_for()
    check_accessibility(leader)
    leader.get_by_label("UPS online ≥ 3 kVA cho tủ mạng").fill("ba mươi")
    leader.get_by_role("button", name="Tính thử").click()
    leader.get_by_text("không phải số nguyên").first.wait_for()
    expect(leader.get_by_label("UPS online ≥ 3 kVA cho tủ mạng")).to_have_value("ba mươi")


def count_ready_wards(page):
    return int(re.match(r"\d+", page.locator(".border-ready .number").first.inner_text())[0])
