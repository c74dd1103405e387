import re
from dataclasses import replace

import pytest
from bs4 import BeautifulSoup

from accounts.identity import Role
from inventory.boundaries.store import load_boundaries, read_boundary_file, remove_boundaries
from inventory.prices.price_lists import current_price_list
from inventory.snapshots.repository import record_snapshot
from inventory.wards.queries import list_wards
from portal.database import session_scope
from scoring.analysis.city_analysis import costs_to_ready
from scoring.maps.page import land_map
from scoring.rating.city_readiness import city_readiness
from scoring.rating.remedies import cost_to_ready
from tests.factories.boundaries import geojson, tiles
from tests.factories.prices import TERMS


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
    ("query", "name"),
    [("q=DONG+da", "Phường Đống Đa"), ("q=đống đa", "Phường Đống Đa"), ("district=Quận+Hoàn+Kiếm&sort=name", "Phường Cửa Nam")],
)
def test_the_table_is_filtered_without_a_script(demo_sign_in, query, name):
    table_rows = rows(open_page(demo_sign_in("lanhdao"), f"/readiness?{query}"))
    assert table_rows[0].startswith(name)
    assert len(table_rows) < 5


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


def whole_number(cell):
    """The number of a cell; its thousands stand apart by points."""
    return int(re.sub(r"[^0-9]", "", cell.find(string=True)) or 0)


def test_every_count_opens_to_as_many_rows(demo_sign_in):
    client = demo_sign_in("lanhdao")
    page = open_page(client, "/readiness")
    figures = page.select(".big-figure .number")
    kind_rows = page.select(".part-groups tbody tr")[:2]
    assert (
        sum(whole_number(figure) for figure in figures)
        == 126
        == sum(whole_number(link) for row in kind_rows for link in row.select("td a"))
    )
    for link in (*figures, *(link for row in page.select(".part-groups tbody tr")[:3] for link in row.select("td a"))):
        assert len(rows(open_page(client, link["href"]))) == whole_number(link) > 0


def test_the_money_of_a_ward_is_the_sum_of_its_lines_and_each_kind_has_a_sum_of_its_own(demo_sign_in, demo_session):
    price_list, city = current_price_list(demo_session).prices, city_readiness(demo_session)
    costs = {code: cost_to_ready(rating, price_list, TERMS) for code, rating in city.ratings.items()}
    code = next(code for code, cost in costs.items() if cost.possible and cost.capital and cost.recurrent)
    page = open_page(demo_sign_in("lanhdao"), f"/readiness/wards/{code}")
    lines = [
        (row.select("td")[2].get_text(strip=True), whole_number(row.select("td")[-1])) for row in page.select(".panel tbody tr")
    ]
    sums = [whole_number(cell) for cell in page.select(".panel tfoot td")]
    assert sums == [
        sum(money for kind, money in lines if kind == wanted_kind) for wanted_kind in ("mua sắm một lần", "chi hằng năm")
    ]
    assert sums == [costs[code].capital, costs[code].recurrent]


@pytest.mark.parametrize("path", ["/readiness/nearest", "/readiness/forecast"])
def test_the_sums_of_money_are_those_of_the_rows(demo_sign_in, path):
    page = open_page(demo_sign_in("lanhdao"), path)
    if path.endswith("nearest"):
        for place in (1, 2):
            column = [whole_number(row.select("td")[place]) for row in page.select("tbody tr")]
            assert sum(column) == whole_number(page.select("tfoot td")[place - 1]) > 0
    else:
        for year in page.select("main table")[0].find("tbody", recursive=False).find_all("tr", recursive=False):
            lines = [whole_number(row.select("td")[-1]) for row in year.select("details tbody tr")]
            assert sum(lines) == whole_number(year.find_all("td", recursive=False)[-1])


@pytest.fixture
def with_boundaries(demo_app):
    with session_scope(demo_app.extensions["engine"], writes=True) as session:
        load_boundaries(session, read_boundary_file(geojson(tiles()), "thu.geojson", "Số liệu thử, 2026"), None)


