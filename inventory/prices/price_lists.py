"""The price lists in their tables: read, copied into a next version, edited as a draft, and published."""

from collections.abc import Mapping
from datetime import date

from sqlalchemy import delete, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from accounts.hands import hands_of
from inventory.models import PriceEvidence, PriceListRecord, PriceRecord
from inventory.prices.prices import Price, PriceList, Version, load_default_prices, make_version
from portal.clock import now, today
from portal.errors import NotFoundError, WardReadinessError
from portal.vietnamese import clean_text

MAX_NAME = 200
DELIVERY_YEARS = (2020, 2050)


class PriceListError(WardReadinessError):
    """The list cannot be created or changed like this; the message says why."""


class LockedListError(PriceListError):
    """The list is published, or somebody else changed the price in the meantime."""

    status = 409


def get_price_list(session: Session, price_list_id: int) -> PriceList:
    """One list with its prices. Raises NotFoundError."""
    return _to_price_list(_record(session, price_list_id))


def get_version(session: Session, price_list_id: int) -> Version:
    """What stands for the content of a list, without reading its prices. Raises NotFoundError."""
    columns = select(PriceListRecord.revision, PriceListRecord.created_at)
    row = session.execute(columns.where(PriceListRecord.id == price_list_id)).first()
    if row is None:
        raise NotFoundError("Không có bảng giá này.")
    return make_version(price_list_id, row.revision, row.created_at)


def last_save(session: Session, price_list_id: int) -> tuple[int, list[int]]:
    """How many saves the list has seen, and the accounts behind the last one, without reading its prices."""
    columns = select(PriceListRecord.revision, PriceListRecord.changed_by_accounts)
    revision, accounts = session.execute(columns.where(PriceListRecord.id == price_list_id)).one()
    return revision, accounts


def current_price_list(session: Session) -> PriceList:
    """The newest published list that is in effect. Raises NotFoundError while there is none."""
    published = select(PriceListRecord).where(PriceListRecord.published_at.is_not(None), PriceListRecord.effective_from <= today())
    newest = published.order_by(PriceListRecord.effective_from.desc(), PriceListRecord.id.desc()).limit(1)
    record = session.scalars(newest).first()
    if record is None:
        raise NotFoundError("Chưa có bảng giá nào. Chạy lệnh “flask --app wsgi setup” để nạp bảng giá tham khảo.")
    return _to_price_list(record)


def list_price_lists(session: Session) -> list[PriceList]:
    """All lists, the newest first."""
    newest = select(PriceListRecord).order_by(PriceListRecord.id.desc())
    return [_to_price_list(record) for record in session.scalars(newest)]


def copy_price_list(
    session: Session, price_list_id: int, name: str, effective_from: date, delivery_year: int | None, by: str
) -> PriceList:
    """A draft of the next version, chained to the one it was copied from, with its prices and their files.

    An item that was added to the catalogue since then gets its default price.

    Raises NotFoundError, or PriceListError where the name or the year cannot be.
    """
    # Locked, so that of two who copy it at once the second finds the name taken.
    origin = _record(session, price_list_id, for_update=True)
    checked_name = _check_name(session, name)
    _check_year(delivery_year)
    known_items = {row.item_code for row in origin.prices}
    new_prices = [price for price in load_default_prices() if price.item not in known_items]
    copy = PriceListRecord(
        name=checked_name,
        effective_from=effective_from,
        delivery_year=delivery_year,
        based_on=origin.id,
        created_by=by,
        created_at=now(),
        prices=[_to_record(price) for price in (*map(_to_price, origin.prices), *new_prices)],
    )
    session.add(copy)
    session.flush()
    files = select(PriceEvidence).where(PriceEvidence.price_list_id == origin.id).order_by(PriceEvidence.id)
    for record in session.scalars(files).all():
        session.add(
            PriceEvidence(
                price_list_id=copy.id,
                item_code=record.item_code,
                name=record.name,
                media_type=record.media_type,
                size=record.size,
                sha256=record.sha256,
                stored_as=record.stored_as,
                by=record.by,
                at=record.at,
            )
        )
    session.flush()
    return _to_price_list(copy)


