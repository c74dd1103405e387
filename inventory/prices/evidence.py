"""The files behind a price: keep one, list them, fetch one, take one away."""

import hashlib
from uuid import uuid4

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from inventory.models import PriceEvidence
from inventory.prices.price_lists import get_price_list, open_record
from portal.checked_files import FileError, check_file, clean_name
from portal.clock import now
from portal.errors import NotFoundError
from portal.file_store import get, put

MAX_FILES = 10


def attach(session: Session, url: str, price_list_id: int, item: str, name: str, data: bytes, by: str) -> PriceEvidence:
    """Keep a picture, a PDF or an .xlsx behind a price of a list in work.

    Raises NotFoundError, LockedListError, FileError, UploadError or StoreError.
    """
    open_record(session, price_list_id)
    if item not in get_price_list(session, price_list_id).prices:
        raise NotFoundError("Bảng giá này không có danh mục ấy.")
    checked = check_file(data, workbooks=True)
    standing = select(func.count()).where(PriceEvidence.price_list_id == price_list_id, PriceEvidence.item_code == item)
    if (session.scalar(standing) or 0) >= MAX_FILES:
        raise FileError(f"Đơn giá này đã có {MAX_FILES} tệp. Gỡ bớt tệp không cần rồi gửi lại.")
    stored_as = uuid4().hex
    put(url, stored_as, checked.data)
    kept = PriceEvidence(
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
    session.add(kept)
    session.flush()
    return kept


def files_of(session: Session, price_list_id: int) -> dict[str, list[PriceEvidence]]:
    """The files of a list by item code, oldest first."""
    found: dict[str, list[PriceEvidence]] = {}
    for kept in session.scalars(
        select(PriceEvidence).where(PriceEvidence.price_list_id == price_list_id).order_by(PriceEvidence.id)
    ):
        found.setdefault(kept.item_code, []).append(kept)
    return found


def find_file(session: Session, price_list_id: int, item: str, evidence_id: int) -> PriceEvidence:
    """One file of a price. Raises NotFoundError."""
    found = session.get(PriceEvidence, evidence_id)
    if found is None or (found.price_list_id, found.item_code) != (price_list_id, item):
        raise NotFoundError("Không có tệp này, hoặc tệp đã được gỡ.")
    return found


def read_file(url: str, kept: PriceEvidence) -> bytes:
    """The bytes of a kept file. Raises StoreError, or FileError where they are not those that were kept."""
    data = get(url, kept.stored_as)
    if hashlib.sha256(data).hexdigest() != kept.sha256:
        raise FileError("Tệp trong kho khác tệp đã gửi nên không đưa ra. Báo quản trị hệ thống.")
    return data


def remove(session: Session, kept: PriceEvidence) -> None:
    """Take a file away from a list in work; other versions keep theirs, and the store its bytes. Raises LockedListError."""
    open_record(session, kept.price_list_id)
    session.delete(kept)
    session.flush()
