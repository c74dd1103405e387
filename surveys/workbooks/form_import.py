"""Importing a filled-in form: previewed first, then stored in one transaction."""

import re
import zipfile
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from io import BytesIO

from openpyxl import Workbook
from openpyxl.utils import coordinate_to_tuple, get_column_letter
from openpyxl.utils.exceptions import CellCoordinatesException
from sqlalchemy import select
from sqlalchemy.orm import Session

from inventory.wards.wards import load_wards
from portal.uploads import UploadError, open_workbook, read_rows
from surveys.checks.entries import (
    SubmissionError,
    carried_questions,
    entries_of,
    evaluate_submission,
    latest_allowed_year,
)
from surveys.checks.states import AnswerSource
from surveys.models import Round, Submission
from surveys.questionnaire.evaluation import REASON_FIELD, evaluate_entries, reason_field
from surveys.questionnaire.field_names import field_label, find_excess, find_part, is_field_of, question_key, value_label
from surveys.questionnaire.published_questionnaires import questionnaire_of
from surveys.questionnaire.questions import Question, Questionnaire
from surveys.submissions.submissions import SaveOutcome, is_editable, save_fields
from surveys.workbooks.form_workbook import KEYS, FormHeader, build_form_workbook

MAX_BYTES = 4 * 1024 * 1024
MAX_FILES = 150
# A form that was saved as what no form can be read from is told by its name, not passed over.
WORKBOOKS = (".xlsx", ".xlsm", ".xls", ".ods", ".csv")
# The page of the preview carries the zip in base64, a third longer, and a request may have 16 MB.
MAX_ZIP, MAX_UNZIPPED = 11 * 1024 * 1024, 32 * 1024 * 1024
# No form has more rows, columns or fields than this.
MAX_ROWS, MAX_COLUMNS, MAX_FIELDS = 3000, 16, 10_000
_ROUND_NUMBER = re.compile(r"[0-9]{1,9}")
NOT_A_FORM = "Tệp này không phải mẫu phiếu tải từ hệ thống. Tải mẫu ở trang phiếu khảo sát, điền rồi gửi lại."


@dataclass(frozen=True)
class ImportLine:
    """One field of the file: its cell, its label, the stored value, the value in the file, and what is wrong with that."""

    field: str
    sheet: str
    cell: str
    label: str
    before: str
    after: str
    message: str = ""


@dataclass(frozen=True)
class ImportPreview:
    """What the import of a file would do; nothing is stored yet.

    ``refused`` are invalid, ``disputed`` were changed by somebody else since the file was downloaded; neither is stored.
    ``contradicted`` are answers that the file leaves as they are, or that are stored, and that it makes contradict others.
    """

    submission_id: int
    ward_name: str
    new: tuple[ImportLine, ...]
    changed: tuple[ImportLine, ...]
    same: int
    refused: tuple[ImportLine, ...]
    disputed: tuple[ImportLine, ...]
    contradicted: tuple[ImportLine, ...]
    fields: Mapping[str, str]
    base: Mapping[str, str]

    @property
    def taken(self) -> tuple[ImportLine, ...]:
        """The lines that would be stored."""
        return (*self.new, *self.changed)


@dataclass(frozen=True)
class FileAnswer:
    """One answer of a file: its field and question, its cell, its text, and the text that the file was downloaded with."""

    field: str
    question: Question
    sheet: str
    cell: str
    raw: str
    base: str


@dataclass(frozen=True)
class FilledForm:
    """What a file says: whose form it is, of which round and version, and its answers."""

    ward_code: str
    round_number: str
    version: str
    answers: tuple[FileAnswer, ...]


def form_header(submission: Submission) -> FormHeader:
    """The header of a submission's form."""
    round = submission.round
    name = next(ward.full_name for ward in load_wards() if ward.code == submission.ward_code)
    return FormHeader(submission.ward_code, name, round.id, round.name, round.questionnaire_version, round.band)


def build_submission_form(submission: Submission) -> bytes:
    """The form of a submission with its current entries."""
    return build_form_workbook(form_header(submission), questionnaire_of(submission.round), entries_of(submission))


def read_form(data: bytes, questionnaire: Questionnaire) -> FilledForm:
    """What a filled-in form says. It takes a tenth of a second and no database. Raises UploadError where the file is not a form.

    The answers of a file that was made for another questionnaire are left out: whoever compares them says so.
    """
    if len(data) > MAX_BYTES:
        raise UploadError(f"Tệp lớn hơn {MAX_BYTES // 1024 // 1024} MB nên không phải mẫu phiếu. Tải lại mẫu, điền rồi gửi lại.")
    book = open_workbook(data)
    keys = _read_keys(book)
    ward_code, round_number, version = keys[0][:3]
    answers = _read_answers(book, keys[1:], questionnaire) if version == questionnaire.version else ()
    return FilledForm(ward_code, round_number, version, tuple(answers))


