"""What a planner requires of the choice under a ceiling: money by year and source, the aim, and floors for fairness. Pure."""

from dataclasses import dataclass

from planning.funding.allocation import Aim, Candidate, Choice, choose_wards, floors_of
from planning.plan.spending import Pot, SpendingForm


@dataclass(frozen=True)
class Ceiling:
    """At most so many VND of one pot."""

    year: int
    source: str
    form: SpendingForm
    amount: int

    @property
    def pot(self) -> Pot:
        """The pot."""
        return Pot(self.year, self.source, self.form)


@dataclass(frozen=True)
class Funding:
    """Ceilings by pot (a pot without one is unlimited), the aim, and at least so many funded wards of each former district."""

    ceilings: tuple[Ceiling, ...] = ()
    aim: Aim = Aim.WARDS
    per_district: int = 0
    communes_first: bool = False

    def ceiling_of(self, pot: Pot) -> int | None:
        """The ceiling of a pot in VND, None where it is unlimited."""
        return next((ceiling.amount for ceiling in self.ceilings if ceiling.pot == pot), None)


def fund(candidates: tuple[Candidate, ...], funding: Funding) -> Choice:
    """The choice under these constraints. Raises FloorError."""
    floors = floors_of(candidates, "former_district", funding.per_district) if funding.per_district else ()
    ceilings = {ceiling.pot: ceiling.amount for ceiling in funding.ceilings}
    return choose_wards(candidates, ceilings, funding.aim, floors, communes_first=funding.communes_first)
