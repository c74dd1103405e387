"""Submissions: typed fields are saved as they are, merged field by field, and sent once nothing blocks."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.clock import now, to_hanoi, today
from portal.errors import NotFoundError
from portal.formats import format_day
from portal.vietnamese import to_nfc
from surveys.checks.entries import SubmissionError, question_of, questionnaire_of, typed_of
from surveys.checks.remarks import settle_reasons
from surveys.checks.states import CollectionState, Door, EventKind
from surveys.checks.validation import Examination, examine
from surveys.models import Answer, Submission, SubmissionChange, SubmissionEvent
from surveys.questionnaire.field_names import field_in_words
from surveys.questionnaire.questions import load_questionnaire

MAX_LENGTH, WHY_LENGTH = 2000, 500


class ProblemsError(SubmissionError):
    """The submission still has problems; ``problems`` names each with its field."""

    def __init__(self, found: Examination) -> None:
        parts = {
            "chỗ cần sửa": len(found.reading.problems),
            "câu chưa trả lời": len(found.reading.unanswered),
            "câu lấy từ kỳ trước chưa xác nhận": len(found.reading.unconfirmed),
            "chỗ bất thường chưa ghi lý do": len(found.unexplained),
            "chỗ được yêu cầu bổ sung chưa sửa và chưa trả lời": len(found.asked_back),
        }
        told = ", ".join(f"{count} {words}" for words, count in parts.items() if count)
        super().__init__(f"Chưa gửi được: còn {told}.")
        self.problems = found.reading.problems


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
    if for_update:
        # Who waited for the lock must not go on with what was read before it.
        query = query.with_for_update(of=Submission).execution_options(populate_existing=True)
    found = session.scalars(query).first()
    if found is None:
        raise NotFoundError("Không có phiếu khảo sát này, hoặc phiếu không thuộc phạm vi được giao.")
    return found


def save_fields(
    session: Session,
    submission: Submission,
    fields: Mapping[str, str],
    base: Mapping[str, str],
    by: str,
    at: datetime | None = None,
    door: Door = Door.PAGE,
    why: str = "",
) -> SaveOutcome:
    """Save typed text, valid or not. ``base`` is what the page was given; a field it does not name stood blank there.

    ``why`` is what the log says of each change, where somebody said so.

    Only a field that differs from its base was changed by this person. Where somebody else changed it too, to something else,
    it is left alone and told as a conflict; every other field keeps what stands.
    Raises SubmissionError where the submission takes no more typing.
    """
    require_open(submission)
    questionnaire_of(submission.round)
    known, moment = {answer.field: answer for answer in submission.answers}, at or now()
    # The page of a script gives back what was typed, the table holds it tidied.
    seen = {name: _tidy(text) for name, text in base.items()}
    changed: dict[str, tuple[str, str]] = {}
    conflicts: list[Conflict] = []
    # Everything is refused before anything is stored: the page that shows the refusal commits its session.
    for name, raw in _clean(fields).items():
        old = known.get(name)
        theirs, given = old.raw if old else "", seen.get(name, "")
        if raw in (theirs, given):
            continue
        if old is not None and theirs != given:
            conflicts.append(Conflict(name, raw, theirs, old.saved_by, old.saved_at))
            continue
        changed[name] = (theirs, raw)
        _store(submission, known, name, raw, by, moment)
    if changed:
        # Who changes a part of an answer has looked at the whole of it.
        questions = frozenset(map(question_of, changed))
        _look_at(submission, questions, by, moment)
        settle_reasons(session, submission, questions, by, moment)
        told = clean_why(why)
        session.add_all(log_change(submission, name, *pair, by, moment, door, told) for name, pair in changed.items())
        submission.version += 1
        if submission.state == CollectionState.NOT_STARTED:
            submission.state = CollectionState.DRAFT.value
    session.flush()
    return SaveOutcome(submission.version, changed, tuple(conflicts))


def confirm_carried(
    session: Session, submission: Submission, questions: frozenset[str], by: str, at: datetime | None = None
) -> frozenset[str]:
    """Somebody of the ward says that answers of the round before still hold. Gives the questions that it was said of.

    Raises SubmissionError where the submission takes no more typing.
    """
    require_open(submission)
    moment = at or now()
    confirmed = _look_at(submission, questions, by, moment)
    session.add_all(log_change(submission, answer.field, answer.raw, answer.raw, by, moment, Door.PAGE) for answer in confirmed)
    if confirmed:
        submission.version += 1
        if submission.state == CollectionState.NOT_STARTED:
            submission.state = CollectionState.DRAFT.value
    session.flush()
    return frozenset(question_of(answer.field) for answer in confirmed)


def last_day(submission: Submission) -> date:
    """The last day on which the ward may send: the round's deadline, or a later one that this ward was given."""
    return max(submission.round.deadline, submission.reopened_until or submission.round.deadline)


