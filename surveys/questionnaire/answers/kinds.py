"""The table of kinds: adding one is a file and a line here. Pure."""

from collections.abc import Callable
from dataclasses import dataclass

from surveys.questionnaire.answers import connection, count, equipment, yesno
from surveys.questionnaire.answers.parsing import Entries, ParsedAnswer
from surveys.questionnaire.questions import Question


@dataclass(frozen=True)
class Kind:
    """How the entries of a question are parsed, and how they are described in words."""

    parse: Callable[[Question, Entries, int], ParsedAnswer]
    describe: Callable[[Question, Entries], str]


KINDS = {
    "connection": Kind(connection.parse, connection.describe),
    "count": Kind(count.parse, count.describe),
    "equipment": Kind(equipment.parse, equipment.describe),
    "yesno": Kind(yesno.parse, yesno.describe),
}
