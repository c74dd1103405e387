"""A queue as people have it: what is asked for waits until a worker comes by, which a test plays itself."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from flask import Flask

from portal.jobs.queue import FOLDER, JobQueue
from portal.jobs.storage import open_huey
from tests.support.applications import set_setting


@contextmanager
def waiting_queue(app: Flask, folder: Path) -> Iterator[JobQueue]:
    """In place of the one that does everything at once."""
    set_setting(app, instance=folder)
    queue = JobQueue(app, open_huey(app.config["SETTINGS"], app.extensions["engine"]), folder / FOLDER)
    app.extensions["jobs"] = queue
    yield queue
    queue.huey.storage.close()


def do_jobs(queue: JobQueue) -> None:
    """Do all that waits, as a worker would."""
    while (task := queue.huey.dequeue()) is not None:
        queue.huey.execute(task)
