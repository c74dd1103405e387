"""Submissions: entries are saved as they are, merged field by field, confirmed by the head, and sent once they are complete."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from accounts.identity import hand_of
from portal.clock import now, to_hanoi, today
from portal.errors import NotFoundError
from portal.formats import format_day
from portal.vietnamese import clean_line, clean_text
from surveys.checks.entries import SubmissionError, entries_of
from surveys.checks.remarks import settle_return_reasons
from surveys.checks.states import AnswerSource, CollectionState, EventKind
from surveys.checks.validation import Validation, validate_submission
from surveys.models import Answer, Submission, SubmissionChange, SubmissionEvent
from surveys.questionnaire.field_names import field_label, find_excess, question_key
from surveys.questionnaire.published_questionnaires import questionnaire_of
from surveys.questionnaire.questions import Questionnaire
from surveys.submissions.signatures import is_one_deputy

MAX_REASON_LENGTH, MAX_NAME_LENGTH = 500, 200


class IncompleteError(SubmissionError):
    """The submission is not complete; ``problems`` names each wrong field."""

    def __init__(self, validation: Validation) -> None:
        counts = {
            "chỗ cần sửa": len(validation.evaluation.problems),
            "câu chưa trả lời": len(validation.evaluation.unanswered),
            "câu lấy từ kỳ trước chưa xác nhận": len(validation.evaluation.unconfirmed),
            "chỗ bất thường chưa ghi lý do": len(validation.unexplained),
            "chỗ được yêu cầu bổ sung chưa sửa và chưa trả lời": len(validation.open_reasons),
        }
        summary = ", ".join(f"{count} {label}" for label, count in counts.items() if count)
        super().__init__(f"Chưa gửi được: còn {summary}.")
        self.problems = validation.evaluation.problems


@dataclass(frozen=True)
class Conflict:
    """A field that this person and somebody else changed at the same time: both values, who entered the other one, and when."""

    field: str
    yours: str
    theirs: str
    by: str
    at: datetime


@dataclass(frozen=True)
class SaveOutcome:
    """The result of a save: the new version of the submission, the fields that it changed, and those that were in conflict."""

    version: int
    changed: Mapping[str, tuple[str, str]]
    conflicts: tuple[Conflict, ...]


@dataclass(frozen=True)
class Confirmation:
    """The ward head's confirmation: by whom, when, and whether the answers are still those that were confirmed."""

    by: str
    at: datetime
    is_current: bool


def get_submission(session: Session, submission_id: int, *, for_update: bool = False) -> Submission:
    """One submission. Raises NotFoundError. With ``for_update`` the row is locked until the end of the transaction."""
    query = select(Submission).where(Submission.id == submission_id)
    if for_update:
        # What was read before the lock may be out of date by the time that it is granted.
        query = query.with_for_update(of=Submission).execution_options(populate_existing=True)
    submission = session.scalars(query).first()
    if submission is None:
        raise NotFoundError("Không có phiếu khảo sát này, hoặc phiếu không thuộc phạm vi được giao.")
    return submission


def save_fields(
    session: Session,
    submission: Submission,
    fields: Mapping[str, str],
    base: Mapping[str, str],
    by: str,
    at: datetime | None = None,
    source: AnswerSource = AnswerSource.PAGE,
    reason: str = "",
) -> SaveOutcome:
    """Save entries, valid or not. ``base`` are the entries that the page was rendered with; a field that it does not name was blank.

    ``reason`` goes into the log of each change.

    Only a field that differs from its base was changed by this person. Where somebody else changed it too, to another value,
    it is not saved but reported as a conflict; every other field keeps its stored value.
    Raises SubmissionError where the submission cannot be edited.
    """
    require_editable(submission)
    answers, moment = {answer.field: answer for answer in submission.answers}, at or now()
    # The script of the page posts the text as it was typed, the table holds it normalised.
    base_values = {name: _normalise(text) for name, text in base.items()}
    changed: dict[str, tuple[str, str]] = {}
    conflicts: list[Conflict] = []
    # Everything is refused before anything is stored: the page that shows the refusal commits its session.
    cleaned_reason = clean_reason(reason)
    for name, raw in _clean_fields(questionnaire_of(submission.round), fields).items():
        answer = answers.get(name)
        stored, base_value = _normalise(answer.raw) if answer else "", base_values.get(name, "")
        if raw in (stored, base_value):
            continue
        if answer is not None and stored != base_value:
            conflicts.append(Conflict(name, raw, stored, answer.saved_by, answer.saved_at))
            continue
        changed[name] = (stored, raw)
        store_answer(submission, answers, name, raw, by, moment)
    if changed:
        # Changing a part of an answer confirms the whole of it.
        questions = frozenset(map(question_key, changed))
        _confirm_answers(submission, questions, by, moment)
        settle_return_reasons(session, submission, questions, by, moment)
        session.add_all(
            change_record(submission, name, *pair, by, moment, source, cleaned_reason) for name, pair in changed.items()
        )
        submission.version += 1
        if submission.state == CollectionState.NOT_STARTED:
            submission.state = CollectionState.DRAFT.value
    session.flush()
    return SaveOutcome(submission.version, changed, tuple(conflicts))


