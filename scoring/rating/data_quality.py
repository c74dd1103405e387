"""The quality of a ward's data in six dimensions: đúng, đủ, sạch, sống, thống nhất, dùng chung. Pure.

The dimensions are those of the Prime Minister's direction of 15/11/2025; no official definition of each is known, so what is
checked in each is an assumption that the page states.
"""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass

from inventory.snapshots.snapshot import Snapshot
from portal.formats import format_number
from portal.labels import LabelledEnum
from scoring.rating.confidence import OLD_DAYS
from scoring.rating.rating import FindingStatus, Rating


class QualityDimension(LabelledEnum):
    """The six dimensions."""

    CORRECT = "right", "Đúng"
    COMPLETE = "enough", "Đủ"
    CLEAN = "clean", "Sạch"
    CURRENT = "living", "Sống"
    CONSISTENT = "unified", "Thống nhất"
    SHARED = "shared", "Dùng chung"


@dataclass(frozen=True)
class Check:
    """What is checked in a dimension, how to correct it, and who should."""

    dimension: QualityDimension
    subject: str
    correction: str
    responsible: str


@dataclass(frozen=True)
class Quality:
    """One ward in one dimension: a score from 0 to 100, and the faults as text."""

    check: Check
    score: int
    faults: tuple[str, ...]


_OFFICER = "công chức xã, phường"
CHECKS = {
    check.dimension: check
    for check in (
        Check(
            QualityDimension.CORRECT,
            "số máy không quá hai lần số người; tốc độ đo không quá tốc độ hợp đồng",
            "kiểm đếm, đo lại",
            _OFFICER,
        ),
        Check(
            QualityDimension.COMPLETE,
            "mọi tiêu chí áp dụng đều có câu trả lời",
            "trả lời các câu còn thiếu trong đợt tới",
            _OFFICER,
        ),
        Check(QualityDimension.CLEAN, "không có hai lô trùng danh mục, năm, chủ sở hữu, ghi chú", "gộp các lô trùng", _OFFICER),
        Check(QualityDimension.CURRENT, "số liệu không quá 6 tháng", "mở đợt cập nhật", "chuyên viên thẩm định"),
        Check(
            QualityDimension.CONSISTENT,
            "các nhóm cộng lại bằng tổng; phần không lớn hơn tổng",
            "đối chiếu và sửa cho khớp",
            _OFFICER,
        ),
        Check(
            QualityDimension.SHARED,
            "dùng hệ thống của thành phố; trang thông tin là thành phần của cổng",
            "nối vào hệ thống dùng chung",
            "xã, phường và Sở Khoa học và Công nghệ",
        ),
    )
}


def assess(rating: Rating) -> tuple[Quality, ...]:
    """The six scores of a ward; nothing where it has no approved snapshot."""
    if rating.snapshot is None:
        return ()
    tests: dict[QualityDimension, Callable[[], list[tuple[str, bool]]]] = {
        QualityDimension.CORRECT: lambda: _check_correct(rating),
        QualityDimension.COMPLETE: lambda: _check_complete(rating),
        QualityDimension.CLEAN: lambda: _check_clean(rating),
        QualityDimension.CURRENT: lambda: _check_current(rating),
        QualityDimension.CONSISTENT: lambda: _check_consistent(rating),
        QualityDimension.SHARED: lambda: _check_shared(rating),
    }
    return tuple(_score(CHECKS[dimension], test()) for dimension, test in tests.items())


def _score(check: Check, tests: list[tuple[str, bool]]) -> Quality:
    faults = tuple(fault for fault, is_sound in tests if not is_sound)
    return Quality(check, 100 * (len(tests) - len(faults)) // len(tests) if tests else 100, faults)


def _snapshot(rating: Rating) -> Snapshot:
    assert rating.snapshot is not None
    return rating.snapshot


def _check_correct(rating: Rating) -> list[tuple[str, bool]]:
    snapshot = _snapshot(rating)
    tests = []
    staff = snapshot.count("staff_total")
    if staff is not None:
        pcs = sum(lot.working for item in ("A01", "A02") for lot in snapshot.lots_of(item))
        tests.append((f"{pcs} máy tính cho {staff} người", pcs <= 2 * staff))
    for line in snapshot.connections:
        if line.measured_mbps is not None and line.contracted_mbps is not None:
            measured, contracted = format_number(line.measured_mbps), format_number(line.contracted_mbps)
            fault = f"{line.kind.label}: đo được {measured} Mbps, hợp đồng {contracted} Mbps"
            tests.append((fault, line.measured_mbps <= line.contracted_mbps))
    return tests


def _check_complete(rating: Rating) -> list[tuple[str, bool]]:
    applicable = [finding for finding in rating.findings if finding.status is not FindingStatus.NOT_APPLICABLE]
    return [(finding.criterion.name, finding.status is not FindingStatus.UNANSWERED) for finding in applicable]


def _check_clean(rating: Rating) -> list[tuple[str, bool]]:
    lots = Counter((lot.item, lot.year, lot.owner, lot.note) for lot in _snapshot(rating).lots)
    return [(f"{count} lô {item} trùng nhau", count == 1) for (item, _year, _owner, _note), count in lots.items()]


def _check_current(rating: Rating) -> list[tuple[str, bool]]:
    days = (rating.on - _snapshot(rating).as_of).days
    return [(f"số liệu đã {days} ngày", days <= OLD_DAYS)]


def _check_consistent(rating: Rating) -> list[tuple[str, bool]]:
    count = _snapshot(rating).count
    tests = []
    parts = [count(key) for key in ("staff_vi", "staff_vii", "staff_viii")]
    total = count("staff_total")
    if total is not None and None not in parts:
        parts_sum = sum(part or 0 for part in parts)
        tests.append((f"ba nhóm chức danh cộng lại là {parts_sum}, tổng khai là {total}", parts_sum == total))
    for part_key, whole_key, fault in (
        ("switch_ports_gigabit", "switch_ports", "cổng 1 Gbps nhiều hơn tổng số cổng"),
        ("rooms_vc_good", "rooms_vc_able", "phòng họp tốt nhiều hơn phòng họp được trực tuyến"),
        ("villages_with_team", "villages", "thôn, tổ có tổ công nghệ số nhiều hơn tổng số thôn, tổ"),
        ("signers_certified", "signers", "người có chứng thư số nhiều hơn số người ký"),
    ):
        part, whole = count(part_key), count(whole_key)
        if part is not None and whole is not None:
            tests.append((fault, part <= whole))
    return tests


def _check_shared(rating: Rating) -> list[tuple[str, bool]]:
    fact = _snapshot(rating).fact
    tests = [("chưa dùng hệ thống của thành phố", fact("uses_shared_systems") is True)]
    if fact("has_website") is True:
        tests.append(("trang thông tin chưa là thành phần của cổng thành phố", fact("website_component") is True))
    return tests