def change_price_list(
    session: Session, price_list_id: int, name: str, effective_from: date, delivery_year: int | None
) -> PriceList:
    """Change the name, day or year of a draft. Raises NotFoundError, LockedListError, PriceListError."""
    record = lock_draft(session, price_list_id)
    if clean_text(name).strip() != record.name:
        record.name = _check_name(session, name)
    _check_year(delivery_year)
    record.effective_from, record.delivery_year = effective_from, delivery_year
    _count_save(session, record)
    return _to_price_list(record)


def check_item(session: Session, price_list_id: int, item: str) -> None:
    """Raise NotFoundError where there is no such list, or it has no price of this item."""
    _row(_record(session, price_list_id), item)


def save_price(session: Session, price_list_id: int, price: Price, seen: str) -> bool:
    """Save one price of a draft; False where nothing differs. ``seen`` is the stamp of the price that the editor saw.

    Raises NotFoundError, and LockedListError where the list is published or somebody else changed the price in the meantime.
    """
    record = lock_draft(session, price_list_id)
    current = _to_price(_row(record, price.item))
    if current == price:
        return False
    if current.stamp != seen:
        raise LockedListError(
            f"Đơn giá {price.item} vừa được người khác sửa thành {current.unit_price:,} đ. Xem lại rồi lưu.".replace(",", ".")
        )
    save_prices(session, price_list_id, {price.item: price})
    return True


def save_prices(session: Session, price_list_id: int, prices: Mapping[str, Price]) -> None:
    """Save many prices of a draft as they are. Raises NotFoundError, LockedListError."""
    record = lock_draft(session, price_list_id)
    for code, price in prices.items():
        row = _row(record, code)
        for field, value in _columns(price).items():
            setattr(row, field, value)
    _count_save(session, record)


def publish_price_list(session: Session, price_list_id: int, by: str) -> PriceList:
    """Publish a list; one that is published already stays as it is. A plan that becomes final does this too. Raises NotFoundError."""
    record = _record(session, price_list_id, for_update=True)
    if record.published_at is None:
        record.published_by, record.published_at = by, now()
        session.flush()
    return _to_price_list(record)


def discard_price_list(session: Session, price_list_id: int) -> None:
    """Delete a draft. Raises NotFoundError, LockedListError, or PriceListError where something refers to it."""
    record = lock_draft(session, price_list_id)
    if session.scalars(select(PriceListRecord.id).where(PriceListRecord.based_on == record.id)).first() is not None:
        raise PriceListError("Đã có bản sau tạo từ bảng giá này nên không xóa được.")
    try:
        with session.begin_nested():
            session.execute(delete(PriceEvidence).where(PriceEvidence.price_list_id == record.id))
            session.execute(delete(PriceRecord).where(PriceRecord.price_list_id == record.id))
            session.execute(delete(PriceListRecord).where(PriceListRecord.id == record.id))
    except IntegrityError:
        raise PriceListError("Bảng giá này đang được một phương án dùng nên không xóa được.") from None


def newest_version(session: Session, price_list_id: int) -> PriceList:
    """The list itself while it is a draft; of a published one the newest that follows it, or itself. Locked. Raises NotFoundError."""
    record = _record(session, price_list_id, for_update=True)
    while record.published_at is not None:
        followers = select(PriceListRecord.id).where(PriceListRecord.based_on == record.id).order_by(PriceListRecord.id.desc())
        next_id = session.scalars(followers.limit(1)).first()
        if next_id is None:
            break
        record = _record(session, next_id, for_update=True)
    return _to_price_list(record)


def next_name(session: Session, name: str) -> str:
    """A free name for the next version: ``Bảng giá tham khảo 2026 (bản 2)``."""
    names = set(session.scalars(select(PriceListRecord.name)))
    stem = name.partition(" (bản ")[0][: MAX_NAME - 20]
    number = 2
    while f"{stem} (bản {number})" in names:
        number += 1
    return f"{stem} (bản {number})"


