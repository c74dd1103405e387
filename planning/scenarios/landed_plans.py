"""Plans that versions up to 0.4.0 fixed, read as those versions wrote them: the same lines and the same totals. Pure.

Those versions knew two kinds of spending and a way of asking for all of it (dự toán mua sắm, dự án), counted what is paid yearly in its first
year only, and gave each line one need: what they did not record reads “không ghi nhận”. Nothing here is changed any more.
"""

from collections.abc import Mapping
from datetime import date
from typing import Any

from cattrs.preconf.json import make_converter

from inventory.prices.prices import Price, PriceList
from inventory.wards.wards import Ward
from planning.plan.assumptions import Assumptions, GroupRule, Method, Rates
from planning.plan.exclusions import Exclusion
from planning.plan.line import PlanLine, Purpose
from planning.plan.norms import Norm, NormClass
from planning.plan.plan import CentreLine, Plan, Transfer
from planning.plan.spending import SpendingForm
from portal.vietnamese import to_xml_values
from scoring.rating.rating import Rating
from scoring.rating.standard import Standard

UNRECORDED = "không ghi nhận"


def is_landed(content: Mapping[str, Any]) -> bool:
    """Whether a content was written before it carried the number of its format."""
    return "format" not in content


def landed_snapshots(content: Mapping[str, Any]) -> dict[str, str]:
    """The hashes of the snapshots by ward code."""
    return dict(content["snapshots"])


def landed_day(content: Mapping[str, Any]) -> date:
    """The day of the plan, on which its wards are rated."""
    return date.fromisoformat(content["on"])


def read_landed(content: Mapping[str, Any], wards: tuple[Ward, ...], ratings: Mapping[str, Rating], standard: Standard) -> Plan:
    """The plan of such a content. ``ratings`` are those of its snapshots under its standard on its day."""
    clean = to_xml_values(content)
    by_code = {ward.code: ward for ward in wards}
    converter = make_converter()
    converter.register_structure_hook(Ward, lambda code, _type: by_code[code])
    rates = dict(clean.get("rates", {}))
    bought = SpendingForm.PROJECT if rates.pop("mode", "purchase") == "project" else SpendingForm.PURCHASE
    return Plan(
        name=clean["name"],
        on=landed_day(clean),
        assumptions=_assumptions(clean["assumptions"], bought),
        price_list=converter.structure(clean["price_list"], PriceList),
        standard=standard,
        wards=wards,
        ratings=dict(ratings),
        lines=tuple(_line(row, by_code, bought, converter.structure(row["price"], Price)) for row in clean["lines"]),
        centre_lines=converter.structure(clean["centre_lines"], tuple[CentreLine, ...]),
        exclusions=converter.structure(clean["exclusions"], tuple[Exclusion, ...]),
        transfers=converter.structure(clean.get("transfers", []), tuple[Transfer, ...]),
        rates=converter.structure(rates, Rates),
    )


def _assumptions(values: Mapping[str, Any], bought: SpendingForm) -> Assumptions:
    groups = {
        letter: GroupRule(
            year=rule["year"],
            form=bought,
            source=rule["capital_source"],
            recurrent_source=rule["recurrent_source"],
            is_leased=rule["is_leased"],
            unit=rule["unit"],
        )
        for letter, rule in values["groups"].items()
    }
    scalars = {name: values[name] for name in ("first_year", "months", "blocking_first", "lease_percent") if name in values}
    return Assumptions(**scalars, groups=groups)


def _line(row: Mapping[str, Any], wards: Mapping[str, Ward], bought: SpendingForm, price: Price) -> PlanLine:
    return PlanLine(
        ward=wards[row["ward"]],
        item=row["item"],
        purposes=_purposes(row),
        on_order=row["on_order"],
        overage=None,
        cap=row["cap"],
        room=row["room"],
        norm=Norm(NormClass.UNRECORDED, UNRECORDED),
        quantity=row["quantity"],
        method=Method(row["method"]),
        form=bought if row["spending"] == "capital" else SpendingForm.RECURRENT,
        months=row["months"],
        unit_price=row["unit_price"],
        vat_percent=price.vat_percent,
        price=price,
        source=row["source"],
        year=row["year"],
        owner=row["owner"],
        is_priority=row["is_priority"],
        basis=row["basis"],
        unit=row.get("unit", ""),
        note=row.get("note", ""),
        moved=row.get("moved", 0),
        edited=tuple(row.get("edited", ())),
        is_renewal=row.get("is_renewal", False),
    )


def _purposes(row: Mapping[str, Any]) -> tuple[Purpose, ...]:
    """One need for the whole line, at its first criterion; of the others nothing was recorded."""
    first, *others = row["criteria"] or [""]
    lead = Purpose(first, row["need"], row["have"], row["short"], "", row["short"], UNRECORDED)
    return (lead, *(Purpose(code, None, None, 0, "", 0, UNRECORDED) for code in others))
