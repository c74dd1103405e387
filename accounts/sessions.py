"""Browser sessions: each is a row here, so that it ends on the server, whatever cookie somebody has copied.

The cookie carries a random token, the row its SHA-256: who reads the database, or a backup of it, can open no session.
"""

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256

from sqlalchemy import delete, or_, select
from sqlalchemy.orm import Session

from accounts.models import BrowserSession
from portal.clock import now
from portal.settings import Settings

# When a session was last used is written at most this often: a reader would else be a writer with each page.
USE_STEP = timedelta(minutes=10)


@dataclass(frozen=True)
class SessionLimits:
    """How long a session lasts in all, and how long without any use."""

    life: timedelta
    idle: timedelta


def session_limits(settings: Settings) -> SessionLimits:
    """The limits of this installation."""
    return SessionLimits(timedelta(hours=settings.session_hours), timedelta(minutes=settings.session_idle_minutes))


def is_over(began_at: datetime, last_used_at: datetime, at: datetime, limits: SessionLimits) -> bool:
    """Whether a session has ended by itself. What lies in the future was written before the clock was set back, and counts as now."""
    # Nobody is out before the limit, so the use that was not written yet counts for them.
    return at - began_at > limits.life or at - last_used_at > limits.idle + USE_STEP


def begin_session(session: Session, user_id: int, address: str, limits: SessionLimits) -> str:
    """Open a session, forget those that are over, and give the token for the cookie."""
    at, token = now(), secrets.token_urlsafe(32)
    session.execute(
        delete(BrowserSession).where(
            or_(BrowserSession.began_at < at - limits.life, BrowserSession.last_used_at < at - limits.idle - USE_STEP)
        )
    )
    session.add(BrowserSession(token_hash=_hash(token), user_id=user_id, began_at=at, last_used_at=at, address=address))
    session.flush()
    return token


def find_session(session: Session, token: str, limits: SessionLimits) -> BrowserSession | None:
    """The open session of a token, or None where there is none or it is over."""
    row = session.scalars(select(BrowserSession).where(BrowserSession.token_hash == _hash(token))).first()
    return None if row is None or is_over(row.began_at, row.last_used_at, now(), limits) else row


def list_sessions(session: Session, user_id: int, limits: SessionLimits) -> list[BrowserSession]:
    """The open sessions of a person, the newest first."""
    rows = session.scalars(select(BrowserSession).where(BrowserSession.user_id == user_id).order_by(BrowserSession.id.desc()))
    return [row for row in rows if not is_over(row.began_at, row.last_used_at, now(), limits)]


def needs_note(row: BrowserSession) -> bool:
    """Whether the use of a session has to be written: the last note is old, or is of a day that the clock has gone back behind."""
    return not timedelta() <= now() - row.last_used_at < USE_STEP or row.began_at > now()


def note_use(session: Session, session_id: int) -> None:
    """Write that a session is in use. Instants that the clock has gone back behind are brought back with it."""
    row = session.get(BrowserSession, session_id)
    if row is not None:
        row.last_used_at = now()
        row.began_at = min(row.began_at, row.last_used_at)


def end_session(session: Session, token: str) -> None:
    """End the session of a token."""
    session.execute(delete(BrowserSession).where(BrowserSession.token_hash == _hash(token)))


def end_sessions(session: Session, user_id: int) -> None:
    """End every session of a person, on every device."""
    session.execute(delete(BrowserSession).where(BrowserSession.user_id == user_id))


def _hash(token: str) -> str:
    return sha256(token.encode()).hexdigest()
