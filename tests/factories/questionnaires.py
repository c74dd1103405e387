"""The questions of the newest questionnaire, by key."""

from surveys.questionnaire.questions import load_questionnaire

QUESTIONS = {question.key: question for question in load_questionnaire().questions}
EQUIPMENT = [key for key, question in QUESTIONS.items() if question.kind == "equipment"]
