"""What older versions hashed is whole after every upgrade, and its hashes are these."""

import hashlib
import os
from decimal import Decimal

import pytest
from sqlalchemy import select, text
from sqlalchemy.orm import Session

from inventory.models import SnapshotRecord
from inventory.snapshots.repository import find_broken_snapshots, newest_hashes, record_snapshot
from inventory.snapshots.snapshot import Connection, ConnectionKind
from portal.database import make_engine
from portal.migration import MigrationError, current_version, head, migrate
from surveys.models import Submission
from surveys.submissions.rounds import open_round
from tests.factories.days import DEMO_DAY
from tests.factories.snapshots import known_snapshot
from tests.landed_states.restore import NAMES, restore
from tests.support.databases import created_database, render

# The version of the database before snapshots were chained.
BEFORE_CHAINS = "0016"
# The hash over the hashes of all snapshots of each state. The demo is the same in all of them by one version of content, and what was in use
# was recorded for each database.
DEMO = {
    1: "46b3f3508cfb27caef02fae2b8f838fcc15a7b366a1d2693508e09c152e0b129",
    2: "ab8fdb96d5e10914bbcefc3c83a359b8a9b3aa245aa18728b082fd01213dc8b9",
}
# Of the demo, the first and the last one whole.
WHOLE = {
    1: (
        "b70c4a017840279bf2971ed96e2af7ac967b2add01b9d5782160f447be0acb25",
        "841f3643e324a0a2045b3d56deaae3476233b41b9888d1402a9e58666c5707cc",
    ),
    2: (
        "914d82a0bc1efb0c524be009f84e5ee82d4f3c5934a70354d3bae94d869b2456",
        "9218fde8e9ceb945ccbcea3653d320125a976432d9333d0b14653915c858c469",
    ),
}
IN_USE = {
    "sqlite": {
        "2147a0d2": "c680e60de607e4ee470731462269cc9fe83ae4a0108e11bd51661e1b9b40baf8",
        "d4f70c78": "5d1b5576ce774daf5a12f368c8059c33a0cc5a9770d798bb918d5735e8508672",
        "ea9137f4": "19dd6a36e531a1c280191335a301b0d9f5a71e5cca377c79d1c150d48386c033",
        "0.2.0": "835e448834015359803f7be4e5ba079beba7dd661f27ff2fa9a87bbe146264eb",
        "0.3.0": "1cdd1a358880d77fa59b2d27e79b53f98ba527b99f20e084d57a0d2c54fd45df",
        "0.4.0": "a693a34133ff24cb6544584e339730f62b1d0605127d075e8557bd5310917680",
        "0.5.0": "463e22051983ce8b6ad0a73fd51278b4550f39a83f3e82c09159d54d5f7aef76",
    },
    "postgresql": {
        "2147a0d2": "a81d282a17a52bb0f0f8efadd4835f2fe919b40a898e6c908e49ba9569a5cb70",
        "d4f70c78": "a778197201b3d3e90d1afa9a68c560b498b47a9639e6530878763f9d7f89c997",
        "ea9137f4": "a577844fe3eb36181ab50b06ca8e6eea5917b2e0fcd30d7ac29b5c5240f2139d",
        "0.2.0": "61bbfe445f101e9d60e6a449a601ef14c87cd4e0aea9bf67bdea47a321e85c8b",
        "0.3.0": "cbf35ea6ac8e8a40c34fee10a46c86afd488eedf9b27087f212a5bd20962b5b8",
        "0.4.0": "edff2265322c10045e01ae6d38ef29751d781508f0b724120368d978d4ab9781",
        "0.5.0": "fa3ca01f70f3269a15c1e1bd04f2709a27d405d84f581ec02e3ae73dc1f2ac48",
    },
}
CONTENT_VERSIONS = dict.fromkeys(IN_USE["sqlite"], 1) | {"0.4.0": 2, "0.5.0": 2}
STATES = [
    *((name, "production") for name in IN_USE["sqlite"]),
    ("2147a0d2", "demo"),
    ("0.3.0", "demo"),
    ("0.4.0", "demo"),
    ("0.5.0", "demo"),
]


@pytest.fixture
def empty_url(database_kind, request, tmp_path):
    """The address of a database without a table."""
    if database_kind == "sqlite":
        yield f"sqlite:///{tmp_path}/x.sqlite"
        return
    name = f"landed_{os.environ.get('PYTEST_XDIST_WORKER', 'gw0')}"
    with created_database(request.getfixturevalue("postgres_admin"), name):
        yield render(request.getfixturevalue("postgres_server").set(database=name))


def test_each_landed_state_has_its_hashes_here():
    # A state that is recorded later is hashed by a later rule too: add its line.
    assert set(NAMES) == set(IN_USE["sqlite"]) == set(IN_USE["postgresql"])


@pytest.mark.both_databases
@pytest.mark.parametrize(("name", "mode"), STATES)
def test_hashes_of_a_landed_state_hold_after_the_upgrade(empty_url, database_kind, name, mode):
    restore(name, mode, empty_url)
    engine = make_engine(empty_url)
    with engine.connect() as connection:
        newest = "SELECT ward_code, sha256 FROM snapshot WHERE id IN (SELECT max(id) FROM snapshot GROUP BY ward_code)"
        newest_before = {row.ward_code: row.sha256 for row in connection.execute(text(newest))}
    migrate(engine)
    with Session(engine) as session:
        hashes = list(session.scalars(select(SnapshotRecord.sha256).order_by(SnapshotRecord.id)))
        digest = hashlib.sha256("".join(hashes).encode()).hexdigest()
        content_version = CONTENT_VERSIONS[name]
        assert digest == (DEMO[content_version] if mode == "demo" else IN_USE[database_kind][name])
        assert mode != "demo" or (hashes[0], hashes[-1]) == WHOLE[content_version]
        assert find_broken_snapshots(session) == []
        assert newest_hashes(session) == newest_before
        assert set(session.scalars(select(SnapshotRecord.content_version))) == {content_version}
        assert None not in set(session.scalars(select(SnapshotRecord.round_id)))
    engine.dispose()


def test_where_a_submission_began_and_the_chain_are_found_anew(demo_app, demo_session):
    open_round(demo_session, "Đợt sau", DEMO_DAY, DEMO_DAY, "2026.1")
    demo_session.commit()
    bases = {row.id: row.base_sha256 for row in demo_session.scalars(select(Submission))}
    assert len([base for base in bases.values() if base]) == 100
    demo_session.close()
    engine = demo_app.extensions["engine"]
    assert migrate(engine, BEFORE_CHAINS) == BEFORE_CHAINS
    assert migrate(engine) == head()
    assert {row.id: row.base_sha256 for row in demo_session.scalars(select(Submission))} == bases
    assert find_broken_snapshots(demo_session) == []


@pytest.mark.both_databases
def test_a_speed_that_the_older_program_cannot_hold_stops_the_way_down(app, session):
    record_snapshot(session, known_snapshot(connections=(Connection(ConnectionKind.INTERNET, "A", Decimal("187.5")),)))
    session.commit()
    with pytest.raises(MigrationError, match="tốc độ lẻ"):
        migrate(app.extensions["engine"], BEFORE_CHAINS)
    assert current_version(app.extensions["engine"]) == head()
