"""The way of a scenario to its approval: checked by a second person, submitted as it was checked, sent back with reasons.

Who acts for somebody is both: neither of the two may be the other person that a step asks for.
"""

from collections.abc import Mapping
from typing import Any

from sqlalchemy.orm import Session

from accounts.identity import Identity
from inventory.snapshots.repository import newest_hashes
from planning.decisions.state import State
from planning.decisions.steps import SAME_PERSON, is_submitter, last_step, share_account, take_step
from planning.models import PlanRecord
from planning.plan.plan import Plan
from planning.scenarios.forks import list_ancestors
from planning.scenarios.frozen import freeze_plan
from planning.scenarios.loading import plan_of, plan_office, read_content
from planning.scenarios.scenarios import (
    ScenarioError,
    check_submittable,
    check_unchanged,
    check_why,
    finalise_plan,
    last_hands,
    revise_plan,
)
from planning.scenarios.serialization import hash_content


def check_plan(session: Session, record: PlanRecord, changes: int, identity: Identity) -> None:
    """Note that a second person has checked an open scenario as the page showed it. Raises ScenarioError.

    ``changes`` is the count that the page was rendered with.
    """
    check_unchanged(record, changes)
    if share_account(identity, last_hands(session, record)):
        raise ScenarioError(
            "Người kiểm tra phải là người khác với người sửa phương án sau cùng (kể cả đơn giá ở bảng giá), kể cả khi làm thay. "
            "Nhờ một chuyên viên tài chính khác kiểm tra."
        )
    plan = plan_of(session, record)
    check_submittable(plan)
    _check_completed(session, record, plan)
    take_step(record, State.CHECKED, identity.accounts, identity.full_name, sha256=hash_checked(session, record, plan))
    session.flush()


def submit_plan(session: Session, record: PlanRecord, changes: int, identity: Identity) -> None:
    """Submit a scenario that was checked: from now on its content never changes. Raises ScenarioError."""
    check_unchanged(record, changes)
    checked = last_step(record, State.CHECKED)
    if record.state != State.CHECKED or checked is None:
        raise ScenarioError("Phương án chưa được kiểm tra nên chưa trình được. Nhờ một chuyên viên tài chính khác kiểm tra trước.")
    if hash_checked(session, record, plan_of(session, record)) != checked.sha256:
        raise ScenarioError("Số liệu, đơn giá hoặc người ký của phương án đã thay đổi từ lúc kiểm tra. Kiểm tra lại rồi trình.")
    if not last_hands(session, record) and share_account(identity, checked.accounts):
        # What the set-up made, nobody changed: two people still see it.
        raise ScenarioError(
            "Người trình phải là người khác với người đã kiểm tra khi chưa ai sửa phương án. Nhờ một chuyên viên tài chính khác trình."
        )
    finalise_plan(session, record, identity.full_name)


def return_plan(session: Session, record: PlanRecord, why: str, identity: Identity) -> PlanRecord:
    """Send a submitted scenario back with the reasons; returns the revision in which it is completed. Raises ScenarioError."""
    check_why(why)
    if record.state != State.SUBMITTED:
        raise ScenarioError("Chỉ trả lại phương án đã trình và chưa được phê duyệt.")
    if not why:
        raise ScenarioError("Ghi rõ nội dung cần hoàn thiện rồi bấm lại.")
    if is_submitter(record, identity):
        raise ScenarioError(SAME_PERSON)
    if record.decisions:
        raise ScenarioError("Đã ghi quyết định cho phương án này nên không trả lại được. Gỡ quyết định ghi nhầm trước.")
    newest = record.newest
    revision = revise_plan(session, record, why, identity.full_name) if newest is record else newest
    take_step(record, State.RETURNED, identity.accounts, identity.full_name, why=why)
    session.flush()
    return revision


def hash_checked(session: Session, record: PlanRecord, plan: Plan) -> str:
    """What was checked, as a hash: all of the content, with who will sign it, but the day on which it was computed."""
    return _hash_without(freeze_plan(plan, newest_hashes(session), plan_office(session, record)), "on")


def _check_completed(session: Session, record: PlanRecord, plan: Plan) -> None:
    """Raise ScenarioError where what was sent back comes again as it was."""
    before = next((earlier for earlier in list_ancestors(record)[1:] if earlier.is_final), None)
    if before is None or before.state != State.RETURNED:
        return
    contents = freeze_plan(plan, newest_hashes(session), plan_office(session, record)), read_content(before)
    now, then = (_hash_without(content, "on", "name") for content in contents)
    if now == then:
        raise ScenarioError("Nội dung chưa khác bản đã trả lại. Hoàn thiện theo lý do trả lại rồi mới ghi kiểm tra.")


def _hash_without(content: Mapping[str, Any], *names: str) -> str:
    """The hash of a content without some of its parts, and without when its prices were published: another plan may do that."""
    prices = {name: value for name, value in content["price_list"].items() if not name.startswith("published_")}
    return hash_content({name: value for name, value in content.items() if name not in names} | {"price_list": prices})
