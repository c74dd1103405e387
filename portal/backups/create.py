"""Make a backup while the installation is in use, and remove those that the rule does not keep."""

import hashlib
from pathlib import Path

from flask import Flask

from portal.backups.database_copy import DATABASE_ERRORS, copy_to_file, count_rows, find_damage, is_damage, open_file, revision_of
from portal.backups.errors import BackupError
from portal.backups.folder import (
    DATABASE,
    FILES,
    Backup,
    get_backup,
    hash_file,
    list_backups,
    list_names,
    name_at,
    new_backup,
    only_writer,
    path_of_file,
    put_file,
    put_manifest,
    remove_backup,
)
from portal.backups.keeping import instants_to_keep
from portal.backups.manifest import FORMAT, HashedFile, Manifest
from portal.backups.stored_files import NamedFile, list_named_files, stored_file_tables
from portal.backups.told_settings import tell_settings
from portal.clock import now
from portal.errors import WardReadinessError
from portal.file_store import StoreError, get, list_stored
from portal.migration import head
from portal.settings import Settings
from portal.territory import TERRITORY
from portal.version import PROGRAM, VERSION

_OF_DAMAGE = "Không dùng tiếp cơ sở dữ liệu này; khôi phục bản sao lưu gần nhất."


class _RemovalError(BackupError):
    """The backup is made, and old ones are still there."""


def create_backup(app: Flask) -> Backup:
    """Back up the database and the stored files that it names. Raises BackupError, and leaves nothing then."""
    settings: Settings = app.config["SETTINGS"]
    folder = settings.backup_folder
    try:
        with only_writer(folder):
            created_at = now()
            with new_backup(folder, name_at(created_at)) as partial:
                # First the database, then what it names: each file of that moment is there, unless somebody removed it since.
                copy_to_file(app.extensions["engine"], partial / DATABASE)
                with open_file(partial / DATABASE) as database:
                    # Backups of a damaged database would push the sound ones out.
                    if damage := find_damage(database):
                        raise BackupError(f"{damage} {_OF_DAMAGE}")
                    revision, tables = revision_of(database), count_rows(database)
                    named_files = list_named_files(database, stored_file_tables(app))
                files, missing, altered = _copy_files(folder, settings.evidence_url, named_files)
                manifest = Manifest(
                    format=FORMAT,
                    program=PROGRAM,
                    version=VERSION,
                    revision=revision,
                    newest_revision=head(),
                    created_at=created_at,
                    source=app.extensions["engine"].dialect.name,
                    mode=settings.mode,
                    territory=TERRITORY.full_name,
                    database=hash_file(partial / DATABASE),
                    tables=tables,
                    files=files,
                    missing=missing,
                    altered=altered,
                    settings=tell_settings(settings),
                )
                put_manifest(partial, manifest)
            backup = get_backup(folder, name_at(created_at))
            _remove_old(folder, backup)
            return backup
    except _RemovalError:
        raise
    except WardReadinessError as error:
        raise BackupError(f"Chưa sao lưu được. {error.message}") from None
    except (OSError, *DATABASE_ERRORS) as error:
        if is_damage(error):
            raise BackupError(f"Chưa sao lưu được. Cơ sở dữ liệu: không đọc được. {_OF_DAMAGE}") from error
        raise BackupError(
            f"Chưa sao lưu được vào {folder} ({type(error).__name__}). Kiểm tra ổ đĩa còn chỗ, quyền ghi vào thư mục, cơ sở dữ liệu "
            "đang chạy, rồi chạy lại."
        ) from error


def _copy_files(
    folder: Path, url: str, named_files: list[NamedFile]
) -> tuple[tuple[HashedFile, ...], tuple[str, ...], tuple[str, ...]]:
    """Copy what is not there yet. Gives all files, the names of those that the storage lost, and of those that it holds otherwise."""
    stored_names = list_stored(url)
    files, missing, altered = [], [], []
    for named in named_files:
        if named.name not in stored_names:
            missing.append(named.name)
        path = path_of_file(folder, named.sha256)
        if path.exists() and path.stat().st_size == named.size:
            files.append(HashedFile(named.name, named.size, named.sha256))
        elif named.name in stored_names:
            try:
                data = get(url, named.name)
            except StoreError:
                if named.name in list_stored(url):
                    raise
                missing.append(named.name)
                continue
            sha256 = hashlib.sha256(data).hexdigest()
            put_file(folder, sha256, data)
            files.append(HashedFile(named.name, len(data), sha256))
            if sha256 != named.sha256:
                altered.append(named.name)
    return tuple(files), tuple(missing), tuple(altered)


def _remove_old(folder: Path, newest: Backup) -> None:
    """Remove the backups that the rule does not keep, then the files that none of the others holds. The one just made always stays."""
    try:
        _remove_backups(folder, newest)
        _remove_files(folder)
    except OSError as error:
        raise _RemovalError(
            f"Đã sao lưu vào {newest.path}, nhưng chưa bỏ được các bản quá thời gian lưu giữ ({type(error).__name__}). Kiểm tra quyền "
            f"xóa trong {folder}."
        ) from error


def _remove_backups(folder: Path, newest: Backup) -> None:
    backups = list_backups(folder)
    instants = instants_to_keep(backup.created_at for backup in backups) | {newest.created_at}
    for backup in backups:
        if backup.created_at not in instants:
            remove_backup(backup)


def _remove_files(folder: Path) -> None:
    remaining = list_backups(folder)
    if [backup.name for backup in remaining] != list_names(folder):
        # What a backup holds whose manifest cannot be read is not known.
        return
    hashes = {file.sha256 for backup in remaining for file in backup.manifest.files}
    for path in (folder / FILES).glob("??/*"):
        if path.name not in hashes:
            path.unlink()
