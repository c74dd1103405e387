"""Look at every byte of a backup: hashes, sizes, the database from within, and its rows."""

from pathlib import Path

from portal.backups.database_copy import count_rows, find_damage, open_file, revision_of
from portal.backups.folder import DATABASE, Backup, hash_file, path_of_file
from portal.backups.manifest import HashedFile


def find_faults(backup: Backup) -> list[str]:
    """What is wrong with a backup, each as a sentence; nothing where it can be restored as it was made."""
    manifest = backup.manifest
    faults = _faults_of_file(backup.path / DATABASE, manifest.database, "Cơ sở dữ liệu")
    for file in manifest.files:
        faults += _faults_of_file(path_of_file(backup.path.parent, file.sha256), file, f"Tệp {file.name}")
    if not faults:
        faults = _faults_of_database(backup)
    return faults


def _faults_of_file(path: Path, expected: HashedFile, title: str) -> list[str]:
    try:
        found = hash_file(path)
    except OSError:
        return [f"{title}: thiếu hoặc không đọc được {path}."]
    if found.size != expected.size:
        return [f"{title}: dài {found.size} byte, khi sao lưu là {expected.size} byte."]
    if found.sha256 != expected.sha256:
        return [f"{title}: nội dung đã khác khi sao lưu (mã kiểm tra không khớp)."]
    return []


def _faults_of_database(backup: Backup) -> list[str]:
    manifest = backup.manifest
    with open_file(backup.path / DATABASE) as database:
        if damage := find_damage(database):
            return [damage]
        if revision_of(database) != manifest.revision:
            return [f"Cơ sở dữ liệu: có phiên bản {revision_of(database)}, bản kê ghi {manifest.revision}."]
        if count_rows(database) != manifest.tables:
            return ["Cơ sở dữ liệu: số dòng của các bảng khác bản kê."]
    return []
