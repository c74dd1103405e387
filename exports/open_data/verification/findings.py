"""Findings, scores and results, as docs/tieu-chuan.md describes them. Pure."""

import math
from collections.abc import Mapping
from dataclasses import dataclass, fields
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import get_type_hints

from exports.open_data.verification.measures import Number, Ward, applies, read_measure
from exports.open_data.verification.rows import ExportError


@dataclass(frozen=True)
class Criterion:
    """A criterion as the text of the standard has it, with what it leaves out filled in."""

    code: str
    name: str
    measure: str
    source: str
    source_label: str
    weight: int
    constant: int = 0
    per: str = ""
    times: int = 1
    each: int = 1
    percent: int = 100
    at_least: int = 0
    at_most: bool = False
    blocking: bool = False
    tier: str = "required"
    undecided: bool = False
    applies_if: str = ""
    effective_from: date | None = None
    effective_to: date | None = None

    @property
    def is_counted(self) -> bool:
        """Whether it enters score and result."""
        return self.tier == "required" and not self.undecided

    def is_in_force(self, on: date) -> bool:
        """Whether it judges on a day: both ends belong to its time."""
        return (self.effective_from or on) <= on <= (self.effective_to or on)

    def need(self, driver: Decimal) -> int:
        """How much is needed, rounded up."""
        share = Fraction(driver) * self.times * self.percent / (self.each * 100)
        return max(self.at_least, self.constant + math.ceil(share))


@dataclass(frozen=True)
class Finding:
    """The columns of a row of ``findings.csv``."""

    status: str
    have: Number
    need: int | None
    shortfall: Decimal


NOT_APPLICABLE = Finding("not_applicable", None, 0, Decimal(0))
UNANSWERED = Finding("unanswered", None, None, Decimal(1))


def read_criterion(row: object) -> Criterion:
    """A criterion of the text. Raises ExportError that names what is not understood in it."""
    table = row if isinstance(row, dict) else {}
    place = f"standard.toml, tiêu chí {table.get('code', '?')}"
    need = table.get("need")
    values = {**table, **(need if isinstance(need, dict) else {})}
    values |= {"source_label": values.pop("label", None)}
    for key in ("need", "remedy"):
        values.pop(key, None)
    kinds = get_type_hints(Criterion)
    unknown = sorted(values.keys() - kinds.keys())
    wrong = [f.name for f in fields(Criterion) if not isinstance(values.get(f.name, f.default), kinds[f.name])]
    if unknown or wrong:
        raise ExportError(f"{place}: chưa hiểu mục {', '.join([*unknown, *wrong])}.")
    if values.get("each", 1) < 1:
        raise ExportError(f"{place}: mục each phải từ 1 trở lên.")
    return Criterion(**values)


def judge(criterion: Criterion, ward: Ward, *, is_asked: bool) -> Finding:
    """The finding of a criterion whose measures are known."""
    if not is_asked or not criterion.is_in_force(ward.on):
        return NOT_APPLICABLE
    if criterion.applies_if:
        does_apply = applies(ward, criterion.applies_if)
        if not does_apply:
            return UNANSWERED if does_apply is None else NOT_APPLICABLE
    driver = read_measure(criterion.per, ward) if criterion.per else Decimal(0)
    if driver is None:
        return UNANSWERED
    need = criterion.need(driver)
    if need == 0 and not criterion.at_most:
        return NOT_APPLICABLE
    have = read_measure(criterion.measure, ward)
    if have is None:
        return Finding("unanswered", None, need, Decimal(max(1, need)))
    lacking = have - need if criterion.at_most else need - have
    return Finding("unmet" if lacking > 0 else "met", have, need, max(Decimal(0), lacking))


def conclude(statuses: Mapping[Criterion, str], pass_mark: int) -> tuple[str, int]:
    """Result and score from the status of every criterion."""
    counted = {c: status for c, status in statuses.items() if c.is_counted and status != "not_applicable"}
    total = sum(c.weight for c in counted)
    met = sum(c.weight for c, status in counted.items() if status == "met")
    score = 100 * met // total if total else 0
    blocking = {status for c, status in counted.items() if c.blocking}
    if "unmet" in blocking:
        return "not_ready", score
    if "unanswered" in blocking:
        return "incomplete", score
    return ("ready" if score >= pass_mark else "not_ready"), score
