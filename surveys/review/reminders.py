"""Reminders: one digest a day to each person whose ward is late, or of whom another package has something to tell; nobody else."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date

from sqlalchemy import Engine, delete, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session, joinedload, selectinload

from accounts.identity import Role
from accounts.models import User
from inventory.wards.wards import Ward, load_wards
from portal.clock import now, today
from portal.database import session_scope
from portal.formats import format_day
from portal.labels import LabelledEnum
from portal.mail import MailError, send_mail
from portal.reminders import Lines, no_lines
from portal.settings import Settings
from surveys.checks.remarks import reasons_of
from surveys.checks.states import CollectionState
from surveys.checks.validation import examine, newest_stamp
from surveys.models import Reminder, Round, Submission
from surveys.submissions.rounds import get_round
from surveys.submissions.submissions import is_late, last_day

SUBJECT = "Nhắc gửi phiếu khảo sát hạ tầng CNTT"
OTHER_SUBJECT = "Nhắc việc cần làm"


class Channel(LabelledEnum):
    """How somebody was reminded."""

    EMAIL = "email", "thư điện tử"
    PHONE = "phone", "tin nhắn điện thoại"


@dataclass(frozen=True)
class LateWard:
    """One ward that owes its answers: how many days late, and how many questions are left."""

    ward: Ward
    submission_id: int
    days: int
    left: int


@dataclass(frozen=True)
class Digest:
    """What one person is to be told today; ``further`` are the lines of other packages.

    ``channel`` is how that was done today already, None where it was not.
    """

    user_id: int
    full_name: str
    address: str
    wards: tuple[LateWard, ...]
    text: str
    channel: Channel | None = None
    further: tuple[str, ...] = ()

    @property
    def subject(self) -> str:
        """What the letter is about: the survey before anything else."""
        return SUBJECT if self.wards else OTHER_SUBJECT


@dataclass(frozen=True)
class Sent:
    """What a round of reminders did: how many letters left, and which could not."""

    letters: int
    failed: tuple[str, ...]


def find_late(session: Session, found: Round, day: date) -> tuple[LateWard, ...]:
    """The wards of a round that owe their answers on a day, in the official order. What was sent is never among them.

    Nobody is late in a round that was closed: what cannot be sent any more is not asked for.
    """
    if found.opens_on > day or found.is_closed:
        return ()
    wards, stamp = {ward.code: ward for ward in load_wards()}, newest_stamp(session)
    query = select(Submission).where(Submission.round_id == found.id)
    submissions = session.scalars(query.options(selectinload(Submission.answers), joinedload(Submission.round)))
    owing = [row for row in submissions if is_late(row, day)]
    reasons = reasons_of(session, [row.id for row in owing if row.state == CollectionState.RETURNED])
    late = []
    for row in owing:
        open_ones = [one for one in reasons.get(row.id, []) if one.settled_at is None]
        left = examine(session, row, stamp, open_ones).left
        late.append(LateWard(wards[row.ward_code], row.id, (day - last_day(row)).days, left))
    return tuple(sorted(late, key=lambda one: one.ward.position))


def make_digests(
    session: Session, found: Round, settings: Settings, day: date, further: Lines = no_lines
) -> tuple[list[Digest], list[LateWard]]:
    """One digest for each active officer of a late ward, and the late wards that no account answers for.

    ``further`` gives the lines of other packages: who has any gets them in the same digest, whatever the role.
    """
    late, lines = find_late(session, found, day), further(session, day)
    users = session.scalars(select(User).where(User.is_active).order_by(User.username))
    done = {row.user_id: Channel(row.channel) for row in session.scalars(select(Reminder).where(Reminder.day == day))}
    digests, told = [], set()
    for user in users:
        codes = {row.ward_code for row in user.wards} if user.role == Role.OFFICER.value else set()
        mine = tuple(one for one in late if one.ward.code in codes)
        told |= codes
        if mine or user.id in lines:
            own = lines.get(user.id, ())
            text = write_text(user.full_name, found, mine, settings, day, own)
            digests.append(Digest(user.id, user.full_name, user.email, mine, text, done.get(user.id), own))
    return digests, [one for one in late if one.ward.code not in told]


def write_text(
    name: str, found: Round, wards: tuple[LateWard, ...], settings: Settings, day: date, further: tuple[str, ...] = ()
) -> str:
    """The digest in words, short enough for a message on the phone."""
    lines = [f"- {one.ward.full_name}: quá hạn {one.days} ngày, {_left_in_words(one.left)}." for one in wards]
    survey = (
        f"Tính đến ngày {format_day(day)}, phiếu khảo sát “{found.name}” của đơn vị chưa được gửi:",
        *lines,
        f"Mở phiếu tại {settings.public_url}/surveys/",
    )
    return "\n".join((f"Kính gửi {name},", *(survey if wards else ()), *further, f"Vướng mắc thì hỏi: {settings.contact}."))


def send_reminders(engine: Engine, round_id: int, settings: Settings, day: date | None = None, further: Lines = no_lines) -> Sent:
    """Write to everybody who is due, has an address and was not reminded today. Pressing twice reminds once.

    The line is stored before the letter leaves, so that of two who press at once one finds it; it is taken back where the letter
    could not leave. Each in a short transaction of its own: no ward waits for a slow mail server. Who sends while letters go out
    to others is looked at once more, and left in peace.
    """
    moment = day or today()
    with session_scope(engine, writes=False) as session:
        digests, _nobody = make_digests(session, get_round(session, round_id), settings, moment, further)
    letters, failed = 0, []
    for planned in digests:
        if not planned.address or planned.channel is not None:
            continue
        try:
            with session_scope(engine, writes=True) as session:
                digest = _still_late(session, planned, settings, moment)
                if digest is None:
                    continue
                note_reminder(session, round_id, digest, Channel.EMAIL, moment)
        except IntegrityError:
            continue
        try:
            send_mail(settings, digest.address, digest.subject, digest.text)
        except MailError as error:
            failed.append(error.message)
            with session_scope(engine, writes=True) as session:
                session.execute(delete(Reminder).where(Reminder.user_id == digest.user_id, Reminder.day == moment))
        else:
            letters += 1
    return Sent(letters, tuple(failed))


def _still_late(session: Session, planned: Digest, settings: Settings, day: date) -> Digest | None:
    """The digest without the wards that have sent since it was planned, or None where nothing is left to tell."""
    query = select(Submission).where(Submission.id.in_([one.submission_id for one in planned.wards]))
    rows = list(session.scalars(query.options(joinedload(Submission.round))))
    late = {row.id for row in rows if is_late(row, day) and not row.round.is_closed}
    wards = tuple(one for one in planned.wards if one.submission_id in late)
    if wards == planned.wards:
        return planned
    if not wards and not planned.further:
        return None
    return replace(planned, wards=wards, text=write_text(planned.full_name, rows[0].round, wards, settings, day, planned.further))


def note_reminder(session: Session, round_id: int, digest: Digest, channel: Channel, day: date) -> None:
    """Write down that a person was reminded. Raises IntegrityError where that was done today already."""
    wards: list[str] = [one.ward.code for one in digest.wards]
    row = Reminder(
        user_id=digest.user_id,
        round_id=round_id,
        day=day,
        channel=channel.value,
        address=digest.address,
        text=digest.text,
        wards=wards,
        at=now(),
    )
    session.add(row)
    session.flush()


def list_reminders(session: Session, found: Round) -> list[tuple[Reminder, str]]:
    """What was written in a round, newest first, with the name of whoever got it."""
    names: Mapping[int, str] = {user.id: user.full_name for user in session.scalars(select(User))}
    rows = session.scalars(select(Reminder).where(Reminder.round_id == found.id).order_by(Reminder.id.desc()))
    return [(row, names.get(row.user_id, "")) for row in rows]


def _left_in_words(left: int) -> str:
    return f"còn {left} mục chưa xong" if left else "đã điền đủ, chỉ còn bấm gửi"
