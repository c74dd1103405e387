"""Backups under a storm: 126 officers save while a backup is made; then all is destroyed, and restored into an empty place.

Every hash is looked at, every save that was acknowledged before the backup began is there, people stay signed in under a new key with the old
one as fall-back, the same backup goes into the other database and back row by row, and what is not whole or not ours is refused.
"""

import json
import shutil
import tempfile
import threading
from io import BytesIO
from pathlib import Path

from flask import Flask
from PIL import Image
from sqlalchemy import select, text

from portal.backups.folder import DATABASE, MANIFEST, MANIFEST_HASH, list_names
from portal.backups.manifest import hash_of
from portal.checked_files import check_file
from portal.database import make_engine, session_scope
from portal.kept_files import keep_file
from portal.settings import read_settings
from surveys.models import Answer
from surveys.submissions.evidence import attach_file
from surveys.submissions.submissions import get_submission
from tests.drills.storm import LIMIT, PAUSE, Officer, Progress, find_faults, prepare, report
from tests.landed_states.rows import lost_rows, read_rows
from tests.support.new_databases import new_databases
from tests.support.places import SECRET, Place
from tests.support.servers import Server
from wsgi import build_app

OFFICERS, SAVES, FILES = 126, 12, 5
NEW_KEY = "restored-" * 5
OTHER = {"sqlite": "postgresql", "postgresql": "sqlite"}


def drill_backup_on_sqlite() -> list[str]:
    """A backup under a storm on SQLite is restored, on both databases."""
    return run("sqlite")


def drill_backup_on_postgresql() -> list[str]:
    """A backup under a storm on PostgreSQL is restored, on both databases."""
    return run("postgresql")


def run(kind: str) -> list[str]:
    """Back up under a storm, destroy, restore. Gives what went wrong."""
    with (
        tempfile.TemporaryDirectory(prefix="backup-") as name,
        new_databases(kind, Path(name)) as new_database,
        new_databases(OTHER[kind], Path(name)) as new_other_database,
    ):
        folder = Path(name)
        place = Place(new_database(), folder, "first")
        app = build_app(read_settings(place.environment))
        people = prepare(app, OFFICERS)
        attach_files(app, people)
        before = back_up_under_storm(kind, place, people)
        app.extensions["engine"].dispose()
        faults = find_faults(people, SAVES, 0)
        destroy(place)
        [backup] = list_names(folder / "backups")
        restored = Place(place.url, folder, "restored", SECRET_KEY=NEW_KEY, SECRET_KEY_FALLBACKS=SECRET)
        faults += find_refusals(folder / "backups", backup, restored)
        restored.must("backup", "verify", backup)
        restored.must("backup", "restore", backup)
        faults += find_lost(restored.url, people, before)
        faults += find_lost_files(restored)
        with restored.serve(kind) as server:
            faults += find_signed_out(server, people[:3])
        # The row-by-row comparison needs a backup that nobody wrote into since.
        other = Place(new_other_database(), folder, "other")
        other.must("backup", "restore", backup)
        other.must("backup", "create")
        back = Place(new_database(), folder, "back")
        again = list_names(folder / "backups")[-1]
        back.must("backup", "restore", again)
        faults += compare_files(folder / "backups", backup, again)
        return [f"{kind}: {fault}" for fault in faults]


def attach_files(app: Flask, people: list[Officer]) -> None:
    """A picture as evidence for some of the forms."""
    url = app.config["SETTINGS"].evidence_url
    for number, person in enumerate(people[:FILES]):
        picture = BytesIO()
        Image.new("RGB", (40, 30), (number, 90, 120)).save(picture, "PNG")
        kept = keep_file(url, "anh.png", check_file(picture.getvalue()))
        with session_scope(app.extensions["engine"], writes=True) as session:
            attach_file(session, get_submission(session, person.submission_id), "staff_total", kept, "Công chức")


