"""What is at stake in a review: how many answers are atypical, and what result and money hang on them. Pure."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from inventory.prices.prices import Price
from scoring.rating.rating import Rating, Result
from scoring.rating.remedies import cost_to_ready, line_cost
from surveys.checks.anomalies import Doubt
from surveys.questionnaire.questions import Questionnaire


@dataclass(frozen=True)
class Stake:
    """One submission that waits. ``doubted`` counts its atypical questions, ``on_blocking`` those that a blocking criterion reads.

    ``hanging`` is VND (one year of recurrent spending with the capital, only to rank by) of the remedies of the criteria that
    read an atypical answer.
    """

    result: Result
    doubted: int
    on_blocking: int
    hanging: int

    @property
    def weight(self) -> tuple[int, int, int]:
        """Greater first: what the result hangs on, then how much is atypical, then the money that hangs on it."""
        return self.on_blocking, self.doubted, self.hanging


def find_stake(questionnaire: Questionnaire, doubts: Iterable[Doubt], rating: Rating, prices: Mapping[str, Price]) -> Stake:
    """What hangs on the atypical answers of one submission that would be rated like this."""
    doubted = {doubt.question for doubt in doubts}
    read_by = {question.key: frozenset(question.serves) for question in questionnaire.questions if question.key in doubted}
    blocking = {finding.criterion.code for finding in rating.findings if finding.criterion.blocking}
    criteria = frozenset().union(*read_by.values())
    hanging = sum(line_cost(line, prices) for line in cost_to_ready(rating, prices).lines if line.criterion in criteria)
    return Stake(rating.result, len(doubted), sum(bool(codes & blocking) for codes in read_by.values()), hanging)
