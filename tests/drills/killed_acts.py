"""Acts that are cut off: the server is killed in the midst of approvals and imports, as by a power cut of the program.

Approving one form or many, importing accounts, the table of the city, a zip of filled forms and the workbook of a plan: whatever was acknowledged is there, whatever
was not is there as a whole or not at all, every hash holds, and then the same act goes through.
``python -m tests.drills.killed_acts [--kills 10]`` does it more often; each of the acts is killed so many times on each database.
"""

import argparse
import random
import sqlite3
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass, field
from http.client import HTTPException
from pathlib import Path

from flask import Flask
from sqlalchemy import func, select, text

from accounts.identity import Role
from accounts.models import AuditEntry, User
from portal.clock import today
from portal.database import make_engine, session_scope
from portal.settings import read_settings
from portal.setup import run_setup
from scoring.rating.published_standards import current_standard
from surveys.models import Submission
from surveys.review.review import sending_key
from surveys.submissions.rounds import open_round
from tests.factories.rounds import open_sent_round
from tests.factories.users import create_user
from tests.support.acts import Act, approve_many, approve_one, import_accounts, import_city, import_forms, take_plan_back
from tests.support.integrity import find_damage, unlogged_approvals
from tests.support.new_databases import new_databases
from tests.support.places import Place
from tests.support.servers import Server
from tests.support.visitors import Page, Visitor, open_session
from wsgi import build_app

# How often it is looked whether somebody writes; and after which share of the time that it took, an act may be over this time.
LOOK, SHARE_OF_WRITING = 0.002, 0.85


def drill_killed_acts_on_sqlite() -> list[str]:
    """The one process is killed in the midst of approvals and imports, on SQLite."""
    return run("sqlite", kills=1)


def drill_killed_acts_on_postgresql() -> list[str]:
    """All workers are killed in the midst of approvals and imports, on PostgreSQL."""
    return run("postgresql", kills=1)


