from decimal import Decimal

import pytest

from inventory.catalogue import GROUPS, load_catalogue
from inventory.prices.prices import load_default_prices
from inventory.wards.queries import get_ward, list_wards, search_wards
from inventory.wards.wards import load_wards
from portal.errors import NotFoundError


def test_the_shipped_list_is_the_resolution():
    wards = load_wards()
    kinds = [ward.kind for ward in wards]
    assert (kinds.count("phuong"), kinds.count("xa")) == (51, 75)
    assert sum(ward.area_km2 for ward in wards) == Decimal("3359.97")
    assert sum(ward.population for ward in wards) == 8_811_473
    assert [ward.position for ward in wards] == list(range(1, 127))


def test_names_codes_and_tiles_are_unique():
    wards = load_wards()
    for values in (
        {ward.name for ward in wards},
        {ward.code for ward in wards},
        {(ward.tile_column, ward.tile_row) for ward in wards},
    ):
        assert len(values) == 126


def test_each_item_has_a_group_and_a_price():
    catalogue = load_catalogue()
    assert len(catalogue) == 62
    assert {item.group for item in catalogue.values()} == set(GROUPS)
    assert [price.item for price in load_default_prices()] == list(catalogue)


def test_a_price_never_passes_its_cap():
    assert all(price.cap is None or price.unit_price <= price.cap for price in load_default_prices())


@pytest.mark.both_databases
@pytest.mark.parametrize("query", ["dong da", "Đống Đa", "ĐỐNG ĐA", " đống  đa ", "Ðống Ða"])
def test_search_forgets_diacritics(session, query):
    assert [ward.name for ward in search_wards(session, query)] == ["Đống Đa"]


@pytest.mark.both_databases
def test_wards_stand_in_vietnamese_order(session):
    names = [ward.name for ward in list_wards(session)]
    assert names[:3] == ["An Khánh", "Ba Đình", "Ba Vì"]
    assert names.index("Cửa Nam") < names.index("Dân Hòa") < names.index("Đa Phúc") < names.index("Gia Lâm")


@pytest.mark.both_databases
def test_a_percent_sign_is_no_wildcard(session):
    assert search_wards(session, "%") == []


def test_an_unknown_code_is_named(session):
    with pytest.raises(NotFoundError, match="99999"):
        get_ward(session, "99999")
