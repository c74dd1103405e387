"""Two snapshots of one ward that began from the same one, merged answer by answer. Pure.

What only one of them changed is taken; where both changed differently somebody has to choose.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace

from inventory.snapshots.snapshot import Connection, ConnectionKind, EquipmentLot, Fact, Snapshot


@dataclass(frozen=True)
class Part:
    """What a snapshot says to one question: a fact, the lots of an item, or the lines of a kind; None of each where it says nothing."""

    fact: Fact | None = None
    lots: tuple[EquipmentLot, ...] | None = None
    connections: tuple[Connection, ...] | None = None


@dataclass(frozen=True)
class Merge:
    """The parts of both. ``conflicts`` are the keys where both changed the base differently: they are in no part."""

    parts: dict[str, Part]
    conflicts: tuple[str, ...]


NOTHING = Part()


def parts_of(snapshot: Snapshot | None) -> dict[str, Part]:
    """The parts of a snapshot by the key of their question; of none, none."""
    if snapshot is None:
        return {}
    # In one order: the same machines typed in another one are no change.
    lots, lines = sorted(snapshot.lots, key=repr), sorted(snapshot.connections, key=repr)
    items = snapshot.answered_items | {lot.item for lot in lots}
    kinds = snapshot.answered_connections | {line.kind for line in lines}
    return {
        **{key: Part(fact=fact) for key, fact in snapshot.facts.items()},
        **{item: Part(lots=tuple(lot for lot in lots if lot.item == item)) for item in items},
        **{kind.value: Part(connections=tuple(line for line in lines if line.kind is kind)) for kind in kinds},
    }


def with_parts(snapshot: Snapshot, parts: Mapping[str, Part]) -> Snapshot:
    """The snapshot with these parts in the place of its own."""
    lots = {key: part.lots for key, part in sorted(parts.items()) if part.lots is not None}
    lines = {key: part.connections for key, part in sorted(parts.items()) if part.connections is not None}
    return replace(
        snapshot,
        facts={key: part.fact for key, part in sorted(parts.items()) if part.fact is not None},
        lots=tuple(lot for of_item in lots.values() for lot in of_item),
        connections=tuple(line for of_kind in lines.values() for line in of_kind),
        answered_items=frozenset(lots),
        answered_connections=frozenset(map(ConnectionKind, lines)),
    )


def with_key(part: Part, key: str) -> Part:
    """The same fact under the key that another version of its question has."""
    return part if part.fact is None else replace(part, fact=replace(part.fact, key=key))


def merge_parts(base: Mapping[str, Part], ours: Mapping[str, Part], theirs: Mapping[str, Part]) -> Merge:
    """Merge what two sides made of a base."""
    merged, conflicts = {}, []
    for key in sorted({*base, *ours, *theirs}):
        before, mine, other = (parts.get(key, NOTHING) for parts in (base, ours, theirs))
        if mine == other or other == before:
            merged[key] = mine
        elif mine == before:
            merged[key] = other
        else:
            conflicts.append(key)
    return Merge({key: part for key, part in merged.items() if part != NOTHING}, tuple(conflicts))
