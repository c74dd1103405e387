"""Drafts of standards: begun from a published version, edited, and published by a second person."""

from dataclasses import replace
from datetime import date

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from portal.clock import now
from portal.errors import NotFoundError, WardReadinessError
from scoring.models import StandardDraft, StandardRecord
from scoring.rating.published_standards import get_standard
from scoring.rating.standard import Standard, StandardError, parse_standard
from scoring.standard_editor.toml_edit import edit_whole, next_version

# A standard of a few hundred criteria is under 200 KB.
MAX_TEXT = 1_000_000


class StaleDraftError(WardReadinessError):
    """Somebody saved the draft in the meantime."""

    status = 409


def begin_draft(session: Session, version: str, user_id: int, name: str) -> StandardDraft:
    """A new draft with the text of a published version, under the next version number. Raises NotFoundError."""
    get_standard(session, version)
    record = session.get_one(StandardRecord, version)
    taken = set(session.scalars(select(StandardRecord.version)))
    number = next_version(version)
    while number in taken:
        number = next_version(number)
    text = edit_whole(record.toml, {"version": number, "name": f"Bộ tiêu chuẩn {number}"})
    draft = StandardDraft(toml=text, based_on=version, revision=1, editors=[user_id], drafted_by=name, changed_at=now())
    session.add(draft)
    session.flush()
    return draft


def list_drafts(session: Session) -> list[StandardDraft]:
    """All drafts, the one that was saved last first."""
    return list(session.scalars(select(StandardDraft).order_by(StandardDraft.changed_at.desc())))


def get_draft(session: Session, draft_id: int, *, for_update: bool = False) -> StandardDraft:
    """One draft. Raises NotFoundError, which is also what a second publisher meets."""
    found = session.get(StandardDraft, draft_id, with_for_update=for_update or None)
    if found is None:
        raise NotFoundError("Không có bản thảo này; có thể đã được công bố hoặc xóa bỏ.")
    return found


def read_draft(draft: StandardDraft) -> Standard:
    """The standard that the draft holds."""
    return parse_standard(draft.toml)


def save_draft(session: Session, draft: StandardDraft, text: str, revision: int, user_id: int) -> Standard:
    """Keep a new text of the draft.

    Raises StandardError where the text is no standard or its version is taken, StaleDraftError where ``revision`` is not
    the one that the editor started from. The draft is then as it was.
    """
    if len(text) > MAX_TEXT:
        raise StandardError(f"Tệp tiêu chuẩn quá lớn: {len(text)} ký tự, tối đa {MAX_TEXT}.")
    standard = parse_standard(text)
    if draft.revision != revision:
        raise StaleDraftError("Bản thảo đã được người khác lưu trong lúc bạn sửa. Mở lại bản thảo, so sánh rồi sửa tiếp.")
    _refuse_taken(session, standard)
    draft.toml, draft.revision, draft.changed_at = text, revision + 1, now()
    draft.editors = sorted({*draft.editors, user_id})
    return standard


def publish_draft(
    session: Session, draft: StandardDraft, user_id: int, name: str, issued_number: str = "", issued_on: date | None = None
) -> Standard:
    """Publish a draft as a version that never changes, and take the draft away.

    Raises StandardError where the publisher had a hand in the draft, where the version is taken or the content was
    published before, and where number and date of issue do not stand together.
    """
    if user_id in draft.editors:
        raise StandardError("Người công bố phải là người khác với người soạn, sửa bản thảo.")
    if bool(issued_number) != bool(issued_on):
        raise StandardError("Số văn bản và ngày ban hành phải có cả hai, hoặc bỏ trống cả hai.")
    standard = read_draft(draft)
    _refuse_taken(session, standard)
    record = StandardRecord(
        version=standard.version,
        name=standard.name,
        toml=draft.toml,
        sha256=standard.sha256,
        published_at=now(),
        issued_number=issued_number,
        issued_on=issued_on,
        based_on=draft.based_on,
        drafted_by=draft.drafted_by,
        published_by=name,
    )
    try:
        with session.begin_nested():
            session.add(record)
    except IntegrityError:
        # Somebody publishes another draft under the same version at this very moment.
        raise _taken(standard) from None
    session.delete(draft)
    session.flush()
    return replace(standard, issued_number=issued_number, issued_on=issued_on)


def _refuse_taken(session: Session, standard: Standard) -> None:
    if session.get(StandardRecord, standard.version) is not None:
        raise _taken(standard)


def _taken(standard: Standard) -> StandardError:
    return StandardError(f"Đã công bố phiên bản “{standard.version}”. Đặt số phiên bản khác.")
