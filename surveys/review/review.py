"""Review: a sent submission is approved, and becomes a snapshot that never changes, or is returned with a reason."""

from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from sqlalchemy import Select, select
from sqlalchemy.orm import Session, joinedload, selectinload

from accounts.identity import hand_of
from inventory.prices.price_lists import current_price_list
from inventory.prices.prices import PriceList
from inventory.snapshots.repository import list_snapshot_references, load_snapshot, lock_snapshots_of, record_snapshot
from inventory.snapshots.snapshot import Snapshot
from inventory.wards.queries import list_wards
from inventory.wards.wards import Ward
from portal.caches import Cache, content_key
from portal.clock import now, to_hanoi, today
from portal.formats import format_day, format_moment
from scoring.rating.published_standards import get_standard
from scoring.rating.rating import Rating, rate
from scoring.rating.remedies import RemedyTerms
from scoring.rating.remedy_terms import current_remedy_terms
from scoring.rating.standard import Standard
from surveys.checks.entries import SubmissionError, entries_of, evaluate_submission, latest_allowed_year
from surveys.checks.remarks import flagged_submissions, open_flags, open_return_reasons
from surveys.checks.states import CollectionState, EventKind
from surveys.checks.validation import SnapshotStamp, snapshot_stamp, validate_submission
from surveys.models import Round, Submission, SubmissionEvent
from surveys.questionnaire.answers.fields import MAX_LENGTH
from surveys.questionnaire.carry_over import EarlierAnswers
from surveys.questionnaire.evaluation import to_snapshot
from surveys.questionnaire.published_questionnaires import origins_between, questionnaire_of
from surveys.review.merging import NO_DECISION, Decision, Merging, find_merging, merge_submission, merged_for_preview
from surveys.review.review_priority import ReviewPriority, assess_priority
from surveys.submissions.rounds import real_rounds
from surveys.submissions.signatures import is_one_deputy
from surveys.submissions.submissions import add_event, find_confirmation, find_sender, last_day

MIN_REASON_LENGTH = 5
# A submission returned near the deadline or after it may still be corrected and sent for so many days (an assumption).
DAYS_AFTER_RETURN = 5
# A submission is reopened for a year at most.
MAX_REOPENED_DAYS = 366
# By what was approved, the ward's answers with their day and year, the standard, the price list and the terms of remedies.
_priorities: Cache[str, ReviewPriority] = Cache("review priorities")


class ReasonError(SubmissionError):
    """The reason of a return is missing or too long."""


@dataclass(frozen=True)
class QueueRow:
    """One submission that waits, with its priority. ``is_flagged`` is True while a flag or a reason of a return is open,
    ``sending`` is the key of its sending.
    """

    submission_id: int
    ward: Ward
    sent_at: datetime
    sending: str
    priority: ReviewPriority
    is_flagged: bool


def list_waiting(session: Session, wards: Collection[str] | None = None, practice: Round | None = None) -> list[Submission]:
    """The submissions that wait for review, oldest first, of these wards or (None) of the whole city: those that count, or those
    of one round for practice.
    """
    return list(session.scalars(_waiting_query(wards, practice)))


def build_queue(session: Session, ward_codes: Collection[str] | None = None, practice: Round | None = None) -> list[QueueRow]:
    """The same by priority, then oldest first. A handful of queries, however many wait."""
    query = _waiting_query(ward_codes, practice).options(selectinload(Submission.answers), joinedload(Submission.round))
    waiting = list(session.scalars(query))
    stamp, prices, terms = snapshot_stamp(session), current_price_list(session), current_remedy_terms(session)
    standards = {
        version: get_standard(session, version) for version in {submission.round.standard_version for submission in waiting}
    }
    wards = {ward.code: ward for ward in list_wards(session)} if waiting else {}
    flags = flagged_submissions(session, [submission.id for submission in waiting])
    rows = []
    for submission in waiting:
        priority = _priority_of(session, submission, stamp, prices, terms, standards[submission.round.standard_version])
        rows.append(
            QueueRow(
                submission.id,
                wards[submission.ward_code],
                _sent_at(submission),
                sending_key(submission),
                priority,
                submission.id in flags,
            )
        )
    return sorted(rows, key=lambda row: row.priority.sort_key, reverse=True)


def _priority_of(
    session: Session,
    submission: Submission,
    stamp: SnapshotStamp,
    prices: PriceList,
    terms: RemedyTerms,
    standard: Standard,
) -> ReviewPriority:
    def make() -> ReviewPriority:
        questionnaire, rating = questionnaire_of(submission.round), _rate_if_approved(submission, standard)
        validation = validate_submission(session, submission, stamp)
        questions = {anomaly.question for anomaly in validation.anomalies}
        questions |= {problem.question for problem in validation.evaluation.problems}
        return assess_priority(questionnaire, questions, rating, prices.prices, terms)

    form = (submission.round.questionnaire_version, submission.round.opens_on, latest_allowed_year(submission))
    answers = (submission.ward_code, _sent_on(submission), entries_of(submission))
    return _priorities.get(content_key(stamp, form, answers, standard.fingerprint, prices.version, terms), make)


