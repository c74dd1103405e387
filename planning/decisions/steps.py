"""A step of a plan, stored: the state that it brings, with whose hands."""

from collections.abc import Collection

from accounts.identity import Identity
from planning.decisions.state import State
from planning.models import PlanRecord, PlanStep
from portal.clock import now

SAME_PERSON = (
    "Người ghi quyết định, ghi việc trả lại phải là người khác với người đã trình, kể cả khi làm thay. "
    "Nhờ một chuyên viên tài chính khác ghi."
)


def take_step(record: PlanRecord, state: State, accounts: Collection[int], by: str, *, why: str = "", sha256: str = "") -> None:
    """Bring a plan to a state, and keep who did."""
    record.state = state.value
    record.steps.append(PlanStep(state=state.value, why=why, sha256=sha256, accounts=sorted(accounts), by=by, at=now()))


def last_step(record: PlanRecord, state: State) -> PlanStep | None:
    """The last time that a plan was brought to a state; None where it never was, or before steps were kept."""
    return next((step for step in reversed(record.steps) if step.state == state), None)


def share_account(identity: Identity, accounts: Collection[int]) -> bool:
    """Whether this person had a hand in what these accounts did."""
    return not identity.accounts.isdisjoint(accounts)


def is_submitter(record: PlanRecord, identity: Identity) -> bool:
    """Whether this person submitted the plan, by either of the accounts of the one or the other."""
    submitted = last_step(record, State.SUBMITTED)
    return submitted is not None and share_account(identity, submitted.accounts)
