"""The database: one engine per application, one session per request. A view that writes says so; a GET never writes."""

import sqlite3
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from functools import wraps
from typing import ParamSpec

from flask import Flask, current_app, g, request
from flask.typing import ResponseReturnValue
from sqlalchemy import Connection, Engine, MetaData, create_engine, event
from sqlalchemy.orm import DeclarativeBase, Session

# SQLite lets its waiting writers retry by chance, not in turn: on a machine that is short of time one of a hundred has waited for ten
# seconds. A save that comes late is a save; one that is refused is work lost.
BUSY_SECONDS = 30
# As long in all.
WAL_TRIES, WAL_PAUSE = 600, 0.05

NAMING = {
    "ix": "ix_%(column_0_label)s",
    "uq": "uq_%(table_name)s_%(column_0_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_name)s",
    "pk": "pk_%(table_name)s",
}


class Base(DeclarativeBase):
    """The base of every table. Constraints have names so that a migration can speak of them on both databases."""

    metadata = MetaData(naming_convention=NAMING)


def make_engine(url: str) -> Engine:
    """An engine for SQLite or PostgreSQL.

    On SQLite a writing transaction begins with BEGIN IMMEDIATE: a snapshot that has gone stale cannot be upgraded, so
    with a plain BEGIN one of two writers would be refused at once, whatever the time-out.
    """
    engine = create_engine(url)
    if engine.dialect.name == "sqlite":
        event.listen(engine, "connect", _prepare_sqlite)
        _queue_writers(engine)
    return engine


@contextmanager
def session_scope(engine: Engine, *, writes: bool) -> Iterator[Session]:
    """A session outside a request. It commits at the end where it writes, and rolls back on any error."""
    with Session(engine.execution_options(writes=writes)) as session:
        yield session
        if writes:
            session.commit()


def get_session() -> Session:
    """The session of this request, opened on first use."""
    if "session" not in g:
        engine: Engine = current_app.extensions["engine"]
        g.session = Session(engine.execution_options(writes=is_writing()))
    session: Session = g.session
    return session


@contextmanager
def reading_session() -> Iterator[Session]:
    """A session that only reads, whatever the request is about to do: so it neither waits for a writer nor keeps one waiting."""
    if is_writing():
        with session_scope(current_app.extensions["engine"], writes=False) as session:
            yield session
    else:
        yield get_session()


def is_writing() -> bool:
    """Whether this request was sent to a view that writes, so that its session begins with the lock of a writer."""
    view = current_app.view_functions.get(request.endpoint or "") if request else None
    return bool(getattr(view, "writes", False)) and request.method not in ("GET", "HEAD", "OPTIONS")


P = ParamSpec("P")


def writes(view: Callable[P, ResponseReturnValue]) -> Callable[P, ResponseReturnValue]:
    """Mark a view that writes. Its changes are kept when it returns, and thrown away when it raises."""

    @wraps(view)
    def commit_after(*args: P.args, **kwargs: P.kwargs) -> ResponseReturnValue:
        response = view(*args, **kwargs)
        get_session().commit()
        return response

    commit_after.writes = True  # type: ignore[attr-defined]  # read by is_writing and by the house rules
    return commit_after


def init_app(app: Flask, url: str) -> None:
    """Give the application its engine, and close the session at the end of each request."""
    app.extensions["engine"] = make_engine(url)
    app.teardown_appcontext(_close_session)


def _close_session(_error: BaseException | None) -> None:
    session: Session | None = g.pop("session", None)
    if session is not None:
        session.close()


def _prepare_sqlite(connection: sqlite3.Connection, _record: object) -> None:
    connection.isolation_level = None
    for pragma in (f"busy_timeout={BUSY_SECONDS * 1000}", "synchronous=NORMAL", "foreign_keys=ON"):
        connection.execute(f"PRAGMA {pragma}")
    _turn_on_wal(connection)


def _turn_on_wal(connection: sqlite3.Connection) -> None:
    # Turning it on takes a lock that busy_timeout does not wait for: of four first starts at once, one would be refused.
    for _ in range(WAL_TRIES):
        with suppress(sqlite3.OperationalError):
            connection.execute("PRAGMA journal_mode=WAL")
            return
        time.sleep(WAL_PAUSE)
    connection.execute("PRAGMA journal_mode=WAL")


def _queue_writers(engine: Engine) -> None:
    """Let the writers of this process queue for a lock: SQLite itself retries after ever longer pauses, so that some wait for seconds."""
    lock = threading.Lock()

    def begin(connection: Connection) -> None:
        if not connection.get_execution_options().get("writes", True):
            connection.exec_driver_sql("BEGIN")
            return
        # Who waits too long goes on, and is told by the database itself that it is locked.
        connection.info["holds_writer_lock"] = lock.acquire(timeout=BUSY_SECONDS)
        try:
            connection.exec_driver_sql("BEGIN IMMEDIATE")
        except Exception:
            release(connection)
            raise

    def release(connection: Connection) -> None:
        if connection.info.pop("holds_writer_lock", False):
            lock.release()

    event.listen(engine, "begin", begin)
    event.listen(engine, "commit", release)
    event.listen(engine, "rollback", release)


def write_separately(record: Callable[[Session], None]) -> None:
    """Write from a GET in a short, separate transaction: for the line that a download leaves in the audit trail."""
    with session_scope(current_app.extensions["engine"], writes=True) as session:
        record(session)