def lock_draft(session: Session, price_list_id: int) -> PriceListRecord:
    """The row of a draft, locked. Raises NotFoundError, LockedListError."""
    return _require_draft(_record(session, price_list_id, for_update=True))


def check_draft(session: Session, price_list_id: int) -> None:
    """Raise NotFoundError where there is no such list, LockedListError where it is published."""
    _require_draft(_record(session, price_list_id))


def _require_draft(record: PriceListRecord) -> PriceListRecord:
    if record.published_at is not None:
        raise LockedListError("Bảng giá này đã chốt nên không sửa được. Tạo bản mới từ bảng giá này rồi sửa ở bản mới.")
    return record


def make_record(price_list: PriceList) -> PriceListRecord:
    """The rows of a list that comes from outside; its id is given by the database."""
    return PriceListRecord(
        name=price_list.name,
        effective_from=price_list.effective_from,
        created_by=price_list.created_by,
        created_at=price_list.created_at,
        published_by=price_list.published_by,
        published_at=price_list.published_at,
        prices=[_to_record(price) for price in price_list.prices.values()],
    )


def _count_save(session: Session, record: PriceListRecord) -> None:
    """Count a save of a draft, and note whose hands it was: who checks a plan that rests on the list is somebody else."""
    record.revision += 1
    record.changed_by_accounts = hands_of(session)
    session.flush()


def _record(session: Session, price_list_id: int, *, for_update: bool = False) -> PriceListRecord:
    # What was read before the lock may be stale by now.
    record = session.get(PriceListRecord, price_list_id, with_for_update=for_update or None, populate_existing=for_update)
    if record is None:
        raise NotFoundError("Không có bảng giá này.")
    return record


def _row(record: PriceListRecord, item: str) -> PriceRecord:
    row = next((row for row in record.prices if row.item_code == item), None)
    if row is None:
        raise NotFoundError("Bảng giá này không có danh mục ấy.")
    return row


def _check_name(session: Session, name: str) -> str:
    normalized = " ".join(clean_text(name).split())
    if not normalized or len(normalized) > MAX_NAME:
        raise PriceListError(f"Hãy đặt tên bảng giá, không quá {MAX_NAME} ký tự.")
    if session.scalars(select(PriceListRecord.id).where(PriceListRecord.name == normalized)).first() is not None:
        raise PriceListError(f"Đã có bảng giá tên “{normalized}”. Đặt tên khác.")
    return normalized


def _check_year(year: int | None) -> None:
    if year is not None and not DELIVERY_YEARS[0] <= year <= DELIVERY_YEARS[1]:
        raise PriceListError(f"Năm giao hàng từ {DELIVERY_YEARS[0]} đến {DELIVERY_YEARS[1]}, hoặc bỏ trống.")


def _columns(price: Price) -> dict[str, object]:
    return {
        "unit_price": price.unit_price,
        "vat_percent": price.vat_percent,
        "cap": price.cap,
        "method": price.method,
        "evidence": price.evidence,
        "evidence_date": price.evidence_date,
        "source": price.source,
        "source_label": price.source_label,
    }


def _to_record(price: Price) -> PriceRecord:
    return PriceRecord(item_code=price.item, **_columns(price))


def _to_price(row: PriceRecord) -> Price:
    return Price(
        item=row.item_code,
        unit_price=row.unit_price,
        vat_percent=row.vat_percent,
        cap=row.cap,
        method=row.method,
        source=row.source,
        source_label=row.source_label,
        evidence=row.evidence,
        evidence_date=row.evidence_date,
    )


def _to_price_list(record: PriceListRecord) -> PriceList:
    return PriceList(
        id=record.id,
        name=record.name,
        effective_from=record.effective_from,
        prices={row.item_code: _to_price(row) for row in record.prices},
        revision=record.revision,
        delivery_year=record.delivery_year,
        based_on=record.based_on,
        created_by=record.created_by,
        created_at=record.created_at,
        published_by=record.published_by,
        published_at=record.published_at,
    )