def preview_merging(session: Session, submission: Submission) -> Merging | None:
    """What an approval now would merge, or None where nothing else was approved since the submission began."""
    return find_merging(session, submission, _snapshot_of(submission, "", now()))


def preview_rating(session: Session, submission: Submission, merging: Merging | None = None) -> Rating:
    """The rating that the submission would get if it were approved now."""
    standard = get_standard(session, submission.round.standard_version)
    snapshot = merged_for_preview(submission, merging, _snapshot_of(submission, "", now()))
    return rate(snapshot, standard, snapshot.as_of)


def previous_answers(session: Session, submission: Submission) -> tuple[EarlierAnswers | None, dict[str, str] | None]:
    """The ward's answers when it was last approved in another round, and its entries when this submission was last returned."""
    approved = [reference.submission_id for reference in list_snapshot_references(session, submission.ward_code)]
    approved_id = next((number for number in reversed(approved) if number not in (None, submission.id)), None)
    approved_submission = session.get(Submission, approved_id) if approved_id is not None else None
    returned = select(SubmissionEvent.answers).where(
        SubmissionEvent.submission_id == submission.id, SubmissionEvent.kind == EventKind.RETURNED.value
    )
    returned_answers = session.scalars(returned.order_by(SubmissionEvent.id.desc()).limit(1)).first()
    if approved_submission is None:
        return None, returned_answers
    versions = approved_submission.round.questionnaire_version, submission.round.questionnaire_version
    return EarlierAnswers(entries_of(approved_submission), origins_between(session, *versions)), returned_answers


def sending_key(submission: Submission) -> str:
    """The key of the sending that waits for review: the answers do not change between a sending and its decision."""
    return submission.sent_at.isoformat() if submission.sent_at else ""


def approve_submission(
    session: Session,
    submission: Submission,
    by: str,
    at: datetime | None = None,
    reviewed_sending: str | None = None,
    decision: Decision = NO_DECISION,
    *,
    accepts_problems: bool = False,
) -> Snapshot:
    """Approve: the answers become a snapshot of the ward, merged with one that was approved since the submission began. In a round for
    practice they become none.

    ``reviewed_sending`` is the key of the sending that was reviewed, None for the newest; ``decision`` says what to keep where both
    were changed. A check may be younger than the sending: what it finds is approved where the reviewer ``accepts_problems``.
    Raises SubmissionError where it does not wait for review, was sent again meanwhile, has an open flag or reason, was
    sent or confirmed by the same person as somebody's deputy, or a conflict is not decided.
    """
    _require_sent(submission, reviewed_sending)
    confirmation = find_confirmation(session, submission)
    signatures = (find_sender(session, submission), confirmation.by if confirmation else "")
    if any(is_one_deputy(by, signature) for signature in signatures):
        raise SubmissionError(
            f"Phiếu này do chính {hand_of(by)} gửi hoặc xác nhận, khi làm thay người khác hoặc được làm thay, "
            "nên phải do chuyên viên thẩm định khác duyệt."
        )
    flags, reasons = open_flags(session, submission), open_return_reasons(session, submission)
    if flags:
        raise SubmissionError(f"Còn {len(flags)} chỗ đánh dấu cần theo dõi. Xử lý xong từng chỗ rồi duyệt.")
    if reasons:
        raise SubmissionError(
            f"Còn {len(reasons)} câu đã nêu là cần bổ sung. Bấm “Yêu cầu bổ sung” để gửi đi, hoặc rút lại từng câu rồi duyệt."
        )
    problems = evaluate_submission(submission).problems
    if problems and not accepts_problems:
        raise SubmissionError(
            f"Phiếu có {len(problems)} chỗ mâu thuẫn, cần sửa. Mở phiếu, xem từng chỗ rồi yêu cầu bổ sung, hoặc đánh dấu chấp nhận rồi duyệt."
        )
    moment = at or now()
    # Nobody approves another one of this ward between what is merged here and what is recorded.
    lock_snapshots_of(session, submission.ward_code)
    snapshot, merged = merge_submission(session, submission, _snapshot_of(submission, by, moment), decision, by, moment)
    submission.state = CollectionState.APPROVED.value
    submission.decided_at = moment
    submission.return_reason = ""
    if not submission.round.is_practice:
        snapshot = load_snapshot(record_snapshot(session, snapshot, submission.id))
    accepted = f"chấp nhận {len(problems)} chỗ mâu thuẫn" if problems else ""
    add_event(session, submission, EventKind.APPROVED, by, ". ".join(filter(None, (accepted, merged))), at=moment)
    return snapshot


