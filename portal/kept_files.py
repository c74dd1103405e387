"""An uploaded file in the store, before any row of the database speaks of it: storing takes long, and comes before anything is locked."""

import hashlib
from dataclasses import dataclass
from uuid import uuid4

from portal.checked_files import CheckedFile, FileError, clean_name
from portal.file_store import get, put


@dataclass(frozen=True)
class KeptFile:
    """A file in the store under ``stored_as``, with a name that is safe to show. One that no row takes up is left there unused."""

    name: str
    media_type: str
    size: int
    sha256: str
    stored_as: str


def keep_file(url: str, name: str, checked: CheckedFile) -> KeptFile:
    """Store a checked file. Raises StoreError."""
    stored_as = uuid4().hex
    put(url, stored_as, checked.data)
    return KeptFile(
        clean_name(name, checked.media_type),
        checked.media_type,
        len(checked.data),
        hashlib.sha256(checked.data).hexdigest(),
        stored_as,
    )


def read_kept(url: str, stored_as: str, sha256: str) -> bytes:
    """The bytes of a stored file. Raises StoreError, or FileError where they are not those that were stored."""
    data = get(url, stored_as)
    if hashlib.sha256(data).hexdigest() != sha256:
        raise FileError("Tệp trong kho khác tệp đã gửi nên không đưa ra. Báo quản trị hệ thống.")
    return data
