"""What a planner does with scenarios: begin, copy, set rules, change lines by hand, propose, fix for good, and revise.

Checking, submitting and sending back are in ``approval.py``.
"""

from collections.abc import Iterable, Mapping
from typing import Any

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from accounts.hands import hands_of
from inventory.prices.price_lists import current_price_list, last_save, publish_price_list
from planning.decisions.requests import copy_requests
from planning.decisions.state import State
from planning.decisions.steps import take_step
from planning.funding.constraints import Funding
from planning.models import PlanEdit, PlanRecord, PlanTransfer
from planning.plan.assumptions import Assumptions
from planning.plan.comparison import display_field
from planning.plan.line import PlanLine
from planning.plan.overrides import (
    ALL_WARDS,
    Edit,
    EditError,
    EditField,
    LineEditError,
    apply_edits,
    canonical_value,
    find_double_funding,
    parse_value,
)
from planning.plan.plan import Plan
from planning.scenarios.content import content_of
from planning.scenarios.funded_plans import find_settled
from planning.scenarios.loading import keyed_plan_of, plan_of
from planning.scenarios.serialization import dump_assumptions, dump_funding, hash_text, write_content
from portal.clock import now
from portal.errors import WardReadinessError

PAGE, WORKBOOK = "page", "workbook"
WHY_LENGTH = 300


class ScenarioError(WardReadinessError):
    """Something that cannot be done with this scenario; the message says why, and what to do instead."""


def create_plan(session: Session, name: str, note: str, first_year: int, by: str) -> PlanRecord:
    """A new scenario with the rules at their default and the newest price list. Raises ScenarioError."""
    _check_name(session, name)
    prices = current_price_list(session)
    record = PlanRecord(
        name=name,
        note=note,
        price_list_id=prices.id,
        price_revision=prices.revision,
        changed_by_accounts=hands_of(session),
        assumptions=dump_assumptions(Assumptions(first_year=first_year)),
        created_by=by,
        created_at=now(),
    )
    return _add(session, record)


def copy_plan(session: Session, source: PlanRecord, name: str, by: str) -> PlanRecord:
    """A scenario of another name with the same rules and hand edits, and so of the same hands. Raises ScenarioError."""
    _check_name(session, name)
    return _add(session, _successor(session, source, by, name=name))


def revise_plan(session: Session, source: PlanRecord, note: str, by: str) -> PlanRecord:
    """The next revision of a scenario, chained to it; a proposal hands its place on. It begins with the same rules and edits, by the same hands.

    Raises ScenarioError where the note is too long, or a newer revision is there already: it would lack what that one says.
    """
    check_why(note)
    check_newest(source)
    highest = session.scalars(select(func.max(PlanRecord.revision)).where(PlanRecord.name == source.name)).one()
    record = _successor(session, source, by, name=source.name, revision=highest + 1, note=note)
    record.is_proposal, source.is_proposal = source.is_proposal, False
    record.is_default, source.is_default = source.is_default, False
    record.follows = source
    return _add(session, record)


def rename_plan(session: Session, record: PlanRecord, name: str, note: str) -> None:
    """Give an open scenario another name and note. Raises ScenarioError."""
    check_open(record)
    if name != record.name:
        _check_name(session, name)
    record.name, record.note = name, note
    count_change(session, record, is_of_content=False)


def propose_plan(session: Session, record: PlanRecord) -> None:
    """Make this scenario the one proposal."""
    session.execute(update(PlanRecord).values(is_proposal=False))
    session.refresh(record)
    record.is_proposal = True


def set_rules(
    session: Session,
    record: PlanRecord,
    changes: int,
    assumptions: Assumptions,
    rates: Mapping[str, Any] | None = None,
    price_list_id: int | None = None,
) -> None:
    """Set the rules of an open scenario. ``changes`` is the count that the page was rendered with. Raises ScenarioError."""
    check_unchanged(record, changes)
    record.assumptions = dump_assumptions(assumptions)
    if rates is not None:
        record.rates = dict(rates)
    if price_list_id is not None:
        record.price_list_id = price_list_id
    count_change(session, record)


