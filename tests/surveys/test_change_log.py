"""Field, before, after, who, when, by which door."""

from io import BytesIO

import pytest
from openpyxl import load_workbook
from sqlalchemy import select

from accounts.models import AuditEntry
from surveys.change_log import list_log
from surveys.city_workbook import build_city_workbook, import_city_answers
from surveys.models import Submission, SubmissionChange, SubmissionEvent
from surveys.questions import load_questionnaire
from surveys.rounds import get_round, open_round
from surveys.states import Door
from surveys.submissions import save_fields
from surveys.typed import typed_of
from tests.conftest import DEMO_DAY

FORM = load_questionnaire()
MINE = "00082"


def mine_of(session):
    return session.scalars(select(Submission).where(Submission.ward_code == MINE)).one()


@pytest.mark.both_databases
def test_each_change_is_logged_and_a_save_of_the_same_is_none(session):
    open_round(session, "Đợt thử", DEMO_DAY, DEMO_DAY, "2026.1")
    mine = mine_of(session)
    save_fields(session, mine, {"floors": "3", "A01#2.good": "4"}, {}, "Người một")
    save_fields(session, mine, {"floors": "5"}, {"floors": "3"}, "Người hai", door=Door.WORKBOOK)
    save_fields(session, mine, {"floors": "5"}, {"floors": "5"}, "Người ba")
    lines = [(line.field, line.before, line.after, line.by, line.door) for line in list_log(session, mine, FORM, "floors")]
    label = "Số tầng hoặc khu vực cần phủ Wi-Fi"
    assert lines == [
        (label, "3", "5", "Người hai", "tệp Excel"),
        (label, "(để trống)", "3", "Người một", "trang khảo sát"),
    ]
    assert "lô thứ 2" in list_log(session, mine, FORM, "A01")[0].field


def test_a_reason_and_what_is_unknown_stand_in_words(demo_session):
    mine = mine_of(demo_session)
    save_fields(demo_session, mine, {"floors": "?", "floors.why": "Đang sửa nhà"}, typed_of(mine), "Công chức")
    lines = {line.field: line.after for line in list_log(demo_session, mine, FORM, "floors")[:2]}
    assert lines["Số tầng hoặc khu vực cần phủ Wi-Fi"] == "Chưa nắm được"
    assert lines["Số tầng hoặc khu vực cần phủ Wi-Fi – Lý do"] == "Đang sửa nhà"


def test_what_the_city_answers_is_logged_by_its_own_door(demo_session):
    found, mine = get_round(demo_session, 1), mine_of(demo_session)
    book = load_workbook(BytesIO(build_city_workbook(demo_session, found)))
    sheet = book.active
    row = next(number for number in range(2, sheet.max_row + 1) if sheet.cell(number, 1).value == MINE)
    column = next(number for number in range(3, sheet.max_column + 1) if "%" in str(sheet.cell(1, number).value))
    sheet.cell(row, column).value = 7
    buffer = BytesIO()
    book.save(buffer)
    import_city_answers(demo_session, found, buffer.getvalue(), "Thành phố")
    line = demo_session.scalars(
        select(SubmissionChange).where(SubmissionChange.submission_id == mine.id, SubmissionChange.after == "7")
    ).one()
    assert (line.door, line.by) == (Door.CITY.value, "Thành phố")


def test_a_download_of_the_log_is_in_the_log_and_in_the_audit_trail(demo_session, demo_sign_in):
    number = mine_of(demo_session).id
    demo_session.rollback()
    client = demo_sign_in("canbo")
    client.post(f"/surveys/{number}/sections/0/fields", data={"floors": "99", "base": "{}"})
    sheet = load_workbook(BytesIO(client.get(f"/surveys/{number}/changes.xlsx").data)).active
    assert [cell.value for cell in sheet[4]][:3] == ["Lúc", "Ai", "Bằng cách nào"]
    events = demo_session.scalars(select(SubmissionEvent.kind).where(SubmissionEvent.submission_id == number))
    assert "downloaded" in list(events)
    assert "submission:download-log" in list(demo_session.scalars(select(AuditEntry.action)))
    demo_session.rollback()
    page = client.get(f"/surveys/{number}/changes").text
    assert "tải về: nhật ký thay đổi" in page
    assert client.get(f"/surveys/{number}/changes?question=khong-co").status_code == 200


def test_the_log_of_a_sensitive_answer_is_open_to_the_ward_but_not_in_the_audit_trail(demo_session, demo_sign_in):
    mine = mine_of(demo_session)
    number, base = mine.id, typed_of(mine)["G01.good"]
    demo_session.rollback()
    client = demo_sign_in("canbo")
    client.post(f"/surveys/{number}/sections/G/fields", data={"G01.good": "98765", "base": f'{{"G01.good": "{base}"}}'})
    assert "98765" in client.get(f"/surveys/{number}/changes?question=G01").text
    entries = demo_session.scalars(select(AuditEntry.after).where(AuditEntry.action == "submission:save"))
    assert not any("98765" in str(after) for after in entries)
