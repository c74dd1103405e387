"""Restore a backup into an empty place, whichever of the two databases it is."""

import hashlib

from flask import Flask
from sqlalchemy import Engine, inspect

from portal.backups.database_copy import DATABASE_ERRORS, copy_from_file, count_rows_of
from portal.backups.errors import BackupError
from portal.backups.folder import DATABASE, Backup, get_backup, path_of_file
from portal.backups.manifest import Manifest
from portal.backups.verify import find_faults
from portal.errors import WardReadinessError
from portal.file_store import get, list_stored, put
from portal.migration import head, is_older
from portal.settings import Settings
from portal.territory import TERRITORY
from portal.version import PROGRAM, VERSION


def restore_backup(app: Flask, name: str) -> Backup:
    """Put back a backup's database and stored files. Raises BackupError before anything is changed, or where it could not be done."""
    settings: Settings = app.config["SETTINGS"]
    engine: Engine = app.extensions["engine"]
    backup = get_backup(settings.backup_folder, name)
    _require_ours(backup.manifest, settings.mode)
    _require_this_version(backup.manifest)
    if faults := find_faults(backup):
        raise BackupError(f"Bản sao lưu {name} không còn nguyên vẹn nên không khôi phục. {faults[0]} Dùng một bản khác.")
    try:
        _require_empty_place(engine, settings.evidence_url, backup.manifest)
        # The database comes last and as a whole: without it the place still counts as empty, and restoring can begin anew.
        for file in backup.manifest.files:
            put(settings.evidence_url, file.name, path_of_file(backup.path.parent, file.sha256).read_bytes())
        copy_from_file(backup.path / DATABASE, engine)
        _compare(engine, settings.evidence_url, backup.manifest)
    except BackupError:
        raise
    except WardReadinessError as error:
        raise BackupError(f"Chưa khôi phục được. {error.message}") from None
    except (OSError, *DATABASE_ERRORS) as error:
        raise BackupError(
            f"Chưa khôi phục được ({type(error).__name__}). Kiểm tra cơ sở dữ liệu đang chạy, ổ đĩa còn chỗ và quyền ghi, rồi chạy lại."
        ) from error
    return backup


def _require_ours(manifest: Manifest, mode: str) -> None:
    if manifest.program != PROGRAM or manifest.territory != TERRITORY.full_name:
        raise BackupError(
            f"Bản sao lưu này của {manifest.program}, {manifest.territory}, không phải của {PROGRAM}, {TERRITORY.full_name} nên không "
            "khôi phục ở đây."
        )
    if manifest.mode != mode:
        raise BackupError(
            f"Bản sao lưu có WARD_MODE={manifest.mode}, hệ thống này đang là WARD_MODE={mode}. Đặt WARD_MODE={manifest.mode} rồi chạy lại."
        )


def _require_this_version(manifest: Manifest) -> None:
    if manifest.revision == head():
        return
    versions = f"có cơ sở dữ liệu phiên bản {manifest.revision}, chương trình này (phiên bản {VERSION}) dùng {head()}"
    if not is_older(manifest.revision):
        raise BackupError(
            f"Bản sao lưu {versions}: mới hơn. Cài chương trình phiên bản {manifest.version} hoặc mới hơn rồi khôi phục."
        )
    if manifest.revision == manifest.newest_revision:
        right = f"chương trình phiên bản {manifest.version}"
    else:
        right = "phiên bản chương trình đã chạy trước lần nâng cấp ấy (bản sao lưu này được tạo ngay trước khi nâng cấp)"
    raise BackupError(f"Bản sao lưu {versions}: cũ hơn. Cài {right}, khôi phục bằng phiên bản ấy, rồi nâng cấp.")


def _require_empty_place(engine: Engine, evidence_url: str, manifest: Manifest) -> None:
    if tables := inspect(engine).get_table_names():
        raise BackupError(
            f"Cơ sở dữ liệu đang có {len(tables)} bảng nên không khôi phục đè lên. Đặt DATABASE_URL tới một cơ sở dữ liệu trống."
        )
    # What this very backup holds may be there: from a restore that was cut off.
    others = list_stored(evidence_url) - {file.name for file in manifest.files}
    if others:
        raise BackupError(
            f"Kho tệp đang có {len(others)} tệp khác nên không khôi phục đè lên. Đặt EVIDENCE_URL tới một nơi trống, hoặc dời các tệp ấy đi."
        )


def _compare(engine: Engine, evidence_url: str, manifest: Manifest) -> None:
    """Look at what was restored as nobody else has seen it yet."""
    if count_rows_of(engine) != manifest.tables:
        raise BackupError(
            "Đã khôi phục nhưng số dòng của các bảng khác bản sao lưu: không dùng nơi này. Khôi phục lại vào một nơi trống."
        )
    for file in manifest.files:
        if hashlib.sha256(get(evidence_url, file.name)).hexdigest() != file.sha256:
            raise BackupError(
                f"Đã khôi phục nhưng tệp {file.name} trong kho khác bản sao lưu: không dùng nơi này. Kiểm tra kho tệp."
            )
