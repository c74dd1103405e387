"""A number with a stated number of decimal places, such as 187,5 Mbps; 187 and 187,0 are one value. Pure."""

from decimal import Decimal

from surveys.questionnaire.answers import count
from surveys.questionnaire.answers.kind import Kind
from surveys.questionnaire.questions import Question

MAX_PLACES = 3


def find_fault(question: Question) -> str:
    """A question without a number of places asks for a whole number."""
    return "" if 1 <= question.places <= MAX_PLACES else f"mục “places” phải từ 1 đến {MAX_PLACES}; số nguyên thì dùng kiểu count"


KIND = Kind(
    count.parts,
    count.parse,
    count.describe,
    "surveys/answers/single.html",
    label="số có phần lẻ",
    values=(int, Decimal),
    find_fault=find_fault,
)
