"""The tables of plans: a scenario, what was changed in it by hand, and the transfers that were accepted.

The lines of a plan in the making are computed, never stored; those of a final one are kept whole in its content.
"""

from typing import Any

from sqlalchemy import JSON, ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from portal.columns import CleanJson, Instant, NfcStr, PersonMention, PersonName, PersonSignature
from portal.database import Base


class PlanRecord(Base):
    """A scenario, in one of its revisions.

    ``assumptions``, ``rates`` and ``funding`` are loaded by planning.scenarios.serialization. ``changes`` counts what was changed in it, so that two people
    do not undo each other. A final plan has its ``content`` with its hash, and never changes; a revision follows another plan.
    """

    __tablename__ = "plan"
    __table_args__ = (UniqueConstraint("name", "revision"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[NfcStr]
    revision: Mapped[int] = mapped_column(default=1)
    note: Mapped[PersonMention] = mapped_column(default="")
    price_list_id: Mapped[int] = mapped_column(ForeignKey("price_list.id"))
    assumptions: Mapped[Any] = mapped_column(CleanJson)
    rates: Mapped[Any] = mapped_column(CleanJson, default=dict)
    funding: Mapped[Any] = mapped_column(CleanJson, default=dict)
    changes: Mapped[int] = mapped_column(default=0)
    is_default: Mapped[bool] = mapped_column(default=False)
    is_proposal: Mapped[bool] = mapped_column(default=False)
    follows_id: Mapped[int | None] = mapped_column(ForeignKey("plan.id"))
    created_by: Mapped[PersonName] = mapped_column(default="")
    created_at: Mapped[Instant]
    content: Mapped[Any] = mapped_column(JSON(none_as_null=True), nullable=True, default=None)
    sha256: Mapped[str | None] = mapped_column(String(64))
    final_by: Mapped[PersonSignature] = mapped_column(default="")
    final_at: Mapped[Instant | None]
    edits: Mapped[list["PlanEdit"]] = relationship(lazy="selectin", order_by="PlanEdit.id", cascade="all, delete-orphan")
    transfers: Mapped[list["PlanTransfer"]] = relationship(
        lazy="selectin", order_by="PlanTransfer.id", cascade="all, delete-orphan"
    )

    @property
    def is_final(self) -> bool:
        """Whether it was fixed for good."""
        return self.sha256 is not None

    @property
    def title(self) -> str:
        """The name, with the revision from the second one on."""
        return self.name if self.revision == 1 else f"{self.name} (bản {self.revision})"


class PlanEdit(Base):
    """One field of one line that was changed by hand; with no ward, the price of an item in all lines. ``channel``: page or workbook."""

    __tablename__ = "plan_edit"
    __table_args__ = (UniqueConstraint("plan_id", "ward_code", "item_code", "field"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    plan_id: Mapped[int] = mapped_column(ForeignKey("plan.id", ondelete="CASCADE"), index=True)
    ward_code: Mapped[str] = mapped_column(String(5))
    item_code: Mapped[str] = mapped_column(ForeignKey("item.code"))
    field: Mapped[str] = mapped_column(String(32))
    value: Mapped[NfcStr]
    why: Mapped[PersonMention] = mapped_column(default="")
    channel: Mapped[str] = mapped_column("door", String(16))
    by: Mapped[PersonName]
    at: Mapped[Instant]


class PlanTransfer(Base):
    """So many machines of an item from one ward to another, as the planner accepted them. ``metres`` between their centres."""

    __tablename__ = "plan_transfer"
    __table_args__ = (UniqueConstraint("plan_id", "item_code", "giver_code", "receiver_code"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    plan_id: Mapped[int] = mapped_column(ForeignKey("plan.id", ondelete="CASCADE"), index=True)
    item_code: Mapped[str] = mapped_column(ForeignKey("item.code"))
    giver_code: Mapped[str] = mapped_column(ForeignKey("ward.code"))
    receiver_code: Mapped[str] = mapped_column(ForeignKey("ward.code"))
    quantity: Mapped[int]
    metres: Mapped[int]
    by: Mapped[PersonName]
    at: Mapped[Instant]
