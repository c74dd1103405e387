"""The list of removed accounts, beside the backups: one that is older brings them back, and knows nothing of it.

It names nobody: the number of the account, and the instant at which it was created, so that another database is not taken for this one.
"""

import os
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from portal.backups.folder import FILE_RIGHTS, make_folder
from portal.errors import WardReadinessError

LIST = "removed-accounts.txt"


class RemovedListError(WardReadinessError):
    """The list cannot be read or written, so nobody would remember a removal."""


@dataclass(frozen=True)
class RemovedAccount:
    """An account that was removed."""

    user_id: int
    created_at: datetime


def list_removed(folder: Path) -> frozenset[RemovedAccount]:
    """All of the list. Raises RemovedListError."""
    path = folder / LIST
    try:
        lines = path.read_text("ascii").splitlines() if path.exists() else []
        return frozenset(RemovedAccount(int(number), datetime.fromisoformat(created)) for number, created in map(str.split, lines))
    except (OSError, ValueError):
        raise RemovedListError(
            f"Không đọc được {path}: mỗi dòng gồm số tài khoản và thời điểm tạo. Lấy lại bản chép của tệp."
        ) from None


def note_removed(folder: Path, account: RemovedAccount) -> None:
    """Add an account to the list, unless it is there. Raises RemovedListError."""
    if account in list_removed(folder):
        return
    try:
        make_folder(folder)
        with (folder / LIST).open("a", encoding="ascii") as file:
            file.write(f"{account.user_id} {account.created_at.isoformat()}\n")
            file.flush()
            os.fsync(file.fileno())
        (folder / LIST).chmod(FILE_RIGHTS)
    except OSError as error:
        raise RemovedListError(
            f"Chưa ghi được {folder / LIST} nên chưa gỡ ai ({error.strerror}). Kiểm tra BACKUP_FOLDER."
        ) from None
