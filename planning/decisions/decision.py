"""Decisions about a plan: their kinds, what each gives to which pot, and what none may say. Pure."""

import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date

from planning.decisions.state import State
from planning.plan.spending import Pot, SpendingForm
from portal.errors import WardReadinessError
from portal.formats import format_day, format_number, format_vnd_short
from portal.labels import LabelledEnum
from portal.vietnamese import fold


class DecisionKind(LabelledEnum):
    """What is decided (NĐ 224/2026/NĐ-CP, Điều 41, 65; NĐ 104/2026/NĐ-CP). No text asks for a decision to purchase beside these."""

    APPROVAL = "approval", "Phê duyệt phương án"
    POLICY = "policy", "Chủ trương và dự kiến kinh phí"
    INVESTMENT = "investment", "Quyết định đầu tư (hình thức dự án)"
    ALLOCATION = "allocation", "Giao dự toán, phân bổ vốn"


@dataclass(frozen=True)
class Decision:
    """One decision: number, day and issuing body as its text bears them, and whole VND by pot that add up to ``total``."""

    kind: DecisionKind
    number: str
    day: date
    body: str
    total: int
    amounts: Mapping[Pot, int]

    @property
    def key(self) -> tuple[str, str, int]:
        """What two decisions never share: a body counts its numbers from one again each year.

        Words and numbers alone count: dashes, dots and blanks differ from one copy of a document to another, and “Số” or a leading 0 tells nothing.
        """
        return _words(self.body), _words(self.number).removeprefix("so "), self.day.year


@dataclass(frozen=True)
class Asked:
    """VND that a submitted plan asks for: by pot, and in all.

    Where wards slide, a pot is asked for what the plan takes from it as drawn up or after they slid, whichever is more: a body may decide on
    either. The same money is asked for only once, so that ``total`` may be less than the pots together. ``fees`` is what the estimates hold
    beside the lines: what is approved may hold it too, what is allocated is recorded as it goes to the lines.
    """

    by_pot: Mapping[Pot, int]
    total: int
    fees: int = 0


@dataclass(frozen=True)
class Faults:
    """What is wrong with a decision, a sentence for each field and each pot."""

    fields: Mapping[str, str] = field(default_factory=dict)
    pots: Mapping[Pot, str] = field(default_factory=dict)

    def __bool__(self) -> bool:
        return bool(self.fields or self.pots)


class DecisionError(WardReadinessError):
    """A decision that cannot be recorded; ``faults`` say at which field."""

    def __init__(self, message: str, faults: Faults | None = None) -> None:
        super().__init__(message)
        self.faults = faults or Faults()


def asked_by(*tables: Mapping[Pot, int], fees: int = 0) -> Asked:
    """What is asked where a plan was submitted with these tables of VND by pot, one or more."""
    pots = sorted({pot for table in tables for pot in table})
    by_pot = {pot: max(table.get(pot, 0) for table in tables) for pot in pots}
    return Asked(by_pot, max(sum(table.values()) for table in tables), fees)


