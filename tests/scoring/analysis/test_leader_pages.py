import re
from datetime import timedelta

import pytest
from bs4 import BeautifulSoup

from accounts.identity import Role
from inventory.snapshots.repository import newest_snapshots, record_snapshot
from inventory.snapshots.snapshot import Snapshot
from portal.clock import now
from portal.database import session_scope
from scoring.maps.page import missing_text
from scoring.rating.city_readiness import city_readiness
from scoring.rating.rating import Result


def home(client):
    answer = client.get("/")
    assert answer.status_code == 200
    return BeautifulSoup(answer.data, "html.parser")


def text_of(tag):
    return " ".join(tag.get_text(" ").split())


@pytest.fixture
def page(demo_sign_in):
    return home(demo_sign_in("lanhdao"))


def test_the_parts_stand_in_the_order_in_which_they_are_read_and_each_says_of_which_day(page):
    parts = page.select(".home-leader > section")
    assert [part["class"][1] for part in parts] == [
        *("panel-figures", "panel-map", "panel-trend", "panel-decisions", "panel-money", "panel-actions"),
    ]
    for part in parts:
        assert re.search(r"ố liệu tính đến ngày \d\d/\d\d/\d{4}", text_of(part)), part["class"]


def test_the_four_results_are_those_of_the_city(page, demo_session):
    counts = [int(text_of(figure.select_one(".number")).split()[0]) for figure in page.select(".home-figures .big-figure")]
    assert counts == list(city_readiness(demo_session).counts.values())
    assert "chưa có đợt trước để so" in text_of(page.select_one(".panel-figures"))


def test_after_a_second_round_each_figure_says_its_change(demo_app, demo_sign_in):
    with session_scope(demo_app.extensions["engine"], writes=True) as session:
        city = city_readiness(session)
        ready_codes = [code for code, rating in city.ratings.items() if rating.result is Result.READY]
        snapshots = newest_snapshots(session)
        for code in ready_codes[:2]:
            new_values = {"round_id": 99, "approved_at": now(), "facts": {}, "as_of": city.on - timedelta(days=1)}
            record_snapshot(session, Snapshot(**{**vars(snapshots[code]), **new_values}))
    page = home(demo_sign_in("lanhdao"))
    suffix = " so với đợt trước"
    changes = dict(zip(Result, [text_of(small).removesuffix(suffix) for small in page.select(".home-figures small")], strict=True))
    assert changes[Result.READY] == "−2"
    assert changes[Result.NO_DATA] == "không đổi"
    assert "+" in "".join(changes.values())


def test_each_ward_to_decide_on_has_its_reason_and_a_button(page, demo_sign_in):
    rows = page.select(".decisions li")
    assert len(rows) == 10
    client = demo_sign_in("lanhdao")
    for row in rows:
        assert re.search(r"quá hạn \d+ ngày|Thiếu \d+ tiêu chí bắt buộc|Chưa có phiếu", text_of(row))
        assert client.get(row.select_one("a.btn")["href"]).status_code == 200
    assert "quá hạn" in text_of(rows[0])
    assert "ường lửa" not in text_of(page)


def test_beside_the_number_of_blocking_criteria_stand_these_and_no_others(demo_session):
    ratings = [rating for rating in city_readiness(demo_session).ratings.values() if rating.unmet_blocking]
    assert len(ratings) > 10
    for rating in ratings:
        blocking = {"Tiêu chí an ninh mạng" if f.criterion.is_sensitive else f.criterion.name for f in rating.unmet_blocking}
        text, others = re.subn(r" và \d+ tiêu chí khác$", "", missing_text(rating))
        named = set(text.split("; "))
        assert named <= blocking
        assert bool(others) is (named != blocking)


def test_the_money_keeps_the_kinds_of_spending_apart(page):
    money = page.select_one(".panel-money")
    assert len(money.select(".home-money .big-figure")) == 2
    assert "tổng các hình thức chi" not in text_of(money).casefold()
    assert "Chưa đặt mức vốn tối đa nào" in text_of(money)


def test_a_city_without_data_has_its_screen_too(sign_in):
    page = home(sign_in(Role.LEADER))
    assert "chưa có tiến độ để vẽ" in text_of(page)
    assert "10 đơn vị cần quyết định" in text_of(page)


def test_other_roles_keep_their_own_page(demo_sign_in):
    assert home(demo_sign_in("taichinh")).select(".panel-decisions") == []
