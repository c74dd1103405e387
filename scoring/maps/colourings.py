"""Colourings of the map: each puts every ward into one class, with the words and the sign of the class. Pure.

The key of a class is that of its style; which colour and pattern that is stands in the style sheet alone.
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

# Ladders of five: from pale to dark, so that the order survives grey print.
SCORES = (60, 70, 80, 90)
SHARES = (25, 50, 75, 100)
MILLION = 1_000_000
MARKS = {FindingStatus.MET: "✓", FindingStatus.UNMET: "✗", FindingStatus.UNANSWERED: "?", FindingStatus.NOT_APPLICABLE: "–"}


@dataclass(frozen=True)
class Shade:
    """One class of a legend: the key of its style, its words, and the short sign of its tiles."""

    key: str
    label: str
    mark: str = ""


@dataclass(frozen=True)
class Colouring:
    """Every ward in one of the shades, by code. ``values`` are figures in words, ``marks`` what stands in a tile for the sign.

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
        places = list(self.of.values())
        return tuple(places.count(place) for place in range(len(self.shades)))

    def shade_of(self, ward_code: str) -> Shade:
        """The shade of one ward."""
        return self.shades[self.of[ward_code]]

    def mark_of(self, ward_code: str) -> str:
        """The short sign in the tile of one ward."""
        return self.marks.get(ward_code, self.shade_of(ward_code).mark)

    def wards_of(self, place: int) -> tuple[str, ...]:
        """The codes of the wards in the shade of that place."""
        return tuple(code for code, found in self.of.items() if found == place)

    def told(self, ward_code: str) -> str:
        """The words of one ward: its figure where there is one, else its class."""
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
    return _on_a_ladder("score", "Điểm", ratings, scores, SCORES, _ramp("seq", labels), values, marks)


def by_group(ratings: Mapping[str, Rating], letter: str, name: str) -> Colouring:
    """The share of a group's counted weight that is met, in whole per cent, rounded down."""
    shares = {code: share for code, rating in ratings.items() if (share := _met_share(rating, letter)) is not None}
    labels = ("dưới 25 %", "25 đến dưới 50 %", "50 đến dưới 75 %", "75 đến dưới 100 %", "100 %, đạt cả nhóm")
    values = {code: format_percent(share / 100) for code, share in shares.items()}
    note = "Tỷ lệ trọng số đạt trên trọng số được tính của nhóm, làm tròn xuống."
    return _on_a_ladder(f"group-{letter}", f"{letter}. {name}", ratings, shares, SHARES, _ramp("seq", labels), values, values, note)


def by_criterion(ratings: Mapping[str, Rating], criterion: Criterion) -> Colouring:
    """Met, not met, unanswered or not applicable: one criterion over the city."""
    keys = {"met": "ready", "unmet": "not_ready", "unanswered": "incomplete", "not_applicable": "na"}
    shades = (*(Shade(keys[status.value], status.label, MARKS[status]) for status in FindingStatus), NO_DATA)
    found = {code: _find(rating, criterion.code) for code, rating in ratings.items()}
    statuses = list(FindingStatus)
    places = {code: statuses.index(f.status) if f else len(statuses) for code, f in found.items()}
    return Colouring(criterion.code, f"{criterion.code.removeprefix('CR-')} {criterion.name}", shades, places)


def by_cost(ratings: Mapping[str, Rating], costs: Mapping[str, CostToReady]) -> Colouring:
    """Cost to ready: capital and one year of recurrent spending, told apart in the words of each ward."""
    priced = {
        code: costs[code].capital + costs[code].recurrent
        for code, rating in ratings.items()
        if rating.result in (Result.NOT_READY, Result.INCOMPLETE) and costs[code].possible
    }
    bounds = _round_bounds(sorted(priced.values()))
    shades = (
        *_ramp("heat", _between(bounds)),
        Shade("done", "đã đáp ứng, không cần thêm", "✓"),
        Shade("stuck", "chỉ có tiền thì chưa đủ", "!"),
        NO_DATA,
    )
    places = {code: _cost_place(rating, priced.get(code), bounds) for code, rating in ratings.items()}
    values = {
        code: f"{format_vnd_short(whole)} (đầu tư {format_vnd_short(costs[code].capital)}, "
        f"thường xuyên {format_vnd_short(costs[code].recurrent)} mỗi năm)"
        for code, whole in priced.items()
    }
    marks = {code: _short(whole) for code, whole in priced.items()}
    note = "Chi đầu tư phát triển cộng chi thường xuyên của một năm, để so các đơn vị với nhau; hai nguồn ghi riêng ở từng đơn vị."
    return Colouring("cost", "Kinh phí cần bổ sung để đáp ứng", shades, places, values, marks, note)