def return_submission(
    session: Session, submission: Submission, reason: str, by: str, at: datetime | None = None, reviewed_sending: str | None = None
) -> None:
    """Return with a reason, which the officer sees above the draft; it may be blank where single questions have one.

    ``reviewed_sending`` is the key of the sending that was reviewed, None for the newest. Raises SubmissionError.
    """
    _require_sent(submission, reviewed_sending)
    if len(reason.strip()) < MIN_REASON_LENGTH and not open_return_reasons(session, submission):
        raise ReasonError("Hãy ghi lý do yêu cầu bổ sung: phần nào, câu nào, cần sửa gì.")
    if len(reason.strip()) > MAX_LENGTH:
        raise ReasonError(f"Lý do dài {len(reason.strip())} ký tự; viết gọn trong {MAX_LENGTH} ký tự.")
    submission.state = CollectionState.RETURNED.value
    submission.decided_at = at or now()
    submission.return_reason = reason.strip()
    until = to_hanoi(submission.decided_at).date() + timedelta(days=DAYS_AFTER_RETURN)
    # A round may be closed before its deadline: a returned submission has to be corrected all the same.
    if until > last_day(submission) or submission.round.is_closed:
        submission.reopened_until = max(until, submission.reopened_until or until)
    add_event(session, submission, EventKind.RETURNED, by, reason.strip(), at=submission.decided_at)


def _rate_if_approved(submission: Submission, standard: Standard) -> Rating:
    snapshot = _snapshot_of(submission, "", now())
    return rate(snapshot, standard, snapshot.as_of)


def _waiting_query(wards: Collection[str] | None, practice: Round | None) -> Select[Submission]:
    waiting = select(Submission).where(Submission.state == CollectionState.SENT.value)
    among = Submission.round_id == practice.id if practice is not None else Submission.round_id.in_(real_rounds())
    waiting = waiting.where(among)
    if wards is not None:
        waiting = waiting.where(Submission.ward_code.in_(wards))
    return waiting.order_by(Submission.sent_at, Submission.id)


def reopen_submission(session: Session, submission: Submission, until: date, reason: str, by: str) -> None:
    """Let one ward edit and send until the end of a day, whatever the round's deadline, even where the round is closed.

    Raises SubmissionError where it is not open, and ReasonError where the day or the reason is refused.
    """
    state = CollectionState(submission.state)
    if state is CollectionState.APPROVED:
        raise SubmissionError("Phiếu đã duyệt thì khóa, không cho gửi lại được. Cần số liệu mới thì mở đợt khảo sát mới.")
    if state is CollectionState.SENT:
        raise SubmissionError("Phiếu đang chờ thẩm định. Cần xã, phường sửa thì bấm “Yêu cầu bổ sung”.")
    if not today() <= until <= today() + timedelta(days=MAX_REOPENED_DAYS):
        raise ReasonError("Ngày cho gửi đến phải từ hôm nay trở đi và trong vòng một năm.")
    if not submission.round.is_closed and until <= submission.round.deadline:
        raise ReasonError(f"Đơn vị vốn được gửi đến hết ngày {format_day(submission.round.deadline)}. Chọn ngày muộn hơn.")
    if not MIN_REASON_LENGTH <= len(reason.strip()) <= MAX_LENGTH:
        raise ReasonError(f"Hãy ghi lý do cho gửi sau hạn, từ {MIN_REASON_LENGTH} đến {MAX_LENGTH} ký tự.")
    submission.reopened_until = until
    add_event(session, submission, EventKind.REOPENED, by, f"đến hết ngày {format_day(until)}: {reason.strip()}")


def _sent_at(submission: Submission) -> datetime:
    assert submission.sent_at is not None
    return submission.sent_at


def _snapshot_of(submission: Submission, by: str, at: datetime) -> Snapshot:
    round = submission.round
    snapshot = to_snapshot(evaluate_submission(submission), submission.ward_code, _sent_on(submission), by, at, round.name)
    return replace(snapshot, round_id=round.id)


def _sent_on(submission: Submission) -> date:
    return to_hanoi(submission.sent_at or now()).date()


def _require_sent(submission: Submission, reviewed_sending: str | None) -> None:
    if submission.state != CollectionState.SENT:
        label = CollectionState(submission.state).label.lower()
        raise SubmissionError(f"Phiếu này đang ở trạng thái “{label}”, có thể người khác vừa xử lý. Tải lại trang để xem.")
    if reviewed_sending is not None and reviewed_sending != sending_key(submission):
        moment = format_moment(_sent_at(submission))
        raise SubmissionError(f"Phiếu được gửi lại lúc {moment}, sau khi bạn mở trang. Xem bản mới rồi quyết định.")
