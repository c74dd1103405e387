"""The table of kinds: adding one is a file and a line here. Pure."""

from collections.abc import Callable
from dataclasses import dataclass

from surveys.questionnaire.answers import connection, count, equipment, yesno
from surveys.questionnaire.answers.parsing import Read, Typed
from surveys.questionnaire.questions import Question


@dataclass(frozen=True)
class Kind:
    """How typed text is read, and how it is shown in words."""

    read: Callable[[Question, Typed, int], Read]
    show: Callable[[Question, Typed], str]


KINDS = {
    "connection": Kind(connection.read, connection.show),
    "count": Kind(count.read, count.show),
    "equipment": Kind(equipment.read, equipment.show),
    "yesno": Kind(yesno.read, yesno.show),
}
