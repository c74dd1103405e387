"""The readiness of the city: the newest approved snapshot of each ward, rated by the standard in force."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from sqlalchemy.orm import Session

from inventory.snapshots.repository import newest_hashes, previous_round_hashes, snapshots_by_hash
from inventory.snapshots.snapshot import Snapshot
from inventory.wards.queries import list_wards
from inventory.wards.wards import Ward
from portal.caches import Cache, content_key
from portal.clock import today
from scoring.rating.confidence import Confidence, confidence
from scoring.rating.published_standards import current_standard
from scoring.rating.rating import Rating, Result, rate, rating_without_data
from scoring.rating.standard import Standard

# By snapshot, standard and day.
_ratings: Cache[tuple[str, str, date], Rating] = Cache("ratings")
# By the state of the city: grading every answer of every ward takes longer than everything else on a page.
_grades: Cache[str, Mapping[str, Confidence | None]] = Cache("confidence")


@dataclass(frozen=True)
class CityReadiness:
    """All wards in Vietnamese order, each with its rating, under one standard on one date.

    ``hashes`` are those of the snapshots by ward code.
    """

    standard: Standard
    on: date
    wards: tuple[Ward, ...]
    ratings: Mapping[str, Rating]
    version: str
    hashes: Mapping[str, str]

    @property
    def counts(self) -> dict[Result, int]:
        """How many wards have each result; every result is named."""
        counted = Counter(rating.result for rating in self.ratings.values())
        return {result: counted[result] for result in Result}

    @property
    def approved_count(self) -> int:
        """How many wards have an approved snapshot."""
        return sum(rating.snapshot is not None for rating in self.ratings.values())

    @property
    def data_as_of(self) -> date | None:
        """The date of the newest snapshot, or None while there is none."""
        return max((rating.snapshot.as_of for rating in self.ratings.values() if rating.snapshot), default=None)

    def counts_by(self, attribute: str) -> dict[str, dict[Result, int]]:
        """The counts for each ``kind`` or ``former_district`` of wards."""
        groups: dict[str, Counter[Result]] = {}
        for ward in self.wards:
            groups.setdefault(getattr(ward, attribute), Counter())[self.ratings[ward.code].result] += 1
        return {name: {result: counted[result] for result in Result} for name, counted in groups.items()}


def city_readiness(session: Session, on: date | None = None) -> CityReadiness:
    """The readiness of the city on a date (today by default). A handful of queries, however many wards."""
    day = on or today()
    standard = current_standard(session, day)
    hashes = newest_hashes(session)
    wards = tuple(list_wards(session))
    rated = rate_each(hashes, snapshots_by_hash(session, hashes), standard, day)
    ratings = {ward.code: rated.get(ward.code) or rating_without_data(ward.code, day) for ward in wards}
    version = content_key(standard.fingerprint, standard.issued_number, day, hashes)
    return CityReadiness(standard, day, wards, ratings, version, hashes)


def confidence_grades(city: CityReadiness) -> Mapping[str, Confidence | None]:
    """The confidence in the verdict of each ward."""
    return _grades.get(city.version, lambda: {code: confidence(rating) for code, rating in city.ratings.items()})


def previous_round_ratings(session: Session, city: CityReadiness) -> dict[str, Rating]:
    """The ratings of each ward's round before its newest one, by the standard and on the day of the city."""
    hashes = previous_round_hashes(session)
    return rate_each(hashes, snapshots_by_hash(session, hashes), city.standard, city.on)


def rate_each(hashes: Mapping[str, str], snapshots: Mapping[str, Snapshot], standard: Standard, on: date) -> dict[str, Rating]:
    """The rating of each snapshot, under the keys of ``hashes`` and ``snapshots``; equal ratings are computed once."""
    keys = {code: (hashes[code], standard.fingerprint, on) for code in snapshots}
    by_key = {keys[code]: snapshot for code, snapshot in snapshots.items()}
    ratings = _ratings.get_many(keys.values(), lambda missing: {key: rate(by_key[key], standard, on) for key in missing})
    return {code: ratings[key] for code, key in keys.items()}
