"""Transfers that a planner accepted: stored with the scenario, and what can be proposed beside them."""

from collections.abc import Collection, Iterable
from dataclasses import replace

from sqlalchemy.orm import Session

from planning.models import PlanRecord, PlanTransfer
from planning.plan.plan import Plan, Transfer
from planning.scenarios.scenarios import ScenarioError, check_open, count_change
from planning.transfers.proposals import Surplus, propose_transfers, shortages, surpluses
from portal.clock import now


def list_proposals(plan: Plan) -> tuple[Transfer, ...]:
    """The transfers that leave least to buy, beside those that the plan has already."""
    moved = {(line.ward.code, line.item): line.moved for line in plan.lines}
    open_shortages = [replace(s, quantity=s.quantity - moved[s.ward.code, s.item]) for s in shortages(plan)]
    open_surpluses = remaining_surpluses(plan)
    prices = {item: price.unit_price for item, price in plan.price_list.prices.items()}
    return propose_transfers((s for s in open_shortages if s.quantity > 0), (s for s in open_surpluses if s.quantity > 0), prices)


def remaining_surpluses(plan: Plan) -> list[Surplus]:
    """What each ward can spare beside what it gives already; negative where newer data show that it has less."""
    promised: dict[tuple[str, str], int] = {}
    for transfer in plan.transfers:
        key = (transfer.giver.code, transfer.item)
        promised[key] = promised.get(key, 0) + transfer.quantity
    return [replace(s, quantity=s.quantity - promised.get((s.ward.code, s.item), 0)) for s in surpluses(plan)]


def proposal_key(transfer: Transfer) -> str:
    """The form value of a proposal on the page."""
    return f"{transfer.item}|{transfer.giver.code}|{transfer.receiver.code}|{transfer.quantity}"


def accept_transfers(session: Session, record: PlanRecord, proposed: Iterable[Transfer], keys: Collection[str], by: str) -> int:
    """Accept proposals by their keys; returns how many. Raises ScenarioError where one is no longer proposed as the page showed it."""
    check_open(record)
    proposals = {proposal_key(transfer): transfer for transfer in proposed}
    if not keys or set(keys) - proposals.keys():
        raise ScenarioError("Danh sách đề xuất vừa đổi hoặc chưa chọn dòng nào. Xem lại rồi chọn lần nữa.")
    rows = {(row.item_code, row.giver_code, row.receiver_code): row for row in record.transfers}
    for transfer in (proposals[key] for key in keys):
        row = rows.get((transfer.item, transfer.giver.code, transfer.receiver.code))
        if row is None:
            row = PlanTransfer(
                item_code=transfer.item,
                giver_code=transfer.giver.code,
                receiver_code=transfer.receiver.code,
                quantity=0,
                metres=transfer.metres,
            )
            record.transfers.append(row)
        row.quantity, row.by, row.at = row.quantity + transfer.quantity, by, now()
    count_change(session, record)
    return len(keys)


def withdraw_transfers(session: Session, record: PlanRecord, ids: Iterable[int]) -> int:
    """Withdraw accepted transfers; returns how many. Raises ScenarioError."""
    check_open(record)
    chosen = frozenset(ids)
    withdrawn = [row for row in record.transfers if row.id in chosen]
    for row in withdrawn:
        record.transfers.remove(row)
    if withdrawn:
        count_change(session, record)
    return len(withdrawn)
