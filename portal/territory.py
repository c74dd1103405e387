"""The territory that this installation serves: its names, its counts, and the box and river of its map. Pure.

The only file that says Hà Nội and 126: another city brings a file of this shape. The units themselves are the rows of
``inventory/data/wards.csv``, and a test holds that they are as many as this file says.
"""

from dataclasses import dataclass


@dataclass(frozen=True)
class Territory:
    """One province or city of the central government.

    ``box`` is west, south, east and north in degrees of WGS 84, with some room around its units. The river of the map runs where
    the former districts on its ``left_bank`` meet the others.
    """

    name: str
    full_name: str
    authority: str
    wards: int
    communes: int
    box: tuple[float, float, float, float]
    left_bank: frozenset[str]

    @property
    def units(self) -> int:
        """How many commune-level units it has: phường and xã together."""
        return self.wards + self.communes

    @property
    def letter_head(self) -> str:
        """The authority as the head of a letter has it (NĐ 30/2020/NĐ-CP)."""
        return self.authority.upper()


# Resolution 1656/NQ-UBTVQH15 (16 June 2025): since 1 July 2025 51 phường and 75 xã.
TERRITORY = Territory(
    name="Hà Nội",
    full_name="Thành phố Hà Nội",
    authority="Ủy ban nhân dân Thành phố Hà Nội",
    wards=51,
    communes=75,
    box=(105.2, 20.5, 106.1, 21.45),
    left_bank=frozenset({"Huyện Mê Linh", "Huyện Sóc Sơn", "Huyện Đông Anh", "Quận Long Biên", "Huyện Gia Lâm"}),
)
