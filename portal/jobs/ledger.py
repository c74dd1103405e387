"""What is known of each job, as JSON beside the queue."""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import TypeVar

import psycopg
from cattrs import BaseValidationError
from cattrs.preconf.json import make_converter
from huey.constants import EmptyData
from huey.storage import BaseStorage

from portal.clock import now
from portal.errors import WardReadinessError
from portal.jobs.job import KEPT, Job, JobState, KeptResult

JOB, CANCEL, RESULT, FLIGHT = "job:", "cancel:", "result:", "flight:"
_converter = make_converter()
T = TypeVar("T")


class QueueError(WardReadinessError):
    """The queue does not answer."""

    status = 503


class Ledger:
    """The jobs of the last day, by their id."""

    def __init__(self, storage: BaseStorage) -> None:
        self._storage = storage

    def write(self, job: Job) -> None:
        """Put down how a job stands."""
        self._put(JOB + job.id, job)

    def find(self, job_id: str) -> Job | None:
        """A job as its worker left it, or None."""
        return self._read(JOB + job_id, Job)

    def look(self, job_id: str) -> Job | None:
        """A job as people are told of it, or None."""
        job = self.find(job_id)
        return job.seen_at(now(), is_cancelled=self.is_cancelled(job_id)) if job is not None else None

    def list(self) -> list[Job]:
        """All jobs as people are told of them, the newest first."""
        items, moment = self._items(), now()
        jobs = (_parse(value, Job) for name, value in items.items() if name.startswith(JOB))
        seen = [job.seen_at(moment, is_cancelled=CANCEL + job.id in items) for job in jobs if job is not None]
        return sorted(seen, key=lambda job: job.asked_at, reverse=True)

    def cancel(self, job_id: str) -> None:
        """Say that nobody wants a job any more. A note of its own: the job itself is written by its worker alone."""
        with reachable():
            self._storage.put_data(CANCEL + job_id, b"1")

    def is_cancelled(self, job_id: str) -> bool:
        """Whether nobody wants it any more."""
        with reachable():
            return bool(self._storage.has_data_for_key(CANCEL + job_id))

    def join(self, flight: str, job: Job) -> Job:
        """The job that is under way for the same question of the same person; the given one, put down, where there is none."""
        self.write(job)
        with reachable():
            is_first = self._storage.put_if_empty(FLIGHT + flight, job.id.encode())
            other_id = None if is_first else self._storage.peek_data(FLIGHT + flight)
        if other_id is not None and other_id is not EmptyData:
            other = self.look(bytes(other_id).decode())
            if other is not None and other.state.is_open:
                self._delete(JOB + job.id)
                return other
        with reachable():
            self._storage.put_data(FLIGHT + flight, job.id.encode())
        return job

    def note_result(self, key: str, result: KeptResult) -> None:
        """Let a finished file be found by all that it was made of."""
        self._put(RESULT + key, result)

    def find_result(self, key: str) -> KeptResult | None:
        """What was made of the same, and is still kept."""
        result = self._read(RESULT + key, KeptResult)
        return result if result is not None and now() < result.until else None

    def oldest_wait(self) -> timedelta:
        """How long the job waits that has waited for longest."""
        moment = now()
        return max((moment - job.asked_at for job in self.list() if job.state is JobState.WAITING), default=timedelta())

    def forget_old(self, moment: datetime) -> None:
        """Forget every job of more than a day ago, and what was made for it."""
        items = self._items()
        jobs = [_parse(value, Job) for name, value in items.items() if name.startswith(JOB)]
        kept = {job.id for job in jobs if job is not None and moment - job.asked_at < KEPT}
        for name, value in items.items():
            kind, _colon, rest = name.partition(":")
            match f"{kind}:":
                case "job:" | "cancel:":
                    is_old = rest not in kept
                case "flight:":
                    is_old = value.decode() not in kept
                case _:
                    result = _parse(value, KeptResult)
                    is_old = result is None or result.until <= moment
            if is_old:
                self._delete(name)

    def _put(self, name: str, value: Job | KeptResult) -> None:
        with reachable():
            self._storage.put_data(name, _converter.dumps(value).encode())

    def _read(self, name: str, kind: type[T]) -> T | None:
        with reachable():
            value = self._storage.peek_data(name)
        return None if value is EmptyData else _parse(bytes(value), kind)

    def _items(self) -> dict[str, bytes]:
        with reachable():
            return {name: bytes(value) for name, value in self._storage.result_items().items()}

    def _delete(self, name: str) -> None:
        with reachable():
            self._storage.delete_data(name)


def _parse(value: bytes, kind: type[T]) -> T | None:
    """A value as it was put down; None for what another version of the program did: in a day it is forgotten."""
    try:
        return _converter.loads(value, kind)
    except (ValueError, BaseValidationError):
        return None


@contextmanager
def reachable() -> Iterator[None]:
    """Say in a sentence that the queue does not answer."""
    try:
        yield
    except (sqlite3.Error, psycopg.Error) as error:
        raise QueueError(
            "Hàng đợi yêu cầu tạm thời không trả lời nên chưa làm được việc vừa gửi. Đợi ít phút rồi thử lại."
        ) from error
