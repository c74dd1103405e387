"""Plans with their data: the default scenario at set-up, and a plan as a value from its scenario and the readiness of the city."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from typing import Any, NamedTuple

from sqlalchemy import select
from sqlalchemy.orm import Session

from inventory.office.office import Office
from inventory.office.store import find_office
from inventory.prices.price_lists import current_price_list, get_price_list, get_version
from inventory.snapshots.repository import snapshots_by_hash
from planning.decisions.decisions import allocated_to
from planning.funding.conflicts import ConflictError
from planning.funding.funded import FundedPlan
from planning.models import PlanRecord
from planning.plan.assumptions import Assumptions
from planning.plan.build import build_plan
from planning.plan.incoming import ApprovedPlan, Incoming, still_coming
from planning.plan.overrides import Edit, apply_edits, apply_prices
from planning.plan.plan import Plan, Transfer
from planning.scenarios.approved_plans import Approval, approvals_beside, grants_of
from planning.scenarios.frozen import load_office, restore_plan
from planning.scenarios.funding import fund_scenario, funding_key, read_fixed
from planning.scenarios.landed_plans import is_landed, landed_day, landed_snapshots, read_landed
from planning.scenarios.serialization import dump_assumptions, hash_content, load_assumptions, load_rates
from planning.scenarios.stored_content import check_intact, read_content, read_frozen
from planning.transfers.proposals import with_transfers
from portal.caches import Cache
from portal.clock import now, today
from portal.errors import NotFoundError
from portal.settings import current_settings
from scoring.rating.city_readiness import CityReadiness, city_readiness, rate_each
from scoring.rating.published_standards import get_published_standard
from scoring.rating.rating import rating_without_data
from scoring.rating.remedies import RemedyTerms
from scoring.rating.standard import without_questions

DEFAULT_NAME = "Phương án đáp ứng bộ tiêu chuẩn"
# By what they were made from.
_plans: Cache[str, Plan] = Cache("plans")


class KeyedPlan(NamedTuple):
    """A scenario as a value, with the hash of all that it is made of."""

    plan: Plan
    key: str


def load_default_plan(session: Session) -> None:
    """Add the default scenario where there is none."""
    if session.scalars(select(PlanRecord.id).limit(1)).first() is None:
        assumptions = dump_assumptions(Assumptions(first_year=today().year + 1))
        prices = current_price_list(session)
        session.add(
            PlanRecord(
                name=DEFAULT_NAME,
                price_list_id=prices.id,
                price_revision=prices.revision,
                assumptions=assumptions,
                is_default=True,
                is_proposal=True,
                created_at=now(),
            )
        )


def load_default_terms(session: Session) -> RemedyTerms:
    """What the default scenario chooses remedies by."""
    stored = session.scalars(select(PlanRecord.assumptions).where(PlanRecord.is_default)).first()
    return load_assumptions(stored).remedy_terms if stored else RemedyTerms()


def list_plans(session: Session) -> list[PlanRecord]:
    """All scenarios: the proposal first, then the default one, then by age."""
    order = (PlanRecord.is_proposal.desc(), PlanRecord.is_default.desc(), PlanRecord.id)
    return list(session.scalars(select(PlanRecord).order_by(*order)))


def get_plan_record(session: Session, plan_id: int, *, for_update: bool = False) -> PlanRecord:
    """One scenario; with ``for_update`` locked against a second change at the same moment. Raises NotFoundError."""
    record = session.get(PlanRecord, plan_id, with_for_update=for_update, populate_existing=for_update)
    if record is None:
        raise NotFoundError("Không có phương án này.")
    return record


def lock_newest(session: Session, record: PlanRecord) -> PlanRecord:
    """The newest revision of a chain, locked; one that came while this waited for the lock included."""
    newest = record.newest
    while True:
        newest = get_plan_record(session, newest.id, for_update=True)
        # Whoever held the lock may have made a revision of it.
        session.expire(newest, ["followers"])
        if newest.newest is newest:
            return newest
        newest = newest.newest


def get_plan(session: Session, plan_id: int, on: date | None = None) -> Plan:
    """A scenario as a value: a final one as it was fixed, any other on the newest approved data. Raises NotFoundError, DamagedPlanError."""
    return plan_of(session, get_plan_record(session, plan_id), on)


def plan_of(session: Session, record: PlanRecord, on: date | None = None) -> Plan:
    """The same, from its record."""
    return keyed_plan_of(session, record, on).plan


def keyed_plan_of(session: Session, record: PlanRecord, on: date | None = None) -> KeyedPlan:
    """The same, with its hash."""
    key = plan_key(session, record, on)
    plan = _plans.get(key, lambda: _read_final(session, record) if record.is_final else _build(session, record, on))
    return KeyedPlan(plan, key)


def plan_key(session: Session, record: PlanRecord, on: date | None = None) -> str:
    """The hash of all that the value of a scenario is made of, without making it. Raises DamagedPlanError."""
    check_intact(record)
    return record.sha256 or _build_key(session, record, on)


def plan_office(session: Session, record: PlanRecord) -> Office:
    """Who writes and signs a scenario: of a final one whoever its content names; landed versions kept only the moment."""
    office, content = find_office(session, current_settings(), record.final_at), read_content(record)
    return office if content is None or is_landed(content) else replace(office, **vars(load_office(content)))


def approved_beside(session: Session, record: PlanRecord) -> list[tuple[Approval, ApprovedPlan]]:
    """The approved plans that a scenario must not fund again, with what they fund."""
    plans = []
    for approval in approvals_beside(session, record):
        approved = get_plan_record(session, approval.plan_id)
        plan = plan_of(session, approved)
        grants = grants_of(plan, _funded_for_good(session, approved, plan))
        plans.append((approval, ApprovedPlan(plan.name, approval.day, grants)))
    return plans


def edits_of(record: PlanRecord) -> list[Edit]:
    """What was changed by hand in a scenario."""
    return [Edit(row.ward_code, row.item_code, row.field, row.value) for row in record.edits]


def _build_key(session: Session, record: PlanRecord, on: date | None) -> str:
    """The hash of all that an open scenario is built from."""
    edits = sorted((edit.ward_code, edit.item, edit.field, edit.value) for edit in edits_of(record))
    # In their order: what newer data no longer asks for is taken from the last ones.
    moved = [(row.item_code, row.giver_code, row.receiver_code, row.quantity, row.metres) for row in record.transfers]
    inputs = [record.title, get_version(session, record.price_list_id), record.assumptions, record.rates, edits, moved]
    # With what they fund: a choice that is settled meanwhile may fund something else.
    approved = [
        (
            approval.sha256,
            plan.day.isoformat(),
            [(grant.ward_code, grant.item, grant.quantity, grant.year) for grant in plan.grants],
        )
        for approval, plan in approved_beside(session, record)
    ]
    return hash_content({"city": city_readiness(session, on).version, "inputs": inputs, "approved": approved})


def _build(session: Session, record: PlanRecord, on: date | None) -> Plan:
    city = city_readiness(session, on)
    edits = edits_of(record)
    prices = apply_prices(get_price_list(session, record.price_list_id), edits)
    assumptions = load_assumptions(record.assumptions)
    incoming = _incoming(session, record, city, assumptions.first_year)
    built = build_plan(record.title, city.wards, city.ratings, prices, city.standard, assumptions, city.on, incoming)
    plan = apply_edits(built, edits)
    return replace(with_transfers(plan, _fit_transfers(record, plan)), rates=load_rates(record.rates))


def _incoming(session: Session, record: PlanRecord, city: CityReadiness, first_year: int) -> tuple[Incoming, ...]:
    """What approved plans fund and no snapshot of the city shows yet, for a plan that begins in a year."""
    snapshots = {code: rating.snapshot for code, rating in city.ratings.items() if rating.snapshot is not None}
    return still_coming((plan for _approval, plan in approved_beside(session, record)), snapshots, first_year)


def _funded_for_good(session: Session, approved: PlanRecord, plan: Plan) -> FundedPlan | None:
    """What is funded of an approved plan: as its decisions gave it, where that is settled, else as it was submitted."""
    decided = allocated_to(session, approved)
    try:
        funded = fund_scenario(session, approved, plan, funding_key(approved, plan_key(session, approved), decided), decided)
    except ConflictError:
        funded = None
    return funded if funded is not None and funded.is_settled else read_fixed(approved, plan)


def _fit_transfers(record: PlanRecord, plan: Plan) -> list[Transfer]:
    """The agreed transfers, each no more than its line still asks for: newer data may ask for less."""
    wards = {ward.code: ward for ward in plan.wards}
    open_quantity = {(line.ward.code, line.item): line.quantity for line in plan.lines}
    transfers = []
    for row in record.transfers:
        key = (row.receiver_code, row.item_code)
        quantity = min(row.quantity, open_quantity.get(key, 0))
        if quantity:
            open_quantity[key] -= quantity
            transfers.append(Transfer(row.item_code, wards[row.giver_code], wards[row.receiver_code], quantity, row.metres))
    return transfers


def _read_final(session: Session, record: PlanRecord) -> Plan:
    frozen = read_frozen(record)
    if frozen is None:
        return _read_landed(session, read_content(record))
    standard = without_questions(get_published_standard(session, frozen.standard_version), frozen.not_asked)
    return restore_plan(frozen, snapshots_by_hash(session, frozen.snapshots), standard)


def _read_landed(session: Session, content: Mapping[str, Any]) -> Plan:
    """A plan that an older version fixed: what that version did not keep is computed from what never changes."""
    day, hashes = landed_day(content), landed_snapshots(content)
    standard = get_published_standard(session, content["standard_version"])
    standard = without_questions(standard, tuple(content.get("not_asked", ())))
    rated = rate_each(hashes, snapshots_by_hash(session, hashes), standard, day)
    wards = city_readiness(session).wards
    ratings = {ward.code: rated.get(ward.code) or rating_without_data(ward.code, day) for ward in wards}
    return read_landed(content, wards, ratings, standard)
