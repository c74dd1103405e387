"""A storm: 126 officers who each save a field every two seconds, while the server is killed again and again.

``python -m tests.drills.storm [sqlite|postgresql] [--saves 60] [--kills 10]`` starts a server of its own on the loopback (waitress
on SQLite, four gunicorn workers on PostgreSQL), first in calm, then with kills, prints how long a save took, and ends with an
error if a field that was acknowledged is not stored as it was acknowledged, if a save was refused or, in calm, not answered,
or if an officer was kept from working. A storm is over when every officer has saved so many fields: a slow machine takes longer.
"""

import argparse
import json
import random
import re
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from functools import partial
from http.client import HTTPConnection, HTTPException
from pathlib import Path
from urllib.parse import urlencode

from flask import Flask
from sqlalchemy import select

from accounts.identity import Role
from accounts.models import User
from accounts.sessions import begin_session, session_limits
from inventory.wards.queries import list_wards
from portal.clock import today
from portal.database import session_scope
from portal.settings import read_settings
from portal.setup import run_setup
from scoring.rating.published_standards import current_standard
from surveys.models import Answer, Submission
from surveys.submissions.rounds import open_round
from tests.factories.questionnaires import newest_questionnaire
from tests.factories.users import create_user
from tests.support.integrity import find_damage
from tests.support.new_databases import new_databases
from tests.support.places import Place
from tests.support.servers import Server
from wsgi import build_app

PASSWORD = "mot-hai-ba-bon"
# A browser waits longer than a person; one that finds nobody tries again in a while. Seconds.
PAUSE, PATIENCE, RETRY = 2.0, 60.0, 0.5
# The longest that a storm may take.
LIMIT = 1200.0
TOKEN = re.compile(r'name="csrf_token" value="([^"]+)"')
SENTENCE = re.compile(r'<p class="lead">(.*?)</p>', re.DOTALL)


class NotNowError(Exception):
    """The server answered, and did not save: it said why, or asked for the password."""


class Progress:
    """How many fields were saved in a storm, and whether it is over."""

    def __init__(self) -> None:
        self.saves = 0
        self.finished = threading.Event()
        self._changed = threading.Condition()

    def note_save(self) -> None:
        with self._changed:
            self.saves += 1
            self._changed.notify_all()

    def end(self) -> None:
        with self._changed:
            self.finished.set()
            self._changed.notify_all()

    def wait_for(self, saves: int) -> None:
        """Wait until so many were saved, or the storm is over, or no storm lasts that long."""
        with self._changed:
            self._changed.wait_for(lambda: self.saves >= saves or self.finished.is_set(), timeout=LIMIT)


