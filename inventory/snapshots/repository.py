"""A Snapshot into tables and back. An approved snapshot never changes, so its value is cached once it was read."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from inventory.models import ConnectionRecord, FactRecord, LotRecord, SnapshotRecord
from inventory.snapshots.snapshot import Basis, Connection, ConnectionKind, EquipmentLot, Fact, Owner, Snapshot
from portal.caches import Cache
from portal.clock import to_hanoi

# By their hash.
_snapshots: Cache[str, Snapshot] = Cache("snapshots")


@dataclass(frozen=True)
class SnapshotReference:
    """When (on which day) and in which round a snapshot was approved, and the hash to read it by."""

    ward_code: str
    round_name: str
    day: date
    sha256: str


def hash_snapshot(snapshot: Snapshot) -> str:
    """SHA-256 of the whole content, alike for equal snapshots in whatever order their lots were typed."""
    text = json.dumps(_content(snapshot), ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def record_snapshot(session: Session, snapshot: Snapshot, submission_id: int | None = None) -> SnapshotRecord:
    """Store an approved snapshot. Flushes, so that the record has its id. Needs ``approved_at``."""
    assert snapshot.approved_at is not None
    record = SnapshotRecord(
        ward_code=snapshot.ward_code,
        as_of=snapshot.as_of,
        round_name=snapshot.round_name,
        submission_id=submission_id,
        approved_by=snapshot.approved_by,
        approved_at=snapshot.approved_at,
        sha256=hash_snapshot(snapshot),
        answered_items=sorted(snapshot.answered_items),
        answered_connections=sorted(kind.value for kind in snapshot.answered_connections),
        facts=[FactRecord(key=f.key, value=f.value, basis=f.basis.value) for f in snapshot.facts.values()],
        lots=[_lot_record(lot) for lot in snapshot.lots],
        connections=[_connection_record(line) for line in snapshot.connections],
    )
    session.add(record)
    session.flush()
    return record


def load_snapshot(record: SnapshotRecord) -> Snapshot:
    """The value of a stored snapshot."""
    return Snapshot(
        ward_code=record.ward_code,
        as_of=record.as_of,
        facts={row.key: Fact(row.key, row.value, Basis(row.basis)) for row in record.facts},
        lots=tuple(_lot(row) for row in record.lots),
        connections=tuple(_connection(row) for row in record.connections),
        answered_items=frozenset(record.answered_items),
        answered_connections=frozenset(ConnectionKind(kind) for kind in record.answered_connections),
        round_name=record.round_name,
        approved_by=record.approved_by,
        approved_at=record.approved_at,
    )


def newest_hashes(session: Session) -> dict[str, str]:
    """The hash of the newest approved snapshot of each ward that has one."""
    newest = select(func.max(SnapshotRecord.id)).group_by(SnapshotRecord.ward_code)
    rows = session.execute(select(SnapshotRecord.ward_code, SnapshotRecord.sha256).where(SnapshotRecord.id.in_(newest)))
    return {row.ward_code: row.sha256 for row in rows}


def newest_snapshots(session: Session) -> dict[str, Snapshot]:
    """The newest approved snapshot of each ward that has one. A handful of queries, however many wards."""
    return snapshots_by_hash(session, newest_hashes(session))


def list_round_names(session: Session) -> list[str]:
    """The names of the rounds that gave approved snapshots, newest first."""
    newest = func.max(SnapshotRecord.id)
    return list(session.scalars(select(SnapshotRecord.round_name).group_by(SnapshotRecord.round_name).order_by(newest.desc())))


def snapshots_of_round(session: Session, round_name: str) -> dict[str, Snapshot]:
    """The newest approved snapshot of each ward in one round."""
    newest = select(func.max(SnapshotRecord.id)).where(SnapshotRecord.round_name == round_name).group_by(SnapshotRecord.ward_code)
    rows = session.execute(select(SnapshotRecord.ward_code, SnapshotRecord.sha256).where(SnapshotRecord.id.in_(newest)))
    return snapshots_by_hash(session, {row.ward_code: row.sha256 for row in rows})


def previous_round_hashes(session: Session) -> dict[str, str]:
    """The hash of the snapshot that each ward had in the round before its newest one; a ward without such a round is left out."""
    rows = session.execute(
        select(SnapshotRecord.ward_code, SnapshotRecord.round_name, SnapshotRecord.sha256).order_by(SnapshotRecord.id.desc())
    )
    newest: dict[str, str] = {}
    previous: dict[str, str] = {}
    for ward_code, round_name, sha256 in rows:
        if newest.setdefault(ward_code, round_name) != round_name:
            previous.setdefault(ward_code, sha256)
    return previous


def list_snapshot_references(session: Session) -> list[SnapshotReference]:
    """Every approved snapshot of every ward, without its content, in the order in which they were recorded."""
    columns = SnapshotRecord.ward_code, SnapshotRecord.round_name, SnapshotRecord.approved_at, SnapshotRecord.sha256
    rows = session.execute(select(*columns).order_by(SnapshotRecord.id))
    return [SnapshotReference(code, round_name, to_hanoi(instant).date(), sha256) for code, round_name, instant, sha256 in rows]


def get_snapshot_history(session: Session, ward_code: str) -> list[SnapshotRecord]:
    """All approved snapshots of a ward, newest first."""
    history = select(SnapshotRecord).where(SnapshotRecord.ward_code == ward_code).order_by(SnapshotRecord.id.desc())
    return list(session.scalars(history))


def snapshots_by_hash(session: Session, hashes: Mapping[str, str]) -> dict[str, Snapshot]:
    """Snapshots by ward code, from their hashes; only those that were never read are asked for. Raises KeyError for an unknown hash."""

    def load(unread: list[str]) -> dict[str, Snapshot]:
        records = session.scalars(select(SnapshotRecord).where(SnapshotRecord.sha256.in_(unread)))
        return {record.sha256: load_snapshot(record) for record in records}

    snapshots = _snapshots.get_many(hashes.values(), load)
    return {ward_code: snapshots[sha256] for ward_code, sha256 in hashes.items()}


def _content(snapshot: Snapshot) -> dict[str, Any]:
    return {
        "ward_code": snapshot.ward_code,
        "as_of": snapshot.as_of.isoformat(),
        "round_name": snapshot.round_name,
        "approved_by": snapshot.approved_by,
        "approved_at": _utc_text(snapshot.approved_at),
        "facts": sorted([f.key, f.value, f.basis.value] for f in snapshot.facts.values()),
        "lots": sorted(json.dumps(_lot_fields(lot), ensure_ascii=False, sort_keys=True) for lot in snapshot.lots),
        "connections": sorted(json.dumps(_connection_fields(c), ensure_ascii=False, sort_keys=True) for c in snapshot.connections),
        "answered_items": sorted(snapshot.answered_items),
        "answered_connections": sorted(snapshot.answered_connections),
    }


def _utc_text(instant: datetime | None) -> str:
    return instant.astimezone(UTC).isoformat() if instant else ""


def _lot_fields(lot: EquipmentLot) -> dict[str, Any]:
    return {
        "item_code": lot.item,
        "good": lot.good,
        "degraded": lot.degraded,
        "broken": lot.broken,
        "liquidation": lot.liquidation,
        "unused": lot.unused,
        "on_order": lot.on_order,
        "year": lot.year,
        "owner": lot.owner.value,
        "note": lot.note,
    }


def _connection_fields(line: Connection) -> dict[str, Any]:
    return {
        "kind": line.kind.value,
        "provider": line.provider,
        "contracted_mbps": line.contracted_mbps,
        "measured_mbps": line.measured_mbps,
        "site": line.site,
        "basis": line.basis.value,
    }


def _lot_record(lot: EquipmentLot) -> LotRecord:
    return LotRecord(**_lot_fields(lot))


def _connection_record(line: Connection) -> ConnectionRecord:
    return ConnectionRecord(**_connection_fields(line))


def _lot(row: LotRecord) -> EquipmentLot:
    return EquipmentLot(
        item=row.item_code,
        good=row.good,
        degraded=row.degraded,
        broken=row.broken,
        liquidation=row.liquidation,
        unused=row.unused,
        on_order=row.on_order,
        year=row.year,
        owner=Owner(row.owner),
        note=row.note,
    )


def _connection(row: ConnectionRecord) -> Connection:
    return Connection(
        kind=ConnectionKind(row.kind),
        provider=row.provider,
        contracted_mbps=row.contracted_mbps,
        measured_mbps=row.measured_mbps,
        site=row.site,
        basis=Basis(row.basis),
    )
