"""The speed test of a connection from the ward's browser to this server: one at a time for a ward, a few at once for the city.

A running test is a row of evidence of its own kind, so that the limits hold across several processes.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from statistics import median

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from portal.checked_files import CheckedFile
from portal.clock import now, to_hanoi
from portal.errors import NotFoundError
from portal.kept_files import KeptFile, keep_file
from surveys.checks.entries import SubmissionError
from surveys.checks.states import EvidenceKind
from surveys.models import Evidence, Submission
from surveys.submissions.submissions import require_editable

# The connections that a ward can measure from its desk.
MEASURABLE_LINES = ("internet", "backup")
TURN_LIFETIME = timedelta(seconds=120)
MAX_CONCURRENT, MAX_PER_DAY = 3, 10
MAX_RUNS, MAX_BYTES = 24, 4 * 1024 * 1024
MAX_MBPS = 100_000
MAX_TEXT = 300


class BusyError(SubmissionError):
    """No speed test can start now; the message says when to try again."""

    status = 429


@dataclass(frozen=True)
class SpeedTestResult:
    """The result of a speed test: medians in whole Mbps each way, latency in whole ms, and each run."""

    down: int
    up: int
    latency: int
    details: Mapping[str, object]


@dataclass(frozen=True)
class KeptResult:
    """A result in the store, and what it says."""

    file: KeptFile
    details: Mapping[str, object]


def begin_speed_test(session: Session, submission: Submission, line: str, by: str, address: str, device: str) -> Evidence:
    """Start a test. Raises BusyError, NotFoundError for another connection, or SubmissionError where it cannot be edited any more."""
    require_editable(submission)
    if line not in MEASURABLE_LINES:
        raise NotFoundError("Không đo đường này từ đây được.")
    moment = now()
    running_count = select(func.count()).where(Evidence.kind == EvidenceKind.MEASURING.value, Evidence.at > moment - TURN_LIFETIME)
    if session.scalar(running_count.where(Evidence.submission_id == submission.id)):
        raise BusyError("Đơn vị đang có một lần đo chưa xong. Đợi hai phút rồi đo lại.")
    if (session.scalar(running_count) or 0) >= MAX_CONCURRENT:
        raise BusyError("Nhiều đơn vị đang đo cùng lúc nên kết quả sẽ không đúng. Đợi vài phút rồi đo lại.")
    measured_kinds = (EvidenceKind.MEASURING.value, EvidenceKind.MEASUREMENT.value)
    count_today = select(func.count()).where(Evidence.submission_id == submission.id, Evidence.kind.in_(measured_kinds))
    if (session.scalar(count_today.where(Evidence.at > moment - timedelta(days=1))) or 0) >= MAX_PER_DAY:
        raise BusyError(f"Đơn vị đã đo {MAX_PER_DAY} lần trong một ngày. Mai đo tiếp, hoặc gõ kết quả đo bằng công cụ khác.")
    turn = Evidence(
        submission_id=submission.id,
        question=line,
        kind=EvidenceKind.MEASURING.value,
        name="",
        media_type="application/json",
        size=0,
        sha256="",
        stored_as="",
        details={"runs": 0, "address": address[:MAX_TEXT], "device": device[:MAX_TEXT]},
        by=by,
        at=moment,
    )
    session.add(turn)
    session.flush()
    return turn


def get_turn(session: Session, submission: Submission, turn_id: int) -> Evidence:
    """One running test of a submission. Raises NotFoundError."""
    return _check_turn(session.get(Evidence, turn_id), submission)


def count_run(session: Session, submission: Submission, turn_id: int) -> Evidence:
    """Count one run of a running test. Raises BusyError where its time or runs are used up, NotFoundError where it is another ward's."""
    turn = _check_turn(session.scalars(select(Evidence).where(Evidence.id == turn_id).with_for_update()).first(), submission)
    details = dict(turn.details or {})
    runs = int(details["runs"])
    if turn.at <= now() - TURN_LIFETIME or runs >= MAX_RUNS:
        raise BusyError("Lần đo này đã hết hạn. Bấm đo lại.")
    turn.details = details | {"runs": runs + 1}
    return turn


def summarise_runs(down: Sequence[object], up: Sequence[object], latency: Sequence[object]) -> SpeedTestResult:
    """The medians of the runs that a browser reports, in Mbps each way and ms. Raises SubmissionError where they are implausible."""
    reported = {"down": down, "up": up, "latency": latency}
    for runs in reported.values():
        if not 1 <= len(runs) <= MAX_RUNS or not all(_is_plausible(run) for run in runs):
            raise SubmissionError("Kết quả đo không đọc được. Bấm đo lại.")
    medians = {name: round(median(float(run) for run in runs)) for name, runs in reported.items()}  # type: ignore[arg-type]
    return SpeedTestResult(medians["down"], medians["up"], medians["latency"], reported)


def keep_result(session: Session, url: str, submission: Submission, turn_id: int, measured: SpeedTestResult) -> KeptResult:
    """Put the result into the store, before anything is locked.

    Raises NotFoundError, StoreError, or SubmissionError where the submission cannot be edited any more.
    """
    require_editable(submission)
    turn = _check_turn(session.get(Evidence, turn_id), submission)
    details = {
        **(turn.details or {}),
        **measured.details,
        "down_mbps": measured.down,
        "up_mbps": measured.up,
        "latency_ms": measured.latency,
    }
    data = json.dumps(details, ensure_ascii=False, indent=1).encode()
    return KeptResult(keep_file(url, _name(turn.at, measured), CheckedFile("application/json", data)), details)


def finish_speed_test(session: Session, submission: Submission, turn_id: int, result: KeptResult) -> Evidence:
    """Make the result evidence of its connection.

    Raises BusyError, NotFoundError, or SubmissionError where the submission cannot be edited any more.
    """
    require_editable(submission)
    turn, kept = count_run(session, submission, turn_id), result.file
    turn.kind, turn.details, turn.stored_as = EvidenceKind.MEASUREMENT.value, dict(result.details), kept.stored_as
    turn.sha256, turn.size, turn.name = kept.sha256, kept.size, kept.name
    session.flush()
    return turn


def _check_turn(turn: Evidence | None, submission: Submission) -> Evidence:
    if turn is None or turn.submission_id != submission.id or turn.kind != EvidenceKind.MEASURING.value:
        raise NotFoundError("Không có lần đo này.")
    return turn


def _name(at: datetime, measured: SpeedTestResult) -> str:
    return (
        f"đo {measured.down} Mbps xuống, {measured.up} Mbps lên, trễ {measured.latency} ms lúc {to_hanoi(at):%d-%m-%Y %Hg%M}.json"
    )


def _is_plausible(run: object) -> bool:
    return isinstance(run, int | float) and not isinstance(run, bool) and 0 < run <= MAX_MBPS
