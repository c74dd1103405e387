"""Whose hand a signature is of, where somebody acts for an absent person: what asks for two persons asks for two hands. Pure."""

# As accounts.stand_ins names whoever acts for somebody: “Lê Làm Thay (làm thay Trần Đi Vắng)”.
_ACTING = " (làm thay "


def person_of(signature: str) -> str:
    """The person who signed: ``Lê Làm Thay``, whoever they act for."""
    return signature.partition(_ACTING)[0]


def is_one_deputy(signature: str, other: str) -> bool:
    """Whether one person signed both, and for somebody else at least once. Two of the same name who act for themselves are two."""
    return signature != other and person_of(signature) == person_of(other)
