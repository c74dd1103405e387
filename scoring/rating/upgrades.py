"""How many PCs get a newer operating system: the numbers that may cost least, found without trying each. Pure.

With every upgrade one PC fewer is replaced. So from one number to another what is bought of an item for a criterion only grows or only
shrinks, and a criterion that is met at both is met between them. The last upgrade stands apart: where nothing is replaced any more, new
PCs bring no duties.
"""

from collections.abc import Callable, Collection
from dataclasses import dataclass
from functools import cached_property

from scoring.rating.purchases import Outcome, RemedyLine
from scoring.rating.rating import FindingStatus


@dataclass(frozen=True)
class _Trial:
    """What comes of a number of upgrades, with VND by criterion, item and whether it upgrades."""

    outcome: Outcome
    costs: dict[tuple[str, str, bool], int]

    @cached_property
    def cost(self) -> int:
        """VND of all of it."""
        return sum(self.costs.values())

    @cached_property
    def statuses(self) -> tuple[FindingStatus, ...]:
        """What becomes of each criterion."""
        return tuple(finding.status for finding in self.outcome.findings)


def try_upgrades(
    attempt: Callable[[int], Outcome], most: int, cost_of: Callable[[RemedyLine], int], leaves: Collection[str]
) -> list[Outcome]:
    """What comes of no upgrade, of ``most``, and of each number between them that may cost less, in the order of their number.

    ``attempt`` makes so many upgrades; ``cost_of`` is VND. What is bought for a criterion of ``leaves`` may be left out afterwards.
    """

    def try_number(number: int) -> _Trial:
        outcome = attempt(number)
        costs: dict[tuple[str, str, bool], int] = {}
        for line in outcome.lines:
            part = (line.criterion, line.item, line.upgrades > 0)
            costs[part] = costs.get(part, 0) + cost_of(line)
        return _Trial(outcome, costs)

    trials = {number: try_number(number) for number in (0, most - 1, most) if number >= 0}
    gaps = [(0, most - 1)]
    while gaps:
        low, high = gaps.pop()
        if high - low > 1 and _may_be_best(trials[low], trials[high], trials.values(), leaves):
            middle = (low + high) // 2
            trials[middle] = try_number(middle)
            gaps += [(low, middle), (middle, high)]
    return [trials[number].outcome for number in sorted(trials)]


def _may_be_best(low: _Trial, high: _Trial, trials: Collection[_Trial], leaves: Collection[str]) -> bool:
    """Whether a number between two may cost no more than every one that was tried and comes to the same."""
    if low.statuses != high.statuses:
        return True
    cheapest = min((trial for trial in trials if trial.statuses == low.statuses), key=lambda trial: trial.cost)
    more: dict[str, int] = {}
    for part in {**low.costs, **high.costs, **cheapest.costs}:
        criterion, _item, is_upgrade = part
        least = min(low.costs.get(part, 0), high.costs.get(part, 0))
        key = "" if is_upgrade or criterion not in leaves else criterion
        more[key] = more.get(key, 0) + cheapest.costs.get(part, 0) - least
    # Whichever of the leaves are left out of both.
    return sum(vnd if key == "" else max(0, vnd) for key, vnd in more.items()) >= 0
