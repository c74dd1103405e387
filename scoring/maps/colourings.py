"""Colourings of the map: each puts every ward into one class, with the label and the mark of the class. Pure.

The key of a class names its style; its colour and pattern are defined in the style sheet alone.
"""

from bisect import bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from portal.formats import format_percent, format_vnd_short
from scoring.rating.confidence import Confidence
from scoring.rating.rating import Finding, FindingStatus, Rating, Result
from scoring.rating.remedies import CostToReady
from scoring.rating.standard import Criterion

# The limits of five classes, from pale to dark, so that the order survives grey print.
SCORES = (60, 70, 80, 90)
SHARES = (25, 50, 75, 100)
MILLION = 1_000_000
MARKS = {FindingStatus.MET: "✓", FindingStatus.UNMET: "✗", FindingStatus.UNANSWERED: "?", FindingStatus.NOT_APPLICABLE: "–"}


@dataclass(frozen=True)
class Shade:
    """One class of a legend: the key of its style, its label, and the short mark of its tiles."""

    key: str
    label: str
    mark: str = ""


@dataclass(frozen=True)
class Colouring:
    """Every ward in one of the shades, by code. ``values`` are figures as text, ``marks`` the marks of tiles that differ from that of the class.

    ``note`` says what the figures are made of, where the label alone does not.
    """

    key: str
    label: str
    shades: tuple[Shade, ...]
    of: Mapping[str, int]
    values: Mapping[str, str] = field(default_factory=dict)
    marks: Mapping[str, str] = field(default_factory=dict)
    note: str = ""

    @property
    def counts(self) -> tuple[int, ...]:
        """How many wards each shade has, in the order of the shades."""
        indexes = list(self.of.values())
        return tuple(indexes.count(index) for index in range(len(self.shades)))

    def shade_of(self, ward_code: str) -> Shade:
        """The shade of one ward."""
        return self.shades[self.of[ward_code]]

    def mark_of(self, ward_code: str) -> str:
        """The short mark in the tile of one ward."""
        return self.marks.get(ward_code, self.shade_of(ward_code).mark)

    def wards_of(self, shade_index: int) -> tuple[str, ...]:
        """The codes of the wards in the shade with that index."""
        return tuple(code for code, index in self.of.items() if index == shade_index)

    def text_of(self, ward_code: str) -> str:
        """The text of one ward: its figure where there is one, else its class."""
        return self.values.get(ward_code) or self.shade_of(ward_code).label


NO_DATA = Shade("no_data", Result.NO_DATA.label, "–")
NOT_APPLICABLE = Shade("na", FindingStatus.NOT_APPLICABLE.label, "–")


def by_state(ratings: Mapping[str, Rating]) -> Colouring:
    """The four results."""
    shades = tuple(Shade(result.value, result.label, result.mark) for result in Result)
    return Colouring("state", "Kết quả", shades, {code: list(Result).index(rating.result) for code, rating in ratings.items()})


def by_score(ratings: Mapping[str, Rating]) -> Colouring:
    """The score from 0 to 100."""
    scores = {code: rating.score for code, rating in ratings.items() if rating.snapshot is not None}
    labels = ("dưới 60 điểm", "60 đến 69 điểm", "70 đến 79 điểm", "80 đến 89 điểm", "90 đến 100 điểm")
    values = {code: f"{score} điểm" for code, score in scores.items()}
    marks = {code: str(score) for code, score in scores.items()}
    return _on_scale("score", "Điểm", ratings, scores, SCORES, _ramp("seq", labels), values, marks)


def by_group(ratings: Mapping[str, Rating], letter: str, name: str) -> Colouring:
    """The share of a group's counted weight that is met, in whole per cent, rounded down."""
    shares = {code: share for code, rating in ratings.items() if (share := _met_share(rating, letter)) is not None}
    labels = ("dưới 25 %", "25 đến dưới 50 %", "50 đến dưới 75 %", "75 đến dưới 100 %", "100 %, đạt cả nhóm")
    values = {code: format_percent(share / 100) for code, share in shares.items()}
    note = "Tỷ lệ trọng số đạt trên trọng số được tính của nhóm, làm tròn xuống."
    return _on_scale(f"group-{letter}", f"{letter}. {name}", ratings, shares, SHARES, _ramp("seq", labels), values, values, note)


def by_criterion(ratings: Mapping[str, Rating], criterion: Criterion) -> Colouring:
    """Met, not met, unanswered or not applicable: one criterion over the city."""
    keys = {"met": "ready", "unmet": "not_ready", "unanswered": "incomplete", "not_applicable": "na"}
    shades = (*(Shade(keys[status.value], status.label, MARKS[status]) for status in FindingStatus), NO_DATA)
    findings = {code: _finding_of(rating, criterion.code) for code, rating in ratings.items()}
    statuses = list(FindingStatus)
    indexes = {code: statuses.index(finding.status) if finding else len(statuses) for code, finding in findings.items()}
    return Colouring(criterion.code, f"{criterion.code.removeprefix('CR-')} {criterion.name}", shades, indexes)


