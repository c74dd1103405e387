"""Loads what the package ships (wards, items, the indicative price list) into the database. Twice changes nothing."""

from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from inventory.catalogue import load_catalogue
from inventory.models import ItemRecord, PriceListRecord, WardRecord
from inventory.prices.price_lists import make_record
from inventory.prices.prices import PriceList, load_default_prices
from inventory.wards.wards import load_wards
from portal.clock import now
from portal.vietnamese import fold, sort_key

DEFAULT_PRICE_LIST = "Bảng giá tham khảo 2026"
DEFAULT_PRICES_FROM = date(2026, 1, 1)
AUTHOR = "hệ thống"


def load_reference_data(session: Session) -> None:
    """Add the wards, items and default prices that are not there yet."""
    _add_wards(session)
    _add_items(session)
    session.flush()
    _add_default_prices(session)


def _add_wards(session: Session) -> None:
    existing = set(session.scalars(select(WardRecord.code)))
    session.add_all(
        WardRecord(
            code=ward.code,
            position=ward.position,
            name=ward.name,
            name_sort=sort_key(ward.name),
            name_fold=fold(ward.full_name),
            kind=ward.kind,
            area_km2=ward.area_km2,
            population=ward.population,
            latitude=ward.latitude,
            longitude=ward.longitude,
            former_district=ward.former_district,
            seat=ward.seat,
            tile_column=ward.tile_column,
            tile_row=ward.tile_row,
        )
        for ward in load_wards()
        if ward.code not in existing
    )


def _add_items(session: Session) -> None:
    existing = set(session.scalars(select(ItemRecord.code)))
    session.add_all(
        ItemRecord(code=item.code, name=item.name, name_fold=fold(item.name))
        for item in load_catalogue().values()
        if item.code not in existing
    )


def _add_default_prices(session: Session) -> None:
    if session.scalars(select(PriceListRecord.id).where(PriceListRecord.name == DEFAULT_PRICE_LIST)).first() is not None:
        return
    prices = {price.item: price for price in load_default_prices()}
    price_list = PriceList(
        id=0,
        name=DEFAULT_PRICE_LIST,
        effective_from=DEFAULT_PRICES_FROM,
        prices=prices,
        created_by=AUTHOR,
        created_at=now(),
        published_by=AUTHOR,
        published_at=now(),
    )
    session.add(make_record(price_list))
