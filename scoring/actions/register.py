"""The table of actions: created, changed, reported done, reopened, and listed for whoever may see them."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

from accounts.audit import HIDDEN
from accounts.identity import Identity, Role
from accounts.models import AuditEntry, User
from accounts.permissions import Permission, may, may_see_security
from inventory.wards.wards import Ward, load_wards
from portal.clock import now, to_hanoi
from portal.errors import NotFoundError
from scoring.actions.action import Action, ActionError, Clarities, PublicBody
from scoring.actions.owners import Owner
from scoring.models import ActionRecord

Values = Mapping[str, Any]
# What tells of network security in an action about it.
SENSITIVE_FIELDS = ("task", "deliverable", "evidence", "criterion")


def list_actions(session: Session, identity: Identity, ward_code: str | None = None) -> list[Action]:
    """The actions that a person may see: of the person's own wards, or of all wards and the city. Of one ward where it is named.

    Those about network security only where the person may see that of the ward.
    """
    query = _query()
    if identity.wards is not None:
        query = query.where(ActionRecord.ward_code.in_(identity.wards))
    if ward_code is not None:
        query = query.where(ActionRecord.ward_code == ward_code)
    return [action for action in _load(session, query) if _is_visible(identity, action)]


def list_open_actions(session: Session) -> list[Action]:
    """The actions of everybody that are not done yet."""
    return _load(session, _query().where(ActionRecord.done_at.is_(None)))


def get_action(session: Session, identity: Identity, action_id: int) -> Action:
    """One action. Raises NotFoundError where it does not exist or is out of the person's scope."""
    action = next(iter(_load(session, _query().where(ActionRecord.id == action_id))), None)
    if action is None or not _is_visible(identity, action):
        raise NotFoundError("Không có việc này, hoặc tài khoản của bạn không được giao xem việc này.")
    return action


def may_report(identity: Identity, action: Action) -> bool:
    """Whether a person may report the action done: the owner, or somebody of the responsible body."""
    return (
        may(identity, Permission.ACTION_REPORT)
        and _is_visible(identity, action)
        and action.is_assigned_to(identity.user_id, identity.role)
    )


def build_assignments(
    places: Sequence[Ward | None], owners: Sequence[Owner], values: Values
) -> list[tuple[Ward | None, Clarities]]:
    """The clarities for each place, a ward or (None) the city, and its owner. Raises ActionError.

    An empty contact becomes the address of the owner's account.
    """
    names = [owner.name for owner in owners if not (values["contact"] or owner.address)]
    if names:
        message = (
            f"{', '.join(dict.fromkeys(names))}: tài khoản chưa có thư điện tử. Ghi số điện thoại hoặc thư điện tử để liên hệ."
        )
        raise ActionError(message, "contact")
    assignments: list[tuple[Ward | None, Clarities]] = []
    for ward, owner in zip(places, owners, strict=True):
        clarities = Clarities(**{**values, "owner_id": owner.id, "contact": values["contact"] or owner.address})
        assignments.append((ward, clarities.for_ward(ward) if ward else clarities))
    return assignments


def create_actions(
    session: Session, assignments: Iterable[tuple[Ward | None, Clarities]], created_by: str, today: date
) -> list[int]:
    """Create the actions, all or none. Raises ActionError for a deadline that has passed."""
    records = []
    for ward, clarities in assignments:
        _check_deadline(clarities.due, today)
        record = ActionRecord(
            ward_code=ward.code if ward else None, created_by=created_by, created_at=now(), **as_columns(clarities)
        )
        session.add(record)
        records.append(record)
    session.flush()
    return [record.id for record in records]


def change_action(session: Session, action_id: int, revision: int, clarities: Clarities, today: date) -> None:
    """Save other clarities. Raises ActionError where somebody else has saved it since, where it is done, or where a new deadline has passed."""
    record = _lock(session, action_id)
    if record.revision != revision:
        message = "Người khác vừa sửa việc này. Mở lại trang để xem bản mới, rồi sửa tiếp; những gì bạn gõ vẫn còn ở dưới."
        raise ActionError(message)
    if record.done_at is not None:
        raise ActionError("Việc này đã xong. Mở lại việc trước khi sửa.")
    if clarities.due != record.due:
        _check_deadline(clarities.due, today)
    for name, value in as_columns(clarities).items():
        setattr(record, name, value)
    record.revision += 1
    session.flush()


