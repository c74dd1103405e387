"""What a questionnaire asks unlike the one before it, question by question, in words. Pure."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from surveys.questionnaire.answers.fields import UNKNOWN_LABEL
from surveys.questionnaire.answers.kinds import kind_of
from surveys.questionnaire.carry_over import Carry, QuestionChange, compare
from surveys.questionnaire.questions import Question, Questionnaire

_ASKED_OF = {"ward": "xã, phường", "city": "thành phố"}
_YES_NO = {True: "có", False: "không"}
_DESCRIPTIONS: Mapping[str, Callable[[Question], str]] = {
    "mã": lambda question: question.key,
    "câu hỏi": lambda question: question.label,
    "cách trả lời": lambda question: kind_of(question).label,
    "lựa chọn": lambda question: "/".join(_choices(question)) or "(không có)",
    "số chữ số lẻ": lambda question: str(question.places),
    "đơn vị tính": lambda question: question.unit or "(không có)",
    "số lớn nhất": lambda question: str(question.maximum),
    "không quá câu": lambda question: question.at_most or "(không có)",
    "trừ đi": lambda question: str(question.at_most_less),
    "nhiều nhất cho mỗi người": lambda question: str(question.most_per_person or "(không có)"),
    "không trước ngày ở câu": lambda question: question.not_before or "(không có)",
    "chỉ hỏi khi có": lambda question: question.ask_if or "luôn hỏi",
    "hỏi năm đưa vào sử dụng": lambda question: _YES_NO[question.has_year],
    "hướng dẫn": lambda question: question.help or "(không có)",
    "ai trả lời": lambda question: _ASKED_OF[question.asked_of],
}


@dataclass(frozen=True)
class QuestionDifference:
    """One question that is new, dropped or asked in another way, a sentence for each thing that differs, and the reason for it."""

    key: str
    label: str
    carry: Carry
    sentences: tuple[str, ...]
    reason: str

    @property
    def heading(self) -> str:
        """What became of the question; of one that stays only how it is asked has changed."""
        return "Đổi cách hỏi" if self.carry is Carry.SAME else self.carry.label


def list_differences(before: Questionnaire, after: Questionnaire) -> tuple[QuestionDifference, ...]:
    """In the order of the newer questionnaire, then what it drops; what is asked alike is left out."""
    found = (_differ(change, after.reasons) for change in compare(before, after))
    return tuple(difference for difference in found if difference.carry is not Carry.SAME or difference.sentences)


def _differ(change: QuestionChange, reasons: Mapping[str, str]) -> QuestionDifference:
    question, sentences = change.after or change.before, []
    assert question is not None
    if change.before and change.after:
        pairs = ((name, describe(change.before), describe(change.after)) for name, describe in _DESCRIPTIONS.items())
        sentences = [f"{name}: {was} → {now}" for name, was, now in pairs if was != now]
    return QuestionDifference(change.key, question.label, change.carry, tuple(sentences), reasons.get(change.key, ""))


def _choices(question: Question) -> list[str]:
    labels = (label for part in kind_of(question).parts(question) if not part.is_folded for label in part.field.choices.values())
    return [label for label in labels if label != UNKNOWN_LABEL]
