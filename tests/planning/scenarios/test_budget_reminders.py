"""Planners have a letter before the days of the budget year, and nobody else has."""

from datetime import date, timedelta

from sqlalchemy import select

from accounts.identity import Role
from accounts.models import User
from planning.decisions.state import State
from planning.models import PlanRecord
from planning.scenarios.reminders import budget_reminders
from planning.scenarios.scenarios import copy_plan, revise_plan
from portal.reminders import reminder_lines

URL = "http://cong"


def test_planners_and_nobody_else_are_reminded_of_plans_on_their_way(demo_session, demo_app):
    record = demo_session.get_one(PlanRecord, 1)
    year = record.assumptions["first_year"]
    day = date(year, 12, 31) - timedelta(days=30)
    planners = set(demo_session.scalars(select(User.id).where(User.role == Role.PLANNER.value)))
    lines = budget_reminders(demo_session, day, URL)
    assert lines.keys() == planners
    head, line, link = lines[min(planners)]
    assert line.startswith(f"- 31/12/{year} (còn 30 ngày): Hết thời hạn chi, tạm ứng ngân sách năm {year}")
    assert line.endswith(f"Phương án: {record.title}.")
    assert (head, link) == ("Mốc thời gian của năm ngân sách:", "Xem tại http://cong/plans")
    # They come in the one letter of the day.
    assert line in reminder_lines(demo_app)(demo_session, day)[min(planners)]
    assert budget_reminders(demo_session, day + timedelta(days=2), URL) == {}


def test_what_was_left_behind_reminds_nobody(demo_session):
    record = demo_session.get_one(PlanRecord, 1)
    day = date(record.assumptions["first_year"], 12, 31) - timedelta(days=7)
    revision = revise_plan(demo_session, record, "tiếp", "x")
    copy = copy_plan(demo_session, record, "Bản sao", "x")
    copy.state = State.RETURNED.value
    demo_session.flush()
    [line] = {text[1] for text in budget_reminders(demo_session, day, URL).values()}
    assert line.endswith(f"Phương án: {revision.title}.")
    revision.state = State.LOCKED.value
    assert budget_reminders(demo_session, day, URL) == {}
