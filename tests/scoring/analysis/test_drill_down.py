import re

import pytest
from bs4 import BeautifulSoup

from scoring.rating.city_readiness import city_readiness
from scoring.rating.rating import Result

RED_WARD, OWN = "00070", "00082"


def open_page(client, path):
    answer = client.get(path.partition("#")[0])
    assert answer.status_code == 200, path
    return BeautifulSoup(answer.data, "html.parser")


def text_of(tag):
    return " ".join(tag.get_text(" ").split())


def breadcrumbs(page):
    trail = page.select_one("nav[aria-label='Đường dẫn']")
    return [(text_of(link), link["href"]) for link in trail.select("a")], text_of(trail.select_one("[aria-current=page]"))


def test_from_the_city_down_to_the_answer_and_back_up(demo_sign_in):
    client = demo_sign_in("lanhdao")
    city = open_page(client, "/readiness")
    district = next(link["href"] for link in city.select(".part-groups th a") if "Hoàn Kiếm" in link.get_text())
    area = open_page(client, district)
    assert text_of(area.h1) == "Mức độ đáp ứng: Quận Hoàn Kiếm"
    links, title = breadcrumbs(area)
    assert (links, title) == ([("Mức độ đáp ứng", "/readiness")], "Quận Hoàn Kiếm")
    ward = next(link["href"] for link in area.select(".ward-table a") if link["href"].endswith(RED_WARD))
    page = open_page(client, ward)
    links, title = breadcrumbs(page)
    assert [text for text, _address in links] == ["Mức độ đáp ứng", "Quận Hoàn Kiếm"]
    assert text_of(open_page(client, links[1][1]).main) == text_of(area.main)
    finding = page.select_one("#CR-A1")
    criterion = open_page(client, next(link["href"] for link in finding.select("a") if "/criteria/" in link["href"]))
    assert breadcrumbs(criterion)[0] == [("Mức độ đáp ứng", "/readiness")]
    answer = next(link["href"] for link in finding.select("a") if "/inventory/" in link["href"])
    inventory = open_page(client, answer)
    assert inventory.find(id=answer.partition("#")[2]) is not None
    links, title = breadcrumbs(inventory)
    assert [text for text, _address in links] == ["Mức độ đáp ứng", "Quận Hoàn Kiếm", text_of(page.h1).split(":")[0]]
    assert links[-1][1] == ward
    assert title == "Hiện trạng đã duyệt"


def test_every_answer_behind_a_finding_has_its_row(demo_sign_in, demo_session):
    client, city = demo_sign_in("lanhdao"), city_readiness(demo_session)
    code = next(code for code, rating in city.ratings.items() if rating.result is Result.READY)
    page = open_page(client, f"/readiness/wards/{code}")
    inventory = open_page(client, f"/inventory/wards/{code}")
    ids = {tag["id"] for tag in inventory.find_all(id=True)}
    linked_keys = {link["href"].partition("#")[2] for link in page.select("a[href*='/inventory/wards/']")} - {""}
    snapshot = city.ratings[code].snapshot
    answered_keys = set(snapshot.facts) | snapshot.answered_items | {kind.value for kind in snapshot.answered_connections}
    assert len(linked_keys & answered_keys) > 20
    assert linked_keys & answered_keys <= ids


@pytest.mark.parametrize(
    ("query", "title", "count"),
    [("district=Quận+Hoàn+Kiếm", "Quận Hoàn Kiếm", 2), ("kind=phuong", "phường", 51), ("kind=xa", "xã", 75)],
)
def test_the_page_of_an_area_counts_its_wards_and_marks_them(demo_sign_in, query, title, count):
    page = open_page(demo_sign_in("lanhdao"), f"/readiness?{query}")
    assert text_of(page.h1) == f"Mức độ đáp ứng: {title}"
    figures = page.select(".big-figure .number")
    assert sum(int(text_of(figure).split()[0]) for figure in figures) == count
    assert len(page.select(".ward-table tbody tr")) == count
    assert len(page.select(".rings use")) == 2 * count
    assert all(query.split("=")[0] in figure["href"] for figure in figures)


@pytest.mark.parametrize("query", ["district=Quận+Mơ", "kind=huyen", "district=&kind="])
def test_an_area_that_is_not_there_is_the_city(demo_sign_in, query):
    page = open_page(demo_sign_in("lanhdao"), f"/readiness?{query}")
    assert text_of(page.h1) == "Mức độ đáp ứng"
    assert page.select("nav[aria-label='Đường dẫn']") == []


def test_an_officer_goes_down_in_the_own_ward_only(demo_sign_in):
    client = demo_sign_in("canbo")
    page = open_page(client, f"/readiness/wards/{RED_WARD}")
    assert breadcrumbs(page)[0][0] == ("Mức độ đáp ứng", "/readiness")
    for link in page.select("[id^=CR-] a"):
        assert client.get(link["href"]).status_code == 200, link
    assert "/criteria/CR-G" not in str(page)
    assert client.get("/readiness/wards/00004").status_code == 404


def test_facts_are_told_in_the_words_of_the_form(demo_sign_in):
    page = open_page(demo_sign_in("lanhdao"), f"/inventory/wards/{RED_WARD}")
    row = page.find(id="staff_total")
    assert text_of(row.th) == "Tổng số cán bộ, công chức và hợp đồng không xác định thời hạn"
    assert re.fullmatch(r"\d+ người", text_of(row.td))
    assert text_of(page.find(id="vlan_separated").td) in ("có", "không")