def by_cost(ratings: Mapping[str, Rating], costs: Mapping[str, CostToReady]) -> Colouring:
    """Cost to ready: capital and one year of recurrent spending, named separately in the text of each ward."""
    priced = {
        code: costs[code].capital + costs[code].recurrent
        for code, rating in ratings.items()
        if rating.result in (Result.NOT_READY, Result.INCOMPLETE) and costs[code].possible
    }
    limits = _round_limits(sorted(priced.values()))
    shades = (
        *_ramp("heat", _range_labels(limits)),
        Shade("done", "đã đáp ứng, không cần thêm", "✓"),
        Shade("stuck", "bố trí kinh phí vẫn chưa đủ điều kiện", "!"),
        NO_DATA,
    )
    indexes = {code: _cost_index(rating, priced.get(code), limits) for code, rating in ratings.items()}
    values = {
        code: f"{format_vnd_short(total)} (mua sắm một lần {format_vnd_short(costs[code].capital)}, "
        f"chi hằng năm {format_vnd_short(costs[code].recurrent)})"
        for code, total in priced.items()
    }
    marks = {code: _tile_amount(total) for code, total in priced.items()}
    note = "Mua sắm một lần cộng chi hằng năm của một năm, để so các đơn vị với nhau; hai hình thức chi ghi riêng ở từng đơn vị."
    return Colouring("cost", "Kinh phí cần bổ sung để đáp ứng", shades, indexes, values, marks, note)


def by_confidence(grades: Mapping[str, Confidence | None]) -> Colouring:
    """The confidence in each verdict."""
    keys = {"measured": "seq5", "evidence": "seq3", "reviewed": "seq1", "old": "old"}
    shades = (*(Shade(keys[grade.value], grade.label) for grade in Confidence), NO_DATA)
    order = list(Confidence)
    indexes = {code: order.index(grade) if grade else len(order) for code, grade in grades.items()}
    return Colouring("confidence", "Độ tin cậy", shades, indexes)


CHANGES = (
    Shade("ready", "mới đáp ứng", "▲"),
    Shade("better", "điểm tăng", "↑"),
    Shade("same", "không đổi", "="),
    Shade("worse", "điểm giảm", "↓"),
    Shade("not_ready", "không còn đáp ứng", "▼"),
    Shade("na", "chưa có đợt trước để so"),
    NO_DATA,
)


def by_change(ratings: Mapping[str, Rating], before: Mapping[str, Rating]) -> Colouring:
    """The change since each ward's round before, both rated alike, so that it is due to the data."""
    indexes = {code: _change_index(before.get(code), rating) for code, rating in ratings.items()}
    values = {}
    for code, rating in ratings.items():
        previous = before.get(code)
        if previous is not None and rating.snapshot is not None and indexes[code] != 2:
            values[code] = f"{CHANGES[indexes[code]].label}, {previous.score} → {rating.score} điểm"
    note = "Hai đợt xét theo cùng bộ tiêu chuẩn đang dùng, cùng một ngày."
    return Colouring("change", "Thay đổi so với đợt trước", CHANGES, indexes, values, note=note)


def _on_scale(
    key: str,
    label: str,
    ratings: Mapping[str, Rating],
    figures: Mapping[str, int],
    limits: Sequence[int],
    ramp: tuple[Shade, ...],
    values: Mapping[str, str],
    marks: Mapping[str, str],
    note: str = "",
) -> Colouring:
    """Figures in classes; a ward without a figure has no data, or the figure does not apply to it."""

    def index_of(code: str, rating: Rating) -> int:
        if code in figures:
            return bisect_right(limits, figures[code])
        return len(ramp) + 1 if rating.snapshot is None else len(ramp)

    indexes = {code: index_of(code, rating) for code, rating in ratings.items()}
    return Colouring(key, label, (*ramp, NOT_APPLICABLE, NO_DATA), indexes, values, marks, note)


def _ramp(name: str, labels: Sequence[str]) -> tuple[Shade, ...]:
    return tuple(Shade(f"{name}{number}", label) for number, label in enumerate(labels, 1))


def _met_share(rating: Rating, letter: str) -> int | None:
    findings = [finding for finding in rating.findings if finding.criterion.group == letter and finding.is_counted]
    counted = sum(finding.criterion.weight for finding in findings)
    met = sum(finding.criterion.weight for finding in findings if finding.is_met)
    return 100 * met // counted if counted else None


def _finding_of(rating: Rating, code: str) -> Finding | None:
    return next((finding for finding in rating.findings if finding.criterion.code == code), None)


def _cost_index(rating: Rating, total: int | None, limits: Sequence[int]) -> int:
    if total is not None:
        return bisect_right(limits, total)
    return {Result.READY: 5, Result.NO_DATA: 7}.get(rating.result, 6)


def _round_limits(sums: Sequence[int]) -> tuple[int, ...]:
    """Four round sums of the ladder 1, 2, 5, 10 around the middle one, so that the classes are easy to name."""
    middle = max(sums[len(sums) // 2] if sums else 0, 10 * MILLION)
    ladder = [step * 10**power for power in range(5, 14) for step in (1, 2, 5)]
    index = bisect_right(ladder, middle)
    return tuple(ladder[index - 3 : index + 1])


def _range_labels(limits: Sequence[int]) -> tuple[str, ...]:
    labels = [format_vnd_short(limit) for limit in limits]
    inner = [f"từ {low} đến dưới {high}" for low, high in pairwise(labels)]
    return (f"dưới {labels[0]}", *inner, f"từ {labels[-1]} trở lên")


def _tile_amount(total: int) -> str:
    """``350 tr`` or ``1,2 tỷ``: what fits into a tile."""
    return format_vnd_short(total).replace("triệu đồng", "tr").removesuffix(" đồng")


def _change_index(previous: Rating | None, current: Rating) -> int:
    if current.snapshot is None:
        return 6
    if previous is None:
        return 5
    is_ready, was_ready = current.result is Result.READY, previous.result is Result.READY
    if is_ready != was_ready:
        return 0 if is_ready else 4
    return 1 if current.score > previous.score else 3 if current.score < previous.score else 2
