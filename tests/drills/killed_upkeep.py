"""Upkeep that is cut off: an upgrade, a backup and a restore are killed, as by a power cut of the program, or find the disk full.

After each kill the database is of the old version or of the new one with every row, what counts as a backup is whole, and a place is empty
or restored to the last row; then the same command runs to its end. ``python -m tests.drills.killed_upkeep [--kills 17]`` does it more often.
"""

import argparse
import random
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from portal.backups.folder import get_backup, list_names
from portal.backups.verify import find_faults
from portal.database import make_engine
from portal.migration import current_version, head
from tests.landed_states.restore import restore
from tests.landed_states.rows import Rows, lost_rows, read_rows
from tests.support.new_databases import new_databases
from tests.support.places import Place

STATE = "2147a0d2"
# Before this share of its time a command has only loaded the program.
SHARE_OF_START = 0.4
# Room for no database of this state.
FULL_DISK = 800_000


def drill_killed_upkeep_on_sqlite() -> list[str]:
    """Upgrades, backups and restores are killed, or find the disk full, on SQLite."""
    return run("sqlite", kills=2)


def drill_killed_upkeep_on_postgresql() -> list[str]:
    """Upgrades, backups and restores are killed, or find the disk full, on PostgreSQL."""
    return run("postgresql", kills=2)


def main() -> None:
    """Kill each command so often, and say what came of it. Exits with 1 where anything was lost."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--kills", type=int, default=17)
    kills = parser.parse_args().kills
    faults = [fault for kind in ("sqlite", "postgresql") for fault in run(kind, kills)]
    print("\n".join(faults) or "nothing was lost, nothing is half written")  # noqa: T201 - this is a command
    sys.exit(bool(faults))


def run(kind: str, kills: int) -> list[str]:
    """Kill each of the three commands so often on one kind of database. Gives what went wrong."""
    with tempfile.TemporaryDirectory(prefix="killed-") as name, new_databases(kind, Path(name)) as new_database:
        killer, folder = Killer(kills), Path(name)
        faults = kill_upgrades(killer, lambda: Place(new_database(), folder, "upgraded", WARD_MODE="demo"))
        place = Place(new_database(), folder, "whole", WARD_MODE="demo")
        restore(STATE, "demo", place.url)
        place.must("setup")
        faults += kill_backups(killer, place)
        faults += kill_restores(killer, rows_of(place), lambda: Place(new_database(), folder, "restored", WARD_MODE="demo"))
        faults += fill_disk(place, lambda: Place(new_database(), folder, "full", WARD_MODE="demo"))
        print(f"{kind}: {killer.hits} of {3 * kills} kills fell before the end", flush=True)  # noqa: T201 - a figure of the drill
        return [f"{kind}: {fault}" for fault in faults]


class Killer:
    """Kills commands at moments spread over the time that they take."""

    def __init__(self, kills: int) -> None:
        self.kills, self.hits, self._moments = kills, 0, random.Random(12)

    def shares(self) -> list[float]:
        """After which share of its time each of the kills falls."""
        width = (1 - SHARE_OF_START) / self.kills
        return [SHARE_OF_START + width * (number + self._moments.random()) for number in range(self.kills)]

    def kill(self, place: Place, seconds: float, *words: str) -> None:
        """Start a command and kill it after a while, unless it is done by then."""
        process = place.start(*words)
        try:
            process.communicate(timeout=seconds)
        except subprocess.TimeoutExpired:
            self.hits += 1
            process.kill()
            process.communicate()


def kill_upgrades(killer: Killer, new_place: Callable[[], Place]) -> list[str]:
    """Kill set-up of a database of the oldest state."""
    place = new_place()
    restore(STATE, "demo", place.url)
    before, seconds, faults = rows_of(place), timed(place, "setup"), []
    for share in killer.shares():
        place = new_place()
        restore(STATE, "demo", place.url)
        killer.kill(place, seconds * share, "setup")
        version = version_of(place)
        if version not in ("0001", head()):
            faults.append(f"a killed upgrade left the version {version}")
        faults += [f"a killed upgrade, {fault}" for fault in lost_rows(before, rows_of(place)) + half_backups(place)]
        place.must("setup")
        faults += [f"the upgrade after a killed one, {fault}" for fault in lost_rows(before, rows_of(place))]
    return faults


def kill_backups(killer: Killer, place: Place) -> list[str]:
    """Kill the making of backups."""
    seconds, faults = timed(place, "backup", "create"), []
    for share in killer.shares():
        killer.kill(place, seconds * share, "backup", "create")
        faults += half_backups(place)
        place.must("backup", "create")
        place.must("backup", "verify")
    return faults


def kill_restores(killer: Killer, rows: Rows, new_place: Callable[[], Place]) -> list[str]:
    """Kill restores of the newest backup."""
    place = new_place()
    backup = list_names(place.backups)[-1]
    seconds, faults = timed(place, "backup", "restore", backup), []
    for share in killer.shares():
        place = new_place()
        killer.kill(place, seconds * share, "backup", "restore", backup)
        if version_of(place) is None:
            place.must("backup", "restore", backup)
        faults += [f"a killed restore, {fault}" for fault in lost_rows(rows, rows_of(place))]
    return faults


def fill_disk(whole: Place, new_place: Callable[[], Place]) -> list[str]:
    """Let the disk be full during a backup, an upgrade and, where the database is a file, a restore. Each says so and changes nothing."""
    backups = list_names(whole.backups)
    old, empty, faults = new_place(), new_place(), []
    restore(STATE, "demo", old.url)
    attempts = [(whole, head(), ("backup", "create")), (old, "0001", ("setup",))]
    if empty.url.startswith("sqlite"):
        attempts.append((empty, None, ("backup", "restore", backups[-1])))
    for place, version, words in attempts:
        code, said = place.run(*words, largest_file=FULL_DISK)
        if code != 1 or "ổ đĩa còn chỗ" not in said:
            faults.append(f"{' '.join(words)} on a full disk ended with {code}: {said[-300:]}")
        if version_of(place) != version or list_names(place.backups) != backups:
            faults.append(f"{' '.join(words)} on a full disk changed something")
    return faults


def timed(place: Place, *words: str) -> float:
    """How many seconds a command takes that nobody kills."""
    start = time.monotonic()
    place.must(*words)
    return time.monotonic() - start


def half_backups(place: Place) -> list[str]:
    """What is wrong with anything that counts as a backup."""
    names = list_names(place.backups)
    return [f"backup {name}: {fault}" for name in names for fault in find_faults(get_backup(place.backups, name))]


def rows_of(place: Place) -> Rows:
    engine = make_engine(place.url)
    rows = read_rows(engine)
    engine.dispose()
    return rows


def version_of(place: Place) -> str | None:
    engine = make_engine(place.url)
    version = current_version(engine)
    engine.dispose()
    return version


if __name__ == "__main__":
    main()