def confirm_carried(
    session: Session, submission: Submission, questions: frozenset[str], by: str, at: datetime | None = None
) -> frozenset[str]:
    """Confirm that answers of the last round still hold. Returns the questions that were confirmed.

    Raises SubmissionError where the submission cannot be edited.
    """
    require_editable(submission)
    moment = at or now()
    confirmed = _confirm_answers(submission, questions, by, moment)
    session.add_all(
        change_record(submission, answer.field, answer.raw, answer.raw, by, moment, AnswerSource.PAGE) for answer in confirmed
    )
    if confirmed:
        submission.version += 1
        if submission.state == CollectionState.NOT_STARTED:
            submission.state = CollectionState.DRAFT.value
    session.flush()
    return frozenset(question_key(answer.field) for answer in confirmed)


def last_day(submission: Submission) -> date:
    """The last day on which the ward may send: the round's deadline, or a later day granted to this ward."""
    return max(submission.round.deadline, submission.reopened_until or submission.round.deadline)


def is_late(submission: Submission, day: date) -> bool:
    """Whether the submission is still open on a day after its last day."""
    return CollectionState(submission.state).is_open and day > last_day(submission)


def send_submission(
    session: Session, submission: Submission, prepared_by: str, confirmed_by: str, by: str, at: datetime | None = None
) -> None:
    """Send for review. Sending a submission twice changes nothing. Raises IncompleteError or SubmissionError."""
    if submission.state == CollectionState.SENT:
        return
    require_editable(submission)
    validation = validate_submission(session, submission)
    if validation.remaining:
        raise IncompleteError(validation)
    moment = at or now()
    if to_hanoi(moment).date() > last_day(submission):
        raise SubmissionError(
            f"Hạn gửi {format_day(last_day(submission))} đã qua nên chưa gửi được; phiếu vẫn sửa và lưu được. "
            "Đề nghị bộ phận thẩm định cho đơn vị gửi sau hạn, rồi bấm gửi lại."
        )
    confirmation = find_confirmation(session, submission) if submission.round.needs_confirmation else None
    if confirmation is not None and confirmation.is_current and hand_of(confirmation.by) == hand_of(by):
        cure = (
            "Người làm thay vẫn là một người: nhờ người khác gửi, hoặc người khác xác nhận lại."
            if is_one_deputy(confirmation.by, by)
            else "Nhờ quản trị hệ thống ghi thêm chức danh vào họ tên của một tài khoản, rồi xác nhận lại."
        )
        raise SubmissionError(
            f"Đợt này cần hai người, nhưng người gửi và người đã xác nhận cùng họ tên “{hand_of(by)}” nên được coi là một người. {cure}"
        )
    if submission.round.needs_confirmation and not (confirmation and confirmation.is_current):
        raise SubmissionError(
            "Đợt này cần lãnh đạo UBND xã, phường xác nhận trên hệ thống trước khi gửi. "
            "Mời lãnh đạo vào bằng tài khoản của mình, mở phiếu và bấm “Xác nhận”."
        )
    names = [clean_line(name).strip() for name in (prepared_by, confirmed_by)]
    if not all(names):
        raise SubmissionError("Hãy ghi tên người lập phiếu và tên lãnh đạo UBND xác nhận.")
    if any(len(name) > MAX_NAME_LENGTH for name in names):
        raise SubmissionError(f"Tên người lập, người xác nhận không quá {MAX_NAME_LENGTH} ký tự. Ghi họ tên và chức danh.")
    submission.prepared_by, submission.confirmed_by = names
    submission.state = CollectionState.SENT.value
    submission.sent_at = moment
    add_event(session, submission, EventKind.SENT, by, at=submission.sent_at)


def content_hash(submission: Submission) -> str:
    """The sha256 of all entries that are not blank."""
    entries = {name: raw for name, raw in entries_of(submission).items() if raw}
    return hashlib.sha256(json.dumps(entries, sort_keys=True, ensure_ascii=False).encode()).hexdigest()


def confirm_submission(session: Session, submission: Submission, confirmed_hash: str, by: str, at: datetime | None = None) -> None:
    """Record that the ward head confirms the answers with this content hash.

    Raises SubmissionError where they have changed since, are incomplete, or are approved already.
    """
    if submission.state != CollectionState.SENT:
        require_editable(submission)
    if content_hash(submission) != confirmed_hash:
        raise SubmissionError("Phiếu vừa thay đổi sau khi bạn mở trang này nên chưa xác nhận. Xem lại rồi xác nhận.")
    remaining = validate_submission(session, submission).remaining
    if remaining:
        raise SubmissionError(f"Phiếu còn {remaining} mục chưa xong nên chưa xác nhận được.")
    confirmation = find_confirmation(session, submission)
    if confirmation is None or not confirmation.is_current or confirmation.by != by:
        add_event(session, submission, EventKind.CONFIRMED, by, confirmed_hash, at)


