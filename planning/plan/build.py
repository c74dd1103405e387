"""From ratings to a plan: the remedies of every ward, less what is on order, as lines with year, form, source and norm. Pure."""

from collections.abc import Iterable, Iterator, Mapping
from datetime import date

from inventory.catalogue import Acquisition, load_catalogue
from inventory.prices.prices import Price, PriceList
from inventory.snapshots.snapshot import Owner, Snapshot, count_usable
from inventory.wards.wards import Ward
from planning.plan.assumptions import Assumptions, Method
from planning.plan.exclusions import PACKAGES, Exclusion, exclusions_of
from planning.plan.incoming import Incoming, Supply, by_ward, count_of, plans_of, supplies_of
from planning.plan.line import PlanLine, Purpose, terms_of
from planning.plan.norms import PCS, norm_of, quantity_cap, substitutes
from planning.plan.plan import CentreLine, Plan
from portal.formats import format_day, format_number
from portal.numbers import divide_up
from scoring.rating.measures import MEASURES, WARD_OWNERS
from scoring.rating.pc_fleet import ReplacementReason
from scoring.rating.purchases import RemedyLine
from scoring.rating.rating import Finding, Rating
from scoring.rating.remedies import remedies_of, renewals_of
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
            of_ward = coming.get(ward.code, ())
            by_item, packaged = _split_packages(remedies, rating.snapshot, of_ward)
            quantities = {item: sum(remedy.quantity for remedy in group) for item, group in (by_item | packaged).items()}
            exclusions += exclusions_of(ward, rating.snapshot, quantities, packaged, mended.withdrawals, of_ward)
            lines += ward_lines(ward, rating, remedies, price_list, assumptions, of_ward)
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


def _split_packages(
    remedies: Iterable[RemedyLine], snapshot: Snapshot, incoming: tuple[Incoming, ...]
) -> tuple[dict[str, list[RemedyLine]], dict[str, list[RemedyLine]]]:
    """The remedies by item: those that stand, and those that a package of the same ward already holds, also one that is coming."""
    by_item: dict[str, list[RemedyLine]] = {}
    for remedy in remedies:
        by_item.setdefault(remedy.item, []).append(remedy)
    packages = [package for package in PACKAGES if package in by_item or supplies_of(package, snapshot, incoming)]
    package_parts = {part for package in packages for part in PACKAGES[package]}
    packaged = {item: group for item, group in by_item.items() if item in package_parts}
    return {item: group for item, group in by_item.items() if item not in package_parts}, packaged


def ward_lines(
    ward: Ward,
    rating: Rating,
    remedies: Iterable[RemedyLine],
    price_list: PriceList,
    assumptions: Assumptions,
    incoming: tuple[Incoming, ...] = (),
) -> list[PlanLine]:
    """The lines of a ward with a snapshot that its remedies come to, by item, less what is on order or approved plans bring it."""
    snapshot = rating.snapshot
    assert snapshot is not None
    by_item, _packaged = _split_packages(remedies, snapshot, incoming)
    lines = (
        _item_line(ward, item, group, rating, snapshot, price_list, assumptions, supplies_of(item, snapshot, incoming))
        for item, group in sorted(by_item.items())
    )
    return [line for line in lines if line.quantity]


def _item_line(
    ward: Ward,
    item: str,
    remedies: list[RemedyLine],
    rating: Rating,
    snapshot: Snapshot,
    price_list: PriceList,
    assumptions: Assumptions,
    supplies: tuple[Supply, ...],
) -> PlanLine:
    entry, price, rule = load_catalogue()[item], price_list.prices[item], assumptions.groups[item[0]]
    codes = {remedy.criterion for remedy in remedies}
    criteria = [finding.criterion for finding in rating.findings if finding.criterion.code in codes]
    is_priority = any(criterion.blocking for criterion in criteria)
    replaced = _replaced_by_reason(remedies)
    on_order, cap = count_of(supplies), quantity_cap(item, snapshot)
    # What ends counts no longer: it is renewed, not bought beside itself.
    gone = sum(remedy.quantity for remedy in remedies if remedy.ends) + sum(count for _reason, count in replaced)
    left = max(0, sum(lot.working for lot in snapshot.lots_of(item)) - gone)
    ends = [remedy.ends for remedy in remedies if remedy.ends]
    is_renewal = len(ends) == len(remedies)
    # A licence that is renewed for a year is priced like a year of lease.
    is_leased = entry.acquisition is Acquisition.EITHER and (rule.is_leased or is_renewal)
    method = Method.LEASE if is_leased or entry.yearly or entry.acquisition is Acquisition.LEASE else Method.BUY
    year = assumptions.year_of(item[0], is_priority=is_priority)
    if is_renewal:
        year = max(assumptions.first_year, min(ends).year)
    return PlanLine(
        ward=ward,
        item=item,
        purposes=_purposes(item, remedies, rating),
        on_order=on_order,
        incoming=plans_of(supplies),
        overage=_overage(item, snapshot, rating),
        cap=cap,
        room=None if cap is None else max(0, cap - left - substitutes(item, snapshot) - on_order),
        norm=norm_of(item, cap, assumptions),
        quantity=max(0, sum(remedy.quantity for remedy in remedies) - on_order),
        price=price,
        owner=Owner.WARD.label,
        is_priority=is_priority,
        basis="; ".join(dict.fromkeys(criterion.source_text for criterion in criteria)),
        unit=rule.unit,
        note="; ".join(_notes(remedies, replaced, price, is_renewal=is_renewal)),
        replaced=replaced,
        is_renewal=is_renewal,
        **vars(terms_of(item, method, year, price, assumptions)),
    )


