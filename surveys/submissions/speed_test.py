"""Measuring a line from the ward's browser against this server: one at a time a ward, few at once for the city, bounded in bytes.

A measurement that is under way is a line of evidence of its own kind, so that the limits hold over several processes.
"""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from statistics import median
from uuid import uuid4

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from portal.clock import now, to_hanoi
from portal.errors import NotFoundError
from portal.file_store import put
from surveys.checks.entries import SubmissionError
from surveys.checks.states import EvidenceKind
from surveys.models import Evidence, Submission
from surveys.submissions.submissions import require_open

# Lines that a ward can measure from its own desk.
LINES = ("internet", "backup")
LIFE = timedelta(seconds=120)
AT_ONCE, A_DAY = 3, 10
MAX_RUNS, MAX_BYTES = 24, 4 * 1024 * 1024
MAX_MBPS = 100_000
KEPT_TEXT = 300


class BusyError(SubmissionError):
    """No measurement can begin now; the message says when to try again."""

    status = 429


@dataclass(frozen=True)
class Measured:
    """What a measurement found: medians in whole Mbps each way, latency in whole ms, and each run."""

    down: int
    up: int
    latency: int
    details: Mapping[str, object]


def begin(session: Session, submission: Submission, line: str, by: str, address: str, device: str) -> Evidence:
    """Take a turn. Raises BusyError, NotFoundError for another line, or SubmissionError where nothing is typed any more."""
    require_open(submission)
    if line not in LINES:
        raise NotFoundError("Không đo đường này từ đây được.")
    moment = now()
    turns = select(func.count()).where(Evidence.kind == EvidenceKind.MEASURING.value, Evidence.at > moment - LIFE)
    if session.scalar(turns.where(Evidence.submission_id == submission.id)):
        raise BusyError("Đơn vị đang có một lần đo chưa xong. Đợi hai phút rồi đo lại.")
    if (session.scalar(turns) or 0) >= AT_ONCE:
        raise BusyError("Nhiều đơn vị đang đo cùng lúc nên kết quả sẽ không đúng. Đợi vài phút rồi đo lại.")
    kinds = (EvidenceKind.MEASURING.value, EvidenceKind.MEASUREMENT.value)
    today = select(func.count()).where(Evidence.submission_id == submission.id, Evidence.kind.in_(kinds))
    if (session.scalar(today.where(Evidence.at > moment - timedelta(days=1))) or 0) >= A_DAY:
        raise BusyError(f"Đơn vị đã đo {A_DAY} lần trong một ngày. Mai đo tiếp, hoặc gõ kết quả đo bằng công cụ khác.")
    turn = Evidence(
        submission_id=submission.id,
        question=line,
        kind=EvidenceKind.MEASURING.value,
        name="",
        media_type="application/json",
        size=0,
        sha256="",
        stored_as="",
        details={"runs": 0, "address": address[:KEPT_TEXT], "device": device[:KEPT_TEXT]},
        by=by,
        at=moment,
    )
    session.add(turn)
    session.flush()
    return turn


def spend(session: Session, submission: Submission, turn_id: int) -> Evidence:
    """One run of a turn that is under way. Raises BusyError where it is over or used up, NotFoundError where it is another's."""
    turn = session.scalars(select(Evidence).where(Evidence.id == turn_id).with_for_update()).first()
    if turn is None or turn.submission_id != submission.id or turn.kind != EvidenceKind.MEASURING.value:
        raise NotFoundError("Không có lần đo này.")
    details = dict(turn.details or {})
    runs = int(details["runs"])
    if turn.at <= now() - LIFE or runs >= MAX_RUNS:
        raise BusyError("Lần đo này đã hết hạn. Bấm đo lại.")
    turn.details = details | {"runs": runs + 1}
    return turn


def read_runs(down: Sequence[object], up: Sequence[object], latency: Sequence[object]) -> Measured:
    """The medians of what a browser reports: Mbps each way, ms. Raises SubmissionError where it reports nonsense."""
    told = {"down": down, "up": up, "latency": latency}
    for runs in told.values():
        if not 1 <= len(runs) <= MAX_RUNS or not all(_is_sane(run) for run in runs):
            raise SubmissionError("Kết quả đo không đọc được. Bấm đo lại.")
    middle = {name: round(median(float(run) for run in runs)) for name, runs in told.items()}  # type: ignore[arg-type]
    return Measured(middle["down"], middle["up"], middle["latency"], told)


def finish(session: Session, url: str, submission: Submission, turn_id: int, measured: Measured) -> Evidence:
    """Keep what was measured as evidence of its line.

    Raises BusyError, NotFoundError, StoreError, or SubmissionError where nothing is typed any more.
    """
    require_open(submission)
    turn = spend(session, submission, turn_id)
    details = {
        **(turn.details or {}),
        **measured.details,
        "down_mbps": measured.down,
        "up_mbps": measured.up,
        "latency_ms": measured.latency,
    }
    data = json.dumps(details, ensure_ascii=False, indent=1).encode()
    stored_as = uuid4().hex
    put(url, stored_as, data)
    turn.kind, turn.details, turn.stored_as = EvidenceKind.MEASUREMENT.value, details, stored_as
    turn.sha256, turn.size, turn.name = hashlib.sha256(data).hexdigest(), len(data), _name(turn.at, measured)
    session.flush()
    return turn


def _name(at: datetime, measured: Measured) -> str:
    return (
        f"đo {measured.down} Mbps xuống, {measured.up} Mbps lên, trễ {measured.latency} ms lúc {to_hanoi(at):%d-%m-%Y %Hg%M}.json"
    )


def _is_sane(run: object) -> bool:
    return isinstance(run, int | float) and not isinstance(run, bool) and 0 < run <= MAX_MBPS
