"""The account of money of a plan: what is least for the wards to be ready, the whole, the ceilings, what is funded and what is not. Pure.

Every page and file that shows one of these figures asks here.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from inventory.catalogue import GROUPS
from planning.funding.funded import FundedPart, FundedPlan
from planning.funding.parts import Rank
from planning.plan.comparison import wards_ready_after
from planning.plan.norms import NormClass
from planning.plan.spending import ALL_FORMS, Pot, SpendingForm
from portal.formats import format_number
from portal.labels import LabelledEnum


class Cut(LabelledEnum):
    """What the account is cut by."""

    YEAR = "year", "Theo năm"
    SOURCE = "source", "Theo nguồn vốn"
    FORM = "form", "Theo hình thức chi"
    RANK = "rank", "Theo thứ bậc của dòng"
    NORM = "norm", "Theo định mức"
    GROUP = "group", "Theo nhóm"
    WARD = "ward", "Theo xã, phường"


@dataclass(frozen=True)
class Sums:
    """VND: the least that turns wards ready, the whole, and what of it is funded. ``minimum`` and ``funded`` are parts of the whole."""

    minimum: int = 0
    whole: int = 0
    funded: int = 0

    @property
    def unfunded(self) -> int:
        """VND of the whole that no pot covers."""
        return self.whole - self.funded

    def plus(self, part: FundedPart, amount: int) -> "Sums":
        """The sums with so many VND of a part more."""
        return Sums(
            self.minimum + (amount if part.part.rank is Rank.READINESS else 0),
            self.whole + amount,
            self.funded + (amount if part.is_funded else 0),
        )


@dataclass(frozen=True)
class Account:
    """The whole account: sums of all forms of spending, under the label that says so, and by every cut, keys in their order.

    ``ceilings`` are VND by pot, ``allocated`` VND of them are given by decisions, ``uncapped`` is VND of the whole in pots that have none.
    ``slid`` is by how many VND the whole differs from the plan as it was drawn up, because ``wards_slid`` wards begin later.
    """

    total: Sums
    cuts: Mapping[Cut, Mapping[str, Sums]]
    pots: Mapping[Pot, Sums]
    ceilings: Mapping[Pot, int]
    allocated: int
    uncapped: int
    slid: int
    wards_slid: int
    wards: int
    ready_now: int
    ready_funded: int
    ready_all: int

    label = ALL_FORMS

    @property
    def ceiling(self) -> int:
        """VND of all ceilings together, what nobody asks for included."""
        return sum(self.ceilings.values())

    @property
    def ceiling_remark(self) -> str:
        """What the ceilings hold, without which funded and unfunded cannot be understood."""
        if not self.ceilings:
            return "Chưa đặt mức vốn tối đa nào, nên coi như đủ vốn cho toàn phương án."
        text = f"Mức vốn tối đa (khả năng cân đối): {format_number(self.ceiling)} đồng"
        text += f", trong đó đã giao theo quyết định {format_number(self.allocated)} đồng." if self.allocated else "."
        if self.uncapped:
            text += f" Ngoài ra {format_number(self.uncapped)} đồng của phương án thuộc nguồn chưa đặt mức, coi như đủ vốn."
        return text

    @property
    def slide_remark(self) -> str:
        """How the account differs from the other tables of the plan, whose years are those in which it was drawn up; nothing where no ward slides."""
        if not self.wards_slid:
            return ""
        text = f"Có {self.wards_slid} đơn vị lùi năm thực hiện so với bản lập"
        if self.slid:
            change = "thấp hơn" if self.slid < 0 else "cao hơn"
            text += f", nên toàn phương án ở phần cân đối vốn {change} bản lập {format_number(abs(self.slid))} đồng"
        return f"{text}; các bảng kinh phí khác vẫn theo năm của bản lập."

    @property
    def forms(self) -> dict[SpendingForm, Sums]:
        """The sums of each form of spending that has money."""
        return {form: self.cuts[Cut.FORM][form.label] for form in SpendingForm if form.label in self.cuts[Cut.FORM]}


def account_of(funded: FundedPlan, drawn_up: int | None = None) -> Account:
    """The account of a plan. ``drawn_up`` is VND of the plan as it was drawn up, before any ward slid: the same where none did."""
    total, pots = Sums(), dict[Pot, Sums]()
    cuts: dict[Cut, dict[str, Sums]] = {cut: {} for cut in Cut}
    for each in funded.parts:
        part = each.part
        total = total.plus(each, part.amount)
        for cut, key in ((Cut.RANK, part.rank.label), (Cut.GROUP, _group_label(part.line.group)), (Cut.WARD, part.line.ward.code)):
            _add(cuts[cut], key, each, part.amount)
        for kind, amount in part.amounts_by_norm.items():
            _add(cuts[Cut.NORM], kind.heading, each, amount)
        for pot, amount in part.amounts_by_pot.items():
            pots[pot] = pots.get(pot, Sums()).plus(each, amount)
            for cut, key in ((Cut.YEAR, str(pot.year)), (Cut.SOURCE, pot.source), (Cut.FORM, pot.form.label)):
                _add(cuts[cut], key, each, amount)
    plan = funded.plan
    return Account(
        total=total,
        cuts={cut: _ordered(cut, rows, [ward.code for ward in plan.wards]) for cut, rows in cuts.items()},
        pots=dict(sorted(pots.items())),
        ceilings=dict(sorted(funded.ceilings.items())),
        allocated=sum(funded.ceilings[pot] for pot in funded.decided),
        uncapped=sum(sums.whole for pot, sums in pots.items() if pot not in funded.ceilings),
        slid=0 if drawn_up is None else total.whole - drawn_up,
        wards_slid=sum(later > 0 for later in funded.choice.years.values()),
        wards=len(plan.wards),
        ready_now=plan.ready_now,
        ready_funded=len(funded.ready_after),
        ready_all=len(wards_ready_after(plan)),
    )


def _add(rows: dict[str, Sums], key: str, part: FundedPart, amount: int) -> None:
    rows[key] = rows.get(key, Sums()).plus(part, amount)


def _group_label(group: str) -> str:
    return f"{group}. {GROUPS[group]}"


def _ordered(cut: Cut, rows: Mapping[str, Sums], ward_codes: Iterable[str]) -> dict[str, Sums]:
    """The rows that have money, in the order in which people expect them."""
    orders: dict[Cut, list[str]] = {
        Cut.FORM: [form.label for form in SpendingForm],
        Cut.RANK: [rank.label for rank in Rank],
        Cut.NORM: [kind.heading for kind in NormClass],
        Cut.WARD: list(ward_codes),
    }
    return {key: rows[key] for key in orders.get(cut, sorted(rows)) if key in rows and rows[key].whole}
