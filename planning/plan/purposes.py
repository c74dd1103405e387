"""What each criterion asks of a line, and how the quantity follows, in the words of the page and the workbook. Pure."""

from inventory.catalogue import load_catalogue
from inventory.snapshots.snapshot import Snapshot
from planning.plan.line import Purpose
from planning.plan.needs import WardNeeds
from portal.formats import format_day, format_number
from portal.numbers import Number, divide_up
from scoring.rating.measures import MEASURES
from scoring.rating.pc_fleet import LICENSED, PC_FACTS, PC_ITEMS, SUPPORTED, upgrade, withdraw
from scoring.rating.purchases import UPGRADE_ITEM
from scoring.rating.rating import Finding, Rating, judge
from scoring.rating.redaction import is_sensitive_code
from scoring.rating.standard import Criterion, RemedyItem


def purposes_of(item: str, needs: WardNeeds) -> tuple[Purpose, ...]:
    """What each criterion asks of an item, in the order of the criteria: need, have and short are those of its finding."""
    quantities, beside = needs.required(item), needs.met_beside(item)
    codes = quantities.keys() | beside.keys()
    return tuple(
        Purpose(
            criterion=finding.criterion.code,
            need=finding.need,
            have=finding.have,
            short=finding.shortfall,
            unit=finding.unit,
            quantity=quantities.get(finding.criterion.code, 0),
            how=_how_beside(beside[finding.criterion.code], needs.rating)
            if finding.criterion.code in beside
            else _how(item, quantities[finding.criterion.code], finding, needs),
        )
        for finding in needs.rating.findings
        if finding.criterion.code in codes
    )


def _how_beside(code: str, rating: Rating) -> str:
    """Why nothing is bought for a criterion. What is bought for network security is not named: the criterion itself may be open."""
    assert rating.standard is not None
    name = "tiêu chí khác" if is_sensitive_code(code) else f"{code} – {rating.standard.criterion(code).name}"
    return f"do mua cho {name} cũng đáp ứng tiêu chí này"


def _how(item: str, quantity: int, finding: Finding, needs: WardNeeds) -> str:
    """How the quantity follows from the finding, as a sentence without an end."""
    unit = load_catalogue()[item].unit.lower()
    if finding.ends and finding.is_met:
        return f"hết hạn ngày {format_day(finding.ends)}, gia hạn {format_number(quantity)} {unit}"
    rule = next((rule for rule in finding.criterion.remedy.items if rule.item == item), RemedyItem(item))
    amount = finding.shortfall if rule.of is None else _amount(rule, finding.criterion, needs.snapshot, needs.rating)
    what = f"thiếu {format_number(amount)} {finding.unit}"
    if rule.of is not None:
        measure = MEASURES[rule.of]
        what = f"{measure.label.lower()}: {format_number(amount)} {measure.unit}"
    withdrawn, upgraded = _spared_before(finding, needs)
    less = [f"trừ {format_number(withdrawn)} máy đưa ra khỏi số tính"] if withdrawn else []
    kept = withdraw(needs.snapshot, withdrawn, needs.rating) if withdrawn else needs.snapshot
    if item == UPGRADE_ITEM and finding.criterion.measure == SUPPORTED:
        left = _amount(rule, finding.criterion, kept, needs.rating)
        less += [f"còn thiếu {format_number(left)} {finding.unit}"] if withdrawn else []
        replaced = sum(remedy.quantity for remedy in needs.remedies_for(finding.criterion.code) if not remedy.upgrades)
        others = "" if left == quantity + replaced else " sau khi tính phần bổ sung cho tiêu chí khác"
        return "; ".join([what, *less, f"nâng cấp hệ điều hành {format_number(quantity)} máy còn hạn sử dụng{others}"])
    if quantity == _units(amount, rule):
        return f"{what}, mỗi {unit} cho {format_number(rule.each)}, làm tròn lên" if rule.each > 1 else what
    less += [f"trừ {format_number(upgraded)} máy nâng cấp hệ điều hành"] if upgraded else []
    left = _amount(rule, finding.criterion, upgrade(kept, upgraded), needs.rating)
    others = "" if less and quantity == _units(left, rule) else " sau khi tính phần bổ sung cho tiêu chí khác"
    return "; ".join([what, *less, f"{'còn ' if less else ''}cần {format_number(quantity)} {unit}{others}"])


def _amount(rule: RemedyItem, criterion: Criterion, snapshot: Snapshot, rating: Rating) -> Number:
    """What the quantity of an item is reckoned from: what the criterion lacks, or what its rule counts."""
    standard = rating.standard
    assert standard is not None
    if rule.of is not None:
        return MEASURES[rule.of].read(snapshot, standard.pc_max_age_years, rating.on).value
    return judge(criterion, snapshot, standard, rating.on).shortfall


def _units(amount: Number, rule: RemedyItem) -> int:
    return max(1, divide_up(amount, rule.each))


def _spared_before(finding: Finding, needs: WardNeeds) -> tuple[int, int]:
    """How many PCs are taken out of the count, and upgraded, for this criterion and those before it; none where it does not ask for PCs."""
    codes = [each.criterion.code for each in needs.rating.findings]
    before = frozenset(codes[: codes.index(finding.criterion.code) + 1])
    reads = finding.criterion.reads
    withdrawn = sum(withdrawal.quantity for withdrawal in needs.withdrawals if withdrawal.criterion in before)
    upgraded = sum(remedy.upgrades for code in before for remedy in needs.remedies_for(code))
    return (
        0 if reads.isdisjoint((*PC_ITEMS, *PC_FACTS)) else withdrawn,
        0 if reads.isdisjoint((SUPPORTED, LICENSED)) else upgraded,
    )
