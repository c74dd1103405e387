"""Plans with their data: the default scenario at set-up, and a plan built from the readiness of the city."""

from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from exports.models import PlanRecord
from exports.plan import Assumptions, Plan, build_plan
from inventory.price_lists import current_price_list, get_price_list
from portal.clock import now, today
from portal.errors import NotFoundError
from scoring.readiness import city_readiness

DEFAULT_NAME = "Phương án đáp ứng bộ tiêu chuẩn"
# Plans by what they were made from; a plan is a value and never changes.
_built: dict[tuple[str, int, str, str], Plan] = {}


def load_default_plan(session: Session) -> None:
    """Add the default scenario where there is none."""
    if session.scalars(select(PlanRecord.id).limit(1)).first() is None:
        assumptions = {"first_year": today().year + 1}
        prices = current_price_list(session)
        session.add(
            PlanRecord(name=DEFAULT_NAME, price_list_id=prices.id, assumptions=assumptions, is_default=True, created_at=now())
        )


def list_plans(session: Session) -> list[PlanRecord]:
    """All scenarios, the default one first."""
    return list(session.scalars(select(PlanRecord).order_by(PlanRecord.is_default.desc(), PlanRecord.id)))


def get_plan(session: Session, plan_id: int, on: date | None = None) -> Plan:
    """A scenario, built on the newest approved data. Raises NotFoundError."""
    record = session.get(PlanRecord, plan_id)
    if record is None:
        raise NotFoundError("Không có phương án này.")
    city = city_readiness(session, on)
    key = (city.version, plan_id, repr(record.assumptions), repr(record.price_list_id))
    found = _built.get(key)
    if found is None:
        prices = get_price_list(session, record.price_list_id)
        assumptions = Assumptions(**record.assumptions)
        found = build_plan(record.name, city.wards, city.ratings, prices, city.standard, assumptions, city.on)
        _built.clear()
        _built[key] = found
    return found