def find_confirmation(session: Session, submission: Submission) -> Confirmation | None:
    """The newest confirmation of a submission, or None."""
    events = select(SubmissionEvent).where(
        SubmissionEvent.submission_id == submission.id, SubmissionEvent.kind == EventKind.CONFIRMED.value
    )
    event = session.scalars(events.order_by(SubmissionEvent.id.desc()).limit(1)).first()
    return Confirmation(event.by, event.at, event.reason == content_hash(submission)) if event else None


def find_sender(session: Session, submission: Submission) -> str:
    """Whoever sent it last; nobody (an empty text) where it was never sent."""
    events = select(SubmissionEvent.by).where(
        SubmissionEvent.submission_id == submission.id, SubmissionEvent.kind == EventKind.SENT.value
    )
    return session.scalars(events.order_by(SubmissionEvent.id.desc()).limit(1)).first() or ""


def add_event(
    session: Session, submission: Submission, kind: EventKind, by: str, reason: str = "", at: datetime | None = None
) -> None:
    """Record an event of a submission, with the entries where it is returned. The reason of a confirmation is a content hash."""
    answers = entries_of(submission) if kind is EventKind.RETURNED else None
    event = SubmissionEvent(submission_id=submission.id, at=at or now(), by=by, kind=kind.value, reason=reason, answers=answers)
    session.add(event)


def _confirm_answers(submission: Submission, questions: frozenset[str], by: str, at: datetime) -> list[Answer]:
    """Mark the carried answers of these questions as confirmed, and return them."""
    confirmed = [answer for answer in submission.answers if answer.is_carried and question_key(answer.field) in questions]
    for answer in confirmed:
        answer.is_carried, answer.saved_by, answer.saved_at = False, by, at
    return confirmed


def change_record(
    submission: Submission, field: str, before: str, after: str, by: str, at: datetime, source: AnswerSource, reason: str = ""
) -> SubmissionChange:
    """The record of one changed field for the log."""
    line = {"field": field, "before": before, "after": after, "why": reason}
    return SubmissionChange(submission_id=submission.id, at=at, by=by, source=source.value, **line)


def clean_reason(text: str) -> str:
    """The reason of a change as the log stores it, on one line. Raises SubmissionError where it is too long."""
    reason = " ".join(clean_text(text).split())
    if len(reason) > MAX_REASON_LENGTH:
        raise SubmissionError(f"Lý do dài {len(reason)} ký tự; viết gọn trong {MAX_REASON_LENGTH} ký tự.")
    return reason


def _clean_fields(questionnaire: Questionnaire, fields: Mapping[str, str]) -> dict[str, str]:
    cleaned = {name: _normalise(text) for name, text in fields.items()}
    for name, raw in cleaned.items():
        if excess := find_excess(name, raw):
            raise SubmissionError(f"Ô “{field_label(questionnaire, name)}” {excess}")
    return cleaned


def _normalise(text: str) -> str:
    # Each field has one line: its page would show what a line break separates as one word.
    return clean_line(text).strip()


def store_answer(submission: Submission, answers: dict[str, Answer], name: str, raw: str, by: str, at: datetime) -> None:
    """Store one field under the next version of the submission. ``answers`` are those that it has, by field."""
    answer = answers.get(name)
    if answer is None:
        answer = Answer(field=name, raw=raw, version=0, saved_by=by, saved_at=at)
        submission.answers.append(answer)
        answers[name] = answer
    answer.raw, answer.version, answer.saved_by, answer.saved_at = raw, submission.version + 1, by, at


def is_editable(submission: Submission) -> bool:
    """Whether the ward may edit it: it is open, and the round is not closed or the submission was reopened."""
    is_reopened = submission.reopened_until is not None and today() <= submission.reopened_until
    return CollectionState(submission.state).is_open and (is_reopened or not submission.round.is_closed)


def require_editable(submission: Submission) -> None:
    """Raise SubmissionError where the submission cannot be edited."""
    if not CollectionState(submission.state).is_open:
        label = CollectionState(submission.state).label.lower()
        raise SubmissionError(f"Phiếu đang ở trạng thái “{label}” nên không sửa được. Cần sửa thì hỏi bộ phận thẩm định.")
    if not is_editable(submission):
        raise SubmissionError("Đợt khảo sát đã đóng nên không sửa, không gửi được nữa. Hỏi bộ phận thẩm định để mở lại.")
