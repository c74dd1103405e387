"""The busiest day: the storm, and beside it twenty readers, approvals of many forms, imports, and a backup at the same time.

``python -m tests.drills.busy_day [sqlite|postgresql] [--saves 30]`` lets 126 officers save alone, then with all the others, in the set-up
of docs/operations.md, and prints how long a save took each time. It ends with an error if a field that was acknowledged is not stored, if
anything was refused, if a page did not open, or if anything is half written.
"""

import argparse
import sys
import tempfile
import threading
import time
from http.client import HTTPException
from pathlib import Path

from flask import Flask
from sqlalchemy import select, update

from accounts.identity import Role
from accounts.models import User
from portal.database import session_scope
from portal.settings import read_settings
from surveys.models import Submission
from surveys.review.review import approve_submission, sending_key
from tests.drills.storm import compare, find_faults, percentiles, prepare, report, run_storm
from tests.factories.rounds import open_sent_round
from tests.factories.users import create_user
from tests.support.acts import Act, approve_many, import_accounts, import_city, import_forms
from tests.support.new_databases import new_databases
from tests.support.places import Place
from tests.support.servers import Server
from tests.support.visitors import Visitor, open_session
from wsgi import build_app

OFFICERS = 126
# How long a person reads a page, seconds; how many forms are approved at once, and how often.
READING, FORMS_AT_ONCE, APPROVALS = 10.0, 21, 6
# Who opens what, and how many of them there are.
WALKS = {
    "lanh.dao": (
        8,
        ("/", "/readiness", "/readiness/map.json", "/readiness/wards/00082", "/readiness/trend", "/briefs/files/wards/00082.docx"),
    ),
    "tai.chinh": (
        7,
        ("/plans/1", "/plans/1/lines", "/plans/1/cost", "/plans/1/workbook.xlsx", "/inventory/items/A01", "/plans/1/letter.docx"),
    ),
    "tham.dinh": (4, ("/review/", "/rounds/1", "/rounds/1/board.xlsx", "/readiness", "/rounds/1/discipline")),
    "quan.tri": (1, ("/users", "/audit", "/audit.xlsx")),
}
ROLES = {"lanh.dao": Role.LEADER, "tai.chinh": Role.PLANNER, "tham.dinh": Role.REVIEWER}
# What one person does, one act after the other.
Work = tuple[str, list[tuple[Act, int]]]


def drill_busy_day_on_sqlite() -> list[str]:
    """126 officers save alone, then beside readers, approvals, imports and a backup, with the one process on SQLite."""
    return run("sqlite", saves=10)


def drill_busy_day_on_postgresql() -> list[str]:
    """126 officers save alone, then beside readers, approvals, imports and a backup, with four workers on PostgreSQL."""
    return run("postgresql", saves=10)


