"""Made-up cities of any size, for the benchmark and for tests that need many wards. No data of anybody."""

from dataclasses import replace
from random import Random

from inventory.wards.wards import load_wards
from planning.funding.allocation import Candidate
from planning.plan.spending import Pot, SpendingForm, sum_by_pot
from planning.transfers.proposals import Shortage, Surplus

POTS = tuple(
    Pot(year, "Thành phố", form) for year in (2027, 2028, 2029) for form in (SpendingForm.PURCHASE, SpendingForm.RECURRENT)
)

WARDS = load_wards()
NEXT_POT, LATER_POT = (Pot(year, "Thành phố", SpendingForm.PURCHASE) for year in (2027, 2028))


def make_wards(count):
    """Wards of the city, again and again, each a little elsewhere and of another population."""
    random, city_wards = Random(count), WARDS
    return [
        replace(
            city_wards[i % len(city_wards)],
            code=f"{i:05d}",
            position=i,
            population=round(city_wards[i % len(city_wards)].population * (0.5 + random.random())),
            latitude=float(city_wards[i % len(city_wards)].latitude) + random.uniform(-0.1, 0.1),
            longitude=float(city_wards[i % len(city_wards)].longitude) + random.uniform(-0.1, 0.1),
        )
        for i in range(count)
    ]


def make_city(costs):
    """A candidate for each (VND now, VND a year later, whether money turns it ready), of wards all over the city."""
    return [
        Candidate(WARDS[i * 13 % 126], {pot: vnd for pot, vnd in ((NEXT_POT, a), (LATER_POT, b)) if vnd}, possible=possible)
        for i, (a, b, possible) in enumerate(costs)
    ]


def make_candidates(count):
    """One candidate a ward: three pots of five on average, up to two thousand million đồng each."""
    random = Random(count)
    return [
        Candidate(ward, {pot: random.randrange(1, 2_000_000_000) for pot in POTS if random.random() < 0.6})
        for ward in make_wards(count)
    ]


def make_sliding(candidate, years):
    """The same ward, which may begin up to so many years later, at the same amounts."""
    slides = tuple(
        {replace(pot, year=pot.year + later): vnd for pot, vnd in candidate.costs.items()} for later in range(1, years + 1)
    )
    return replace(candidate, slides=slides)


def make_ceilings(candidates, percent):
    """A ceiling for each pot: so many percent of what all candidates take from it."""
    return {pot: vnd * percent // 100 for pot, vnd in sum_by_pot(candidate.costs for candidate in candidates).items()}


def make_market(count, item="A01"):
    """Half of the wards lack up to eight machines, the others can spare as many."""
    random, wards = Random(count), make_wards(count)
    parts = [(Shortage, Surplus)[random.random() < 0.5](ward, item, random.randint(1, 8)) for ward in wards]
    return [part for part in parts if isinstance(part, Shortage)], [part for part in parts if isinstance(part, Surplus)]
