"""A filled-in form that comes back as a workbook: looked over first, then taken over in one transaction."""

import zipfile
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from io import BytesIO

from openpyxl import Workbook
from openpyxl.utils import coordinate_to_tuple, get_column_letter
from openpyxl.utils.exceptions import CellCoordinatesException
from sqlalchemy import select
from sqlalchemy.orm import Session

from inventory.wards.wards import load_wards
from portal.uploads import UploadError, open_workbook, read_rows
from surveys.checks.entries import SubmissionError, carried_of, newest_year, question_of, questionnaire_of, typed_of
from surveys.checks.states import Door
from surveys.models import Round, Submission
from surveys.questionnaire.answers.cells import from_cell
from surveys.questionnaire.evaluation import read_answers
from surveys.questionnaire.field_names import belongs, field_in_words, value_in_words
from surveys.questionnaire.questions import Question, Questionnaire
from surveys.submissions.submissions import MAX_LENGTH, SaveOutcome, save_fields, takes_typing
from surveys.workbooks.form_workbook import KEYS, FormOf, build_form_workbook

MAX_BYTES = 4 * 1024 * 1024
MAX_FILES = 150
# A zip travels with the page of its rehearsal, a third longer, and the page takes 16 MB.
MAX_ZIP, MAX_UNZIPPED = 11 * 1024 * 1024, 32 * 1024 * 1024
# No form of ours has more rows, columns or fields than this.
MAX_ROWS, MAX_COLUMNS, MAX_FIELDS = 3000, 16, 10_000
NOT_A_FORM = "Tệp này không phải mẫu phiếu tải từ hệ thống. Tải mẫu ở trang phiếu khảo sát, điền rồi gửi lại."


@dataclass(frozen=True)
class Line:
    """One field of the file: where it stands, its words, what the form has now, what the file says, and what is wrong with that."""

    field: str
    sheet: str
    cell: str
    words: str
    before: str
    after: str
    message: str = ""


@dataclass(frozen=True)
class Rehearsal:
    """What taking a file over would do; nothing is stored yet.

    ``refused`` stay as they are, ``disputed`` were changed by somebody else since the file was downloaded and stay too.
    """

    submission_id: int
    ward_name: str
    new: tuple[Line, ...]
    changed: tuple[Line, ...]
    same: int
    refused: tuple[Line, ...]
    disputed: tuple[Line, ...]
    fields: Mapping[str, str]
    base: Mapping[str, str]

    @property
    def taken(self) -> tuple[Line, ...]:
        """What would be stored."""
        return (*self.new, *self.changed)


@dataclass(frozen=True)
class _Answer:
    """One answer of a file: its field and question, where it stands, what the file says, and what it was given out with."""

    field: str
    question: Question
    sheet: str
    cell: str
    raw: str
    base: str


def form_of(submission: Submission) -> FormOf:
    """Whose form a submission's workbook is."""
    found = submission.round
    name = next(ward.full_name for ward in load_wards() if ward.code == submission.ward_code)
    return FormOf(submission.ward_code, name, found.id, found.name, found.questionnaire_version)


def form_workbook(submission: Submission) -> bytes:
    """The ward's own form as it stands. Raises QuestionnaireError."""
    return build_form_workbook(form_of(submission), questionnaire_of(submission.round), typed_of(submission))


def rehearse(session: Session, data: bytes, found: Round, expected: Submission | None = None) -> Rehearsal:
    """Look a file over. With ``expected`` it has to be the form of that submission.

    Raises UploadError where the file is none of our forms, or that of another ward, round or version; SubmissionError where the
    submission takes no more typing.
    """
    if len(data) > MAX_BYTES:
        raise UploadError(f"Tệp lớn hơn {MAX_BYTES // 1024 // 1024} MB nên không phải mẫu phiếu. Tải lại mẫu, điền rồi gửi lại.")
    book = open_workbook(data)
    keys = _read_keys(book)
    submission = _submission_of(session, keys, found, expected)
    questionnaire = questionnaire_of(submission.round)
    if not takes_typing(submission):
        raise SubmissionError("Phiếu này không còn nhận sửa (đã gửi, đã duyệt hoặc đợt đã đóng) nên không nạp tệp được.")
    return _compare(submission, questionnaire, _read_answers(book, keys[1:], questionnaire))


