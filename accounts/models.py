"""Tables of people: users, the wards they answer for, who stands in for whom, open sessions, counts of failed sign-ins, and the append-only audit trail."""

from datetime import date
from typing import Any

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from portal.columns import CleanJson, Instant, NfcStr, NfcString, Personal, PersonContact, PersonMention, PersonName, holds
from portal.database import Base


class User(Base):
    """A person with an account. ``username`` is stored folded."""

    __tablename__ = "user"

    id: Mapped[int] = mapped_column(primary_key=True)
    username: Mapped[str] = mapped_column(String(64), unique=True, info=holds(Personal.NAME))
    full_name: Mapped[PersonName]
    email: Mapped[PersonContact] = mapped_column(default="")
    password_hash: Mapped[str] = mapped_column(String(255))
    role: Mapped[str] = mapped_column(String(32))
    scope: Mapped[str] = mapped_column(String(16))
    former_district: Mapped[NfcStr] = mapped_column(default="")
    must_change_password: Mapped[bool] = mapped_column(default=False)
    is_active: Mapped[bool] = mapped_column(default=True)
    is_demo: Mapped[bool] = mapped_column(default=False)
    created_at: Mapped[Instant]
    wards: Mapped[list["UserWard"]] = relationship(cascade="all, delete-orphan", lazy="selectin")


class UserWard(Base):
    """One ward that a user answers for, where the scope is a list. No row means no ward."""

    __tablename__ = "user_ward"

    user_id: Mapped[int] = mapped_column(ForeignKey("user.id", ondelete="CASCADE"), primary_key=True)
    ward_code: Mapped[str] = mapped_column(String(5), primary_key=True)


class StandIn(Base):
    """Who acts for whom (ủy quyền), from a day to a day, both included; ``ended_at`` where it was taken back before."""

    __tablename__ = "stand_in"

    id: Mapped[int] = mapped_column(primary_key=True)
    absent_id: Mapped[int] = mapped_column(ForeignKey("user.id", ondelete="CASCADE"), index=True)
    deputy_id: Mapped[int] = mapped_column(ForeignKey("user.id", ondelete="CASCADE"), index=True)
    since: Mapped[date]
    until: Mapped[date]
    document: Mapped[PersonMention]
    by: Mapped[PersonName]
    at: Mapped[Instant]
    ended_at: Mapped[Instant | None]
    absent: Mapped[User] = relationship(foreign_keys=[absent_id], lazy="joined", innerjoin=True)
    deputy: Mapped[User] = relationship(foreign_keys=[deputy_id], lazy="joined", innerjoin=True)


class BrowserSession(Base):
    """One open session of a person in a browser. ``token_hash`` is the SHA-256 of what its cookie carries."""

    __tablename__ = "browser_session"

    id: Mapped[int] = mapped_column(primary_key=True)
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("user.id", ondelete="CASCADE"), index=True)
    began_at: Mapped[Instant]
    last_used_at: Mapped[Instant]
    address: Mapped[str] = mapped_column(String(45), info=holds(Personal.CONTACT))
    stand_in_id: Mapped[int | None] = mapped_column(ForeignKey("stand_in.id", ondelete="SET NULL"))
    # Every page asks for both.
    user: Mapped[User] = relationship(lazy="joined", innerjoin=True)
    stand_in: Mapped["StandIn | None"] = relationship()


class SignInCount(Base):
    """How often signing in has failed for a name, an address or a device. The name may be of no account."""

    __tablename__ = "sign_in_count"

    key: Mapped[str] = mapped_column(String(160), primary_key=True, info=holds(Personal.CONTACT))
    failures: Mapped[int]
    last_at: Mapped[Instant] = mapped_column(index=True)


class AuditEntry(Base):
    """One line of the audit trail. Never removed; a pseudonym takes the place of a person who left, and an address is forgotten after a year."""

    __tablename__ = "audit_entry"

    id: Mapped[int] = mapped_column(primary_key=True)
    at: Mapped[Instant] = mapped_column(index=True)
    user_id: Mapped[int | None]
    username: Mapped[str] = mapped_column(String(64), info=holds(Personal.NAME))
    address: Mapped[str | None] = mapped_column(String(45), info=holds(Personal.CONTACT))
    acts_for: Mapped[str | None] = mapped_column(String(64), info=holds(Personal.NAME))
    action: Mapped[str] = mapped_column(String(64), index=True)
    subject: Mapped[str] = mapped_column(NfcString(128), index=True, info=holds(Personal.MENTION))
    before: Mapped[Any | None] = mapped_column(CleanJson, info=holds(Personal.MENTION))
    after: Mapped[Any | None] = mapped_column(CleanJson, info=holds(Personal.MENTION))
