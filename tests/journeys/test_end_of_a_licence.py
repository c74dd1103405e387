"""A licence ends, in a real browser: planned for by Finance, told to the officer, and the verdict of the ward turns on the day after."""

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from email import message_from_bytes
from email.policy import default
from functools import partial

import pytest
import time_machine
from playwright.sync_api import expect

from inventory.snapshots.repository import record_snapshot
from portal.clock import HANOI, today
from scoring.rating.published_standards import get_standard_record
from scoring.rating.standard_choices import put_in_force
from tests.factories.snapshots import lasting_answers, snapshot_of_answers
from tests.support.applications import client_of, set_setting
from tests.support.browsers import at_a_desk, check_accessibility_in_both_widths

WARD = "00082"
# In a year of the plan, whose years begin with the one after that of the demo.
END = date(today().year + 1, 6, 30)


@pytest.fixture
def licensed_ward(demo_app, demo_session):
    """A ward that meets everything, until the licence of its firewall ends; approved by today's standard and questionnaire."""
    snapshot = snapshot_of_answers(lasting_answers() | {"main_firewall_until": END})
    record_snapshot(demo_session, replace(snapshot, ward_code=WARD, approved_at=datetime.now(UTC)))
    put_in_force(demo_session, get_standard_record(demo_session, "2026.2"), today(), "Quyết định số 12", "")
    demo_session.commit()


@pytest.mark.journey
@at_a_desk
def test_a_licence_ends_and_the_ward_with_it(visit, demo_app, licensed_ward, tmp_path):
    planner = visit.sign_in("taichinh", at=f"/plans/1/lines?ward={WARD}&mark=renewal")
    line = planner.get_by_role("row").filter(has_text=f"{WARD}-G01")
    expect(line).to_contain_text("gia hạn")
    expect(line).to_contain_text(f"chuyển đổi số, {END.year}")
    check_accessibility_in_both_widths(planner)

    # Every session is over by the next day that is looked at.
    visit.client_of = partial(client_of, demo_app)
    set_setting(demo_app, mail_folder=tmp_path / "mail")
    with time_machine.travel(datetime.combine(END - timedelta(days=30), time(7), HANOI)):
        demo_app.test_cli_runner().invoke(args=["surveys", "remind"])
    letters = [message_from_bytes(file.read_bytes(), policy=default) for file in (tmp_path / "mail").glob("*.eml")]
    told = [letter["To"] for letter in letters if "Phường Cửa Nam: phần “An ninh mạng” có mục sắp hết hạn" in letter.get_content()]
    assert told == ["canbo@example.org"]

    with time_machine.travel(datetime.combine(END, time(20), HANOI)):
        leader = visit.sign_in("lanhdao", at=f"/readiness/wards/{WARD}")
        expect(leader.get_by_role("heading", level=1)).to_have_text("Phường Cửa Nam: đáp ứng")
        expect(leader.locator("#CR-G1")).to_contain_text(f"còn hạn đến hết ngày {END:%d/%m/%Y}")
        leader.goto("/readiness")
        expect(leader.locator('a[aria-label^="Phường Cửa Nam: Đáp ứng"]')).to_have_count(1)
    with time_machine.travel(datetime.combine(END + timedelta(days=1), time(8), HANOI)):
        leader = visit.sign_in("lanhdao", at="/readiness")
        tile = leader.locator('a[aria-label^="Phường Cửa Nam: Chưa đáp ứng"]')
        expect(tile).to_have_count(1)
        assert "Thiếu 1 tiêu chí bắt buộc. Tiêu chí an ninh mạng" in tile.get_attribute("aria-label")
        tile.focus()
        leader.keyboard.press("Enter")
        expect(leader.get_by_role("heading", level=1)).to_have_text("Phường Cửa Nam: chưa đáp ứng")
        expect(leader.get_by_text("Thiếu 1 tiêu chí bắt buộc")).to_be_visible()
        expect(leader.locator("#CR-G1")).to_contain_text(f"đã hết hạn ngày {END:%d/%m/%Y}")
        check_accessibility_in_both_widths(leader)
