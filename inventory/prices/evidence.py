"""The evidence files of a price: attach, list, read and remove them."""

import hashlib
from uuid import uuid4

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from inventory.models import PriceEvidence
from inventory.prices.price_lists import get_price_list, lock_draft
from portal.checked_files import FileError, check_file, clean_name
from portal.clock import now
from portal.errors import NotFoundError
from portal.file_store import get, put

MAX_FILES = 10


def attach(session: Session, url: str, price_list_id: int, item: str, name: str, data: bytes, by: str) -> PriceEvidence:
    """Attach a picture, a PDF or an .xlsx to a price of a draft.

    Raises NotFoundError, LockedListError, FileError, UploadError or StoreError.
    """
    lock_draft(session, price_list_id)
    if item not in get_price_list(session, price_list_id).prices:
        raise NotFoundError("Bảng giá này không có danh mục ấy.")
    checked = check_file(data, workbooks=True)
    existing = select(func.count()).where(PriceEvidence.price_list_id == price_list_id, PriceEvidence.item_code == item)
    if (session.scalar(existing) or 0) >= MAX_FILES:
        raise FileError(f"Đơn giá này đã có {MAX_FILES} tệp. Gỡ bớt tệp không cần rồi gửi lại.")
    stored_as = uuid4().hex
    put(url, stored_as, checked.data)
    record = PriceEvidence(
        price_list_id=price_list_id,
        item_code=item,
        name=clean_name(name, checked.media_type),
        media_type=checked.media_type,
        size=len(checked.data),
        sha256=hashlib.sha256(checked.data).hexdigest(),
        stored_as=stored_as,
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


def find_file(session: Session, price_list_id: int, item: str, evidence_id: int) -> PriceEvidence:
    """One file of a price. Raises NotFoundError."""
    record = session.get(PriceEvidence, evidence_id)
    if record is None or (record.price_list_id, record.item_code) != (price_list_id, item):
        raise NotFoundError("Không có tệp này, hoặc tệp đã được gỡ.")
    return record


def read_file(url: str, record: PriceEvidence) -> bytes:
    """The bytes of a stored file. Raises StoreError, or FileError where they are not those that were stored."""
    data = get(url, record.stored_as)
    if hashlib.sha256(data).hexdigest() != record.sha256:
        raise FileError("Tệp trong kho khác tệp đã gửi nên không đưa ra. Báo quản trị hệ thống.")
    return data


def remove(session: Session, record: PriceEvidence) -> None:
    """Remove a file from a draft; other versions keep theirs, and the store its bytes. Raises LockedListError."""
    lock_draft(session, record.price_list_id)
    session.delete(record)
    session.flush()
