"""The entries of a submission, and their evaluation by the questionnaire that its round is pinned to."""

from portal.clock import today
from portal.errors import WardReadinessError
from surveys.models import Submission
from surveys.questionnaire.evaluation import Evaluation, evaluate_entries
from surveys.questionnaire.field_names import question_key
from surveys.questionnaire.published_questionnaires import questionnaire_of


class SubmissionError(WardReadinessError):
    """The submission cannot be changed or sent in its state; the message says why."""


def entries_of(submission: Submission) -> dict[str, str]:
    """The fields of a submission with their text as it was entered."""
    return {answer.field: answer.raw for answer in submission.answers}


def carried_questions(submission: Submission) -> frozenset[str]:
    """The keys of the questions whose answer was carried over from the last round and is not confirmed yet."""
    return frozenset(question_key(answer.field) for answer in submission.answers if answer.is_carried)


def evaluate_submission(submission: Submission) -> Evaluation:
    """Evaluate the entries of a submission by the questionnaire of its round."""
    return evaluate_entries(
        questionnaire_of(submission.round), entries_of(submission), latest_allowed_year(submission), carried_questions(submission)
    )


def latest_allowed_year(submission: Submission) -> int:
    """The latest year that may be entered: this one, or that of a round that opens later."""
    return max(today().year, submission.round.opens_on.year)
