"""A line: provider, contracted and measured speed in Mbps; a speed of 0 says that there is none. Pure."""

from inventory.snapshots.snapshot import Basis, Connection, ConnectionKind
from portal.numbers import CountError, parse_count
from surveys.questionnaire.answers.parsing import UNKNOWN, Problem, Read, Typed, row_names, typed_in
from surveys.questionnaire.questions import Question

PARTS = {"provider": "Nhà cung cấp", "contracted": "Tốc độ theo hợp đồng (Mbps)", "measured": "Tốc độ đo được (Mbps)"}
MAX_MBPS = 100_000
NAME_LENGTH = 100
NOT_UNKNOWN = "Câu này để “chưa nắm được” (dấu ? ở đường thứ nhất) nhưng đường này lại có tốc độ. Sửa một trong hai."
NO_SPEED = "Hãy ghi tốc độ theo hợp đồng; không có đường này thì ghi 0."


def read(question: Question, typed: Typed, _this_year: int) -> Read:
    """The lines of this kind."""
    kind = ConnectionKind(question.key)
    if typed_in(typed, f"{question.key}.contracted") == UNKNOWN:
        more = [f"{row}.contracted" for row in row_names(typed, question.key)[1:]]
        problems_beside = tuple(Problem(cell, question.key, NOT_UNKNOWN) for cell in more if typed_in(typed, cell))
        return Read(answered=True, unknown=True, problems=problems_beside)
    lines: list[Connection] = []
    problems: list[Problem] = []
    answered = False
    for row in row_names(typed, question.key):
        if not any(typed_in(typed, f"{row}.{part}") for part in PARTS):
            continue
        answered = True
        lines += _read_row(question, typed, row, kind, problems)
    return Read(answered=answered, lines=tuple(lines), line_kind=kind, problems=tuple(problems))


def show(question: Question, typed: Typed) -> str:
    """The answer in words."""
    if typed_in(typed, f"{question.key}.contracted") == UNKNOWN:
        return "Chưa nắm được"
    rows = []
    for row in row_names(typed, question.key):
        parts = [
            f"{label[0].lower()}{label[1:]}: {typed_in(typed, f'{row}.{part}')}"
            for part, label in PARTS.items()
            if typed_in(typed, f"{row}.{part}")
        ]
        if parts:
            rows.append(", ".join(parts))
    return "; ".join(rows) or "–"


def _read_row(question: Question, typed: Typed, row: str, kind: ConnectionKind, problems: list[Problem]) -> list[Connection]:
    before = len(problems)
    speeds: dict[str, int | None] = {}
    for part in ("contracted", "measured"):
        text = typed_in(typed, f"{row}.{part}")
        try:
            speeds[part] = parse_count(text, MAX_MBPS) if text else None
        except CountError as error:
            problems.append(Problem(f"{row}.{part}", question.key, error.message))
    provider = typed_in(typed, f"{row}.provider")
    if len(provider) > NAME_LENGTH:
        problems.append(Problem(f"{row}.provider", question.key, f"Tên nhà cung cấp không dài quá {NAME_LENGTH} ký tự."))
    contracted = speeds.get("contracted")
    if contracted is None and len(problems) == before:
        problems.append(Problem(f"{row}.contracted", question.key, "Hãy ghi tốc độ theo hợp đồng; không có đường này thì ghi 0."))
    if contracted and not provider and kind is not ConnectionKind.TSLCD:
        problems.append(Problem(f"{row}.provider", question.key, "Hãy ghi tên nhà cung cấp của đường truyền này."))
    if len(problems) > before or not contracted:
        return []
    basis = Basis.MEASURED if speeds.get("measured") is not None else Basis.DECLARED
    return [Connection(kind, provider, contracted, speeds.get("measured"), basis=basis)]
