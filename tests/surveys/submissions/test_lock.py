"""What is approved is locked, through every door, and so is what waits for review."""

from base64 import b64encode
from io import BytesIO

import pytest
from openpyxl import load_workbook
from sqlalchemy import select

from accounts.identity import Role
from accounts.models import User
from portal.checked_files import check_file
from portal.clock import today
from portal.kept_files import keep_file
from surveys.checks.entries import carried_questions
from surveys.models import Evidence, Submission, SubmissionChange, SubmissionEvent
from surveys.submissions.evidence import attach_file
from surveys.submissions.speed_test import begin_speed_test
from surveys.submissions.submissions import content_hash
from surveys.workbooks.city_workbook import build_city_workbook, city_columns
from surveys.workbooks.form_import import build_submission_form
from tests.factories.questionnaires import shipped_questionnaire
from tests.factories.snapshots import WARD_CODE
from tests.factories.users import create_user
from tests.support.workbooks import fill_in_form

FIELD = "floors"
SECTION = next(part.code for part in shipped_questionnaire().sections for question in part.questions if question.key == FIELD)


@pytest.fixture
def locked_submission(demo_app, demo_session, tmp_path, request):
    """A ward's submission in a state, with all that somebody prepared while it was open."""
    submission = demo_session.scalars(select(Submission).where(Submission.ward_code == WARD_CODE)).one()
    create_user(demo_session, "dong.nghiep", "Đồng nghiệp (minh họa)", Role.OFFICER, [WARD_CODE], password="mot-hai-ba-bon")
    pdf = b"%PDF-1.4\n%%EOF"
    evidence = attach_file(demo_session, submission, FIELD, keep_file("memory://evidence", "a.pdf", check_file(pdf)), "Công chức")
    turn = begin_speed_test(demo_session, submission, "internet", "Công chức", "127.0.0.1", "máy thử")
    for answer in submission.answers[:3]:
        answer.is_carried = True
    workbook = fill_in_form(build_submission_form(submission), {FIELD: 9})
    city_book = load_workbook(BytesIO(build_city_workbook(demo_session, submission.round)))
    column = 3 + [column.field for column in city_columns(shipped_questionnaire())].index("online_files_percent")
    for row in range(2, 128):
        city_book.active.cell(row, column).value = 7
    city_book.save(buffer := BytesIO())
    submission.state, submission.sent_at = request.param, submission.answers[0].saved_at
    (tmp_path / "phieu.xlsx").write_bytes(workbook)
    prepared = {
        "number": submission.id,
        "evidence": evidence.id,
        "turn": turn.id,
        "book": workbook,
        "city": buffer.getvalue(),
        "file": tmp_path / "phieu.xlsx",
        "pdf": pdf,
    }
    demo_session.commit()
    return prepared


def locked_state(session, submission_id):
    """All that must not move: the answers, what is carried, the evidence, the log, and what happened."""
    session.rollback()
    submission = session.get(Submission, submission_id)
    state = (
        submission.state,
        submission.version,
        submission.reopened_until,
        content_hash(submission),
        sorted(carried_questions(submission)),
        sorted(
            (row.id, row.kind, row.removed_at)
            for row in session.scalars(select(Evidence).where(Evidence.submission_id == submission_id))
        ),
        len(list(session.scalars(select(SubmissionChange.id).where(SubmissionChange.submission_id == submission_id)))),
        sorted(session.scalars(select(SubmissionEvent.kind).where(SubmissionEvent.submission_id == submission_id))),
    )
    session.rollback()
    return state


@pytest.mark.parametrize("locked_submission", ["sent", "approved"], indirect=True)
def test_no_door_moves_what_is_locked(demo_app, demo_session, demo_sign_in, locked_submission):
    submission_id = locked_submission["number"]
    officer, reviewer = demo_sign_in("canbo"), demo_sign_in("thamdinh")
    base = f"/surveys/{submission_id}"
    state_before = locked_state(demo_session, submission_id)
    colleague_id = str(demo_session.scalars(select(User.id).where(User.username == "dong.nghiep")).one())
    demo_session.rollback()
    content = b64encode(locked_submission["book"]).decode()
    requests = [
        (officer, f"{base}/sections/{SECTION}", {FIELD: "9", "base": "{}"}),
        (officer, f"{base}/sections/{SECTION}", {"nothing": "1", "base": "{}"}),
        (officer, f"{base}/sections/{SECTION}/fields", {FIELD: "9", "base": "{}"}),
        (officer, f"{base}/sections/0/fields", {"confirm": "*", "base": "{}"}),
        (officer, f"{base}/form", {"content": content, "do": "take"}),
        (officer, f"{base}/sections/{SECTION}/evidence", {"question": FIELD, "file": (BytesIO(locked_submission["pdf"]), "b.pdf")}),
        (officer, f"{base}/sections/{SECTION}/evidence/{locked_submission['evidence']}/remove", {}),
        (officer, f"{base}/hand-over", {"to": colleague_id, "note": "Giữ giúp"}),
        (officer, f"{base}/measure", {"line": "internet"}),
        (officer, f"{base}/send", {"prepared_by": "A", "confirmed_by": "B"}),
        (reviewer, "/rounds/1/forms", {"content": content, "do": "take"}),
        (reviewer, "/rounds/1/city-answers", {"file": (BytesIO(locked_submission["city"]), "tp.xlsx")}),
        (reviewer, f"/review/{submission_id}/reopen", {"until": today().isoformat(), "late_reason": "Xin sửa thêm"}),
    ]
    if state_before[0] == "approved":
        requests += [
            (reviewer, f"/review/{submission_id}/return", {"reason": "Kiểm tra lại phần A"}),
            (reviewer, f"/review/{submission_id}/approve", {}),
            (demo_sign_in("lanhdaoxa"), f"{base}/confirm", {"content": state_before[3]}),
        ]
    for client, path, data in requests:
        answer = client.post(path, data=data)
        assert answer.status_code < 500, path
        assert locked_state(demo_session, submission_id) == state_before, path
    runs = {"down": [90, 91], "up": [40, 41], "latency": [5, 6]}
    assert officer.post(f"{base}/measure/{locked_submission['turn']}/done", json=runs).status_code >= 400
    assert locked_state(demo_session, submission_id) == state_before
    result = demo_app.test_cli_runner().invoke(args=["surveys", "import", str(locked_submission["file"])])
    assert result.exit_code == 1
    assert locked_state(demo_session, submission_id) == state_before
