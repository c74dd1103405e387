"""What keeps a database from its work for a while, by what it raises: nobody's mistake, and over by itself or by an administrator."""

from enum import Enum, auto

from sqlalchemy.exc import DBAPIError


class DatabaseFault(Enum):
    """It is not there, others are at work in it, or it cannot write to its disk."""

    ABSENT = auto()
    BUSY = auto()
    FULL = auto()


# By the primary code of SQLite: busy, locked, read-only, input or output, full, no file.
_OF_SQLITE = {
    5: DatabaseFault.BUSY,
    6: DatabaseFault.BUSY,
    8: DatabaseFault.FULL,
    10: DatabaseFault.FULL,
    13: DatabaseFault.FULL,
    14: DatabaseFault.ABSENT,
}
# By how the SQLSTATE of PostgreSQL begins: no connection, shutting down or starting, too many connections; rolled back for another's sake,
# locked; disk full, input or output.
_OF_POSTGRESQL = {
    "08": DatabaseFault.ABSENT,
    "57P": DatabaseFault.ABSENT,
    "53300": DatabaseFault.ABSENT,
    "40": DatabaseFault.BUSY,
    "55P03": DatabaseFault.BUSY,
    "53100": DatabaseFault.FULL,
    "58030": DatabaseFault.FULL,
}


def find_fault(error: DBAPIError) -> DatabaseFault | None:
    """The fault that an error tells of; None where it is another, as a table that is not there."""
    if error.connection_invalidated:
        return DatabaseFault.ABSENT
    code = getattr(error.orig, "sqlite_errorcode", None)
    if code is not None:
        return _OF_SQLITE.get(code & 0xFF)
    # Without a state the driver speaks for itself: it did not reach the server.
    state = getattr(error.orig, "sqlstate", "") or "08000"
    return next((fault for beginning, fault in _OF_POSTGRESQL.items() if state.startswith(beginning)), None)
