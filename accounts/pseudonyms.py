"""What stands in the place of a person who left: in a name, in a text, in what the audit trail keeps of before and after. Pure."""

import json
import re
from dataclasses import dataclass
from typing import Any

from accounts.identity import Role, acting_name

REMOVED = "da-roi-"
# A name of one word may be a word of any text.
_WORDS_OF_A_NAME = 2


def full_pseudonym(user_id: int) -> str:
    """What is shown in place of the full name."""
    return f"Người dùng đã rời {user_id}"


def user_pseudonym(user_id: int) -> str:
    """What stands in place of the user name."""
    return f"{REMOVED}{user_id}"


@dataclass(frozen=True)
class Person:
    """Whom to look for. ``names`` are the full names, of now and of before, that nobody else bears."""

    user_id: int
    username: str
    names: frozenset[str]
    email: str = ""

    @property
    def distinct_names(self) -> frozenset[str]:
        """The names that can be told from the other words of a text."""
        return frozenset(name for name in self.names if len(name.split()) >= _WORDS_OF_A_NAME)


def tell_apart(names: frozenset[str], others: frozenset[str]) -> frozenset[str]:
    """The names that are of this person alone: neither somebody else's, nor those of a role, which tell nobody."""
    return names - others - {role.label for role in Role}


def replace_in_name(person: Person, text: str) -> str:
    """A full name or a user name, or both names of a deputy, with the pseudonym."""
    for name, pseudonym in _pseudonyms(person).items():
        before, after = acting_name("", name), acting_name(name, "").removesuffix(")")
        if text == name:
            return pseudonym
        if text.endswith(before):
            text = text.removesuffix(before) + acting_name("", pseudonym)
        if text.startswith(after):
            text = acting_name(pseudonym, "").removesuffix(")") + text.removeprefix(after)
    return text


def replace_in_text(person: Person, text: str) -> str:
    """A text that may name the person among other words. A user name is one only where it stands alone, or after what it is the name of."""
    if text in (person.username, f"account {person.username}"):
        return text.removesuffix(person.username) + user_pseudonym(person.user_id)
    # The longest first: one may be the beginning of another.
    for name in sorted(person.distinct_names, key=len, reverse=True):
        text = re.sub(rf"(?<!\w){re.escape(name)}(?!\w)", full_pseudonym(person.user_id), text)
    return text.replace(person.email, full_pseudonym(person.user_id)) if person.email else text


def replace_in_value(person: Person, value: Any) -> Any:
    """The same in the texts of a JSON value."""
    match value:
        case str():
            return replace_in_name(person, replace_in_text(person, value))
        case list():
            return [replace_in_value(person, item) for item in value]
        case dict():
            return {key: replace_in_value(person, item) for key, item in value.items()}
        case _:
            return value


def words_of(person: Person) -> list[str]:
    """What a text that names the person holds at least one of."""
    return sorted({person.username, *person.names} | ({person.email} if person.email else set()))


def stored_words_of(person: Person) -> list[str]:
    """The same as JSON stores them."""
    return [json.dumps(word)[1:-1] for word in words_of(person)]


def _pseudonyms(person: Person) -> dict[str, str]:
    return {person.username: user_pseudonym(person.user_id)} | dict.fromkeys(person.names, full_pseudonym(person.user_id))
