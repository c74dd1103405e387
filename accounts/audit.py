"""The one path into the audit trail: who, when, from where, what, before, after. Append-only.

Whoever reads it reads nothing that would help an attacker: in place of such a value stands HIDDEN, before and after alike.
"""

from typing import Any

from flask import g, has_app_context, has_request_context, request
from sqlalchemy.orm import Session

from accounts.identity import Identity
from accounts.models import AuditEntry
from portal.clock import now

# Whose hand it was where nobody is signed in: a command of the installation, or a stranger at the door.
SYSTEM, STRANGER = "hệ thống", "chưa đăng nhập"
HIDDEN = "(số liệu nhạy cảm, không ghi lại ở đây)"


def log(session: Session, identity: Identity | None, action: str, subject: str, *, before: Any = None, after: Any = None) -> None:
    """Add one line. ``action`` is ``<noun>:<verb>`` (``submission:approve``), ``subject`` a thing (``ward 00082``)."""
    is_request = has_request_context()
    # A job is done at the wish of a request that is over.
    asked_from = g.get("asked_from") if has_app_context() else None
    session.add(
        AuditEntry(
            at=now(),
            user_id=identity.user_id if identity else None,
            username=identity.username if identity else STRANGER if is_request else SYSTEM,
            acts_for=identity.acts_for if identity else None,
            address=request.remote_addr if is_request else asked_from,
            action=action,
            subject=subject,
            before=before,
            after=after,
        )
    )
