"""How money is spent and where it comes from: form of spending, and source = level of budget, nature, field. Pure.

Three forms have totals of their own; they are added only under a label that says so (NĐ 224/2026/NĐ-CP, Điều 41.3, 65.1). What a source is
made of is TT 26/2026/TT-BTC.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from itertools import product

from portal.labels import LabelledEnum

ALL_FORMS = "tổng các hình thức chi"


class SpendingForm(LabelledEnum):
    """The form of spending of a line."""

    PURCHASE = "purchase", "Mua sắm một lần không lập dự án"
    RECURRENT = "recurrent", "Chi hằng năm"
    PROJECT = "project", "Dự án"


class BudgetLevel(LabelledEnum):
    """Whose budget pays."""

    CITY = "city", "Ngân sách Thành phố"
    WARD = "ward", "Ngân sách xã, phường"
    TARGETED = "targeted", "Bổ sung có mục tiêu từ ngân sách Thành phố"
    OTHER = "other", "Nguồn hợp pháp khác"


class Nature(LabelledEnum):
    """What kind of money it is."""

    INVESTMENT = "investment", "đầu tư phát triển"
    RECURRENT_AUTONOMOUS = "recurrent_autonomous", "thường xuyên tự chủ"
    RECURRENT_OTHER = "recurrent_other", "thường xuyên không tự chủ"


class BudgetField(LabelledEnum):
    """The field of spending that the money is set apart for."""

    DIGITAL = "digital", "KHCN, ĐMST và chuyển đổi số"
    ADMINISTRATION = "administration", "quản lý hành chính"


@dataclass(frozen=True)
class Source:
    """A source of money: level of budget, nature, field of spending."""

    level: BudgetLevel
    nature: Nature
    field: BudgetField

    @property
    def label(self) -> str:
        """``Ngân sách Thành phố; thường xuyên không tự chủ; KHCN, ĐMST và chuyển đổi số``: as it stands on lines and in files."""
        return f"{self.level.label}; {self.nature.label}; {self.field.label}"


@dataclass(frozen=True, order=True)
class Pot:
    """The money of one year from one source, named by its label, for one form of spending."""

    year: int
    source: str
    form: SpendingForm

    @property
    def label(self) -> str:
        """``năm 2027, Ngân sách Thành phố; …, chi hằng năm``."""
        return f"năm {self.year}, {self.source}, {self.form.label[:1].lower()}{self.form.label[1:]}"


def sum_by_pot(amounts: Iterable[Mapping[Pot, int]]) -> dict[Pot, int]:
    """VND that several ask of each pot together, in the order of the pots; none of what nobody asks for."""
    sums: dict[Pot, int] = {}
    for by_pot in amounts:
        for pot, amount in by_pot.items():
            sums[pot] = sums.get(pot, 0) + amount
    return {pot: amount for pot, amount in sorted(sums.items()) if amount}


@cache
def sources_by_label() -> dict[str, Source]:
    """Every source that there is, in the order of level, nature and field."""
    return {source.label: source for source in (Source(*parts) for parts in product(BudgetLevel, Nature, BudgetField))}


def find_source(label: str) -> Source | None:
    """The source of a label; None where no such source is known."""
    return sources_by_label().get(label)