def is_late(submission: Submission, day: date) -> bool:
    """Whether the ward still owes its answers on a day, and its last day has passed."""
    return CollectionState(submission.state).is_open and day > last_day(submission)


def send(
    session: Session, submission: Submission, prepared_by: str, confirmed_by: str, by: str, at: datetime | None = None
) -> None:
    """Send to review. Sending what is sent already changes nothing. Raises ProblemsError or SubmissionError."""
    if submission.state == CollectionState.SENT:
        return
    require_open(submission)
    found = examine(session, submission)
    if found.left:
        raise ProblemsError(found)
    moment = at or now()
    if to_hanoi(moment).date() > last_day(submission):
        raise SubmissionError(
            f"Hạn gửi {format_day(last_day(submission))} đã qua nên chưa gửi được; phiếu vẫn sửa và lưu được. "
            "Đề nghị bộ phận thẩm định cho đơn vị gửi sau hạn, rồi bấm gửi lại."
        )
    confirmation = find_confirmation(session, submission) if submission.round.needs_confirmation else None
    if confirmation is not None and confirmation.is_current and confirmation.by == by:
        raise SubmissionError(
            f"Đợt này cần hai người, nhưng người gửi và người đã xác nhận cùng họ tên “{by}” nên được coi là một người. "
            "Nhờ quản trị hệ thống ghi thêm chức danh vào họ tên của một tài khoản, rồi xác nhận lại."
        )
    if submission.round.needs_confirmation and not (confirmation and confirmation.is_current):
        raise SubmissionError(
            "Đợt này cần lãnh đạo UBND xã, phường xác nhận trên hệ thống trước khi gửi. "
            "Mời lãnh đạo vào bằng tài khoản của mình, mở phiếu và bấm “Xác nhận”."
        )
    if not prepared_by.strip() or not confirmed_by.strip():
        raise SubmissionError("Hãy ghi tên người lập phiếu và tên lãnh đạo UBND xác nhận.")
    submission.prepared_by, submission.confirmed_by = prepared_by.strip()[:200], confirmed_by.strip()[:200]
    submission.state = CollectionState.SENT.value
    submission.sent_at = moment
    add_event(session, submission, EventKind.SENT, by, at=submission.sent_at)


def content_hash(submission: Submission) -> str:
    """What stands for the answers as they are: sha256 over every field that is not blank."""
    typed = {name: raw for name, raw in typed_of(submission).items() if raw}
    return hashlib.sha256(json.dumps(typed, sort_keys=True, ensure_ascii=False).encode()).hexdigest()


def confirm(session: Session, submission: Submission, seen: str, by: str, at: datetime | None = None) -> None:
    """The ward head confirms the answers that ``seen`` stands for.

    Raises SubmissionError where they changed meanwhile, are incomplete, or are approved already.
    """
    if submission.state != CollectionState.SENT:
        require_open(submission)
    if content_hash(submission) != seen:
        raise SubmissionError("Phiếu vừa thay đổi sau khi bạn mở trang này nên chưa xác nhận. Xem lại rồi xác nhận.")
    left = examine(session, submission).left
    if left:
        raise SubmissionError(f"Phiếu còn {left} mục chưa xong nên chưa xác nhận được.")
    found = find_confirmation(session, submission)
    if found is None or not found.is_current or found.by != by:
        add_event(session, submission, EventKind.CONFIRMED, by, seen, at)


