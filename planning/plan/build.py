"""From ratings to a plan: the remedies of every ward, less what is on order, as lines with year, form, source and norm. Pure."""

from collections.abc import Iterable, Iterator, Mapping
from datetime import date

from inventory.catalogue import Acquisition, load_catalogue
from inventory.prices.prices import Price, PriceList
from inventory.snapshots.snapshot import Owner, Snapshot, count_usable
from inventory.wards.wards import Ward
from planning.plan.assumptions import Assumptions, Method
from planning.plan.exclusions import Exclusion, exclusions_of
from planning.plan.incoming import Incoming, by_ward, count_of, plans_of
from planning.plan.line import PlanLine, terms_of
from planning.plan.needs import WardNeeds, needs_of
from planning.plan.norms import PCS, norm_of, quantity_cap, room_of
from planning.plan.plan import CentreLine, Plan
from planning.plan.purposes import purposes_of
from portal.formats import format_number
from scoring.rating.measures import WARD_OWNERS
from scoring.rating.pc_fleet import PC_ITEMS, ReplacementReason
from scoring.rating.purchases import RemedyLine
from scoring.rating.rating import Rating
from scoring.rating.remedies import remedies_of, renewals_of
from scoring.rating.side_effects import mended_beside
from scoring.rating.standard import Standard


def build_plan(
    name: str,
    wards: Iterable[Ward],
    ratings: Mapping[str, Rating],
    price_list: PriceList,
    standard: Standard,
    assumptions: Assumptions,
    on: date,
    incoming: tuple[Incoming, ...] = (),
) -> Plan:
    """The plan that mends what money mends in every ward, less what is coming, and renews what ends within its years.

    ``incoming`` is what other, approved plans still bring.
    """
    last_day = date(assumptions.years[-1], 12, 31)
    ordered, coming = tuple(sorted(wards, key=lambda ward: ward.position)), by_ward(incoming)
    lines: list[PlanLine] = []
    centre_lines: list[CentreLine] = []
    exclusions: list[Exclusion] = []
    for ward in ordered:
        rating = ratings[ward.code]
        if rating.snapshot is not None:
            mended = remedies_of(rating, price_list.prices, assumptions.remedy_terms)
            remedies = (*mended.lines, *renewals_of(rating, last_day))
            beside, of_ward = mended_beside(rating, mended), coming.get(ward.code, ())
            due_by = last_day if assumptions.replaces_due else None
            needs = needs_of(ward, rating, remedies, mended.withdrawals, beside, of_ward, due_by)
            exclusions += exclusions_of(needs)
            lines += _lines_of(needs, price_list, assumptions)
            centre_lines += _centre_lines(ward, rating.snapshot, price_list)
    return Plan(
        name,
        on,
        assumptions,
        price_list,
        standard,
        ordered,
        dict(ratings),
        tuple(lines),
        tuple(centre_lines),
        tuple(exclusions),
        incoming=incoming,
    )


def ward_lines(
    ward: Ward,
    rating: Rating,
    remedies: Iterable[RemedyLine],
    price_list: PriceList,
    assumptions: Assumptions,
    incoming: tuple[Incoming, ...] = (),
) -> list[PlanLine]:
    """The lines of a ward with a snapshot that its remedies come to, by item, less what is on order or approved plans bring it."""
    return _lines_of(needs_of(ward, rating, remedies, incoming=incoming), price_list, assumptions)


def _lines_of(needs: WardNeeds, price_list: PriceList, assumptions: Assumptions) -> list[PlanLine]:
    lines = (_item_line(item, needs, price_list.prices[item], assumptions) for item in needs.by_item)
    return [line for line in lines if line.quantity]


