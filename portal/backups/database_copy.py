"""The database of an installation as one SQLite file, and back: from SQLite and PostgreSQL, into SQLite and PostgreSQL, row by row the same.

A value goes as the drivers have it. JSON goes as its text, so that neither blanks nor the order of keys change, and an instant as SQLAlchemy
writes it on SQLite. Where a table gives no number again, its numbers go on behind the highest that it ever gave.
"""

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import date, datetime
from decimal import Decimal
from graphlib import TopologicalSorter
from pathlib import Path
from typing import Any

import psycopg
from psycopg.sql import SQL, Identifier
from psycopg.types.string import TextLoader
from sqlalchemy import Connection, Engine, create_engine, inspect
from sqlalchemy.exc import SQLAlchemyError

from portal.backups.errors import BackupError
from portal.migration import current_version, head, is_older, migrate, migrate_within

# What the two drivers raise, and SQLAlchemy in their stead.
DATABASE_ERRORS = (sqlite3.Error, psycopg.Error, SQLAlchemyError)
VERSION_TABLE = "alembic_version"
AT_ONCE = 1000


def copy_to_file(engine: Engine, path: Path) -> None:
    """Write the database as it stands at one moment into a new SQLite file, while others read and write. Raises BackupError."""
    revision = current_version(engine)
    if revision is None:
        raise BackupError("Chưa có cơ sở dữ liệu để sao lưu. Chạy “flask --app wsgi setup” trước.")
    if revision != head() and not is_older(revision):
        raise BackupError(
            f"Cơ sở dữ liệu có phiên bản {revision}, mới hơn chương trình này ({head()}). Cài phiên bản chương trình mới hơn rồi sao lưu."
        )
    if engine.dialect.name == "sqlite":
        with engine.execution_options(writes=False).connect() as connection, closing(sqlite3.connect(path)) as target:
            source: Any = connection.connection.driver_connection
            source.backup(target)
    else:
        _make_schema(path, revision)
        _copy_rows_of_postgres(engine, path, revision)
    with closing(sqlite3.connect(path)) as target:
        # One file: what is read later opens no other beside it.
        target.execute("PRAGMA journal_mode=DELETE")


def copy_from_file(path: Path, engine: Engine) -> None:
    """Fill an empty database from such a file, as a whole or not at all. Raises BackupError."""
    if engine.dialect.name == "sqlite":
        with (
            engine.execution_options(writes=False).connect() as connection,
            open_file(path) as source,
        ):
            target: Any = connection.connection.driver_connection
            source.backup(target)
        return
    with engine.begin() as connection, open_file(path) as source:
        migrate_within(connection, revision_of(source))
        _fill_postgres(connection, source)


@contextmanager
def open_file(path: Path) -> Iterator[sqlite3.Connection]:
    """The SQLite file of a backup, to read only."""
    with closing(sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True)) as database:
        yield database


def revision_of(database: sqlite3.Connection) -> str:
    """The version that the database of a backup has."""
    [(revision,)] = database.execute("SELECT version_num FROM alembic_version")
    return str(revision)


def find_damage(database: sqlite3.Connection) -> str:
    """What is wrong with the database of a backup from within, as a sentence; nothing where it is sound."""
    try:
        if database.execute("PRAGMA integrity_check").fetchall() != [("ok",)]:
            return "Cơ sở dữ liệu: cấu trúc bên trong bị hỏng."
        if database.execute("PRAGMA foreign_key_check").fetchall():
            return "Cơ sở dữ liệu: có dòng trỏ tới dòng không có."
    except sqlite3.Error:
        return "Cơ sở dữ liệu: không đọc được."
    return ""


def is_damage(error: Exception) -> bool:
    """Whether SQLite says by an error that a file is damaged, be it in the middle of reading which tables there are."""
    code = getattr(getattr(error, "orig", error), "sqlite_errorcode", 0)
    return code & 0xFF in (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB)


def count_rows(database: sqlite3.Connection) -> dict[str, int]:
    """How many rows each table of a backup has."""
    return {table: database.execute(f'SELECT count(*) FROM "{table}"').fetchone()[0] for table in _tables(database)}  # noqa: S608 - its own names


def count_rows_of(engine: Engine) -> dict[str, int]:
    """How many rows each table of a database has."""
    with engine.execution_options(writes=False).connect() as connection:
        tables = sorted(set(inspect(connection).get_table_names()) - {VERSION_TABLE})
        return {table: connection.exec_driver_sql(f'SELECT count(*) FROM "{table}"').scalar_one() for table in tables}  # noqa: S608 - its own names