def by_confidence(grades: Mapping[str, Confidence | None]) -> Colouring:
    """How firmly each verdict stands."""
    keys = {"measured": "seq5", "evidence": "seq3", "reviewed": "seq1", "old": "old"}
    shades = (*(Shade(keys[grade.value], grade.label) for grade in Confidence), NO_DATA)
    order = list(Confidence)
    places = {code: order.index(grade) if grade else len(order) for code, grade in grades.items()}
    return Colouring("confidence", "Độ tin cậy", shades, places)


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
    """What changed since each ward's round before, both rated alike, so that the change lies in the data."""
    places = {code: _change_place(before.get(code), rating) for code, rating in ratings.items()}
    values = {}
    for code, rating in ratings.items():
        was = before.get(code)
        if was is not None and rating.snapshot is not None and places[code] != 2:
            values[code] = f"{CHANGES[places[code]].label}, {was.score} → {rating.score} điểm"
    note = "Hai đợt xét theo cùng bộ tiêu chuẩn đang dùng, cùng một ngày."
    return Colouring("change", "Thay đổi so với đợt trước", CHANGES, places, values, note=note)


def _on_a_ladder(
    key: str,
    label: str,
    ratings: Mapping[str, Rating],
    figures: Mapping[str, int],
    bounds: Sequence[int],
    ramp: tuple[Shade, ...],
    values: Mapping[str, str],
    marks: Mapping[str, str],
    note: str = "",
) -> Colouring:
    """Figures on a ladder; a ward without one has no data, or the figure does not apply to it."""

    def place(code: str, rating: Rating) -> int:
        if code in figures:
            return bisect_right(bounds, figures[code])
        return len(ramp) + 1 if rating.snapshot is None else len(ramp)

    places = {code: place(code, rating) for code, rating in ratings.items()}
    return Colouring(key, label, (*ramp, NOT_APPLICABLE, NO_DATA), places, values, marks, note)


def _ramp(name: str, labels: Sequence[str]) -> tuple[Shade, ...]:
    return tuple(Shade(f"{name}{number}", label) for number, label in enumerate(labels, 1))


def _met_share(rating: Rating, letter: str) -> int | None:
    found = [finding for finding in rating.findings if finding.criterion.group == letter and finding.is_counted]
    counted = sum(finding.criterion.weight for finding in found)
    met = sum(finding.criterion.weight for finding in found if finding.is_met)
    return 100 * met // counted if counted else None


def _find(rating: Rating, code: str) -> Finding | None:
    return next((finding for finding in rating.findings if finding.criterion.code == code), None)


def _cost_place(rating: Rating, whole: int | None, bounds: Sequence[int]) -> int:
    if whole is not None:
        return bisect_right(bounds, whole)
    return {Result.READY: 5, Result.NO_DATA: 7}.get(rating.result, 6)


def _round_bounds(sums: Sequence[int]) -> tuple[int, ...]:
    """Four round sums of the ladder 1, 2, 5, 10 around the middle one, so that the classes are easy to say."""
    middle = max(sums[len(sums) // 2] if sums else 0, 10 * MILLION)
    ladder = [step * 10**power for power in range(5, 14) for step in (1, 2, 5)]
    at = bisect_right(ladder, middle)
    return tuple(ladder[at - 3 : at + 1])


def _between(bounds: Sequence[int]) -> tuple[str, ...]:
    said = [format_vnd_short(bound) for bound in bounds]
    inner = [f"từ {low} đến dưới {high}" for low, high in pairwise(said)]
    return (f"dưới {said[0]}", *inner, f"từ {said[-1]} trở lên")


def _short(whole: int) -> str:
    """``350 tr`` or ``1,2 tỷ``: what fits into a tile."""
    return format_vnd_short(whole).replace("triệu đồng", "tr").removesuffix(" đồng")


def _change_place(was: Rating | None, now: Rating) -> int:
    if now.snapshot is None:
        return 6
    if was is None:
        return 5
    is_ready, was_ready = now.result is Result.READY, was.result is Result.READY
    if is_ready != was_ready:
        return 0 if is_ready else 4
    return 1 if now.score > was.score else 3 if now.score < was.score else 2
