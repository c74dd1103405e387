import re

import pytest
from bs4 import BeautifulSoup

from accounts.identity import Role
from inventory.price_lists import current_price_list
from scoring.readiness import city_readiness
from scoring.remedies import cost_to_ready


def open_page(client, path):
    answer = client.get(path)
    assert answer.status_code == 200
    return BeautifulSoup(answer.data, "html.parser")


def rows(page):
    return [" ".join(row.get_text(" ").split()) for row in page.select(".ward-table tbody tr")]


def test_a_leader_can_open_all_126_hexagons_and_each_has_a_name_and_a_result(demo_sign_in):
    page = open_page(demo_sign_in("lanhdao"), "/readiness")
    titles = [link.title.get_text() for link in page.select(".hexmap a")]
    assert len(titles) == 126
    assert all(": " in title and title.startswith(("Phường", "Xã")) for title in titles)


def test_the_map_never_names_a_gap_of_network_security(demo_sign_in):
    page = open_page(demo_sign_in("lanhdao"), "/readiness")
    assert "Tường lửa" not in page.get_text()
    assert "Tiêu chí an ninh mạng" in page.get_text()


@pytest.mark.parametrize(
    ("query", "told"),
    [("q=DONG+da", "Phường Đống Đa"), ("q=đống đa", "Phường Đống Đa"), ("district=Quận+Hoàn+Kiếm&sort=name", "Phường Cửa Nam")],
)
def test_the_table_is_filtered_without_a_script(demo_sign_in, query, told):
    found = rows(open_page(demo_sign_in("lanhdao"), f"/readiness?{query}"))
    assert found[0].startswith(told)
    assert len(found) < 5


@pytest.mark.parametrize("query", ["q=" + "x" * 10_000, "sort=1", "result=<b>", "district=%27%22"])
def test_odd_filters_leave_the_page_whole(demo_sign_in, query):
    assert open_page(demo_sign_in("lanhdao"), f"/readiness?{query}").h1


def test_an_officer_sees_results_of_all_and_reasons_of_the_own_ward_only(demo_sign_in):
    client = demo_sign_in("canbo")
    links = [link["href"] for link in open_page(client, "/readiness").select(".hexmap a")]
    assert sorted(links) == ["/readiness/wards/00070", "/readiness/wards/00082"]
    assert client.get("/readiness/wards/00004").status_code == 404


def test_a_city_without_any_data_has_its_map_too(sign_in):
    page = open_page(sign_in(Role.LEADER), "/readiness")
    assert "Tổng hợp từ 0/126 đơn vị đã thẩm định" in page.get_text()
    assert "Chưa có số liệu" in page.select_one(".hexmap a title").get_text()


def whole(cell):
    """The number of a cell; its thousands stand apart by points."""
    return int(re.sub(r"[^0-9]", "", cell.find(string=True)) or 0)


def test_every_count_opens_to_as_many_rows(demo_sign_in):
    client = demo_sign_in("lanhdao")
    page = open_page(client, "/readiness")
    figures = page.select(".big-figure .number")
    of_kinds = page.select(".part-groups tbody tr")[:2]
    assert sum(whole(figure) for figure in figures) == 126 == sum(whole(link) for row in of_kinds for link in row.select("td a"))
    for link in (*figures, *(link for row in page.select(".part-groups tbody tr")[:3] for link in row.select("td a"))):
        assert len(rows(open_page(client, link["href"]))) == whole(link) > 0


def test_the_money_of_a_ward_is_the_sum_of_its_lines_and_each_kind_has_a_sum_of_its_own(demo_sign_in, demo_session):
    price_list, city = current_price_list(demo_session).prices, city_readiness(demo_session)
    costs = {code: cost_to_ready(rating, price_list) for code, rating in city.ratings.items()}
    code = next(code for code, cost in costs.items() if cost.possible and cost.capital and cost.recurrent)
    page = open_page(demo_sign_in("lanhdao"), f"/readiness/wards/{code}")
    lines = [(row.select("td")[2].get_text(), whole(row.select("td")[-1])) for row in page.select(".panel tbody tr")]
    sums = [whole(cell) for cell in page.select(".panel tfoot td")]
    assert sums == [sum(money for kind, money in lines if kind == wanted) for wanted in ("đầu tư", "thường xuyên")]
    assert sums == [costs[code].capital, costs[code].recurrent]


@pytest.mark.parametrize("path", ["/readiness/nearest", "/readiness/forecast"])
def test_the_sums_of_money_are_those_of_the_rows(demo_sign_in, path):
    page = open_page(demo_sign_in("lanhdao"), path)
    if path.endswith("nearest"):
        for place in (1, 2):
            column = [whole(row.select("td")[place]) for row in page.select("tbody tr")]
            assert sum(column) == whole(page.select("tfoot td")[place - 1]) > 0
    else:
        for year in page.select("main table")[0].find("tbody", recursive=False).find_all("tr", recursive=False):
            lines = [whole(row.select("td")[-1]) for row in year.select("details tbody tr")]
            assert sum(lines) == whole(year.find_all("td", recursive=False)[-1])
