"""The queue of an application, and what is asked of it: a file that was made already, or a job that makes it."""

import secrets
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from flask import Flask, current_app
from huey import Huey
from sqlalchemy import Engine

from portal.caches import content_key
from portal.clock import now
from portal.errors import NotFoundError
from portal.jobs import results
from portal.jobs.job import LOST, Asker, Job, JobState, KeptResult
from portal.jobs.kinds import MadeFile, get_job_kind, no_progress
from portal.jobs.ledger import Ledger, reachable
from portal.jobs.run import Place, run_job
from portal.jobs.storage import FILE, open_huey
from portal.settings import Settings

FOLDER = "results"


class JobQueue:
    """A queue with its ledger and the folder of what was made."""

    def __init__(self, app: Flask, huey: Huey, folder: Path) -> None:
        self.huey, self.ledger, self.folder = huey, Ledger(huey.storage), folder
        self._run: Callable[[str], Any] = huey.task(name="run_job")(lambda job_id: run_job(app, Place(self.ledger, folder), job_id))
        for duty in (self.prune, self.put_back):
            huey.on_startup(name=duty.__name__)(duty)
            huey.periodic_task(lambda _moment: True, name=duty.__name__)(duty)

    def add(self, job: Job) -> None:
        """Let a worker do a job that was put down."""
        with reachable():
            self._run(job.id)

    def prune(self) -> None:
        """Forget and erase what nobody may ask for any more."""
        moment = now()
        for job in self.ledger.list():
            if job.result is not None and job.result.until <= moment:
                self.erase(job.result.sha256)
        self.ledger.forget_old(moment)
        results.erase_old(self.folder, moment)

    def put_back(self) -> None:
        """Let the jobs be done that wait without a message: whoever put one down, or took it and had not begun, was killed."""
        with reachable():
            told = {task.args[0] for task in self.huey.pending() if task.args}
        moment = now()
        for job in self.ledger.list():
            if job.state is JobState.WAITING and job.id not in told and moment - job.asked_at > LOST:
                self.add(job)

    def keep(self, data: bytes) -> str:
        """Keep a file that a job is to read, and give its hash."""
        return results.keep(self.folder, data)

    def read_kept(self, sha256: str) -> bytes | None:
        """Such a file, None where it is not kept any more."""
        return results.read(self.folder, sha256)

    def erase(self, sha256: str) -> None:
        """Keep a file no longer: one that was read, or a result."""
        results.erase(self.folder, sha256)

    def read(self, kept: KeptResult | None) -> MadeFile | None:
        """A finished file, None where it is not kept any more."""
        data = results.read(self.folder, kept.sha256) if kept is not None and now() < kept.until else None
        return MadeFile(data, kept.name, kept.mimetype, kept.facts) if kept is not None and data is not None else None


def job_queue() -> JobQueue:
    """The queue of this application, opened on first use: a database that is being restored must stay empty until then."""
    app: Flask = current_app._get_current_object()  # type: ignore[attr-defined]  # a worker hands the application on to its threads
    if "jobs" not in app.extensions:
        settings: Settings = app.config["SETTINGS"]
        with reachable():
            huey = open_huey(settings, app.extensions["engine"])
        app.extensions["jobs"] = JobQueue(app, huey, settings.instance / FOLDER)
    queue: JobQueue = app.extensions["jobs"]
    return queue


def has_queue() -> bool:
    """Whether anybody can have asked for anything yet."""
    engine: Engine = current_app.extensions["engine"]
    settings: Settings = current_app.config["SETTINGS"]
    return "jobs" in current_app.extensions or engine.dialect.name != "sqlite" or (settings.instance / FILE).exists()


def ask_for(kind_name: str, parameters: Mapping[str, Any], asker: Asker, address: str) -> MadeFile | Job:
    """The file that was made of the same, or the job that makes it. Raises what its kind raises where there is nothing to be made."""
    queue, kind = job_queue(), get_job_kind(kind_name)
    order = kind.prepare(parameters)
    if order.is_quick and (file := order.work(no_progress).file):
        return file
    if not kind.is_secret and (made := queue.read(queue.ledger.find_result(order.key))):
        return made
    job = Job(secrets.token_hex(8), kind_name, parameters, asker, order.key, address, now())
    joined = queue.ledger.join(content_key(kind_name, order.key, asker.user_id, asker.acts_for), job)
    if joined is job:
        queue.add(job)
    made = None if kind.is_secret else queue.read(queue.ledger.find_result(order.key))
    return made or get_job(joined.id)


def get_job(job_id: str) -> Job:
    """A job as people are told of it. Raises NotFoundError."""
    job = job_queue().ledger.look(job_id)
    if job is None:
        raise NotFoundError("Không có yêu cầu này, hoặc yêu cầu đã quá một ngày.")
    return job
