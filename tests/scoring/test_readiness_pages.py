import pytest
from bs4 import BeautifulSoup

from accounts.identity import Role


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
