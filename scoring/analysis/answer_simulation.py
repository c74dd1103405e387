"""A ward's answers changed on a copy, to see what the result would be. The snapshot itself never changes. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal

from inventory.catalogue import load_catalogue
from inventory.snapshots.snapshot import Connection, ConnectionKind, EquipmentLot, Fact, Owner, Snapshot, in_one_form
from portal.numbers import Number
from scoring.rating.measures import MEASURES, fact
from scoring.rating.standard import Criterion


@dataclass(frozen=True)
class AdjustableAnswer:
    """One answer that may be given another value. ``value`` is None where it was not answered.

    A yes or no, and whether something has ended, is 1 or 0; an item is its working machines; a line is the Mbps of all lines of its kind.
    """

    key: str
    is_yes_or_no: bool
    value: Number | None


def adjustable_answers(criterion: Criterion, snapshot: Snapshot, on: date) -> tuple[AdjustableAnswer, ...]:
    """The answers that a criterion reads, in the order that its measures read them."""
    return tuple(AdjustableAnswer(key, _is_yes_or_no(key), _value(key, snapshot, on)) for key in criterion.answers)


def with_answers(snapshot: Snapshot, answers: Mapping[str, Number], on: date) -> Snapshot:
    """The snapshot with other answers, by the keys of the adjustable answers. New machines and lines are of the year of ``on``."""
    for key, value in answers.items():
        if key in load_catalogue():
            snapshot = _with_machines(snapshot, key, int(value), on)
        elif key in set(ConnectionKind):
            snapshot = _with_speed(snapshot, ConnectionKind(key), value)
        else:
            answer = Fact(key, value=bool(value) if _is_yes_or_no(key) else value)
            snapshot = replace(snapshot, facts={**snapshot.facts, key: answer})
    return snapshot


def _is_yes_or_no(key: str) -> bool:
    return key in MEASURES and MEASURES[key].is_yes_or_no


def _value(key: str, snapshot: Snapshot, on: date) -> Number | None:
    if key in load_catalogue():
        return sum(lot.working for lot in snapshot.lots_of(key)) if key in snapshot.answered_items else None
    if key in set(ConnectionKind):
        kind = ConnectionKind(key)
        lines = snapshot.connections_of(kind)
        speed = in_one_form(sum((line.contracted_mbps or 0 for line in lines), Decimal(0)))
        return speed if kind in snapshot.answered_connections else None
    reading = fact(key)(snapshot, 0, on)
    return None if reading.missing else reading.value


def _with_machines(snapshot: Snapshot, item: str, quantity: int, on: date) -> Snapshot:
    have = sum(lot.working for lot in snapshot.lots_of(item))
    lots: list[EquipmentLot] = []
    surplus = max(0, have - quantity)
    # The oldest go first, as they would be handed in.
    for lot in sorted(snapshot.lots, key=lambda lot: lot.year or 0):
        if lot.item != item or lot.owner is Owner.CITY_CENTRE or not surplus:
            lots.append(lot)
            continue
        removed = min(surplus, lot.working)
        surplus -= removed
        remaining = lot.working - removed
        lots.append(replace(lot, good=remaining, degraded=0, unused=0))
    if quantity > have:
        lots.append(EquipmentLot(item, good=quantity - have, year=on.year))
    return replace(snapshot, lots=tuple(lots), answered_items=snapshot.answered_items | {item})


def _with_speed(snapshot: Snapshot, kind: ConnectionKind, mbps: Number) -> Snapshot:
    others = tuple(line for line in snapshot.connections if line.kind is not kind)
    provider = next((line.provider for line in snapshot.connections_of(kind) if line.provider), "nhà mạng khác")
    lines = (Connection(kind, provider, mbps),) if mbps else ()
    return replace(snapshot, connections=(*others, *lines), answered_connections=snapshot.answered_connections | {kind})