def main() -> None:
    """Kill each act so often, and say what came of it. Exits with 1 where anything was lost."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("kinds", nargs="*", default=["sqlite", "postgresql"], help="sqlite, postgresql")
    parser.add_argument("--kills", type=int, default=10)
    arguments = parser.parse_args()
    faults = [fault for kind in arguments.kinds for fault in run(kind, arguments.kills)]
    print("\n".join(faults) or "every acknowledged act is there, and none by halves")  # noqa: T201 - this is a command
    sys.exit(bool(faults))


def run(kind: str, kills: int) -> list[str]:
    """Kill each act so often on one kind of database. Gives what went wrong."""
    with tempfile.TemporaryDirectory(prefix="killed-") as name, new_databases(kind, Path(name)) as new_database:
        place = Place(new_database(), Path(name), "place")
        app = build_app(read_settings(place.environment))
        acts = prepare(app, kills)
        faults: list[str] = []
        with place.serve(kind, workers=2) as server:
            people = {"/users/import": "quan.tri", "/review/": "tham.dinh", "/plans/new": "ke.hoach"}
            visitors = {form: Visitor(server.port, open_session(app, username)) for form, username in people.items()}
            for act in acts:
                killer = Killer(app, server, visitors[act.form])
                faults += killer.run(act, kills)
                print(f"{kind}, {act.name}: {killer.hits} of {kills} kills fell before the end", flush=True)  # noqa: T201 - a figure of the drill
        app.extensions["engine"].dispose()
        return [f"{kind}: {fault}" for fault in faults]


@dataclass
class Killer:
    """Kills the server while a visitor waits for an answer, at moments spread over the time in which it writes."""

    app: Flask
    server: Server
    visitor: Visitor
    hits: int = 0
    moments: random.Random = field(default_factory=lambda: random.Random(12))

    def run(self, act: Act, kills: int) -> list[str]:
        """Let the act be done once, then kill it so often. Gives what went wrong."""
        watch = WriterWatch(self.app.extensions["engine"].url.render_as_string(hide_password=False))
        seconds, faults = self._time(act, watch), []
        for number in range(1, kills + 1):
            share = SHARE_OF_WRITING * (number - self.moments.random()) / kills
            faults += [f"{act.name}, kill {number}: {fault}" for fault in self._kill(act, number, watch, seconds * share)]
        watch.close()
        return faults

    def _time(self, act: Act, watch: "WriterWatch") -> float:
        """How many seconds the act writes, when nobody kills it."""
        answers: list[Page] = []
        thread = threading.Thread(target=lambda: answers.append(act.post(self.visitor, 0)))
        thread.start()
        watch.wait(lambda: not thread.is_alive())
        start = time.monotonic()
        thread.join()
        if not answers or answers[0].status >= 400 or act.count_done(0) != act.parts:
            raise RuntimeError(f"{act.name}: {answers and answers[0].text[-3000:]}")
        return time.monotonic() - start

    def _kill(self, act: Act, number: int, watch: "WriterWatch", seconds: float) -> Iterator[str]:
        answers: list[Page] = []

        def post() -> None:
            try:
                answers.append(act.post(self.visitor, number))
            except (OSError, HTTPException):
                self.hits += 1

        thread = threading.Thread(target=post)
        thread.start()
        watch.wait(lambda: not thread.is_alive())
        thread.join(seconds)
        self.server.kill()
        thread.join()
        self.server.start()
        done = act.count_done(number)
        if answers and (answers[0].status >= 400 or done != act.parts):
            yield f"it was answered with {answers[0].status}, and {done} of {act.parts} parts are there"
        if not act.is_by_parts and done not in (0, act.parts):
            yield f"{done} of {act.parts} parts are there"
        yield from find_all_damage(self.app)
        if done != act.parts:
            again = act.post_again(self.visitor, number)
            if again.status >= 400 or act.count_done(number) != act.parts:
                yield f"the same act afterwards was answered with {again.status}: {again.text[-300:]}"
            yield from find_all_damage(self.app)


class WriterWatch:
    """Looks whether somebody holds the database to write."""

    def __init__(self, url: str) -> None:
        self.engine = make_engine(url)
        self.pause = threading.Event()

    def wait(self, is_over: Callable[[], bool]) -> None:
        """Wait until somebody writes, or it is over."""
        is_writing = self._is_writing_file if self.engine.dialect.name == "sqlite" else self._is_writing_server
        while not is_over() and not is_writing():
            self.pause.wait(LOOK)

    def _is_writing_file(self) -> bool:
        with closing(sqlite3.connect(str(self.engine.url.database), 0, isolation_level=None)) as database:
            try:
                database.execute("BEGIN IMMEDIATE")
            except sqlite3.OperationalError:
                return True
            return False

    def _is_writing_server(self) -> bool:
        query = "SELECT count(*) FROM pg_stat_activity WHERE backend_xid IS NOT NULL AND datname = current_database()"
        with self.engine.execution_options(writes=False).connect() as connection:
            return bool(connection.execute(text(query)).scalar())

    def close(self) -> None:
        self.engine.dispose()


def find_all_damage(app: Flask) -> list[str]:
    """What is half written or does not have its hash; here each approval and each import came by a page."""
    with session_scope(app.extensions["engine"], writes=False) as session:
        damage = find_damage(app, session)
        lines = session.execute(select(AuditEntry.action, AuditEntry.after).where(AuditEntry.action.like("%:import"))).all()
        logged = sum(after["accounts"] for action, after in lines if action == "account:import")
        imported = session.scalar(select(func.count()).select_from(User).where(User.username.like("nap.%")))
        faults = [] if logged == imported else [f"{imported} accounts, {logged} of them in the audit trail"]
        return damage + unlogged_approvals(session) + faults


def prepare(app: Flask, kills: int) -> list[Act]:
    """A city with a round that was sent for each kind of approval, one that is open for the imports, and who acts."""
    run_setup(app, interactive=False)
    engine, many = app.extensions["engine"], 126 // (kills + 1)
    with app.app_context(), session_scope(engine, writes=True) as session:
        create_user(session, "quan.tri", "Quản trị", Role.ADMINISTRATOR, password="mot-hai-ba-bon")
        create_user(session, "tham.dinh", "Chuyên viên thẩm định", Role.REVIEWER, password="mot-hai-ba-bon")
        create_user(session, "ke.hoach", "Chuyên viên tài chính", Role.PLANNER, password="mot-hai-ba-bon")
        for user in session.scalars(select(User)):
            user.must_change_password = False
        open_survey = open_round(session, "Đang nhập", today(), today(), current_standard(session).version)
        for_many = [(row.id, sending_key(row)) for row in open_sent_round(session, "Duyệt nhiều phiếu")]
        for_one = [(row.id, sending_key(row)) for row in open_sent_round(session, "Duyệt từng phiếu")]
        drafts = list(session.scalars(select(Submission.id).where(Submission.round_id == open_survey.id)))
        round_id = open_survey.id
    return [
        approve_one(engine, for_one),
        approve_many(engine, for_many, many),
        import_accounts(engine),
        import_city(engine, round_id),
        import_forms(engine, round_id, drafts),
        take_plan_back(engine),
    ]


if __name__ == "__main__":
    main()
