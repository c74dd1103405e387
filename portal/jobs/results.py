"""What jobs have made, as files by the hash of their content: kept for a day, in no backup."""

import hashlib
import os
import secrets
from contextlib import suppress
from datetime import datetime
from pathlib import Path

from portal.clock import now
from portal.errors import WardReadinessError
from portal.jobs.job import KEPT


class ResultError(WardReadinessError):
    """A file could not be kept."""

    status = 503


def keep(folder: Path, data: bytes) -> str:
    """Keep a file as a whole or not at all, and give its hash. Raises ResultError."""
    sha256 = hashlib.sha256(data).hexdigest()
    half = folder / f"{secrets.token_hex(8)}.part"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        half.write_bytes(data)
        _touch(half)
        half.replace(folder / sha256)
    except OSError as error:
        half.unlink(missing_ok=True)
        raise ResultError(f"Chưa ghi được kết quả vào {folder.name}: kiểm tra đĩa còn chỗ, quyền ghi rồi làm lại.") from error
    return sha256


def read(folder: Path, sha256: str) -> bytes | None:
    """A file as it was kept, None where it is gone or not what it was."""
    with suppress(OSError):
        data = (folder / sha256).read_bytes()
        if hashlib.sha256(data).hexdigest() == sha256:
            return data
    return None


def erase(folder: Path, sha256: str) -> None:
    """Keep it no longer."""
    with suppress(OSError):
        (folder / sha256).unlink()


def erase_old(folder: Path, moment: datetime) -> None:
    """Erase every file of more than a day ago, whoever has forgotten it."""
    for path in folder.glob("*"):
        with suppress(OSError):
            if moment.timestamp() - path.stat().st_mtime >= KEPT.total_seconds():
                path.unlink()


def _touch(path: Path) -> None:
    """Date it by the clock of the house."""
    instant = now().timestamp()
    os.utime(path, (instant, instant))
