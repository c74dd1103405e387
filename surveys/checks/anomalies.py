"""Atypical values: what a reviewer would ask about, found before the officer sends. Pure.

An error blocks sending; a doubt asks for a reason. The officer and the reviewer see the same ones.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from statistics import median, quantiles

from inventory.snapshots.snapshot import Snapshot
from portal.numbers import parse_count
from surveys.questionnaire.answers.parsing import UNKNOWN, Typed, row_names, typed_in
from surveys.questionnaire.evaluation import PCS, Reading, reason_field
from surveys.questionnaire.questions import Question

# Fewer wards than this say nothing about what is usual.
MIN_PEERS = 8
PEERS = 20
# How many spreads away from the median is far. The spread is the wider of the median distance from the median and the distance
# between the quartiles, both brought to the scale of a standard deviation: where more than half of the wards have the very same
# number, the first alone would be zero. It is at least a tenth of the median, and at least one.
FAR, FROM_MEDIAN, FROM_QUARTILES, LEAST_PART = 3.5, 1.4826, 1 / 1.349, 0.1
# Further from the ward's own last value than this, and than half of it, is far.
OWN_STEP = 5
MEASURED_OVER = 1.1
MIN_REASON = 5


@dataclass(frozen=True)
class Doubt:
    """One atypical value: its question, the field to look at, what is odd about it, and the officer's reason where there is one."""

    question: str
    field: str
    message: str
    reason: str = ""

    @property
    def is_explained(self) -> bool:
        """Whether a reason was given that says something."""
        return len(self.reason) >= MIN_REASON


@dataclass(frozen=True)
class Usual:
    """What wards of the same kind and size have: the median, and the range outside of which a value is far from it."""

    middle: int
    low: float
    high: float
    wards: int


def numbers_of(snapshot: Snapshot) -> dict[str, int]:
    """One number for each question that has one: a count, the machines that work, the Mbps contracted."""
    numbers: dict[str, int] = {}
    for key in snapshot.facts:
        count = snapshot.count(key)
        if count is not None:
            numbers[key] = count
    for item in snapshot.answered_items:
        numbers[item] = sum(lot.working for lot in snapshot.lots if lot.item == item)
    for kind in snapshot.answered_connections:
        numbers[kind.value] = sum(line.contracted_mbps or 0 for line in snapshot.connections_of(kind))
    return numbers


def find_usual(peers: Iterable[Mapping[str, int]]) -> dict[str, Usual]:
    """What is usual among wards, by question; nothing where fewer than MIN_PEERS have answered."""
    known: dict[str, list[int]] = {}
    for numbers in peers:
        for key, number in numbers.items():
            known.setdefault(key, []).append(number)
    return {key: _usual(found) for key, found in known.items() if len(found) >= MIN_PEERS}


def find_doubts(
    reading: Reading, typed: Typed, numbers: Mapping[str, int], last: Mapping[str, int], usual: Mapping[str, Usual]
) -> tuple[Doubt, ...]:
    """The doubts about one submission, in the order of the form.

    ``numbers`` are those of the submission, ``last`` those of the ward's newest approved snapshot. A question with an error
    waits for its correction first.
    """
    wrong = {problem.question for problem in reading.problems}
    return tuple(
        Doubt(question.key, field, message, typed_in(typed, reason_field(question.key)))
        for question in reading.questionnaire.questions
        if question.asked_of == "ward" and question.key in reading.reads and question.key not in wrong
        for field, message in _messages(question, reading, typed, numbers, last, usual)
    )


def _messages(
    question: Question,
    reading: Reading,
    typed: Typed,
    numbers: Mapping[str, int],
    last: Mapping[str, int],
    usual: Mapping[str, Usual],
) -> list[tuple[str, str]]:
    key = question.key
    field = value_field(question)
    if reading.reads[key].unknown:
        return [(field, "Câu này để “chưa nắm được”. Ghi vì sao và khi nào nắm được.")]
    found = _measured_over_contracted(question, typed)
    number = numbers.get(key)
    if number is None:
        return found
    known, range_ = last.get(key), usual.get(key)
    if known is not None and abs(number - known) > max(OWN_STEP, known / 2):
        found.append((field, f"Kỳ trước đã duyệt là {known}, nay là {number}: khác nhiều."))
    if range_ is not None and not range_.low <= number <= range_.high:
        compared = f"{range_.wards} đơn vị cùng loại, cùng cỡ thường có khoảng {range_.middle}"
        found.append((field, f"{compared}, ở đây là {number}: khác nhiều."))
    staff = numbers.get("staff_total")
    machines = sum(numbers.get(item, 0) for item in PCS) if key == PCS[0] else number
    if question.most_per_person and staff is not None and machines > question.most_per_person * staff:
        found.append((field, f"{machines} máy cho {staff} người: nhiều hơn số người dùng được."))
    return found


def value_field(question: Question) -> str:
    """The field that stands for a question: its only one, or the first of its first row."""
    return {"equipment": f"{question.key}.good", "connection": f"{question.key}.contracted"}.get(question.kind, question.key)


def _measured_over_contracted(question: Question, typed: Typed) -> list[tuple[str, str]]:
    if question.kind != "connection":
        return []
    found = []
    for row in row_names(typed, question.key):
        texts = [typed_in(typed, f"{row}.{part}") for part in ("contracted", "measured")]
        if not all(texts) or UNKNOWN in texts:
            continue
        contracted, measured = map(parse_count, texts)
        if measured > contracted * MEASURED_OVER:
            found.append((f"{row}.measured", f"Đo được {measured} Mbps, cao hơn hợp đồng {contracted} Mbps."))
    return found


def _usual(found: list[int]) -> Usual:
    middle = median(found)
    from_median = median(abs(number - middle) for number in found) * FROM_MEDIAN
    first, _second, third = quantiles(found, n=4)
    spread = max(from_median, (third - first) * FROM_QUARTILES, middle * LEAST_PART, 1)
    return Usual(round(middle), middle - FAR * spread, middle + FAR * spread, len(found))
