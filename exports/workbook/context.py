"""Who writes the workbook and the letter, and where their plan is found."""

from collections.abc import Iterable
from dataclasses import dataclass, fields
from typing import Self

from inventory.office.office import Office
from planning.plan.document_reference import LetterKind, Reference, name_letter
from portal.caches import content_key
from portal.settings import Settings
from portal.version import VERSION
from scoring.rating.redaction import Sight, sees_nothing


@dataclass(frozen=True)
class WorkbookContext:
    """What the workbook needs beside the plan: who writes it, whether its figures are made up, and where its plan is found.

    ``plan_id`` and ``public_url`` lead from each line back to its proof. ``part`` names what of the plan the workbook holds, nothing
    where it holds all; such a workbook has no sheet that only the city needs. ``sees`` is the right of whoever takes the file.
    """

    office: Office
    is_demo: bool
    map_png: bytes | None = None
    plan_id: int = 0
    public_url: str = ""
    part: str = ""
    reference: Reference | None = None
    sees: Sight = sees_nothing

    @classmethod
    def of(cls, office: Office, settings: Settings, plan_id: int, map_png: bytes | None = None, sees: Sight = sees_nothing) -> Self:
        """The context of a whole plan of this installation, written by its office, for whoever ``sees`` network security of so many wards."""
        return cls(
            office=office,
            is_demo=not settings.is_production,
            map_png=map_png,
            plan_id=plan_id,
            public_url=settings.public_url,
            sees=sees,
        )

    def key(self, ward_codes: Iterable[str]) -> str:
        """The hash of all of it, with what its reader may see of these wards; before a map is drawn for it."""
        values = [getattr(self, each.name) for each in fields(self) if each.name != "sees"]
        return content_key(VERSION, *values, [self.sees(code) for code in (None, *ward_codes)])

    @property
    def letter_reference(self) -> str:
        """The letter that the workbook belongs to, with the code that stands on both."""
        if self.reference is None:
            return name_letter(LetterKind.PROPOSAL, self.office.agency)
        return f"{self.reference.letter}; mã đối chiếu {self.reference.code}"
