"""Upgrades from every landed state: what older versions left is brought to this one, and then served.

Each database that ``tests/landed_states`` holds, the demo and one in real use, on SQLite and PostgreSQL: set-up runs, every row that was
there is there with the same values, no verdict has changed, and every kind of page that its people are led to answers.
"""

import json
import logging
import os
import tempfile
from collections import Counter, deque
from concurrent.futures import ProcessPoolExecutor
from hashlib import sha256
from multiprocessing import get_context
from pathlib import Path
from urllib.parse import urljoin, urlsplit

from bs4 import BeautifulSoup
from flask import Flask
from sqlalchemy.orm import Session
from werkzeug.exceptions import HTTPException

from exports.open_data.tables import build_open_data
from exports.open_data.verification.comparison import compare
from exports.open_data.verification.export import parse_export
from inventory.snapshots.repository import find_broken_snapshots
from portal.backups.newest import newest_backup
from portal.backups.verify import find_faults as find_backup_faults
from portal.database import make_engine
from portal.migration import current_version, head
from portal.settings import read_settings
from portal.setup import load_demo, run_setup
from portal.start import check_start
from scoring.rating.city_readiness import city_readiness
from tests.factories.days import DEMO_DAY
from tests.landed_states.record import PASSWORD, PEOPLE
from tests.landed_states.restore import NAMES, restore
from tests.landed_states.rows import REWRITTEN, lost_rows, read_rows
from tests.support.applications import do_jobs_at_once
from tests.support.new_databases import new_databases
from wsgi import build_app

PEOPLE_AND_PASSWORD = {
    "demo": (("canbo", "lanhdaoxa", "thamdinh", "taichinh", "lanhdao", "quantri"), "demo-2026"),
    "production": (("cb.00004", "ld.00004", *(username for username, _name, _role in PEOPLE)), PASSWORD),
}
# Addresses of one kind differ by their numbers only: one is opened by each person, and each kind of file by one person.
OF_EACH_KIND = 1
# Many files of a kind of which another address gives one.
LEFT_OUT = {"plan_parts.workbooks_by_ward"}
# Every finding of every ward under the standard of then, on the day of the demo, as the program that left the state computed it.
VERDICTS = {
    ("0.2.0", "demo"): "f8e999ee704797c773438e8eaa681a892aaf4c01c382a55e30ae298d1a49c7f3",
    ("0.2.0", "production"): "05648f58a5be2668134b26115979049231626dc59d866e005cf805c56f1b4cc5",
    ("0.3.0", "demo"): "f8e999ee704797c773438e8eaa681a892aaf4c01c382a55e30ae298d1a49c7f3",
    ("0.3.0", "production"): "05648f58a5be2668134b26115979049231626dc59d866e005cf805c56f1b4cc5",
    ("0.4.0", "demo"): "d3b6f1965d02f1f17a4cdc94b16fa5db5257d8b121f4491e922373f171b8335b",
    ("0.4.0", "production"): "3b36b7985127d20673023b455a9b6eade2dd4e24b3f9428a84f01840d3f5ea2b",
    ("0.5.0", "demo"): "d3b6f1965d02f1f17a4cdc94b16fa5db5257d8b121f4491e922373f171b8335b",
    ("0.5.0", "production"): "3b36b7985127d20673023b455a9b6eade2dd4e24b3f9428a84f01840d3f5ea2b",
    ("2147a0d2", "demo"): "f8e999ee704797c773438e8eaa681a892aaf4c01c382a55e30ae298d1a49c7f3",
    ("2147a0d2", "production"): "05648f58a5be2668134b26115979049231626dc59d866e005cf805c56f1b4cc5",
    ("d4f70c78", "demo"): "f8e999ee704797c773438e8eaa681a892aaf4c01c382a55e30ae298d1a49c7f3",
    ("d4f70c78", "production"): "05648f58a5be2668134b26115979049231626dc59d866e005cf805c56f1b4cc5",
    ("ea9137f4", "demo"): "f8e999ee704797c773438e8eaa681a892aaf4c01c382a55e30ae298d1a49c7f3",
    ("ea9137f4", "production"): "05648f58a5be2668134b26115979049231626dc59d866e005cf805c56f1b4cc5",
}
# A role that is led to fewer kinds of pages was not let in.
FEWEST_KINDS = 5


def drill_upgrades_on_sqlite() -> list[str]:
    """Databases of every landed state are upgraded and served on SQLite."""
    return run("sqlite")


def drill_upgrades_on_postgresql() -> list[str]:
    """Databases of every landed state are upgraded and served on PostgreSQL."""
    return run("postgresql")


