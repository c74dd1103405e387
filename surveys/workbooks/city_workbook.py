"""The answers of the city for all wards as one Excel table: written with the known answers, imported all or nothing."""

from dataclasses import dataclass

from openpyxl import Workbook
from openpyxl.styles import Alignment, Font
from openpyxl.utils import get_column_letter
from sqlalchemy import select
from sqlalchemy.orm import Session, selectinload

from inventory.wards.queries import list_wards
from portal.clock import now, today
from portal.office_files import save_workbook
from portal.uploads import UploadError, open_workbook, read_rows
from portal.vietnamese import fold
from surveys.checks.entries import entries_of, evaluate_submission, latest_allowed_year
from surveys.checks.states import AnswerSource, CollectionState
from surveys.models import Answer, Round, Submission
from surveys.questionnaire.answers.fields import DAY_FORMAT, DayField
from surveys.questionnaire.answers.kind import Part, field_name
from surveys.questionnaire.answers.kinds import kind_of
from surveys.questionnaire.contradictions import Contradiction
from surveys.questionnaire.evaluation import evaluate_entries
from surveys.questionnaire.published_questionnaires import published_questionnaire, questionnaire_of
from surveys.questionnaire.questions import Question, Questionnaire
from surveys.submissions.submissions import change_record
from surveys.workbooks.band import print_band

MAX_ROWS = 200
PRACTICE_SHEET = "TẬP HUẤN, thành phố trả lời"


@dataclass(frozen=True)
class CityColumn:
    """One column: a field of a question to the city, and its heading."""

    question: Question
    part: Part

    @property
    def field(self) -> str:
        """The name of the field."""
        return field_name(self.question.key, self.part.name)

    @property
    def label(self) -> str:
        """The heading."""
        about = self.part.hint or (self.part.label if self.part.name else "")
        return f"{self.question.label} ({about})" if about else self.question.label


def city_columns(questionnaire: Questionnaire) -> list[CityColumn]:
    """The columns, in the order of the form."""
    return [
        CityColumn(question, part)
        for question in questionnaire.questions
        if question.asked_of == "city"
        for part in kind_of(question).parts(question)
        if part.name in kind_of(question).city_parts
    ]


def build_city_workbook(session: Session, round: Round) -> bytes:
    """The table with the answers known so far."""
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.title = PRACTICE_SHEET if round.is_practice else "Thành phố trả lời"
    print_band(sheet, round.band)
    columns = city_columns(published_questionnaire(round))
    sheet.append(["Mã", "Xã, phường", *(column.label for column in columns)])
    entries_by_ward = {row.ward_code: entries_of(row) for row in _submissions(session, round)}
    for ward in list_wards(session):
        entries = entries_by_ward.get(ward.code, {})
        sheet.append([ward.code, ward.full_name, *(column.part.field.to_cell(entries.get(column.field, "")) for column in columns)])
    for index, column in enumerate(columns, start=3):
        if isinstance(column.part.field, DayField):
            for row in range(2, (sheet.max_row or 1) + 1):
                sheet.cell(row, index).number_format = DAY_FORMAT
    for index, cell in enumerate(sheet[1], start=1):
        cell.font = Font(name="Times New Roman", bold=True)
        cell.alignment = Alignment(wrap_text=True, vertical="center")
        sheet.column_dimensions[get_column_letter(index)].width = {1: 8, 2: 26}.get(index, 24)
    sheet.freeze_panes = "C2"
    return save_workbook(book)


@dataclass(frozen=True)
class CityImport:
    """The result of an import: how many answers it changed, and the wards that it skipped since they have sent already.

    ``contradicted_wards`` have answered what an answer of the city now contradicts: each is told so at its own question.
    """

    changed: int
    skipped_wards: tuple[str, ...]
    contradicted_wards: tuple[str, ...] = ()


@dataclass(frozen=True)
class CityTable:
    """What a table says: the title of its sheet, and its rows under the headings."""

    title: str
    rows: tuple[tuple[object, ...], ...]


def read_city_table(data: bytes, questionnaire: Questionnaire) -> CityTable:
    """The rows of a table. Raises UploadError where it is not one that was made for this questionnaire."""
    columns = city_columns(questionnaire)
    sheet = open_workbook(data).worksheets[0]
    rows = list(read_rows(sheet, MAX_ROWS + 1, len(columns) + 2))
    headings = ["Mã", "Xã, phường", *(column.label for column in columns)]
    if not rows or [fold(str(cell or "")) for cell in rows[0]] != [fold(label) for label in headings]:
        raise UploadError("Dòng 1 không đúng mẫu (thiếu, thừa hoặc đổi chỗ cột). Tải mẫu ở trang đợt khảo sát, điền rồi gửi lại.")
    if len(rows) > MAX_ROWS:
        raise UploadError(f"Bảng có hơn {MAX_ROWS - 1} dòng. Mỗi xã, phường một dòng; xóa các dòng thừa rồi gửi lại.")
    return CityTable(sheet.title, tuple(rows[1:]))


