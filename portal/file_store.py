"""Where uploaded files are stored: a folder, or any storage that fsspec speaks to, by its address."""

import fsspec

from portal.errors import WardReadinessError


class StoreError(WardReadinessError):
    """The storage cannot be reached, or a file is not in it."""

    status = 503


def put(url: str, name: str, data: bytes) -> None:
    """Store ``data`` under ``name``. Raises StoreError."""
    try:
        filesystem, root = fsspec.core.url_to_fs(url)
        filesystem.makedirs(root, exist_ok=True)
        filesystem.pipe_file(f"{root.rstrip('/')}/{name}", data)
    except (OSError, ValueError, ImportError):
        raise StoreError("Chưa cất được tệp vì kho tệp đang lỗi. Thử lại sau; vẫn không được thì báo quản trị hệ thống.") from None


def get(url: str, name: str) -> bytes:
    """What is stored under ``name``. Raises StoreError."""
    try:
        filesystem, root = fsspec.core.url_to_fs(url)
        data: bytes = filesystem.cat_file(f"{root.rstrip('/')}/{name}")
    except (OSError, ValueError, ImportError):
        raise StoreError("Chưa lấy được tệp vì kho tệp đang lỗi hoặc thiếu tệp này. Báo quản trị hệ thống.") from None
    return data


def list_stored(url: str) -> frozenset[str]:
    """The names of all files that are stored. A storage that holds nothing yet has none. Raises StoreError."""
    try:
        filesystem, root = fsspec.core.url_to_fs(url)
        filesystem.invalidate_cache()
        paths = filesystem.ls(root, detail=False) if filesystem.exists(root) else []
    except (OSError, ValueError, ImportError):
        raise StoreError("Chưa xem được kho tệp vì kho tệp đang lỗi. Kiểm tra EVIDENCE_URL và kho tệp rồi chạy lại.") from None
    return frozenset(path.replace("\\", "/").rpartition("/")[2] for path in paths)
