"""What a planner requires of the choice under a ceiling: money by pot, the aim, floors for fairness, slides and pins. Pure."""

from dataclasses import dataclass, replace

from planning.funding.allocation import Aim, Candidate, Choice, floors_of
from planning.funding.selection import FIRST_WORK, choose_wards
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
    """Ceilings by pot (a pot without one is unlimited), the aim, and at least so many funded wards of each former district.

    A ward may begin up to ``slide_years`` later than planned. ``wards_required`` and ``wards_barred``: codes of the wards that the
    planner wants funded so that they become ready, and of those that he does not; ``lines_required`` and ``lines_barred``: codes of the
    lines that are to be funded whatever else is, and of those that are not.
    ``group_order``: the groups of items in the order of stage two, the others after them by letter.
    """

    ceilings: tuple[Ceiling, ...] = ()
    aim: Aim = Aim.WARDS
    per_district: int = 0
    communes_first: bool = False
    slide_years: int = 0
    wards_required: tuple[str, ...] = ()
    wards_barred: tuple[str, ...] = ()
    lines_required: tuple[str, ...] = ()
    lines_barred: tuple[str, ...] = ()
    group_order: tuple[str, ...] = ()

    def ceiling_of(self, pot: Pot) -> int | None:
        """The ceiling of a pot in VND, None where it is unlimited."""
        return next((ceiling.amount for ceiling in self.ceilings if ceiling.pot == pot), None)


def fund(candidates: tuple[Candidate, ...], funding: Funding, work: int = FIRST_WORK) -> Choice:
    """The choice under these constraints, within so much work. Raises ConflictError."""
    may_slide = tuple(replace(candidate, slides=candidate.slides[: funding.slide_years]) for candidate in candidates)
    return choose_wards(
        may_slide,
        {ceiling.pot: ceiling.amount for ceiling in funding.ceilings},
        funding.aim,
        floors_of(candidates, funding.per_district) if funding.per_district else (),
        communes_first=funding.communes_first,
        required=funding.wards_required,
        barred=funding.wards_barred,
        work=work,
    )
