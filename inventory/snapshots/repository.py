"""A Snapshot into tables and back. An approved snapshot never changes, so its value is cached once it was read."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime

from sqlalchemy import ColumnElement, Integer, Select, column, func, select, table
from sqlalchemy.orm import Session

from inventory.models import ConnectionRecord, FactRecord, LotRecord, SnapshotRecord, WardRecord
from inventory.snapshots.content import from_json, hash_snapshot, to_json
from inventory.snapshots.snapshot import Basis, Connection, ConnectionKind, EquipmentLot, Fact, Owner, Snapshot, SnapshotKind
from portal.caches import Cache
from portal.clock import to_hanoi
from portal.columns import NfcText

# By their hash.
_snapshots: Cache[str, Snapshot] = Cache("snapshots")
# The newest snapshot is the one whose data speak of the latest day; of one day, the one that was approved last.
_NEWEST_FIRST = SnapshotRecord.as_of.desc(), SnapshotRecord.approved_at.desc(), SnapshotRecord.id.desc()
# Rounds are the survey's. Here they are a number that a snapshot bears, and what that is called.
_ROUNDS = table("round", column("id", Integer), column("name", NfcText))


@dataclass(frozen=True)
class RoundName:
    """A round that gave snapshots, under the name that it has today."""

    id: int
    name: str


@dataclass(frozen=True)
class SnapshotReference:
    """A snapshot without its content: its round under today's name, the submission that it was, who approved it and when, the day
    that its data speak of, and the hash to read it by.
    """

    ward_code: str
    round_id: int | None
    round_name: str
    submission_id: int | None
    approved_by: str
    approved_at: datetime
    as_of: date
    sha256: str

    @property
    def day(self) -> date:
        """The day of the approval."""
        return to_hanoi(self.approved_at).date()


def record_snapshot(session: Session, snapshot: Snapshot, submission_id: int | None = None) -> SnapshotRecord:
    """Store an approved snapshot behind the one that was recorded before. Flushes, so that the record has its id. Needs ``approved_at``."""
    assert snapshot.approved_at is not None
    lock_snapshots_of(session, snapshot.ward_code)
    chained = replace(snapshot, previous_sha256=_last_recorded_hash(session, snapshot.ward_code))
    record = SnapshotRecord(
        ward_code=chained.ward_code,
        content_version=chained.content_version,
        kind=chained.kind.value,
        as_of=chained.as_of,
        round_id=chained.round_id,
        round_name=chained.round_name,
        submission_id=submission_id,
        approved_by=chained.approved_by,
        approved_at=chained.approved_at,
        sha256=hash_snapshot(chained),
        previous_sha256=chained.previous_sha256,
        answered_items=sorted(chained.answered_items),
        answered_connections=sorted(kind.value for kind in chained.answered_connections),
        facts=[FactRecord(key=f.key, value=to_json(f.value), basis=f.basis.value) for f in chained.facts.values()],
        lots=[_lot_record(lot) for lot in chained.lots],
        connections=[_connection_record(line) for line in chained.connections],
    )
    session.add(record)
    session.flush()
    return record


def lock_snapshots_of(session: Session, ward_code: str) -> None:
    """Let nobody else record a snapshot of a ward until the end of the transaction: each has one before it."""
    session.execute(select(WardRecord.code).where(WardRecord.code == ward_code).with_for_update(key_share=True))


def load_snapshot(record: SnapshotRecord) -> Snapshot:
    """The value of a stored snapshot."""
    return Snapshot(
        ward_code=record.ward_code,
        as_of=record.as_of,
        facts={row.key: Fact(row.key, from_json(row.value), Basis(row.basis)) for row in record.facts},
        lots=tuple(_lot(row) for row in record.lots),
        connections=tuple(_connection(row) for row in record.connections),
        answered_items=frozenset(record.answered_items),
        answered_connections=frozenset(ConnectionKind(kind) for kind in record.answered_connections),
        round_name=record.round_name,
        approved_by=record.approved_by,
        approved_at=record.approved_at,
        content_version=record.content_version,
        kind=SnapshotKind(record.kind),
        round_id=record.round_id,
        previous_sha256=record.previous_sha256,
    )


def newest_references(session: Session) -> dict[str, SnapshotReference]:
    """The newest approved snapshot of each ward that has one, without its content."""
    references = _references(session, SnapshotRecord.id.in_(_newest_ids()))
    return {reference.ward_code: reference for reference in references}


def newest_hashes(session: Session) -> dict[str, str]:
    """The hash of the newest approved snapshot of each ward that has one."""
    return _hashes(session, _newest_ids())


def newest_snapshots(session: Session) -> dict[str, Snapshot]:
    """The newest approved snapshot of each ward that has one. A handful of queries, however many wards."""
    return snapshots_by_hash(session, newest_hashes(session))


def snapshots_of_round(session: Session, round_id: int) -> dict[str, Snapshot]:
    """The newest approved snapshot of each ward in one round."""
    return snapshots_by_hash(session, _hashes(session, _newest_ids(SnapshotRecord.round_id == round_id)))


def previous_round_hashes(session: Session) -> dict[str, str]:
    """The hash of the snapshot that each ward had in the round before its newest one; a ward without such a round is left out."""
    return {code: reference.sha256 for code, reference in previous_round_references(session).items()}


def previous_round_references(session: Session) -> dict[str, SnapshotReference]:
    """The same with the rest that is known of the snapshot without its content."""
    newest: dict[str, int | None] = {}
    previous: dict[str, SnapshotReference] = {}
    for reference in _references(session):
        if newest.setdefault(reference.ward_code, reference.round_id) != reference.round_id:
            previous.setdefault(reference.ward_code, reference)
    return previous


def list_rounds(session: Session) -> list[RoundName]:
    """The rounds that gave approved snapshots, each under the name that it has today; that of the newest snapshot first."""
    newest: dict[int, RoundName] = {}
    for reference in reversed(list_snapshot_references(session)):
        if reference.round_id is not None:
            newest.setdefault(reference.round_id, RoundName(reference.round_id, reference.round_name))
    return list(newest.values())


def list_snapshot_references(session: Session, ward_code: str | None = None) -> list[SnapshotReference]:
    """Every approved snapshot of every ward, or of one, without its content, the newest last."""
    return _references(session, *([] if ward_code is None else [SnapshotRecord.ward_code == ward_code]))[::-1]


def name_of_round(session: Session, snapshot: Snapshot | None) -> str:
    """What the round of a snapshot is called today; where there is no such round, what it was called. Blank without a snapshot."""
    if snapshot is None:
        return ""
    return session.scalar(select(_ROUNDS.c.name).where(_ROUNDS.c.id == snapshot.round_id)) or snapshot.round_name


def snapshots_by_hash(session: Session, hashes: Mapping[str, str]) -> dict[str, Snapshot]:
    """Snapshots by ward code, from their hashes; only those that were never read are asked for. Raises KeyError for an unknown hash."""

    def load(unread: list[str]) -> dict[str, Snapshot]:
        records = session.scalars(select(SnapshotRecord).where(SnapshotRecord.sha256.in_(unread)))
        return {record.sha256: load_snapshot(record) for record in records}

    snapshots = _snapshots.get_many(hashes.values(), load)
    return {ward_code: snapshots[sha256] for ward_code, sha256 in hashes.items()}


def find_broken_snapshots(session: Session) -> list[str]:
    """The snapshots whose content is not that of their hash, or that do not follow the one that was recorded before."""
    faults, last = [], dict[str, str]()
    for record in session.scalars(select(SnapshotRecord).order_by(SnapshotRecord.id)):
        if not _is_whole(record):
            faults.append(f"snapshot {record.id}: its hash")
        if record.previous_sha256 != last.get(record.ward_code):
            faults.append(f"snapshot {record.id}: the one before it")
        last[record.ward_code] = record.sha256
    return faults


def _is_whole(record: SnapshotRecord) -> bool:
    try:
        return hash_snapshot(load_snapshot(record)) == record.sha256
    except (ValueError, ArithmeticError):
        # What was written by hand need not be a value at all.
        return False


def _newest_ids(*conditions: ColumnElement[bool]) -> Select[int]:
    """The ids of the newest snapshot of each ward, of those that meet the conditions."""
    place = func.row_number().over(partition_by=SnapshotRecord.ward_code, order_by=_NEWEST_FIRST)
    placed = select(SnapshotRecord.id, place.label("place")).where(*conditions).subquery()
    return select(placed.c.id).where(placed.c.place == 1)


def _hashes(session: Session, ids: Select[int]) -> dict[str, str]:
    rows = session.execute(select(SnapshotRecord.ward_code, SnapshotRecord.sha256).where(SnapshotRecord.id.in_(ids)))
    return {row.ward_code: row.sha256 for row in rows}


def _references(session: Session, *conditions: ColumnElement[bool]) -> list[SnapshotReference]:
    """The snapshots that meet the conditions, newest first."""
    columns = (
        SnapshotRecord.ward_code,
        SnapshotRecord.round_id,
        func.coalesce(_ROUNDS.c.name, SnapshotRecord.round_name),
        SnapshotRecord.submission_id,
        SnapshotRecord.approved_by,
        SnapshotRecord.approved_at,
        SnapshotRecord.as_of,
        SnapshotRecord.sha256,
    )
    named = select(*columns).outerjoin(_ROUNDS, _ROUNDS.c.id == SnapshotRecord.round_id)
    return [SnapshotReference(*row) for row in session.execute(named.where(*conditions).order_by(*_NEWEST_FIRST))]


def _last_recorded_hash(session: Session, ward_code: str) -> str | None:
    recorded = select(SnapshotRecord.sha256).where(SnapshotRecord.ward_code == ward_code).order_by(SnapshotRecord.id.desc())
    return session.scalars(recorded.limit(1)).first()


def _lot_record(lot: EquipmentLot) -> LotRecord:
    return LotRecord(
        item_code=lot.item,
        good=lot.good,
        degraded=lot.degraded,
        broken=lot.broken,
        liquidation=lot.liquidation,
        unused=lot.unused,
        on_order=lot.on_order,
        year=lot.year,
        owner=lot.owner.value,
        note=lot.note,
    )


def _connection_record(line: Connection) -> ConnectionRecord:
    return ConnectionRecord(
        kind=line.kind.value,
        provider=line.provider,
        contracted_mbps=to_json(line.contracted_mbps),
        measured_mbps=to_json(line.measured_mbps),
        site=line.site,
        basis=line.basis.value,
    )


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
        contracted_mbps=from_json(row.contracted_mbps),
        measured_mbps=from_json(row.measured_mbps),
        site=row.site,
        basis=Basis(row.basis),
    )