def preview_import(
    session: Session, form: FilledForm, round: Round, expected: Submission | None = None, *, for_update: bool = False
) -> ImportPreview:
    """Compare a form with the stored entries. With ``expected`` it has to be that of this submission; ``for_update`` locks its row.

    Raises UploadError where it is that of another ward, round or version; SubmissionError where the submission cannot be edited.
    """
    submission = _submission_of(session, form, round, expected, for_update=for_update)
    questionnaire = questionnaire_of(submission.round)
    if not is_editable(submission):
        raise SubmissionError("Phiếu này không còn nhận sửa (đã gửi, đã duyệt hoặc đợt đã đóng) nên không nạp tệp được.")
    return _compare_with_stored(submission, questionnaire, form.answers)


def import_form(
    session: Session, submission: Submission, preview: ImportPreview, by: str, source: AnswerSource, reason: str = ""
) -> SaveOutcome:
    """Store the previewed lines, all or nothing, but for those refused or disputed. Raises SubmissionError."""
    fields = {line.field: preview.fields[line.field] for line in preview.taken}
    return save_fields(session, submission, fields, preview.base, by, source=source, reason=reason)


def marked_form(submission: Submission, preview: ImportPreview) -> bytes:
    """The form with the answers of the file, and its errors marked."""
    errors = {line.field: line.message for line in (*preview.contradicted, *preview.refused)}
    entries = entries_of(submission) | dict(preview.fields)
    base = entries_of(submission) | dict(preview.base)
    return build_form_workbook(form_header(submission), questionnaire_of(submission.round), entries, base, errors)


def unpack_forms(data: bytes) -> list[tuple[str, bytes]]:
    """The workbooks of a zip by name; of a single workbook just that. Raises UploadError where there are too many or too large."""
    if len(data) > MAX_ZIP:
        raise UploadError(f"Tệp .zip lớn hơn {MAX_ZIP // 1024 // 1024} MB. Chia thành vài tệp .zip nhỏ hơn rồi gửi từng tệp.")
    try:
        archive = zipfile.ZipFile(BytesIO(data))
    except zipfile.BadZipFile:
        raise UploadError("Tệp này không phải .zip hay .xlsx. Nén các tệp phiếu .xlsx thành một tệp .zip rồi gửi lại.") from None
    members = [member for member in archive.infolist() if not member.is_dir()]
    if any(member.filename == "[Content_Types].xml" for member in members):
        return [("", data)]
    workbooks = [
        member for member in members if member.filename.lower().endswith(WORKBOOKS) and not member.filename.startswith("__MACOSX/")
    ]
    if not workbooks:
        raise UploadError("Trong tệp .zip không có tệp .xlsx nào.")
    if len(workbooks) > MAX_FILES:
        raise UploadError(f"Trong tệp .zip có {len(workbooks)} tệp; mỗi lần nạp không quá {MAX_FILES} tệp.")
    forms, remaining_bytes = [], MAX_UNZIPPED
    for member in workbooks:
        form = _read_member(archive, member)
        remaining_bytes -= len(form)
        if remaining_bytes < 0:
            raise UploadError(
                "Các tệp trong .zip quá lớn khi mở ra nên không phải mẫu phiếu. Chia thành vài tệp .zip rồi gửi từng tệp."
            )
        forms.append((member.filename.rpartition("/")[2], form))
    return forms


def _read_member(archive: zipfile.ZipFile, member: zipfile.ZipInfo) -> bytes:
    try:
        with archive.open(member) as stream:
            data = stream.read(MAX_BYTES + 1)
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, EOFError):
        raise UploadError(f"Không mở được “{member.filename}” trong tệp .zip (hỏng hoặc đặt mật khẩu).") from None
    if len(data) > MAX_BYTES:
        raise UploadError(f"“{member.filename}” trong tệp .zip quá lớn nên không phải mẫu phiếu.")
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


