"""Questions that end in “chưa?” are answered with “Đã” or “Chưa”, wherever they are met."""

from dataclasses import replace

import pytest

from surveys.questionnaire.answers.kinds import kind_of
from surveys.questionnaire.published_questionnaires import shipped_texts
from surveys.questionnaire.questionnaire_text import QuestionnaireError, parse_questionnaire
from tests.factories.questionnaires import newest_questionnaire

FORM = newest_questionnaire()
DONE, ASKED = FORM.by_key["vlan_separated"], FORM.by_key["owns_counters"]


@pytest.mark.parametrize("question", [q for q in FORM.questions if q.kind == "yesno"], ids=lambda question: question.key)
def test_the_words_of_the_answer_fit_those_of_the_question(question):
    assert (question.choices == "done") == question.label.endswith("chưa?")


@pytest.mark.parametrize(("question", "yes", "no"), [(DONE, "Đã", "Chưa"), (ASKED, "Có", "Không")])
def test_one_answer_reads_alike_in_form_cell_and_log(question, yes, no):
    kind = kind_of(question)
    [part] = kind.parts(question)
    assert list(part.field.choices.values()) == [yes, no, "Chưa nắm được"]
    assert part.hint == f"{yes}/{no}"
    assert [part.field.to_cell(entry) for entry in ("yes", "no", "?")] == [yes, no, "Chưa nắm được"]
    assert [part.field.from_cell(cell) for cell in (yes, no.upper(), "Chưa nắm được")] == ["yes", "no", "?"]
    assert kind.describe(question, {question.key: "no"}) == no
    [problem] = kind.parse(question, {question.key: "có lẽ"}, 2026).problems
    assert problem.message == f"Hãy chọn “{yes}”, “{no}” hoặc “Chưa nắm được”."


def test_choices_that_nobody_knows_are_refused():
    text = shipped_texts()[-1].replace('choices = "done"', 'choices = "maybe"', 1)
    with pytest.raises(QuestionnaireError, match="Câu “vlan_separated”: không có bộ câu trả lời “maybe”"):
        parse_questionnaire(text)


def test_other_words_for_the_choices_are_the_same_question():
    assert kind_of(replace(DONE, choices="")).parse(DONE, {"vlan_separated": "yes"}, 2026).fact is True


@pytest.mark.parametrize("question", [DONE, ASKED])
def test_a_cell_that_says_it_in_the_words_of_another_question_is_understood(question):
    [part] = kind_of(question).parts(question)
    assert [part.field.from_cell(cell) for cell in ("có", "đã", "Không", "chưa")] == ["yes", "yes", "no", "no"]
