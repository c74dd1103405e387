"""What goes away for a while and comes back, while officers save: the database, room on its disk, the turn to write.

The server is never started anew. Meanwhile it says what is the matter, and afterwards every field that it acknowledged is stored, nothing is
half written and every hash holds. ``python -m tests.drills.outages [sqlite|postgresql] [--seconds 60]`` makes each outage longer.
"""

import argparse
import resource
import signal
import sqlite3
import sys
import tempfile
import threading
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

from flask import Flask
from sqlalchemy import text

from portal.database import BUSY_SECONDS, session_scope
from portal.settings import read_settings
from tests.drills.storm import Officer, compare, find_faults, prepare, report, run_storm
from tests.support.new_databases import get_postgres, new_databases
from tests.support.places import Place
from tests.support.servers import Server
from tests.support.visitors import Page, Visitor
from wsgi import build_app

OFFICERS, SAVES, PAUSE = 24, 4, 1.0
RAISE_DISK_FULL = """
CREATE OR REPLACE FUNCTION raise_disk_full() RETURNS trigger LANGUAGE plpgsql AS
$$ BEGIN RAISE 'could not extend file: No space left on device' USING ERRCODE = 'disk_full'; END $$
"""


def drill_outages_on_sqlite() -> list[str]:
    """Another program keeps the file to itself, and the disk is full, while officers save."""
    return run("sqlite", seconds=5)


def drill_outages_on_postgresql() -> list[str]:
    """PostgreSQL is stopped and started again, and its disk is full, while officers save."""
    return run("postgresql", seconds=5)


def main() -> None:
    """Let each go away for so long, and say what came of it. Exits with 1 where anything was lost."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("kinds", nargs="*", default=["sqlite", "postgresql"], help="sqlite, postgresql")
    parser.add_argument("--seconds", type=float, default=60)
    arguments = parser.parse_args()
    faults = [fault for kind in arguments.kinds for fault in run(kind, arguments.seconds)]
    print("\n".join(faults) or "nothing was lost, and everybody was told")  # noqa: T201 - this is a command
    sys.exit(bool(faults))


def run(kind: str, seconds: float) -> list[str]:
    """Each outage once, in the midst of a small storm. Gives what went wrong."""
    with tempfile.TemporaryDirectory(prefix="outage-") as name, new_databases(kind, Path(name)) as new_database:
        place = Place(new_database(), Path(name), "place")
        app = build_app(read_settings(place.environment))
        people, faults = prepare(app, OFFICERS), []
        with place.serve(kind) as server:
            for outage in list_outages(kind, app, server, Path(name), seconds):
                faults += [f"{outage.title}: {fault}" for fault in outlast(outage, kind, app, server, people)]
            if server.processes[0].poll() is not None:
                faults.append("the server did not outlive it")
        app.extensions["engine"].dispose()
        return [f"{kind}: {fault}" for fault in faults]


@dataclass(frozen=True)
class Outage:
    """Something that is gone while ``hold`` lasts: what the server says to whoever saves, and how it answers whoever only reads.

    ``page_status`` is None where readers have to wait behind all those who wait to save.
    """

    title: str
    hold: Callable[[], AbstractContextManager[None]]
    seconds: float
    sentence: str
    page_status: int | None


def list_outages(kind: str, app: Flask, server: Server, folder: Path, seconds: float) -> list[Outage]:
    """What can go away from under this kind of database."""
    full = "Ổ đĩa của cơ sở dữ liệu đã đầy"
    if kind == "sqlite":
        path = str(app.extensions["engine"].url.database)
        return [
            # Longer than a save waits.
            Outage("file kept", lambda: keep_file(path), BUSY_SECONDS + 5, "Cơ sở dữ liệu đang bận", None),
            Outage("disk full", lambda: fill_disk(server.processes[0].pid), seconds, full, 200),
        ]
    return [
        Outage("database gone", lambda: stop_postgres(folder), seconds, "Cơ sở dữ liệu tạm thời không trả lời", 503),
        Outage("disk full", lambda: fill_postgres(app), seconds, full, 200),
    ]


def outlast(outage: Outage, kind: str, app: Flask, server: Server, people: list[Officer]) -> list[str]:
    """Let officers save before, during and after an outage. Gives what went wrong."""
    reader, pages = Visitor(server.port, people[0].cookie), list[Page]()

    def disturb() -> None:
        with outage.hold():
            threading.Event().wait(outage.seconds)
            if outage.page_status is not None:
                pages.append(reader.get("/surveys/"))

    for person in people:
        person.begin()
    run_storm(server, people, SAVES, [disturb], PAUSE)
    report(f"{kind}, {outage.title}, {sum(len(person.told) for person in people)} times told", people)
    faults = find_faults(people, SAVES, 0, outage.sentence) + compare(app, people)
    faults += [
        f"meanwhile a page answered {page.status}: {page.text[:300]}"
        for page in pages
        if page.status != outage.page_status or (page.status == 503 and outage.sentence not in page.text)
    ]
    return faults


@contextmanager
def keep_file(path: str) -> Iterator[None]:
    """Another program has begun to write into the file and does not come to an end."""
    with closing(sqlite3.connect(path, BUSY_SECONDS, isolation_level=None)) as other:
        other.execute("BEGIN EXCLUSIVE")
        yield


@contextmanager
def fill_disk(pid: int) -> Iterator[None]:
    """No file of a process grows any more, the database no more than the log, as on a disk that is full."""
    _soft, hard = resource.prlimit(pid, resource.RLIMIT_FSIZE)
    resource.prlimit(pid, resource.RLIMIT_FSIZE, (0, hard))
    try:
        yield
    finally:
        resource.prlimit(pid, resource.RLIMIT_FSIZE, (hard, hard))


@contextmanager
def fill_postgres(app: Flask) -> Iterator[None]:
    """A trigger says what the server of the database says on a full disk; without room for its own log it would stop."""
    with session_scope(app.extensions["engine"], writes=True) as session:
        session.execute(text(RAISE_DISK_FULL))
        session.execute(text("CREATE TRIGGER full_disk BEFORE INSERT OR UPDATE ON answer EXECUTE FUNCTION raise_disk_full()"))
    try:
        yield
    finally:
        with session_scope(app.extensions["engine"], writes=True) as session:
            session.execute(text("DROP TRIGGER full_disk ON answer"))


@contextmanager
def stop_postgres(folder: Path) -> Iterator[None]:
    """The server of the database is shut down, and started again."""
    server = get_postgres(folder)
    process = server.get_postmaster_info().process
    process.send_signal(signal.SIGINT)
    process.wait()
    try:
        yield
    finally:
        server.ensure_postgres_running()


if __name__ == "__main__":
    main()
