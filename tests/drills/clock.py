"""The clock of the machine jumps, ahead and back, while officers save.

Nobody loses a save, a clock that is set back signs nobody out, one that goes ahead signs out whom the time-out says, who then goes on; logs and
versions stay in the order in which things happened.
"""

import tempfile
from functools import partial
from pathlib import Path

from portal.settings import read_settings
from tests.drills.storm import PASSWORD, compare, find_faults, prepare, report, run_storm
from tests.support.new_databases import new_databases
from tests.support.places import Place
from tests.support.visitors import Visitor
from wsgi import build_app

OFFICERS, SAVES, PAUSE = 12, 4, 1.0
HOUR, DAY = 3600, 24 * 3600
# By how much the clock is wrong from then on, and whether it shows a time at which the sessions that were open are over.
JUMPS = (
    ("two hours ahead", 2 * HOUR, False),
    ("two hours back", -2 * HOUR, False),
    ("two days back", -2 * DAY, False),
    ("two days ahead", 2 * DAY, True),
    ("right again", 0, False),
)


def drill_moved_clock_on_sqlite() -> list[str]:
    """The clock jumps hours and days, ahead and back, while officers save on SQLite."""
    return run("sqlite")


def drill_moved_clock_on_postgresql() -> list[str]:
    """The clock jumps hours and days, ahead and back, while officers save on PostgreSQL."""
    return run("postgresql")


def run(kind: str) -> list[str]:
    """Each jump in the midst of a small storm. Gives what went wrong."""
    with tempfile.TemporaryDirectory(prefix="clock-") as name, new_databases(kind, Path(name)) as new_database:
        clock = Path(name) / "clock"
        clock.write_text("0")
        place = Place(new_database(), Path(name), "place", MOVED_CLOCK=str(clock), SESSION_IDLE_MINUTES="180")
        app = build_app(read_settings(place.environment))
        people, faults = prepare(app, OFFICERS), []
        with place.serve(kind, "tests.support.moved_clock") as server:
            for person in people:
                person.sign_in = partial(sign_in, server.port, person.username)
            for title, seconds, ends_sessions in JUMPS:
                for person in people:
                    person.begin()
                run_storm(server, people, SAVES, [partial(clock.write_text, str(seconds))], PAUSE)
                signed_in = sum(person.signed_in for person in people)
                report(f"{kind}, {title}, {signed_in} signed in again", people)
                # A line that looks idle for hours is cut by the server; a browser makes another, and so does an officer here.
                faults += [f"{title}: {fault}" for fault in find_faults(people, SAVES, None) + compare(app, people)]
                if signed_in != (len(people) if ends_sessions else 0):
                    faults.append(f"{title}: {signed_in} of {len(people)} had to sign in again")
        app.extensions["engine"].dispose()
        return [f"{kind}: {fault}" for fault in faults]


def sign_in(port: int, username: str) -> str:
    """The cookie of somebody who has typed the password once more."""
    visitor = Visitor(port, "")
    visitor.read_token("/sign-in")
    page = visitor.post("/sign-in", [("username", username), ("password", PASSWORD)])
    assert page.status == 302, page.text
    return visitor.cookie
