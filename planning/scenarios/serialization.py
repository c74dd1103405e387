"""Values of the plan as plain JSON and back: what a scenario assumes, and a final plan line by line. Pure.

A final plan keeps its lines, prices and assumptions themselves, and of the wards the hashes of their snapshots and the version of
the standard, neither of which ever changes: so it reads the same years later, whatever the program has learnt since.
"""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from cattrs.gen import make_dict_unstructure_fn, override
from cattrs.preconf.json import make_converter

from inventory.prices.prices import PriceList
from inventory.wards.wards import Ward, load_wards
from planning.funding.constraints import Funding
from planning.plan.assumptions import Assumptions, Rates
from planning.plan.exclusions import Exclusion
from planning.plan.plan import CentreLine, Plan, PlanLine, Transfer
from portal.vietnamese import to_xml_values
from scoring.rating.rating import Rating
from scoring.rating.standard import Standard

_WARDS = {ward.code: ward for ward in load_wards()}
_converter = make_converter()
_converter.register_unstructure_hook(Ward, lambda ward: ward.code)
_converter.register_structure_hook(Ward, lambda code, _type: _WARDS[code])
# A line that renews nothing is written as before there were renewals, so that such a plan keeps its hash.
_converter.register_unstructure_hook(
    PlanLine, make_dict_unstructure_fn(PlanLine, _converter, is_renewal=override(omit_if_default=True))
)


@dataclass(frozen=True)
class FrozenPlan:
    """All that a final plan is made of. ``snapshots`` are the hashes of the snapshots by ward code, ``not_asked`` the codes of the criteria
    that no round asked about.

    A plan that was fixed before there were rates reads with their defaults.
    """

    name: str
    on: date
    standard_version: str
    snapshots: Mapping[str, str]
    assumptions: Assumptions
    price_list: PriceList
    lines: tuple[PlanLine, ...]
    centre_lines: tuple[CentreLine, ...]
    exclusions: tuple[Exclusion, ...]
    transfers: tuple[Transfer, ...] = ()
    rates: Rates = field(default_factory=Rates)
    not_asked: tuple[str, ...] = ()


def freeze_plan(plan: Plan, snapshots: Mapping[str, str]) -> dict[str, Any]:
    """The content of a final plan as plain values. ``snapshots`` are hashes by ward code."""
    frozen = FrozenPlan(
        plan.name,
        plan.on,
        plan.standard.version,
        dict(sorted(snapshots.items())),
        plan.assumptions,
        plan.price_list,
        plan.lines,
        plan.centre_lines,
        plan.exclusions,
        plan.transfers,
        plan.rates,
        plan.standard.not_asked,
    )
    content: dict[str, Any] = _converter.unstructure(frozen)
    # Where everything is asked the content is that of plans from before there was a choice.
    return content if frozen.not_asked else {name: value for name, value in content.items() if name != "not_asked"}


def load_frozen(content: Mapping[str, Any]) -> FrozenPlan:
    """The content of a final plan as a value. One of an older version may hold what no file can: the hash is over that, the value without it."""
    return _converter.structure(to_xml_values(content), FrozenPlan)


def restore_plan(frozen: FrozenPlan, wards: tuple[Ward, ...], ratings: Mapping[str, Rating], standard: Standard) -> Plan:
    """The plan as it was frozen. ``ratings`` are those of its snapshots under its standard on its day."""
    return Plan(
        frozen.name,
        frozen.on,
        frozen.assumptions,
        frozen.price_list,
        standard,
        wards,
        dict(ratings),
        frozen.lines,
        frozen.centre_lines,
        frozen.exclusions,
        frozen.transfers,
        frozen.rates,
    )


def hash_content(content: Mapping[str, Any]) -> str:
    """SHA-256 of the content, alike for equal content in whatever order its keys stand."""
    text = json.dumps(content, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def dump_funding(funding: Funding) -> dict[str, Any]:
    """The ceilings and floors as plain values."""
    values: dict[str, Any] = _converter.unstructure(funding)
    return values


def load_funding(values: Mapping[str, Any]) -> Funding:
    """The ceilings and floors from what was stored; none where nothing was."""
    return _converter.structure(values, Funding)


def dump_assumptions(assumptions: Assumptions) -> dict[str, Any]:
    """The assumptions as plain values."""
    values: dict[str, Any] = _converter.unstructure(assumptions)
    return values


def load_assumptions(values: Mapping[str, Any]) -> Assumptions:
    """The assumptions from what was stored; what is not there stands at its default."""
    return _converter.structure(values, Assumptions)


def dump_rates(rates: Rates) -> dict[str, Any]:
    """The mode and its rates as plain values."""
    values: dict[str, Any] = _converter.unstructure(rates)
    return values


def load_rates(values: Mapping[str, Any]) -> Rates:
    """The mode and its rates from what was stored; what is not there stands at its default."""
    return _converter.structure(values, Rates)
