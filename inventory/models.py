"""Tables of what the city has: wards, items, price lists, and the approved snapshots with their parts."""

from datetime import date
from decimal import Decimal
from typing import Any

from sqlalchemy import JSON, BigInteger, ForeignKey, Numeric, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from portal.columns import CleanJson, Instant, NfcStr, Personal, PersonName, PersonSignature, Vnd, holds
from portal.database import Base


class WardRecord(Base):
    """One commune-level unit. Area in km2, population in persons, tile in hexagon rows and columns."""

    __tablename__ = "ward"

    code: Mapped[str] = mapped_column(String(5), primary_key=True)
    position: Mapped[int] = mapped_column(unique=True)
    name: Mapped[NfcStr] = mapped_column(unique=True)
    name_sort: Mapped[str] = mapped_column(String(255), index=True)
    name_fold: Mapped[str] = mapped_column(String(255), index=True)
    kind: Mapped[str] = mapped_column(String(8))
    area_km2: Mapped[Decimal] = mapped_column(Numeric(8, 2))
    population: Mapped[int]
    latitude: Mapped[Decimal] = mapped_column(Numeric(9, 5))
    longitude: Mapped[Decimal] = mapped_column(Numeric(9, 5))
    former_district: Mapped[NfcStr]
    seat: Mapped[NfcStr]
    tile_column: Mapped[int]
    tile_row: Mapped[int]


class OfficeVersion(Base):
    """One version of who writes and signs, whom to ask, and the day of the target; the newest is in force. Papers of its time bear it."""

    __tablename__ = "office_version"

    id: Mapped[int] = mapped_column(primary_key=True)
    office: Mapped[dict[str, Any]] = mapped_column(CleanJson, info=holds(Personal.SIGNATURE))
    by: Mapped[PersonName]
    at: Mapped[Instant]


class ItemRecord(Base):
    """A line of the catalogue, stored so that other tables can point at it."""

    __tablename__ = "item"

    code: Mapped[str] = mapped_column(String(8), primary_key=True)
    name: Mapped[NfcStr]
    name_fold: Mapped[str] = mapped_column(String(255))


class PriceListRecord(Base):
    """A named version of the prices. It never changes once ``published_at`` is set; ``revision`` counts the saves before that.

    ``based_on`` is the list that it was copied from, ``changed_by_accounts`` are the accounts behind the last save.
    """

    __tablename__ = "price_list"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[NfcStr] = mapped_column(unique=True)
    effective_from: Mapped[date]
    delivery_year: Mapped[int | None]
    revision: Mapped[int] = mapped_column(default=1)
    changed_by_accounts: Mapped[Any] = mapped_column(CleanJson, default=list)
    based_on: Mapped[int | None]
    created_by: Mapped[PersonSignature] = mapped_column(default="")
    created_at: Mapped[Instant | None]
    published_by: Mapped[PersonSignature] = mapped_column(default="")
    published_at: Mapped[Instant | None]
    prices: Mapped[list["PriceRecord"]] = relationship(lazy="selectin", order_by="PriceRecord.item_code")


class PriceRecord(Base):
    """The price of one item in one list, in whole VND, VAT included; what stands behind it; the legal cap, if any."""

    __tablename__ = "price"

    price_list_id: Mapped[int] = mapped_column(ForeignKey("price_list.id"), primary_key=True)
    item_code: Mapped[str] = mapped_column(ForeignKey("item.code"), primary_key=True)
    unit_price: Mapped[Vnd]
    vat_percent: Mapped[int]
    cap: Mapped[int | None] = mapped_column(BigInteger)
    method: Mapped[str] = mapped_column(String(32))
    evidence: Mapped[NfcStr] = mapped_column(default="")
    evidence_date: Mapped[date | None]
    source: Mapped[NfcStr]
    source_label: Mapped[str] = mapped_column(String(1))


class PriceEvidence(Base):
    """A file that stands behind a price of a list. A copy of the list has its own rows for the same stored bytes."""

    __tablename__ = "price_evidence"

    id: Mapped[int] = mapped_column(primary_key=True)
    price_list_id: Mapped[int] = mapped_column(ForeignKey("price_list.id"), index=True)
    item_code: Mapped[str] = mapped_column(ForeignKey("item.code"))
    name: Mapped[NfcStr]
    media_type: Mapped[str] = mapped_column(String(128))
    size: Mapped[int]
    sha256: Mapped[str] = mapped_column(String(64))
    stored_as: Mapped[str] = mapped_column(String(128))
    by: Mapped[PersonName]
    at: Mapped[Instant]


