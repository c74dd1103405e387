"""The kinds of jobs. Each room declares its own, in its wiring: what it is called, who may ask for it, and how it is done."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from flask import Flask, current_app

from portal.errors import NotFoundError, WardReadinessError
from portal.jobs.job import KEPT, Asker

# How far a job is, of how much. Raises JobCancelledError once nobody wants it any more.
Progress = Callable[[int, int], None]
# Makes whoever asked the person of this work, if they still may. Raises WardReadinessError.
Gate = Callable[[Asker, str], None]


class JobCancelledError(WardReadinessError):
    """Whoever asked for the work does not want it any more."""


def no_progress(_done: int, _total: int) -> None:
    """For work that nobody looks at."""


@dataclass(frozen=True)
class MadeFile:
    """A file for whoever asked. ``facts`` are what the audit trail is told when it is sent."""

    data: bytes
    name: str
    mimetype: str
    facts: Mapping[str, Any] = field(default_factory=dict)


def _nothing() -> None:
    """There is nothing to settle."""


@dataclass(frozen=True)
class Outcome:
    """What a job came to: a file, or lines for its page. ``settle`` writes what must not be true before the file is kept."""

    file: MadeFile | None = None
    lines: tuple[str, ...] = ()
    settle: Callable[[], None] = _nothing


@dataclass(frozen=True)
class Order:
    """Work that was looked up and not done yet. ``key`` is the hash of all that it is made of, with what its person may see.

    What is quick is done where it is asked for.
    """

    key: str
    work: Callable[[Progress], Outcome]
    is_quick: bool = False


@dataclass(frozen=True)
class JobKind:
    """A kind of job. ``prepare`` reads, quickly, in the request and once more in the worker, as the person who asked.

    ``page`` is the endpoint that shows the result of a job by its id; without one the file is sent where it was asked for. A secret
    result is shown there alone, and kept for ``kept``.
    """

    name: str
    label: str
    permission: str
    prepare: Callable[[Mapping[str, Any]], Order]
    page: str = ""
    kept: timedelta = KEPT

    @property
    def is_secret(self) -> bool:
        """Whether only this very job leads to its result."""
        return bool(self.page)


def add_job_kind(app: Flask, kind: JobKind) -> None:
    """Register a kind of job."""
    app.extensions.setdefault("job_kinds", {})[kind.name] = kind


def get_job_kind(name: str) -> JobKind:
    """A kind by its name. Raises NotFoundError for one of another version of the program."""
    kind: JobKind | None = current_app.extensions["job_kinds"].get(name)
    if kind is None:
        raise NotFoundError("Loại yêu cầu này không còn. Gửi lại yêu cầu.")
    return kind


def set_job_gate(app: Flask, gate: Gate) -> None:
    """Say who looks whether whoever asked may still have it when their job is run."""
    app.extensions["job_gate"] = gate


def pass_gate(asker: Asker, permission: str) -> None:
    """Make whoever asked the person of this work. Raises WardReadinessError where they may not any more."""
    gate: Gate = current_app.extensions["job_gate"]
    gate(asker, permission)
