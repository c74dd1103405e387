"""What the charts show, as values: titles, rows, series, and the same in a sentence for whoever cannot see them. Pure."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from inventory.catalogue import GROUPS
from inventory.wards.wards import KIND_LABELS, Ward
from planning.plan.plan import Plan
from planning.plan.spending import SpendingForm
from portal.formats import format_day, format_number, format_vnd_short
from portal.vietnamese import sort_key
from scoring.rating.rating import Rating, Result

MAX_CRITERIA = 12


@dataclass(frozen=True)
class Series:
    """One colour of a chart: the key of its style and its label."""

    key: str
    label: str


@dataclass(frozen=True)
class Bars:
    """Bars lying on their sides: one row each, one amount a series. ``stacked`` into one bar, else each series in a panel of its own.

    Amounts are counts, or VND where ``is_money``. ``note`` says what the figures count.
    """

    title: str
    series: tuple[Series, ...]
    rows: tuple[tuple[str, tuple[int, ...]], ...]
    note: str
    stacked: bool = True
    is_money: bool = False

    def amount_text(self, amount: int) -> str:
        """An amount as a label."""
        return format_vnd_short(amount) if self.is_money else format_number(amount)

    @property
    def alt(self) -> str:
        """The chart in words: every row with its amounts."""
        rows = (
            f"{label}: "
            + ", ".join(
                f"{self.amount_text(n)} {series.label.lower()}" for n, series in zip(amounts, self.series, strict=True) if n
            )
            for label, amounts in self.rows
        )
        return f"{self.title}. {'; '.join(rows)}."


RESULTS = tuple(Series(result.value, result.label) for result in Result)
GROUP_NOTE = "Mỗi thanh là mọi đơn vị của nhóm, kể cả đơn vị chưa có số liệu."


def by_district(wards: Sequence[Ward], ratings: Mapping[str, Rating]) -> Bars:
    """The results by former district, in Vietnamese order."""
    names = sorted({ward.former_district for ward in wards}, key=sort_key)
    rows = tuple((name, _results(ratings[w.code] for w in wards if w.former_district == name)) for name in names)
    return Bars("Kết quả theo địa bàn quận, huyện, thị xã trước 01/7/2025", RESULTS, rows, GROUP_NOTE)


def by_kind(wards: Sequence[Ward], ratings: Mapping[str, Rating]) -> Bars:
    """The results of phường and of xã."""
    rows = tuple((label, _results(ratings[w.code] for w in wards if w.kind == kind)) for kind, label in KIND_LABELS.items())
    return Bars("Kết quả của phường và của xã", RESULTS, rows, GROUP_NOTE)


def most_missed(ratings: Mapping[str, Rating]) -> Bars:
    """The criteria that most rated wards miss. What would help an attacker is left out, and said to be."""
    open_findings = [f.criterion for rating in ratings.values() for f in rating.unmet if not f.criterion.is_sensitive]
    counts = Counter(criterion.code for criterion in open_findings)
    criteria = {criterion.code: criterion for criterion in open_findings}
    ordered = sorted(counts, key=lambda code: (-counts[code], not criteria[code].blocking, code))[:MAX_CRITERIA]
    rows = tuple((criteria[code].name, (counts[code], 0) if criteria[code].blocking else (0, counts[code])) for code in ordered)
    rated = sum(rating.snapshot is not None for rating in ratings.values())
    note = f"Số đơn vị chưa đạt, trong {rated} đơn vị đã thẩm định. Không kể nhóm G. {GROUPS['G']}."
    series = (Series("blocking", "Tiêu chí bắt buộc"), Series("other", "Tiêu chí khác"))
    return Bars(f"{len(rows)} tiêu chí thiếu nhiều nhất", series, rows, note)


def money_by_group(plan: Plan) -> Bars:
    """VND of the plan by group of items, forms of spending apart."""
    totals = plan.totals_by(lambda line: f"{line.group}. {GROUPS[line.group]}")
    return _money(plan, "Kinh phí của phương án theo nhóm", totals)


def money_by_year(plan: Plan) -> Bars:
    """VND of the plan by year in which it is paid, forms of spending apart."""
    by_year = {f"Năm {year}": sums for year, sums in plan.totals_by_year().items()}
    return _money(plan, "Kinh phí của phương án theo năm", by_year)


def _money(plan: Plan, title: str, totals: Mapping[str, Mapping[SpendingForm, int]]) -> Bars:
    # A form without money takes no panel.
    rows = tuple((name, tuple(sums[form] for form in plan.forms)) for name, sums in totals.items())
    evidence = " Có đơn giá tham khảo, chưa có căn cứ giá." if plan.is_draft else ""
    note = f"Theo {plan.quoted_name}, tính ngày {format_day(plan.on)}. Các hình thức chi không cộng vào nhau.{evidence}"
    series = tuple(Series(form.value, form.label) for form in plan.forms)
    return Bars(title, series, rows, note, stacked=False, is_money=True)


def _results(ratings: Iterable[Rating]) -> tuple[int, ...]:
    counts = Counter(rating.result for rating in ratings)
    return tuple(counts[result] for result in Result)
