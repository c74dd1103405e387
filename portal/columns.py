"""Column types of the house: an instant is stored in UTC, text clean and in NFC, money in whole đồng; and which columns hold a person."""

from datetime import UTC, datetime
from enum import StrEnum
from typing import Annotated, Any

from sqlalchemy import JSON, BigInteger, DateTime, String, Text
from sqlalchemy.engine import Dialect
from sqlalchemy.orm import mapped_column
from sqlalchemy.types import TypeDecorator

from portal.vietnamese import clean_text, to_xml_text, to_xml_values


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
    """Text that is clean and in NFC on its way in, so that equal words are equal bytes and every file can hold them.

    Rows that an older version of the program wrote may hold what no workbook can: they are read without it. Whoever compares such a
    row with a hash over it reads the column as ``Text``.
    """

    impl: type[Text] | type[String] = Text
    cache_ok = True

    def process_bind_param(self, value: str | None, dialect: Dialect) -> str | None:
        """Normalise, and drop what XML cannot hold and PostgreSQL cannot store."""
        return None if value is None else clean_text(value)

    def process_result_value(self, value: Any, dialect: Dialect) -> str | None:
        """Give the text back as a file can hold it."""
        return None if value is None else to_xml_text(value)


class NfcString(NfcText):
    """The same for text of a limited length."""

    impl = String
    cache_ok = True


class CleanJson(TypeDecorator[Any]):
    """JSON whose texts are clean on both ways, for what people typed."""

    impl = JSON
    cache_ok = True

    def __init__(self) -> None:
        super().__init__(none_as_null=True)

    def process_bind_param(self, value: Any, dialect: Dialect) -> Any:
        """Drop what XML cannot hold."""
        return to_xml_values(value)

    def process_result_value(self, value: Any, dialect: Dialect) -> Any:
        """Likewise, for rows that an older version wrote."""
        return to_xml_values(value)


class Personal(StrEnum):
    """What a column holds of a person, and so what becomes of it when a person who left is removed (docs/personal-data.md)."""

    # The name of a person or of an account, or both names of a deputy: a pseudonym takes its place.
    NAME = "name"
    # Text or JSON in which a person may be named: the name within it is replaced.
    MENTION = "mention"
    # Where a person is reached, or came from: taken away in the rows of this person.
    CONTACT = "contact"
    # Who answers for an official act, or a name under a hash: it stays.
    SIGNATURE = "signature"


def holds(kind: Personal) -> dict[str, Personal]:
    """The mark of a column: ``info=holds(Personal.NAME)``."""
    return {"personal": kind}


Instant = Annotated[datetime, mapped_column(UtcInstant)]
NfcStr = Annotated[str, mapped_column(NfcText)]
PersonName = Annotated[str, mapped_column(NfcText, info=holds(Personal.NAME))]
PersonSignature = Annotated[str, mapped_column(NfcText, info=holds(Personal.SIGNATURE))]
PersonContact = Annotated[str, mapped_column(NfcText, info=holds(Personal.CONTACT))]
PersonMention = Annotated[str, mapped_column(NfcText, info=holds(Personal.MENTION))]
Vnd = Annotated[int, mapped_column(BigInteger)]
