"""Wards that wait for money as they are shown to whoever may not see network security (group G). Pure."""

from collections.abc import Iterable
from dataclasses import replace

from planning.funding.allocation import Candidate, Choice
from planning.funding.parts import LinePart
from planning.plan.redaction import is_sensitive_line
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


def rank_shown(part: LinePart, sees: Sight) -> str:
    """What a part is for, in words; nothing where that tells which criterion of group G a ward does not meet."""
    return part.rank.label if sees(part.line.ward.code) or not is_sensitive_line(part.line) else "–"
