"""Drafts of standards: begun from a published version, edited, and published by a second person."""

from dataclasses import replace
from datetime import date

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from inventory.security import is_sensitive_answer
from portal.clock import now
from portal.codes import find_code_fault, to_code
from portal.errors import NotFoundError, WardReadinessError
from scoring.models import StandardDraft, StandardRecord
from scoring.rating.published_standards import as_asked, get_standard_record
from scoring.rating.standard import MAX_VERSION, Standard, StandardError, parse_standard
from scoring.standard_editor.toml_edit import edit_standard, next_version, remove_history

# A standard of a few hundred criteria is under 200 KB.
MAX_TEXT = 1_000_000


class StaleDraftError(WardReadinessError):
    """Somebody saved the draft in the meantime."""

    status = 409


def begin_draft(session: Session, version: str, user_id: int, name: str) -> StandardDraft:
    """A new draft with the text of a published version, under the next version number. Raises NotFoundError."""
    record = get_standard_record(session, version)
    taken = set(session.scalars(select(StandardRecord.code)))
    draft_version = next_version(record.code)
    while draft_version in taken:
        draft_version = next_version(draft_version)
    if find_code_fault(draft_version, MAX_VERSION):
        draft_version = to_code(record.code, MAX_VERSION, taken)
    text = edit_standard(remove_history(record.toml), {"version": draft_version, "name": f"Bộ tiêu chuẩn {draft_version}"})
    draft = StandardDraft(toml=text, based_on=version, revision=1, editors=[user_id], drafted_by=name, changed_at=now())
    session.add(draft)
    session.flush()
    return draft


def list_drafts(session: Session) -> list[StandardDraft]:
    """All drafts, the last saved one first."""
    return list(session.scalars(select(StandardDraft).order_by(StandardDraft.changed_at.desc())))


def get_draft(session: Session, draft_id: int, *, for_update: bool = False) -> StandardDraft:
    """One draft. Raises NotFoundError, also after it was published or discarded."""
    draft = session.get(StandardDraft, draft_id, with_for_update=for_update or None)
    if draft is None:
        raise NotFoundError("Không có bản thảo này; có thể đã được công bố hoặc xóa bỏ.")
    return draft


def check_criterion(draft: StandardDraft, code: str) -> None:
    """Raise NotFoundError where the draft has no such criterion."""
    if code not in {criterion.code for criterion in parse_standard(draft.toml).criteria}:
        raise NotFoundError("Bản thảo không có tiêu chí này.")


def read_draft(draft: StandardDraft) -> Standard:
    """The standard that the draft holds, as this installation asks for its answers."""
    return as_asked(parse_standard(draft.toml))


def save_draft(session: Session, draft: StandardDraft, text: str, revision: int, user_id: int) -> Standard:
    """Store a new text of the draft.

    Raises StandardError where the text is no valid standard or its version is already published, StaleDraftError where ``revision`` is not
    the one that the editor started from; the draft is then unchanged.
    """
    if len(text) > MAX_TEXT:
        raise StandardError(f"Tệp tiêu chuẩn quá lớn: {len(text)} ký tự, tối đa {MAX_TEXT}.")
    standard = parse_standard(text)
    _refuse_security_outside_its_group(standard)
    if draft.revision != revision:
        raise StaleDraftError("Bản thảo đã được người khác lưu trong lúc bạn sửa. Mở lại bản thảo, so sánh rồi sửa tiếp.")
    _refuse_published(session, standard)
    draft.toml, draft.revision, draft.changed_at = text, revision + 1, now()
    draft.editors = sorted({*draft.editors, user_id})
    return standard


def publish_draft(
    session: Session, draft: StandardDraft, user_id: int, name: str, issued_number: str = "", issued_on: date | None = None
) -> Standard:
    """Publish a draft as a version that never changes, and delete the draft.

    Raises StandardError where the publisher has edited the draft, where the version is already published, and where only one
    of number and date of issue is given.
    """
    if user_id in draft.editors:
        raise StandardError("Người công bố phải là người khác với người soạn, sửa bản thảo.")
    if bool(issued_number) != bool(issued_on):
        raise StandardError("Số văn bản và ngày ban hành phải có cả hai, hoặc bỏ trống cả hai.")
    standard = read_draft(draft)
    _refuse_published(session, standard)
    record = StandardRecord(
        version=standard.version,
        code=standard.code,
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
        # Another draft was published under the same version at the same moment.
        raise _already_published(standard) from None
    session.delete(draft)
    session.flush()
    return replace(standard, issued_number=issued_number, issued_on=issued_on)


def _refuse_security_outside_its_group(standard: Standard) -> None:
    """Who may not see network security sees every other group: what rests on its answers belongs to it."""
    for criterion in standard.criteria:
        if not criterion.is_sensitive and (keys := sorted(filter(is_sensitive_answer, criterion.answers))):
            raise StandardError(
                f"Tiêu chí {criterion.code}: dùng câu trả lời của nhóm an ninh mạng ({', '.join(keys)}). Đặt mã thuộc nhóm G, "
                "để chỉ người được giao xem nhóm ấy mới thấy kết quả."
            )


def _refuse_published(session: Session, standard: Standard) -> None:
    # A version that is no code is that of no new standard.
    if session.scalars(select(StandardRecord.version).where(StandardRecord.code == standard.code)).first() is not None:
        raise _already_published(standard)


def _already_published(standard: Standard) -> StandardError:
    return StandardError(f"Đã công bố phiên bản “{standard.version}”. Đặt số phiên bản khác.")
