"""The quality of a ward's data by six words: đúng, đủ, sạch, sống, thống nhất, dùng chung. Pure.

The words are those of the Prime Minister's direction of 15/11/2025; no official definition of each was found, so what is
checked under each word is an assumption that the page states.
"""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass

from inventory.snapshots.snapshot import Snapshot
from portal.labels import LabelledEnum
from scoring.rating.confidence import OLD_DAYS
from scoring.rating.rating import FindingStatus, Rating


class Word(LabelledEnum):
    """The six words."""

    RIGHT = "right", "Đúng"
    ENOUGH = "enough", "Đủ"
    CLEAN = "clean", "Sạch"
    LIVING = "living", "Sống"
    UNIFIED = "unified", "Thống nhất"
    SHARED = "shared", "Dùng chung"


@dataclass(frozen=True)
class Check:
    """What is checked under a word, how to mend it, and who should."""

    word: Word
    what: str
    mend: str
    who: str


@dataclass(frozen=True)
class Quality:
    """One ward under one word: a score from 0 to 100, and what is wrong in words."""

    check: Check
    score: int
    faults: tuple[str, ...]


_OFFICER = "công chức xã, phường"
CHECKS = {
    check.word: check
    for check in (
        Check(Word.RIGHT, "số máy không quá hai lần số người; tốc độ đo không quá tốc độ hợp đồng", "kiểm đếm, đo lại", _OFFICER),
        Check(Word.ENOUGH, "mọi tiêu chí áp dụng đều có câu trả lời", "trả lời các câu còn thiếu trong đợt tới", _OFFICER),
        Check(Word.CLEAN, "không có hai lô trùng danh mục, năm, chủ sở hữu, ghi chú", "gộp các lô trùng", _OFFICER),
        Check(Word.LIVING, "số liệu không quá 6 tháng", "mở đợt cập nhật", "chuyên viên thẩm định"),
        Check(Word.UNIFIED, "các nhóm cộng lại bằng tổng; phần không lớn hơn tổng", "đối chiếu và sửa cho khớp", _OFFICER),
        Check(
            Word.SHARED,
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
    tests: dict[Word, Callable[[], list[tuple[str, bool]]]] = {
        Word.RIGHT: lambda: _right(rating),
        Word.ENOUGH: lambda: _enough(rating),
        Word.CLEAN: lambda: _clean(rating),
        Word.LIVING: lambda: _living(rating),
        Word.UNIFIED: lambda: _unified(rating),
        Word.SHARED: lambda: _shared(rating),
    }
    return tuple(_score(CHECKS[word], test()) for word, test in tests.items())


def _score(check: Check, tested: list[tuple[str, bool]]) -> Quality:
    faults = tuple(fault for fault, is_sound in tested if not is_sound)
    return Quality(check, 100 * (len(tested) - len(faults)) // len(tested) if tested else 100, faults)


def _snapshot(rating: Rating) -> Snapshot:
    assert rating.snapshot is not None
    return rating.snapshot


def _right(rating: Rating) -> list[tuple[str, bool]]:
    snapshot = _snapshot(rating)
    tested = []
    staff = snapshot.count("staff_total")
    if staff is not None:
        pcs = sum(lot.working for item in ("A01", "A02") for lot in snapshot.lots_of(item))
        tested.append((f"{pcs} máy tính cho {staff} người", pcs <= 2 * staff))
    for line in snapshot.connections:
        if line.measured_mbps is not None and line.contracted_mbps is not None:
            told = f"{line.kind.label}: đo được {line.measured_mbps} Mbps, hợp đồng {line.contracted_mbps} Mbps"
            tested.append((told, line.measured_mbps <= line.contracted_mbps))
    return tested


def _enough(rating: Rating) -> list[tuple[str, bool]]:
    applying = [finding for finding in rating.findings if finding.status is not FindingStatus.NOT_APPLICABLE]
    return [(finding.criterion.name, finding.status is not FindingStatus.UNANSWERED) for finding in applying]


def _clean(rating: Rating) -> list[tuple[str, bool]]:
    lots = Counter((lot.item, lot.year, lot.owner, lot.note) for lot in _snapshot(rating).lots)
    return [(f"{count} lô {item} trùng nhau", count == 1) for (item, _year, _owner, _note), count in lots.items()]


def _living(rating: Rating) -> list[tuple[str, bool]]:
    days = (rating.on - _snapshot(rating).as_of).days
    return [(f"số liệu đã {days} ngày", days <= OLD_DAYS)]


def _unified(rating: Rating) -> list[tuple[str, bool]]:
    count = _snapshot(rating).count
    tested = []
    parts = [count(key) for key in ("staff_vi", "staff_vii", "staff_viii")]
    total = count("staff_total")
    if total is not None and None not in parts:
        added = sum(part or 0 for part in parts)
        tested.append((f"ba nhóm chức danh cộng lại là {added}, tổng khai là {total}", added == total))
    for part_key, whole_key, told in (
        ("switch_ports_gigabit", "switch_ports", "cổng 1 Gbps nhiều hơn tổng số cổng"),
        ("rooms_vc_good", "rooms_vc_able", "phòng họp tốt nhiều hơn phòng họp được trực tuyến"),
        ("villages_with_team", "villages", "thôn, tổ có tổ công nghệ số nhiều hơn tổng số thôn, tổ"),
        ("signers_certified", "signers", "người có chứng thư số nhiều hơn số người ký"),
    ):
        part, whole = count(part_key), count(whole_key)
        if part is not None and whole is not None:
            tested.append((told, part <= whole))
    return tested


def _shared(rating: Rating) -> list[tuple[str, bool]]:
    fact = _snapshot(rating).fact
    tested = [("chưa dùng hệ thống của thành phố", fact("uses_shared_systems") is True)]
    if fact("has_website") is True:
        tested.append(("trang thông tin chưa là thành phần của cổng thành phố", fact("website_component") is True))
    return tested
