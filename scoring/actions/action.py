"""Actions: what a ward or the city has to do, with the six clarities, and the state of each on a day. Pure.

The six (rõ người, rõ việc, rõ thời gian, rõ trách nhiệm, rõ sản phẩm, rõ thẩm quyền) are quoted from QĐ 1671/QĐ-TTg of
28/08/2026, IV.2.d; which field holds which of them is this project's reading.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from accounts.identity import Role
from accounts.permissions import sees_security_within_scope
from inventory.wards.wards import Ward
from portal.errors import WardReadinessError
from portal.formats import format_day
from portal.labels import LabelledEnum
from scoring.rating.redaction import is_sensitive_code

# In a text that is written for many wards at once; replaced by the name of each.
WARD_PLACEHOLDER = "[đơn vị]"
TITLE_LENGTH = 140


class ActionError(WardReadinessError):
    """An action that cannot be saved. The message says why; ``field`` is the form field it belongs to, or empty."""

    def __init__(self, message: str, field: str = "") -> None:
        super().__init__(message)
        self.field = field


class ActionState(LabelledEnum):
    """The state of an action on a day."""

    OVERDUE = "overdue", "Quá hạn"
    OPEN = "open", "Đang mở"
    DONE = "done", "Đã xong"


class PublicBody(LabelledEnum):
    """The body that is responsible for an action, or that decides on it."""

    WARD = "ward", "UBND xã, phường"
    SCIENCE = "science", "Sở Khoa học và Công nghệ"
    FINANCE = "finance", "Sở Tài chính"
    SERVICE_CENTRE = "service_centre", "Trung tâm Phục vụ hành chính công TP"
    CITY = "city", "UBND thành phố"

    def name_for(self, ward: Ward | None) -> str:
        """The body in words; the committee of a ward with the ward's name: ``UBND phường Cửa Nam``."""
        return f"UBND {name_in_text(ward)}" if self is PublicBody.WARD and ward is not None else self.label


BODY_OF_ROLE = {
    Role.OFFICER: PublicBody.WARD,
    Role.WARD_HEAD: PublicBody.WARD,
    Role.REVIEWER: PublicBody.SCIENCE,
    Role.PLANNER: PublicBody.FINANCE,
    Role.LEADER: PublicBody.CITY,
}


@dataclass(frozen=True)
class Clarities:
    """The six clarities of an action. ``owner_id`` is an account, ``criterion`` a code, or empty where it is about none.

    Person: owner and contact. Task: task. Time: due. Responsibility: unit and its head. Product: deliverable and the evidence
    by which it is accepted. Authority: who decides.
    """

    owner_id: int
    contact: str
    task: str
    due: date
    unit: PublicBody
    head: str
    deliverable: str
    evidence: str
    authority: PublicBody
    criterion: str = ""

    def __post_init__(self) -> None:
        """Raise ActionError that names each empty clarity, so that no code path can save an action without all six."""
        texts = (
            ("rõ người", self.contact),
            ("rõ việc", self.task),
            ("rõ trách nhiệm", self.head),
            ("rõ sản phẩm", self.deliverable),
            ("rõ sản phẩm", self.evidence),
        )
        empty = dict.fromkeys(name for name, text in texts if not text.strip())
        if empty:
            raise ActionError(f"Việc chưa đủ sáu rõ, còn thiếu: {', '.join(empty)}.")

    @property
    def is_sensitive(self) -> bool:
        """Whether the text would help an attacker: it is about a criterion of group G."""
        return is_sensitive_code(self.criterion)

    def for_ward(self, ward: Ward) -> "Clarities":
        """A copy in which the placeholder is replaced by the name of the ward."""
        name = name_in_text(ward)
        texts = {
            field: getattr(self, field).replace(WARD_PLACEHOLDER, name) for field in ("task", "head", "deliverable", "evidence")
        }
        return Clarities(**{**self.__dict__, **texts})


