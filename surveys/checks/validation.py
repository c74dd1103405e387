"""What stands in the way of sending one submission: blanks, errors, values carried over, and doubts without a reason."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from sqlalchemy.orm import Session

from inventory.snapshots.repository import newest_hashes, newest_snapshots
from inventory.wards.wards import Ward, load_wards
from portal.caches import Cache, content_key
from surveys.checks.anomalies import PEERS, Doubt, Usual, find_doubts, find_usual, numbers_of
from surveys.checks.entries import read_submission, typed_of
from surveys.checks.remarks import open_reasons
from surveys.checks.states import CollectionState
from surveys.models import Remark, Submission
from surveys.questionnaire.evaluation import Reading, to_snapshot
from surveys.questionnaire.questions import Section

# Stands for all newest approved snapshots: a hash over theirs.
Stamp = str
# By stamp, and by stamp and ward.
_numbers: Cache[Stamp, dict[str, dict[str, int]]] = Cache("ward numbers")
_usual: Cache[tuple[Stamp, str], dict[str, Usual]] = Cache("usual numbers")


@dataclass(frozen=True)
class Examination:
    """One submission as it would be checked on sending. ``asked_back`` is what a return asks about and nobody answered yet."""

    reading: Reading
    doubts: tuple[Doubt, ...]
    asked_back: tuple[Remark, ...] = ()

    @property
    def unexplained(self) -> tuple[Doubt, ...]:
        """The doubts that still lack a reason."""
        return tuple(doubt for doubt in self.doubts if not doubt.is_explained)

    @property
    def left(self) -> int:
        """How many questions somebody of the ward still has to look at."""
        return len(self._open)

    def left_in(self, section: Section) -> int:
        """How many of them stand in a section."""
        return len(self._open & {question.key for question in section.questions})

    @property
    def _open(self) -> frozenset[str | int]:
        asked = {remark.question or remark.id for remark in self.asked_back}
        return self.reading.open_questions | {doubt.question for doubt in self.unexplained} | asked


def examine(
    session: Session, submission: Submission, stamp: Stamp | None = None, reasons: Iterable[Remark] | None = None
) -> Examination:
    """Check a submission against itself, the ward's newest approved snapshot and wards like it. Raises QuestionnaireError.

    Who examines many asks for the ``stamp`` once, and for the open ``reasons`` of returns.
    """
    reading = read_submission(submission)
    doubts = find_submission_doubts(session, submission, reading, typed_of(submission), stamp)
    if reasons is None:
        reasons = open_reasons(session, submission) if submission.state == CollectionState.RETURNED else ()
    # A reason for what the form does not ask any more can be neither mended nor answered.
    return Examination(reading, doubts, tuple(one for one in reasons if reading.questionnaire.question(one.question)))


def doubts_of(session: Session, submission: Submission) -> tuple[Doubt, ...]:
    """The doubts about a submission, explained or not. Raises QuestionnaireError."""
    return examine(session, submission).doubts


def find_submission_doubts(
    session: Session, submission: Submission, reading: Reading, typed: Mapping[str, str], stamp: Stamp | None = None
) -> tuple[Doubt, ...]:
    """The doubts about typed text that may not be stored yet."""
    stamp = stamp or newest_stamp(session)
    own = numbers_of(to_snapshot(reading, submission.ward_code, submission.round.opens_on))
    last = _numbers_of_all(session, stamp).get(submission.ward_code, {})
    return find_doubts(reading, typed, own, last, _usual_for(session, stamp, submission.ward_code))


def newest_stamp(session: Session) -> Stamp:
    """What stands for all approved snapshots as they are now."""
    return content_key(newest_hashes(session))


def _numbers_of_all(session: Session, stamp: Stamp) -> dict[str, dict[str, int]]:
    return _numbers.get(stamp, lambda: {code: numbers_of(snapshot) for code, snapshot in newest_snapshots(session).items()})


def _usual_for(session: Session, stamp: Stamp, ward_code: str) -> dict[str, Usual]:
    def make() -> dict[str, Usual]:
        known = _numbers_of_all(session, stamp)
        own = next(ward for ward in load_wards() if ward.code == ward_code)
        peers = _nearest(own, [ward for ward in load_wards() if ward.code in known])
        return find_usual(known[ward.code] for ward in peers)

    return _usual.get((stamp, ward_code), make)


def _nearest(own: Ward, others: list[Ward]) -> list[Ward]:
    """Other wards of the same kind, nearest in population."""
    alike = [ward for ward in others if ward.kind == own.kind and ward.code != own.code]
    return sorted(alike, key=lambda ward: (abs(ward.population - own.population), ward.code))[:PEERS]
