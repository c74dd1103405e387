"""The priority of a review: how many answers are atypical, and which result and how much money depend on them. Pure."""

from collections.abc import Mapping, Set
from dataclasses import dataclass

from inventory.prices.prices import Price
from scoring.rating.rating import Rating, Result
from scoring.rating.remedies import RemedyTerms, cost_to_ready, line_cost
from surveys.questionnaire.questions import Questionnaire


@dataclass(frozen=True)
class ReviewPriority:
    """One submission in the queue. ``anomaly_count`` counts its atypical questions, ``blocking_count`` those that a blocking criterion reads.

    ``cost`` is in VND (capital and one year of recurrent spending, only to sort by): that of
    the remedies of the criteria that read an atypical answer.
    """

    result: Result
    anomaly_count: int
    blocking_count: int
    cost: int

    @property
    def sort_key(self) -> tuple[int, int, int]:
        """Highest first: anomalies that decide the result, then all anomalies, then the money that depends on them."""
        return self.blocking_count, self.anomaly_count, self.cost


def assess_priority(
    questionnaire: Questionnaire, questions: Set[str], rating: Rating, prices: Mapping[str, Price], terms: RemedyTerms
) -> ReviewPriority:
    """The priority of a submission whose answers to these questions are atypical, and that would get this rating."""
    criteria_by_question = {
        question.key: frozenset(question.serves) for question in questionnaire.questions if question.key in questions
    }
    blocking = {finding.criterion.code for finding in rating.findings if finding.criterion.blocking}
    criteria = frozenset().union(*criteria_by_question.values())
    lines = cost_to_ready(rating, prices, terms).lines
    cost = sum(line_cost(line, prices) for line in lines if line.criterion in criteria)
    return ReviewPriority(
        rating.result, len(questions), sum(bool(codes & blocking) for codes in criteria_by_question.values()), cost
    )