class ObservedPriceRecord(Base):
    """What somebody paid for one unit, in whole VND with VAT. ``ward_code`` is set where the buyer is a ward of the city."""

    __tablename__ = "observed_price"
    __table_args__ = (UniqueConstraint("item_code", "buyer", "paid_on", "document"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    item_code: Mapped[str] = mapped_column(ForeignKey("item.code"), index=True)
    buyer: Mapped[NfcStr]
    ward_code: Mapped[str | None] = mapped_column(ForeignKey("ward.code"))
    unit_price: Mapped[Vnd]
    paid_on: Mapped[date]
    document: Mapped[NfcStr]
    kind: Mapped[str] = mapped_column(String(32))
    by: Mapped[PersonName]
    at: Mapped[Instant]


class SnapshotRecord(Base):
    """An approved snapshot of one ward. Never changes. ``sha256`` is the hash of its whole content, by its ``content_version``.

    ``as_of`` is the day that the data speak of, ``previous_sha256`` the hash of the snapshot of this ward that was recorded before.
    ``round_name`` is what the round was called at the approval: what it is called today, the round says.
    """

    __tablename__ = "snapshot"

    id: Mapped[int] = mapped_column(primary_key=True)
    ward_code: Mapped[str] = mapped_column(ForeignKey("ward.code"), index=True)
    content_version: Mapped[int]
    kind: Mapped[str] = mapped_column(String(16))
    as_of: Mapped[date]
    round_id: Mapped[int | None]
    round_name: Mapped[NfcStr]
    submission_id: Mapped[int | None]
    approved_by: Mapped[PersonSignature]
    approved_at: Mapped[Instant]
    sha256: Mapped[str] = mapped_column(String(64), unique=True)
    previous_sha256: Mapped[str | None] = mapped_column(String(64), unique=True)
    answered_items: Mapped[Any] = mapped_column(JSON)
    answered_connections: Mapped[Any] = mapped_column(JSON)
    facts: Mapped[list["FactRecord"]] = relationship(lazy="selectin", order_by="FactRecord.key")
    lots: Mapped[list["LotRecord"]] = relationship(lazy="selectin", order_by="LotRecord.id")
    connections: Mapped[list["ConnectionRecord"]] = relationship(lazy="selectin", order_by="ConnectionRecord.id")


class FactRecord(Base):
    """One fact of a snapshot; ``value`` keeps its type, as ``inventory.snapshots.content.to_json`` writes it."""

    __tablename__ = "snapshot_fact"

    snapshot_id: Mapped[int] = mapped_column(ForeignKey("snapshot.id"), primary_key=True)
    key: Mapped[str] = mapped_column(String(64), primary_key=True)
    value: Mapped[Any] = mapped_column(CleanJson)
    basis: Mapped[str] = mapped_column(String(16))


class LotRecord(Base):
    """One equipment lot of a snapshot."""

    __tablename__ = "snapshot_lot"

    id: Mapped[int] = mapped_column(primary_key=True)
    snapshot_id: Mapped[int] = mapped_column(ForeignKey("snapshot.id"), index=True)
    item_code: Mapped[str] = mapped_column(ForeignKey("item.code"), index=True)
    good: Mapped[int]
    degraded: Mapped[int]
    broken: Mapped[int]
    liquidation: Mapped[int]
    unused: Mapped[int]
    on_order: Mapped[int]
    year: Mapped[int | None]
    owner: Mapped[str] = mapped_column(String(16))
    note: Mapped[NfcStr]


class ConnectionRecord(Base):
    """One line of a snapshot. Speeds in Mbps, as ``inventory.snapshots.content.to_json`` writes them: exact on every database."""

    __tablename__ = "snapshot_connection"

    id: Mapped[int] = mapped_column(primary_key=True)
    snapshot_id: Mapped[int] = mapped_column(ForeignKey("snapshot.id"), index=True)
    kind: Mapped[str] = mapped_column(String(16))
    provider: Mapped[NfcStr]
    contracted_mbps: Mapped[Any | None] = mapped_column(CleanJson)
    measured_mbps: Mapped[Any | None] = mapped_column(CleanJson)
    site: Mapped[NfcStr]
    basis: Mapped[str] = mapped_column(String(16))


class BoundarySetRecord(Base):
    """The boundaries that the map draws, as one file gave them. ``inner`` and ``shapes`` are whole units of the plane."""

    __tablename__ = "boundary_set"

    id: Mapped[int] = mapped_column(primary_key=True)
    filename: Mapped[NfcStr]
    source: Mapped[NfcStr]
    sha256: Mapped[str] = mapped_column(String(64))
    by: Mapped[PersonName]
    at: Mapped[Instant]
    width: Mapped[int]
    height: Mapped[int]
    inner: Mapped[Any] = mapped_column(JSON)
    shapes: Mapped[Any] = mapped_column(JSON)
    warnings: Mapped[Any] = mapped_column(CleanJson)
    points_given: Mapped[int]
    points_kept: Mapped[int]
