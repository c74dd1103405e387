"""Which stored files a database names: the packages tell the tables, and a backup copies what their rows name."""

import sqlite3
from dataclasses import dataclass

from flask import Flask


@dataclass(frozen=True)
class NamedFile:
    """A file of the storage by its name, with the size and the SHA-256 that it had when it was handed in."""

    name: str
    size: int
    sha256: str


def add_stored_files(app: Flask, table: str) -> None:
    """Register a table whose rows name files of the storage, in its columns ``stored_as``, ``size`` and ``sha256``."""
    app.extensions.setdefault("stored_files", []).append(table)


def stored_file_tables(app: Flask) -> tuple[str, ...]:
    """The tables that were registered."""
    return tuple(app.extensions.get("stored_files", ()))


def list_named_files(database: sqlite3.Connection, tables: tuple[str, ...]) -> list[NamedFile]:
    """The files that a backup's database names. One of an older version may lack a table: nothing was stored for it then."""
    existing = {name for (name,) in database.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
    files: dict[str, NamedFile] = {}
    for table in tables:
        if table in existing:
            rows = database.execute(f"SELECT stored_as, size, sha256 FROM \"{table}\" WHERE stored_as <> ''")  # noqa: S608 - names of our own
            files |= {name: NamedFile(name, size, sha256) for name, size, sha256 in rows}
    return sorted(files.values(), key=lambda file: file.name)
