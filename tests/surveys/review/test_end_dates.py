"""What ends is told in time to who answers for the ward, and the verdict turns on the day after."""

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal

import pytest
import time_machine
from bs4 import BeautifulSoup
from sqlalchemy import select

from accounts.identity import Role
from accounts.models import User
from inventory.prices.price_lists import current_price_list
from inventory.snapshots.repository import record_snapshot
from portal.clock import HANOI, now, today
from portal.reminders import reminder_lines
from scoring.rating.city_readiness import city_readiness
from scoring.rating.explain import verdict
from scoring.rating.published_standards import get_standard_record
from scoring.rating.rating import Result, judge
from scoring.rating.remedies import cost_to_ready
from scoring.rating.standard_choices import put_in_force
from surveys.questionnaire.published_questionnaires import publish_questionnaire
from surveys.review.end_dates import end_reminders
from surveys.review.reminders import build_digests
from surveys.submissions.rounds import open_round
from tests.factories.prices import TERMS
from tests.factories.questionnaires import made_up_text
from tests.factories.snapshots import lasting_answers, snapshot_of_answers
from tests.factories.standards import NEWEST_STANDARD
from tests.factories.users import PASSWORD, create_user

WARD = "00082"
END = date(2026, 6, 30)


def approve(session, ward=WARD, **ends):
    """An approved snapshot that meets everything for good, but for what ends."""
    snapshot = snapshot_of_answers(lasting_answers() | ends)
    record_snapshot(session, replace(snapshot, ward_code=ward, approved_at=datetime(2026, 3, 1, tzinfo=UTC)))


@pytest.fixture
def officer(session):
    create_user(session, "can.bo", "Công chức thử", Role.OFFICER, [WARD], password=PASSWORD)
    return session.scalars(select(User.id).where(User.username == "can.bo")).one()


def lines_before(session, days):
    return end_reminders(session, END - timedelta(days=days), "https://a")


@pytest.mark.both_databases
def test_an_officer_is_told_thirty_days_before_and_each_week_until_the_end(session, officer):
    approve(session, internet_contract_until=END)
    told = [days for days in range(-9, 60) if lines_before(session, days)]
    assert told == [2, 9, 16, 23, 30]
    question = "Hợp đồng đường Internet chính còn hiệu lực đến ngày nào?"
    assert lines_before(session, 30) == {
        officer: (
            "Sắp hết hạn:",
            f"- Phường Cửa Nam: câu “{question}”: ngày 30/06/2026, còn 30 ngày.",
            "Gia hạn trước ngày ấy, rồi báo bộ phận thẩm định để cập nhật. Xem phiếu tại https://a/surveys/",
        )
    }


def test_a_letter_does_not_tell_what_of_network_security_ends(session, officer):
    approve(session, main_firewall_until=END, level_file_approved=END)
    [lines] = lines_before(session, 30).values()
    assert lines[1] == "- Phường Cửa Nam: phần “An ninh mạng” có mục sắp hết hạn, mở phiếu để xem."
    assert "30/06/2026" not in " ".join(lines)
    assert len(lines) == 3


def test_a_day_on_which_something_begins_is_no_end(session, officer):
    text = made_up_text().replace(
        'label = "Số máy bay không người lái"\nkind = "count"', 'label = "Hợp đồng bắt đầu ngày nào?"\nkind = "day"'
    )
    publish_questionnaire(session, text)
    approve(session, drones=END, internet_contract_until=END)
    [lines] = lines_before(session, 30).values()
    assert [line for line in lines if line.startswith("- ")] == [
        "- Phường Cửa Nam: câu “Hợp đồng đường Internet chính còn hiệu lực đến ngày nào?”: ngày 30/06/2026, còn 30 ngày."
    ]


def test_nobody_is_told_of_other_wards_or_of_what_was_renewed(session, officer):
    approve(session, "00070", internet_contract_until=END)
    approve(session, internet_contract_until=END)
    approve(session, internet_contract_until=END + timedelta(days=365))
    assert lines_before(session, 30) == {}
    create_user(session, "lanh.dao", "Lãnh đạo thử", Role.WARD_HEAD, ["00070"], password=PASSWORD)
    assert lines_before(session, 30) == {}


