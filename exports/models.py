"""The table of plans: a named scenario and what it assumes. Its lines are computed, never stored twice."""

from typing import Any

from sqlalchemy import JSON, ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from portal.columns import Instant, Words
from portal.database import Base


class PlanRecord(Base):
    """A scenario: its price list, and its assumptions (rates, years, sources) as exports.plan.Assumptions reads them."""

    __tablename__ = "plan"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[Words] = mapped_column(unique=True)
    price_list_id: Mapped[int] = mapped_column(ForeignKey("price_list.id"))
    assumptions: Mapped[Any] = mapped_column(JSON)
    is_default: Mapped[bool] = mapped_column(default=False)
    created_at: Mapped[Instant]