@dataclass
class Officer:
    """One client: its ward's submission, its cookie, and what the server has acknowledged."""

    submission_id: int
    cookie: str
    fields: list[tuple[str, str]]
    username: str = ""
    token: str = ""
    acknowledged: dict[str, str] = field(default_factory=dict)
    pending: tuple[str, str] | None = None
    times: list[float] = field(default_factory=list)
    refusals: list[str] = field(default_factory=list)
    lost_lines: int = 0
    # What the server said instead of saving, for now; and how the officer signs in again where it has ended the session.
    told: list[str] = field(default_factory=list)
    sign_in: Callable[[], str] | None = None
    signed_in: int = 0

    def begin(self) -> None:
        """Forget what was counted in the storm before; what was acknowledged still counts."""
        self.times, self.refusals, self.lost_lines, self.told, self.signed_in = [], [], 0, [], 0

    def work(self, port: int, progress: Progress, saves: int, pause: float, start: float) -> None:
        """Save so many fields, one every ``pause`` seconds. Whatever else goes wrong counts as a refusal."""
        try:
            self._work(port, progress, saves, pause, start)
        except Exception as error:
            self.refusals.append(f"the officer gave up: {error!r}")
            progress.end()

    def _work(self, port: int, progress: Progress, saves: int, pause: float, start: float) -> None:
        progress.finished.wait(start)
        count, connection = 0, None
        while count < saves and not progress.finished.is_set():
            start_of_save = time.monotonic()
            section, name = self.fields[count % len(self.fields)]
            number = str(count % 9 + 1)
            self.pending = self.pending or (name, number if self.acknowledged.get(name) != number else "0")
            try:
                connection = connection or HTTPConnection("127.0.0.1", port, timeout=PATIENCE)
                if not self.token:
                    self.token = self._read_token(connection)
                self._save(connection, section)
                count += 1
            except (OSError, HTTPException):
                # Killed under our hands: whether the field was stored is not known, so the same one goes up again.
                connection, self.lost_lines = None, self.lost_lines + 1
                progress.finished.wait(RETRY)
                continue
            except NotNowError:
                progress.finished.wait(RETRY)
                continue
            progress.note_save()
            progress.finished.wait(max(0, pause - (time.monotonic() - start_of_save)))

    def _read_token(self, connection: HTTPConnection) -> str:
        connection.request("GET", f"/surveys/{self.submission_id}/sections/0", headers={"Cookie": self.cookie})
        answer = connection.getresponse()
        page = answer.read().decode()
        token = TOKEN.search(page)
        assert answer.status == 200 and token, f"the form answered {answer.status}: {page}"
        for header in answer.headers.get_all("Set-Cookie") or []:
            self.cookie = header.partition(";")[0]
        return token[1]

    def _save(self, connection: HTTPConnection, section: str) -> None:
        assert self.pending
        name, value = self.pending
        base = json.dumps({name: self.acknowledged.get(name, "")})
        body = urlencode({"csrf_token": self.token, name: value, "base": base})
        headers = {"Cookie": self.cookie, "Content-Type": "application/x-www-form-urlencoded", "Accept": "application/json"}
        start = time.perf_counter()
        connection.request("POST", f"/surveys/{self.submission_id}/sections/{section}/fields", body, headers)
        answer = connection.getresponse()
        text = answer.read().decode()
        duration = time.perf_counter() - start
        if answer.status == 503:
            sentence = SENTENCE.search(text)
            self.told.append(sentence[1].strip() if sentence else text[:200])
            raise NotNowError
        if answer.status == 302 and self.sign_in is not None:
            self.cookie, self.token, self.signed_in = self.sign_in(), "", self.signed_in + 1
            raise NotNowError
        if answer.status != 200 or json.loads(text)["conflicts"]:
            self.refusals.append(f"{answer.status} {text[:200]}")
        else:
            self.acknowledged[name] = value
            self.times.append(duration)
        self.pending = None


def drill_storm_on_sqlite() -> list[str]:
    """126 officers save 12 fields each while the one process is killed five times."""
    return run("sqlite", saves=12, kills=5)


def drill_storm_on_postgresql() -> list[str]:
    """126 officers save 12 fields each while all workers are killed five times."""
    return run("postgresql", saves=12, kills=5)