def main() -> None:
    """Run the day and say what came of it. Exits with 1 where anything was lost or refused."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("kinds", nargs="*", default=["sqlite", "postgresql"], help="sqlite, postgresql")
    parser.add_argument("--saves", type=int, default=30)
    arguments = parser.parse_args()
    faults = [fault for kind in arguments.kinds for fault in run(kind, arguments.saves)]
    print("\n".join(faults) or "nothing was lost, nothing was refused")  # noqa: T201 - this is a command
    sys.exit(bool(faults))


def run(kind: str, saves: int) -> list[str]:
    """The storm alone, then with all the others. Gives what went wrong."""
    with tempfile.TemporaryDirectory(prefix="busy-") as name, new_databases(kind, Path(name)) as new_database:
        place = Place(new_database(), Path(name), "place")
        app = build_app(read_settings(place.environment))
        people = prepare(app, OFFICERS)
        works = prepare_others(app)
        faults = []
        with place.serve(kind) as server:
            others = Others(app, server, place, works)
            for title, disturbances in (("alone", []), ("with all the others", [others.begin])):
                for person in people:
                    person.begin()
                run_storm(server, people, saves, disturbances)
                report(f"{kind}, {title}", people)
                faults += find_faults(people, saves, 0)
            faults += others.end()
            print(f"{kind}: {others.tell()}", flush=True)  # noqa: T201 - the figures are what the drill is for
        faults += compare(app, people)
        place.must("backup", "verify")
        app.extensions["engine"].dispose()
        return [f"{kind}: {fault}" for fault in faults]


def prepare_others(app: Flask) -> list[Work]:
    """A round that was approved, one that waits for it, the people beside the officers, and what they will do."""
    engine = app.extensions["engine"]
    with app.app_context(), session_scope(engine, writes=True) as session:
        for username, role in ROLES.items():
            create_user(session, username, role.label, role, password="mot-hai-ba-bon")
        session.execute(update(User).values(must_change_password=False))
        drafts = session.scalars(select(Submission).order_by(Submission.id)).all()
        round_id, draft_ids = drafts[0].round_id, [row.id for row in drafts]
        sent = [(row.id, sending_key(row)) for row in open_sent_round(session, "Chờ thẩm định")]
        for submission in open_sent_round(session, "Đã duyệt"):
            approve_submission(session, submission, "Chuyên viên thẩm định")
    approval = approve_many(engine, sent, FORMS_AT_ONCE)
    return [
        ("tham.dinh", [(approval, number) for number in range(APPROVALS)]),
        ("quan.tri", [(import_accounts(engine), 0)]),
        ("tham.dinh", [(import_city(engine, round_id), 0), (import_forms(engine, round_id, draft_ids), 0)]),
    ]


class Others:
    """Who reads, approves, imports and backs up while officers save, each in a thread of its own."""

    def __init__(self, app: Flask, server: Server, place: Place, works: list[Work]) -> None:
        self.place, self.over = place, threading.Event()
        self.faults, self.page_times, self.act_times = list[str](), list[float](), dict[str, list[float]]()
        cookies = {name: open_session(app, name) for name in WALKS}
        readers = [(name, paths, number) for name, (count, paths) in WALKS.items() for number in range(count)]
        self.readers = [
            threading.Thread(target=self._read, args=(Visitor(server.port, cookies[name]), paths, number))
            for name, paths, number in readers
        ]
        self.workers = [threading.Thread(target=self._back_up)]
        for name, steps in works:
            # Filled in beforehand: this process has all the officers to play meanwhile.
            forms = [(act, number, act.make(number)) for act, number in steps]
            self.workers.append(threading.Thread(target=self._work, args=(Visitor(server.port, cookies[name]), forms)))

    def begin(self) -> None:
        """Let everybody come at once."""
        for thread in self.readers + self.workers:
            thread.start()

    def end(self) -> list[str]:
        """Wait until all work is done and the readers have left. Gives what went wrong."""
        for thread in self.workers:
            thread.join()
        self.over.set()
        for thread in self.readers:
            thread.join()
        return self.faults

    def tell(self) -> str:
        """How many pages were opened and how long they took, and how long each act took."""
        acts = ", ".join(f"{name} {' '.join(f'{seconds:.1f}' for seconds in times)} s" for name, times in self.act_times.items())
        return f"{len(self.page_times)} pages, {percentiles(self.page_times)}; {acts}"

    def _read(self, visitor: Visitor, paths: tuple[str, ...], number: int) -> None:
        # Each begins elsewhere, and not all at once.
        self.over.wait(READING * number / len(paths))
        while not self.over.is_set():
            path = paths[number % len(paths)]
            start = time.perf_counter()
            try:
                status = visitor.follow(visitor.get(path)).status
            except (OSError, HTTPException) as error:
                status = repr(error)
            self.page_times.append(time.perf_counter() - start)
            if status != 200:
                self.faults.append(f"{path} answered {status}")
            number += 1
            self.over.wait(READING)

    def _work(self, visitor: Visitor, forms: list) -> None:
        for act, number, request in forms:
            visitor.read_token(act.form)
            start = time.perf_counter()
            page = visitor.follow(visitor.post(*request))
            self._note(act.name, start)
            if page.status >= 400 or act.count_done(number) != act.parts:
                self.faults.append(f"{act.name} answered {page.status}: {page.text[-300:]}")

    def _back_up(self) -> None:
        start = time.perf_counter()
        code, said = self.place.run("backup", "create")
        self._note("backing up", start)
        if code:
            self.faults.append(f"backup create: {said}")

    def _note(self, name: str, start: float) -> None:
        self.act_times.setdefault(name, []).append(time.perf_counter() - start)


if __name__ == "__main__":
    main()
