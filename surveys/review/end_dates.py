"""What ends soon: licences, certificates, contracts and level files of the approved answers, told to the ward's officers in time."""

from collections.abc import Collection, Mapping
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from accounts.identity import Role
from accounts.models import User
from inventory.security import is_sensitive_answer
from inventory.snapshots.repository import newest_snapshots
from inventory.snapshots.snapshot import Snapshot
from inventory.wards.wards import load_wards
from portal.formats import format_day
from surveys.questionnaire.published_questionnaires import label_questions, questions_about_ends

# An officer is reminded from this many days before an end, and then once a week until it has come.
DAYS_BEFORE, DAYS_BETWEEN = 30, 7
# A letter leaves the house: of network security it says no more than that there is something.
SENSITIVE_LINE = "phần “An ninh mạng” có mục sắp hết hạn, mở phiếu để xem"


def end_reminders(session: Session, day: date, public_url: str) -> Mapping[int, tuple[str, ...]]:
    """The lines for each active officer whose wards have something that ends soon, by account."""
    asked = questions_about_ends(session)
    due = {code: ends for code, snapshot in newest_snapshots(session).items() if (ends := _find_due(snapshot, asked, day))}
    if not due:
        return {}
    labels = {key: label for key, (_section, label, _unit) in label_questions(session).items()}
    names = {ward.code: ward.full_name for ward in load_wards()}
    lines = {
        code: [f"- {names[code]}: {line}." for line in dict.fromkeys(_describe(key, end, day, labels) for end, key in ends)]
        for code, ends in due.items()
    }
    officers = select(User).where(User.is_active, User.role == Role.OFFICER.value)
    by_officer = {
        user.id: [line for ward in user.wards for line in lines.get(ward.ward_code, ())] for user in session.scalars(officers)
    }
    closing = f"Gia hạn trước ngày ấy, rồi báo bộ phận thẩm định để cập nhật. Xem phiếu tại {public_url}/surveys/"
    return {user_id: ("Sắp hết hạn:", *found, closing) for user_id, found in by_officer.items() if found}


def _find_due(snapshot: Snapshot, asked: Collection[str], day: date) -> list[tuple[date, str]]:
    # The day on which something begins is one too.
    ends = ((fact.value, key) for key, fact in snapshot.facts.items() if key in asked and isinstance(fact.value, date))
    return sorted((end, key) for end, key in ends if _is_due((end - day).days))


def _describe(key: str, end: date, day: date, labels: Mapping[str, str]) -> str:
    if is_sensitive_answer(key):
        return SENSITIVE_LINE
    return f"câu “{labels.get(key, key)}”: ngày {format_day(end)}, còn {(end - day).days} ngày"


def _is_due(days_left: int) -> bool:
    return 0 <= days_left <= DAYS_BEFORE and (DAYS_BEFORE - days_left) % DAYS_BETWEEN == 0
