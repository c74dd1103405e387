"""Commands of backups: make one, look at every byte of one, restore one."""

import click
from flask import current_app
from flask.cli import AppGroup

from portal.backups.create import create_backup
from portal.backups.folder import get_backup, list_names
from portal.backups.newest import newest_backup
from portal.backups.restore import restore_backup
from portal.backups.verify import find_faults
from portal.errors import WardReadinessError
from portal.settings import current_settings
from portal.start import check_start

backup = AppGroup("backup", help="Sao lưu.")


@backup.command("create")
def create() -> None:
    """Sao lưu cơ sở dữ liệu và tệp chứng minh, khi hệ thống đang chạy cũng được; rồi bỏ các bản đã quá thời gian lưu giữ."""
    try:
        made = create_backup(current_app)
    except WardReadinessError as error:
        raise click.ClickException(error.message) from None
    manifest = made.manifest
    click.echo(f"Đã sao lưu: {made.path} ({sum(manifest.tables.values())} dòng, {len(manifest.files)} tệp).")
    if manifest.missing:
        click.echo(f"Kho tệp đã thiếu {len(manifest.missing)} tệp trước khi sao lưu: {', '.join(manifest.missing)}.")
    if manifest.altered:
        click.echo(f"Kho tệp có {len(manifest.altered)} tệp khác lúc nhận: {', '.join(manifest.altered)}.")


@backup.command("verify")
@click.argument("name", required=False)
def verify(name: str | None) -> None:
    """Kiểm tra từng tệp của bản sao lưu NAME, mặc định bản mới nhất. Có lỗi thì kết thúc với mã 1."""
    folder = current_settings().backup_folder
    try:
        newest = newest_backup(current_settings())
        if name is None and newest is None:
            raise click.ClickException(f"Chưa có bản sao lưu nào dùng được trong {folder}.")
        chosen = get_backup(folder, name) if name else newest
    except WardReadinessError as error:
        raise click.ClickException(error.message) from None
    assert chosen is not None
    if faults := find_faults(chosen):
        raise click.ClickException(f"Bản sao lưu {chosen.name} có {len(faults)} lỗi:\n" + "\n".join(faults))
    click.echo(f"Bản sao lưu {chosen.name} nguyên vẹn ({len(list_names(folder))} bản trong {folder}).")


@backup.command("restore")
@click.argument("name")
def restore(name: str) -> None:
    """Khôi phục bản sao lưu NAME vào một nơi trống: cơ sở dữ liệu chưa có bảng, kho tệp chưa có tệp."""
    try:
        restored = restore_backup(current_app, name)
        # What is there is said before what keeps it from being served.
        click.echo(
            f"Đã khôi phục bản sao lưu {name}: {sum(restored.manifest.tables.values())} dòng, {len(restored.manifest.files)} tệp."
        )
        check_start(current_app)
    except WardReadinessError as error:
        raise click.ClickException(error.message) from None