def take_over(session: Session, submission: Submission, rehearsal: Rehearsal, by: str, door: Door, why: str = "") -> SaveOutcome:
    """Store what was rehearsed, all of it or nothing; what was refused or is disputed stays as it is. Raises SubmissionError."""
    fields = {line.field: rehearsal.fields[line.field] for line in rehearsal.taken}
    return save_fields(session, submission, fields, rehearsal.base, by, door=door, why=why)


def marked_copy(submission: Submission, rehearsal: Rehearsal) -> bytes:
    """The same form with what the file said, and its errors marked."""
    errors = {line.field: line.message for line in rehearsal.refused}
    typed = typed_of(submission) | dict(rehearsal.fields)
    base = typed_of(submission) | dict(rehearsal.base)
    return build_form_workbook(form_of(submission), questionnaire_of(submission.round), typed, base, errors)


def unpack(data: bytes) -> list[tuple[str, bytes]]:
    """The workbooks of a zip by name; of a single workbook just that. Raises UploadError where there are too many or too large."""
    if len(data) > MAX_ZIP:
        raise UploadError(f"Tệp .zip lớn hơn {MAX_ZIP // 1024 // 1024} MB. Chia thành vài tệp .zip nhỏ hơn rồi gửi từng tệp.")
    try:
        archive = zipfile.ZipFile(BytesIO(data))
    except zipfile.BadZipFile:
        raise UploadError("Tệp này không phải .zip hay .xlsx. Nén các tệp phiếu .xlsx thành một tệp .zip rồi gửi lại.") from None
    names = [part for part in archive.infolist() if not part.is_dir()]
    if any(part.filename == "[Content_Types].xml" for part in names):
        return [("", data)]
    forms = [part for part in names if part.filename.lower().endswith(".xlsx") and not part.filename.startswith("__MACOSX/")]
    if not forms:
        raise UploadError("Trong tệp .zip không có tệp .xlsx nào.")
    if len(forms) > MAX_FILES:
        raise UploadError(f"Trong tệp .zip có {len(forms)} tệp; mỗi lần nạp không quá {MAX_FILES} tệp.")
    parts, room = [], MAX_UNZIPPED
    for part in forms:
        form = _read_part(archive, part)
        room -= len(form)
        if room < 0:
            raise UploadError(
                "Các tệp trong .zip quá lớn khi mở ra nên không phải mẫu phiếu. Chia thành vài tệp .zip rồi gửi từng tệp."
            )
        parts.append((part.filename.rpartition("/")[2], form))
    return parts


def _read_part(archive: zipfile.ZipFile, part: zipfile.ZipInfo) -> bytes:
    try:
        with archive.open(part) as stream:
            data = stream.read(MAX_BYTES + 1)
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, EOFError):
        raise UploadError(f"Không mở được “{part.filename}” trong tệp .zip (hỏng hoặc đặt mật khẩu).") from None
    if len(data) > MAX_BYTES:
        raise UploadError(f"“{part.filename}” trong tệp .zip quá lớn nên không phải mẫu phiếu.")
    return data


def _read_keys(book: Workbook) -> list[tuple[str, ...]]:
    if KEYS not in book.sheetnames:
        raise UploadError(NOT_A_FORM)
    for sheet in book.worksheets:
        if sheet.title != KEYS and ((sheet.max_row or 0) > MAX_ROWS or (sheet.max_column or 0) > MAX_COLUMNS):
            last = f"{get_column_letter(sheet.max_column or 1)}{sheet.max_row}"
            raise UploadError(
                f"Trang “{sheet.title}” có ô nằm ngoài mẫu, tới tận {last}. Xóa các ô ấy, hoặc tải lại mẫu, rồi gửi lại."
            )
    rows = read_rows(book[KEYS], MAX_FIELDS + 1, 4)
    keys = [tuple("" if cell is None else str(cell) for cell in row) for row in rows]
    if not keys or len(keys[0]) < 3 or len(keys) > MAX_FIELDS:
        raise UploadError(NOT_A_FORM)
    return keys


