"""Commands on prices; each calls the same function as the page."""

from pathlib import Path

import click
from flask import current_app

from accounts import audit
from inventory.prices.price_lists import next_name
from inventory.prices.workbook_import import import_prices, preview_import, read_price_file
from portal.commands import CommandGroup
from portal.database import session_scope

prices = CommandGroup("prices", help="Bảng giá.")


@prices.command("import")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--list", "price_list_id", type=int, help="Số của bảng giá, mặc định bảng giá ghi trong tệp.")
@click.option("--name", default="", help="Tên bản mới, khi bảng giá đã chốt.")
@click.option("--rehearse", "is_dry_run", is_flag=True, help="Chỉ xem trước, không nhận gì.")
def import_list(file: Path, price_list_id: int | None, name: str, is_dry_run: bool) -> None:
    """Nạp bảng giá đã sửa từ FILE (.xlsx)."""
    content = read_price_file(file.read_bytes())
    with session_scope(current_app.extensions["engine"], writes=not is_dry_run) as session:
        preview = preview_import(session, content, price_list_id)
        for change in (*preview.refused, *preview.disputed):
            click.echo(
                f"Chưa nhận: {change.item} ({change.place}): “{change.after}”. {change.message or 'Người khác đã sửa sau khi tải tệp.'}"
            )
        if is_dry_run or preview.is_empty:
            click.echo(
                f"{len(preview.prices)} đơn giá đổi, {preview.same} giữ nguyên, {len(preview.observed)} giá tham chiếu mới hoặc đổi."
            )
            return
        price_list = import_prices(session, preview, name or next_name(session, preview.target.name), "dòng lệnh")
        after = {"list": price_list.id, "prices": sorted(preview.prices), "observed": len(preview.observed)}
        audit.log(session, None, "price-list:import", f"price-list {price_list.id}", after=after)
        click.echo(
            f"Đã nhận {len(preview.prices)} đơn giá và {len(preview.observed)} giá tham chiếu vào bảng giá {price_list.id} “{price_list.name}”."
        )
