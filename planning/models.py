"""The tables of plans: a scenario with its edits and transfers, the steps to its approval, its decisions, and what the wards request.

The lines of a plan in the making are computed, never stored; those of a final one are kept whole in its content.
"""

from datetime import date
from typing import Any

from sqlalchemy import ForeignKey, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from portal.columns import CleanJson, Instant, NfcStr, NfcString, PersonMention, PersonName, PersonSignature, Vnd
from portal.database import Base


class PlanRecord(Base):
    """A scenario, in one of its revisions.

    ``assumptions``, ``rates`` and ``funding`` are loaded by planning.scenarios.serialization. ``changes`` counts what was changed in it, so that two people
    do not undo each other; ``changed_by_accounts`` are the accounts behind the last one of what it says, made while its price list had seen
    ``price_revision`` saves. ``state`` is a value of planning.decisions.state.
    A final plan never changes: its ``content`` is the very text that ``sha256`` is over. A revision follows another plan.
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
    changed_by_accounts: Mapped[Any] = mapped_column(CleanJson, default=list)
    price_revision: Mapped[int] = mapped_column(default=0)
    state: Mapped[str] = mapped_column(String(16), default="draft")
    is_default: Mapped[bool] = mapped_column(default=False)
    is_proposal: Mapped[bool] = mapped_column(default=False)
    follows_id: Mapped[int | None] = mapped_column(ForeignKey("plan.id"))
    created_by: Mapped[PersonName] = mapped_column(default="")
    created_at: Mapped[Instant]
    content: Mapped[str | None] = mapped_column(Text)
    sha256: Mapped[str | None] = mapped_column(String(64))
    final_by: Mapped[PersonSignature] = mapped_column(default="")
    final_at: Mapped[Instant | None]
    edits: Mapped[list["PlanEdit"]] = relationship(lazy="selectin", order_by="PlanEdit.id", cascade="all, delete-orphan")
    transfers: Mapped[list["PlanTransfer"]] = relationship(
        lazy="selectin", order_by="PlanTransfer.id", cascade="all, delete-orphan"
    )

    steps: Mapped[list["PlanStep"]] = relationship(order_by="PlanStep.id", cascade="all, delete-orphan")
    decisions: Mapped[list["PlanDecision"]] = relationship(order_by="PlanDecision.id")
    requests: Mapped[list["PlanRequest"]] = relationship(order_by="PlanRequest.id", cascade="all, delete-orphan")
    follows: Mapped["PlanRecord | None"] = relationship(remote_side=[id], back_populates="followers")
    followers: Mapped[list["PlanRecord"]] = relationship(back_populates="follows", order_by="PlanRecord.id")

    @property
    def is_final(self) -> bool:
        """Whether it was fixed for good."""
        return self.sha256 is not None

    @property
    def title(self) -> str:
        """The name, with the revision from the second one on, and which one it follows."""
        if self.follows is None:
            return self.name if self.revision == 1 else f"{self.name} (bản {self.revision})"
        return f"{self.name} (bản {self.revision}, theo bản {self.follows.revision})"

    @property
    def chain(self) -> list["PlanRecord"]:
        """All revisions that come from the same first one, by age. Older versions let two follow the same."""
        first = self
        while first.follows is not None:
            first = first.follows
        records = [first]
        for record in records:
            records += record.followers
        return sorted(records, key=lambda record: record.id)

    @property
    def newest(self) -> "PlanRecord":
        """The newest revision of the chain: the only one that is changed or revised."""
        return self.chain[-1]

    @property
    def is_open(self) -> bool:
        """Whether it may be changed: not final, and nothing newer in its chain."""
        return not self.is_final and self.newest is self


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


class PlanStep(Base):
    """A step of a plan towards its approval: the ``state`` that it brought, by whom, and why where something was sent back.

    ``accounts`` are those that act and that are acted for. ``sha256`` is the hash of what was checked, but for its day.
    """

    __tablename__ = "plan_step"

    id: Mapped[int] = mapped_column(primary_key=True)
    plan_id: Mapped[int] = mapped_column(ForeignKey("plan.id", ondelete="CASCADE"), index=True)
    state: Mapped[str] = mapped_column(String(16))
    why: Mapped[PersonMention] = mapped_column(default="")
    sha256: Mapped[str] = mapped_column(String(64), default="")
    accounts: Mapped[Any] = mapped_column(CleanJson)
    by: Mapped[PersonSignature]
    at: Mapped[Instant]


class PlanDecision(Base):
    """A decision about a plan, with the file of its text. A body uses a number once in a year; amounts are whole VND."""

    __tablename__ = "plan_decision"
    __table_args__ = (UniqueConstraint("body_fold", "number_fold", "year"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    plan_id: Mapped[int] = mapped_column(ForeignKey("plan.id"), index=True)
    kind: Mapped[str] = mapped_column(String(16))
    number: Mapped[NfcStr]
    day: Mapped[date]
    body: Mapped[NfcStr]
    body_fold: Mapped[str]
    number_fold: Mapped[str]
    year: Mapped[int]
    total: Mapped[Vnd]
    name: Mapped[NfcStr]
    media_type: Mapped[str] = mapped_column(String(128))
    size: Mapped[int]
    sha256: Mapped[str] = mapped_column(String(64))
    stored_as: Mapped[str] = mapped_column(String(128))
    by: Mapped[PersonSignature]
    at: Mapped[Instant]
    amounts: Mapped[list["PlanDecisionAmount"]] = relationship(
        lazy="selectin", order_by="PlanDecisionAmount.id", cascade="all, delete-orphan"
    )


class PlanDecisionAmount(Base):
    """What a decision gives in one year, from one source, in one form of spending."""

    __tablename__ = "plan_decision_amount"
    __table_args__ = (UniqueConstraint("decision_id", "year", "source", "form"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    decision_id: Mapped[int] = mapped_column(ForeignKey("plan_decision.id", ondelete="CASCADE"), index=True)
    year: Mapped[int]
    source: Mapped[str] = mapped_column(NfcString(300))
    form: Mapped[str] = mapped_column(String(32))
    amount: Mapped[Vnd]


class PlanRequest(Base):
    """The document by which a ward requests its equipment, once a plan. ``changes`` counts its saves; it may have no file."""

    __tablename__ = "plan_request"
    __table_args__ = (UniqueConstraint("plan_id", "ward_code"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    plan_id: Mapped[int] = mapped_column(ForeignKey("plan.id", ondelete="CASCADE"), index=True)
    ward_code: Mapped[str] = mapped_column(ForeignKey("ward.code"))
    number: Mapped[NfcStr]
    day: Mapped[date]
    changes: Mapped[int] = mapped_column(default=1)
    name: Mapped[NfcStr] = mapped_column(default="")
    media_type: Mapped[str] = mapped_column(String(128), default="")
    size: Mapped[int] = mapped_column(default=0)
    sha256: Mapped[str] = mapped_column(String(64), default="")
    stored_as: Mapped[str] = mapped_column(String(128), default="")
    by: Mapped[PersonName]
    at: Mapped[Instant]
    lines: Mapped[list["PlanRequestLine"]] = relationship(
        lazy="selectin", order_by="PlanRequestLine.item_code", cascade="all, delete-orphan"
    )


class PlanRequestLine(Base):
    """What a ward requests of one item, and why the department accepts something else."""

    __tablename__ = "plan_request_line"
    __table_args__ = (UniqueConstraint("request_id", "item_code"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    request_id: Mapped[int] = mapped_column(ForeignKey("plan_request.id", ondelete="CASCADE"), index=True)
    item_code: Mapped[str] = mapped_column(ForeignKey("item.code"))
    quantity: Mapped[int]
    amount: Mapped[Vnd]
    reason: Mapped[PersonMention] = mapped_column(default="")
