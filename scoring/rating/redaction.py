"""Findings as they are shown to whoever may not see network security (group G): its criteria and verdicts are left out. Pure.

Each function takes what was computed from everything, and the right of the reader; nothing is computed from what it gives. The
result and the score of a ward stay: they are of the whole ward.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace

from inventory.security import is_sensitive_item, open_part
from scoring.rating.rating import Rating
from scoring.rating.remedies import CostToReady
from scoring.rating.standard import Criterion, Standard

# Whether somebody may see what a ward, by its code, answers about network security and what comes of it; None stands for the city.
Sight = Callable[[str | None], bool]


def sees_nothing(_ward_code: str | None) -> bool:
    """The sight of whoever may see it of no ward: what a file is made for where nobody is named."""
    return False


def redact_rating(rating: Rating, sees: Sight) -> Rating:
    """The rating, without its findings and answers of group G where the reader may not see them."""
    if sees(rating.ward_code):
        return rating
    findings = tuple(finding for finding in rating.findings if not finding.criterion.is_sensitive)
    snapshot = None if rating.snapshot is None else open_part(rating.snapshot)
    return replace(rating, findings=findings, snapshot=snapshot, is_redacted=True)


def redact_ratings(ratings: Mapping[str, Rating], sees: Sight) -> dict[str, Rating]:
    """The ratings of many wards by ward code."""
    return {code: redact_rating(rating, sees) for code, rating in ratings.items()}


def redact_cost(cost: CostToReady, ward_code: str, sees: Sight) -> CostToReady:
    """What turns a ward ready: items, quantities and sums stay, the criteria of group G behind them and what ended do not."""
    if sees(ward_code):
        return cost
    lines = tuple(replace(line, criterion="", ends=None) if is_sensitive_code(line.criterion) else line for line in cost.lines)
    withdrawals = tuple(replace(w, criterion="") if is_sensitive_code(w.criterion) else w for w in cost.withdrawals)
    return replace(cost, lines=lines, blockers=open_criteria(cost.blockers), withdrawals=withdrawals)


def redact_costs(costs: Mapping[str, CostToReady], sees: Sight) -> dict[str, CostToReady]:
    """The same for many wards by ward code."""
    return {code: redact_cost(cost, code, sees) for code, cost in costs.items()}


def open_criteria(criteria: Iterable[Criterion]) -> tuple[Criterion, ...]:
    """The criteria without those of group G."""
    return tuple(criterion for criterion in criteria if not criterion.is_sensitive)


def open_standard(standard: Standard) -> Standard:
    """The standard without group G, under a hash of its own. A rating by it tells nothing of that group, whatever else is tried."""
    return replace(standard, criteria=open_criteria(standard.criteria), sha256=f"{standard.sha256} without G")


def is_sensitive_code(code: str) -> bool:
    """Whether a code is that of a criterion of group G."""
    return is_sensitive_item(code.removeprefix("CR-"))
