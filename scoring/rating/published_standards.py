"""Published standards: stored as their TOML text with its hash, never changed after; and which of them is in force."""

from datetime import date
from functools import lru_cache
from importlib.resources import files

from sqlalchemy import select
from sqlalchemy.orm import Session

from inventory.security import CONFIDENTIAL_PC
from portal.clock import today
from portal.errors import NotFoundError
from portal.settings import asks_about_secret_pcs
from scoring.models import StandardChoice, StandardRecord
from scoring.rating.standard import Standard, parse_standard, without_questions

SHIPPED = tuple(
    sorted(
        (file for file in (files("scoring") / "data").iterdir() if file.name.endswith(".toml")),
        key=lambda file: [int(part) for part in file.name.removesuffix(".toml").split(".")],
    )
)
REFERENCE = SHIPPED[-1]

# The text of a published version never changes, so it is parsed once.
_parse = lru_cache(maxsize=32)(parse_standard)


def list_standards(session: Session) -> list[StandardRecord]:
    """All published versions, newest first."""
    return list(session.scalars(select(StandardRecord).order_by(StandardRecord.published_at.desc(), StandardRecord.version.desc())))


def get_standard_record(session: Session, version: str) -> StandardRecord:
    """The row of a published version. Raises NotFoundError."""
    record = session.get(StandardRecord, version)
    if record is None:
        raise NotFoundError(f"Không có bộ tiêu chuẩn “{version}”.")
    return record


def get_record_by_code(session: Session, code: str) -> StandardRecord:
    """The row of the published version with this code. Raises NotFoundError."""
    record = session.scalars(select(StandardRecord).where(StandardRecord.code == code)).first()
    if record is None:
        raise NotFoundError(f"Không có bộ tiêu chuẩn “{code}”.")
    return record


def get_published_standard(session: Session, version: str) -> Standard:
    """A standard as it was published, by its version. Raises NotFoundError."""
    return _read(get_standard_record(session, version))


def get_standard(session: Session, version: str) -> Standard:
    """A published standard by its version, as this installation asks for its answers. Raises NotFoundError."""
    return as_asked(get_published_standard(session, version))


def as_asked(standard: Standard) -> Standard:
    """The standard without the criteria that a setting keeps from being asked about: they apply to nobody."""
    if asks_about_secret_pcs():
        return standard
    return without_questions(standard, [criterion.code for criterion in standard.criteria if CONFIDENTIAL_PC in criterion.reads])


def current_standard(session: Session, on: date | None = None) -> Standard:
    """The standard in force on a day, today by default. Raises NotFoundError while there is none."""
    record = find_record_in_force(session, on or today())
    if record is None:
        raise NotFoundError("Chưa có bộ tiêu chuẩn nào. Chạy lệnh “flask --app wsgi setup” để nạp bộ tham chiếu.")
    return as_asked(_read(record))


def find_record_in_force(session: Session, day: date) -> StandardRecord | None:
    """The row of the standard in force on a day: of the choices whose day has come the newest, and of one day the last that was made.

    Before all of them the first one judges: what is older than the city's choices was gathered for it.
    """
    chosen = select(StandardRecord).join(StandardChoice, StandardChoice.standard_version == StandardRecord.version).limit(1)
    last_made = StandardChoice.id.desc()
    has_come = chosen.where(StandardChoice.effective_from <= day).order_by(StandardChoice.effective_from.desc(), last_made)
    return session.scalars(has_come).first() or session.scalars(chosen.order_by(StandardChoice.effective_from, last_made)).first()


def _read(record: StandardRecord) -> Standard:
    return _parse(record.toml, record.issued_number, record.issued_on, record.code)