def complete_action(session: Session, action_id: int, delivered: str, done_by: str) -> None:
    """Report an action done, with what was delivered. Raises ActionError."""
    record = _lock(session, action_id)
    if not delivered.strip():
        raise ActionError("Hãy ghi đã bàn giao gì.", "delivered")
    if record.done_at is not None:
        raise ActionError(f"{record.done_by} đã báo xong việc này.", "delivered")
    record.done_at, record.done_by, record.delivered = now(), done_by, delivered
    record.revision += 1
    session.flush()


def describe_open_actions(session: Session, user_id: int) -> str:
    """How many actions a person still has to do, and what becomes of them before the person is removed; nothing where there is none."""
    query = select(func.count()).select_from(ActionRecord).where(ActionRecord.owner_id == user_id, ActionRecord.done_at.is_(None))
    count = session.scalar(query)
    return f"Còn {count} việc cần làm chưa xong: nhờ người giao việc giao cho người khác." if count else ""


def reopen_action(session: Session, action_id: int, reason: str) -> None:
    """Reopen an action that was reported done. Raises ActionError."""
    record = _lock(session, action_id)
    if not reason.strip():
        raise ActionError("Hãy ghi lý do mở lại.", "reason")
    if record.done_at is None:
        raise ActionError("Việc này đang mở.", "reason")
    record.done_at, record.done_by, record.delivered = None, "", ""
    record.reopened_for = reason.strip()
    record.revision += 1
    session.flush()


def get_history(session: Session, action: Action) -> list[tuple[AuditEntry, str, str]]:
    """The audit entries of an action, oldest first, each with the name of the person and the reason that was given.

    The trail holds no words on network security: of these the action itself keeps the newest reason.
    """
    query = select(AuditEntry, User.full_name).outerjoin(User, User.id == AuditEntry.user_id)
    rows = session.execute(query.where(AuditEntry.subject == f"action {action.id}").order_by(AuditEntry.id))
    history = [(entry, name or entry.username, (entry.after or {}).get("reason", "")) for entry, name in rows]
    reopened = [index for index, (entry, _name, _reason) in enumerate(history) if entry.action == "action:reopen"]
    if action.is_sensitive and reopened:
        entry, name, _reason = history[reopened[-1]]
        history[reopened[-1]] = (entry, name, action.reopened_for)
    return history


def as_columns(clarities: Clarities) -> dict[str, Any]:
    """The columns of the table."""
    return {**clarities.__dict__, "unit": clarities.unit.value, "authority": clarities.authority.value}


def as_audit_values(clarities: Clarities) -> dict[str, Any]:
    """The values as the audit trail stores them: of network security only that there are some."""
    values = {**as_columns(clarities), "due": clarities.due.isoformat()}
    return {**values, **dict.fromkeys(SENSITIVE_FIELDS, HIDDEN)} if clarities.is_sensitive else values


def _query() -> Select[ActionRecord, str, str, bool]:
    return select(ActionRecord, User.full_name, User.role, User.is_active).join(User, User.id == ActionRecord.owner_id)


def _load(session: Session, query: Select[ActionRecord, str, str, bool]) -> list[Action]:
    wards = {ward.code: ward for ward in load_wards()}
    return [
        Action(
            id=record.id,
            ward=wards[record.ward_code] if record.ward_code else None,
            clarities=Clarities(
                owner_id=record.owner_id,
                contact=record.contact,
                task=record.task,
                due=record.due,
                unit=PublicBody(record.unit),
                head=record.head,
                deliverable=record.deliverable,
                evidence=record.evidence,
                authority=PublicBody(record.authority),
                criterion=record.criterion,
            ),
            owner_name=name,
            owner_role=Role(role),
            is_owner_active=is_active,
            created_by=record.created_by,
            created_on=to_hanoi(record.created_at).date(),
            done_on=to_hanoi(record.done_at).date() if record.done_at else None,
            done_by=record.done_by,
            delivered=record.delivered,
            revision=record.revision,
            reopened_for=record.reopened_for,
        )
        for record, name, role, is_active in session.execute(query)
    ]


def _is_visible(identity: Identity, action: Action) -> bool:
    if action.is_sensitive and not may_see_security(identity, action.ward_code):
        return False
    return identity.wards is None or (action.ward_code is not None and identity.covers(action.ward_code))


def _lock(session: Session, action_id: int) -> ActionRecord:
    record = session.get(ActionRecord, action_id, with_for_update=True)
    if record is None:
        raise NotFoundError("Không có việc này.")
    return record


def _check_deadline(due: date, today: date) -> None:
    if due < today:
        raise ActionError("Thời hạn đã qua. Chọn hôm nay hoặc một ngày sau.", "due")
