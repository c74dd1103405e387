from dataclasses import replace
from datetime import date

import pytest

from inventory.catalogue import load_catalogue
from inventory.models import SnapshotRecord
from inventory.snapshots.holdings import count_holding
from inventory.snapshots.repository import load_snapshot, newest_snapshots, record_snapshot
from inventory.snapshots.snapshot import EquipmentLot, Owner, count_usable
from inventory.wards.wards import load_wards
from tests.factories.snapshots import known_snapshot


@pytest.mark.both_databases
def test_a_snapshot_comes_back_as_it_went_in(session):
    snapshot = known_snapshot()
    record = record_snapshot(session, snapshot, 7)
    session.expire_all()
    assert load_snapshot(session.get(SnapshotRecord, record.id)) == snapshot


@pytest.mark.both_databases
def test_the_newest_snapshot_of_a_ward_stands(session):
    record_snapshot(session, known_snapshot())
    newer = record_snapshot(session, known_snapshot(as_of=date(2026, 4, 1)))
    assert newest_snapshots(session) == {"00082": load_snapshot(newer)}


def test_usable_machines_are_working_and_young_enough():
    lot = EquipmentLot("A01", good=10, degraded=2, broken=5, liquidation=4, unused=1, on_order=9, year=2019)
    assert count_usable(lot, date(2026, 12, 31), 7) == 13
    assert count_usable(lot, date(2027, 1, 1), 7) == 0
    assert count_usable(replace(lot, year=None), date(2026, 1, 1), 7) == 0
    assert count_usable(lot, date(2040, 1, 1), None) == 13


def test_an_item_over_the_city_counts_every_lot_once():
    wards = list(load_wards())
    holding = count_holding(load_catalogue()["A01"], wards, {"00082": known_snapshot()}, date(2026, 3, 1))
    assert (holding.total, holding.working, holding.worn_out) == (16, 15, 3)
    assert holding.by_owner == {Owner.WARD: 13, Owner.LEASED: 3}
    assert holding.by_year == {2012: 3, 2021: 13}
    assert sum(holding.by_owner.values()) == sum(holding.by_year.values()) == holding.total


def test_a_ward_that_did_not_answer_is_left_out():
    holding = count_holding(load_catalogue()["A03"], list(load_wards()), {"00082": known_snapshot()}, date(2026, 3, 1))
    assert holding.wards == ()
