"""Writers of one process on SQLite: one after another, none lost, none blocked by somebody's error."""

import threading

import pytest
from flask import Flask
from sqlalchemy import text

from portal import wiring
from portal.database import make_engine, session_scope
from portal.settings import read_settings
from tests.support.applications import production_environment


@pytest.fixture
def engine(tmp_path):
    engine = make_engine(f"sqlite:///{tmp_path}/writers.sqlite")
    with session_scope(engine, writes=True) as session:
        session.execute(text("CREATE TABLE tally (n INTEGER)"))
        session.execute(text("INSERT INTO tally VALUES (0)"))
    yield engine
    engine.dispose()


def count(engine):
    with session_scope(engine, writes=False) as session:
        return session.scalar(text("SELECT n FROM tally"))


def add_one(engine):
    with session_scope(engine, writes=True) as session:
        value = session.scalar(text("SELECT n FROM tally"))
        session.execute(text("UPDATE tally SET n = :n"), {"n": value + 1})


def test_what_is_read_before_it_is_written_is_never_lost(engine):
    def work():
        for _ in range(25):
            add_one(engine)

    threads = [threading.Thread(target=work) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert count(engine) == 200


def test_the_second_waits_for_the_first_and_a_reader_for_nobody(engine):
    order = []
    has_lock, may_end = threading.Event(), threading.Event()

    def first():
        with session_scope(engine, writes=True) as session:
            session.execute(text("UPDATE tally SET n = 7"))
            has_lock.set()
            may_end.wait(60)
            order.append("first")

    def second():
        add_one(engine)
        order.append("second")

    threads = [threading.Thread(target=first), threading.Thread(target=second)]
    threads[0].start()
    assert has_lock.wait(60)
    threads[1].start()
    assert count(engine) == 0
    may_end.set()
    for thread in threads:
        thread.join(60)
    assert order == ["first", "second"]
    assert count(engine) == 8


def test_an_error_releases_the_lock(engine):
    with pytest.raises(ZeroDivisionError), session_scope(engine, writes=True) as session:
        session.execute(text("UPDATE tally SET n = 99"))
        raise ZeroDivisionError
    add_one(engine)
    assert count(engine) == 1


@pytest.mark.parametrize(("mode", "synchronous"), [("production", "FULL"), ("demo", "NORMAL")])
def test_what_real_use_has_saved_outlives_a_loss_of_power(tmp_path, mode, synchronous):
    app = Flask("x")
    environ = production_environment(f"sqlite:///{tmp_path}/x.sqlite") | {"WARD_MODE": mode}
    wiring.init_app(app, read_settings(environ, tmp_path))
    with app.extensions["engine"].connect() as connection:
        pragmas = {name: connection.exec_driver_sql(f"PRAGMA {name}").scalar() for name in ("synchronous", "foreign_keys")}
    app.extensions["engine"].dispose()
    assert pragmas == {"synchronous": ("OFF", "NORMAL", "FULL").index(synchronous), "foreign_keys": 1}
