"""Wards that wait for money as they are shown to whoever may not see network security (group G). Pure."""

from collections.abc import Iterable
from dataclasses import replace

from planning.funding.allocation import Candidate, Choice
from scoring.rating.redaction import Sight, open_criteria


def redact_candidates(candidates: Iterable[Candidate], sees: Sight) -> tuple[Candidate, ...]:
    """The candidates, without the criteria of group G among what money does not mend. Costs and lines are what they were."""
    return tuple(
        candidate if sees(candidate.ward.code) else replace(candidate, blockers=open_criteria(candidate.blockers), is_redacted=True)
        for candidate in candidates
    )


def redact_choice(choice: Choice, sees: Sight) -> Choice:
    """What is funded, with such candidates."""
    return replace(choice, candidates=redact_candidates(choice.candidates, sees))
