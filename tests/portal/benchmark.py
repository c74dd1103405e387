"""What a save costs that outlives a loss of power: ``synchronous=FULL``, as real use has it, beside NORMAL, and an fsync of this disk.

``python -m tests.portal.benchmark`` writes small transactions in turn with the one and the other, in one run, into this folder's disk.
"""

import os
import statistics
import tempfile
import time
from pathlib import Path

from sqlalchemy import text

from portal.database import make_engine

ROUNDS, WRITES = 20, 25


def main() -> None:
    """Measure and print. Milliseconds, median and worst."""
    with tempfile.TemporaryDirectory(prefix="durable-", dir=Path.cwd()) as folder:
        engines = {name: make_engine(f"sqlite:///{folder}/{name}.sqlite", is_durable=name == "FULL") for name in ("NORMAL", "FULL")}
        for engine in engines.values():
            with engine.execution_options(writes=True).begin() as connection:
                connection.execute(text("CREATE TABLE answer (id INTEGER PRIMARY KEY, value TEXT)"))
        times: dict[str, list[float]] = {name: [] for name in (*engines, "fsync")}
        for _ in range(ROUNDS):
            for name, engine in engines.items():
                times[name] += [_time_write(engine) for _ in range(WRITES)]
            times["fsync"] += [_time_fsync(Path(folder)) for _ in range(WRITES)]
        for engine in engines.values():
            engine.dispose()
    for name, values in times.items():
        ordered = sorted(values)
        worst = ordered[int(len(ordered) * 0.99)]
        print(f"{name:7} median {1000 * statistics.median(values):6.2f} ms   p99 {1000 * worst:6.2f} ms")  # noqa: T201 - a command


def _time_write(engine) -> float:
    start = time.perf_counter()
    with engine.execution_options(writes=True).begin() as connection:
        connection.execute(text("INSERT INTO answer (value) VALUES ('12')"))
    return time.perf_counter() - start


def _time_fsync(folder: Path) -> float:
    with (folder / "probe").open("ab") as file:
        file.write(b"x" * 4096)
        file.flush()
        start = time.perf_counter()
        os.fsync(file.fileno())
        return time.perf_counter() - start


if __name__ == "__main__":
    main()
