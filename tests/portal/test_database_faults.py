"""A database that cannot do its work for a while: the right sentence, nothing half written, and no restart once it can again."""

import psycopg
import pytest
from sqlalchemy import event, select, text
from sqlalchemy.exc import OperationalError

from accounts.identity import Role
from accounts.models import AuditEntry, User
from portal import database
from portal.database import get_session, make_engine, session_scope

MANY = 200


@pytest.fixture
def administrator(sign_in):
    return sign_in(Role.ADMINISTRATOR)


@pytest.fixture
def account(app, sign_in):
    """The number of somebody's account."""
    sign_in(Role.LEADER, username="lanh.dao")
    with session_scope(app.extensions["engine"], writes=False) as session:
        return session.scalars(select(User.id).where(User.username == "lanh.dao")).one()


def lock_or_unlock(administrator, account, number):
    return administrator.post(f"/users/{account}/active", data={"active": str(number % 2)})


def count_lines(app):
    with session_scope(app.extensions["engine"], writes=False) as session:
        return len(session.scalars(select(AuditEntry.id).where(AuditEntry.action == "account:set-active")).all())


def fill_disk(engine, database_kind):
    """SQLite may grow no further; PostgreSQL says what it says on a full disk."""
    if database_kind == "postgresql":
        with session_scope(engine, writes=True) as session:
            session.execute(
                text(
                    "CREATE FUNCTION fail() RETURNS trigger LANGUAGE plpgsql AS "
                    "$$ BEGIN RAISE 'could not extend file' USING ERRCODE = 'disk_full'; END $$"
                )
            )
            session.execute(text("CREATE TRIGGER full_disk BEFORE INSERT ON audit_entry EXECUTE FUNCTION fail()"))
        return lambda: _run(engine, "DROP TRIGGER full_disk ON audit_entry")

    def limit(connection, _record):
        connection.execute("PRAGMA max_page_count=1")  # as few as it has

    engine.dispose()
    event.listen(engine, "connect", limit)

    def make_room():
        event.remove(engine, "connect", limit)
        engine.dispose()

    return make_room


def _run(engine, statement):
    with session_scope(engine, writes=True) as session:
        session.execute(text(statement))


@pytest.mark.both_databases
def test_a_full_disk_is_told_and_work_goes_on_once_there_is_room(app, administrator, account, database_kind):
    make_room = fill_disk(app.extensions["engine"], database_kind)
    answers = []
    while len(answers) < MANY and (not answers or answers[-1].status_code == 302):
        answers.append(lock_or_unlock(administrator, account, len(answers)))
    assert answers[-1].status_code == 503
    assert "Ổ đĩa của cơ sở dữ liệu đã đầy" in answers[-1].text
    # Others are not kept waiting for a writer who has failed, and pages open.
    assert administrator.get(f"/users/{account}").status_code == 200
    assert count_lines(app) == len(answers) - 1
    make_room()
    assert lock_or_unlock(administrator, account, 1).status_code == 302
    assert count_lines(app) == len(answers)


def test_who_has_waited_too_long_for_a_writer_is_told(app, administrator, account, monkeypatch):
    monkeypatch.setattr(database, "BUSY_SECONDS", 0)
    other = make_engine(app.extensions["engine"].url.render_as_string())
    with session_scope(other, writes=True) as session:
        session.execute(text("SELECT 1"))
        answer = lock_or_unlock(administrator, account, 0)
    other.dispose()
    assert answer.status_code == 503
    assert "đang bận một việc lâu" in answer.text
    # Nobody looks signed out by it.
    assert "Đăng xuất" in answer.text
    assert lock_or_unlock(administrator, account, 0).status_code == 302


def test_a_writer_who_fails_in_any_way_makes_nobody_wait(app, administrator, account, monkeypatch):
    monkeypatch.setattr(database, "BUSY_SECONDS", 0)
    change, failed = app.view_functions["accounts.user_active"], []

    def fail_once(user_id):
        if failed:
            return change(user_id=user_id)
        # Kept, as a report of the error keeps the frames that led to it.
        failed.append(get_session())
        failed[0].execute(text("SELECT 1"))
        raise OperationalError("SELECT 1", {}, psycopg.errors.DiskFull())

    fail_once.writes, fail_once.permission = change.writes, change.permission
    monkeypatch.setitem(app.view_functions, "accounts.user_active", fail_once)
    assert lock_or_unlock(administrator, account, 0).status_code == 503
    assert lock_or_unlock(administrator, account, 0).status_code == 302


@pytest.mark.parametrize(
    ("error", "sentence"),
    [
        (psycopg.errors.CannotConnectNow(), "tạm thời không trả lời"),
        (psycopg.OperationalError("connection refused"), "tạm thời không trả lời"),
        (psycopg.errors.TooManyConnections(), "tạm thời không trả lời"),
        (psycopg.errors.DeadlockDetected(), "đang bận một việc lâu"),
        (psycopg.errors.DiskFull(), "đã đầy"),
    ],
)
def test_what_postgresql_says_is_told_even_if_it_answers_again_by_then(app, client, monkeypatch, error, sentence):
    def fail():
        raise OperationalError("SELECT 1", {}, error)

    monkeypatch.setitem(app.view_functions, "portal.home", fail)
    answer = client.get("/")
    assert answer.status_code == 503
    assert sentence in answer.text
