"""What wards and others paid, in its table: list, add, correct and remove it."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from inventory.catalogue import load_catalogue
from inventory.models import ObservedPriceRecord
from inventory.prices.plausibility import ObservedPrice
from inventory.prices.prices import METHODS
from inventory.wards.wards import load_wards
from portal.clock import now, today
from portal.errors import NotFoundError, WardReadinessError
from portal.vietnamese import clean_text, fold

MAX_TEXT = 200
EARLIEST = date(2015, 1, 1)
KINDS = {key: label for key, label in METHODS.items() if key != "none"}


class ObservedPriceError(WardReadinessError):
    """The observed price is not valid. ``field`` names what is wrong with it."""

    def __init__(self, field: str, message: str) -> None:
        super().__init__(message)
        self.field = field


@dataclass(frozen=True)
class ObservedRow:
    """An observed price with its id, and who recorded it."""

    id: int
    price: ObservedPrice
    by: str


def list_observed(session: Session) -> list[ObservedRow]:
    """All of them, by item, the newest first."""
    kinds = {ward.code: ward.kind for ward in load_wards()}
    rows = select(ObservedPriceRecord).order_by(
        ObservedPriceRecord.item_code, ObservedPriceRecord.paid_on.desc(), ObservedPriceRecord.id
    )
    return [
        ObservedRow(
            row.id,
            ObservedPrice(
                item=row.item_code,
                buyer=row.buyer,
                unit_price=row.unit_price,
                paid_on=row.paid_on,
                document=row.document,
                kind=row.kind,
                ward=row.ward_code or "",
                ward_kind=kinds.get(row.ward_code or "", ""),
            ),
            row.by,
        )
        for row in session.scalars(rows)
    ]


def observed_prices(session: Session) -> tuple[ObservedPrice, ...]:
    """All of them as values."""
    return tuple(row.price for row in list_observed(session))


def make_observed(item: str, buyer: str, unit_price: int, paid_on: date, document: str, kind: str) -> ObservedPrice:
    """An observed price from its fields; a buyer that names a ward, by code or by name, is that ward. Raises ObservedPriceError."""
    if item not in load_catalogue():
        raise ObservedPriceError("item", f"Không có danh mục “{item[:20]}”. Dùng mã ở trang Danh mục, ví dụ A01.")
    if unit_price <= 0:
        raise ObservedPriceError("unit_price", "Đơn giá đã trả phải lớn hơn 0.")
    if not EARLIEST <= paid_on <= today():
        raise ObservedPriceError("paid_on", f"Ngày phải từ {EARLIEST:%d/%m/%Y} đến hôm nay.")
    if kind not in KINDS:
        raise ObservedPriceError("kind", f"Loại căn cứ phải là một trong: {', '.join(KINDS.values())}.")
    texts = {"buyer": " ".join(clean_text(buyer).split()), "document": " ".join(clean_text(document).split())}
    for field, text in texts.items():
        if not text or len(text) > MAX_TEXT:
            raise ObservedPriceError(field, f"Hãy điền ô này, không quá {MAX_TEXT} ký tự.")
    ward = _wards_by_name().get(fold(texts["buyer"]))
    code, name, ward_kind = ward if ward else ("", texts["buyer"], "")
    return ObservedPrice(item, name, unit_price, paid_on, texts["document"], kind, code, ward_kind)


def unique_key(price: ObservedPrice) -> tuple[str, str, date, str]:
    """Item, buyer, day and document: no two observed prices share all four."""
    return price.item, price.buyer, price.paid_on, price.document


def save_observed(session: Session, prices: Iterable[ObservedPrice], by: str) -> None:
    """Add them; one of the same item, buyer, day and document gets the new price and kind."""
    existing = {
        (row.item_code, row.buyer, row.paid_on, row.document): row for row in session.scalars(select(ObservedPriceRecord)).all()
    }
    for price in prices:
        row = existing.get(unique_key(price))
        if row is None:
            row = ObservedPriceRecord(
                item_code=price.item,
                buyer=price.buyer,
                ward_code=price.ward or None,
                paid_on=price.paid_on,
                document=price.document,
            )
            session.add(row)
            existing[unique_key(price)] = row
        row.unit_price, row.kind, row.by, row.at = price.unit_price, price.kind, by, now()
    session.flush()


def get_observed(session: Session, observed_id: int) -> ObservedPriceRecord:
    """One row. Raises NotFoundError."""
    row = session.get(ObservedPriceRecord, observed_id)
    if row is None:
        raise NotFoundError("Không có giá tham chiếu này, hoặc đã được xóa.")
    return row


def remove_observed(session: Session, observed_id: int) -> ObservedPrice:
    """Remove one, and return what it was. Raises NotFoundError."""
    row = get_observed(session, observed_id)
    price = next(listed.price for listed in list_observed(session) if listed.id == observed_id)
    session.delete(row)
    session.flush()
    return price


def _wards_by_name() -> dict[str, tuple[str, str, str]]:
    """The wards by what people may call them: the code, and the full name. A bare name may be that of two units."""
    wards = {}
    for ward in load_wards():
        for name in (ward.code, ward.full_name):
            wards[fold(name)] = (ward.code, ward.full_name, ward.kind)
    return wards
