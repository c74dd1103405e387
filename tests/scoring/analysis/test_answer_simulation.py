from datetime import date
from itertools import pairwise

import pytest
from bs4 import BeautifulSoup
from hypothesis import given
from hypothesis import strategies as st

from inventory.catalogue import load_catalogue
from inventory.prices.price_lists import current_price_list
from inventory.snapshots.snapshot import EquipmentLot, Owner, Snapshot
from scoring.analysis.answer_simulation import adjustable_answers, with_answers
from scoring.analysis.city_analysis import nearest_wards
from scoring.analysis.forecast import forecast
from scoring.rating.city_readiness import city_readiness
from scoring.rating.rating import rate
from tests.factories.days import DEMO_DAY
from tests.factories.snapshots import lasting_answers, snapshot_of_answers
from tests.factories.standards import NEWEST_STANDARD, STANDARD

BLANK = Snapshot("00082", DEMO_DAY)
KNOBS = {knob.key: knob for criterion in STANDARD.criteria for knob in adjustable_answers(criterion, BLANK, DEMO_DAY)}


def value_of(key, snapshot):
    for criterion in STANDARD.criteria:
        for knob in adjustable_answers(criterion, snapshot, DEMO_DAY):
            if knob.key == key:
                return knob.value
    raise AssertionError(key)


LOTS = st.lists(
    st.builds(EquipmentLot, st.just("A01"), good=st.integers(0, 9), degraded=st.integers(0, 9), year=st.integers(2015, 2026)),
    max_size=4,
)


@given(st.sampled_from(sorted(KNOBS)), st.integers(0, 60), LOTS)
def test_an_answer_that_is_tried_is_the_answer_then(key, value, lots):
    new_value = min(value, 1) if KNOBS[key].is_yes_or_no else value
    ward = Snapshot("00082", DEMO_DAY, lots=tuple(lots), answered_items=frozenset({"A01"}))
    changed_ward = with_answers(ward, {key: new_value}, DEMO_DAY)
    assert value_of(key, changed_ward) == new_value
    other_values = {name: value_of(name, ward) for name in KNOBS if name != key}
    assert {name: value_of(name, changed_ward) for name in other_values} == other_values
    assert ward == Snapshot("00082", DEMO_DAY, lots=tuple(lots), answered_items=frozenset({"A01"}))


def test_machines_of_the_city_service_centre_are_left_alone():
    lots = (EquipmentLot("B01", good=4, owner=Owner.CITY_CENTRE), EquipmentLot("B01", good=2, year=2020))
    ward = Snapshot("00082", DEMO_DAY, lots=lots, answered_items=frozenset({"B01"}))
    changed_ward = with_answers(ward, {"B01": 1}, DEMO_DAY)
    assert sum(lot.good for lot in changed_ward.lots if lot.owner is Owner.CITY_CENTRE) == 4
    assert value_of("B01", changed_ward) == 1


def test_every_criterion_answers_to_its_knobs():
    for criterion in STANDARD.criteria:
        assert adjustable_answers(criterion, BLANK, DEMO_DAY), criterion.code


def test_ageing_only_takes_away_and_counts_each_machine_once(demo_session):
    city = city_readiness(demo_session, DEMO_DAY)
    snapshots = [rating.snapshot for rating in city.ratings.values() if rating.snapshot]
    prices = current_price_list(demo_session).prices
    years = forecast(snapshots, city.standard, prices, DEMO_DAY, 12)
    assert [year.year for year in years] == list(range(2026, 2039))
    for before, after in pairwise(years):
        assert after.ready <= before.ready
        assert after.fallen == before.ready - after.ready
    assert years[-1].ready == frozenset(), "in twelve years no PC of today is within its service life"
    life = load_catalogue()["A01"].life_years
    pcs = sum(
        lot.working
        for s in snapshots
        for lot in s.lots
        if lot.item == "A01" and lot.owner is Owner.WARD and lot.year + life >= 2026
    )
    assert sum(year.ending.get("A01", 0) for year in years) == pcs
    assert all(year.capital == sum(n * prices[item].unit_price for item, n in year.ending.items()) for year in years)


