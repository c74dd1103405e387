"""What keeps a submission from being sent: blanks, errors, unconfirmed values of the last round, and unexplained anomalies."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from inventory.snapshots.repository import newest_hashes, newest_references, newest_snapshots
from inventory.wards.wards import Ward, load_wards
from portal.caches import Cache, content_key
from portal.numbers import Number
from surveys.checks.anomalies import PEER_COUNT, Anomaly, UsualRange, answer_numbers, find_anomalies, usual_ranges
from surveys.checks.entries import entries_of, evaluate_submission
from surveys.checks.remarks import open_return_reasons
from surveys.checks.states import CollectionState
from surveys.models import Remark, Round, Submission
from surveys.questionnaire.carry_over import Origin
from surveys.questionnaire.evaluation import Evaluation, to_snapshot
from surveys.questionnaire.published_questionnaires import origins_between
from surveys.questionnaire.questions import Section

# Stands for all newest approved snapshots: a hash over theirs.
SnapshotStamp = str
# By stamp and version of the questionnaire that asks, and by these and the ward.
_numbers: Cache[tuple[SnapshotStamp, str], dict[str, dict[str, Number]]] = Cache("ward numbers")
_usual: Cache[tuple[SnapshotStamp, str, str], dict[str, UsualRange]] = Cache("usual numbers")


@dataclass(frozen=True)
class Validation:
    """One submission as it is checked before sending. ``open_reasons`` are the reasons of a return that nobody has answered yet."""

    evaluation: Evaluation
    anomalies: tuple[Anomaly, ...]
    open_reasons: tuple[Remark, ...] = ()

    @property
    def unexplained(self) -> tuple[Anomaly, ...]:
        """The anomalies that still lack a reason."""
        return tuple(anomaly for anomaly in self.anomalies if not anomaly.is_explained)

    @property
    def remaining(self) -> int:
        """How many questions the ward still has to deal with."""
        return len(self._open_questions)

    def remaining_in(self, section: Section) -> int:
        """How many of them are in a section."""
        return len(self._open_questions & {question.key for question in section.questions})

    @property
    def _open_questions(self) -> frozenset[str | int]:
        reasons = {remark.question or remark.id for remark in self.open_reasons}
        return self.evaluation.open_questions | {anomaly.question for anomaly in self.unexplained} | reasons


def validate_submission(
    session: Session, submission: Submission, stamp: SnapshotStamp | None = None, reasons: Iterable[Remark] | None = None
) -> Validation:
    """Check a submission against itself, the ward's newest approved snapshot and similar wards.

    A caller that validates many submissions passes the ``stamp`` and the open ``reasons`` of returns, so that they are loaded once.
    """
    evaluation = evaluate_submission(submission)
    anomalies = find_submission_anomalies(session, submission, evaluation, entries_of(submission), stamp)
    if reasons is None:
        reasons = open_return_reasons(session, submission) if submission.state == CollectionState.RETURNED else ()
    # A reason about a question that the form no longer asks can be neither corrected nor answered.
    return Validation(
        evaluation, anomalies, tuple(remark for remark in reasons if evaluation.questionnaire.question(remark.question))
    )


def anomalies_of(session: Session, submission: Submission) -> tuple[Anomaly, ...]:
    """The anomalies of a submission, explained or not."""
    return validate_submission(session, submission).anomalies


def find_submission_anomalies(
    session: Session, submission: Submission, evaluation: Evaluation, entries: Mapping[str, str], stamp: SnapshotStamp | None = None
) -> tuple[Anomaly, ...]:
    """The anomalies of entries that may not be stored yet."""
    stamp, version = stamp or snapshot_stamp(session), submission.round.questionnaire_version
    numbers = answer_numbers(to_snapshot(evaluation, submission.ward_code, submission.round.opens_on))
    previous = _all_numbers(session, stamp, version).get(submission.ward_code, {})
    return find_anomalies(evaluation, entries, numbers, previous, _usual_ranges_for(session, stamp, version, submission.ward_code))


def snapshot_stamp(session: Session) -> SnapshotStamp:
    """The key under which figures of all approved snapshots are cached."""
    return content_key(newest_hashes(session))


def _all_numbers(session: Session, stamp: SnapshotStamp, version: str) -> dict[str, dict[str, Number]]:
    """The numbers of all wards under the keys that a version of the questionnaire has for them; without those that it asks in another way."""

    def make() -> dict[str, dict[str, Number]]:
        given_by = _versions_of_newest(session)
        origins = {given: origins_between(session, given, version) for given in set(given_by.values())}
        return {
            code: _under_keys_of(answer_numbers(snapshot), origins.get(given_by.get(code, "")))
            for code, snapshot in newest_snapshots(session).items()
        }

    return _numbers.get((stamp, version), make)


def _versions_of_newest(session: Session) -> dict[str, str]:
    """The version of the questionnaire behind the newest snapshot of each ward that has one."""
    ids = [reference.submission_id for reference in newest_references(session).values()]
    query = select(Submission.ward_code, Round.questionnaire_version).join(Round).where(Submission.id.in_(ids))
    return {row.ward_code: row.questionnaire_version for row in session.execute(query)}


def _under_keys_of(numbers: dict[str, Number], origins: Mapping[str, Origin] | None) -> dict[str, Number]:
    if origins is None:
        return numbers
    given_as = {key: origin.question.key for key, origin in origins.items() if origin.is_carried}
    return {key: numbers[old] for key, old in given_as.items() if old in numbers}


def _usual_ranges_for(session: Session, stamp: SnapshotStamp, version: str, ward_code: str) -> dict[str, UsualRange]:
    def make() -> dict[str, UsualRange]:
        numbers = _all_numbers(session, stamp, version)
        ward = next(ward for ward in load_wards() if ward.code == ward_code)
        peers = _nearest_peers(ward, [ward for ward in load_wards() if ward.code in numbers])
        return usual_ranges(numbers[ward.code] for ward in peers)

    return _usual.get((stamp, version, ward_code), make)


def _nearest_peers(ward: Ward, candidates: list[Ward]) -> list[Ward]:
    """The other wards of the same kind that are nearest in population."""
    same_kind = [other for other in candidates if other.kind == ward.kind and other.code != ward.code]
    return sorted(same_kind, key=lambda other: (abs(other.population - ward.population), other.code))[:PEER_COUNT]
