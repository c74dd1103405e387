"""What was typed into a submission, and what it says under the questionnaire that its round is pinned to."""

from portal.clock import today
from portal.errors import WardReadinessError
from surveys.models import Round, Submission
from surveys.questionnaire.evaluation import Reading, read_answers
from surveys.questionnaire.questions import Questionnaire, load_questionnaire


class SubmissionError(WardReadinessError):
    """The submission cannot be changed or sent in its state; the message says why."""


class QuestionnaireError(SubmissionError):
    """The round is pinned to a questionnaire that this program does not have: its answers would be misread."""

    status = 409

    def __init__(self, pinned: str, shipped: str) -> None:
        super().__init__(
            f"Đợt khảo sát này dùng mẫu phiếu phiên bản {pinned}, còn chương trình đang chạy có mẫu phiếu phiên bản {shipped}. "
            "Phiếu không mở được để khỏi hiểu sai câu trả lời. Báo quản trị hệ thống cài đúng phiên bản."
        )


def typed_of(submission: Submission) -> dict[str, str]:
    """The fields as they were typed."""
    return {answer.field: answer.raw for answer in submission.answers}


def carried_of(submission: Submission) -> frozenset[str]:
    """The questions whose answer came from the round before and was not confirmed yet."""
    return frozenset(question_of(answer.field) for answer in submission.answers if answer.is_carried)


def question_of(field: str) -> str:
    """The question that a field belongs to: ``A01#2.good`` to A01."""
    return field.partition(".")[0].partition("#")[0]


def questionnaire_of(found: Round) -> Questionnaire:
    """The questionnaire that a round is pinned to. Raises QuestionnaireError where the program has another one."""
    shipped = load_questionnaire()
    if found.questionnaire_version != shipped.version:
        raise QuestionnaireError(found.questionnaire_version, shipped.version)
    return shipped


def read_submission(submission: Submission) -> Reading:
    """The reading of what was typed. Raises QuestionnaireError."""
    return read_answers(questionnaire_of(submission.round), typed_of(submission), newest_year(submission), carried_of(submission))


def newest_year(submission: Submission) -> int:
    """The newest year that may be typed: this one, or that of a round that opens later."""
    return max(today().year, submission.round.opens_on.year)
