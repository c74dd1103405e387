"""Which colourings of the map a person is offered, and one of them over the city.

Whoever acts for named wards sees the results of all wards but the reasons of these alone, so is offered no colouring by reasons. What
would help an attacker is never coloured by criterion, and as a group only for holders of the permission.
"""

from collections.abc import Iterator

from sqlalchemy.orm import Session

from accounts.identity import Identity
from accounts.permissions import may_see_security
from inventory.catalogue import GROUPS
from inventory.security import is_sensitive_item
from scoring.analysis.city_analysis import costs_to_ready
from scoring.maps import colourings
from scoring.maps.colourings import Colouring
from scoring.rating.city_readiness import CityReadiness, confidence_grades, previous_round_ratings
from scoring.rating.standard import Standard

# The offers under their headings: pairs of key and label.
Choices = dict[str, list[tuple[str, str]]]


def offer_colourings(identity: Identity, standard: Standard) -> Choices:
    """What the person may colour the map by."""
    general = [("state", "Kết quả"), ("score", "Điểm"), ("confidence", "Độ tin cậy"), ("change", "Thay đổi so với đợt trước")]
    if identity.wards is not None:
        return {"Toàn bộ": general}
    groups = [(f"group-{letter}", f"{letter}. {name}") for letter, name in GROUPS.items() if _may_see_group(identity, letter)]
    return {
        "Toàn bộ": [*general, ("cost", "Kinh phí cần bổ sung để đáp ứng")],
        "Theo nhóm": groups,
        **{f"Tiêu chí nhóm {letter}": criteria for letter, criteria in _criteria_by_group(standard)},
    }


def colour_city(session: Session, city: CityReadiness, key: str) -> Colouring:
    """One colouring that was offered. Raises KeyError for any other key."""
    ratings = city.ratings
    if key.startswith("group-"):
        letter = key.removeprefix("group-")
        return colourings.by_group(ratings, letter, GROUPS[letter])
    if key.startswith("CR-"):
        return colourings.by_criterion(ratings, city.standard.criterion(key))
    if key == "cost":
        return colourings.by_cost(ratings, costs_to_ready(session, city))
    if key == "confidence":
        return colourings.by_confidence(confidence_grades(city))
    if key == "change":
        return colourings.by_change(ratings, previous_round_ratings(session, city))
    return {"state": colourings.by_state, "score": colourings.by_score}[key](ratings)


def offered_keys(choices: Choices) -> tuple[str, ...]:
    """The keys that were offered."""
    return tuple(key for offers in choices.values() for key, _label in offers)


def _may_see_group(identity: Identity, letter: str) -> bool:
    return not is_sensitive_item(letter) or may_see_security(identity)


def _criteria_by_group(standard: Standard) -> Iterator[tuple[str, list[tuple[str, str]]]]:
    for letter in GROUPS:
        criteria = [c for c in standard.criteria if c.group == letter and not c.is_sensitive]
        if criteria:
            yield letter, [(c.code, f"{c.code.removeprefix('CR-')} {c.name}") for c in criteria]
