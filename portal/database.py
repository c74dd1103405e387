"""The database: one engine per application, one session per request. A view that writes says so; the session of a GET only reads."""

import sqlite3
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from functools import partial, wraps
from typing import ParamSpec, TypeVar

from flask import Flask, current_app, g, has_app_context, request
from flask.typing import ResponseReturnValue
from sqlalchemy import Connection, Engine, MetaData, create_engine, event
from sqlalchemy.exc import OperationalError, SQLAlchemyError
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


def make_engine(url: str, *, is_durable: bool = False) -> Engine:
    """An engine for SQLite or PostgreSQL. ``is_durable``: what SQLite has committed outlives a loss of power as well, for an fsync each.

    On SQLite a writing transaction begins with BEGIN IMMEDIATE: a snapshot that has gone stale cannot be upgraded, so
    with a plain BEGIN one of two writers would be refused at once, whatever the time-out.
    """
    # A server that was restarted meanwhile is found out before a request uses the connection.
    engine = create_engine(url, pool_pre_ping=True, hide_parameters=True)
    _note_writers(engine)
    if engine.dialect.name == "sqlite":
        event.listen(engine, "connect", partial(_prepare_sqlite, synchronous="FULL" if is_durable else "NORMAL"))
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
    """The session of this request, opened on first use. In a view that writes it begins with the lock of a writer.

    So such a view first reads what was uploaded, hashes and computes (``reading_session`` looks things up), and asks for this one at last.
    """
    if "session" not in g:
        engine: Engine = current_app.extensions["engine"]
        g.session = Session(engine.execution_options(writes=is_writing()))
        check: Callable[[Session], None] | None = g.pop("check_before_writing", None)
        if check is not None:
            check(g.session)
    session: Session = g.session
    return session


def drop_session() -> None:
    """Throw away the session of this request, for the database has failed it: what is drawn from now on gets another."""
    session: Session | None = g.pop("session", None)
    if session is not None:
        with suppress(SQLAlchemyError):
            session.close()


def check_before_writing(check: Callable[[Session], None]) -> None:
    """Have this looked at once more when the session of this request takes the lock of a writer. What the check raises ends the request."""
    g.check_before_writing = check


@contextmanager
def reading_session() -> Iterator[Session]:
    """A session that only reads, whatever the request is about to do: so it neither waits for a writer nor keeps one waiting."""
    if is_writing():
        with session_scope(current_app.extensions["engine"], writes=False) as session:
            yield session
    else:
        yield get_session()


def read_one_moment() -> None:
    """Let the session of a job only read, and see the database as it stands at one moment: what was looked up is what is worked on.

    On SQLite a session that reads does so by itself.
    """
    engine: Engine = current_app.extensions["engine"].execution_options(writes=False)
    if engine.dialect.name == "postgresql":
        engine = engine.execution_options(isolation_level="REPEATABLE READ")
    g.session = Session(engine)


def is_writing() -> bool:
    """Whether this request was sent to a view that writes, so that its session begins with the lock of a writer."""
    view = current_app.view_functions.get(request.endpoint or "") if request else None
    condition: Callable[[], bool] | None = getattr(view, "writes", None)
    return condition is not None and request.method not in ("GET", "HEAD", "OPTIONS") and condition()


def holds_writers() -> bool:
    """Whether this request or command is within a transaction that writes, and so keeps every other writer waiting.

    What takes long (a file, a password, another host) has no place there; the tests refuse it.
    """
    return has_app_context() and bool(g.get("writing_connections"))


P = ParamSpec("P")
T = TypeVar("T")


def writes(view: Callable[P, ResponseReturnValue]) -> Callable[P, ResponseReturnValue]:
    """Mark a view that writes. Its changes are kept when it returns, and thrown away when it raises."""
    return writes_when(lambda: True)(view)


def writes_when(condition: Callable[[], bool]) -> Callable[[Callable[P, ResponseReturnValue]], Callable[P, ResponseReturnValue]]:
    """Mark a view that writes only where the condition holds for its request; a rehearsal gets a session that only reads."""

    def mark(view: Callable[P, ResponseReturnValue]) -> Callable[P, ResponseReturnValue]:
        return _commit_after(view, condition)

    return mark


