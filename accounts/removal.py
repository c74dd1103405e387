"""Removing a person who left: the account becomes a pseudonym, which takes the place of the name wherever no hash and no official act needs it."""

from dataclasses import dataclass

from sqlalchemy import Column, Table, and_, delete, select, update
from sqlalchemy.orm import Session

from accounts import audit
from accounts.duties import find_duties
from accounts.identity import Identity, Scope
from accounts.models import SignInCount, StandIn, User
from accounts.personal_data import Trace, describe_person, describe_shared, find_traces
from accounts.pseudonyms import full_pseudonym, user_pseudonym
from accounts.removed_accounts import RemovedAccount, list_removed, note_removed
from accounts.sessions import end_sessions
from accounts.throttle import keys_of
from accounts.users import UserError, get_user, is_removed
from portal.clock import now
from portal.columns import Personal
from portal.settings import Settings


@dataclass(frozen=True)
class Removal:
    """What was done: how many values got the pseudonym, how many signatures stay, and which names stay since others bear them too."""

    user_id: int
    replaced: int
    kept: int
    shared_names: frozenset[str]


def check_removal(session: Session, settings: Settings, user_id: int) -> RemovedAccount:
    """The account as the list of removed ones knows it. Raises NotFoundError, and UserError where it cannot be removed yet.

    One that a backup brought back was locked and free of duties when it was removed, and need not be so again.
    """
    user = get_user(session, user_id)
    account = RemovedAccount(user.id, user.created_at)
    if account in list_removed(settings.backup_folder):
        return account
    if user.is_active:
        raise UserError("Chỉ gỡ được người có tài khoản đã khóa. Khóa tài khoản trước.")
    if duties := find_duties(session, user_id):
        raise UserError(f"Chưa gỡ được: người này còn nhiệm vụ. {' '.join(duties)}")
    return account


def announce_removal(settings: Settings, account: RemovedAccount) -> None:
    """Write down that the account is to be gone, before it goes: what is cut off in between is asked for at the next start."""
    note_removed(settings.backup_folder, account)


def remove_person(session: Session, settings: Settings, user_id: int) -> Removal:
    """Remove a person whose removal was announced. Raises NotFoundError, UserError."""
    check_removal(session, settings, user_id)
    person, shared_names = describe_person(session, user_id)
    user = get_user(session, user_id)
    end_sessions(session, user_id)
    session.execute(delete(SignInCount).where(keys_of(user.username, user_id)))
    open_stand_ins = select(StandIn).where(
        (StandIn.absent_id == user_id) | (StandIn.deputy_id == user_id), StandIn.ended_at.is_(None)
    )
    for row in session.scalars(open_stand_ins):
        row.ended_at = now()
    session.flush()
    traces = list(find_traces(session, person))
    _replace(session, [trace for trace in traces if trace.kind is not Personal.SIGNATURE])
    user.full_name, user.username, user.email = full_pseudonym(user_id), user_pseudonym(user_id), ""
    user.password_hash, user.is_active = "", False
    user.scope, user.former_district, user.wards = Scope.WARDS.value, "", []
    session.flush()
    kept = sum(trace.kind is Personal.SIGNATURE for trace in traces)
    return Removal(user_id, len(traces) - kept, kept, shared_names)


def log_removal(session: Session, identity: Identity | None, removal: Removal) -> None:
    """The line in the audit trail, without the name."""
    after = {"replaced": removal.replaced, "kept": removal.kept}
    audit.log(session, identity, "account:remove", f"account {user_pseudonym(removal.user_id)}", after=after)


def describe_removal(removal: Removal) -> str:
    """What was done, for whoever did it."""
    sentence = (
        f"Đã gỡ người có tài khoản số {removal.user_id}: thay tên ở {removal.replaced} chỗ, "
        f"giữ ở {removal.kept} chỗ ghi người chịu trách nhiệm."
    )
    return f"{sentence} {describe_shared(removal.shared_names)}" if removal.shared_names else sentence


def find_returned(session: Session, settings: Settings) -> list[int]:
    """The numbers of the accounts that were removed, and are there again since an older backup was restored."""
    users = {account: session.get(User, account.user_id) for account in list_removed(settings.backup_folder)}
    return sorted(
        user.id
        for account, user in users.items()
        if user is not None and user.created_at == account.created_at and not is_removed(user)
    )


def _replace(session: Session, traces: list[Trace]) -> None:
    by_name: dict[tuple[Column[object], object], object] = {}
    for trace in traces:
        if trace.kind is Personal.NAME:
            # One statement for all rows of a name: a survey has thousands.
            by_name[trace.column, trace.value] = trace.replaced
        else:
            keys = zip(_table_of(trace.column).primary_key, trace.key, strict=True)
            row = and_(*(column == value for column, value in keys))
            session.execute(update(_table_of(trace.column)).where(row).values({trace.column: trace.replaced}))
    for (column, name), replaced in by_name.items():
        session.execute(update(_table_of(column)).where(column == name).values({column: replaced}))
    session.expire_all()


def _table_of(column: Column[object]) -> Table:
    return column.table
