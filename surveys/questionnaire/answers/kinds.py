"""The table of kinds: adding one is a file and a line here. Pure."""

from surveys.questionnaire.answers import connection, count, day, decimal, equipment, until, yesno
from surveys.questionnaire.answers.kind import Kind
from surveys.questionnaire.questions import Question

KINDS = {
    "connection": connection.KIND,
    "count": count.KIND,
    "day": day.KIND,
    "decimal": decimal.KIND,
    "equipment": equipment.KIND,
    "until": until.KIND,
    "yesno": yesno.KIND,
}


def kind_of(question: Question) -> Kind:
    """The kind of a question."""
    return KINDS[question.kind]
