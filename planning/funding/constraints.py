"""What a planner requires of the choice under a ceiling: money by year and source, the aim, and floors for fairness. Pure."""

from dataclasses import dataclass

from planning.funding.allocation import Aim, Candidate, Choice, Pot, choose_wards, floors_of


@dataclass(frozen=True)
class Ceiling:
    """At most so many VND in one year from one source."""

    year: int
    source: str
    amount: int


@dataclass(frozen=True)
class Funding:
    """Ceilings by pot (a pot without one is unlimited), the aim, and at least so many funded wards of each former district."""

    ceilings: tuple[Ceiling, ...] = ()
    aim: Aim = Aim.WARDS
    per_district: int = 0
    communes_first: bool = False

    def ceiling_of(self, year: int, source: str) -> int | None:
        """The ceiling of a pot in VND, None where it is unlimited."""
        return next((c.amount for c in self.ceilings if (c.year, c.source) == (year, source)), None)


def fund(candidates: tuple[Candidate, ...], funding: Funding) -> Choice:
    """The choice under these constraints. Raises FloorError."""
    floors = floors_of(candidates, "former_district", funding.per_district) if funding.per_district else ()
    ceilings = {Pot(ceiling.year, ceiling.source): ceiling.amount for ceiling in funding.ceilings}
    return choose_wards(candidates, ceilings, funding.aim, floors, communes_first=funding.communes_first)
