"""Which snapshot of a ward stands, what came before, and what their rounds are called."""

import warnings
from datetime import date, timedelta
from decimal import Decimal

import pytest
from sqlalchemy import text

from inventory.models import SnapshotRecord
from inventory.snapshots.repository import (
    find_broken_snapshots,
    list_rounds,
    list_snapshot_references,
    load_snapshot,
    newest_hashes,
    previous_round_hashes,
    record_snapshot,
    snapshots_of_round,
)
from inventory.snapshots.snapshot import Connection, ConnectionKind
from surveys.submissions.rounds import current_round, open_round
from tests.factories.days import DEMO_DAY
from tests.factories.snapshots import known_snapshot, make_facts

APPROVED_AT = known_snapshot().approved_at
MARCH, APRIL = date(2026, 3, 1), date(2026, 4, 1)


@pytest.mark.both_databases
def test_the_newest_is_that_of_the_latest_day_not_of_the_last_approval(session):
    april = record_snapshot(session, known_snapshot(as_of=APRIL, round_id=2, approved_at=APPROVED_AT))
    march = record_snapshot(session, known_snapshot(as_of=MARCH, approved_at=APPROVED_AT + timedelta(days=60)))
    assert newest_hashes(session) == {"00082": april.sha256}
    assert previous_round_hashes(session) == {"00082": march.sha256}
    assert [reference.sha256 for reference in list_snapshot_references(session)] == [march.sha256, april.sha256]
    assert [known.id for known in list_rounds(session)] == [2, 1]
    assert snapshots_of_round(session, 1) == {"00082": load_snapshot(march)}


@pytest.mark.both_databases
def test_of_one_day_the_last_approval_stands_and_of_one_moment_the_last_record(session):
    first = record_snapshot(session, known_snapshot(approved_at=APPROVED_AT + timedelta(hours=1)))
    second = record_snapshot(session, known_snapshot(approved_at=APPROVED_AT))
    assert newest_hashes(session) == {"00082": first.sha256}
    third = record_snapshot(session, known_snapshot(approved_at=APPROVED_AT + timedelta(hours=1), lots=()))
    assert newest_hashes(session) == {"00082": third.sha256}
    # The chain is that of the records, whatever day they speak of.
    assert [record.previous_sha256 for record in (first, second, third)] == [None, first.sha256, second.sha256]


@pytest.mark.both_databases
@pytest.mark.parametrize(
    "harm",
    [
        "UPDATE snapshot SET previous_sha256 = NULL WHERE id = (SELECT max(id) FROM snapshot)",
        "UPDATE snapshot SET as_of = '2026-03-02' WHERE id = (SELECT max(id) FROM snapshot)",
        "UPDATE snapshot SET round_id = 9 WHERE id = (SELECT max(id) FROM snapshot)",
        "DELETE FROM snapshot WHERE id = (SELECT min(id) FROM snapshot)",
    ],
)
def test_what_was_changed_or_taken_out_of_the_chain_is_found(session, harm):
    empty = {"facts": {}, "lots": (), "connections": ()}
    for day in (MARCH, APRIL):
        record_snapshot(session, known_snapshot(as_of=day, **empty))
    assert find_broken_snapshots(session) == []
    session.execute(text(harm))
    session.expire_all()
    assert len(find_broken_snapshots(session)) >= 1


@pytest.mark.both_databases
def test_decimals_and_days_are_stored_exactly(session):
    snapshot = known_snapshot(
        facts=make_facts(
            {"down": Decimal("187.5"), "tiny": Decimal("0.001"), "until": date(2027, 1, 31), "floors": 3, "yes": False}
        ),
        connections=(
            Connection(ConnectionKind.INTERNET, "Nhà mạng A", Decimal("187.5"), 250),
            Connection(ConnectionKind.TSLCD, "Nhà mạng B", None, Decimal("99.99")),
        ),
    )
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        record = record_snapshot(session, snapshot)
        session.expire_all()
        stored = load_snapshot(session.get(SnapshotRecord, record.id))
    assert stored == snapshot
    assert [type(fact.value) for fact in stored.facts.values()] == [type(stored.facts[key].value) for key in stored.facts]
    assert find_broken_snapshots(session) == []


def test_a_round_is_called_what_it_is_called_today_on_every_page(demo_session, demo_sign_in):
    code, old_name = "00070", current_round(demo_session).name
    hashes = newest_hashes(demo_session)
    current_round(demo_session).name = "Đợt mang tên mới"
    open_round(demo_session, "Đợt sau", DEMO_DAY, DEMO_DAY, "2026.1")
    demo_session.commit()
    assert newest_hashes(demo_session) == hashes
    assert find_broken_snapshots(demo_session) == []
    assert [known.name for known in list_rounds(demo_session)] == ["Đợt mang tên mới"]
    demo_session.rollback()
    client, addresses = demo_sign_in("taichinh"), (f"/inventory/wards/{code}", f"/readiness/wards/{code}", "/readiness/history")
    for address in (*addresses, "/readiness/trend"):
        page = client.get(address).text
        assert "Đợt mang tên mới" in page, address
        assert old_name not in page, address