def _item_line(item: str, needs: WardNeeds, price: Price, assumptions: Assumptions) -> PlanLine:
    entry, rule, remedies = load_catalogue()[item], assumptions.groups[item[0]], needs.by_item[item]
    purposes = purposes_of(item, needs)
    codes = {purpose.criterion for purpose in purposes}
    criteria = [finding.criterion for finding in needs.rating.findings if finding.criterion.code in codes]
    is_priority = any(criterion.blocking for criterion in criteria)
    ends = [remedy.ends for remedy in remedies if remedy.ends]
    is_renewal = bool(ends) and len(ends) == len(remedies)
    due = needs.due if item == PC_ITEMS[0] else 0
    # A licence that is renewed for a year is priced like a year of lease.
    is_leased = entry.acquisition is Acquisition.EITHER and (rule.is_leased or is_renewal)
    method = Method.LEASE if is_leased or entry.yearly or entry.acquisition is Acquisition.LEASE else Method.BUY
    year = assumptions.year_of(item[0], is_priority=is_priority)
    if is_renewal:
        year = max(assumptions.first_year, min(ends).year)
    elif not remedies:
        # What is due alone waits for the end of the life of what it replaces.
        year = assumptions.years[-1]
    cap, supplies = quantity_cap(item, needs.snapshot), needs.supplies(item)
    on_order = count_of(supplies)
    replaced = _replaced_by_reason(remedies)
    return PlanLine(
        ward=needs.ward,
        item=item,
        purposes=purposes,
        on_order=on_order,
        incoming=plans_of(supplies),
        overage=_overage(item, needs),
        cap=cap,
        # What is due makes room for what replaces it.
        room=room_of(item, cap, needs.kept, on_order - due),
        norm=norm_of(item, cap, assumptions),
        quantity=max(0, sum(purpose.quantity for purpose in purposes) - on_order) + due,
        price=price,
        owner=Owner.WARD.label,
        is_priority=is_priority,
        basis="; ".join(dict.fromkeys(criterion.source_text for criterion in criteria)),
        unit=rule.unit,
        note="; ".join(_notes(remedies, replaced, due, is_renewal=is_renewal)),
        replaced=replaced,
        is_renewal=is_renewal,
        due=due,
        **vars(terms_of(item, method, year, price, assumptions)),
    )


def _overage(item: str, needs: WardNeeds) -> int | None:
    """Machines that work and are past the age of the standard; None where the standard sets no age."""
    standard, on = needs.rating.standard, needs.rating.on
    if item not in PCS or standard is None:
        return None
    lots = [lot for pc in PCS for lot in needs.snapshot.lots_of(pc, WARD_OWNERS)]
    return sum(lot.working - count_usable(lot, on, standard.pc_max_age_years) for lot in lots)


def _replaced_by_reason(remedies: Iterable[RemedyLine]) -> tuple[tuple[ReplacementReason, int], ...]:
    counts: dict[ReplacementReason, int] = {}
    for remedy in remedies:
        for reason, count in remedy.replaced:
            counts[reason] = counts.get(reason, 0) + count
    return tuple((reason, counts[reason]) for reason in ReplacementReason if reason in counts)


def _notes(
    remedies: Iterable[RemedyLine],
    replaced: Iterable[tuple[ReplacementReason, int]],
    due: int,
    *,
    is_renewal: bool,
) -> Iterator[str]:
    if upgrades := sum(remedy.upgrades for remedy in remedies):
        yield f"nâng cấp hệ điều hành {format_number(upgrades)} máy còn hạn sử dụng (giả định, nhãn A)"
    for reason, count in replaced:
        yield f"thay {format_number(count)} máy: {reason.label}"
    if due:
        yield f"thay thế {format_number(due)} máy hết thời gian sử dụng trong các năm của phương án (giả định)"
    if is_renewal:
        yield "gia hạn; đơn giá tạm tính, sửa theo báo giá"


def _centre_lines(ward: Ward, snapshot: Snapshot, price_list: PriceList) -> list[CentreLine]:
    counts: dict[str, int] = {}
    for lot in snapshot.lots:
        if lot.owner is Owner.CITY_CENTRE and lot.broken + lot.liquidation:
            counts[lot.item] = counts.get(lot.item, 0) + lot.broken + lot.liquidation
    return [CentreLine(ward, item, count, price_list.prices[item].unit_price) for item, count in sorted(counts.items())]
