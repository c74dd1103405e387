"""The one path into the audit trail: who, when, from where, what, before, after. Append-only, but for addresses that have grown old.

Whoever reads it reads nothing that would help an attacker: in place of such a value stands HIDDEN, before and after alike.
"""

from datetime import timedelta
from typing import Any

from flask import Flask, g, has_app_context, has_request_context, request
from sqlalchemy import update
from sqlalchemy.orm import Session

from accounts.identity import Identity
from accounts.models import AuditEntry
from portal.clock import now, today

# Whose hand it was where nobody is signed in: a command of the installation, or a stranger at the door.
SYSTEM, STRANGER = "hệ thống", "chưa đăng nhập"
# From where somebody came is of use while a break-in may still be looked into.
ADDRESS_LIFE = timedelta(days=365)
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


def forget_addresses(session: Session) -> None:
    """Take the addresses out of lines that are older than ``ADDRESS_LIFE``."""
    old = update(AuditEntry).where(AuditEntry.at < now() - ADDRESS_LIFE, AuditEntry.address.is_not(None))
    session.execute(old.values(address=None), execution_options={"synchronize_session": False})


def is_time_to_forget(app: Flask) -> bool:
    """Whether this process has not forgotten anything today: whoever signs in first does so for the day."""
    is_due: bool = app.extensions.get("forgot_addresses_on") != today()
    app.extensions["forgot_addresses_on"] = today()
    return is_due
