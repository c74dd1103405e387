"""The manifest of a backup: what it holds, with hashes, and where it comes from. Pure."""

import hashlib
import json
import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from cattrs import BaseValidationError
from cattrs.preconf.json import make_converter

from portal.backups.errors import BackupError

FORMAT = 1
_NAME, _HASH = re.compile(r"[0-9A-Za-z_-][0-9A-Za-z._-]{0,127}"), re.compile(r"[0-9a-f]{64}")
_converter = make_converter(forbid_extra_keys=True)


@dataclass(frozen=True)
class HashedFile:
    """A file by its name, its size in bytes and the SHA-256 of its content."""

    name: str
    size: int
    sha256: str


@dataclass(frozen=True)
class Manifest:
    """What a backup holds. ``revision`` is the version of the database, ``newest_revision`` the one of the program that wrote it.

    ``files`` are the stored files that the database names; ``missing`` and ``altered`` name those that the storage had lost already, or
    holds with another content than the one that was handed in. ``tables`` counts the rows.
    """

    format: int
    program: str
    version: str
    revision: str
    newest_revision: str
    created_at: datetime
    source: str
    mode: str
    territory: str
    database: HashedFile
    tables: dict[str, int]
    files: tuple[HashedFile, ...]
    missing: tuple[str, ...]
    altered: tuple[str, ...]
    settings: dict[str, str]


def write_manifest(manifest: Manifest) -> bytes:
    """The manifest as it is stored; equal manifests are equal bytes."""
    values = asdict(manifest) | {"created_at": manifest.created_at.isoformat()}
    return (json.dumps(values, ensure_ascii=False, indent=1, sort_keys=True) + "\n").encode()


def hash_of(data: bytes) -> str:
    """What stands in the file beside the manifest."""
    return hashlib.sha256(data).hexdigest()


def read_manifest(data: bytes, sha256: str) -> Manifest:
    """The manifest, as far as it can be trusted. Raises BackupError where it was altered, or another program wrote it."""
    if hash_of(data) != sha256.strip():
        raise BackupError("Bản kê của bản sao lưu đã bị sửa hoặc ghi dở nên không dùng bản sao lưu này. Dùng một bản khác.")
    try:
        values: Mapping[str, Any] = json.loads(data)
        if values["format"] != FORMAT:
            raise BackupError(
                f"Bản sao lưu có dạng {values['format']}, chương trình này chỉ đọc dạng {FORMAT}. Cài phiên bản mới hơn."
            )
        manifest = _converter.structure(values, Manifest)
    except (ValueError, TypeError, LookupError, BaseValidationError):
        raise BackupError("Bản kê không phải của chương trình này nên không dùng bản sao lưu này. Dùng một bản khác.") from None
    for file in (manifest.database, *manifest.files):
        # These become names of files: none may lead out of its folder.
        if not _NAME.fullmatch(file.name) or not _HASH.fullmatch(file.sha256):
            raise BackupError("Bản kê có tên tệp không hợp lệ nên không dùng bản sao lưu này. Dùng một bản khác.")
    return manifest
