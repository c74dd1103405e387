"""Do one job, in a worker: as the person who asked, if they still may, outside any transaction that writes."""

import logging
import threading
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from flask import Flask, g

from portal.clock import now
from portal.database import read_one_moment
from portal.errors import WardReadinessError
from portal.jobs import results
from portal.jobs.job import BEAT, Job, JobState, KeptResult
from portal.jobs.kinds import JobCancelledError, JobKind, Outcome, get_job_kind, pass_gate
from portal.jobs.ledger import Ledger, QueueError

log = logging.getLogger("ward_readiness")
# A page asks once a second.
PAUSE = timedelta(seconds=0.5)


@dataclass(frozen=True)
class Place:
    """Where jobs are put down, and where what they make is kept."""

    ledger: Ledger
    folder: Path


def run_job(app: Flask, place: Place, job_id: str) -> None:
    """Do a job that waits, and put down what it came to. Whatever goes wrong is told on its page."""
    job = place.ledger.find(job_id)
    if job is None or job.state is not JobState.WAITING:
        return
    with app.app_context(), _Running(place.ledger, job) as running:
        g.job = job_id
        read_one_moment()
        try:
            running.check()
            ended = _work(place, get_job_kind(job.kind), running)
        except JobCancelledError as error:
            ended = {"state": JobState.CANCELLED, "lines": (error.message,)}
        except WardReadinessError as error:
            ended = {"state": JobState.FAILED, "lines": tuple(error.message.splitlines())}
        except Exception as error:
            log.exception("job %s %s", job.kind, job_id, exc_info=error)
            sentence = f"Có lỗi trong hệ thống và lỗi đã được ghi lại với số {job_id}. Làm lại sau ít phút, hoặc báo số này cho quản trị hệ thống."
            ended = {"state": JobState.FAILED, "lines": (sentence,)}
        running.end(ended)


def _work(place: Place, kind: JobKind, running: "_Running") -> dict[str, Any]:
    """What becomes of the job. Raises JobCancelledError, WardReadinessError."""
    job = running.job
    pass_gate(job.asker, kind.permission)
    order = kind.prepare(job.parameters)
    kept = None if kind.is_secret else place.ledger.find_result(order.key)
    if kept is not None and results.read(place.folder, kept.sha256) is not None:
        # Somebody else had asked for the same.
        return {"state": JobState.DONE, "result": kept}
    outcome = order.work(running.report)
    if outcome.file is not None:
        # What is no file was done by now.
        running.check()
    return _keep(place, kind, order.key, outcome)


def _keep(place: Place, kind: JobKind, key: str, outcome: Outcome) -> dict[str, Any]:
    file = outcome.file
    if file is None:
        outcome.settle()
        return {"state": JobState.DONE, "lines": outcome.lines}
    sha256 = results.keep(place.folder, file.data)
    try:
        outcome.settle()
    except BaseException:
        # Whatever ended it, even the end of this process: what is not true must not be handed out.
        results.erase(place.folder, sha256)
        raise
    kept = KeptResult(sha256, file.name, file.mimetype, now() + kind.kept, file.facts)
    if not kind.is_secret:
        place.ledger.note_result(key, kept)
    return {"state": JobState.DONE, "lines": outcome.lines, "result": kept}


class _Running:
    """A job under way: how far it is, and that its worker lives."""

    def __init__(self, ledger: Ledger, job: Job) -> None:
        moment = now()
        self._ledger, self._lock, self._ended = ledger, threading.Lock(), threading.Event()
        self._pulse = threading.Thread(target=self._beat, daemon=True)
        self.job, self._told_at = replace(job, state=JobState.RUNNING, beat_at=moment), moment

    def __enter__(self) -> Self:
        self._ledger.write(self.job)
        self._pulse.start()
        return self

    def __exit__(self, _kind: type[BaseException] | None, _error: BaseException | None, _trace: TracebackType | None) -> None:
        self._ended.set()
        self._pulse.join()

    def report(self, done: int, total: int) -> None:
        """Put down how far it is, not more often than anybody looks. Raises JobCancelledError."""
        with self._lock:
            moment, is_new = now(), total != self.job.total
            self.job = replace(self.job, done=done, total=total)
            if not is_new and abs(moment - self._told_at) < PAUSE:
                return
            self._told_at, self.job = moment, replace(self.job, beat_at=moment)
            self._ledger.write(self.job)
        self.check()

    def check(self) -> None:
        """Raise JobCancelledError where nobody wants it any more."""
        if self._ledger.is_cancelled(self.job.id):
            raise JobCancelledError("Yêu cầu đã được hủy.")

    def end(self, changes: dict[str, Any]) -> None:
        """Put down what it came to."""
        self._ended.set()
        self._pulse.join()
        self.job = replace(self.job, ended_at=now(), **changes)
        self._ledger.write(self.job)

    def _beat(self) -> None:
        while not self._ended.wait(BEAT.total_seconds()):
            with self._lock:
                self.job = replace(self.job, beat_at=now())
                try:
                    self._ledger.write(self.job)
                except QueueError:
                    log.warning("Hàng đợi yêu cầu chưa trả lời; tiến trình vẫn làm tiếp.")
