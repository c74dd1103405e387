import pytest

from tests.factories.boundaries import geojson, tiles
from tests.support.browsers import at_a_desk, check_accessibility

BOUNDARIES = geojson(tiles())


@pytest.mark.journey
@at_a_desk
def test_an_administrator_loads_boundaries_by_page(visit, tmp_path):
    page = visit.sign_in("quantri", at="/boundaries")
    page.get_by_label("Nguồn số liệu").fill("Số liệu thử, 2026")
    page.get_by_label("Tệp ranh giới").set_input_files({"name": "sai.json", "mimeType": "application/json", "buffer": b"{}"})
    page.get_by_role("button", name="Kiểm tra và nạp").click()
    page.get_by_text("Tệp không phải GeoJSON").first.wait_for()
    assert page.get_by_label("Nguồn số liệu").input_value() == "Số liệu thử, 2026"
    check_accessibility(page)
    page.get_by_label("Tệp ranh giới").set_input_files({"name": "tot.json", "mimeType": "application/json", "buffer": BOUNDARIES})
    page.get_by_role("button", name="Kiểm tra và nạp").click()
    page.get_by_text("Đã nạp ranh giới.").wait_for()
    check_accessibility(page)
    page.get_by_role("button", name="Gỡ ranh giới").click()
    page.get_by_text("Đã gỡ ranh giới.").wait_for()
