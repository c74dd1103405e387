"""A connection: provider, contracted and measured speed in Mbps; a speed of 0 says that there is none. Pure."""

from decimal import Decimal

from inventory.snapshots.snapshot import Basis, Connection, ConnectionKind
from portal.numbers import CountError, parse_decimal
from surveys.questionnaire.answers.count import number_in_words
from surveys.questionnaire.answers.fields import UNKNOWN, UNKNOWN_LABEL, NumberField, TextField
from surveys.questionnaire.answers.kind import Kind, Part
from surveys.questionnaire.answers.parsing import Entries, ParsedAnswer, Problem, entry_text, row_names, too_many_rows
from surveys.questionnaire.questions import Question

PARTS = {"provider": "Nhà cung cấp", "contracted": "Tốc độ theo hợp đồng (Mbps)", "measured": "Tốc độ đo được (Mbps)"}
SPEEDS = ("contracted", "measured")
MAX_MBPS, MAX_MEASURED_RATIO = 100_000, 1.1
NAME_LENGTH = 100
MAX_LINES = 20
SPEED_OF_UNKNOWN = "Câu này để “chưa nắm được” (dấu ? ở đường thứ nhất) nhưng đường này lại có tốc độ. Sửa một trong hai."
NO_SPEED = "Hãy ghi tốc độ theo hợp đồng; không có đường này thì ghi 0."


def parse(question: Question, entries: Entries, _this_year: int) -> ParsedAnswer:
    """The connections of this kind."""
    kind = ConnectionKind(question.key)
    if entry_text(entries, f"{question.key}.contracted") == UNKNOWN:
        further_fields = [f"{row}.contracted" for row in row_names(entries, question.key)[1:]]
        contradictions = tuple(
            Problem(name, question.key, SPEED_OF_UNKNOWN) for name in further_fields if entry_text(entries, name)
        )
        return ParsedAnswer(answered=True, unknown=True, problems=contradictions)
    connections: list[Connection] = []
    rows = row_names(entries, question.key)
    problems = too_many_rows(question, rows, "contracted", MAX_LINES, "đường")
    answered = False
    for row in rows:
        if not any(entry_text(entries, f"{row}.{part}") for part in PARTS):
            continue
        answered = True
        connections += _parse_row(question, entries, row, kind, problems)
    kinds = frozenset([kind] if answered else [])
    return ParsedAnswer(answered=answered, connections=tuple(connections), problems=tuple(problems), kinds=kinds)


def describe(question: Question, entries: Entries) -> str:
    """The answer in words."""
    if entry_text(entries, f"{question.key}.contracted") == UNKNOWN:
        return UNKNOWN_LABEL
    rows = []
    for row in row_names(entries, question.key):
        texts = {part: entry_text(entries, f"{row}.{part}") for part in PARTS}
        texts |= {part: number_in_words(texts[part], question.places) for part in SPEEDS if texts[part]}
        parts = [f"{label[0].lower()}{label[1:]}: {texts[part]}" for part, label in PARTS.items() if texts[part]]
        if parts:
            rows.append(", ".join(parts))
    return "; ".join(rows) or "–"


def _parse_row(question: Question, entries: Entries, row: str, kind: ConnectionKind, problems: list[Problem]) -> list[Connection]:
    earlier_problems = len(problems)
    speeds: dict[str, int | Decimal | None] = {}
    for part in SPEEDS:
        text = entry_text(entries, f"{row}.{part}")
        try:
            speeds[part] = parse_decimal(text, question.places, MAX_MBPS) if text else None
        except CountError as error:
            problems.append(Problem(f"{row}.{part}", question.key, error.message))
    provider = entry_text(entries, f"{row}.provider")
    if len(provider) > NAME_LENGTH:
        problems.append(Problem(f"{row}.provider", question.key, f"Tên nhà cung cấp không dài quá {NAME_LENGTH} ký tự."))
    contracted = speeds.get("contracted")
    if contracted is None and len(problems) == earlier_problems:
        problems.append(Problem(f"{row}.contracted", question.key, NO_SPEED))
    if contracted and not provider and kind is not ConnectionKind.TSLCD:
        problems.append(Problem(f"{row}.provider", question.key, "Hãy ghi tên nhà cung cấp của đường truyền này."))
    if len(problems) > earlier_problems or not contracted:
        return []
    basis = Basis.MEASURED if speeds.get("measured") is not None else Basis.DECLARED
    return [Connection(kind, provider, contracted, speeds.get("measured"), basis=basis)]


def parts(question: Question) -> tuple[Part, ...]:
    """Provider and speeds."""
    speed = NumberField(maximum=MAX_MBPS, places=question.places)
    return (
        Part("provider", PARTS["provider"], TextField(length=NAME_LENGTH)),
        Part("contracted", PARTS["contracted"], speed, hint="Mbps theo hợp đồng; 0 là không có"),
        Part("measured", PARTS["measured"], speed),
    )


def find_anomalies(question: Question, entries: Entries) -> list[tuple[str, str]]:
    """A speed that was measured above what the contract gives."""
    messages = []
    for row in row_names(entries, question.key):
        texts = [entry_text(entries, f"{row}.{part}") for part in ("contracted", "measured")]
        if not all(texts) or UNKNOWN in texts:
            continue
        contracted, measured = (parse_decimal(text, question.places, MAX_MBPS) for text in texts)
        if measured > contracted * Decimal(MAX_MEASURED_RATIO):
            messages.append((f"{row}.measured", f"Đo được {texts[1]} Mbps, cao hơn hợp đồng {texts[0]} Mbps."))
    return messages


def find_fault(question: Question) -> str:
    """The key of the question is the kind of line."""
    return "" if question.key in set(ConnectionKind) else "mã phải là một loại đường truyền"


KIND = Kind(
    parts,
    parse,
    describe,
    "surveys/answers/connection.html",
    label="đường truyền: nhà cung cấp, tốc độ",
    heading="Đường truyền",
    row_word="đường",
    spare_rows=2,
    main="contracted",
    city_parts=("contracted",),
    find_fault=find_fault,
    find_anomalies=find_anomalies,
)
