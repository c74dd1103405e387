"""Where uploaded files are stored: a folder, or any storage that fsspec speaks to, by its address."""

import logging
import os
from pathlib import Path

import fsspec
from fsspec.implementations.local import LocalFileSystem

from portal.errors import WardReadinessError

log = logging.getLogger("ward_readiness")


class StoreError(WardReadinessError):
    """The storage cannot be reached, or a file is not in it."""

    status = 503


def find_folder(url: str) -> Path | None:
    """The folder of this machine that a storage is, or None."""
    is_local = fsspec.utils.get_protocol(url) in LocalFileSystem.protocol
    return Path(fsspec.core.strip_protocol(url)) if is_local else None


def put(url: str, name: str, data: bytes) -> None:
    """Store ``data`` under ``name``. Raises StoreError."""
    try:
        filesystem, root = fsspec.core.url_to_fs(url)
        filesystem.makedirs(root, exist_ok=True)
        filesystem.pipe_file(f"{root.rstrip('/')}/{name}", data)
    except Exception:  # each kind of store raises its own
        log.exception("store")
        raise StoreError("Chưa cất được tệp vì kho tệp đang lỗi. Thử lại sau; vẫn không được thì báo quản trị hệ thống.") from None


def get(url: str, name: str) -> bytes:
    """What is stored under ``name``. Raises StoreError."""
    try:
        filesystem, root = fsspec.core.url_to_fs(url)
        data: bytes = filesystem.cat_file(f"{root.rstrip('/')}/{name}")
    except Exception:  # likewise
        log.exception("store")
        raise StoreError("Chưa lấy được tệp vì kho tệp đang lỗi hoặc thiếu tệp này. Báo quản trị hệ thống.") from None
    return data


def list_stored(url: str) -> frozenset[str]:
    """The names of all files that are stored. A storage that holds nothing yet has none. Raises StoreError."""
    try:
        filesystem, root = fsspec.core.url_to_fs(url)
        filesystem.invalidate_cache()
        paths = filesystem.ls(root, detail=False) if filesystem.exists(root) else []
    except Exception:  # likewise
        log.exception("store")
        raise StoreError("Chưa xem được kho tệp vì kho tệp đang lỗi. Kiểm tra EVIDENCE_URL và kho tệp rồi chạy lại.") from None
    return frozenset(path.replace("\\", "/").rpartition("/")[2] for path in paths)


def check_store(url: str) -> None:
    """Raise StoreError unless the storage answers, and a folder of this machine could be written."""
    try:
        filesystem, root = fsspec.core.url_to_fs(url)
        is_there = filesystem.exists(root)
    except Exception:  # likewise
        raise StoreError("Kho tệp không trả lời. Kiểm tra EVIDENCE_URL và kho tệp.") from None
    if isinstance(filesystem, LocalFileSystem) and is_there and not os.access(root, os.W_OK):
        raise StoreError("Kho tệp không ghi được. Kiểm tra quyền của thư mục ở EVIDENCE_URL.")
