"""Field, before, after, who, when, by which door."""

from io import BytesIO

import pytest
from openpyxl import load_workbook
from PIL import Image
from sqlalchemy import select

from accounts.models import AuditEntry
from surveys.checks.entries import entries_of
from surveys.checks.states import AnswerSource
from surveys.models import Evidence, Submission, SubmissionChange, SubmissionEvent
from surveys.review.review import approve_submission
from surveys.submissions.change_log import MAX_LINES, ChangeReasonError, explain_change, list_log
from surveys.submissions.rounds import get_round, open_round
from surveys.submissions.submissions import save_fields
from surveys.workbooks.city_workbook import build_city_workbook, import_city_answers, read_city_table
from tests.factories.days import DEMO_DAY
from tests.factories.questionnaires import shipped_questionnaire

FORM = shipped_questionnaire()
WARD_CODE = "00082"


def submission_of(session):
    return session.scalars(select(Submission).where(Submission.ward_code == WARD_CODE)).one()


@pytest.mark.both_databases
def test_each_change_is_logged_and_a_save_of_the_same_is_none(session):
    open_round(session, "Đợt thử", DEMO_DAY, DEMO_DAY, "2026.1")
    submission = submission_of(session)
    save_fields(session, submission, {"floors": "3", "A01#2.good": "4"}, {}, "Người một")
    save_fields(
        session,
        submission,
        {"floors": "5"},
        {"floors": "3"},
        "Người hai",
        source=AnswerSource.WORKBOOK,
        reason=" Nhận thêm\nmột trụ sở ",
    )
    save_fields(session, submission, {"floors": "5"}, {"floors": "5"}, "Người ba")
    line_with_reason = list_log(session, submission, FORM, "floors")[0]
    assert (line_with_reason.reason, line_with_reason.change_id) == ("Nhận thêm một trụ sở", None)
    lines = [(line.field, line.before, line.after, line.by, line.source) for line in list_log(session, submission, FORM, "floors")]
    label = "Số tầng hoặc khu vực cần phủ Wi-Fi"
    assert lines == [
        (label, "3", "5", "Người hai", "tệp Excel"),
        (label, "(để trống)", "3", "Người một", "trang khảo sát"),
    ]
    assert "lô thứ 2" in list_log(session, submission, FORM, "A01")[0].field


def test_a_reason_and_what_is_unknown_stand_in_words(demo_session):
    submission = submission_of(demo_session)
    save_fields(demo_session, submission, {"floors": "?", "floors.why": "Đang sửa nhà"}, entries_of(submission), "Công chức")
    lines = {line.field: line.after for line in list_log(demo_session, submission, FORM, "floors")[:2]}
    assert lines["Số tầng hoặc khu vực cần phủ Wi-Fi"] == "Chưa nắm được"
    assert lines["Số tầng hoặc khu vực cần phủ Wi-Fi – Lý do"] == "Đang sửa nhà"


def test_what_the_city_answers_is_logged_by_its_own_door(demo_session):
    survey_round, submission = get_round(demo_session, 1), submission_of(demo_session)
    book = load_workbook(BytesIO(build_city_workbook(demo_session, survey_round)))
    sheet = book.active
    row = next(number for number in range(2, sheet.max_row + 1) if sheet.cell(number, 1).value == WARD_CODE)
    column = next(number for number in range(3, sheet.max_column + 1) if "%" in str(sheet.cell(1, number).value))
    sheet.cell(row, column).value = 7
    buffer = BytesIO()
    book.save(buffer)
    import_city_answers(demo_session, survey_round, read_city_table(buffer.getvalue(), shipped_questionnaire()), "Thành phố")
    line = demo_session.scalars(
        select(SubmissionChange).where(SubmissionChange.submission_id == submission.id, SubmissionChange.after == "7")
    ).one()
    assert (line.source, line.by) == (AnswerSource.CITY.value, "Thành phố")


def test_a_download_of_the_log_is_in_the_log_and_in_the_audit_trail(demo_session, demo_sign_in):
    submission_id = submission_of(demo_session).id
    demo_session.rollback()
    client = demo_sign_in("canbo")
    client.post(f"/surveys/{submission_id}/sections/0/fields", data={"floors": "99", "base": "{}"})
    sheet = load_workbook(BytesIO(client.get(f"/surveys/{submission_id}/changes.xlsx").data)).active
    assert [cell.value for cell in sheet[4]][:3] == ["Lúc", "Ai", "Bằng cách nào"]
    events = demo_session.scalars(select(SubmissionEvent.kind).where(SubmissionEvent.submission_id == submission_id))
    assert "downloaded" in list(events)
    assert "submission:download-log" in list(demo_session.scalars(select(AuditEntry.action)))
    demo_session.rollback()
    page = client.get(f"/surveys/{submission_id}/changes").text
    assert "tải về: nhật ký thay đổi" in page
    assert client.get(f"/surveys/{submission_id}/changes?question=khong-co").status_code == 200


def test_the_log_of_a_sensitive_answer_is_open_to_the_ward_but_not_in_the_audit_trail(demo_session, demo_sign_in):
    submission = submission_of(demo_session)
    submission_id, old_value = submission.id, entries_of(submission)["G01.good"]
    demo_session.rollback()
    client = demo_sign_in("canbo")
    client.post(f"/surveys/{submission_id}/sections/G/fields", data={"G01.good": "98765", "base": f'{{"G01.good": "{old_value}"}}'})
    assert "98765" in client.get(f"/surveys/{submission_id}/changes?question=G01").text
    entries = demo_session.scalars(select(AuditEntry.after).where(AuditEntry.action == "submission:save"))
    assert not any("98765" in str(after) for after in entries)