def _submission_of(session: Session, keys: list[tuple[str, ...]], found: Round, expected: Submission | None) -> Submission:
    code, number, version = keys[0][:3]
    wards = {ward.code: ward.full_name for ward in load_wards()}
    if code not in wards:
        raise UploadError(NOT_A_FORM)
    if number != str(found.id):
        raise UploadError("Tệp này là phiếu của đợt khảo sát khác. Tải lại mẫu của đợt này, điền rồi gửi lại.")
    if version != found.questionnaire_version:
        raise UploadError(
            f"Tệp này theo mẫu phiếu {version}, đợt này dùng mẫu {found.questionnaire_version}. Tải lại mẫu rồi điền."
        )
    if expected is not None and expected.ward_code != code:
        raise UploadError(f"Tệp này là phiếu của {wards[code]}, không phải của {wards[expected.ward_code]}. Chọn đúng tệp.")
    mine = select(Submission).where(Submission.round_id == found.id, Submission.ward_code == code)
    submission = session.scalars(mine.with_for_update(of=Submission)).first()
    if submission is None:
        raise UploadError(NOT_A_FORM)
    return submission


def _read_answers(book: Workbook, keys: Iterable[tuple[str, ...]], questionnaire: Questionnaire) -> list[_Answer]:
    """The answers that belong to the ward's own questions; whatever else somebody wrote into the file is left out."""
    questions = {question.key: question for question in questionnaire.questions}
    grids: dict[str, dict[tuple[int, int], object]] = {}
    answers = []
    for field, title, coordinate, base in keys:
        question = questions.get(question_of(field))
        if question is None or question.asked_of != "ward" or not belongs(field, question) or title not in book.sheetnames:
            continue
        try:
            place = coordinate_to_tuple(coordinate)
        except (CellCoordinatesException, ValueError):
            raise UploadError(NOT_A_FORM) from None
        if title not in grids:
            grids[title] = _grid(book, title)
        answers.append(_Answer(field, question, title, coordinate, from_cell(field, question.kind, grids[title].get(place)), base))  # type: ignore[arg-type]
    return answers


def _grid(book: Workbook, title: str) -> dict[tuple[int, int], object]:
    return {
        (row, column): value
        for row, values in enumerate(read_rows(book[title], MAX_ROWS, MAX_COLUMNS), start=1)
        for column, value in enumerate(values, start=1)
        if value is not None
    }


def _compare(submission: Submission, questionnaire: Questionnaire, answers: list[_Answer]) -> Rehearsal:
    now = typed_of(submission)
    ours = [answer for answer in answers if answer.raw != answer.base]
    merged = now | {answer.field: answer.raw for answer in ours}
    problems = {
        problem.field: problem.message
        for problem in read_answers(questionnaire, merged, newest_year(submission), carried_of(submission)).problems
    }
    new, changed, refused, disputed = [], [], [], []
    for answer in ours:
        before = now.get(answer.field, "")
        if answer.raw == before:
            continue
        line = _line(questionnaire, answer, before)
        too_long = f"Dài {len(answer.raw)} ký tự; mỗi ô không quá {MAX_LENGTH} ký tự." if len(answer.raw) > MAX_LENGTH else ""
        message = too_long or problems.get(answer.field, "")
        if message:
            refused.append(replace(line, message=message))
        elif before != answer.base:
            disputed.append(line)
        elif before:
            changed.append(line)
        else:
            new.append(line)
    told = len(new) + len(changed) + len(refused) + len(disputed)
    filled = sum(bool(answer.raw or now.get(answer.field)) for answer in answers)
    return Rehearsal(
        submission.id,
        form_of(submission).ward_name,
        tuple(new),
        tuple(changed),
        filled - told,
        tuple(refused),
        tuple(disputed),
        {answer.field: answer.raw for answer in answers},
        {answer.field: answer.base for answer in answers},
    )


def _line(questionnaire: Questionnaire, answer: _Answer, before: str) -> Line:
    return Line(
        answer.field,
        answer.sheet,
        answer.cell,
        field_in_words(questionnaire, answer.field),
        value_in_words(answer.field, before),
        value_in_words(answer.field, answer.raw),
    )