def _submission_of(
    session: Session, form: FilledForm, round: Round, expected: Submission | None, *, for_update: bool
) -> Submission:
    code, number, version = form.ward_code, form.round_number, form.version
    wards = {ward.code: ward.full_name for ward in load_wards()}
    if code not in wards:
        raise UploadError(NOT_A_FORM)
    if number != str(round.id):
        other = session.scalar(select(Round).where(Round.id == int(number))) if _ROUND_NUMBER.fullmatch(number) else None
        named = f"“{other.name}”" if other else "khác"
        raise UploadError(
            f"Tệp này là phiếu của {wards[code]} ở đợt {named}, không phải “{round.name}”. Tải lại mẫu của đợt này, điền rồi gửi lại."
        )
    if version != round.questionnaire_version:
        raise UploadError(
            f"Tệp này theo mẫu phiếu {version}, đợt này dùng mẫu {round.questionnaire_version}. Tải lại mẫu rồi điền."
        )
    if expected is not None and expected.ward_code != code:
        raise UploadError(f"Tệp này là phiếu của {wards[code]}, không phải của {wards[expected.ward_code]}. Chọn đúng tệp.")
    query = select(Submission).where(Submission.round_id == round.id, Submission.ward_code == code)
    submission = session.scalars(query.with_for_update(of=Submission) if for_update else query).first()
    if submission is None:
        raise UploadError(NOT_A_FORM)
    return submission


def _read_answers(book: Workbook, keys: Iterable[tuple[str, ...]], questionnaire: Questionnaire) -> list[FileAnswer]:
    """The answers to the questions to the ward; anything else in the file is ignored."""
    questions = {question.key: question for question in questionnaire.questions}
    grids: dict[str, dict[tuple[int, int], object]] = {}
    answers = []
    for field, title, coordinate, base in keys:
        question = questions.get(question_key(field))
        if question is None or question.asked_of != "ward" or not is_field_of(field, question) or title not in book.sheetnames:
            continue
        try:
            place = coordinate_to_tuple(coordinate)
        except (CellCoordinatesException, ValueError):
            raise UploadError(NOT_A_FORM) from None
        if title not in grids:
            grids[title] = _grid(book, title)
        part, value = find_part(questionnaire, field), grids[title].get(place)
        raw = (part.field if part else REASON_FIELD).from_cell(value)
        answers.append(FileAnswer(field, question, title, coordinate, raw, base))
    return answers


def _grid(book: Workbook, title: str) -> dict[tuple[int, int], object]:
    return {
        (row, column): value
        for row, values in enumerate(read_rows(book[title], MAX_ROWS, MAX_COLUMNS), start=1)
        for column, value in enumerate(values, start=1)
        if value is not None
    }


def _compare_with_stored(submission: Submission, questionnaire: Questionnaire, answers: Sequence[FileAnswer]) -> ImportPreview:
    stored = entries_of(submission)
    edited = [answer for answer in answers if answer.raw != answer.base]
    merged = stored | {answer.field: answer.raw for answer in edited}
    evaluation = evaluate_entries(questionnaire, merged, latest_allowed_year(submission), carried_questions(submission))
    problems = {problem.field: problem.message for problem in evaluation.problems}
    new, changed, refused, disputed = [], [], [], []
    for answer in edited:
        before = stored.get(answer.field, "")
        if answer.raw == before:
            continue
        line = _import_line(questionnaire, answer, before)
        excess = find_excess(answer.field, answer.raw)
        message = (f"Ô này {excess}" if excess else "") or problems.get(answer.field, "")
        if message:
            refused.append(replace(line, message=message))
        elif before != answer.base:
            disputed.append(line)
        elif before:
            changed.append(line)
        else:
            new.append(line)
    known, refused_fields = evaluate_submission(submission).contradictions, {line.field for line in refused}
    # A reason that the file or the form has lets a doubt pass.
    open_contradictions = {
        found.field: found.message
        for found in evaluation.contradictions
        if found not in known
        and found.field not in refused_fields
        and (found.is_error or not merged.get(reason_field(found.question)))
    }
    contradicted = [
        replace(_import_line(questionnaire, answer, stored.get(answer.field, "")), message=open_contradictions[answer.field])
        for answer in answers
        if answer.field in open_contradictions
    ]
    listed = len(new) + len(changed) + len(refused) + len(disputed)
    filled = sum(bool(answer.raw or stored.get(answer.field)) for answer in answers)
    return ImportPreview(
        submission.id,
        form_header(submission).ward_name,
        tuple(new),
        tuple(changed),
        filled - listed,
        tuple(refused),
        tuple(disputed),
        tuple(contradicted),
        {answer.field: answer.raw for answer in answers},
        {answer.field: answer.base for answer in answers},
    )


def _import_line(questionnaire: Questionnaire, answer: FileAnswer, before: str) -> ImportLine:
    return ImportLine(
        answer.field,
        answer.sheet,
        answer.cell,
        field_label(questionnaire, answer.field),
        value_label(questionnaire, answer.field, before),
        value_label(questionnaire, answer.field, answer.raw),
    )