def find_confirmation(session: Session, submission: Submission) -> Confirmation | None:
    """The newest confirmation of a submission, or None."""
    events = select(SubmissionEvent).where(
        SubmissionEvent.submission_id == submission.id, SubmissionEvent.kind == EventKind.CONFIRMED.value
    )
    event = session.scalars(events.order_by(SubmissionEvent.id.desc()).limit(1)).first()
    return Confirmation(event.by, event.at, event.reason == content_hash(submission)) if event else None


def add_event(
    session: Session, submission: Submission, kind: EventKind, by: str, reason: str = "", at: datetime | None = None
) -> None:
    """Write down what happened to a submission, and what a returned one said. The reason of a confirmation is a content hash."""
    answers = typed_of(submission) if kind is EventKind.RETURNED else None
    event = SubmissionEvent(submission_id=submission.id, at=at or now(), by=by, kind=kind.value, reason=reason, answers=answers)
    session.add(event)


def _look_at(submission: Submission, questions: frozenset[str], by: str, at: datetime) -> list[Answer]:
    """Mark carried answers as looked at, and give them."""
    found = [answer for answer in submission.answers if answer.is_carried and question_of(answer.field) in questions]
    for answer in found:
        answer.is_carried, answer.saved_by, answer.saved_at = False, by, at
    return found


def log_change(
    submission: Submission, field: str, before: str, after: str, by: str, at: datetime, door: Door, why: str = ""
) -> SubmissionChange:
    """The line of the log for one field."""
    line = {"field": field, "before": before, "after": after, "why": why}
    return SubmissionChange(submission_id=submission.id, at=at, by=by, door=door.value, **line)


def clean_why(text: str) -> str:
    """The reason of a change as the log keeps it: short, and of one line."""
    return " ".join(to_nfc(text).replace("\x00", "").split())[:WHY_LENGTH]


def _clean(fields: Mapping[str, str]) -> dict[str, str]:
    cleaned = {name: _tidy(text) for name, text in fields.items()}
    for name, raw in cleaned.items():
        if len(raw) > MAX_LENGTH:
            words = field_in_words(load_questionnaire(), name)
            raise SubmissionError(f"Ô “{words}” dài {len(raw)} ký tự; mỗi ô không quá {MAX_LENGTH} ký tự. Viết gọn lại.")
    return cleaned


def _tidy(text: str) -> str:
    return to_nfc(text).replace("\x00", "").strip()


def _store(submission: Submission, known: dict[str, Answer], name: str, raw: str, by: str, at: datetime) -> None:
    answer = known.get(name)
    if answer is None:
        answer = Answer(field=name, raw=raw, version=0, saved_by=by, saved_at=at)
        submission.answers.append(answer)
        known[name] = answer
    answer.raw, answer.version, answer.saved_by, answer.saved_at = raw, submission.version + 1, by, at


def takes_typing(submission: Submission) -> bool:
    """Whether the ward may type: it was not sent, and the round is not closed or this ward was let in again."""
    is_reopened = submission.reopened_until is not None and today() <= submission.reopened_until
    return CollectionState(submission.state).is_open and (is_reopened or not submission.round.is_closed)


def require_open(submission: Submission) -> None:
    """Raise SubmissionError where the submission takes no more typing."""
    if not CollectionState(submission.state).is_open:
        label = CollectionState(submission.state).label.lower()
        raise SubmissionError(f"Phiếu đang ở trạng thái “{label}” nên không sửa được. Cần sửa thì hỏi bộ phận thẩm định.")
    if not takes_typing(submission):
        raise SubmissionError("Đợt khảo sát đã đóng nên không sửa, không gửi được nữa. Hỏi bộ phận thẩm định để mở lại.")
