"""A plan as it is shown to whoever may not see network security (group G). Pure.

Who pays sees item, quantity and price of every line. Of a line of group G, or that a criterion of that group asks for, the criterion,
its basis, what the ward needs, has, lacks, has ordered and gives up are blank. That a line renews, and in which year, stays: price and budget rest
on it; the day does not. Amounts are those of the plan; nothing is computed from what these functions give.
"""

from collections.abc import Iterable
from dataclasses import replace

from inventory.security import is_sensitive_item
from planning.plan.line import PlanLine
from planning.plan.plan import Plan, Transfer
from scoring.rating.redaction import Sight, is_sensitive_code, redact_ratings
from scoring.rating.standard import Standard


def redact_plan(plan: Plan, sees: Sight) -> Plan:
    """The plan with the blanks that the reader's right asks for."""
    return replace(
        plan,
        ratings=redact_ratings(plan.ratings, sees),
        lines=tuple(redact_line(line, plan.standard, sees) for line in plan.lines),
        exclusions=tuple(
            entry if sees(entry.ward.code) else replace(entry, criteria=open_codes(entry.criteria))
            for entry in plan.exclusions
            if is_shown(entry.item, entry.ward.code, sees)
        ),
        incoming=tuple(each for each in plan.incoming if is_shown(each.item, each.ward_code, sees)),
    )


def redact_line(line: PlanLine, standard: Standard, sees: Sight) -> PlanLine:
    """One line with its blanks."""
    if sees(line.ward.code) or not is_sensitive_line(line):
        return line
    open_purposes = () if is_sensitive_item(line.item) else line.purposes
    purposes = tuple(purpose for purpose in open_purposes if not is_sensitive_code(purpose.criterion))
    codes = {purpose.criterion for purpose in purposes}
    sources = (criterion.source_text for criterion in standard.criteria if criterion.code in codes)
    shown_basis = "; ".join(dict.fromkeys(sources))
    return replace(line, purposes=purposes, on_order=None, incoming=(), overage=None, replaced=(), basis=shown_basis)


def open_codes(codes: Iterable[str]) -> tuple[str, ...]:
    """The codes of criteria without those of group G."""
    return tuple(code for code in codes if not is_sensitive_code(code))


def is_sensitive_line(line: PlanLine) -> bool:
    """Whether the line tells something of network security beside item, quantity and price."""
    return is_sensitive_item(line.item) or any(map(is_sensitive_code, line.criteria))


def open_transfers(transfers: Iterable[Transfer], sees: Sight) -> tuple[Transfer, ...]:
    """The transfers of which the reader may know what the giver has."""
    return tuple(transfer for transfer in transfers if is_shown(transfer.item, transfer.giver.code, sees))


def is_shown(item: str, ward_code: str, sees: Sight) -> bool:
    """Whether the reader may know how many of an item a ward has."""
    return not is_sensitive_item(item) or sees(ward_code)
