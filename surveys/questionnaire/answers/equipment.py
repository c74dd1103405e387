"""Equipment by condition, one row per lot; each item has one row, and further rows for other years. Pure."""

from inventory.catalogue import load_catalogue
from inventory.snapshots.snapshot import EquipmentLot, Owner
from portal.numbers import CountError, parse_count
from surveys.questionnaire.answers.fields import UNKNOWN, UNKNOWN_LABEL, ChoiceField, NumberField, TextField
from surveys.questionnaire.answers.kind import Kind, Part
from surveys.questionnaire.answers.parsing import Entries, ParsedAnswer, Problem, entry_text, row_names
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
QUANTITY_OF_UNKNOWN = "Câu này để “chưa nắm được” (dấu ?) nhưng ô này lại có số. Xóa dấu ?, hoặc xóa số ở ô này."
# Most equipment belongs to the ward, so that this owner is not mentioned.
OWNERS = {owner.value: owner.label for owner in Owner if owner is not Owner.WARD} | {Owner.WARD.value: ""}
FIRST_YEAR = 1995
NOTE_LENGTH = 500


def parse(question: Question, entries: Entries, this_year: int) -> ParsedAnswer:
    """The lots. A blank cell beside a filled one counts as zero; a row that is blank throughout is no answer."""
    if entry_text(entries, f"{question.key}.good") == UNKNOWN:
        return ParsedAnswer(answered=True, unknown=True, problems=_quantities_of_unknown(question, entries))
    lots: list[EquipmentLot] = []
    problems: list[Problem] = []
    # Lots are bounded by the number of a row, which a field's name says before anything is read.
    for row in row_names(entries, question.key):
        if any(entry_text(entries, f"{row}.{part}") for part in QUANTITIES):
            lots += _parse_row(question, entries, row, this_year, problems)
        elif any(entry_text(entries, f"{row}.{part}") for part in ("year", "note")):
            problems.append(Problem(f"{row}.good", question.key, NO_QUANTITY))
    answered = bool(lots or problems)
    return ParsedAnswer(
        answered=answered,
        lots=tuple(lot for lot in lots if lot.total or lot.on_order),
        problems=tuple(problems),
        items=frozenset([question.key] if answered else []),
    )


def describe(question: Question, entries: Entries) -> str:
    """The answer in words, lot by lot."""
    if entry_text(entries, f"{question.key}.good") == UNKNOWN:
        return UNKNOWN_LABEL
    labels = CONDITIONS | MORE_CONDITIONS
    rows = []
    for row in row_names(entries, question.key):
        parts = [
            f"{labels[part].lower()}: {entry_text(entries, f'{row}.{part}')}"
            for part in QUANTITIES
            if entry_text(entries, f"{row}.{part}")
        ]
        year, note = entry_text(entries, f"{row}.year"), entry_text(entries, f"{row}.note")
        owner = entry_text(entries, f"{row}.owner") if parts else ""
        details = {"năm ": year, "đơn vị sở hữu: ": OWNERS.get(owner, owner), "ghi chú: ": note}
        text = ", ".join([*parts, *(f"{label}{value}" for label, value in details.items() if value)])
        if text:
            rows.append(text)
    return "; ".join(rows) or "–"


def _quantities_of_unknown(question: Question, entries: Entries) -> tuple[Problem, ...]:
    """A problem for each quantity of a question that was answered with "chưa nắm được": it would not be counted."""
    fields = [f"{row}.{part}" for row in row_names(entries, question.key) for part in QUANTITIES]
    return tuple(
        Problem(field, question.key, QUANTITY_OF_UNKNOWN) for field in fields[1:] if entry_text(entries, field) not in ("", "0")
    )


def _parse_row(question: Question, entries: Entries, row: str, this_year: int, problems: list[Problem]) -> list[EquipmentLot]:
    counts: dict[str, int] = {}
    earlier_problems = len(problems)
    for part in QUANTITIES:
        text = entry_text(entries, f"{row}.{part}")
        try:
            counts[part] = parse_count(text, question.maximum) if text else 0
        except CountError as error:
            problems.append(Problem(f"{row}.{part}", question.key, error.message))
    year = _parse_year(
        question, entries, row, this_year, problems, required=any(counts.get(part) for part in QUANTITIES if part != "on_order")
    )
    owner_text = entry_text(entries, f"{row}.owner") or Owner.WARD.value
    note = entry_text(entries, f"{row}.note")
    if owner_text not in set(Owner):
        problems.append(Problem(f"{row}.owner", question.key, "Hãy chọn đơn vị sở hữu trong danh sách."))
    if len(note) > NOTE_LENGTH:
        problems.append(Problem(f"{row}.note", question.key, f"Ghi chú dài {len(note)} ký tự; viết gọn trong {NOTE_LENGTH} ký tự."))
    if len(problems) > earlier_problems:
        return []
    return [EquipmentLot(question.key, **counts, year=year, owner=Owner(owner_text), note=note)]


def _parse_year(
    question: Question, entries: Entries, row: str, this_year: int, problems: list[Problem], *, required: bool
) -> int | None:
    text = entry_text(entries, f"{row}.year")
    if not text:
        if question.has_year and required:
            message = "Hãy ghi năm đưa vào sử dụng; máy không rõ năm thì ghi năm ước chừng và nói rõ ở ghi chú."
            problems.append(Problem(f"{row}.year", question.key, message))
        return None
    if not (text.isascii() and text.isdecimal() and len(text) == 4 and FIRST_YEAR <= int(text) <= this_year):
        problems.append(Problem(f"{row}.year", question.key, f"Năm phải từ {FIRST_YEAR} đến {this_year}."))
        return None
    return int(text)


def parts(question: Question) -> tuple[Part, ...]:
    """Year, quantities by condition, owner and note."""
    quantity = NumberField(maximum=question.maximum)
    owners = ChoiceField(choices={owner.value: owner.label for owner in Owner}, is_first_blank=True)
    return (
        Part("year", "Năm đưa vào sử dụng", NumberField(maximum=9999), on_page=question.has_year),
        *(Part(name, label, quantity) for name, label in CONDITIONS.items()),
        *(Part(name, label, quantity, is_folded=True) for name, label in MORE_CONDITIONS.items()),
        Part("owner", "Đơn vị sở hữu", owners, is_folded=True),
        Part("note", "Ghi chú", TextField(length=NOTE_LENGTH), is_folded=True),
    )


def find_fault(question: Question) -> str:
    """The key of the question is an item of the catalogue."""
    return "" if question.key in load_catalogue() else "mã phải là một danh mục thiết bị"


KIND = Kind(
    parts,
    parse,
    describe,
    "surveys/answers/equipment.html",
    label="thiết bị theo tình trạng",
    heading="Danh mục",
    row_word="lô",
    spare_rows=3,
    main="good",
    none="0",
    city_parts=("year", "good"),
    values=(int,),
    shows_code=True,
    find_fault=find_fault,
)
