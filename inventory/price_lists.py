"""The price lists in their tables."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from inventory.models import PriceListRecord
from inventory.prices import Price, PriceList
from portal.errors import NotFoundError


def get_price_list(session: Session, price_list_id: int) -> PriceList:
    """One list with its prices. Raises NotFoundError."""
    record = session.get(PriceListRecord, price_list_id)
    if record is None:
        raise NotFoundError("Không có bảng giá này.")
    return _to_price_list(record)


def list_price_lists(session: Session) -> list[PriceList]:
    """All lists, the newest first."""
    newest = select(PriceListRecord).order_by(PriceListRecord.id.desc())
    return [_to_price_list(record) for record in session.scalars(newest)]


def current_price_list(session: Session) -> PriceList:
    """The newest list. Raises NotFoundError while none has been loaded."""
    newest = select(PriceListRecord).order_by(PriceListRecord.effective_from.desc(), PriceListRecord.id.desc()).limit(1)
    record = session.scalars(newest).first()
    if record is None:
        raise NotFoundError("Chưa có bảng giá nào. Chạy lệnh “flask --app wsgi setup” để nạp bảng giá tham khảo.")
    return _to_price_list(record)


def _to_price_list(record: PriceListRecord) -> PriceList:
    prices = {
        row.item_code: Price(
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
        for row in record.prices
    }
    return PriceList(id=record.id, name=record.name, effective_from=record.effective_from, prices=prices)
