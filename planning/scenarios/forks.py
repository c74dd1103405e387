"""Revisions that older versions let stand side by side: what one of them changed, brought into the newest one."""

from sqlalchemy.orm import Session

from planning.models import PlanRecord
from planning.plan.overrides import Edit
from planning.plan.three_way import FieldChange, Verdict, compare_three_ways
from planning.scenarios.loading import plan_of
from planning.scenarios.scenarios import PAGE, ScenarioError, revise_plan, save_edits


def find_base(record: PlanRecord) -> PlanRecord | None:
    """The last revision that this one and the newest both come from; None where the newest comes from this one."""
    line = list_ancestors(record.newest)
    return None if record in line else next((earlier for earlier in list_ancestors(record) if earlier in line), None)


def list_ancestors(record: PlanRecord) -> list[PlanRecord]:
    """A revision and those that it comes from, the newest first."""
    line = [record]
    while line[-1].follows is not None:
        line.append(line[-1].follows)
    return line


def compare_fork(session: Session, record: PlanRecord, base: PlanRecord, newest: PlanRecord) -> tuple[FieldChange, ...]:
    """What a revision beside the newest changed, that the newest does not say."""
    return compare_three_ways(plan_of(session, base), plan_of(session, record), plan_of(session, newest))


def bring_over(session: Session, record: PlanRecord, newest: PlanRecord, by: str) -> tuple[PlanRecord, int]:
    """A revision of the newest with what this one changed and the newest did not; returns how many fields. Raises ScenarioError, EditError.

    What both changed stays as the newest says.
    """
    base = find_base(record)
    changes = compare_fork(session, record, base, newest) if base else ()
    edits = [
        Edit(change.ward.code, change.item, change.field.value, change.mine)
        for change in changes
        if change.verdict is Verdict.TAKEN
    ]
    if not edits:
        raise ScenarioError("Không có thay đổi nào đưa được vào bản mới nhất.")
    why = f"Đưa thay đổi của bản {record.revision} vào"
    # A revision without its changes is no revision: both or none.
    with session.begin_nested():
        revision = revise_plan(session, newest, why, by)
        save_edits(session, revision, edits, why, by, PAGE)
    return revision, len(edits)
