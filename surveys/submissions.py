"""Submissions: typed fields are saved as they are, merged field by field, and sent once nothing blocks."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.clock import now, today
from portal.errors import NotFoundError, WardReadinessError
from portal.vietnamese import to_nfc
from surveys.answers.reading import Problem
from surveys.models import Answer, Round, Submission, SubmissionChange, SubmissionEvent
from surveys.questions import Questionnaire, load_questionnaire
from surveys.reading import Reading, read_answers
from surveys.states import CollectionState, Door

MAX_LENGTH = 2000
# The reason of such an event is the hash of the answers that were confirmed.
CONFIRMED = "confirmed"


class SubmissionError(WardReadinessError):
    """The submission cannot be changed or sent in its state; the message says why."""


class ProblemsError(SubmissionError):
    """The submission still has problems; ``problems`` names each with its field."""

    def __init__(self, problems: tuple[Problem, ...], unanswered: int) -> None:
        super().__init__(f"Chưa gửi được: còn {len(problems)} chỗ cần sửa và {unanswered} câu chưa trả lời.")
        self.problems = problems


class QuestionnaireError(SubmissionError):
    """The round is pinned to a questionnaire that this program does not have: its answers would be misread."""

    status = 409

    def __init__(self, pinned: str, shipped: str) -> None:
        super().__init__(
            f"Đợt khảo sát này dùng mẫu phiếu phiên bản {pinned}, còn chương trình đang chạy có mẫu phiếu phiên bản {shipped}. "
            "Phiếu không mở được để khỏi hiểu sai câu trả lời. Báo quản trị hệ thống cài đúng phiên bản."
        )


@dataclass(frozen=True)
class Conflict:
    """A field that I changed and that somebody else changed meanwhile: both values, who typed the other, and when."""

    field: str
    yours: str
    theirs: str
    by: str
    at: datetime


@dataclass(frozen=True)
class SaveOutcome:
    """What a save did: the version of the submission now, the fields it changed, and those it left alone."""

    version: int
    changed: Mapping[str, tuple[str, str]]
    conflicts: tuple[Conflict, ...]


@dataclass(frozen=True)
class Confirmation:
    """The ward head's word for the answers: by whom, when, and whether they are still the answers that were confirmed."""

    by: str
    at: datetime
    is_current: bool


def get_submission(session: Session, submission_id: int, *, for_update: bool = False) -> Submission:
    """One submission. Raises NotFoundError. With ``for_update`` the row is locked until the end of the transaction."""
    query = select(Submission).where(Submission.id == submission_id)
    found = session.scalars(query.with_for_update(of=Submission) if for_update else query).first()
    if found is None:
        raise NotFoundError("Không có phiếu khảo sát này, hoặc phiếu không thuộc phạm vi được giao.")
    return found


def typed_of(submission: Submission) -> dict[str, str]:
    """The fields as they were typed."""
    return {answer.field: answer.raw for answer in submission.answers}


def questionnaire_of(found: Round) -> Questionnaire:
    """The questionnaire that a round is pinned to. Raises QuestionnaireError where the program has another one."""
    shipped = load_questionnaire()
    if found.questionnaire_version != shipped.version:
        raise QuestionnaireError(found.questionnaire_version, shipped.version)
    return shipped


def read_submission(submission: Submission) -> Reading:
    """The reading of what was typed. Raises QuestionnaireError."""
    return read_answers(questionnaire_of(submission.round), typed_of(submission), newest_year(submission))


def newest_year(submission: Submission) -> int:
    """The newest year that may be typed: this one, or that of a round that opens later."""
    return max(today().year, submission.round.opens_on.year)


def save_fields(
    session: Session,
    submission: Submission,
    fields: Mapping[str, str],
    base: Mapping[str, str],
    by: str,
    at: datetime | None = None,
    door: Door = Door.PAGE,
) -> SaveOutcome:
    """Save typed text, valid or not. ``base`` is what the page was given; a field it does not name stood blank there.

    Only a field that differs from its base was changed by this person. Where somebody else changed it too, to something else,
    it is left alone and told as a conflict; every other field keeps what stands.
    Raises SubmissionError where the submission takes no more typing.
    """
    _require_open(submission)
    questionnaire_of(submission.round)
    known, moment = {answer.field: answer for answer in submission.answers}, at or now()
    changed: dict[str, tuple[str, str]] = {}
    conflicts: list[Conflict] = []
    # Everything is refused before anything is stored: the page that shows the refusal commits its session.
    for name, raw in _clean(fields).items():
        old = known.get(name)
        theirs, given = old.raw if old else "", base.get(name, "")
        if raw in (theirs, given):
            continue
        if old is not None and theirs != given:
            conflicts.append(Conflict(name, raw, theirs, old.saved_by, old.saved_at))
            continue
        changed[name] = (theirs, raw)
        _store(submission, known, name, raw, by, moment)
    if changed:
        session.add_all(
            SubmissionChange(submission_id=submission.id, at=moment, by=by, door=door.value, field=name, before=before, after=after)
            for name, (before, after) in changed.items()
        )
        submission.version += 1
        if submission.state == CollectionState.NOT_STARTED:
            submission.state = CollectionState.DRAFT.value
    session.flush()
    return SaveOutcome(submission.version, changed, tuple(conflicts))


