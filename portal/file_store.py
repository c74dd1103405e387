"""Where files that were handed in lie: a folder, or any storage that fsspec speaks to, by its address."""

import fsspec

from portal.errors import WardReadinessError


class StoreError(WardReadinessError):
    """The storage cannot be reached, or a file is not in it."""

    status = 503


def put(url: str, name: str, data: bytes) -> None:
    """Keep ``data`` under ``name``. Raises StoreError."""
    try:
        files, root = fsspec.core.url_to_fs(url)
        files.makedirs(root, exist_ok=True)
        files.pipe_file(f"{root.rstrip('/')}/{name}", data)
    except (OSError, ValueError, ImportError):
        raise StoreError("Chưa cất được tệp vì kho tệp đang lỗi. Thử lại sau; vẫn không được thì báo quản trị hệ thống.") from None


def get(url: str, name: str) -> bytes:
    """What was kept under ``name``. Raises StoreError."""
    try:
        files, root = fsspec.core.url_to_fs(url)
        data: bytes = files.cat_file(f"{root.rstrip('/')}/{name}")
    except (OSError, ValueError, ImportError):
        raise StoreError("Chưa lấy được tệp vì kho tệp đang lỗi hoặc thiếu tệp này. Báo quản trị hệ thống.") from None
    return data
