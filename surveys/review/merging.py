"""Approving what a ward sent after another of its snapshots was approved: merged answer by answer, asked where both changed."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from types import MappingProxyType

from sqlalchemy.orm import Session

from inventory.snapshots.merge import Merge, Part, merge_parts, parts_of, with_key, with_parts
from inventory.snapshots.repository import SnapshotReference, list_snapshot_references, snapshots_by_hash
from inventory.snapshots.snapshot import Snapshot
from portal.formats import format_moment
from portal.labels import LabelledEnum
from surveys.checks.entries import SubmissionError, entries_of, latest_allowed_year
from surveys.checks.states import AnswerSource
from surveys.models import Submission
from surveys.questionnaire.carry_over import EarlierAnswers
from surveys.questionnaire.evaluation import evaluate_entries
from surveys.questionnaire.field_names import question_key
from surveys.questionnaire.published_questionnaires import (
    comes_after,
    origins_between,
    published_questionnaire,
    questionnaire_of,
)
from surveys.questionnaire.questions import Question, Questionnaire
from surveys.submissions.submissions import change_record, store_answer

NOT_KNOWN = "(không có)"
NONE: Mapping[str, Part] = MappingProxyType({})


class Choice(LabelledEnum):
    """Which of two answers to one question the reviewer keeps."""

    SUBMITTED = "submitted", "số của phiếu này"
    APPROVED = "approved", "số đã duyệt"


@dataclass(frozen=True)
class Decision:
    """What the reviewer chose at each conflict, by the key of the question, and the hash of the snapshot that it was shown against."""

    choices: Mapping[str, Choice]
    against: str


NO_DECISION = Decision({}, "")


@dataclass(frozen=True)
class Conflict:
    """A question that the ward and another approval answered differently: both answers in words, who gave them, and when."""

    question: Question
    submitted: str
    submitted_by: str
    submitted_at: datetime | None
    approved: str


@dataclass(frozen=True)
class Merging:
    """What an approval makes of a snapshot that was approved after the submission began. ``taken`` are answers of that snapshot.

    ``is_older`` where the submission speaks of an earlier day than the newest snapshot: then it is recorded as it is.
    """

    newest: SnapshotReference
    is_older: bool
    merge: Merge
    approved: Mapping[str, Part]
    taken: tuple[Question, ...]
    conflicts: tuple[Conflict, ...]


def find_merging(session: Session, submission: Submission, submitted: Snapshot) -> Merging | None:
    """What is to be merged into a submission that was read as ``submitted``; None where nothing was approved since it began."""
    references = [] if submission.round.is_practice else list_snapshot_references(session, submission.ward_code)
    newest = references[-1] if references else None
    if newest is None or newest.sha256 == submission.base_sha256 or newest.submission_id == submission.id:
        return None
    if submitted.as_of < newest.as_of:
        return Merging(newest, is_older=True, merge=Merge({}, ()), approved={}, taken=(), conflicts=())
    questionnaire = questionnaire_of(submission.round)
    began_from = next((known for known in references if known.sha256 == submission.base_sha256), None)
    base = _parts_as_asked(session, submission, began_from)
    approved = _parts_as_asked(session, submission, newest, otherwise=base)
    ours = parts_of(submitted)
    # What the form does not ask, the ward cannot have changed.
    not_asked = {key: part for key, part in base.items() if questionnaire.question(key) is None}
    merge = merge_parts(base, not_asked | ours, approved)
    taken = [q for q in questionnaire.questions if q.key not in merge.conflicts and merge.parts.get(q.key) != ours.get(q.key)]
    return Merging(newest, False, merge, approved, tuple(taken), _conflicts(session, submission, newest, merge, questionnaire))


def merged_for_preview(submission: Submission, merging: Merging | None, submitted: Snapshot) -> Snapshot:
    """The snapshot as an approval would make it now; at a conflict it keeps what was submitted."""
    if merging is None or merging.is_older:
        return submitted
    ours, questionnaire = parts_of(submitted), questionnaire_of(submission.round)
    kept = {key: ours[key] for key in merging.merge.conflicts if key in ours}
    return with_parts(submitted, drop_unasked(questionnaire, merging.merge.parts | kept))


def merge_submission(
    session: Session, submission: Submission, submitted: Snapshot, decision: Decision, by: str, at: datetime
) -> tuple[Snapshot, str]:
    """The snapshot to record, and in words what was merged. Answers that were taken over are in the submission and its log then.

    Raises SubmissionError where a conflict is not decided, or what was merged contradicts itself.
    """
    merging = find_merging(session, submission, submitted)
    if merging is None or merging.is_older:
        return submitted, ""
    moment = format_moment(merging.newest.approved_at)
    choices = decision.choices if decision.against == merging.newest.sha256 else {}
    open_conflicts = [conflict for conflict in merging.conflicts if conflict.question.key not in choices]
    if open_conflicts:
        raise SubmissionError(
            f"Còn {len(open_conflicts)} câu mà số của phiếu khác hiện trạng được duyệt lúc {moment}, sau khi đơn vị bắt đầu nhập phiếu. "
            "Mở phiếu, chọn số cần giữ ở từng câu rồi duyệt."
        )
    approved = [c.question for c in merging.conflicts if choices[c.question.key] is Choice.APPROVED]
    kept = [c.question for c in merging.conflicts if choices[c.question.key] is Choice.SUBMITTED]
    taken = [*merging.taken, *approved]
    _take_over(session, submission, merging.newest, taken, by, at)
    ours, chosen = parts_of(submitted), {question.key for question in approved}
    decided = {key: (merging.approved if key in chosen else ours).get(key, Part()) for key in merging.merge.conflicts}
    said = [
        f"{verb}: {'; '.join(question.label for question in questions)}"
        for verb, questions in ((f"lấy theo hiện trạng duyệt lúc {moment}", taken), ("giữ số của phiếu", kept))
        if questions
    ]
    parts = drop_unasked(questionnaire_of(submission.round), merging.merge.parts | decided)
    return with_parts(submitted, parts), ". ".join(said)


def drop_unasked(questionnaire: Questionnaire, parts: Mapping[str, Part]) -> dict[str, Part]:
    """The parts without answers to questions that are asked only where another one is a yes, and that is none any more."""
    asked = dict(parts)
    for question in questionnaire.questions:
        gate = asked.get(question.ask_if) if question.ask_if else None
        if question.ask_if and not (gate and gate.fact and gate.fact.value is True):
            asked.pop(question.key, None)
    return asked


def _take_over(
    session: Session, submission: Submission, newest: SnapshotReference, questions: list[Question], by: str, at: datetime
) -> None:
    source = session.get(Submission, newest.submission_id) if newest.submission_id else None
    if source is None or not questions:
        return
    keys = {question.key for question in questions}
    given = _earlier_answers(session, submission, source).entries
    theirs = {name: raw for name, raw in given.items() if question_key(name) in keys}
    before = {name: raw for name, raw in entries_of(submission).items() if question_key(name) in keys}
    fields = dict.fromkeys(before, "") | theirs
    # Nothing is stored where it is refused: the page that shows the refusal commits its session.
    stored, questionnaire, year = entries_of(submission), questionnaire_of(submission.round), latest_allowed_year(submission)
    known = evaluate_entries(questionnaire, stored, year).problems
    merged = evaluate_entries(questionnaire, stored | fields, year).problems
    # What the ward's own answers contradict among themselves is the reviewer's to accept, not the merge's to refuse.
    if problems := [problem for problem in merged if problem not in known]:
        raise SubmissionError(
            f"Ghép phiếu với hiện trạng duyệt lúc {format_moment(newest.approved_at)} thì số liệu không khớp nhau: "
            f"{problems[0].message} Chọn lại, hoặc yêu cầu đơn vị bổ sung."
        )
    answers = {answer.field: answer for answer in submission.answers}
    why = f"Hiện trạng đã duyệt của {newest.round_name}"
    for name, raw in fields.items():
        if raw != before.get(name, ""):
            store_answer(submission, answers, name, raw, by, at)
            session.add(change_record(submission, name, before.get(name, ""), raw, by, at, AnswerSource.MERGED, why))
    submission.version += 1


def _conflicts(
    session: Session, submission: Submission, newest: SnapshotReference, merge: Merge, questionnaire: Questionnaire
) -> tuple[Conflict, ...]:
    source = session.get(Submission, newest.submission_id) if newest.submission_id else None
    submitted = _earlier_answers(session, submission, submission)
    approved = _earlier_answers(session, submission, source) if source else None
    conflicts = []
    for question in questionnaire.questions:
        if question.key not in merge.conflicts:
            continue
        answers = [answer for answer in submission.answers if question_key(answer.field) == question.key]
        last = max(answers, key=lambda answer: answer.saved_at, default=None)
        conflicts.append(
            Conflict(
                question,
                submitted.describe(question),
                last.saved_by if last else "",
                last.saved_at if last else None,
                approved.describe(question) if approved else NOT_KNOWN,
            )
        )
    return tuple(conflicts)


def _earlier_answers(session: Session, submission: Submission, source: Submission) -> EarlierAnswers:
    """The answers of another submission as the questionnaire of this one asks for them."""
    versions = source.round.questionnaire_version, submission.round.questionnaire_version
    return EarlierAnswers(entries_of(source), origins_between(session, *versions))


def _parts_as_asked(
    session: Session, submission: Submission, reference: SnapshotReference | None, otherwise: Mapping[str, Part] = NONE
) -> dict[str, Part]:
    """The parts of an approved snapshot under the keys that the questionnaire of this submission has for them.

    What its own questionnaire does not ask, or asks in another way, that approval cannot have changed: there it is as it is ``otherwise``.
    What only a newer questionnaire asks is kept under its own key.
    """
    if reference is None:
        return {}
    parts = parts_of(snapshots_by_hash(session, {"": reference.sha256})[""])
    source = session.get(Submission, reference.submission_id) if reference.submission_id else None
    if source is None:
        return parts
    origins = _earlier_answers(session, submission, source).origins
    given_as = {key: origin.question.key for key, origin in origins.items() if origin.is_carried}
    asked = {key: with_key(parts[old], key) for key, old in given_as.items() if old in parts}
    is_newer = comes_after(session, source.round.questionnaire_version, submission.round.questionnaire_version)
    dropped = set() if is_newer else set(published_questionnaire(source.round).by_key)
    added = parts.keys() - {origin.question.key for origin in origins.values()} - dropped
    return {
        **{key: part for key, part in otherwise.items() if key not in given_as},
        **{key: parts[key] for key in added},
        **asked,
    }
