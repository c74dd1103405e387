"""The evidence files of a price: attach, list, read and remove them."""

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from inventory.models import PriceEvidence
from inventory.prices.price_lists import check_draft, get_price_list, lock_draft
from portal.checked_files import FileError
from portal.clock import now
from portal.errors import NotFoundError
from portal.kept_files import KeptFile, read_kept

MAX_FILES = 10


def check_attachable(session: Session, price_list_id: int, item: str) -> None:
    """Raise NotFoundError where the list has no such price, LockedListError where it is published, FileError where it has files enough."""
    check_draft(session, price_list_id)
    if item not in get_price_list(session, price_list_id).prices:
        raise NotFoundError("Bảng giá này không có danh mục ấy.")
    existing = select(func.count()).where(PriceEvidence.price_list_id == price_list_id, PriceEvidence.item_code == item)
    if (session.scalar(existing) or 0) >= MAX_FILES:
        raise FileError(f"Đơn giá này đã có {MAX_FILES} tệp. Gỡ bớt tệp không cần rồi gửi lại.")


def attach(session: Session, price_list_id: int, item: str, kept: KeptFile, by: str) -> PriceEvidence:
    """Attach a kept file to a price of a draft. Raises what check_attachable raises."""
    lock_draft(session, price_list_id)
    check_attachable(session, price_list_id, item)
    record = PriceEvidence(
        price_list_id=price_list_id,
        item_code=item,
        name=kept.name,
        media_type=kept.media_type,
        size=kept.size,
        sha256=kept.sha256,
        stored_as=kept.stored_as,
        by=by,
        at=now(),
    )
    session.add(record)
    session.flush()
    return record


def list_files(session: Session, price_list_id: int) -> dict[str, list[PriceEvidence]]:
    """The files of a list by item code, oldest first."""
    files_by_item: dict[str, list[PriceEvidence]] = {}
    for record in session.scalars(
        select(PriceEvidence).where(PriceEvidence.price_list_id == price_list_id).order_by(PriceEvidence.id)
    ):
        files_by_item.setdefault(record.item_code, []).append(record)
    return files_by_item


def find_file(session: Session, price_list_id: int, item_code: str, evidence_id: int) -> PriceEvidence:
    """One file of a price. Raises NotFoundError."""
    record = session.get(PriceEvidence, evidence_id)
    if record is None or (record.price_list_id, record.item_code) != (price_list_id, item_code):
        raise NotFoundError("Không có tệp này, hoặc tệp đã được gỡ.")
    return record


def read_file(url: str, record: PriceEvidence) -> bytes:
    """The bytes of a stored file. Raises StoreError, or FileError where they are not those that were stored."""
    return read_kept(url, record.stored_as, record.sha256)


def remove(session: Session, record: PriceEvidence) -> None:
    """Remove a file from a draft; other versions keep theirs, and the store its bytes. Raises LockedListError."""
    lock_draft(session, record.price_list_id)
    session.delete(record)
    session.flush()
