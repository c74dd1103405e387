"""Column types of the house: an instant is stored in UTC, text in NFC, money in whole đồng."""

from datetime import UTC, datetime
from typing import Annotated, Any

from sqlalchemy import BigInteger, DateTime, Text
from sqlalchemy.engine import Dialect
from sqlalchemy.orm import mapped_column
from sqlalchemy.types import TypeDecorator

from portal.vietnamese import to_nfc


class UtcInstant(TypeDecorator[datetime]):
    """An aware datetime in, stored as naive UTC, an aware UTC datetime out: alike on SQLite and PostgreSQL."""

    impl = DateTime
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Refuse a naive instant: nobody could say later which clock it was read from."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("an instant needs a time zone")
        return value.astimezone(UTC).replace(tzinfo=None)

    def process_result_value(self, value: Any, dialect: Dialect) -> datetime | None:
        """Give the instant back as aware UTC."""
        return None if value is None else value.replace(tzinfo=UTC)


class NfcText(TypeDecorator[str]):
    """Text that is brought to NFC on its way in, so that equal words are equal bytes."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: str | None, dialect: Dialect) -> str | None:
        """Normalise, and drop the NUL that PostgreSQL cannot store."""
        return None if value is None else to_nfc(value).replace("\x00", "")


Instant = Annotated[datetime, mapped_column(UtcInstant)]
NfcStr = Annotated[str, mapped_column(NfcText)]
Vnd = Annotated[int, mapped_column(BigInteger)]
