"""Tables: each version of the standard as its TOML text, hashed when it is published, which of them judges, the drafts of the next ones, and actions."""

from datetime import date
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from portal.columns import CleanJson, Instant, NfcStr, PersonContact, PersonMention, PersonName, PersonSignature
from portal.database import Base

# Columns that no action may leave empty; owner and deadline cannot be empty by their types.
REQUIRED_TEXTS = ("contact", "task", "unit", "head", "deliverable", "evidence", "authority")


class StandardRecord(Base):
    """A published version of the criteria; it never changes.

    ``based_on`` is the version that it followed. ``issued_number`` and ``issued_on`` are set where the city has issued it. ``code``, which is
    part of addresses, is the version, but for one from before it had to be a code: everything that names it, and its hash, stands on the version itself.
    """

    __tablename__ = "standard"

    version: Mapped[str] = mapped_column(String(32), primary_key=True)
    code: Mapped[str] = mapped_column(String(32), unique=True)
    name: Mapped[NfcStr]
    toml: Mapped[NfcStr]
    sha256: Mapped[str] = mapped_column(String(64), unique=True)
    published_at: Mapped[Instant]
    issued_number: Mapped[NfcStr] = mapped_column(default="")
    issued_on: Mapped[date | None]
    based_on: Mapped[str | None] = mapped_column(String(32))
    drafted_by: Mapped[PersonSignature] = mapped_column(default="")
    published_by: Mapped[PersonSignature] = mapped_column(default="")


class StandardChoice(Base):
    """That a published standard judges from a day on. The newest day that has come rules, and of one day the last choice."""

    __tablename__ = "standard_choice"

    id: Mapped[int] = mapped_column(primary_key=True)
    standard_version: Mapped[str] = mapped_column(String(32), ForeignKey("standard.version"))
    effective_from: Mapped[date]
    reason: Mapped[PersonMention]
    by: Mapped[PersonSignature]
    at: Mapped[Instant]


class StandardDraft(Base):
    """A draft of a standard. ``revision`` counts the saves, ``editors`` are the accounts that have edited it."""

    __tablename__ = "standard_draft"

    id: Mapped[int] = mapped_column(primary_key=True)
    toml: Mapped[NfcStr]
    based_on: Mapped[str] = mapped_column(String(32), ForeignKey("standard.version"))
    revision: Mapped[int] = mapped_column(default=1)
    editors: Mapped[Any] = mapped_column(CleanJson)
    drafted_by: Mapped[PersonName]
    changed_at: Mapped[Instant]


class ActionRecord(Base):
    """Something to be done by a ward, or by the city where it has no ward, with the six clarities: none of them may be empty.

    ``revision`` counts the saves. It is done once ``done_at`` is set, with what was delivered;
    ``reopened_for`` says why it was opened again, the last time.
    """

    __tablename__ = "action"
    __table_args__ = tuple(CheckConstraint(f"{name} <> ''", name=f"{name}_is_clear") for name in REQUIRED_TEXTS)

    id: Mapped[int] = mapped_column(primary_key=True)
    ward_code: Mapped[str | None] = mapped_column(ForeignKey("ward.code"), index=True)
    criterion: Mapped[str] = mapped_column(String(8), default="")
    owner_id: Mapped[int] = mapped_column(ForeignKey("user.id"), index=True)
    contact: Mapped[PersonContact]
    task: Mapped[NfcStr]
    due: Mapped[date]
    unit: Mapped[str] = mapped_column(String(16))
    head: Mapped[PersonMention]
    deliverable: Mapped[NfcStr]
    evidence: Mapped[NfcStr]
    authority: Mapped[str] = mapped_column(String(16))
    created_by: Mapped[PersonName]
    created_at: Mapped[Instant]
    done_at: Mapped[Instant | None]
    done_by: Mapped[PersonName] = mapped_column(default="")
    delivered: Mapped[PersonMention] = mapped_column(default="")
    reopened_for: Mapped[PersonMention] = mapped_column(default="", server_default="")
    revision: Mapped[int] = mapped_column(default=1)
