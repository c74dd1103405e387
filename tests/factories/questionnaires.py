"""The questionnaires that come with the program, and the questions of the one that the city of the tests asks, by key."""

from functools import cache

import tomlkit

from surveys.questionnaire.published_questionnaires import shipped_texts
from surveys.questionnaire.questionnaire_text import parse_questionnaire


@cache
def shipped_questionnaire(version="2026.1"):
    """A questionnaire that comes with the program."""
    return next(parsed for parsed in map(parse_questionnaire, shipped_texts()) if parsed.version == version)


def newest_questionnaire():
    """The questionnaire that came last."""
    return parse_questionnaire(shipped_texts()[-1])


QUESTIONS = shipped_questionnaire().by_key
EQUIPMENT = [key for key, question in QUESTIONS.items() if question.kind == "equipment"]


def made_up_text():
    """A questionnaire 2099.1 after 2026.1: a question added, one dropped, one renamed, one answered in another way."""
    document = tomlkit.parse(next(text for text in shipped_texts() if parse_questionnaire(text).version == "2026.1"))
    document["version"] = "2099.1"
    document.add("follows", "2026.1")
    for section in document["sections"]:
        questions = section["questions"]
        for index in reversed(range(len(questions))):
            question = questions[index]
            if question["key"] == "floors":
                question.update({"key": "storeys", "renamed_from": "floors", "label": "Số tầng cần phủ Wi-Fi"})
            elif question["key"] == "vlan_separated":
                question.update(
                    {"key": "vlan_count", "renamed_from": "vlan_separated", "kind": "count", "label": "Số mạng con đã tách"}
                )
            elif question["key"] == "staff_trained":
                del questions[index]
    added = {"key": "drones", "label": "Số máy bay không người lái", "kind": "count", "serves": ["plan:caps"], "unit": "chiếc"}
    document["sections"][0]["questions"].append(added)
    reason = {"questions": ["drones", "storeys", "vlan_count", "staff_trained"], "reason": "Để thử hai mẫu phiếu cạnh nhau."}
    return tomlkit.dumps(document) + "\n" + tomlkit.dumps({"changes": [reason]})