def send(
    session: Session, submission: Submission, prepared_by: str, confirmed_by: str, by: str, at: datetime | None = None
) -> None:
    """Send to review. Sending what is sent already changes nothing. Raises ProblemsError or SubmissionError."""
    if submission.state == CollectionState.SENT:
        return
    _require_open(submission)
    reading = read_submission(submission)
    if reading.problems or reading.unanswered:
        raise ProblemsError(reading.problems, len(reading.unanswered))
    if not prepared_by.strip() or not confirmed_by.strip():
        raise SubmissionError("Hãy ghi tên người lập phiếu và tên lãnh đạo UBND xác nhận.")
    submission.prepared_by, submission.confirmed_by = prepared_by.strip()[:200], confirmed_by.strip()[:200]
    submission.state = CollectionState.SENT.value
    submission.sent_at = at or now()
    add_event(session, submission, "sent", by, at=submission.sent_at)


def content_hash(submission: Submission) -> str:
    """What stands for the answers as they are: sha256 over every field that is not blank."""
    typed = {name: raw for name, raw in typed_of(submission).items() if raw}
    return hashlib.sha256(json.dumps(typed, sort_keys=True, ensure_ascii=False).encode()).hexdigest()


def confirm(session: Session, submission: Submission, seen: str, by: str, at: datetime | None = None) -> None:
    """The ward head confirms the answers that ``seen`` stands for.

    Raises SubmissionError where they changed meanwhile, are incomplete, or are approved already.
    """
    if submission.state != CollectionState.SENT:
        _require_open(submission)
    if content_hash(submission) != seen:
        raise SubmissionError("Phiếu vừa thay đổi sau khi bạn mở trang này nên chưa xác nhận. Xem lại rồi xác nhận.")
    reading = read_submission(submission)
    if reading.left:
        raise SubmissionError(f"Phiếu còn {reading.left} mục chưa xong nên chưa xác nhận được.")
    found = find_confirmation(session, submission)
    if found is None or not found.is_current or found.by != by:
        add_event(session, submission, CONFIRMED, by, seen, at)


def find_confirmation(session: Session, submission: Submission) -> Confirmation | None:
    """The newest confirmation of a submission, or None."""
    events = select(SubmissionEvent).where(SubmissionEvent.submission_id == submission.id, SubmissionEvent.kind == CONFIRMED)
    event = session.scalars(events.order_by(SubmissionEvent.id.desc()).limit(1)).first()
    return Confirmation(event.by, event.at, event.reason == content_hash(submission)) if event else None


def add_event(session: Session, submission: Submission, kind: str, by: str, reason: str = "", at: datetime | None = None) -> None:
    """Write down what happened to a submission, and what a returned one said."""
    answers = typed_of(submission) if kind == "returned" else None
    event = SubmissionEvent(submission_id=submission.id, at=at or now(), by=by, kind=kind, reason=reason, answers=answers)
    session.add(event)


def _clean(fields: Mapping[str, str]) -> dict[str, str]:
    cleaned = {name: to_nfc(text).replace("\x00", "").strip() for name, text in fields.items()}
    for name, raw in cleaned.items():
        if len(raw) > MAX_LENGTH:
            raise SubmissionError(f"Ô “{name}” dài {len(raw)} ký tự; mỗi ô không quá {MAX_LENGTH} ký tự. Viết gọn lại.")
    return cleaned


def _store(submission: Submission, known: dict[str, Answer], name: str, raw: str, by: str, at: datetime) -> None:
    answer = known.get(name)
    if answer is None:
        answer = Answer(field=name, raw=raw, version=0, saved_by=by, saved_at=at)
        submission.answers.append(answer)
        known[name] = answer
    answer.raw, answer.version, answer.saved_by, answer.saved_at = raw, submission.version + 1, by, at


def _require_open(submission: Submission) -> None:
    if not CollectionState(submission.state).is_open:
        label = CollectionState(submission.state).label.lower()
        raise SubmissionError(f"Phiếu đang ở trạng thái “{label}” nên không sửa được. Cần sửa thì hỏi bộ phận thẩm định.")
    if submission.round.is_closed:
        raise SubmissionError("Đợt khảo sát đã đóng nên không sửa, không gửi được nữa. Hỏi bộ phận thẩm định để mở lại.")
