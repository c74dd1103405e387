"""The folder of all backups: one folder for each, the stored files of all of them under their hashes, and one writer at a time."""

import hashlib
import os
import re
import shutil
import sqlite3
import tempfile
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from portal.backups.errors import BackupError
from portal.backups.manifest import HashedFile, Manifest, hash_of, read_manifest, write_manifest

DATABASE, MANIFEST, MANIFEST_HASH, FILES = "database.sqlite", "manifest.json", "manifest.sha256", "files"
FOLDER_RIGHTS, FILE_RIGHTS = 0o750, 0o640
_PARTIAL = ".partial-"
_NAME = re.compile(r"\d{8}T\d{12}Z")
# As long as a large backup may take: who comes second makes another one after the first.
_LOCK_SECONDS = 900


@dataclass(frozen=True)
class Backup:
    """A backup that is whole as far as its manifest tells; ``verify`` looks at each byte."""

    path: Path
    manifest: Manifest

    @property
    def name(self) -> str:
        """How the commands call it."""
        return self.path.name

    @property
    def created_at(self) -> datetime:
        """When its making began: what was stored before is in it."""
        return self.manifest.created_at


def name_at(instant: datetime) -> str:
    """The name of a backup that begins at an instant. Names sort as their instants do."""
    return instant.astimezone(UTC).strftime("%Y%m%dT%H%M%S%fZ")


def list_names(folder: Path) -> list[str]:
    """The names of all backups, oldest first, whether they can be read or not."""
    return sorted(path.name for path in folder.glob("*") if _NAME.fullmatch(path.name) and path.is_dir())


def get_backup(folder: Path, name: str) -> Backup:
    """One backup. Raises BackupError where there is none of that name, or its manifest cannot be trusted."""
    path = folder / name
    if name not in list_names(folder):
        raise BackupError(f"Không có bản sao lưu “{name}” trong {folder}. Xem tên các bản trong thư mục ấy.")
    try:
        return Backup(path, read_manifest((path / MANIFEST).read_bytes(), (path / MANIFEST_HASH).read_text("ascii")))
    except (OSError, UnicodeDecodeError):
        raise BackupError(f"Bản sao lưu {name} thiếu bản kê hoặc không đọc được bản kê. Dùng một bản khác.") from None


def list_backups(folder: Path) -> list[Backup]:
    """The backups whose manifest can be trusted, oldest first."""
    backups = []
    for name in list_names(folder):
        with suppress(BackupError):
            backups.append(get_backup(folder, name))
    return backups


def path_of_file(folder: Path, sha256: str) -> Path:
    """Where a stored file with this content lies."""
    return folder / FILES / sha256[:2] / sha256


def hash_file(path: Path) -> HashedFile:
    """A file as it lies there. Raises OSError."""
    with path.open("rb") as file:
        return HashedFile(path.name, path.stat().st_size, hashlib.file_digest(file, "sha256").hexdigest())


def remove_backup(backup: Backup) -> None:
    """Remove a backup. It loses its name first, so that what is left of it is taken for none."""
    nameless = backup.path.with_name(f"{_PARTIAL}{backup.name}")
    backup.path.rename(nameless)
    shutil.rmtree(nameless)


@contextmanager
def only_writer(folder: Path) -> Iterator[None]:
    """Let one process at a time change the folder. Raises BackupError where another one takes too long."""
    make_folder(folder)
    # A lock of SQLite ends with its process, whatever becomes of it, on every system.
    with closing(sqlite3.connect(folder / "lock.sqlite", timeout=_LOCK_SECONDS, isolation_level=None)) as lock:
        try:
            lock.execute("BEGIN EXCLUSIVE")
            _protect(folder / "lock.sqlite", FILE_RIGHTS)
        except sqlite3.OperationalError:
            raise BackupError("Một lần sao lưu khác đang chạy và chưa xong. Đợi lần ấy xong rồi chạy lại.") from None
        for left_over in folder.glob(f"{_PARTIAL}*"):
            if left_over.is_dir():
                shutil.rmtree(left_over, ignore_errors=True)
            else:
                left_over.unlink(missing_ok=True)
        yield


@contextmanager
def new_backup(folder: Path, name: str) -> Iterator[Path]:
    """A folder to write a backup into. It gets its name at the end; where anything goes wrong nothing of it stays."""
    partial = Path(tempfile.mkdtemp(prefix=_PARTIAL, dir=folder))
    try:
        yield partial
        for path in partial.iterdir():
            _protect(path, FILE_RIGHTS)
            _sync(path)
        _protect(partial, FOLDER_RIGHTS)
        _sync(partial)
        partial.rename(folder / name)
        _sync(folder)
    except BaseException:
        shutil.rmtree(partial, ignore_errors=True)
        raise


def put_manifest(folder: Path, manifest: Manifest) -> None:
    """Write the manifest, and its hash beside it."""
    data = write_manifest(manifest)
    (folder / MANIFEST).write_bytes(data)
    (folder / MANIFEST_HASH).write_text(hash_of(data) + "\n", "ascii")


def put_file(folder: Path, sha256: str, data: bytes) -> None:
    """Store a file under its hash. It appears as a whole."""
    path = path_of_file(folder, sha256)
    make_folder(path.parent)
    descriptor, name = tempfile.mkstemp(prefix=_PARTIAL, dir=folder)
    with os.fdopen(descriptor, "wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
    _protect(Path(name), FILE_RIGHTS)
    Path(name).replace(path)
    _sync(path.parent)


def make_folder(folder: Path) -> None:
    """Make a folder, and those above it that are missing, for this user and its group only."""
    if not folder.is_dir():
        make_folder(folder.parent)
        folder.mkdir(exist_ok=True)
        _protect(folder, FOLDER_RIGHTS)


def _protect(path: Path, rights: int) -> None:
    # Some disks, as those that are carried about, know no rights.
    with suppress(PermissionError):
        path.chmod(rights)


def _sync(path: Path) -> None:
    """Let the disk have it before anything says that it is there."""
    # Windows opens no folder.
    with suppress(PermissionError):
        descriptor = os.open(path, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
