"""Conditions under which plans are funded."""

from planning.funding.constraints import Ceiling, Funding


def ceilings_of_percent(plan, percent, **conditions):
    """So many percent of what the plan asks of each pot, or no ceiling."""
    pots = plan.amounts_by_pot.items() if percent is not None else ()
    return Funding(tuple(Ceiling(p.year, p.source, p.form, vnd * percent // 100) for p, vnd in pots), **conditions)
