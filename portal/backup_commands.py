"""Commands of backups: make one, look at every byte of one, restore one."""

import click
from flask import current_app
from flask.cli import AppGroup

from portal.backups.create import create_backup
from portal.backups.folder import Backup, get_backup, list_names
from portal.backups.newest import newest_backup
from portal.backups.restore import restore_backup
from portal.backups.verify import find_faults
from portal.commands import CommandError, in_a_sentence
from portal.settings import current_settings
from portal.start import check_start

backup = AppGroup("backup", help="Sao lưu.")


@backup.command("create")
@in_a_sentence()
def create() -> None:
    """Sao lưu cơ sở dữ liệu và tệp chứng minh, khi hệ thống đang chạy cũng được; rồi bỏ các bản đã quá thời gian lưu giữ."""
    made = create_backup(current_app)
    manifest = made.manifest
    click.echo(f"Đã sao lưu: {made.path} ({sum(manifest.tables.values())} dòng, {len(manifest.files)} tệp).")
    if manifest.missing:
        click.echo(f"Kho tệp đã thiếu {len(manifest.missing)} tệp trước khi sao lưu: {', '.join(manifest.missing)}.")
    if manifest.altered:
        click.echo(f"Kho tệp có {len(manifest.altered)} tệp khác lúc nhận: {', '.join(manifest.altered)}.")


@backup.command("verify")
@click.argument("name", required=False)
@in_a_sentence()
def verify(name: str | None) -> None:
    """Kiểm tra từng tệp của bản sao lưu NAME, mặc định bản mới nhất. Có lỗi thì kết thúc với mã 1."""
    folder = current_settings().backup_folder
    chosen = get_backup(folder, name) if name else _get_newest()
    if faults := find_faults(chosen):
        raise CommandError(f"Bản sao lưu {chosen.name} có {len(faults)} lỗi:\n" + "\n".join(faults))
    click.echo(f"Bản sao lưu {chosen.name} nguyên vẹn ({len(list_names(folder))} bản trong {folder}).")


@backup.command("restore")
@click.argument("name")
@in_a_sentence()
def restore(name: str) -> None:
    """Khôi phục bản sao lưu NAME vào một nơi trống: cơ sở dữ liệu chưa có bảng, kho tệp chưa có tệp."""
    restored = restore_backup(current_app, name)
    # What is there is said before what keeps it from being served.
    click.echo(
        f"Đã khôi phục bản sao lưu {name}: {sum(restored.manifest.tables.values())} dòng, {len(restored.manifest.files)} tệp."
    )
    check_start(current_app)


def _get_newest() -> Backup:
    """The newest backup. Raises CommandError where there is none, BackupError where a newer one cannot be read: that is the one to be told of."""
    folder, newest = current_settings().backup_folder, newest_backup(current_settings())
    for name in list_names(folder):
        if newest is None or name > newest.name:
            get_backup(folder, name)
    if newest is None:
        raise CommandError(f"Chưa có bản sao lưu nào dùng được trong {folder}.")
    return newest
