"""Read the recorded states: which there are, and a database that holds one."""

import lzma
import sqlite3
from pathlib import Path

import psycopg
from sqlalchemy import make_url

FOLDER = Path(__file__).parent
LARGEST = 300 * 1024
NAMES = sorted({path.name.partition("-")[0] for path in FOLDER.glob("*.sql.xz")})


def path_of(name: str, mode: str, kind: str) -> Path:
    """Where the state of a version lies. ``mode`` is demo or production, ``kind`` sqlite or postgresql."""
    return FOLDER / f"{name}-{mode}.{kind}.sql.xz"


def pack(name: str, mode: str, kind: str, text: str) -> None:
    """Write a state."""
    path_of(name, mode, kind).write_bytes(lzma.compress(text.encode(), preset=9 | lzma.PRESET_EXTREME))


def restore(name: str, mode: str, url: str) -> None:
    """Fill an empty database with a state."""
    kind = "sqlite" if url.startswith("sqlite") else "postgresql"
    text = lzma.decompress(path_of(name, mode, kind).read_bytes()).decode()
    if kind == "sqlite":
        database = sqlite3.connect(url.removeprefix("sqlite:///"))
        database.executescript(text)
        database.close()
        return
    address = make_url(url).set(drivername="postgresql").render_as_string(hide_password=False)
    with psycopg.connect(address) as connection:
        connection.execute(text.encode())
