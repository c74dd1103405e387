from dataclasses import replace
from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from inventory.catalogue import load_catalogue
from inventory.models import SnapshotRecord
from inventory.snapshots.holdings import count_holding
from inventory.snapshots.repository import hash_snapshot, load_snapshot, newest_snapshots, record_snapshot
from inventory.snapshots.snapshot import Basis, Connection, ConnectionKind, EquipmentLot, Owner, Snapshot, count_usable
from inventory.wards.wards import load_wards
from tests.factories.snapshots import make_facts

APPROVED_AT = datetime(2026, 3, 1, 2, 3, tzinfo=UTC)


def make_snapshot(**changes):
    snapshot = Snapshot(
        ward_code="00082",
        as_of=date(2026, 3, 1),
        facts=make_facts({"staff_total": 60, "vlan_separated": True, "ghi_chu": "Sở"}, Basis.EVIDENCE),
        lots=(
            EquipmentLot("A01", good=10, degraded=2, broken=1, year=2021),
            EquipmentLot("A01", good=3, year=2012, owner=Owner.LEASED, note="cũ"),
        ),
        connections=(Connection(ConnectionKind.INTERNET, "Nhà mạng A", 300, 250),),
        answered_items=frozenset({"A01", "A02"}),
        answered_connections=frozenset({ConnectionKind.INTERNET}),
        round_name="Đợt 1",
        approved_by="Chuyên viên",
        approved_at=APPROVED_AT,
    )
    return replace(snapshot, **changes)


@pytest.mark.both_databases
def test_a_snapshot_comes_back_as_it_went_in(session):
    snapshot = make_snapshot()
    record = record_snapshot(session, snapshot, 7)
    session.expire_all()
    assert load_snapshot(session.get(SnapshotRecord, record.id)) == snapshot


@pytest.mark.both_databases
def test_the_newest_snapshot_of_a_ward_stands(session):
    record_snapshot(session, make_snapshot())
    newer = make_snapshot(as_of=date(2026, 4, 1))
    record_snapshot(session, newer)
    assert newest_snapshots(session) == {"00082": newer}


@given(st.permutations(make_snapshot().lots))
def test_the_hash_does_not_care_for_the_order_of_lots(lots):
    assert hash_snapshot(make_snapshot(lots=tuple(lots))) == hash_snapshot(make_snapshot())


def test_the_hash_sees_a_changed_answer():
    assert hash_snapshot(make_snapshot(facts=make_facts({"staff_total": 61}))) != hash_snapshot(make_snapshot())


def test_usable_machines_are_working_and_young_enough():
    lot = EquipmentLot("A01", good=10, degraded=2, broken=5, liquidation=4, unused=1, on_order=9, year=2019)
    assert count_usable(lot, date(2026, 12, 31), 7) == 13
    assert count_usable(lot, date(2027, 1, 1), 7) == 0
    assert count_usable(replace(lot, year=None), date(2026, 1, 1), 7) == 0
    assert count_usable(lot, date(2040, 1, 1), None) == 13


def test_an_item_over_the_city_counts_every_lot_once():
    wards = list(load_wards())
    holding = count_holding(load_catalogue()["A01"], wards, {"00082": make_snapshot()}, date(2026, 3, 1))
    assert (holding.total, holding.working, holding.worn_out) == (16, 15, 3)
    assert holding.by_owner == {Owner.WARD: 13, Owner.LEASED: 3}
    assert holding.by_year == {2012: 3, 2021: 13}
    assert sum(holding.by_owner.values()) == sum(holding.by_year.values()) == holding.total


def test_a_ward_that_did_not_answer_is_left_out():
    holding = count_holding(load_catalogue()["A03"], list(load_wards()), {"00082": make_snapshot()}, date(2026, 3, 1))
    assert holding.wards == ()
