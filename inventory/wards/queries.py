"""The wards in their table: by code, in Vietnamese order, and by a name typed with or without diacritics."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from inventory.models import WardRecord
from inventory.wards.wards import Ward
from portal.errors import NotFoundError
from portal.vietnamese import fold


def list_wards(session: Session) -> list[Ward]:
    """All units in Vietnamese order of their names."""
    return [_to_ward(record) for record in session.scalars(select(WardRecord).order_by(WardRecord.name_sort))]


def get_ward(session: Session, code: str) -> Ward:
    """One unit by its official code. Raises NotFoundError."""
    record = session.get(WardRecord, code)
    if record is None:
        raise NotFoundError(f"Không có xã, phường nào mang mã “{code}”.")
    return _to_ward(record)


def search_wards(session: Session, text: str) -> list[Ward]:
    """Units whose name contains the text, with or without diacritics."""
    folded = fold(text)
    query = select(WardRecord).where(WardRecord.name_fold.contains(folded, autoescape=True)).order_by(WardRecord.name_sort)
    return [_to_ward(record) for record in session.scalars(query)]


def _to_ward(record: WardRecord) -> Ward:
    return Ward(
        code=record.code,
        position=record.position,
        name=record.name,
        kind=record.kind,
        area_km2=record.area_km2,
        population=record.population,
        latitude=record.latitude,
        longitude=record.longitude,
        former_district=record.former_district,
        seat=record.seat,
        tile_column=record.tile_column,
        tile_row=record.tile_row,
    )