def test_a_ward_falls_out_when_its_pcs_pass_their_age(demo_session):
    city = city_readiness(demo_session, DEMO_DAY)
    prices = current_price_list(demo_session).prices
    years = forecast([r.snapshot for r in city.ratings.values() if r.snapshot], city.standard, prices, DEMO_DAY, 8)
    code, year = next((min(year.fallen), year.year) for year in years if year.fallen)
    assert rate(city.ratings[code].snapshot, city.standard, date(year, 12, 31)).result.value != "ready"


def test_a_ward_falls_out_in_the_year_in_which_its_licence_ends(demo_sign_in):
    snapshot = snapshot_of_answers(lasting_answers() | {"main_firewall_until": date(2028, 5, 31)})
    years = forecast([snapshot], NEWEST_STANDARD, {}, DEMO_DAY, 3)
    assert [(year.year, len(year.fallen)) for year in years] == [(2026, 0), (2027, 0), (2028, 1), (2029, 0)]
    assert "bản quyền, hồ sơ, chứng thư hết hạn" in text_of(demo_sign_in("lanhdao").get("/readiness/forecast"))


def test_the_nearest_come_first(demo_session):
    city = city_readiness(demo_session, DEMO_DAY)
    order = nearest_wards(demo_session, city)
    keys = [(not d.cost.possible, d.items, d.cost.capital + d.cost.recurrent) for d in order]
    assert keys == sorted(keys)
    assert len(order) == 53


def text_of(answer, status=200):
    assert answer.status_code == status
    return " ".join(BeautifulSoup(answer.data, "html.parser").get_text(" ").split())


def test_one_ward_with_other_answers_is_told_apart_from_its_result(demo_sign_in, demo_session):
    city = city_readiness(demo_session)
    ward = next(code for code, rating in city.ratings.items() if any(f.criterion.code == "CR-F2" for f in rating.unmet_blocking))
    client = demo_sign_in("lanhdao")
    text = text_of(client.get(f"/readiness/wards/{ward}/what-if?F01=20"))
    assert "Đã thử thay 1 câu trả lời." in text
    assert "✓ Bộ lưu điện cho mạng và thiết bị TSLCD: đạt, có 20" in text
    assert "Bộ lưu điện cho mạng và thiết bị TSLCD: thiếu" in text_of(client.get(f"/readiness/wards/{ward}"))


@pytest.mark.parametrize("query", ["A01=x", "A01=-1", "vlan_separated=2", "A01=999999999999", "A01=%3Cscript%3E"])
def test_a_wrong_number_is_told_and_stays_in_the_field(demo_sign_in, query):
    answer = demo_sign_in("lanhdao").get(f"/readiness/wards/00070/what-if?{query}")
    assert "Còn chỗ cần sửa" in text_of(answer, 400)


def test_a_ward_without_data_says_so(demo_sign_in, demo_session):
    city = city_readiness(demo_session)
    ward = next(code for code, rating in city.ratings.items() if rating.snapshot is None)
    assert "chưa thử được" in text_of(demo_sign_in("lanhdao").get(f"/readiness/wards/{ward}/what-if"), 404)


def test_an_officer_tries_the_own_ward_only(demo_sign_in):
    client = demo_sign_in("canbo")
    assert client.get("/readiness/wards/00070/what-if").status_code == 200
    assert client.get("/readiness/wards/00004/what-if").status_code == 404
    assert client.get("/readiness/nearest").status_code == 404


def test_a_speed_with_decimals_is_tried_and_shown_as_it_was_typed(demo_sign_in):
    client = demo_sign_in("lanhdao")
    answer = client.get("/readiness/wards/00070/what-if?tslcd=187,5")
    page = BeautifulSoup(answer.data, "html.parser")
    assert page.select_one("#tslcd")["value"] == "187,5"
    assert "thiếu 12,5 Mbps (có 187,5/cần 200)" in text_of(answer)
    refused = client.get("/readiness/wards/00070/what-if?A03=1,5")
    assert "không nhập số lẻ" in text_of(refused, 400)
