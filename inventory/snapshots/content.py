"""The content of a snapshot, and the hash over it: each version of the content is hashed by its own rule, for good. Pure.

What is here of a version is never changed: what was hashed by it must be found whole in ten years. A new field is a new version.
"""

import hashlib
import json
from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

from inventory.snapshots.snapshot import Connection, EquipmentLot, FactValue, Snapshot

_DECIMAL, _DATE = "decimal", "date"


def hash_snapshot(snapshot: Snapshot) -> str:
    """SHA-256 of the whole content by its version, alike for equal snapshots in whatever order their lots were typed."""
    return hashlib.sha256(_text(_CONTENTS[snapshot.content_version](snapshot)).encode()).hexdigest()


def to_json(value: FactValue | None) -> Any:
    """A value as JSON holds it exactly: a decimal and a date under their name, everything else as it is."""
    if isinstance(value, Decimal):
        return {_DECIMAL: format(value, "f")}
    if isinstance(value, date):
        return {_DATE: value.isoformat()}
    return value


def from_json(value: Any) -> Any:
    """The value that ``to_json`` wrote."""
    if not isinstance(value, dict):
        return value
    return Decimal(value[_DECIMAL]) if _DECIMAL in value else date.fromisoformat(value[_DATE])


def _content_1(snapshot: Snapshot) -> dict[str, Any]:
    return {
        "ward_code": snapshot.ward_code,
        "as_of": snapshot.as_of.isoformat(),
        "round_name": snapshot.round_name,
        "approved_by": snapshot.approved_by,
        "approved_at": _utc_text(snapshot.approved_at),
        "facts": sorted([f.key, f.value, f.basis.value] for f in snapshot.facts.values()),
        "lots": sorted(json.dumps(_lot(lot), ensure_ascii=False, sort_keys=True) for lot in snapshot.lots),
        "connections": sorted(json.dumps(_connection_1(c), ensure_ascii=False, sort_keys=True) for c in snapshot.connections),
        "answered_items": sorted(snapshot.answered_items),
        "answered_connections": sorted(snapshot.answered_connections),
    }


def _content_2(snapshot: Snapshot) -> dict[str, Any]:
    return {
        "content_version": 2,
        "ward_code": snapshot.ward_code,
        "as_of": snapshot.as_of.isoformat(),
        "kind": snapshot.kind.value,
        "round_id": snapshot.round_id,
        "previous_sha256": snapshot.previous_sha256,
        "approved_by": snapshot.approved_by,
        "approved_at": _utc_text(snapshot.approved_at),
        "facts": {fact.key: [to_json(fact.value), fact.basis.value] for fact in snapshot.facts.values()},
        "lots": sorted((_lot(lot) for lot in snapshot.lots), key=_text),
        "connections": sorted((_connection_2(line) for line in snapshot.connections), key=_text),
        "answered_items": sorted(snapshot.answered_items),
        "answered_connections": sorted(kind.value for kind in snapshot.answered_connections),
    }


_CONTENTS: Mapping[int, Callable[[Snapshot], dict[str, Any]]] = {1: _content_1, 2: _content_2}


def _text(content: Mapping[str, Any]) -> str:
    return json.dumps(content, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def _utc_text(instant: datetime | None) -> str:
    return instant.astimezone(UTC).isoformat() if instant else ""


def _lot(lot: EquipmentLot) -> dict[str, Any]:
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


def _connection_1(line: Connection) -> dict[str, Any]:
    return {
        "kind": line.kind.value,
        "provider": line.provider,
        "contracted_mbps": line.contracted_mbps,
        "measured_mbps": line.measured_mbps,
        "site": line.site,
        "basis": line.basis.value,
    }


def _connection_2(line: Connection) -> dict[str, Any]:
    return {
        "kind": line.kind.value,
        "provider": line.provider,
        "contracted_mbps": to_json(line.contracted_mbps),
        "measured_mbps": to_json(line.measured_mbps),
        "site": line.site,
        "basis": line.basis.value,
    }
