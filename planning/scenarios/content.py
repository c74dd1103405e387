"""What a scenario is, or would now be, fixed with: its content as plain values, and the reference that letter and workbook bear."""

from typing import Any

from sqlalchemy.orm import Session

from inventory.snapshots.repository import newest_hashes
from planning.models import PlanRecord
from planning.plan.document_reference import LetterKind, Reference
from planning.plan.plan import Plan
from planning.scenarios.frozen import freeze_plan
from planning.scenarios.funded_plans import find_settled
from planning.scenarios.loading import keyed_plan_of, plan_office
from planning.scenarios.serialization import hash_content


def content_of(session: Session, record: PlanRecord, plan: Plan) -> dict[str, Any]:
    """The content of an open scenario as it stands; without what is funded while that is not settled."""
    funded = find_settled(session, record, keyed_plan_of(session, record))
    return freeze_plan(plan, funded, newest_hashes(session), plan_office(session, record))


def reference_of(session: Session, record: PlanRecord, plan: Plan, kind: LetterKind, agency: str) -> Reference:
    """What ties the letter and the workbook of a plan together: the hash that it is, or would now be, fixed with."""
    sha256 = record.sha256 or hash_content(content_of(session, record, plan))
    return Reference(kind, agency, record.id, record.revision, sha256)
