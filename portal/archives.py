"""Every .zip, .xlsx and .docx is written by ``open_archive``: equal content is equal bytes, whenever and wherever it is written."""

import shutil
from collections.abc import Mapping
from datetime import date
from io import BytesIO
from os import PathLike
from pathlib import Path
from typing import IO, Any
from zipfile import ZIP_DEFLATED, ZIP_STORED, ZipFile, ZipInfo

from portal.version import stamp

# The first day that an archive can name, for content that shows no day.
NO_DAY = date(1980, 1, 1)
# Made under Unix, readable for everybody, wherever the program runs.
_UNIX, _RIGHTS = 3, 0o644 << 16


def open_archive(
    target: IO[bytes], *, on: date = NO_DAY, is_packed: bool = True, parts: Mapping[str, bytes] | None = None
) -> ZipFile:
    """An archive to write into, whose files all bear the day of the content.

    Whatever is written under a name of ``parts`` has the bytes that stand there, for writers that leave no other way in.
    """
    return _Archive(target, on, parts or {}, ZIP_DEFLATED if is_packed else ZIP_STORED)


def pack(files: Mapping[str, bytes], on: date = NO_DAY) -> bytes:
    """Files by name in one .zip. Those that leave the house are packed already, so that they are only put together."""
    buffer = BytesIO()
    with open_archive(buffer, on=on, is_packed=False) as archive:
        archive.comment = stamp().encode("ascii")
        for name, data in files.items():
            archive.writestr(name, data)
    return buffer.getvalue()


def rewrite(data: bytes, parts: Mapping[str, bytes], on: date = NO_DAY) -> bytes:
    """An archive that another program's code wrote, written anew with some of its ``parts`` in place of its own."""
    buffer = BytesIO()
    with ZipFile(BytesIO(data)) as source, open_archive(buffer, on=on, parts=parts) as archive:
        for name in source.namelist():
            archive.writestr(name, source.read(name))
    return buffer.getvalue()


class _Archive(ZipFile):
    def __init__(self, target: IO[bytes], on: date, parts: Mapping[str, bytes], compression: int) -> None:
        super().__init__(target, "w", compression)
        self._on, self._parts = (on.year, on.month, on.day, 0, 0, 0), parts

    def writestr(
        self,
        zinfo_or_arcname: str | ZipInfo,
        data: Any,
        compress_type: int | None = None,
        compresslevel: int | None = None,
    ) -> None:
        entry = self._entry(zinfo_or_arcname)
        super().writestr(entry, self._parts.get(entry.filename, data), compress_type, compresslevel)

    def write(
        self,
        filename: str | PathLike[str],
        arcname: str | PathLike[str] | None = None,
        compress_type: int | None = None,
        compresslevel: int | None = None,
    ) -> None:
        entry = self._entry(str(arcname or filename))
        entry.file_size = Path(filename).stat().st_size
        with Path(filename).open("rb") as source, self.open(entry, "w") as target:
            shutil.copyfileobj(source, target)

    def _entry(self, name: str | ZipInfo) -> ZipInfo:
        entry = ZipInfo(name.filename if isinstance(name, ZipInfo) else name, self._on)
        entry.compress_type, entry.create_system, entry.external_attr = self.compression, _UNIX, _RIGHTS
        return entry