def find_faults(
    decision: Decision, today: date, submitted_on: date, asked: Asked, earlier: Iterable[Decision], used_by: str = ""
) -> Faults:
    """What a decision cannot be about a plan that was submitted on a day and asks for so much.

    ``earlier`` are the other decisions about the plan and the revisions before it: what they allocated is no longer there to be given.
    ``used_by`` names the plan that a decision of this number, body and year is recorded for already.
    """
    fields: dict[str, str] = {}
    if decision.day > today:
        fields["day"] = "Ngày quyết định ở tương lai. Ghi ngày trên văn bản."
    elif decision.day < submitted_on:
        fields["day"] = f"Phương án trình ngày {format_day(submitted_on)}, nên quyết định không thể có trước ngày ấy."
    body, number, _year = decision.key
    if not body:
        fields["body"] = "Ghi tên cơ quan ban hành như trên văn bản."
    if not number:
        fields["number"] = "Ghi số, ký hiệu như trên văn bản."
    elif used_by:
        fields["number"] = f"Số này của cùng cơ quan, cùng năm đã ghi cho “{used_by}”. Kiểm tra số, cơ quan ban hành."
    named = sum(decision.amounts.values())
    is_allocation = decision.kind is DecisionKind.ALLOCATION
    given, fees = (ceilings_of(earlier), 0) if is_allocation else ({}, asked.fees)
    if decision.kind in (DecisionKind.ALLOCATION, DecisionKind.INVESTMENT) and not decision.amounts:
        fields["total"] = (
            "Quyết định loại này phải nêu số tiền của ít nhất một nguồn. Ghi số tiền theo nguồn, nguồn không được giao thì ghi 0."
        )
    elif named != decision.total:
        fields["total"] = f"Các nguồn cộng lại là {_vnd(named)}, khác tổng đã ghi. Sửa tổng hoặc số tiền của từng nguồn."
    elif decision.total + sum(given.values()) > asked.total + fees:
        fields["total"] = f"Vượt tổng đề nghị {_vnd(asked.total)}{_beside(fees)}{_already(sum(given.values()))}."
        if is_allocation and asked.fees:
            fields["total"] += " Ghi phần giao cho các dòng của phương án, không gồm chi phí quản lý, tư vấn, dự phòng."
    if decision.kind is DecisionKind.INVESTMENT and all(pot.form is not SpendingForm.PROJECT for pot in asked.by_pot):
        fields["kind"] = "Phương án không có khoản chi theo hình thức dự án nên không có quyết định đầu tư."
    return Faults(fields, {pot: text for pot in decision.amounts if (text := _find_pot_fault(decision, pot, asked, given))})


def ceilings_of(decisions: Iterable[Decision]) -> dict[Pot, int]:
    """VND that allocation decisions give to each pot, added up; nothing where there is none.

    What a decision does not name is not decided yet: it has no ceiling here. What was asked beyond a ceiling is not covered by decision.
    """
    ceilings: dict[Pot, int] = {}
    for decision in decisions:
        if decision.kind is DecisionKind.ALLOCATION:
            for pot, amount in decision.amounts.items():
                ceilings[pot] = ceilings.get(pot, 0) + amount
    return dict(sorted(ceilings.items()))


def describe_standing(state: State, decisions: Iterable[Decision]) -> str:
    """Where a plan stands, in words. Money is called given only once a decision gives it, and so much of it as that gives."""
    given = sum(ceilings_of(decisions).values())
    return f"{state.label}; đã giao dự toán {format_vnd_short(given)}" if given else state.label


def _find_pot_fault(decision: Decision, pot: Pot, asked: Asked, given: Mapping[Pot, int]) -> str:
    if decision.kind is DecisionKind.INVESTMENT and pot.form is not SpendingForm.PROJECT:
        return "Quyết định đầu tư chỉ cho khoản chi theo hình thức dự án. Để trống ô này."
    # What is paid yearly is in no estimate.
    fees = 0 if decision.kind is DecisionKind.ALLOCATION or pot.form is SpendingForm.RECURRENT else asked.fees
    if decision.amounts[pot] + given.get(pot, 0) > asked.by_pot.get(pot, 0) + fees:
        return f"Vượt số đề nghị của nguồn này: {_vnd(asked.by_pot.get(pot, 0))}{_beside(fees)}{_already(given.get(pot, 0))}."
    return ""


def _words(text: str) -> str:
    """The words and numbers of a text, whatever stands between them: ``Số 012/QĐ–UBND`` gives ``so 12 qd ubnd``."""
    parts = re.findall(r"\d+|[^\W\d_]+", fold(unicodedata.normalize("NFKC", text)))
    return " ".join(part.lstrip("0") or part for part in parts)


def _beside(fees: int) -> str:
    return f" và {_vnd(fees)} chi phí khác của dự toán, tổng mức đầu tư" if fees else ""


def _already(given: int) -> str:
    return f", trong đó {_vnd(given)} đã giao theo quyết định khác" if given else ""


def _vnd(amount: int) -> str:
    return f"{format_number(amount)} đồng"
