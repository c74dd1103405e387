import re

import pytest
from bs4 import BeautifulSoup

from accounts.identity import Role
from scoring.rating.city_readiness import city_readiness
from scoring.rating.rating import FindingStatus


def open_page(client, path):
    answer = client.get(path)
    assert answer.status_code == 200
    return BeautifulSoup(answer.data, "html.parser")


def text_of(tag):
    return " ".join(tag.get_text(" ").split())


def test_the_trend_says_what_must_happen_and_draws_what_its_table_says(demo_sign_in):
    page = open_page(demo_sign_in("lanhdao"), "/readiness/trend")
    assert "47/126 đơn vị đáp ứng" in text_of(page.main)
    assert re.search(r", (mỗi tuần phải thêm \d+ đơn vị|phải xong tất cả trong \d ngày)\.", text_of(page.main))
    pictures = page.select("svg.burndown")
    assert len(pictures) == 2
    assert all("đến 47 ngày" in picture["aria-label"] for picture in pictures)
    table = page.select_one("details table tbody")
    last = [text_of(cell) for cell in table.tr.select("td")]
    assert last[:2] == ["100", "47"]


def test_a_city_without_any_data_has_no_trend_yet(sign_in):
    page = open_page(sign_in(Role.LEADER), "/readiness/trend")
    assert "chưa có tiến độ để vẽ" in text_of(page.main)
    assert page.select("svg.burndown") == []


@pytest.mark.parametrize(("username", "may_see"), [("lanhdao", True), ("thamdinh", True), ("taichinh", False)])
def test_what_would_help_an_attacker_stands_in_the_trend_of_few(demo_sign_in, username, may_see):
    client = demo_sign_in(username)
    text = text_of(open_page(client, "/readiness/trend").main)
    assert ("CR-G1" in text) == may_see
    assert ("G. " in text) == may_see
    assert client.get("/readiness/criteria/CR-G1").status_code == (200 if may_see else 404)


def test_a_criterion_lists_every_ward_once_and_counts_what_it_lists(demo_sign_in, demo_session):
    client, city = demo_sign_in("lanhdao"), city_readiness(demo_session)
    page = open_page(client, "/readiness/criteria/CR-A1")
    figures = {text_of(link).split()[0]: link for link in page.select(".big-figure .number")}
    rows = page.select("#don-vi ~ .table-responsive tbody tr")
    assert len(rows) == city.approved_count == sum(int(count) for count in figures)
    for status, link in zip(
        (FindingStatus.UNMET, FindingStatus.UNANSWERED, FindingStatus.MET, FindingStatus.NOT_APPLICABLE),
        page.select(".big-figure .number"),
        strict=True,
    ):
        listed_rows = open_page(client, link["href"]).select("tbody tr")
        findings = [
            f for rating in city.ratings.values() for f in rating.findings if f.criterion.code == "CR-A1" and f.status is status
        ]
        assert len(listed_rows) == len(findings)
        assert all(status.label in text_of(row) for row in listed_rows)


def test_an_officer_sees_a_criterion_of_the_own_wards_only(demo_sign_in):
    client = demo_sign_in("canbo")
    page = open_page(client, "/readiness/criteria/CR-A1")
    assert {link["href"] for link in page.select("tbody a")} <= {"/readiness/wards/00070#CR-A1", "/readiness/wards/00082#CR-A1"}
    assert "/2 đơn vị đã thẩm định" in text_of(page.main)
    assert client.get("/readiness/trend").status_code == 404


@pytest.mark.parametrize("path", ["CR-X9", "%3Cb%3E", "A1"])
def test_an_unknown_criterion_is_told_so(demo_sign_in, path):
    assert demo_sign_in("lanhdao").get(f"/readiness/criteria/{path}").status_code == 404


def test_an_odd_filter_shows_all(demo_sign_in):
    page = open_page(demo_sign_in("lanhdao"), "/readiness/criteria/CR-A1?status=%3Cb%3E")
    assert len(page.select("tbody tr")) > 50
