"""The 126 commune-level units of Hà Nội since 1 July 2025: a shipped list, and its table for search and order."""

import csv
from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from pathlib import Path

from sqlalchemy import select
from sqlalchemy.orm import Session

from inventory.models import WardRecord
from portal.errors import NotFoundError
from portal.vietnamese import fold

KIND_LABELS = {"phuong": "Phường", "xa": "Xã"}
_DATA = Path(__file__).parent / "data"


@dataclass(frozen=True)
class Ward:
    """One unit. Area in km2, population in persons, ``tile_column`` and ``tile_row`` on the hexagon map (y up)."""

    code: str
    position: int
    name: str
    kind: str
    area_km2: Decimal
    population: int
    latitude: Decimal
    longitude: Decimal
    former_district: str
    seat: str
    tile_column: int
    tile_row: int

    @property
    def full_name(self) -> str:
        """``Phường Cửa Nam``, ``Xã Ba Vì``."""
        return f"{KIND_LABELS[self.kind]} {self.name}"


@cache
def load_wards() -> tuple[Ward, ...]:
    """The shipped list, in the order of Resolution 1656/NQ-UBTVQH15."""
    with (_DATA / "hex_tiles.csv").open(encoding="utf-8", newline="") as file:
        tiles = {row["code"]: (int(row["col"]), int(row["row"])) for row in csv.DictReader(file)}
    with (_DATA / "wards.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    return tuple(
        Ward(
            code=row["code"],
            position=int(row["clause"]),
            name=row["name"],
            kind=row["type"],
            area_km2=Decimal(row["area_km2"]),
            population=int(row["population"]),
            latitude=Decimal(row["lat"]),
            longitude=Decimal(row["lon"]),
            former_district=row["former_district"],
            seat=row["seat"],
            tile_column=tiles[row["code"]][0],
            tile_row=tiles[row["code"]][1],
        )
        for row in rows
    )


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
    """Units whose name contains the words typed, with or without diacritics."""
    folded = fold(text)
    found = select(WardRecord).where(WardRecord.name_fold.contains(folded, autoescape=True)).order_by(WardRecord.name_sort)
    return [_to_ward(record) for record in session.scalars(found)]


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