def _commit_after(view: Callable[P, ResponseReturnValue], condition: Callable[[], bool]) -> Callable[P, ResponseReturnValue]:
    @wraps(view)
    def commit_after(*args: P.args, **kwargs: P.kwargs) -> ResponseReturnValue:
        response = view(*args, **kwargs)
        # A view that found nothing to write has not asked for the session, and a rehearsal keeps nothing.
        if "session" in g and is_writing():
            get_session().commit()
        return response

    commit_after.writes = condition  # type: ignore[attr-defined]  # read by is_writing and by the house rules
    return commit_after


def init_app(app: Flask, url: str, *, is_durable: bool) -> None:
    """Give the application its engine, and close the session at the end of each request."""
    app.extensions["engine"] = make_engine(url, is_durable=is_durable)
    app.teardown_appcontext(_close_session)


def _close_session(_error: BaseException | None) -> None:
    session: Session | None = g.pop("session", None)
    if session is not None:
        session.close()


def _prepare_sqlite(connection: sqlite3.Connection, _record: object, synchronous: str) -> None:
    connection.isolation_level = None
    for pragma in (f"busy_timeout={BUSY_SECONDS * 1000}", f"synchronous={synchronous}", "foreign_keys=ON"):
        connection.execute(f"PRAGMA {pragma}")
    _turn_on_wal(connection)


def _turn_on_wal(connection: sqlite3.Connection) -> None:
    # Turning it on takes a lock that busy_timeout does not wait for: of four first starts at once, one would be refused.
    for _ in range(WAL_TRIES):
        try:
            connection.execute("PRAGMA journal_mode=WAL")
            return
        except sqlite3.OperationalError as error:
            # A file that cannot be written stays so.
            if error.sqlite_errorcode != sqlite3.SQLITE_BUSY:
                raise
        time.sleep(WAL_PAUSE)
    connection.execute("PRAGMA journal_mode=WAL")


def _note_writers(engine: Engine) -> None:
    """Let a request know that it is within a transaction that writes."""

    def begin(connection: Connection) -> None:
        if has_app_context() and connection.get_execution_options().get("writes", True):
            g.setdefault("writing_connections", set()).add(id(connection))

    def end(connection: Connection) -> None:
        if has_app_context():
            g.get("writing_connections", set()).discard(id(connection))

    event.listen(engine, "begin", begin)
    event.listen(engine, "commit", end)
    event.listen(engine, "rollback", end)


def _queue_writers(engine: Engine) -> None:
    """Let the writers of this process queue for a lock: SQLite itself retries after ever longer pauses, so that some wait for seconds."""
    lock = threading.Lock()

    def begin(connection: Connection) -> None:
        if not connection.get_execution_options().get("writes", True):
            connection.exec_driver_sql("BEGIN")
            return
        patience = connection.get_execution_options().get("patience", BUSY_SECONDS)
        end = time.monotonic() + patience
        # Who waits too long goes on, and is told by the database itself that it is locked.
        connection.info["holds_writer_lock"] = lock.acquire(timeout=patience)
        # What was waited for a writer of this process is not waited once more for one of another.
        remaining = max(0, end - time.monotonic())
        try:
            connection.exec_driver_sql(f"PRAGMA busy_timeout={remaining * 1000:.0f}")
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


def write_separately(record: Callable[[Session], T]) -> T:
    """Write in a short transaction of its own: the line that a download leaves in the audit trail, a try that counts whatever comes of it."""
    with session_scope(current_app.extensions["engine"], writes=True) as session:
        return record(session)


def write_if_free(record: Callable[[Session], None]) -> None:
    """Write like ``write_separately`` what is not worth waiting for: while another writes, or the database cannot be written, it is left."""
    engine: Engine = current_app.extensions["engine"]
    with suppress(OperationalError), session_scope(engine.execution_options(patience=0), writes=True) as session:
        record(session)
