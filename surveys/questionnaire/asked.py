"""The questions that the rounds of this installation ask: those that the program brings, less what a setting leaves out."""

from functools import cache

from inventory.security import CONFIDENTIAL_PC
from portal.settings import asks_about_secret_pcs
from surveys.questionnaire.questions import Questionnaire, load_questionnaire


def asked_questionnaire() -> Questionnaire:
    """The questionnaire to be answered. What was answered before it was left out keeps its label in the shipped one."""
    return load_questionnaire() if asks_about_secret_pcs() else _without_secret_pcs()


@cache
def _without_secret_pcs() -> Questionnaire:
    return load_questionnaire().without(CONFIDENTIAL_PC)