def back_up_under_storm(kind: str, place: Place, people: list[Officer]) -> list[dict[str, str]]:
    """All officers save while a backup is made. Gives what each had been told was saved when it began."""
    progress = Progress()
    with place.serve(kind) as server:
        threads = [
            threading.Thread(target=person.work, args=(server.port, progress, SAVES, PAUSE, number * PAUSE / len(people)))
            for number, person in enumerate(people)
        ]
        for thread in threads:
            thread.start()
        progress.wait_for(len(people) * SAVES // 3)
        before = [dict(person.acknowledged) for person in people]
        said = place.must("backup", "create")
        during = sum(len(person.times) for person in people) - sum(map(len, before))
        for thread in threads:
            thread.join(LIMIT)
    report(kind, people)
    print(f"{kind}: {said}; {during} saves while it was made", flush=True)  # noqa: T201 - the figures are what the drill is for
    if not during:
        raise RuntimeError("nobody saved while the backup was made")
    return before


def destroy(place: Place) -> None:
    """The stored files and all that the database holds. The backups are elsewhere."""
    shutil.rmtree(place.folder)
    if place.url.startswith("sqlite"):
        path = Path(place.url.removeprefix("sqlite:///"))
        for part in path.parent.glob(f"{path.name}*"):
            part.unlink()
        return
    engine = make_engine(place.url)
    with engine.begin() as connection:
        connection.execute(text("DROP SCHEMA public CASCADE"))
        connection.execute(text("CREATE SCHEMA public"))
    engine.dispose()


def find_lost(url: str, people: list[Officer], before: list[dict[str, str]]) -> list[str]:
    """The fields that were acknowledged before the backup began and stand otherwise in what was restored; a later value is none less."""
    engine, faults = make_engine(url), []
    with session_scope(engine, writes=False) as session:
        for person, acknowledged in zip(people, before, strict=True):
            rows = session.scalars(select(Answer).where(Answer.submission_id == person.submission_id))
            stored = {row.field: row.raw for row in rows}
            faults += [
                f"submission {person.submission_id}: {name} is {stored.get(name)!r}, acknowledged {value!r}"
                for name, value in acknowledged.items()
                if stored.get(name) not in (value, person.acknowledged[name])
            ]
    engine.dispose()
    return faults if sum(map(len, before)) else ["nothing was acknowledged before the backup"]


def find_lost_files(restored: Place) -> list[str]:
    """Whether as many stored files are there as were attached; the command itself has held each against its hash."""
    count = len(list((restored.folder / "evidence").iterdir()))
    return [] if count == FILES else [f"{count} of {FILES} stored files were restored"]


def find_signed_out(server: Server, people: list[Officer]) -> list[str]:
    """Officers go on with the cookies that the old key signed: each reads a form and saves a field of it."""
    progress = Progress()
    for person in people:
        person.begin()
        person.token = ""
        # What came after the backup was made is lost with it, so that these know no more what stands there.
        section, name = person.fields[SAVES]
        person.acknowledged, person.fields = {}, [(section, name)]
        person.work(server.port, progress, 1, 0, 0)
    return find_faults(people, 1, 0)


def find_refusals(folder: Path, backup: str, place: Place) -> list[str]:
    """What is not whole or not ours is refused by the command, and the place stays empty."""
    original, spoilt = folder / backup, folder / "20010101T000000000000Z"
    manifest = json.loads((original / MANIFEST).read_text("utf-8"))
    database = (original / DATABASE).read_bytes()
    altered = database[:5000] + bytes([database[5000] ^ 1]) + database[5001:]
    faults = []
    for title, data, changes in (
        ("truncated", database[:-4096], {}),
        ("altered", altered, {}),
        ("foreign", database, {"territory": "Thành phố Huế"}),
        ("older", database, {"revision": "0001", "newest_revision": "0001"}),
        ("newer", database, {"revision": "9999"}),
    ):
        spoilt.mkdir()
        changed = json.dumps(manifest | changes).encode()
        (spoilt / MANIFEST).write_bytes(changed)
        (spoilt / MANIFEST_HASH).write_text(hash_of(changed))
        (spoilt / DATABASE).write_bytes(data)
        code, said = place.run("backup", "restore", spoilt.name)
        if code != 1 or "Traceback" in said:
            faults.append(f"a {title} backup ended with {code}: {said[-300:]}")
        shutil.rmtree(spoilt)
    if read_tables(place.url):
        faults.append("a refused backup left tables")
    return faults


def read_tables(url: str) -> list[str]:
    engine = make_engine(url)
    tables = list(read_rows(engine))
    engine.dispose()
    return tables


def compare_files(folder: Path, first: str, second: str) -> list[str]:
    """What differs between the databases of two backups, row by row."""
    rows = []
    for name in (first, second):
        engine = make_engine(f"sqlite:///{(folder / name / DATABASE).as_posix()}")
        rows.append(read_rows(engine))
        engine.dispose()
    return [f"after the way there and back, {fault}" for fault in lost_rows(rows[0], rows[1]) + lost_rows(rows[1], rows[0])]
