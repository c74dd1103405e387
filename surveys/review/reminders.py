"""Reminders: one digest a day to each person whose ward is late, or for whom another package has lines; to nobody else."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date

from sqlalchemy import Engine, delete, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session, joinedload, selectinload

from accounts.identity import Role
from accounts.models import User
from inventory.office.store import find_office
from inventory.wards.wards import Ward, load_wards
from portal.clock import now, today
from portal.database import session_scope
from portal.formats import format_day
from portal.jobs.kinds import JobCancelledError, Progress, no_progress
from portal.labels import LabelledEnum
from portal.mail import MailError, send_mail
from portal.reminders import ReminderSource, no_lines
from portal.settings import Settings
from surveys.checks.remarks import return_reasons
from surveys.checks.states import CollectionState
from surveys.checks.validation import snapshot_stamp, validate_submission
from surveys.models import Reminder, Round, Submission
from surveys.submissions.rounds import get_round
from surveys.submissions.submissions import is_late, last_day

SUBJECT = "Nhắc gửi phiếu khảo sát hạ tầng CNTT"
OTHER_SUBJECT = "Nhắc việc cần làm"


class Channel(LabelledEnum):
    """How a person was reminded."""

    EMAIL = "email", "thư điện tử"
    PHONE = "phone", "tin nhắn điện thoại"


@dataclass(frozen=True)
class LateWard:
    """One late ward: how many days late, and how many questions are open."""

    ward: Ward
    submission_id: int
    days_late: int
    remaining: int


@dataclass(frozen=True)
class Digest:
    """The reminder of one person for today; ``other_lines`` are the lines of other packages.

    ``channel`` is how the person was reminded today already, None where that was not done.
    """

    user_id: int
    full_name: str
    address: str
    wards: tuple[LateWard, ...]
    text: str
    channel: Channel | None = None
    other_lines: tuple[str, ...] = ()

    @property
    def subject(self) -> str:
        """The subject of the mail: the survey takes precedence."""
        return SUBJECT if self.wards else OTHER_SUBJECT


@dataclass(frozen=True)
class ReminderResult:
    """How many mails were sent, and why others failed."""

    sent_count: int
    failures: tuple[str, ...]
    is_cancelled: bool = False


def list_late_wards(session: Session, round: Round, day: date) -> tuple[LateWard, ...]:
    """The late wards of a round on a day, in the official order.

    Nobody is late in a closed round: what cannot be sent any more is not asked for.
    """
    if round.opens_on > day or round.is_closed:
        return ()
    wards, stamp = {ward.code: ward for ward in load_wards()}, snapshot_stamp(session)
    query = select(Submission).where(Submission.round_id == round.id)
    submissions = session.scalars(query.options(selectinload(Submission.answers), joinedload(Submission.round)))
    overdue = [row for row in submissions if is_late(row, day)]
    reasons = return_reasons(session, [row.id for row in overdue if row.state == CollectionState.RETURNED])
    late_wards = []
    for row in overdue:
        open_reasons = [reason for reason in reasons.get(row.id, []) if reason.settled_at is None]
        remaining = validate_submission(session, row, stamp, open_reasons).remaining
        late_wards.append(LateWard(wards[row.ward_code], row.id, (day - last_day(row)).days, remaining))
    return tuple(sorted(late_wards, key=lambda late: late.ward.position))


def build_digests(
    session: Session, round: Round, settings: Settings, day: date, other_lines: ReminderSource = no_lines
) -> tuple[list[Digest], list[LateWard]]:
    """One digest for each active officer of a late ward, and the late wards without an officer.

    ``other_lines`` returns the lines of other packages: a person with any gets them in the same digest, whatever the role.
    A round for practice reminds nobody of anything.
    """
    if round.is_practice:
        return [], []
    late_wards, lines = list_late_wards(session, round, day), other_lines(session, day)
    users, contact = (
        session.scalars(select(User).where(User.is_active).order_by(User.username)),
        find_office(session, settings).contact,
    )
    channels = {row.user_id: Channel(row.channel) for row in session.scalars(select(Reminder).where(Reminder.day == day))}
    digests, assigned_codes = [], set()
    for user in users:
        codes = {row.ward_code for row in user.wards} if user.role == Role.OFFICER.value else set()
        late_wards_of_user = tuple(late for late in late_wards if late.ward.code in codes)
        assigned_codes |= codes
        if late_wards_of_user or user.id in lines:
            other_lines_of_user = lines.get(user.id, ())
            text = digest_text(user.full_name, round, late_wards_of_user, settings, contact, day, other_lines_of_user)
            digests.append(
                Digest(user.id, user.full_name, user.email, late_wards_of_user, text, channels.get(user.id), other_lines_of_user)
            )
    return digests, [late for late in late_wards if late.ward.code not in assigned_codes]


def digest_text(
    name: str,
    round: Round,
    wards: tuple[LateWard, ...],
    settings: Settings,
    contact: str,
    day: date,
    other_lines: tuple[str, ...] = (),
) -> str:
    """The text of the digest, short enough for a message on the phone."""
    lines = [f"- {late.ward.full_name}: quá hạn {late.days_late} ngày, {_remaining_text(late.remaining)}." for late in wards]
    survey = (
        f"Tính đến ngày {format_day(day)}, phiếu khảo sát “{round.name}” của đơn vị chưa được gửi:",
        *lines,
        f"Mở phiếu tại {settings.public_url}/surveys/",
    )
    return "\n".join((f"Kính gửi {name},", *(survey if wards else ()), *other_lines, f"Khi vướng mắc, liên hệ: {contact}."))


def send_reminders(
    engine: Engine,
    round_id: int,
    settings: Settings,
    day: date | None = None,
    other_lines: ReminderSource = no_lines,
    progress: Progress = no_progress,
) -> ReminderResult:
    """Send a mail to everybody who is due, has an address and was not reminded today. Pressing twice reminds once.

    The reminder is stored before the mail is sent, so that of two who press at once only one sends it, and deleted where the
    mail fails; each in a short transaction of its own, so that no ward waits for a slow mail server. A ward that sends its
    submission meanwhile is not reminded. Cancelled, it stops between two mails, and says what was sent.
    """
    moment = day or today()
    with session_scope(engine, writes=False) as session:
        digests, _wards_without_officer = build_digests(session, get_round(session, round_id), settings, moment, other_lines)
    sent_count = 0
    failures: list[str] = []
    for done, planned in enumerate(digests):
        try:
            progress(done, len(digests))
        except JobCancelledError:
            return ReminderResult(sent_count, tuple(failures), is_cancelled=True)
        if not planned.address or planned.channel is not None:
            continue
        try:
            with session_scope(engine, writes=True) as session:
                digest = _refresh_digest(session, planned, settings, moment)
                if digest is None:
                    continue
                record_reminder(session, round_id, digest, Channel.EMAIL, moment)
        except IntegrityError:
            continue
        try:
            send_mail(settings, digest.address, digest.subject, digest.text)
        except MailError as error:
            failures.append(error.message)
            with session_scope(engine, writes=True) as session:
                session.execute(delete(Reminder).where(Reminder.user_id == digest.user_id, Reminder.day == moment))
        else:
            sent_count += 1
    return ReminderResult(sent_count, tuple(failures))


def _refresh_digest(session: Session, planned: Digest, settings: Settings, day: date) -> Digest | None:
    """The digest without the wards that have sent since it was built, or None where it is empty now."""
    query = select(Submission).where(Submission.id.in_([late.submission_id for late in planned.wards]))
    rows = list(session.scalars(query.options(joinedload(Submission.round))))
    late_ids = {row.id for row in rows if is_late(row, day) and not row.round.is_closed}
    wards = tuple(late for late in planned.wards if late.submission_id in late_ids)
    if wards == planned.wards:
        return planned
    if not wards and not planned.other_lines:
        return None
    return replace(
        planned,
        wards=wards,
        text=digest_text(
            planned.full_name, rows[0].round, wards, settings, find_office(session, settings).contact, day, planned.other_lines
        ),
    )


def record_reminder(session: Session, round_id: int, digest: Digest, channel: Channel, day: date) -> None:
    """Record that a person was reminded. Raises IntegrityError where that was done today already."""
    wards: list[str] = [late.ward.code for late in digest.wards]
    reminder = Reminder(
        user_id=digest.user_id,
        round_id=round_id,
        day=day,
        channel=channel.value,
        address=digest.address,
        text=digest.text,
        wards=wards,
        at=now(),
    )
    session.add(reminder)
    session.flush()


def list_reminders(session: Session, round: Round) -> list[tuple[Reminder, str]]:
    """The reminders of a round, newest first, with the names of their recipients."""
    names: Mapping[int, str] = {user.id: user.full_name for user in session.scalars(select(User))}
    rows = session.scalars(select(Reminder).where(Reminder.round_id == round.id).order_by(Reminder.id.desc()))
    return [(row, names.get(row.user_id, "")) for row in rows]


def _remaining_text(remaining: int) -> str:
    return f"còn {remaining} mục chưa xong" if remaining else "đã điền đủ, chỉ còn bấm gửi"