def run(kind: str) -> list[str]:
    """Upgrade and serve every state on one kind of database, two at a time. Gives what went wrong."""
    with tempfile.TemporaryDirectory(prefix="upgrade-") as folder, new_databases(kind, Path(folder)) as new_database:
        upgrades = {}
        with ProcessPoolExecutor(2, get_context("spawn")) as processes:
            for name in NAMES:
                for mode in PEOPLE_AND_PASSWORD:
                    instance = Path(folder) / f"{name}-{mode}"
                    upgrades[name, mode] = processes.submit(upgrade, name, mode, new_database(), instance)
        return [f"{name}, {mode}, {kind}: {fault}" for (name, mode), running in upgrades.items() for fault in running.result()]


def upgrade(name: str, mode: str, url: str, instance: Path) -> list[str]:
    """Set up a database that an older version left, and serve it. Gives what is lost and what does not answer."""
    # As the program has it: others on the machine read no database.
    os.umask(0o027)
    restore(name, mode, url)
    # Thousands of pages, of which only those that do not answer are news.
    logging.getLogger("ward_readiness.requests").setLevel(logging.ERROR)
    engine = make_engine(url)
    before, version = read_rows(engine), current_version(engine)
    settings = {"DATABASE_URL": url, "SECRET_KEY": "k" * 40, "WARD_MODE": mode, "PUBLIC_URL": "http://localhost"}
    app = build_app(read_settings(settings, instance))
    app.config["WTF_CSRF_ENABLED"] = False
    do_jobs_at_once(app)
    run_setup(app, interactive=False)
    if mode == "demo":
        load_demo(app, as_of=DEMO_DAY)
    check_start(app)
    faults = lost_rows(before, read_rows(engine), REWRITTEN)
    with Session(app.extensions["engine"]) as session:
        faults += find_broken_snapshots(session)
    with app.app_context(), Session(app.extensions["engine"]) as session:
        if hash_verdicts(session) != VERDICTS[name, mode]:
            faults.append("a verdict has changed")
        faults += compare(parse_export(build_open_data(session, include_security=True))).disagreements
    if version != head():
        backup = newest_backup(app.config["SETTINGS"])
        faults += ["it was upgraded without a backup"] if backup is None else find_backup_faults(backup)
    if current_version(engine) != head():
        faults.append(f"the database is at {current_version(engine)}")
    usernames, password = PEOPLE_AND_PASSWORD[mode]
    seen_files: Counter[str] = Counter()
    for username in usernames:
        faults += crawl(app, username, password, seen_files)
    app.extensions["engine"].dispose()
    engine.dispose()
    return faults


def hash_verdicts(session: Session) -> str:
    """One hash over every finding, result and score of the city."""
    ratings = city_readiness(session, DEMO_DAY).ratings
    rows = sorted(
        [
            code,
            rating.result.value,
            rating.score,
            [[f.criterion.code, f.status.value, str(f.have), str(f.need), str(f.shortfall)] for f in rating.findings],
        ]
        for code, rating in ratings.items()
    )
    return sha256(json.dumps(rows).encode()).hexdigest()


def crawl(app: Flask, username: str, password: str, seen_files: Counter[str]) -> list[str]:
    """Sign in and follow the links of every page, one of each kind. Gives the addresses that do not answer."""
    client, faults, seen = app.test_client(), [], Counter[str]()
    if client.post("/sign-in", data={"username": username, "password": password}).status_code != 302:
        return [f"{username} cannot sign in"]
    addresses, adapter = deque(["/"]), app.url_map.bind("localhost")
    while addresses:
        address = addresses.popleft()
        try:
            endpoint, _values = adapter.match(urlsplit(address).path)
        except HTTPException:
            faults.append(f"{username} is led to {address}, which is no page")
            continue
        if seen[endpoint] >= OF_EACH_KIND or seen_files[endpoint] or endpoint in LEFT_OUT:
            continue
        seen[endpoint] += 1
        answer = client.get(address, follow_redirects=True)
        if answer.status_code != 200:
            faults.append(f"{username}: {address} answers {answer.status_code}")
        elif answer.mimetype != "text/html":
            seen_files[endpoint] += 1
        else:
            addresses += links_in(answer.get_data(as_text=True), answer.request.path)
        answer.close()
    if len(seen) < FEWEST_KINDS:
        faults.append(f"{username} is led to {len(seen)} kinds of pages only")
    return faults


def links_in(page: str, path: str) -> list[str]:
    """The addresses of this server that a page links to."""
    targets = (urlsplit(urljoin(path, str(tag["href"]))) for tag in BeautifulSoup(page, "html.parser").select("a[href]"))
    return [target._replace(fragment="").geturl() for target in targets if not target.scheme and not target.netloc and target.path]
