"""Atypical values: what a reviewer would ask about, shown to the officer before sending. Pure.

An error blocks sending; an anomaly asks for a reason. The officer and the reviewer see the same ones.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from statistics import median, quantiles

from inventory.snapshots.snapshot import Snapshot
from portal.formats import format_number
from portal.numbers import Number
from surveys.questionnaire.answers.kinds import kind_of
from surveys.questionnaire.answers.parsing import Entries, entry_text
from surveys.questionnaire.contradictions import PCS
from surveys.questionnaire.evaluation import Evaluation, reason_field
from surveys.questionnaire.questions import Question

# The values of fewer wards than this do not show what is usual.
MIN_PEERS = 8
PEER_COUNT = 20
# A value more than MAX_SPREADS spreads away from the median is an anomaly. The spread is the wider of the median distance from the median and the distance
# between the quartiles, both brought to the scale of a standard deviation: where more than half of the wards have the very same
# number, the first alone would be zero. It is at least a tenth of the median, and at least one.
MAX_SPREADS, MEDIAN_SCALE, QUARTILE_SCALE, MIN_SPREAD_SHARE = 3.5, 1.4826, 1 / 1.349, 0.1
# A change from the ward's last approved value is an anomaly where it is larger than this and than half of that value.
MIN_CHANGE = 5
MIN_REASON_LENGTH = 5


@dataclass(frozen=True)
class Anomaly:
    """One atypical value: its question, its field, what is atypical about it, and the officer's reason where there is one."""

    question: str
    field: str
    message: str
    reason: str = ""

    @property
    def is_explained(self) -> bool:
        """Whether a reason of some length was entered."""
        return len(self.reason) >= MIN_REASON_LENGTH


@dataclass(frozen=True)
class UsualRange:
    """What wards of the same kind and size report: the median, and the range outside of which a value is an anomaly."""

    median: int
    low: float
    high: float
    peer_count: int


def answer_numbers(snapshot: Snapshot) -> dict[str, Number]:
    """One number for each question that has one: a count, the working machines, the contracted Mbps."""
    numbers: dict[str, Number] = {}
    for key, fact in snapshot.facts.items():
        if isinstance(fact.value, int | Decimal) and not isinstance(fact.value, bool):
            numbers[key] = fact.value
    for item in snapshot.answered_items:
        numbers[item] = sum(lot.working for lot in snapshot.lots if lot.item == item)
    for kind in snapshot.answered_connections:
        numbers[kind.value] = sum((line.contracted_mbps or 0 for line in snapshot.connections_of(kind)), start=0)
    return numbers


def usual_ranges(peers: Iterable[Mapping[str, Number]]) -> dict[str, UsualRange]:
    """The usual range of each question among some wards; none where fewer than MIN_PEERS have answered."""
    values_by_question: dict[str, list[Number]] = {}
    for numbers in peers:
        for key, number in numbers.items():
            values_by_question.setdefault(key, []).append(number)
    return {key: _usual_range(values) for key, values in values_by_question.items() if len(values) >= MIN_PEERS}


def find_anomalies(
    evaluation: Evaluation,
    entries: Entries,
    numbers: Mapping[str, Number],
    previous: Mapping[str, Number],
    usual: Mapping[str, UsualRange],
) -> tuple[Anomaly, ...]:
    """The anomalies of one submission, in the order of the form.

    ``numbers`` are those of the submission, ``previous`` those of the ward's newest approved snapshot. A question with an error
    is corrected first.
    """
    invalid = {problem.question for problem in evaluation.problems}
    return tuple(
        Anomaly(question.key, field, message, entry_text(entries, reason_field(question.key)))
        for question in evaluation.questionnaire.questions
        if question.asked_of == "ward" and question.key in evaluation.answers and question.key not in invalid
        for field, message in _anomaly_messages(question, evaluation, entries, numbers, previous, usual)
    )


def _anomaly_messages(
    question: Question,
    evaluation: Evaluation,
    entries: Entries,
    numbers: Mapping[str, Number],
    previous: Mapping[str, Number],
    usual: Mapping[str, UsualRange],
) -> list[tuple[str, str]]:
    key = question.key
    field = kind_of(question).main_field(question)
    messages = [(doubt.field, doubt.message) for doubt in evaluation.doubts if doubt.question == key]
    if evaluation.answers[key].unknown:
        return messages or [(field, "Câu này để “chưa nắm được”. Ghi vì sao và khi nào nắm được.")]
    messages += kind_of(question).find_anomalies(question, entries)
    number = numbers.get(key)
    if number is None:
        return messages
    previous_number, usual_range = previous.get(key), usual.get(key)
    if previous_number is not None and _is_far(Decimal(number), Decimal(previous_number)):
        messages.append(
            (field, f"Kỳ trước đã duyệt {format_number(previous_number)}, kỳ này khai {format_number(number)}, chênh lệch lớn.")
        )
    if usual_range is not None and not usual_range.low <= number <= usual_range.high:
        peers = f"{usual_range.peer_count} đơn vị cùng loại, cùng quy mô thường có khoảng {format_number(usual_range.median)}"
        messages.append((field, f"{peers}; đơn vị khai {format_number(number)}, chênh lệch lớn."))
    staff = numbers.get("staff_total")
    pcs = sum(numbers.get(item, 0) for item in PCS) if key == PCS[0] else number
    if question.most_per_person and staff is not None and pcs > Decimal(str(question.most_per_person)) * staff:
        messages.append((field, f"{format_number(pcs)} máy cho {format_number(staff)} người, vượt mức hợp lý."))
    return messages


def _is_far(number: Decimal, previous: Decimal) -> bool:
    return abs(number - previous) > max(Decimal(MIN_CHANGE), previous / 2)


def _usual_range(numbers: list[Number]) -> UsualRange:
    values = [float(number) for number in numbers]
    middle = median(values)
    from_median = median(abs(number - middle) for number in values) * MEDIAN_SCALE
    first, _second, third = quantiles(values, n=4)
    spread = max(from_median, (third - first) * QUARTILE_SCALE, middle * MIN_SPREAD_SHARE, 1)
    return UsualRange(round(middle), middle - MAX_SPREADS * spread, middle + MAX_SPREADS * spread, len(values))