def set_funding(session: Session, record: PlanRecord, changes: int, funding: Funding) -> None:
    """Set ceilings and floors of an open scenario. ``changes`` is the count that the page was rendered with. Raises ScenarioError."""
    check_unchanged(record, changes)
    record.funding = dump_funding(funding)
    count_change(session, record)


def edit_line(
    session: Session, record: PlanRecord, line: PlanLine, entries: Mapping[str, str], base: Mapping[str, str], why: str, by: str
) -> list[Edit]:
    """Store the fields that were changed on a page; ``base`` is what the page showed. Returns the edits.

    Raises LineEditError for values that cannot be and for fields that somebody else changed meanwhile, EditError for what would be funded
    twice.
    """
    check_open(record)
    edits, faults = [], dict[EditField, str]()
    for field in EditField:
        if field.value not in entries:
            continue
        try:
            value, current = parse_value(field, entries[field.value]), canonical_value(line, field)
        except EditError as error:
            faults[field] = error.message
            continue
        if value in (base.get(field.value), current):
            continue
        if base.get(field.value) != current:
            faults[field] = f"Ô này vừa được người khác đổi thành “{display_field(line, field)}”. Xem lại rồi lưu lần nữa."
        edits.append(Edit(line.ward.code, line.item, field.value, value))
    if faults:
        raise LineEditError(faults)
    save_edits(session, record, edits, why, by, PAGE)
    return edits


def save_edits(session: Session, record: PlanRecord, edits: Iterable[Edit], why: str, by: str, channel: str) -> None:
    """Store edits, each field once.

    Raises EditError where the plan would then fund something twice that it did not before, ScenarioError where ``why`` is too long.
    """
    check_why(why)
    before = plan_of(session, record)
    edit_list = list(edits)
    _refuse_double_funding(before, apply_edits(before, edit_list))
    rows = {(row.ward_code, row.item_code, row.field): row for row in record.edits}
    for edit in edit_list:
        row = rows.get((edit.ward_code, edit.item, edit.field))
        if row is None:
            row = PlanEdit(ward_code=edit.ward_code, item_code=edit.item, field=edit.field)
            record.edits.append(row)
        row.value, row.why, row.by, row.at, row.channel = edit.value, why, by, now(), channel
    if edit_list:
        count_change(session, record)


def undo_edits(session: Session, record: PlanRecord, ward_code: str, item: str) -> int:
    """Undo the hand edits of one line; returns how many there were. Raises ScenarioError."""
    check_open(record)
    edits = [row for row in record.edits if (row.ward_code, row.item_code) == (ward_code, item)]
    for row in edits:
        record.edits.remove(row)
    if edits:
        count_change(session, record)
    return len(edits)


def finalise_plan(session: Session, record: PlanRecord, by: str) -> None:
    """Fix a scenario for good as it is submitted: its content is kept whole and hashed. Raises ScenarioError."""
    check_open(record)
    plan = plan_of(session, record)
    check_submittable(session, record, plan)
    text = write_content(content_of(session, record, plan))
    record.content, record.sha256 = text, hash_text(text)
    record.final_by, record.final_at = by, now()
    # What a final plan rests on stays as it is, so that it can be looked up later.
    publish_price_list(session, record.price_list_id, by)
    count_change(session, record, is_of_content=False)
    take_step(record, State.SUBMITTED, hands_of(session), by, sha256=record.sha256)


def check_submittable(session: Session, record: PlanRecord, plan: Plan) -> None:
    """Raise ScenarioError where a plan cannot be fixed as it is."""
    problems = find_double_funding(plan)
    if problems:
        raise ScenarioError(f"Chưa trình được vì có khoản cấp hai lần. {problems[0]}")
    if not plan.lines:
        raise ScenarioError("Chưa trình được vì phương án chưa có dòng nào.")
    if find_settled(session, record, keyed_plan_of(session, record)) is None:
        raise ScenarioError(
            "Chưa trình được vì phần bố trí vốn đang tính hoặc có ràng buộc mâu thuẫn. Mở trang Mức vốn tối đa, tính đến cùng rồi làm lại."
        )