def import_city_answers(session: Session, round: Round, table: CityTable, by: str) -> CityImport:
    """Import the answers. Raises UploadError with every error: sheet, row, column, value, what is allowed.

    A blank cell changes nothing. Submissions that wait for review or are approved are skipped, since a review judges
    what was sent; those whose answers would have changed are named. So are those whose own answers the city's contradict; what only
    the city can correct is an error.
    """
    if table.title == PRACTICE_SHEET and not round.is_practice:
        raise UploadError(
            "Tệp này là bảng của đợt tập huấn nên không nạp vào đợt khảo sát. Tải bảng của đợt này, điền rồi gửi lại."
        )
    if round.is_closed:
        raise UploadError("Đợt khảo sát đã đóng nên không nạp thêm. Mở lại đợt rồi gửi lại tệp.")
    questionnaire = published_questionnaire(round)
    columns = city_columns(questionnaire)
    by_ward = {row.ward_code: row for row in _submissions(session, round, for_update=True)}
    errors: list[str] = []
    row_numbers: dict[str, int] = {}
    changes: list[tuple[Submission, str, str]] = []
    for number, row in enumerate(table.rows, start=2):
        if not any(cell is not None for cell in row):
            continue
        code = str(row[0] or "").strip().zfill(5)
        if code not in by_ward:
            errors.append(f"Trang “{table.title}”, dòng {number}, cột Mã: “{row[0]}” không phải mã xã, phường.")
            continue
        if code in row_numbers:
            errors.append(
                f"Trang “{table.title}”, dòng {number}, cột Mã: {code} đã có ở dòng {row_numbers[code]}. Giữ lại một dòng."
            )
            continue
        row_numbers[code] = number
        answers = {column.field: column.part.field.from_cell(value) for column, value in zip(columns, row[2:], strict=False)}
        for column, value in zip(columns, row[2:], strict=False):
            if not answers[column.field]:
                continue
            problems = kind_of(column.question).parse(column.question, answers, today().year).problems
            place = f"Trang “{table.title}”, dòng {number}, cột “{column.label}”: “{value}”."
            errors += [f"{place} {problem.message}" for problem in problems if problem.field == column.field]
            changes.append((by_ward[code], column.field, answers[column.field]))
    if errors:
        raise UploadError("\n".join(errors))
    contradictions = _new_contradictions(changes)
    names = {ward.code: ward.full_name for ward in list_wards(session)}
    for_city = [
        f"Trang “{table.title}”, dòng {row_numbers[submission.ward_code]}, câu “{questionnaire.by_key[found.question].label}”: {found.message}"
        for submission, found in contradictions
        if questionnaire.by_key[found.question].asked_of == "city"
    ]
    if for_city:
        raise UploadError("\n".join(for_city))
    contradicted = [submission for submission, _found in contradictions]
    differing = [change for change in changes if entries_of(change[0]).get(change[1], "") != change[2]]
    skipped = [submission for submission, _name, _raw in differing if not CollectionState(submission.state).is_open]
    changed = [submission for submission, name, raw in differing if _store_answer(session, submission, name, raw, by)]
    # Results about a submission are cached by its version, so that the version has to rise with the answers of the city too.
    for submission in dict.fromkeys(changed):
        submission.version += 1
    skipped_names, contradicted_names = (
        tuple(dict.fromkeys(names[submission.ward_code] for submission in submissions)) for submissions in (skipped, contradicted)
    )
    return CityImport(len(changed), skipped_names, contradicted_names)


def _new_contradictions(changes: list[tuple[Submission, str, str]]) -> list[tuple[Submission, Contradiction]]:
    """What the answers of the city contradict in the submissions that take them, and nothing contradicted before."""
    fields: dict[Submission, dict[str, str]] = {}
    for submission, name, raw in changes:
        if CollectionState(submission.state).is_open and entries_of(submission).get(name, "") != raw:
            fields.setdefault(submission, {})[name] = raw
    found = []
    for submission, answers in fields.items():
        questionnaire, year = questionnaire_of(submission.round), latest_allowed_year(submission)
        known = evaluate_submission(submission).contradictions
        after = evaluate_entries(questionnaire, entries_of(submission) | answers, year).contradictions
        found += [(submission, contradiction) for contradiction in after if contradiction.is_error and contradiction not in known]
    return found


def _submissions(session: Session, round: Round, *, for_update: bool = False) -> list[Submission]:
    query = select(Submission).where(Submission.round_id == round.id).options(selectinload(Submission.answers))
    query = query.order_by(Submission.id)
    return list(session.scalars(query.with_for_update(of=Submission) if for_update else query))


def _store_answer(session: Session, submission: Submission, name: str, raw: str, by: str) -> bool:
    if not CollectionState(submission.state).is_open:
        return False
    moment = now()
    answer = next((answer for answer in submission.answers if answer.field == name), None)
    if answer is None:
        answer = Answer(field=name, raw="", version=0, saved_by=by, saved_at=moment)
        submission.answers.append(answer)
    session.add(change_record(submission, name, answer.raw, raw, by, moment, AnswerSource.CITY))
    answer.raw, answer.version, answer.saved_by, answer.saved_at, answer.is_carried = raw, submission.version + 1, by, moment, False
    return True
