"""The days of a budget year, and who is reminded of them when."""

from datetime import date, timedelta

from planning.decisions.budget_calendar import DAYS_BEFORE, budget_days, days_to_remind_of


def test_the_days_stand_around_their_year_each_with_its_clause():
    days = budget_days(2027)
    assert [day.day for day in days] == [
        date(2026, 7, 10),
        date(2027, 12, 30),
        date(2027, 12, 31),
        date(2028, 1, 31),
        date(2028, 2, 10),
        date(2028, 2, 15),
    ]
    assert all("2027" in day.what and day.clause and day.label == "Q" for day in days)


def test_a_day_before_the_law_is_none():
    # The circular holds from 25/03/2026.
    assert [day.day for day in budget_days(2025)] == []
    assert min(day.day for day in budget_days(2026)) == date(2026, 12, 30)


def test_people_are_reminded_so_many_days_before_and_on_no_other():
    last = date(2027, 12, 31)
    reminded = [days for days in range(-3, 60) if any(day.day == last for day in days_to_remind_of(2027, last - timedelta(days)))]
    assert reminded == sorted(DAYS_BEFORE)
