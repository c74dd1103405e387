"""Equipment by condition, one row per lot; a row is ready for each item, further rows stand for other years. Pure."""

from inventory.snapshots.snapshot import EquipmentLot, Owner
from portal.numbers import CountError, parse_count
from surveys.questionnaire.answers.parsing import UNKNOWN, Problem, Read, Typed, row_names, typed_in
from surveys.questionnaire.questions import Question

CONDITIONS = {
    "good": "Đang dùng tốt",
    "degraded": "Xuống cấp",
    "broken": "Hỏng chờ sửa",
    "liquidation": "Chờ thanh lý",
}
MORE_CONDITIONS = {
    "unused": "Chưa đưa vào sử dụng",
    "on_order": "Đã ký hợp đồng hoặc đã bố trí vốn, chưa bàn giao",
}
QUANTITIES = (*CONDITIONS, *MORE_CONDITIONS)
NO_QUANTITY = "Lô này có năm hoặc ghi chú nhưng chưa có số lượng. Ghi số lượng, hoặc xóa năm và ghi chú đi."
NOT_UNKNOWN = "Câu này để “chưa nắm được” (dấu ?) nhưng ô này lại có số. Xóa dấu ?, hoặc xóa số ở ô này."
# The ward's own equipment, which most of it is, goes without saying.
OWNERS = {owner.value: owner.label for owner in Owner if owner is not Owner.WARD} | {Owner.WARD.value: ""}
FIRST_YEAR = 1995
NOTE_LENGTH = 500


def read(question: Question, typed: Typed, this_year: int) -> Read:
    """The lots. A blank cell beside a typed one counts nothing; a row left blank altogether is no answer."""
    if typed_in(typed, f"{question.key}.good") == UNKNOWN:
        return Read(answered=True, unknown=True, problems=_beside_unknown(question, typed))
    lots: list[EquipmentLot] = []
    problems: list[Problem] = []
    for row in row_names(typed, question.key):
        if any(typed_in(typed, f"{row}.{part}") for part in QUANTITIES):
            lots += _read_row(question, typed, row, this_year, problems)
        elif any(typed_in(typed, f"{row}.{part}") for part in ("year", "note")):
            problems.append(Problem(f"{row}.good", question.key, NO_QUANTITY))
    answered = bool(lots or problems)
    return Read(answered=answered, lots=tuple(lot for lot in lots if lot.total or lot.on_order), problems=tuple(problems))


def show(question: Question, typed: Typed) -> str:
    """The answer in words, a row a lot."""
    if typed_in(typed, f"{question.key}.good") == UNKNOWN:
        return "Chưa nắm được"
    labels = CONDITIONS | MORE_CONDITIONS
    rows = []
    for row in row_names(typed, question.key):
        parts = [
            f"{labels[part].lower()}: {typed_in(typed, f'{row}.{part}')}" for part in QUANTITIES if typed_in(typed, f"{row}.{part}")
        ]
        year, note = typed_in(typed, f"{row}.year"), typed_in(typed, f"{row}.note")
        owner = typed_in(typed, f"{row}.owner") if parts else ""
        more = {"năm ": year, "đơn vị sở hữu: ": OWNERS.get(owner, owner), "ghi chú: ": note}
        text = ", ".join([*parts, *(f"{label}{value}" for label, value in more.items() if value)])
        if text:
            rows.append(text)
    return "; ".join(rows) or "–"


def _beside_unknown(question: Question, typed: Typed) -> tuple[Problem, ...]:
    """Numbers that would count for nothing, because the question says that nobody knows them."""
    cells = [f"{row}.{part}" for row in row_names(typed, question.key) for part in QUANTITIES]
    return tuple(Problem(cell, question.key, NOT_UNKNOWN) for cell in cells[1:] if typed_in(typed, cell) not in ("", "0"))


def _read_row(question: Question, typed: Typed, row: str, this_year: int, problems: list[Problem]) -> list[EquipmentLot]:
    counts: dict[str, int] = {}
    before = len(problems)
    for part in QUANTITIES:
        text = typed_in(typed, f"{row}.{part}")
        try:
            counts[part] = parse_count(text, question.maximum) if text else 0
        except CountError as error:
            problems.append(Problem(f"{row}.{part}", question.key, error.message))
    year = _read_year(question, typed, row, this_year, problems, needed=any(counts.get(p) for p in QUANTITIES if p != "on_order"))
    owner_text = typed_in(typed, f"{row}.owner") or Owner.WARD.value
    note = typed_in(typed, f"{row}.note")
    if owner_text not in set(Owner):
        problems.append(Problem(f"{row}.owner", question.key, "Hãy chọn đơn vị sở hữu trong danh sách."))
    if len(note) > NOTE_LENGTH:
        problems.append(Problem(f"{row}.note", question.key, f"Ghi chú dài {len(note)} ký tự; viết gọn trong {NOTE_LENGTH} ký tự."))
    if len(problems) > before:
        return []
    return [EquipmentLot(question.key, **counts, year=year, owner=Owner(owner_text), note=note)]


def _read_year(question: Question, typed: Typed, row: str, this_year: int, problems: list[Problem], *, needed: bool) -> int | None:
    text = typed_in(typed, f"{row}.year")
    if not text:
        if question.has_year and needed:
            message = "Hãy ghi năm đưa vào sử dụng; máy không rõ năm thì ghi năm ước chừng và nói rõ ở ghi chú."
            problems.append(Problem(f"{row}.year", question.key, message))
        return None
    if not (text.isascii() and text.isdecimal() and len(text) == 4 and FIRST_YEAR <= int(text) <= this_year):
        problems.append(Problem(f"{row}.year", question.key, f"Năm phải từ {FIRST_YEAR} đến {this_year}."))
        return None
    return int(text)