def classes(page, scope):
    return {tag["data-ward"]: next(c for c in tag["class"] if c.startswith("k-")) for tag in page.select(f"{scope} [data-ward]")}


def test_an_address_shows_its_colouring_without_a_script(demo_sign_in):
    page = open_page(demo_sign_in("lanhdao"), "/readiness?colour=cost")
    assert page.select_one("#map-colour option[selected]")["value"] == "cost"
    class_of_ward = classes(page, ".map-hex")
    legend = {item.span.get_text(strip=True): int(item.strong.get_text()) for item in page.select("[data-legend] li")}
    assert len(class_of_ward) == 126 == sum(legend.values())
    assert legend["đã đáp ứng, không cần thêm"] == list(class_of_ward.values()).count("k-done")
    assert "Kinh phí cần bổ sung để đáp ứng: " in page.select_one(".map-hex title").get_text()
    assert len(page.select("[data-shades] tr")) == len(legend)
    assert page.select_one("[data-shades]").get_text().count("Phường ") == 51


def test_both_views_show_the_same_classes_and_the_source(demo_sign_in, with_boundaries):
    client = demo_sign_in("lanhdao")
    page = open_page(client, "/readiness?view=land&colour=score")
    assert classes(open_page(client, "/readiness?colour=score"), ".map-hex") == classes(page, ".map-whole")
    assert classes(page, ".map-inner").items() <= classes(page, ".map-whole").items()
    assert "Số liệu thử, 2026" in page.select_one("figcaption").get_text()
    assert page.select_one(".map-hex").has_attr("hidden")


def test_boundaries_are_sent_only_where_they_are_asked_for(demo_sign_in, with_boundaries):
    page = open_page(demo_sign_in("lanhdao"), "/readiness")
    assert page.select(".map-view")
    assert not page.select(".map-whole")


def test_without_boundaries_there_is_one_view(demo_app, demo_sign_in, with_boundaries):
    with session_scope(demo_app.extensions["engine"], writes=True) as session:
        remove_boundaries(session, None)
    page = open_page(demo_sign_in("lanhdao"), "/readiness?view=land")
    assert not page.select(".map-view")
    assert not page.select_one(".map-hex").has_attr("hidden")


def test_a_search_marks_the_ward_without_a_script(demo_sign_in):
    page = open_page(demo_sign_in("lanhdao"), "/readiness?find=DONG+da")
    assert [use["href"] for use in page.select(".rings use:not(.ring-under)")] == ["#hex-00235"]
    assert "Tìm thấy 1 đơn vị" in page.select_one("[data-map-status]").get_text()
    assert "Không có xã, phường nào tên như vậy" in open_page(demo_sign_in("lanhdao"), "/readiness?find=zz").get_text()


def test_filters_and_the_map_keep_each_other(demo_sign_in):
    page = open_page(demo_sign_in("lanhdao"), "/readiness?colour=score&kind=xa&find=ba")
    assert page.select_one(".map-controls [name=kind]")["value"] == "xa"
    filters = page.select_one(".part-list form")
    assert [filters.select_one(f"[name={name}]")["value"] for name in ("colour", "find")] == ["score", "ba"]


@pytest.mark.parametrize(
    "query", ["colour=CR-G1", "colour=<b>", "view=land", "colour=group-Z", "find=" + "x" * 5000, "view=&colour="]
)
def test_an_odd_address_of_the_map_shows_the_result(demo_sign_in, query):
    page = open_page(demo_sign_in("lanhdao"), f"/readiness?{query}")
    assert page.select_one("#map-colour option[selected]")["value"] == "state"


def test_the_data_of_the_map_is_sent_once(demo_sign_in):
    client = demo_sign_in("lanhdao")
    answer = client.get("/readiness/map.json")
    assert "no-cache" in answer.headers["Cache-Control"]
    second_answer = client.get("/readiness/map.json", headers={"If-None-Match": answer.headers["ETag"]})
    assert (second_answer.status_code, second_answer.data) == (304, b"")
    content = answer.get_json()
    assert len(content["wards"]) == 126
    assert all(len(colouring["of"]) == 126 for colouring in content["colourings"].values())


