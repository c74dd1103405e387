"""Briefs with their data: one reading of the city serves every scope."""

from datetime import date

from sqlalchemy.orm import Session

from exports.brief.brief import Area, Scope, Sources, city_scope, district_scope, ward_scope
from inventory.prices.price_lists import current_price_list
from inventory.snapshots.repository import previous_round_hashes, previous_round_references, snapshots_by_hash
from inventory.wards.wards import Ward
from portal.caches import content_key
from portal.errors import NotFoundError
from portal.version import VERSION
from portal.vietnamese import fold, sort_key
from scoring.actions.register import list_open_actions
from scoring.analysis.city_analysis import costs_to_ready
from scoring.rating.city_readiness import city_readiness, confidence_grades, rate_each
from scoring.rating.redaction import Sight, redact_costs, redact_ratings
from scoring.rating.remedy_terms import current_remedy_terms


def read_sources(session: Session, target: date, *, is_demo: bool, sees: Sight) -> Sources:
    """The whole city as it stands today, for whoever ``sees`` network security of so many wards."""
    city = city_readiness(session)
    references = previous_round_references(session)
    hashes = {code: reference.sha256 for code, reference in references.items()}
    return Sources(
        on=city.on,
        target=target,
        standard=city.standard,
        wards=city.wards,
        ratings=redact_ratings(city.ratings, sees),
        before=rate_each(hashes, snapshots_by_hash(session, hashes), city.standard, city.on),
        names_before={code: reference.round_name for code, reference in references.items()},
        costs=redact_costs(costs_to_ready(session, city), sees),
        grades=confidence_grades(city),
        actions=tuple(action for action in list_open_actions(session) if not action.is_sensitive or sees(action.ward_code)),
        without_evidence=frozenset(price.item for price in current_price_list(session).lacking_evidence),
        is_demo=is_demo,
    )


def key_of_sources(session: Session, sources: Sources, sees: Sight) -> str:
    """The hash of all that briefs are written from, with what their reader may see."""
    return content_key(
        VERSION,
        city_readiness(session, sources.on).version,
        previous_round_hashes(session),
        sources.names_before,
        current_price_list(session).version,
        current_remedy_terms(session),
        sources.actions,
        sorted(sources.without_evidence),
        sources.target,
        sources.is_demo,
        [sees(code) for code in (None, *(ward.code for ward in sources.wards))],
    )


def find_scope(sources: Sources, area: Area, key: str = "") -> Scope:
    """The scope that an address names. Raises NotFoundError."""
    if area is Area.CITY:
        return city_scope(sources.wards)
    if area is Area.DISTRICT:
        scope = district_scope(sources.wards, districts_of(sources.wards).get(key, ""))
        if not scope.wards:
            raise NotFoundError("Không có địa bàn này. Mở trang “Bản tóm tắt” để chọn.")
        return scope
    ward = next((ward for ward in sources.wards if ward.code == key), None)
    if ward is None:
        raise NotFoundError(f"Không có xã, phường nào mang mã “{key}”.")
    return ward_scope(ward)


def districts_of(wards: tuple[Ward, ...]) -> dict[str, str]:
    """The former districts by the word of their address, in Vietnamese order."""
    names = sorted({ward.former_district for ward in wards}, key=sort_key)
    return {fold(name).replace(" ", "-"): name for name in names}


def ward_scopes(sources: Sources) -> list[Scope]:
    """Each ward, in Vietnamese order."""
    return [ward_scope(ward) for ward in sources.wards]


def all_scopes(sources: Sources) -> list[Scope]:
    """The city, each former district, and each ward."""
    districts = [district_scope(sources.wards, name) for name in districts_of(sources.wards).values()]
    return [city_scope(sources.wards), *districts, *ward_scopes(sources)]
