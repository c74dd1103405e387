"""Whose hand a signature is of, where somebody acts for an absent person: what asks for two persons asks for two hands. Pure."""

from accounts.identity import hand_of


def is_one_deputy(signature: str, other: str) -> bool:
    """Whether one person signed both, and for somebody else at least once. Two of the same name who act for themselves are two."""
    return signature != other and hand_of(signature) == hand_of(other)