def test_the_clock_passes_the_end_of_a_licence(app, session, officer):
    """Thirty days before there is a letter; on its last day the ward is ready, the day after it is not, and buying mends it."""
    approve(session, main_firewall_until=END)
    with time_machine.travel(datetime.combine(END - timedelta(days=30), time(7), HANOI)):
        put_in_force(session, get_standard_record(session, "2026.2"), today(), "Thử", "")
        survey_round = open_round(session, "Đợt sau", today() + timedelta(days=90), today() + timedelta(days=99), "2026.2")
        digests, _others = build_digests(session, survey_round, app.config["SETTINGS"], today(), reminder_lines(app))
        assert [digest.user_id for digest in digests] == [officer]
        assert "An ninh mạng" in digests[0].text
    with time_machine.travel(datetime.combine(END, time(23, 59), HANOI)):
        assert now() < datetime.combine(END + timedelta(days=1), time(0), HANOI)
        assert city_readiness(session).ratings[WARD].result is Result.READY
    with time_machine.travel(datetime.combine(END + timedelta(days=1), time(0, 1), HANOI)):
        rating = city_readiness(session).ratings[WARD]
        assert [finding.criterion.code for finding in rating.unmet_blocking] == ["CR-G1"]
        cost = cost_to_ready(rating, current_price_list(session).prices, TERMS)
        assert cost.possible
        assert [line.item for line in cost.lines] == ["G01"]


def test_the_page_of_the_ward_says_until_which_day_it_holds(session, sign_in):
    approve(session, main_firewall_until=END, signer_certificate_until=END)
    with time_machine.travel(datetime.combine(END - timedelta(days=90), time(7), HANOI)):
        put_in_force(session, get_standard_record(session, "2026.2"), today(), "Thử", "")
        session.commit()
        page = BeautifulSoup(sign_in(Role.REVIEWER).get(f"/readiness/wards/{WARD}").text, "html.parser")
    licence, certificates = (" ".join(page.select_one(f"#CR-{code}").get_text().split()) for code in ("G1", "H1"))
    assert licence.startswith("✓ Tường lửa có IPS, còn bản quyền tại trụ sở chính: còn hạn đến hết ngày 30/06/2026 (CR-G1;")
    assert certificates.startswith(
        "✓ Người ký có chứng thư chữ ký số còn hạn: đạt, có 2/cần 2 người; hạn sớm nhất: hết ngày 30/06/2026 (CR-H1;"
    )
    assert "Chứng thư sớm nhất hết hạn của người ký đến hết ngày 30/06/2026" in certificates


def test_a_lack_is_told_with_the_day_that_made_it_and_with_no_other():
    snapshot = snapshot_of_answers(lasting_answers() | {"signer_certificate_until": END})
    lacking = snapshot_of_answers(lasting_answers() | {"signer_certificate_until": END, "signers_certified": 1})
    name, criterion = "Người ký có chứng thư chữ ký số còn hạn", NEWEST_STANDARD.criterion("CR-H1")
    after = END + timedelta(days=1)
    told = [verdict(judge(criterion, each, NEWEST_STANDARD, day)) for each, day in ((snapshot, after), (lacking, END))]
    assert told == [
        f"{name}: thiếu 1 người (có 1/cần 2); có phần đã hết hạn ngày 30/06/2026",
        f"{name}: thiếu 1 người (có 1/cần 2)",
    ]


def test_the_page_of_the_ward_says_what_was_answered_and_what_has_ended_as_people_write_it(session, sign_in):
    approve(session, main_firewall_until=END, tslcd_p95_percent=Decimal("64.5"))
    with time_machine.travel(datetime.combine(END + timedelta(days=1), time(7), HANOI)):
        put_in_force(session, get_standard_record(session, "2026.2"), today(), "Thử", "")
        session.commit()
        page = BeautifulSoup(sign_in(Role.REVIEWER).get(f"/readiness/wards/{WARD}").text, "html.parser")
    lines, traffic = (page.select_one(f"#CR-{code} dd").get_text(strip=True) for code in ("C3", "D3"))
    assert (lines, traffic) == ("có", "64,5 %")
    assert "có/không" not in page.get_text()
    assert "phương án tính theo gia hạn" in page.select_one("table").get_text()
