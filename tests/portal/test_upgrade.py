"""Upgrades: what an older version left is all there, and a database whose rows do not fit together stays as it was."""

import lzma

import pytest
from sqlalchemy import inspect, text

from portal.database import make_engine
from portal.migration import MigrationError, current_version, head, migrate
from portal.version import VERSION
from tests.landed_states.restore import FOLDER, LARGEST, NAMES, path_of, restore
from tests.landed_states.rows import REWRITTEN, lost_rows, read_rows


@pytest.fixture
def restored_engine(tmp_path):
    """``restored_engine("2147a0d2", "demo")`` gives a SQLite database of that state."""
    engines = []

    def restored(name, mode):
        url = f"sqlite:///{tmp_path}/{name}-{mode}.sqlite"
        restore(name, mode, url)
        engines.append(make_engine(url))
        return engines[-1]

    yield restored
    for engine in engines:
        engine.dispose()


def pragma(engine, name):
    with engine.connect() as connection:
        return connection.exec_driver_sql(f"PRAGMA {name}").fetchall()


@pytest.mark.parametrize(("name", "mode"), [("2147a0d2", "demo"), ("d4f70c78", "production")])
def test_every_row_of_an_older_version_is_there(restored_engine, name, mode):
    engine = restored_engine(name, mode)
    before = read_rows(engine)
    assert len(before["submission"]) == 126
    assert migrate(engine) == head()
    assert lost_rows(before, read_rows(engine), REWRITTEN) == []
    assert pragma(engine, "integrity_check") == [("ok",)]
    assert pragma(engine, "foreign_key_check") == []
    assert pragma(engine, "foreign_keys") == [(1,)]


def test_rows_that_hang_on_nothing_stop_the_upgrade_and_change_nothing(restored_engine):
    engine = restored_engine("2147a0d2", "production")
    with engine.connect() as connection:
        connection.connection.driver_connection.execute("PRAGMA foreign_keys=OFF")
        connection.execute(text("DELETE FROM standard"))
        connection.commit()
        connection.connection.driver_connection.execute("PRAGMA foreign_keys=ON")
    with pytest.raises(MigrationError, match="bảng round: 1 dòng trỏ tới dòng không có trong bảng standard"):
        migrate(engine)
    assert current_version(engine) == "0001"
    assert not inspect(engine).has_table("standard_draft")
    assert pragma(engine, "foreign_keys") == [(1,)]


@pytest.mark.parametrize("name", NAMES)
def test_a_state_is_recorded_for_both_modes_and_databases_and_small(name):
    for mode in ("demo", "production"):
        for kind in ("sqlite", "postgresql"):
            path = path_of(name, mode, kind)
            assert path.stat().st_size <= LARGEST, "leave rows out that others of the same kind stand for"
            assert b"INSERT INTO" in lzma.decompress(path.read_bytes())


def test_this_version_is_recorded():
    assert VERSION in NAMES, f"python -m tests.landed_states.record, before {VERSION} is released"
    assert {path.suffixes[-2:] == [".sql", ".xz"] for path in FOLDER.iterdir() if path.suffix not in (".py", "")} == {True}


BEFORE = {"ward": [{"code": "1", "name": "a"}, {"code": "2", "name": "b"}], "empty": []}


@pytest.mark.parametrize(
    ("after", "lost"),
    [
        (BEFORE, 0),
        ({"ward": [{"code": "2", "name": "b", "new": 1}, {"code": "1", "name": "a", "new": 2}]}, 0),
        ({"ward": [{"code": "1", "name": "a"}]}, 1),
        ({"ward": [{"code": "1", "name": "a"}, {"code": "2", "name": "c"}]}, 1),
        ({"ward": []}, 1),
        ({}, 1),
    ],
)
def test_a_lost_row_is_told(after, lost):
    assert len(lost_rows(BEFORE, after)) == lost
