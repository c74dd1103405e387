"""What is mended by what is bought for something else, or by PCs that are taken out of the count. Pure."""

from collections.abc import Iterator

from scoring.rating.pc_fleet import withdraw
from scoring.rating.purchases import RemedyLine, affected_answers, money_mends
from scoring.rating.rating import Finding, Rating, judge
from scoring.rating.remedies import Remedies


def mended_beside(rating: Rating, remedies: Remedies) -> Iterator[tuple[Finding, RemedyLine | None]]:
    """Each counted finding that money mends, that nothing is bought for, and that is mended with these remedies all the same: with the
    line that mends it, or None where PCs that are taken out of the count do. In the order of the criteria.
    """
    if rating.snapshot is None or rating.standard is None:
        return
    served = {line.criterion for line in remedies.lines} | {withdrawal.criterion for withdrawal in remedies.withdrawals}
    withdrawn = sum(withdrawal.quantity for withdrawal in remedies.withdrawals)
    kept = withdraw(rating.snapshot, withdrawn, rating) if withdrawn else rating.snapshot
    for finding, after in zip(rating.findings, remedies.rating.findings, strict=True):
        criterion = finding.criterion
        if not finding.is_counted or not money_mends(finding) or money_mends(after) or criterion.code in served:
            continue
        if withdrawn and not money_mends(judge(criterion, kept, rating.standard, rating.on)):
            yield finding, None
        else:
            yield finding, _find_line(finding, remedies, rating)


def _find_line(finding: Finding, remedies: Remedies, rating: Rating) -> RemedyLine | None:
    """The line that changes an answer which the finding reads: rather of an item that would be bought for it, else the first."""
    assert rating.standard is not None
    own_items = {remedy_item.item for remedy_item in finding.criterion.remedy.items}
    lines = [
        line
        for line in remedies.lines
        if not finding.criterion.reads.isdisjoint(affected_answers(rating.standard.criterion(line.criterion), [line]))
    ]
    return min(lines, key=lambda line: line.item not in own_items, default=None)
