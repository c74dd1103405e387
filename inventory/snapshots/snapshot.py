"""What one ward has on one date: the frozen value that every rating, cost and plan starts from. Pure."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from portal.labels import LabelledEnum

FactValue = int | bool | str | Decimal | date
Speed = int | Decimal
# The rule by which new snapshots are hashed (content.py).
CONTENT_VERSION = 2


class Owner(LabelledEnum):
    """Who owns a lot of equipment, with the label that the screen shows."""

    WARD = "ward", "UBND xã, phường"
    CITY_CENTRE = "city_centre", "Trung tâm Phục vụ hành chính công TP"
    LEASED = "leased", "Thuê, mượn"


class Basis(LabelledEnum):
    """What stands behind an answer, strongest first."""

    MEASURED = "measured", "Đo được"
    EVIDENCE = "evidence", "Có minh chứng"
    DECLARED = "declared", "Tự khai"


class ConnectionKind(LabelledEnum):
    """Kinds of lines, with the label that the screen shows."""

    TSLCD = "tslcd", "Truyền số liệu chuyên dùng"
    INTERNET = "internet", "Internet chính"
    BACKUP = "backup", "Internet dự phòng"


class SnapshotKind(LabelledEnum):
    """How a snapshot came to be."""

    ROUND = "round", "Đợt khảo sát"


@dataclass(frozen=True)
class Fact:
    """One typed answer: a count, a measured number, a yes or no, a word, or the day on which something ends.

    A number that is whole is held as int, so that equal values have one form. An unanswered question has no Fact.
    """

    key: str
    value: FactValue
    basis: Basis = Basis.DECLARED

    def __post_init__(self) -> None:
        """Give the value its one form."""
        object.__setattr__(self, "value", in_one_form(self.value))


@dataclass(frozen=True)
class EquipmentLot:
    """Machines of one item, of one owner, put into use in one year. All quantities are counts, zero or more.

    ``good``, ``degraded``, ``broken``, ``liquidation``, ``unused`` are the conditions đang dùng tốt, xuống cấp,
    hỏng chờ sửa, chờ thanh lý, chưa đưa vào sử dụng. ``on_order`` is contracted or funded but not delivered:
    the plan subtracts it and the rating does not count it. ``year`` is None where no rule needs it.
    """

    item: str
    good: int = 0
    degraded: int = 0
    broken: int = 0
    liquidation: int = 0
    unused: int = 0
    on_order: int = 0
    year: int | None = None
    owner: Owner = Owner.WARD
    note: str = ""

    @property
    def working(self) -> int:
        """Machines that can be worked with: in good use, degraded, or not yet put into use."""
        return self.good + self.degraded + self.unused

    @property
    def total(self) -> int:
        """All machines that stand in the ward, whatever their condition."""
        return self.working + self.broken + self.liquidation


@dataclass(frozen=True)
class Connection:
    """A line into the ward. Speeds are Mbps, int where they are whole; None where the question was not answered."""

    kind: ConnectionKind
    provider: str = ""
    contracted_mbps: Speed | None = None
    measured_mbps: Speed | None = None
    site: str = ""
    basis: Basis = Basis.DECLARED

    def __post_init__(self) -> None:
        """Give the speeds their one form."""
        for name in ("contracted_mbps", "measured_mbps"):
            object.__setattr__(self, name, in_one_form(getattr(self, name)))


@dataclass(frozen=True)
class Snapshot:
    """What one ward had on one date, as approved.

    ``answered_items`` names the items whose question was answered, with zero or more: an item outside it is unknown,
    which is not the same as none. ``answered_connections`` likewise for kinds of lines. ``as_of`` is the day that the data
    speak of: that on which the ward sent them. ``round_name`` is what the round was called when the snapshot was approved.
    ``content_version`` says by which rule the content is hashed; ``previous_sha256`` is the hash of the ward's snapshot that
    was recorded before, None for its first.
    """

    ward_code: str
    as_of: date
    facts: Mapping[str, Fact] = field(default_factory=dict)
    lots: tuple[EquipmentLot, ...] = ()
    connections: tuple[Connection, ...] = ()
    answered_items: frozenset[str] = frozenset()
    answered_connections: frozenset[ConnectionKind] = frozenset()
    round_name: str = ""
    approved_by: str = ""
    approved_at: datetime | None = None
    content_version: int = CONTENT_VERSION
    kind: SnapshotKind = SnapshotKind.ROUND
    round_id: int | None = None
    previous_sha256: str | None = None

    def fact(self, key: str) -> FactValue | None:
        """The value of a fact, or None where it was not answered."""
        fact = self.facts.get(key)
        return fact.value if fact else None

    def count(self, key: str) -> int | None:
        """The value of a counting fact, or None where it was not answered or is no count."""
        value = self.fact(key)
        return value if isinstance(value, int) and not isinstance(value, bool) else None

    def lots_of(self, item: str, owners: Iterable[Owner] = (Owner.WARD, Owner.LEASED)) -> tuple[EquipmentLot, ...]:
        """The lots of one item that the given owners hold. The city service centre's stand apart by default."""
        owner_set = frozenset(owners)
        return tuple(lot for lot in self.lots if lot.item == item and lot.owner in owner_set)

    def connections_of(self, kind: ConnectionKind) -> tuple[Connection, ...]:
        """The lines of one kind."""
        return tuple(line for line in self.connections if line.kind is kind)


def count_usable(lot: EquipmentLot, on: date, max_age_years: int | None) -> int:
    """Machines of a lot that count for readiness on a date: working, and not past the age that the standard sets.

    A lot whose year is unknown counts nothing where an age is asked for: what cannot be shown is not counted.
    """
    if max_age_years is None:
        return lot.working
    if lot.year is None or on.year - lot.year > max_age_years:
        return 0
    return lot.working


def in_one_form(value: Any) -> Any:
    """A number that is whole as int, another one without the noughts at its end; everything else as it is."""
    if not isinstance(value, Decimal):
        return value
    return int(value) if value == value.to_integral_value() else Decimal(f"{value:f}".rstrip("0"))
