"""The law of spending, read from ``planning/data/law.toml``: which form an item may take, thresholds, fees, bases of prices. Pure.

Every rule is asked for a day: that of the plan, or for a line the last one of its year.
"""

import re
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from importlib.resources import files
from typing import TypeVar

from cattrs.preconf.tomlkit import make_converter

from inventory.catalogue import Acquisition, load_catalogue
from inventory.prices.prices import METHODS, Price
from planning.plan.spending import Nature, SpendingForm
from portal.labels import LabelledEnum


class Digital(LabelledEnum):
    """Whether an item is spending on digital transformation (NĐ 224/2026/NĐ-CP, Điều 32.2.d)."""

    YES = "yes", "có"
    NO = "no", "không"
    OPEN = "open", "cần xác định"


@dataclass(frozen=True)
class Rule:
    """What every rule has: its clause, how well that is known (scoring.rating.standard.SOURCE_LABELS), and the days from and to which it holds."""

    clause: str
    source_label: str
    valid_from: date | None = None
    valid_to: date | None = None

    def holds_on(self, day: date) -> bool:
        """Whether the rule holds on a day."""
        return (self.valid_from is None or self.valid_from <= day) and (self.valid_to is None or day <= self.valid_to)


RuleT = TypeVar("RuleT", bound=Rule)


def in_force(rules: Iterable[RuleT], day: date) -> RuleT | None:
    """Of rules that follow each other the one that holds on a day; before the first begins, that one; None once the last has ended."""
    following = tuple(rules)
    to_come = (rule for rule in following[:1] if rule.valid_from is not None and day < rule.valid_from)
    return next((rule for rule in following if rule.holds_on(day)), next(to_come, None))


def last_day(year: int) -> date:
    """The day on which the law of a line of a year is asked."""
    return date(year, 12, 31)


@dataclass(frozen=True, kw_only=True)
class Kind(Rule):
    """A kind of item with the forms that it may take, the proposed one first. ``open`` where each case has still to be decided."""

    key: str
    label: str
    forms: tuple[SpendingForm, ...]
    open: bool = False


@dataclass(frozen=True, kw_only=True)
class Mixture(Rule):
    """Kinds of items that are one project once they are joined."""

    kinds: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class Pair(Rule):
    """The natures of money that a form of spending may come from."""

    form: SpendingForm
    natures: tuple[Nature, ...]


@dataclass(frozen=True, kw_only=True)
class Fees(Rule):
    """The shares beside the goods that a form has, by the names of ``Rates``."""

    form: SpendingForm
    rates: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class PriceBases(Rule):
    """What a price may rest on in a form: keys of METHODS, how many months old it may be, and how many quotations there must be."""

    form: SpendingForm
    methods: tuple[str, ...]
    months: Mapping[str, int]
    quotes: int


@dataclass(frozen=True, kw_only=True)
class Threshold(Rule):
    """An amount in VND that a rule turns on."""

    key: str
    amount: int
    label: str


@dataclass(frozen=True)
class DigitalItems:
    """The items that are no spending on digital transformation, and those to be decided."""

    no: tuple[str, ...]
    open: tuple[str, ...]
    clause: str
    source_label: str


@dataclass(frozen=True)
class NormItems:
    """Equipment without a number of Phụ lục II: what is specialised; the rest is of common use."""

    specialised: tuple[str, ...]
    specialised_clause: str
    common_clause: str
    service_clause: str
    source_label: str


@dataclass(frozen=True)
class RatioRow:
    """A share of a project by the cost of equipment, in ten-thousandths of a percent. ``rate`` is the name in ``Rates`` that it belongs to."""

    label: str
    rate: str
    ratios: tuple[int, ...]


@dataclass(frozen=True)
class FeeRatios:
    """A table of shares, with the costs in VND between which lines are straight."""

    source: str
    source_label: str
    costs: tuple[int, ...]
    rows: tuple[RatioRow, ...]


@dataclass(frozen=True)
class Law:
    """All of it."""

    kinds: tuple[Kind, ...]
    items: Mapping[str, tuple[str, ...]]
    clauses: Mapping[str, str]
    digital: DigitalItems
    norms: NormItems
    mixtures: tuple[Mixture, ...]
    pairs: tuple[Pair, ...]
    fees: tuple[Fees, ...]
    bases: tuple[PriceBases, ...]
    thresholds: tuple[Threshold, ...]
    fee_ratios: FeeRatios


@cache
def load_law() -> Law:
    """The shipped table."""
    text = (files("planning") / "data" / "law.toml").read_text("utf-8")
    return make_converter(forbid_extra_keys=True).structure(tomllib.loads(text), Law)


def cite(key: str) -> str:
    """A clause that pages and files cite beside the rules, by its key in the table. Raises KeyError for an unknown one."""
    return load_law().clauses[key]


