"""The table of standards: each version as its TOML text, hashed when it is published, and never changed after."""

from datetime import date

from sqlalchemy import String
from sqlalchemy.orm import Mapped, mapped_column

from portal.columns import Instant, Words
from portal.database import Base


class StandardRecord(Base):
    """A published version of the criteria. ``issued_number`` and ``issued_on`` are set once the city has issued it."""

    __tablename__ = "standard"

    version: Mapped[str] = mapped_column(String(32), primary_key=True)
    name: Mapped[Words]
    toml: Mapped[Words]
    sha256: Mapped[str] = mapped_column(String(64), unique=True)
    published_at: Mapped[Instant]
    issued_number: Mapped[Words] = mapped_column(default="")
    issued_on: Mapped[date | None]