def main() -> None:
    """Run the storm and say what came of it. Exits with 1 where a field was lost or a save refused."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("kinds", nargs="*", default=["sqlite", "postgresql"], help="sqlite, postgresql")
    parser.add_argument("--saves", type=int, default=60)
    parser.add_argument("--kills", type=int, default=10)
    parser.add_argument("--officers", type=int, default=126)
    arguments = parser.parse_args()
    faults = [fault for kind in arguments.kinds for fault in run(kind, arguments.saves, arguments.kills, arguments.officers)]
    print("\n".join(faults) or "every acknowledged field is stored, no save was refused")  # noqa: T201 - this is a command
    sys.exit(bool(faults))


def run(kind: str, saves: int, kills: int, officers: int = 126) -> list[str]:
    """One storm in calm, and one with kills. Gives what went wrong."""
    faults = []
    with tempfile.TemporaryDirectory(prefix="storm-") as folder, new_databases(kind, Path(folder)) as new_database:
        place = Place(new_database(), Path(folder), "place")
        app = build_app(read_settings(place.environment))
        people = prepare(app, officers)
        with place.serve(kind) as server:
            for count in (0, kills):
                for person in people:
                    person.begin()
                run_storm(server, people, saves, [partial(kill_and_look, server, app, faults)] * count)
                report(f"{kind}, {count} kills", people)
                faults += [f"{kind}: {fault}" for fault in find_faults(people, saves, count)]
        faults += [f"{kind}: {fault}" for fault in compare(app, people)]
        app.extensions["engine"].dispose()
    return faults


def kill_and_look(server: Server, app: Flask, faults: list[str]) -> None:
    """Kill the server, add what it left by halves, and start it again."""
    server.kill()
    with session_scope(app.extensions["engine"], writes=False) as session:
        faults += find_damage(app, session)
    server.start()


def prepare(app: Flask, officers: int) -> list[Officer]:
    """A city that was set up, a round, and an officer with a session for each ward."""
    run_setup(app, interactive=False)
    fields = [
        (section.code, question.key)
        for section in newest_questionnaire().sections
        for question in section.questions
        if question.kind == "count" and question.asked_of == "ward" and question.ask_if is None and question.maximum >= 10
    ]
    serializer, limits = app.session_interface.get_signing_serializer(app), session_limits(app.config["SETTINGS"])
    with session_scope(app.extensions["engine"], writes=True) as session:
        survey_round = open_round(session, "Bão", today(), today(), current_standard(session).version)
        create_user(session, "quan.tri", "Quản trị", Role.ADMINISTRATOR, password=PASSWORD)
        people = []
        for ward in list_wards(session)[:officers]:
            create_user(session, f"bao.{ward.code}", "Công chức", Role.OFFICER, [ward.code], password=PASSWORD)
            session.flush()
            user = session.scalars(select(User).where(User.username == f"bao.{ward.code}")).one()
            user.must_change_password = False
            submission_id = session.scalars(
                select(Submission.id).where(Submission.round_id == survey_round.id, Submission.ward_code == ward.code)
            ).one()
            cookie = serializer.dumps({"token": begin_session(session, user.id, "127.0.0.1", limits)})
            people.append(Officer(submission_id, f"ward_readiness={cookie}", fields, user.username))
        return people


def run_storm(
    server: Server, people: list[Officer], saves: int, disturbances: Sequence[Callable[[], object]] = (), pause: float = PAUSE
) -> None:
    """All officers at once. The disturbances are spread over what they save, so that each falls while they work."""
    progress, starts = Progress(), random.Random(7)
    threads = [
        threading.Thread(target=person.work, args=(server.port, progress, saves, pause, starts.uniform(0, pause)))
        for person in people
    ]
    for thread in threads:
        thread.start()
    for number, disturb in enumerate(disturbances, start=1):
        progress.wait_for(len(people) * saves * number // (len(disturbances) + 1))
        disturb()
    undisturbed_since = time.monotonic()
    for thread in threads:
        thread.join(max(0, undisturbed_since + LIMIT - time.monotonic()))
    progress.end()
    for thread in threads:
        thread.join()


def find_faults(people: list[Officer], saves: int, kills: int | None, sentence: str = "") -> list[str]:
    """What was not as a storm has to be: refusals, officers who could not work, kills that hit nobody.

    ``kills`` is None where the server may cut a line by itself. Where the server had reason to say for a while that it cannot save, ``sentence`` is how it begins to.
    """
    told = [said for person in people for said in person.told]
    faults = [f"refused: {refusal}" for person in people for refusal in person.refusals]
    faults += [f"refused: {said}" for said in told if not sentence or not said.startswith(sentence)]
    if sentence and not told:
        faults.append(f"nobody was told: {sentence}")
    faults += [
        f"submission {person.submission_id}: {len(person.times)} of {saves} saves" for person in people if len(person.times) < saves
    ]
    lost_lines = sum(person.lost_lines for person in people)
    if kills == 0 and lost_lines:
        faults.append(f"{lost_lines} tries without an answer, and nobody killed the server")
    if kills and not lost_lines:
        faults.append(f"{kills} kills cost no try")
    return faults


def report(title: str, people: list[Officer]) -> None:
    """Print how long the saves took."""
    times = [duration for person in people for duration in person.times]
    lost_lines = sum(person.lost_lines for person in people)
    line = f"{title}: {len(times)} saves, {len(people)} officers, {percentiles(times)}, {lost_lines} tries on a dead line"
    print(line, flush=True)  # noqa: T201 - the figures are what the drill is for


def percentiles(times: Iterable[float]) -> str:
    """What half of them took, what all but one in twenty, and all but one in a hundred."""
    ordered = sorted(times) or [0.0]
    values = {share: ordered[min(len(ordered) - 1, int(len(ordered) * share / 100))] * 1000 for share in (50, 95, 99)}
    return ", ".join(f"p{share} {value:.1f} ms" for share, value in values.items())


def compare(app: Flask, people: list[Officer]) -> list[str]:
    """The fields that are stored otherwise than they were acknowledged, and what is half written. One that was underway at the end may be either."""
    with session_scope(app.extensions["engine"], writes=False) as session:
        faults = find_damage(app, session)
        for person in people:
            stored = {
                row.field: row.raw for row in session.scalars(select(Answer).where(Answer.submission_id == person.submission_id))
            }
            for name, value in person.acknowledged.items():
                allowed = {value} | ({person.pending[1]} if person.pending and person.pending[0] == name else set())
                if stored.get(name) not in allowed:
                    faults.append(f"submission {person.submission_id}: {name} is {stored.get(name)!r}, acknowledged {value!r}")
    return faults


if __name__ == "__main__":
    main()
