"""The confidence in a verdict: what the answers are based on, and how old they are. Pure."""

from datetime import date

from inventory.snapshots.snapshot import Basis, ConnectionKind, Snapshot
from portal.labels import LabelledEnum
from scoring.rating.rating import Finding, Rating

# Data older than this are old: half a year, the intended interval between surveys.
OLD_DAYS = 183


class Confidence(LabelledEnum):
    """The grades, strongest first. What was only declared is at least reviewed once it is approved."""

    MEASURED = "measured", "Đo được"
    EVIDENCE = "evidence", "Có minh chứng"
    REVIEWED = "reviewed", "Tự khai, đã thẩm định"
    OLD = "old", "Đã cũ hơn 6 tháng"


_ORDER = list(Confidence)


def confidence_of(finding: Finding, rating: Rating) -> Confidence:
    """The grade of one finding: that of the weakest answer behind it. Needs a rating with a snapshot."""
    assert rating.snapshot is not None
    if _is_old(rating.snapshot, rating.on):
        return Confidence.OLD
    return max((_grade(key, rating.snapshot) for key in finding.criterion.answers), key=_ORDER.index)


def confidence(rating: Rating) -> Confidence | None:
    """The grade of a verdict: that of the weakest counted finding; None where there is no snapshot."""
    if rating.snapshot is None:
        return None
    grades = [confidence_of(finding, rating) for finding in rating.findings if finding.is_counted]
    return max(grades, key=_ORDER.index, default=Confidence.REVIEWED)


def _is_old(snapshot: Snapshot, on: date) -> bool:
    return (on - snapshot.as_of).days > OLD_DAYS


def _grade(key: str, snapshot: Snapshot) -> Confidence:
    bases: list[Basis] = []
    if key in snapshot.facts:
        bases = [snapshot.facts[key].basis]
    elif key in set(ConnectionKind):
        bases = [line.basis for line in snapshot.connections_of(ConnectionKind(key))]
    grades = {Basis.MEASURED: Confidence.MEASURED, Basis.EVIDENCE: Confidence.EVIDENCE, Basis.DECLARED: Confidence.REVIEWED}
    return max((grades[basis] for basis in bases), key=_ORDER.index, default=Confidence.REVIEWED)
