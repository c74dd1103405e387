"""Where the queue lies: a SQLite file of its own, so that no job takes the writer of the application; with PostgreSQL, a schema of its own."""

import json
from contextlib import closing
from typing import Any

import psycopg
from huey import Huey
from huey.registry import Message
from huey.serializer import Serializer
from huey.storage import PostgresStorage, SqliteStorage
from sqlalchemy import Engine

from portal.settings import Settings, make_instance

NAME, FILE, SCHEMA = "jobs", "jobs.sqlite", "jobs"
BUSY_SECONDS = 30


class JsonSerializer(Serializer):  # type: ignore[misc]  # huey has no types
    """Messages as JSON: whoever could write into the queue must not have code run by a worker, as the pickles of huey would."""

    def _serialize(self, data: Any) -> bytes:
        return json.dumps(data).encode()

    def _deserialize(self, data: Any) -> Any:
        return Message(*json.loads(bytes(data)))


class _Postgres(PostgresStorage):  # type: ignore[misc]  # likewise
    @property
    def conn(self) -> Any:
        """A connection that answers: the server may have been restarted since the last use."""
        if self._conn is not None:
            try:
                self._conn.execute("SELECT 1")
            except psycopg.OperationalError:
                self._close_quiet(self._conn)
        return super().conn


def open_huey(settings: Settings, engine: Engine) -> Huey:
    """The queue of this installation; what it needs is made where it is not there yet."""
    if engine.dialect.name == "sqlite":
        make_instance(settings.instance)
        return _huey(storage_class=SqliteStorage, filename=str(settings.instance / FILE), timeout=BUSY_SECONDS)
    with closing(_connect(engine)) as gate:
        # PostgreSQL refuses two who make the same table at once, as the processes of a server do when they start.
        gate.execute("SELECT pg_advisory_lock(hashtext(%s))", [SCHEMA])
        # Asked first: whoever may use a schema may not always make one.
        if gate.execute("SELECT to_regnamespace(%s)", [SCHEMA]).fetchone() == (None,):
            gate.execute(f"CREATE SCHEMA {SCHEMA}")
        return _huey(storage_class=_Postgres, connection=lambda: _connect(engine), table_prefix=NAME)


def open_immediate_huey() -> Huey:
    """A queue in memory whose jobs are done when they are asked for: for tests."""
    return _huey(immediate=True)


def _huey(**options: Any) -> Huey:
    return Huey(NAME, results=False, serializer=JsonSerializer(), **options)


def _connect(engine: Engine) -> psycopg.Connection[Any]:
    """To the database of the application, outside its pool, and in a schema that its backups and migrations do not see."""
    arguments, options = engine.dialect.create_connect_args(engine.url)
    connection = psycopg.connect(*arguments, **options, autocommit=True)
    connection.execute(f"SET search_path TO {SCHEMA}")
    return connection