def _tables(database: sqlite3.Connection) -> list[str]:
    """The tables, each after those that its foreign keys lead to."""
    names = database.execute("SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%' ORDER BY name")
    graph = {
        name: {row[2] for row in database.execute(f'PRAGMA foreign_key_list("{name}")')} - {name}
        for (name,) in names.fetchall()
        if name != VERSION_TABLE
    }
    return list(TopologicalSorter(graph).static_order())


def _highest_numbers(database: sqlite3.Connection) -> dict[str, int]:
    """By each table that gives no number again: the highest that it ever gave."""
    tables = database.execute("SELECT name FROM sqlite_master WHERE type = 'table' AND sql LIKE '%AUTOINCREMENT%'").fetchall()
    given = dict(database.execute("SELECT name, seq FROM sqlite_sequence")) if tables else {}
    return {table: given.get(table, 0) for (table,) in tables}


def _columns(database: sqlite3.Connection, table: str) -> list[str]:
    return [row[1] for row in database.execute(f'PRAGMA table_info("{table}")')]


def _make_schema(path: Path, revision: str) -> None:
    engine = create_engine(f"sqlite:///{path.as_posix()}")
    migrate(engine, revision)
    engine.dispose()


def _copy_rows_of_postgres(engine: Engine, path: Path, revision: str) -> None:
    snapshot = engine.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)
    with closing(sqlite3.connect(path)) as target, snapshot.connect() as connection, connection.begin():
        if _version_in(connection) != revision:
            raise BackupError("Cơ sở dữ liệu vừa được nâng cấp trong lúc sao lưu. Chạy sao lưu lại.")
        driver: Any = connection.connection.driver_connection
        target.execute("BEGIN")
        for table in _tables(target):
            columns = _columns(target, table)
            # A migration may bring rows of its own.
            target.execute(f'DELETE FROM "{table}"')  # noqa: S608 - names of our own schema
            names, marks = ", ".join(f'"{name}"' for name in columns), ", ".join("?" * len(columns))
            # On the server: the rows of a table need not fit into memory.
            with driver.cursor(name="backup") as cursor:
                for kind in ("json", "jsonb"):
                    cursor.adapters.register_loader(kind, TextLoader)
                cursor.itersize = AT_ONCE
                cursor.execute(SQL("SELECT {} FROM {}").format(SQL(", ").join(map(Identifier, columns)), Identifier(table)))
                rows = ([_to_sqlite(value) for value in row] for row in cursor)
                target.executemany(f'INSERT INTO "{table}" ({names}) VALUES ({marks})', rows)  # noqa: S608 - names of our own schema
        for table in _highest_numbers(target):
            with driver.cursor() as cursor:
                cursor.execute("SELECT pg_sequence_last_value(pg_get_serial_sequence(quote_ident(%s), 'id')::regclass)", (table,))
                highest = cursor.fetchone()[0]
            target.execute("DELETE FROM sqlite_sequence WHERE name = ?", (table,))
            target.execute("INSERT INTO sqlite_sequence VALUES (?, ?)", (table, highest or 0))
        target.commit()


def _version_in(connection: Connection) -> str:
    return str(connection.exec_driver_sql("SELECT version_num FROM alembic_version").scalar_one())


def _to_sqlite(value: Any) -> Any:
    match value:
        case datetime():
            return value.isoformat(sep=" ", timespec="microseconds")
        case date():
            return value.isoformat()
        case Decimal():
            return float(value)
    return value


def _fill_postgres(connection: Connection, source: sqlite3.Connection) -> None:
    driver: Any = connection.connection.driver_connection
    tables, given = _tables(source), _highest_numbers(source)
    with driver.cursor() as cursor:
        # A migration may bring rows of its own.
        cursor.execute(SQL("TRUNCATE {}").format(SQL(", ").join(map(Identifier, tables))))
        for table in tables:
            columns = _columns(source, table)
            names = SQL(", ").join(map(Identifier, columns))
            # The server reads text here, so that 0 and 1 become no and yes, and a day or an instant what it says.
            try:
                with cursor.copy(SQL("COPY {} ({}) FROM STDIN").format(Identifier(table), names)) as copy:
                    for row in source.execute(f'SELECT * FROM "{table}"'):  # noqa: S608 - its own names
                        copy.write_row(row)
            except psycopg.Error as error:
                raise BackupError(
                    f"PostgreSQL không nhận bảng {table}: {error.diag.message_primary or type(error).__name__}."
                ) from error
            for column in columns:
                cursor.execute("SELECT pg_get_serial_sequence(quote_ident(%s), %s)", (table, column))
                if sequence := cursor.fetchone()[0]:
                    highest = SQL("SELECT setval(%(s)s, greatest(max({0}), %(n)s, 1), greatest(max({0}), %(n)s) > 0) FROM {1}")
                    numbers = {"s": sequence, "n": given.get(table, 0)}
                    cursor.execute(highest.format(Identifier(column), Identifier(table)), numbers)
