"""Commands on prices; each calls the same function as the page."""

from pathlib import Path

import click
from flask import current_app
from flask.cli import AppGroup

from accounts import audit
from inventory.prices.price_lists import next_name
from inventory.prices.workbook_import import rehearse, take_over
from portal.database import session_scope
from portal.errors import WardReadinessError

prices = AppGroup("prices", help="Bảng giá.")


@prices.command("import")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--list", "price_list_id", type=int, help="Số của bảng giá, mặc định bảng giá ghi trong tệp.")
@click.option("--name", default="", help="Tên bản mới, khi bảng giá đã chốt.")
@click.option("--rehearse", "only_rehearse", is_flag=True, help="Chỉ xem trước, không nhận gì.")
def import_list(file: Path, price_list_id: int | None, name: str, only_rehearse: bool) -> None:
    """Nạp bảng giá đã sửa từ FILE (.xlsx)."""
    try:
        with session_scope(current_app.extensions["engine"], writes=not only_rehearse) as session:
            found = rehearse(session, file.read_bytes(), price_list_id)
            for line in (*found.refused, *found.disputed):
                click.echo(
                    f"Chưa nhận: {line.item} ({line.place}): “{line.after}”. {line.message or 'Người khác đã sửa sau khi tải tệp.'}"
                )
            if only_rehearse or found.is_empty:
                click.echo(
                    f"{len(found.prices)} đơn giá đổi, {found.same} giữ nguyên, {len(found.observed)} giá tham chiếu mới hoặc đổi."
                )
                return
            kept = take_over(session, found, name or next_name(session, found.target.name), "dòng lệnh")
            after = {"list": kept.id, "prices": sorted(found.prices), "observed": len(found.observed)}
            audit.log(session, None, "price-list:import", f"price-list {kept.id}", after=after)
            click.echo(
                f"Đã nhận {len(found.prices)} đơn giá và {len(found.observed)} giá tham chiếu vào bảng giá {kept.id} “{kept.name}”."
            )
    except WardReadinessError as error:
        raise click.ClickException(error.message) from None
