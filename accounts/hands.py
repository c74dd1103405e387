"""Whose hands a session of the database writes with: so a second person can be asked for, whatever page a change came through."""

from sqlalchemy.orm import Session

from accounts.identity import Identity


def note_hands(session: Session, identity: Identity) -> None:
    """Let everything that the session writes be known as done by this person, and by whom they stand in for."""
    session.info["accounts"] = sorted(identity.accounts)


def hands_of(session: Session) -> list[int]:
    """The accounts behind what the session writes; none where a command or the set-up does."""
    return list(session.info.get("accounts", ()))
