"""The values of the map on any page: the view, the colouring, the matches of the search, and the text of each ward."""

from collections.abc import Mapping
from typing import Any

from flask_babel import gettext as _
from sqlalchemy.orm import Session

from accounts.guards import require_identity, sees_security
from inventory.boundaries.store import BoundarySource, find_source, get_boundaries
from inventory.wards.wards import Ward
from portal.caches import Cache, content_key
from portal.database import get_session
from portal.vietnamese import fold
from scoring.maps.boundary_layout import LandMap, lay_out_land
from scoring.maps.colouring_access import colour_city, offer_colourings, offered_keys
from scoring.maps.hex_layout import lay_out
from scoring.rating.city_readiness import CityReadiness
from scoring.rating.rating import Rating, Result
from scoring.rating.redaction import redact_ratings

MAX_NAMED = 3
# The map of the boundaries in force, by the hash of their file and by the wards.
_layouts: Cache[str, LandMap] = Cache("boundary layouts")


def map_values(city: CityReadiness, arguments: Mapping[str, str] | None = None) -> dict[str, Any]:
    """The values that the templates of the map read. ``arguments`` are those of the address: colour, view, find; invalid ones are ignored.

    Include ``scoring/map.html`` with these values, on a page of any package above.
    """
    arguments, identity, session = arguments or {}, require_identity(), get_session()
    choices = offer_colourings(identity, city.standard)
    colour = arguments.get("colour", "")
    source = find_source(session)
    view = "land" if arguments.get("view") == "land" and source else "hex"
    find = arguments.get("find", "")[:100]
    ratings = redact_ratings(city.ratings, sees_security)
    return {
        "city": city,
        "ratings": ratings,
        "results": list(Result),
        "missing": {code: missing_text(rating) for code, rating in ratings.items()},
        "may_open": {ward.code for ward in city.wards if identity.covers(ward.code)},
        "hexmap": lay_out(city.wards) if view == "hex" else None,
        "landmap": land_map(session, source, city) if source and view == "land" else None,
        "boundary_source": source,
        "map_view": view,
        "colouring": colour_city(session, city, colour if colour in offered_keys(choices) else "state"),
        "colour_choices": choices,
        "find": find,
        "marked": {ward.code for ward in city.wards if _matches(ward, find)},
    }


def map_colours(city: CityReadiness) -> dict[str, Any]:
    """Every colouring that the person is offered, for the script: classes, and a place in them for each ward in order."""
    session, codes = get_session(), [ward.code for ward in city.wards]
    colourings = [colour_city(session, city, key) for key in offered_keys(offer_colourings(require_identity(), city.standard))]
    return {
        "wards": codes,
        "colourings": {
            colouring.key: {
                "label": colouring.label,
                "note": colouring.note,
                "shades": [[shade.key, shade.label, shade.mark] for shade in colouring.shades],
                # No colouring has more than ten shades: one digit a ward.
                "of": "".join(str(colouring.of[code]) for code in codes),
                "marks": [colouring.marks.get(code) for code in codes] if colouring.marks else [],
                "values": [colouring.values.get(code) for code in codes] if colouring.values else [],
            }
            for colouring in colourings
        },
    }


def land_map(session: Session, source: BoundarySource, city: CityReadiness) -> LandMap:
    """The map of the boundaries in force."""
    return _layouts.get(content_key(source.sha256, city.wards), lambda: lay_out_land(get_boundaries(session, source), city.wards))


def _matches(ward: Ward, find: str) -> bool:
    return bool(find.strip()) and fold(find) in fold(ward.full_name)


def missing_text(rating: Rating) -> str:
    """The first of the criteria that the headline counts: blocking ones where one is unmet, else whatever is unmet, and how many more there are.

    Of those that would help an attacker only the group is named.
    """
    security = _("Tiêu chí an ninh mạng")
    unmet = rating.unmet_blocking or rating.unmet
    names = [security if finding.criterion.is_sensitive else finding.criterion.name for finding in unmet]
    shown = list(dict.fromkeys(names))[:MAX_NAMED]
    others = sum(name not in shown for name in names)
    return "; ".join(shown) + (_(" và %(count)s tiêu chí khác", count=others) if others else "")
