"""What the city answers for all wards, as one Excel table: out with what is known, in again all or nothing."""

from dataclasses import dataclass

from openpyxl import Workbook
from openpyxl.styles import Alignment, Font
from sqlalchemy import select
from sqlalchemy.orm import Session, selectinload

from inventory.wards.queries import list_wards
from portal.clock import now, today
from portal.office_files import save_workbook
from portal.uploads import UploadError, open_workbook, read_rows
from portal.vietnamese import fold, to_nfc
from surveys.checks.entries import typed_of
from surveys.checks.states import CollectionState, Door
from surveys.models import Answer, Round, Submission
from surveys.questionnaire.answers.kinds import KINDS
from surveys.questionnaire.questions import Question, load_questionnaire
from surveys.submissions.submissions import log_change

_WORDS = {"co": "yes", "khong": "no", "yes": "yes", "no": "no"}
MAX_ROWS = 200


def city_fields() -> list[tuple[str, str, Question]]:
    """The columns: field name, words, question."""
    columns = []
    for question in load_questionnaire().questions:
        if question.asked_of != "city":
            continue
        if question.kind == "connection":
            columns.append((f"{question.key}.contracted", f"{question.label} (Mbps theo hợp đồng; 0 là không có)", question))
        else:
            hint = "Có/Không" if question.kind == "yesno" else question.unit
            columns.append((question.key, f"{question.label} ({hint})", question))
    return columns


def build_city_workbook(session: Session, found: Round) -> bytes:
    """The table with what is known so far."""
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.title = "Thành phố trả lời"
    columns = city_fields()
    sheet.append(["Mã", "Xã, phường", *(label for _name, label, _question in columns)])
    typed = {row.ward_code: typed_of(row) for row in _submissions(session, found)}
    for ward in list_wards(session):
        known = typed.get(ward.code, {})
        sheet.append([ward.code, ward.full_name, *(_shown(known.get(name, ""), question) for name, _label, question in columns)])
    for index, cell in enumerate(sheet[1]):
        cell.font = Font(name="Times New Roman", bold=True)
        cell.alignment = Alignment(wrap_text=True, vertical="center")
        sheet.column_dimensions[cell.column_letter].width = (8, 26)[index] if index < 2 else 24
    sheet.freeze_panes = "C2"
    return save_workbook(book)


@dataclass(frozen=True)
class CityImport:
    """What a table of the city did: how many answers it changed, and the wards it left alone since they have sent."""

    changed: int
    left_alone: tuple[str, ...]


def import_city_answers(session: Session, found: Round, data: bytes, by: str) -> CityImport:
    """Take the answers over. Raises UploadError with every mistake: sheet, row, column, value, what is allowed.

    A blank cell says nothing and changes nothing. Submissions that wait for review or are approved are left as they are:
    what was sent is what is judged; those whose answers would differ are named.
    """
    if found.is_closed:
        raise UploadError("Đợt khảo sát đã đóng nên không nạp thêm. Mở lại đợt rồi gửi lại tệp.")
    columns = city_fields()
    sheet = open_workbook(data).worksheets[0]
    rows = list(read_rows(sheet, MAX_ROWS + 1, len(columns) + 2))
    wanted = ["Mã", "Xã, phường", *(label for _name, label, _question in columns)]
    if not rows or [fold(str(cell or "")) for cell in rows[0]] != [fold(label) for label in wanted]:
        raise UploadError("Dòng 1 không đúng mẫu (thiếu, thừa hoặc đổi chỗ cột). Tải mẫu ở trang đợt khảo sát, điền rồi gửi lại.")
    if len(rows) > MAX_ROWS:
        raise UploadError(f"Bảng có hơn {MAX_ROWS - 1} dòng. Mỗi xã, phường một dòng; xóa các dòng thừa rồi gửi lại.")
    by_ward = {row.ward_code: row for row in _submissions(session, found, for_update=True)}
    mistakes: list[str] = []
    seen: dict[str, int] = {}
    changes: list[tuple[Submission, str, str]] = []
    for number, row in enumerate(rows[1:], start=2):
        if not any(cell is not None for cell in row):
            continue
        code = str(row[0] or "").strip().zfill(5)
        if code not in by_ward:
            mistakes.append(f"Trang “{sheet.title}”, dòng {number}, cột Mã: “{row[0]}” không phải mã xã, phường.")
            continue
        if code in seen:
            mistakes.append(f"Trang “{sheet.title}”, dòng {number}, cột Mã: {code} đã có ở dòng {seen[code]}. Giữ lại một dòng.")
            continue
        seen[code] = number
        for (name, label, question), value in zip(columns, row[2:], strict=False):
            raw = _raw(value, question)
            if not raw:
                continue
            problems = KINDS[question.kind].read(question, {name: raw}, today().year).problems
            mistakes += [
                f"Trang “{sheet.title}”, dòng {number}, cột “{label}”: “{value}”. {problem.message}" for problem in problems
            ]
            changes.append((by_ward[code], name, raw))
    if mistakes:
        raise UploadError("\n".join(mistakes))
    names = {ward.code: ward.full_name for ward in list_wards(session)}
    differing = [change for change in changes if typed_of(change[0]).get(change[1], "") != change[2]]
    left_alone = [submission for submission, _name, _raw in differing if not CollectionState(submission.state).is_open]
    stored = [submission for submission, name, raw in differing if _store(session, submission, name, raw, by)]
    # What was found in a submission is kept by its version, so that this has to rise with what the city says of it, too.
    for submission in dict.fromkeys(stored):
        submission.version += 1
    return CityImport(len(stored), tuple(dict.fromkeys(names[submission.ward_code] for submission in left_alone)))


def _submissions(session: Session, found: Round, *, for_update: bool = False) -> list[Submission]:
    answered = select(Submission).where(Submission.round_id == found.id).options(selectinload(Submission.answers))
    answered = answered.order_by(Submission.id)
    return list(session.scalars(answered.with_for_update(of=Submission) if for_update else answered))


def _raw(value: object, question: Question) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    text = to_nfc(str(value)).strip()
    return _WORDS.get(fold(text), text) if question.kind == "yesno" else text


def _shown(raw: str, question: Question) -> str | int | None:
    if question.kind == "yesno":
        return {"yes": "Có", "no": "Không"}.get(raw)
    return int(raw) if raw.isdecimal() else raw or None


def _store(session: Session, submission: Submission, name: str, raw: str, by: str) -> bool:
    if not CollectionState(submission.state).is_open:
        return False
    moment = now()
    answer = next((answer for answer in submission.answers if answer.field == name), None)
    if answer is None:
        answer = Answer(field=name, raw="", version=0, saved_by=by, saved_at=moment)
        submission.answers.append(answer)
    session.add(log_change(submission, name, answer.raw, raw, by, moment, Door.CITY))
    answer.raw, answer.version, answer.saved_by, answer.saved_at, answer.is_carried = raw, submission.version + 1, by, moment, False
    return True
