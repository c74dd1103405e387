"""A plan restricted to one ward or to one source: the same lines, so that the parts together are the plan to the đồng. Pure."""

from collections.abc import Callable
from dataclasses import replace

from inventory.wards.wards import Ward
from planning.plan.line import PlanLine
from planning.plan.plan import Plan


def ward_subset(plan: Plan, ward: Ward) -> Plan:
    """The part of the plan that concerns one ward. Its transfers are those that it receives and those that it gives."""
    return replace(
        _subset(plan, lambda line: line.ward == ward),
        wards=(ward,),
        ratings={ward.code: plan.ratings[ward.code]},
        centre_lines=tuple(line for line in plan.centre_lines if line.ward == ward),
        exclusions=tuple(exclusion for exclusion in plan.exclusions if exclusion.ward == ward),
        transfers=tuple(transfer for transfer in plan.transfers if ward in (transfer.giver, transfer.receiver)),
    )


def source_subset(plan: Plan, source: str) -> Plan:
    """What one source pays, over all wards. What moves takes the place of buying at the source of its line."""
    subset = _subset(plan, lambda line: line.source == source)
    requested = {(line.ward, line.item) for line in subset.lines}
    moved = tuple(transfer for transfer in plan.transfers if (transfer.receiver, transfer.item) in requested)
    return replace(subset, centre_lines=(), exclusions=(), transfers=moved)


def wards_of(plan: Plan) -> tuple[Ward, ...]:
    """The wards that the plan says something of: those with lines, with equipment of the centre, or that give a machine."""
    wards = {line.ward for line in plan.lines} | {line.ward for line in plan.centre_lines}
    wards |= {transfer.giver for transfer in plan.transfers}
    return tuple(ward for ward in plan.wards if ward in wards)


def sources_of(plan: Plan) -> tuple[str, ...]:
    """The sources of the lines, in the order of their names."""
    return tuple(sorted({line.source for line in plan.lines}))


def _subset(plan: Plan, selects: Callable[[PlanLine], bool]) -> Plan:
    """The plan with some of its lines, and of its prices those that these or the equipment of the centre use."""
    lines = tuple(line for line in plan.lines if selects(line))
    used = {line.item for line in lines} | {line.item for line in plan.centre_lines}
    prices = {item: price for item, price in plan.price_list.prices.items() if item in used}
    return replace(plan, lines=lines, price_list=replace(plan.price_list, prices=prices))
