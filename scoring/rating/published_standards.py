"""Published standards: stored as their TOML text with its hash, never changed after."""

from functools import lru_cache
from importlib.resources import files

from sqlalchemy import select
from sqlalchemy.orm import Session

from inventory.security import CONFIDENTIAL_PC
from portal.clock import now
from portal.errors import NotFoundError
from portal.settings import asks_about_secret_pcs
from scoring.models import StandardRecord
from scoring.rating.standard import Standard, parse_standard, without_questions

REFERENCE = files("scoring") / "data" / "2026.1.toml"

# The text of a published version never changes, so it is parsed once.
_parse = lru_cache(maxsize=32)(parse_standard)


def load_reference_standard(session: Session) -> None:
    """Publish the shipped standard where it is not there yet."""
    text = REFERENCE.read_text("utf-8")
    standard = parse_standard(text)
    if session.get(StandardRecord, standard.version) is None:
        session.add(
            StandardRecord(
                version=standard.version,
                code=standard.code,
                name=standard.name,
                toml=text,
                sha256=standard.sha256,
                published_at=now(),
            )
        )


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


def current_standard(session: Session) -> Standard:
    """The newest published standard. Raises NotFoundError while there is none."""
    newest = select(StandardRecord).order_by(StandardRecord.published_at.desc(), StandardRecord.version.desc()).limit(1)
    record = session.scalars(newest).first()
    if record is None:
        raise NotFoundError("Chưa có bộ tiêu chuẩn nào. Chạy lệnh “flask --app wsgi setup” để nạp bộ tham chiếu.")
    return as_asked(_read(record))


def _read(record: StandardRecord) -> Standard:
    return _parse(record.toml, record.issued_number, record.issued_on, record.code)
