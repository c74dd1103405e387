"""The commune-level units of the territory: the value and the shipped list. Pure."""

from dataclasses import dataclass
from decimal import Decimal
from functools import cache

from inventory.data_tables import read_table

KIND_LABELS = {"phuong": "Phường", "xa": "Xã"}


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
    tiles = {row["code"]: (int(row["col"]), int(row["row"])) for row in read_table("hex_tiles.csv")}
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
        for row in read_table("wards.csv")
    )