def spell_out(clause: str) -> str:
    """A clause as a letter writes it: ``Nghị định số 224/2026/NĐ-CP, Điều 65``."""
    return re.sub(r"\b(NĐ|QĐ|TT)(?= \d)", lambda found: f"{_DOCUMENTS[found[1]]} số", clause)


_DOCUMENTS = {"NĐ": "Nghị định", "QĐ": "Quyết định", "TT": "Thông tư"}


def kind_of(item: str, day: date, *, is_leased: bool = False) -> Kind | None:
    """The kind of an item as the law has it on a day; None where it has none any more."""
    return kind_named(_kind_key(item, is_leased=is_leased), day)


def kind_named(key: str, day: date) -> Kind | None:
    """The kind of a key as the law has it on a day; None where it has none any more."""
    return in_force((kind for kind in load_law().kinds if kind.key == key), day)


def _kind_key(item: str, *, is_leased: bool) -> str:
    """The kind of an item; what is leased is paid yearly whatever it is."""
    entry = load_catalogue()[item]
    named = next((key for key, items in load_law().items.items() if item in items), None)
    return "yearly" if entry.yearly or is_leased else named or ("service" if entry.acquisition is Acquisition.LEASE else "hardware")


def digital_of(item: str) -> Digital:
    """Whether an item is spending on digital transformation."""
    digital = load_law().digital
    return Digital.NO if item in digital.no else Digital.OPEN if item in digital.open else Digital.YES


def pair_of(form: SpendingForm, day: date) -> Pair | None:
    """The money that a form may come from; None where the law has no such rule any more."""
    return in_force((pair for pair in load_law().pairs if pair.form is form), day)


def may_come_from(form: SpendingForm, nature: Nature, day: date) -> bool:
    """Whether money of a nature may be spent in a form."""
    pair = pair_of(form, day)
    return pair is not None and nature in pair.natures


def fees_of(form: SpendingForm, day: date) -> Fees | None:
    """The shares that a form has; None where it has no estimate of its own."""
    return in_force((fees for fees in load_law().fees if fees.form is form), day)


def bases_of(form: SpendingForm, day: date) -> PriceBases | None:
    """What a price may rest on in a form; None where the law has no such rule any more."""
    return in_force((bases for bases in load_law().bases if bases.form is form), day)


def describe_bases(forms: Iterable[SpendingForm], day: date) -> tuple[str, str]:
    """What a price may rest on in some forms, in words, and the clauses that say so."""
    rules = [rule for form in forms if (rule := bases_of(form, day)) is not None]
    methods = dict.fromkeys(METHODS[method].lower() for rule in rules for method in rule.methods)
    return ", ".join(methods), "; ".join(dict.fromkeys(rule.clause for rule in rules))


def has_valid_basis(price: Price, form: SpendingForm, on: date) -> bool:
    """Whether what stands behind a price is of the kind that the form asks for, and not too old on a day. A price of nothing needs none."""
    if not price.has_evidence or price.unit_price == 0:
        return price.has_evidence
    bases = bases_of(form, on)
    if bases is None:
        return False
    months = bases.months.get(price.method)
    # What bears no day may be of any age.
    is_old = months is not None and (price.evidence_date is None or _months_between(price.evidence_date, on) >= months)
    return price.method in bases.methods and not is_old


def threshold(key: str, on: date) -> Threshold:
    """The amount that holds on a day; before there is one the first to come, after all of them the last."""
    amounts = [each for each in load_law().thresholds if each.key == key]
    return in_force(amounts, on) or amounts[-1]


def mixtures_in(items: Iterable[tuple[str, bool]], on: date) -> tuple[Mixture, ...]:
    """The mixtures that some items, each with whether it is leased, are on a day."""
    present = {_kind_key(item, is_leased=is_leased) for item, is_leased in items}
    return tuple(mixture for mixture in load_law().mixtures if in_force([mixture], on) and present.issuperset(mixture.kinds))


def suggested_ratio(row: RatioRow, cost: int) -> int:
    """The share in ten-thousandths of a percent for a cost in VND, rounded half up; at the ends of the table its first and last value."""
    costs = load_law().fee_ratios.costs
    if cost <= costs[0]:
        return row.ratios[0]
    for (low, first), (high, second) in zip(
        zip(costs, row.ratios, strict=True), zip(costs[1:], row.ratios[1:], strict=False), strict=False
    ):
        if cost <= high:
            span = high - low
            return first - ((first - second) * (cost - low) * 2 + span) // (2 * span)
    return row.ratios[-1]


def _months_between(earlier: date, later: date) -> int:
    """Whole months from one day to another; the same day of the twelfth month is twelve, less a day is eleven."""
    months = (later.year - earlier.year) * 12 + later.month - earlier.month
    return months - (later.day <= earlier.day)
