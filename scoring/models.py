"""The tables of standards: each version as its TOML text, hashed when it is published, and the drafts of the next ones."""

from datetime import date
from typing import Any

from sqlalchemy import JSON, ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from portal.columns import Instant, Words
from portal.database import Base


class StandardRecord(Base):
    """A published version of the criteria; it never changes.

    ``based_on`` is the version that it followed. ``issued_number`` and ``issued_on`` are set where the city has issued it.
    """

    __tablename__ = "standard"

    version: Mapped[str] = mapped_column(String(32), primary_key=True)
    name: Mapped[Words]
    toml: Mapped[Words]
    sha256: Mapped[str] = mapped_column(String(64), unique=True)
    published_at: Mapped[Instant]
    issued_number: Mapped[Words] = mapped_column(default="")
    issued_on: Mapped[date | None]
    based_on: Mapped[str | None] = mapped_column(String(32))
    drafted_by: Mapped[Words] = mapped_column(default="")
    published_by: Mapped[Words] = mapped_column(default="")


class StandardDraft(Base):
    """A standard in the making. ``revision`` counts the saves, ``editors`` are the accounts that had a hand in it."""

    __tablename__ = "standard_draft"

    id: Mapped[int] = mapped_column(primary_key=True)
    toml: Mapped[Words]
    based_on: Mapped[str] = mapped_column(String(32), ForeignKey("standard.version"))
    revision: Mapped[int] = mapped_column(default=1)
    editors: Mapped[Any] = mapped_column(JSON)
    drafted_by: Mapped[Words]
    changed_at: Mapped[Instant]
