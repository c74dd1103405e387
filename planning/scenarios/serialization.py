"""What a scenario assumes as plain JSON and back, and a content as the text that is hashed. Pure."""

import hashlib
import json
from collections.abc import Mapping
from typing import Any

from cattrs.preconf.json import make_converter

from planning.funding.constraints import Funding
from planning.plan.assumptions import Assumptions, Rates

_converter = make_converter()


def write_content(content: Mapping[str, Any]) -> str:
    """The content as text, alike for equal content in whatever order its keys stand."""
    return json.dumps(content, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def hash_text(text: str) -> str:
    """SHA-256 of a text as it is, in UTF-8."""
    return hashlib.sha256(text.encode()).hexdigest()


def hash_content(content: Mapping[str, Any]) -> str:
    """The hash of the content's text."""
    return hash_text(write_content(content))


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
    """The rates as plain values."""
    values: dict[str, Any] = _converter.unstructure(rates)
    return values


def load_rates(values: Mapping[str, Any]) -> Rates:
    """The rates from what was stored; what is not there stands at its default."""
    return _converter.structure(values, Rates)
