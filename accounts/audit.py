"""The one path into the audit trail: who, when, what, before, after. Append-only."""

from typing import Any

from sqlalchemy.orm import Session

from accounts.identity import Identity
from accounts.models import AuditEntry
from portal.clock import now


def log(session: Session, identity: Identity | None, action: str, subject: str, *, before: Any = None, after: Any = None) -> None:
    """Add one line. ``action`` is ``<noun>:<verb>`` (``submission:approve``), ``subject`` a thing (``ward 00082``)."""
    session.add(
        AuditEntry(
            at=now(),
            user_id=identity.user_id if identity else None,
            username=identity.username if identity else "hệ thống",
            action=action,
            subject=subject,
            before=before,
            after=after,
        )
    )
