"""The content of a plan that never changes: everything that its pages and files show, as plain JSON, read and never computed again. Pure.

It holds the names of the wards, the findings and the signatories of that day, so that it reads the same years later, whatever the program has learnt since. The
snapshots and the standard, which never change either, stand in it by hash and by version. Plans of the versions before are read by
``planning.scenarios.landed_plans``.
"""

from collections.abc import Mapping
from dataclasses import dataclass, fields
from datetime import date
from decimal import Decimal
from typing import Any

from cattrs.preconf.json import JsonConverter, make_converter

from inventory.office.office import Office
from inventory.prices.prices import PriceList
from inventory.snapshots.content import from_json, to_json
from inventory.snapshots.snapshot import Snapshot
from inventory.wards.wards import Ward
from planning.plan.assumptions import Assumptions, Rates
from planning.plan.exclusions import Exclusion
from planning.plan.incoming import Incoming
from planning.plan.line import PlanLine
from planning.plan.plan import CentreLine, Plan, Transfer
from portal.numbers import Number
from portal.vietnamese import to_xml_values
from scoring.rating.rating import Finding, FindingStatus, Rating, Result
from scoring.rating.standard import Standard

FORMAT = 3


@dataclass(frozen=True)
class FrozenFinding:
    """A finding, its criterion by code."""

    criterion: str
    status: FindingStatus
    have: Number | None
    need: int | None
    shortfall: Number
    missing: tuple[str, ...]
    ends: date | None


@dataclass(frozen=True)
class FrozenRating:
    """The rating of a ward on the day of the plan, and the hash of the snapshot that it judges; none where there was no data."""

    result: Result
    score: int
    findings: tuple[FrozenFinding, ...]
    snapshot: str | None


@dataclass(frozen=True)
class FrozenOffice:
    """Who writes and signs, as the papers of a plan print it. Whom to ask stands on no paper, so it may change."""

    agency_parent: str
    agency: str
    co_agency: str
    signatory_title: str
    signatory_name: str
    co_signatory_title: str
    co_signatory_name: str


@dataclass(frozen=True)
class FrozenPlan:
    """All that such a plan is made of. ``not_asked`` are the codes of the criteria that no round asked about."""

    format: int
    name: str
    on: date
    office: FrozenOffice
    standard_version: str
    standard_sha256: str
    not_asked: tuple[str, ...]
    wards: tuple[Ward, ...]
    ratings: Mapping[str, FrozenRating]
    assumptions: Assumptions
    rates: Rates
    price_list: PriceList
    lines: tuple[PlanLine, ...]
    centre_lines: tuple[CentreLine, ...]
    exclusions: tuple[Exclusion, ...]
    transfers: tuple[Transfer, ...]
    incoming: tuple[Incoming, ...] = ()

    @property
    def snapshots(self) -> dict[str, str]:
        """The hashes of the snapshots by ward code."""
        return {code: rating.snapshot for code, rating in self.ratings.items() if rating.snapshot is not None}


def freeze_plan(plan: Plan, snapshots: Mapping[str, str], office: Office) -> dict[str, Any]:
    """The content of a plan as plain values. ``snapshots`` are hashes by ward code, ``office`` writes and signs it."""
    frozen = FrozenPlan(
        format=FORMAT,
        name=plan.name,
        on=plan.on,
        office=FrozenOffice(**{part.name: getattr(office, part.name) for part in fields(FrozenOffice)}),
        standard_version=plan.standard.version,
        standard_sha256=plan.standard.sha256,
        not_asked=plan.standard.not_asked,
        wards=plan.wards,
        ratings={code: _freeze_rating(rating, snapshots.get(code)) for code, rating in sorted(plan.ratings.items())},
        assumptions=plan.assumptions,
        rates=plan.rates,
        price_list=plan.price_list,
        lines=plan.lines,
        centre_lines=plan.centre_lines,
        exclusions=plan.exclusions,
        transfers=plan.transfers,
        incoming=plan.incoming,
    )
    content: dict[str, Any] = _converter({}).unstructure(frozen)
    # Only here the wards stand whole; everywhere else by code.
    content["wards"] = [_converter({}, is_whole=True).unstructure(ward) for ward in plan.wards]
    return content


def load_frozen(content: Mapping[str, Any]) -> FrozenPlan:
    """The content of a plan of this format as a value. What no file can hold is left out of the value; the hash is over the content with it."""
    clean = to_xml_values(content)
    wards = {ward.code: ward for ward in _converter({}, is_whole=True).structure(clean["wards"], tuple[Ward, ...])}
    return _converter(wards).structure(clean | {"wards": list(wards)}, FrozenPlan)


def load_office(content: Mapping[str, Any]) -> FrozenOffice:
    """Who wrote and signed a plan of this format, without reading the rest of it."""
    return _converter({}).structure(to_xml_values(content["office"]), FrozenOffice)


def restore_plan(frozen: FrozenPlan, snapshots: Mapping[str, Snapshot], standard: Standard) -> Plan:
    """The plan as it was frozen. ``snapshots`` are those of its hashes by ward code, ``standard`` is that of its version."""
    return Plan(
        name=frozen.name,
        on=frozen.on,
        assumptions=frozen.assumptions,
        price_list=frozen.price_list,
        standard=standard,
        wards=frozen.wards,
        ratings={
            code: _restore_rating(code, rating, snapshots.get(code), standard, frozen.on) for code, rating in frozen.ratings.items()
        },
        lines=frozen.lines,
        centre_lines=frozen.centre_lines,
        exclusions=frozen.exclusions,
        transfers=frozen.transfers,
        incoming=frozen.incoming,
        rates=frozen.rates,
    )


def _freeze_rating(rating: Rating, snapshot: str | None) -> FrozenRating:
    findings = tuple(
        FrozenFinding(
            finding.criterion.code,
            finding.status,
            finding.have,
            finding.need,
            finding.shortfall,
            finding.missing,
            finding.ends,
        )
        for finding in rating.findings
    )
    return FrozenRating(rating.result, rating.score, findings, snapshot)


def _restore_rating(code: str, frozen: FrozenRating, snapshot: Snapshot | None, standard: Standard, on: date) -> Rating:
    criteria = {criterion.code: criterion for criterion in standard.criteria}
    findings = tuple(
        Finding(
            criteria[finding.criterion],
            finding.status,
            finding.have,
            finding.need,
            finding.shortfall,
            finding.missing,
            finding.ends,
        )
        for finding in frozen.findings
    )
    return Rating(code, frozen.result, frozen.score, findings, snapshot, standard if snapshot else None, on)


def _converter(wards: Mapping[str, Ward], *, is_whole: bool = False) -> JsonConverter:
    """The way to JSON and back. Wards are their codes, but where they stand ``is_whole``; numbers are exact."""
    converter = make_converter()
    converter.register_unstructure_hook(Decimal, to_json)
    converter.register_structure_hook(Decimal, lambda value, _type: from_json(value))
    for number in (Number, Number | None):
        converter.register_unstructure_hook(number, to_json)
        converter.register_structure_hook(number, lambda value, _type: from_json(value))
    if not is_whole:
        converter.register_unstructure_hook(Ward, lambda ward: ward.code)
        converter.register_structure_hook(Ward, lambda code, _type: wards[code])
    return converter