def check_open(record: PlanRecord) -> None:
    """Raise ScenarioError where the scenario is final, or a newer revision took its place."""
    check_newest(record)
    if record.is_final:
        raise ScenarioError("Phương án này đã khóa số liệu nên không sửa được. Lập phiên bản mới rồi sửa ở bản ấy.")


def check_newest(record: PlanRecord) -> None:
    """Raise ScenarioError where a newer revision took the place of this one."""
    newest = record.newest
    if newest is not record:
        raise ScenarioError(f"Đã có bản mới hơn: “{newest.title}”. Mở bản ấy để sửa; bản này chỉ để xem.")


def price_edits(record: PlanRecord) -> list[PlanEdit]:
    """The prices that the scenario sets for itself."""
    return [row for row in record.edits if row.ward_code == ALL_WARDS]


def check_unchanged(record: PlanRecord, changes: int) -> None:
    """Raise ScenarioError unless the scenario is open and as the page showed it."""
    check_open(record)
    if changes != record.changes:
        raise ScenarioError("Trong lúc bạn sửa, người khác đã đổi phương án này. Xem lại các ô rồi lưu lần nữa.")


def _refuse_double_funding(before: Plan, after: Plan) -> None:
    problems_before = set(find_double_funding(before))
    for problem in find_double_funding(after):
        if problem not in problems_before:
            raise EditError(f"Không cấp hai lần. {problem}")


def _successor(session: Session, source: PlanRecord, by: str, **values: Any) -> PlanRecord:
    """A new record with the rules, edits and transfers of another one. Who makes it has no hand in what it says."""
    record = PlanRecord(
        price_list_id=source.price_list_id,
        price_revision=last_save(session, source.price_list_id)[0],
        changed_by_accounts=last_hands(session, source),
        assumptions=source.assumptions,
        rates=source.rates,
        funding=source.funding,
        created_by=by,
        created_at=now(),
        **values,
    )
    edit_columns = ("ward_code", "item_code", "field", "value", "why", "channel", "by", "at")
    record.edits = [PlanEdit(**{name: getattr(row, name) for name in edit_columns}) for row in source.edits]
    transfer_columns = ("item_code", "giver_code", "receiver_code", "quantity", "metres", "by", "at")
    record.transfers = [PlanTransfer(**{name: getattr(row, name) for name in transfer_columns}) for row in source.transfers]
    record.requests = copy_requests(source.requests)
    return record


def _add(session: Session, record: PlanRecord) -> PlanRecord:
    session.add(record)
    session.flush()
    return record


def count_change(session: Session, record: PlanRecord, *, is_of_content: bool = True) -> None:
    """Count a change of the scenario, so that a form rendered before it is refused; what was checked has to be checked again.

    Who changes the content needs somebody else to check it; a name or a ward's request is none of it.
    """
    record.changes += 1
    if is_of_content:
        record.changed_by_accounts = hands_of(session)
        record.price_revision, _accounts = last_save(session, record.price_list_id)
    if record.state == State.CHECKED:
        record.state = State.DRAFT.value
    session.flush()


def last_hands(session: Session, record: PlanRecord) -> list[int]:
    """The accounts behind the last change of what a scenario says: of itself, or of its price list since then."""
    of_plan: list[int] = record.changed_by_accounts
    revision, of_prices = last_save(session, record.price_list_id)
    return of_prices if revision > record.price_revision else of_plan


def check_why(text: str) -> None:
    """Raise ScenarioError where a reason is too long."""
    if len(text) > WHY_LENGTH:
        raise ScenarioError(f"Lý do dài {len(text)} ký tự; viết gọn trong {WHY_LENGTH} ký tự.")


def _check_name(session: Session, name: str) -> None:
    if session.scalars(select(PlanRecord.id).where(PlanRecord.name == name).limit(1)).first() is not None:
        raise ScenarioError(f"Đã có phương án tên “{name}”. Đặt tên khác.")
