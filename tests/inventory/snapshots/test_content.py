"""The hash over a snapshot: of each version what it always was, and of a new one everything but the name of the round."""

from dataclasses import fields, replace
from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from inventory.snapshots.content import from_json, hash_snapshot, to_json
from inventory.snapshots.snapshot import Basis, Connection, ConnectionKind, EquipmentLot, Fact, Snapshot
from tests.factories.snapshots import known_snapshot, make_facts

values = st.one_of(
    st.integers(), st.booleans(), st.text(max_size=9), st.dates(), st.decimals(0, 10**9, places=3), st.decimals(0, 9, places=0)
)


def test_what_was_hashed_once_is_hashed_so_for_good():
    of_version_1 = known_snapshot(content_version=1)
    assert hash_snapshot(of_version_1) == "c5218c1dd894b3cc3fef44351ade713f3d1f41a0fa3b8c4519d2a10a1a786b1b"
    newer = known_snapshot(
        facts=make_facts({"down_mbps": Decimal("187.5"), "licence_until": date(2027, 1, 31), "staff_total": 60, "it_team": True}),
        connections=(Connection(ConnectionKind.INTERNET, "Nhà mạng A", Decimal("187.5"), 250),),
        previous_sha256=hash_snapshot(of_version_1),
    )
    assert hash_snapshot(newer) == "b6340132d063bb6ea8eca7e40355a7ffa6e0350139639c360a552c1f5aa17445"


@given(st.permutations(known_snapshot().lots), st.sampled_from([1, 2]))
def test_the_hash_does_not_care_for_the_order_of_lots(lots, version):
    snapshot = known_snapshot(content_version=version)
    assert hash_snapshot(replace(snapshot, lots=tuple(lots))) == hash_snapshot(snapshot)


def test_a_round_under_a_new_name_is_the_same_content():
    assert hash_snapshot(known_snapshot(round_name="Đợt đầu năm")) == hash_snapshot(known_snapshot())
    assert hash_snapshot(known_snapshot(round_id=2)) != hash_snapshot(known_snapshot())
    # By the first rule the name was part of it, and stays so.
    first = known_snapshot(content_version=1)
    assert hash_snapshot(replace(first, round_name="Đợt đầu năm")) != hash_snapshot(first)
    assert hash_snapshot(replace(first, round_id=2, previous_sha256="0" * 64)) == hash_snapshot(first)


CHANGES = {
    "ward_code": "00070",
    "as_of": date(2026, 3, 2),
    "facts": {},
    "lots": (),
    "connections": (),
    "answered_items": frozenset({"A01"}),
    "answered_connections": frozenset(),
    "approved_by": "Người khác",
    "approved_at": known_snapshot().approved_at + timedelta(seconds=1),
    "content_version": 1,
    "round_id": 2,
    "previous_sha256": "0" * 64,
}


def test_every_field_of_a_snapshot_is_in_its_hash():
    # Of the kind there is one only, and the name of a round is a label.
    assert CHANGES.keys() | {"kind", "round_name"} == {field.name for field in fields(Snapshot)}
    changed = [hash_snapshot(known_snapshot(**{name: value})) for name, value in CHANGES.items()]
    assert len({hash_snapshot(known_snapshot()), *changed}) == 1 + len(CHANGES)


@given(values, values)
def test_another_value_of_a_fact_is_another_hash(one, other):
    first, second = (known_snapshot(facts={"x": Fact("x", value)}) for value in (one, other))
    assume((type(first.fact("x")), first.fact("x")) != (type(second.fact("x")), second.fact("x")))
    assert hash_snapshot(first) != hash_snapshot(second)


@given(st.data())
def test_another_cell_of_a_lot_or_a_line_is_another_hash(data):
    snapshot = known_snapshot()
    lot, line = snapshot.lots[0], snapshot.connections[0]
    cell = data.draw(st.sampled_from([field.name for field in fields(EquipmentLot) if field.name not in ("item", "owner", "note")]))
    number = data.draw(st.integers(0, 3000).filter(lambda number: number != getattr(lot, cell)))
    assert hash_snapshot(replace(snapshot, lots=(replace(lot, **{cell: number}), *snapshot.lots[1:]))) != hash_snapshot(snapshot)
    speed = data.draw(st.decimals(0, 1000, places=2).filter(lambda speed: speed != line.contracted_mbps))
    assert hash_snapshot(replace(snapshot, connections=(replace(line, contracted_mbps=speed),))) != hash_snapshot(snapshot)
    assert hash_snapshot(replace(snapshot, connections=(replace(line, basis=Basis.MEASURED),))) != hash_snapshot(snapshot)


@given(values)
def test_a_value_comes_back_from_json_as_it_was(value):
    held = Fact("x", value).value
    back = from_json(to_json(held))
    assert (type(back), back) == (type(held), held)


@pytest.mark.parametrize(("typed", "held"), [("187.0", 187), ("187", 187), ("187.50", Decimal("187.5")), ("1E+2", 100)])
def test_a_number_has_one_form(typed, held):
    number = Fact("x", Decimal(typed)).value
    assert (type(number), str(number)) == (type(held), str(held))
    line = Connection(ConnectionKind.TSLCD, contracted_mbps=Decimal(typed), measured_mbps=None)
    assert (str(line.contracted_mbps), line.measured_mbps) == (str(held), None)


def test_only_a_whole_number_is_a_count():
    facts = make_facts({"whole": Decimal("12.0"), "half": Decimal("12.5"), "until": date(2027, 1, 1), "yes": True})
    snapshot = known_snapshot(facts=facts)
    assert [snapshot.count(key) for key in facts] == [12, None, None, None]