def test_the_ward_says_why_afterwards_once_and_before_it_is_approved(demo_session, demo_sign_in):
    submission = submission_of(demo_session)
    save_fields(demo_session, submission, {"floors": "9"}, entries_of(submission), "Công chức")
    line = list_log(demo_session, submission, FORM, "floors")[0]
    submission_id, path = submission.id, f"/surveys/{submission.id}/changes/{line.change_id}/why"
    demo_session.commit()
    client = demo_sign_in("canbo")
    assert path in client.get(f"/surveys/{submission_id}/changes?question=floors").text
    assert "Số tầng hoặc khu vực cần phủ Wi-Fi" in client.get(path).text
    assert client.post(path, data={"why": " "}).status_code == 400
    for username in ("thamdinh", "lanhdaoxa"):
        assert demo_sign_in(username).post(path, data={"why": "Không phải của tôi"}).status_code == 404
    page_text = client.post(path, data={"why": "Nhận thêm hai trụ sở"}, follow_redirects=True).text
    assert "Nhận thêm hai trụ sở" in page_text and path not in page_text
    answer = client.post(path, data={"why": "Lý do khác"})
    assert answer.status_code == 400
    assert "nhật ký giữ nguyên" in answer.text or "Lý do đã ghi" in answer.text
    assert demo_session.get(SubmissionChange, line.change_id).why == "Nhận thêm hai trụ sở"
    other_change_id = demo_session.scalars(
        select(SubmissionChange.id).where(SubmissionChange.submission_id != submission_id)
    ).first()
    demo_session.rollback()
    assert client.post(f"/surveys/{submission_id}/changes/{other_change_id}/why", data={"why": "Của xã khác"}).status_code == 404


def test_nobody_says_why_of_what_is_approved_or_of_another_door(demo_session):
    submission = submission_of(demo_session)
    save_fields(demo_session, submission, {"floors": "9"}, entries_of(submission), "Công chức")
    submission.state = "approved"
    change = demo_session.scalars(select(SubmissionChange).order_by(SubmissionChange.id.desc())).first()
    with pytest.raises(ChangeReasonError):
        explain_change(submission, change, "Nhận thêm trụ sở")
    submission.state, change.source = "draft", AnswerSource.CITY.value
    with pytest.raises(ChangeReasonError):
        explain_change(submission, change, "Nhận thêm trụ sở")


@pytest.mark.both_databases
def test_what_is_carried_over_comes_in_by_a_door_of_its_own(session):
    open_round(session, "Đợt một", DEMO_DAY, DEMO_DAY, "2026.1")
    first = submission_of(session)
    save_fields(session, first, {"floors": "3"}, {}, "Người một")
    first.state, first.sent_at = "sent", first.answers[0].saved_at
    approve_submission(session, first, "Chuyên viên")
    second_round = open_round(session, "Đợt hai", DEMO_DAY, DEMO_DAY, "2026.1")
    new_submission = session.scalars(
        select(Submission).where(Submission.round_id == second_round.id, Submission.ward_code == WARD_CODE)
    ).one()
    (line,) = list_log(session, new_submission, FORM)
    assert (line.before, line.after, line.by, line.source) == ("(để trống)", "3", "Người một", "số liệu kỳ trước")


def test_the_table_of_the_log_holds_every_line_but_nothing_sensitive(demo_session, demo_sign_in):
    submission = submission_of(demo_session)
    submission_id = submission.id
    save_fields(demo_session, submission, {"G01.good": "98765"}, entries_of(submission), "Công chức")
    for number in range(MAX_LINES):
        save_fields(demo_session, submission, {"A03.note": f"lần {number}"}, entries_of(submission), "Công chức")
    line_count = len(list_log(demo_session, submission, FORM, limit=None))
    assert line_count > MAX_LINES == len(list_log(demo_session, submission, FORM))
    demo_session.commit()
    sheet = load_workbook(BytesIO(demo_sign_in("canbo").get(f"/surveys/{submission_id}/changes.xlsx").data)).active
    rows = list(sheet.iter_rows(min_row=5, values_only=True))
    assert len(rows) == line_count
    assert "98765" not in str(rows)
    assert "số liệu nhạy cảm" in str(rows)


def test_files_that_come_go_and_leave_are_in_the_log(demo_session, demo_sign_in):
    submission_id = submission_of(demo_session).id
    demo_session.rollback()
    client = demo_sign_in("canbo")
    file = (BytesIO(picture()), "tu mang.png")
    client.post(f"/surveys/{submission_id}/sections/A/evidence", data={"question": "A01", "file": file})
    evidence_id = demo_session.scalars(select(Evidence.id)).one()
    demo_session.rollback()
    client.get(f"/surveys/{submission_id}/evidence/{evidence_id}.file")
    client.get(f"/surveys/{submission_id}/form.xlsx")
    client.post(f"/surveys/{submission_id}/sections/A/evidence/{evidence_id}/remove")
    client.post(f"/surveys/{submission_id}/print")
    page = client.get(f"/surveys/{submission_id}/changes").text
    for phrase in (
        "đính kèm tệp: tu mang.png",
        "tải về: tu mang.png",
        "tải về: mẫu phiếu Excel",
        "gỡ tệp: tu mang.png",
        "tải về: bản in có số liệu nhạy cảm",
    ):
        assert phrase in page


def picture():
    buffer = BytesIO()
    Image.new("RGB", (4, 4)).save(buffer, "PNG")
    return buffer.getvalue()
