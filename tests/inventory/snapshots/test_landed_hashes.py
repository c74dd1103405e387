"""What older versions hashed is whole after every upgrade, and its hashes are these."""

import hashlib

import pytest
from sqlalchemy import select, text
from sqlalchemy.orm import Session

from inventory.models import SnapshotRecord
from inventory.snapshots.repository import find_broken_snapshots, newest_hashes
from portal.database import make_engine
from portal.migration import head, migrate
from surveys.models import Submission
from surveys.submissions.rounds import open_round
from tests.factories.days import DEMO_DAY
from tests.landed_states.restore import NAMES, restore

# Of each state: how many snapshots, the hash over all their hashes, the hash of the first and of the last.
DEMO = (
    100,
    "46b3f3508cfb27caef02fae2b8f838fcc15a7b366a1d2693508e09c152e0b129",
    "b70c4a017840279bf2971ed96e2af7ac967b2add01b9d5782160f447be0acb25",
    "841f3643e324a0a2045b3d56deaae3476233b41b9888d1402a9e58666c5707cc",
)
PRODUCTION = {
    "2147a0d2": (
        2,
        "c680e60de607e4ee470731462269cc9fe83ae4a0108e11bd51661e1b9b40baf8",
        "296f28bee53483340a309c3bd5d4b6a522e128d0addd6bf1ef6e3eb85c7c2af6",
        "e183520ee914c7e823c6bc605fbea22090f4b9dcf7d89c6a342f8ce4ab5316ef",
    ),
    "d4f70c78": (
        2,
        "5d1b5576ce774daf5a12f368c8059c33a0cc5a9770d798bb918d5735e8508672",
        "02066352da23f70f50479123b2a158b79c2b4448a079755d5f4b741c77338006",
        "8a34e25de3b686ecb6ead72c885fe195264e2ac6303491a99847aad15a2b27dd",
    ),
    "ea9137f4": (
        2,
        "19dd6a36e531a1c280191335a301b0d9f5a71e5cca377c79d1c150d48386c033",
        "1a9e30c8709d74f95cb1daef42ec8c8e107ee2735bb17270f5d21e7963fd7069",
        "f2f7f469e0bb453bd51c2339d6a0da025068c600380ce0970d269b0e8522efb3",
    ),
    "0.2.0": (
        2,
        "835e448834015359803f7be4e5ba079beba7dd661f27ff2fa9a87bbe146264eb",
        "99cf215a526e065db92636fab844b27be14c8cc061569a199cc42891acf13dc1",
        "45f711fbda9f370e81dd21bf1d9914b0bf07ab3f6e8f4b604b38cd924a95e548",
    ),
    "0.3.0": (
        2,
        "1cdd1a358880d77fa59b2d27e79b53f98ba527b99f20e084d57a0d2c54fd45df",
        "129b4cd64537ee19f1826f95fb43f161e4604166620aaa8f500ff8a1745dca75",
        "f42695ac86cc2588a4af17d572010959d46c69f8c295231304e5b11983db3686",
    ),
}


def test_each_landed_state_in_use_has_its_hashes_here():
    # A state that is recorded later is hashed by a later rule too: add its line.
    assert set(NAMES) == set(PRODUCTION)


@pytest.mark.parametrize(
    ("name", "mode"), [*((name, "production") for name in PRODUCTION), ("2147a0d2", "demo"), ("0.3.0", "demo")]
)
def test_hashes_of_a_landed_state_hold_after_the_upgrade(tmp_path, name, mode):
    url = f"sqlite:///{tmp_path}/x.sqlite"
    restore(name, mode, url)
    engine = make_engine(url)
    with engine.connect() as connection:
        newest = "SELECT ward_code, sha256 FROM snapshot WHERE id IN (SELECT max(id) FROM snapshot GROUP BY ward_code)"
        newest_before = {row.ward_code: row.sha256 for row in connection.execute(text(newest))}
    migrate(engine)
    with Session(engine) as session:
        hashes = list(session.scalars(select(SnapshotRecord.sha256).order_by(SnapshotRecord.id)))
        digest = hashlib.sha256("".join(hashes).encode()).hexdigest()
        assert (len(hashes), digest, hashes[0], hashes[-1]) == (DEMO if mode == "demo" else PRODUCTION[name])
        assert find_broken_snapshots(session) == []
        assert newest_hashes(session) == newest_before
        assert set(session.scalars(select(SnapshotRecord.content_version))) == {1}
        assert None not in set(session.scalars(select(SnapshotRecord.round_id)))
    engine.dispose()


def test_where_a_submission_began_and_the_chain_are_found_anew(demo_app, demo_session):
    open_round(demo_session, "Đợt sau", DEMO_DAY, DEMO_DAY, "2026.1")
    demo_session.commit()
    bases = {row.id: row.base_sha256 for row in demo_session.scalars(select(Submission))}
    assert len([base for base in bases.values() if base]) == 100
    demo_session.close()
    engine = demo_app.extensions["engine"]
    assert migrate(engine, "0013") == "0013"
    assert migrate(engine) == head()
    assert {row.id: row.base_sha256 for row in demo_session.scalars(select(Submission))} == bases
    assert find_broken_snapshots(demo_session) == []
