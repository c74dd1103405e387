"""The standards that come with the program: each is made available, and on a new database the newest comes into force."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.clock import now, today
from scoring.models import StandardChoice, StandardRecord
from scoring.rating.published_standards import SHIPPED
from scoring.rating.standard import parse_standard
from scoring.rating.standard_choices import log_choice, put_in_force

REASON = "Cơ sở dữ liệu mới: dùng bộ tiêu chuẩn mới nhất đi kèm hệ thống cho đến khi chọn bộ khác."


def load_shipped_standards(session: Session) -> str | None:
    """Publish each shipped standard that is not there yet.

    Gives what is to be told: what an upgrade brought, could not be loaded, or was put in force on a new database.
    """
    is_new = session.scalars(select(StandardRecord.version).limit(1)).first() is None
    told = [line for file in SHIPPED if (line := _make_available(session, file.read_text("utf-8"), is_new=is_new))]
    if session.scalars(select(StandardChoice.id).limit(1)).first() is None:
        newest = session.get_one(StandardRecord, parse_standard(SHIPPED[-1].read_text("utf-8")).version)
        log_choice(session, None, put_in_force(session, newest, today(), REASON, ""))
        told.append(f"Áp dụng {newest.name} từ hôm nay. Chọn bộ khác ở trang “Bộ tiêu chuẩn”.")
    return "\n".join(told) or None


def _make_available(session: Session, text: str, *, is_new: bool) -> str | None:
    standard = parse_standard(text)
    there = session.scalars(select(StandardRecord).where(StandardRecord.code == standard.code)).first()
    if there is None:
        values = {
            "version": standard.version,
            "code": standard.code,
            "name": standard.name,
            "toml": text,
            "sha256": standard.sha256,
            "based_on": standard.follows or None,
        }
        session.add(StandardRecord(**values, published_at=now()))
        session.flush()
        return None if is_new else f"Có thêm {standard.name}, chưa áp dụng. Xem và chọn ở trang “Bộ tiêu chuẩn”."
    if there.sha256 != standard.sha256:
        return (
            f"Chưa nạp bộ tiêu chuẩn {standard.version} đi kèm hệ thống: đã công bố một bộ khác cùng phiên bản “{there.version}”. "
            "Muốn dùng bộ đi kèm thì soạn bản thảo, gửi tệp của bộ ấy dưới một phiên bản khác."
        )
    return None