@dataclass(frozen=True)
class Action:
    """An action of one ward, or of the city where ``ward`` is None. ``done_on`` is the day on which its owner reported it done.

    ``reopened_for`` is why it was opened again, the last time.
    """

    id: int
    ward: Ward | None
    clarities: Clarities
    owner_name: str
    owner_role: Role
    is_owner_active: bool
    created_by: str
    created_on: date
    done_on: date | None
    done_by: str
    delivered: str
    revision: int
    reopened_for: str = ""

    def state(self, on: date) -> ActionState:
        """Done once it is reported; else overdue from the day after its deadline."""
        if self.done_on is not None:
            return ActionState.DONE
        return ActionState.OVERDUE if on > self.clarities.due else ActionState.OPEN

    def days_late(self, on: date) -> int:
        """Days past the deadline: until today, or until the day it was done; 0 where it was in time."""
        return max(0, ((self.done_on or on) - self.clarities.due).days)

    def days_left(self, on: date) -> int:
        """Days until the deadline, 0 on the day itself and after it."""
        return max(0, (self.clarities.due - on).days)

    def state_text(self, on: date) -> str:
        """``quá hạn 3 ngày``, ``còn 5 ngày``, ``đã xong 02/03/2026, muộn 1 ngày``."""
        days_late = self.days_late(on)
        if self.done_on is not None:
            return f"đã xong {format_day(self.done_on)}" + (f", muộn {days_late} ngày" if days_late else "")
        if days_late:
            return f"quá hạn {days_late} ngày"
        remaining = self.days_left(on)
        return f"còn {remaining} ngày" if remaining else "hạn là hôm nay"

    @property
    def is_sensitive(self) -> bool:
        """Whether its text would help an attacker."""
        return self.clarities.is_sensitive

    @property
    def may_owner_see(self) -> bool:
        """Whether its owner may see it: what is about network security may have been handed out before that was a right of few."""
        return not self.is_sensitive or sees_security_within_scope(self.owner_role)

    @property
    def ward_code(self) -> str | None:
        """The code of its ward; None for the city."""
        return self.ward.code if self.ward else None

    @property
    def place(self) -> str:
        """The ward, or the city."""
        return self.ward.full_name if self.ward else "Toàn thành phố"

    @property
    def unit_name(self) -> str:
        """The name of the body that is responsible."""
        return self.clarities.unit.name_for(self.ward)

    @property
    def title(self) -> str:
        """The task in one line, for lists, letters and files; what would help an attacker is shown on the action's page only."""
        if self.is_sensitive:
            return f"Việc về an ninh mạng số {self.id} (xem trang của việc)"
        text = " ".join(self.clarities.task.split())
        return text if len(text) <= TITLE_LENGTH else f"{text[:TITLE_LENGTH].rsplit(' ', 1)[0]}…"

    def is_assigned_to(self, user_id: int, role: Role) -> bool:
        """Whether this person has to do it: as its owner, or as one of the responsible body. The caller checks the scope."""
        return self.clarities.owner_id == user_id or BODY_OF_ROLE.get(role) is self.clarities.unit


def name_in_text(ward: Ward) -> str:
    """The name as it is written within a sentence: ``phường Cửa Nam``."""
    return f"{ward.full_name[0].lower()}{ward.full_name[1:]}"


def count_states(actions: Iterable[Action], on: date) -> dict[ActionState, int]:
    """The number of actions in each state, 0 included."""
    states = [action.state(on) for action in actions]
    return {state: states.count(state) for state in ActionState}


def sort_by_urgency(actions: Iterable[Action], on: date) -> list[Action]:
    """The longest overdue first, then by deadline; what is done comes last, newest first."""

    def urgency(action: Action) -> tuple[int, int, int]:
        if action.done_on is not None:
            return 1, -action.done_on.toordinal(), action.id
        return 0, action.clarities.due.toordinal(), action.id

    return sorted(actions, key=urgency)