@pytest.mark.parametrize(
    ("username", "visible_keys", "hidden_keys"),
    [
        ("canbo", {"state", "score", "confidence", "change"}, {"cost", "group-A", "group-G", "CR-A1"}),
        ("taichinh", {"cost", "group-A", "CR-A1"}, {"group-G", "CR-G1"}),
        ("thamdinh", {"cost", "group-A", "CR-A1", "group-G"}, {"CR-G1"}),
        ("lanhdao", {"cost", "group-A", "CR-A1", "group-G"}, {"CR-G1"}),
    ],
)
def test_who_may_not_see_reasons_gets_none_in_the_data(demo_sign_in, username, visible_keys, hidden_keys):
    client = demo_sign_in(username)
    keys = client.get("/readiness/map.json").get_json()["colourings"].keys()
    assert visible_keys <= keys
    assert not hidden_keys & keys
    for key in hidden_keys:
        page = open_page(client, f"/readiness?colour={key}")
        assert page.select_one("#map-colour option[selected]")["value"] == "state"


def test_an_approval_in_the_middle_of_a_reading_is_rated_with_the_next(demo_session, monkeypatch):
    """PostgreSQL lets each query of a transaction see what others have committed by then."""
    before = city_readiness(demo_session)
    empty_code = next(code for code, rating in before.ratings.items() if rating.snapshot is None)
    known_snapshot = next(rating.snapshot for rating in before.ratings.values() if rating.snapshot)

    def approve_meanwhile(session):
        for snapshot in (replace(known_snapshot, ward_code=empty_code), replace(known_snapshot, lots=(), approved_by="x")):
            record_snapshot(session, snapshot)
        return list_wards(session)

    monkeypatch.setattr("scoring.rating.city_readiness.list_wards", approve_meanwhile)
    city_meanwhile = city_readiness(demo_session)
    monkeypatch.undo()
    assert city_meanwhile.ratings == before.ratings
    after = city_readiness(demo_session)
    assert after.ratings[known_snapshot.ward_code].snapshot.lots == ()
    assert after.ratings[empty_code].snapshot is not None


def test_what_a_ward_costs_follows_its_snapshot_even_of_the_same_moment(demo_session):
    city, prices = city_readiness(demo_session), current_price_list(demo_session).prices
    known_snapshot = next(rating.snapshot for rating in city.ratings.values() if rating.snapshot and rating.snapshot.lots)
    costs_to_ready(demo_session, city)
    record_snapshot(demo_session, replace(known_snapshot, lots=()))
    poorer_city = city_readiness(demo_session)
    assert costs_to_ready(demo_session, poorer_city)[known_snapshot.ward_code] == cost_to_ready(
        poorer_city.ratings[known_snapshot.ward_code], prices, TERMS
    )


def test_the_map_of_boundaries_is_that_of_the_wards_it_is_asked_for(demo_session):
    source = load_boundaries(demo_session, read_boundary_file(geojson(tiles()), "ranh.geojson", "Sở, 2026"), None)
    city = city_readiness(demo_session)
    renamed_city = replace(city, wards=(replace(city.wards[0], name="Tên Mới"), *city.wards[1:]))
    names = [land_map(demo_session, source, shown_city).areas[0].ward.name for shown_city in (city, renamed_city)]
    assert names == [city.wards[0].name, "Tên Mới"]


@pytest.mark.parametrize("address", ["/readiness/nearest", "/readiness/wards/00070", "/briefs/city", "/readiness?colour=cost"])
def test_no_page_says_that_what_is_bought_takes_investment_money(demo_sign_in, address):
    page = open_page(demo_sign_in("lanhdao"), address).get_text()
    assert "đầu tư phát triển" not in page
    assert "chi thường xuyên" not in page.lower()