def _purposes(item: str, remedies: list[RemedyLine], rating: Rating) -> tuple[Purpose, ...]:
    """What each criterion asks of an item, in the order of the criteria: need, have and short are those of its finding."""
    quantities: dict[str, int] = {}
    for remedy in remedies:
        quantities[remedy.criterion] = quantities.get(remedy.criterion, 0) + remedy.quantity
    return tuple(
        Purpose(
            criterion=finding.criterion.code,
            need=finding.need,
            have=finding.have,
            short=finding.shortfall,
            unit=finding.unit,
            quantity=quantities[finding.criterion.code],
            how=_how(item, quantities[finding.criterion.code], finding, rating),
        )
        for finding in rating.findings
        if finding.criterion.code in quantities
    )


def _how(item: str, quantity: int, finding: Finding, rating: Rating) -> str:
    """How the quantity follows from the finding, as a sentence without an end."""
    unit = load_catalogue()[item].unit.lower()
    if finding.ends and finding.is_met:
        return f"hết hạn ngày {format_day(finding.ends)}, gia hạn {format_number(quantity)} {unit}"
    rule = next((rule for rule in finding.criterion.remedy.items if rule.item == item), None)
    amount, what, each = finding.shortfall, f"thiếu {format_number(finding.shortfall)} {finding.unit}", rule.each if rule else 1
    if rule and rule.of is not None and rating.snapshot is not None and rating.standard is not None:
        measure = MEASURES[rule.of]
        amount = measure.read(rating.snapshot, rating.standard.pc_max_age_years, rating.on).value
        what = f"{measure.label.lower()}: {format_number(amount)} {measure.unit}"
    if quantity != max(1, divide_up(amount, each)):
        return f"{what}; cần {format_number(quantity)} {unit} sau khi tính phần bổ sung cho tiêu chí khác"
    return f"{what}, mỗi {unit} cho {format_number(each)}, làm tròn lên" if each > 1 else what


def _overage(item: str, snapshot: Snapshot, rating: Rating) -> int | None:
    """Machines that work and are past the age of the standard; None where the standard sets no age."""
    if item not in PCS or rating.standard is None:
        return None
    age = rating.standard.pc_max_age_years
    lots = [lot for pc in PCS for lot in snapshot.lots_of(pc, WARD_OWNERS)]
    return sum(lot.working - count_usable(lot, rating.on, age) for lot in lots)


def _replaced_by_reason(remedies: Iterable[RemedyLine]) -> tuple[tuple[ReplacementReason, int], ...]:
    counts: dict[ReplacementReason, int] = {}
    for remedy in remedies:
        for reason, count in remedy.replaced:
            counts[reason] = counts.get(reason, 0) + count
    return tuple((reason, counts[reason]) for reason in ReplacementReason if reason in counts)


def _notes(
    remedies: Iterable[RemedyLine], replaced: Iterable[tuple[ReplacementReason, int]], price: Price, *, is_renewal: bool
) -> Iterator[str]:
    if upgrades := sum(remedy.upgrades for remedy in remedies):
        yield f"nâng cấp hệ điều hành {format_number(upgrades)} máy còn hạn sử dụng (giả định, nhãn A)"
    for reason, count in replaced:
        yield f"thay {format_number(count)} máy: {reason.label}"
    if is_renewal:
        yield "gia hạn; đơn giá tạm tính, sửa theo báo giá"
    if price.is_at_cap:
        yield "đơn giá bằng mức tối đa"


def _centre_lines(ward: Ward, snapshot: Snapshot, price_list: PriceList) -> list[CentreLine]:
    counts: dict[str, int] = {}
    for lot in snapshot.lots:
        if lot.owner is Owner.CITY_CENTRE and lot.broken + lot.liquidation:
            counts[lot.item] = counts.get(lot.item, 0) + lot.broken + lot.liquidation
    return [CentreLine(ward, item, count, price_list.prices[item].unit_price) for item, count in sorted(counts.items())]
