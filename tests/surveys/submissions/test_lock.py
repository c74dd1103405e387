"""What is approved is locked, through every door, and so is what waits for review."""

from base64 import b64encode
from io import BytesIO

import pytest
from openpyxl import load_workbook
from sqlalchemy import select

from accounts.identity import Role
from accounts.models import User
from accounts.users import create_user
from portal.clock import today
from surveys.checks.entries import carried_questions
from surveys.models import Evidence, Submission, SubmissionChange, SubmissionEvent
from surveys.questionnaire.questions import load_questionnaire
from surveys.submissions.evidence import attach_file
from surveys.submissions.speed_test import begin_speed_test
from surveys.submissions.submissions import content_hash
from surveys.workbooks.city_workbook import build_city_workbook, city_columns
from surveys.workbooks.form_import import build_submission_form
from tests.factories.snapshots import WARD_CODE
from tests.support.workbooks import fill_in_form

FIELD = "floors"
SECTION = next(part.code for part in load_questionnaire().sections for question in part.questions if question.key == FIELD)


@pytest.fixture
def locked(demo_app, demo_session, tmp_path, request):
    """A ward's submission in a state, with all that somebody prepared while it was open."""
    mine = demo_session.scalars(select(Submission).where(Submission.ward_code == WARD_CODE)).one()
    create_user(demo_session, "dong.nghiep", "Đồng nghiệp (minh họa)", Role.OFFICER, [WARD_CODE], password="mot-hai-ba-bon")
    pdf = b"%PDF-1.4\n%%EOF"
    kept = attach_file(demo_session, "memory://evidence", mine, FIELD, "a.pdf", pdf, "Công chức")
    turn = begin_speed_test(demo_session, mine, "internet", "Công chức", "127.0.0.1", "máy thử")
    for answer in mine.answers[:3]:
        answer.is_carried = True
    book = fill_in_form(build_submission_form(mine), {FIELD: 9})
    city = load_workbook(BytesIO(build_city_workbook(demo_session, mine.round)))
    column = 3 + [name for name, _label, _question in city_columns()].index("online_files_percent")
    for row in range(2, 128):
        city.active.cell(row, column).value = 7
    city.save(table := BytesIO())
    mine.state, mine.sent_at = request.param, mine.answers[0].saved_at
    (tmp_path / "phieu.xlsx").write_bytes(book)
    found = {
        "number": mine.id,
        "evidence": kept.id,
        "turn": turn.id,
        "book": book,
        "city": table.getvalue(),
        "file": tmp_path / "phieu.xlsx",
        "pdf": pdf,
    }
    demo_session.commit()
    return found


def standing(session, number):
    """All that must not move: the answers, what is carried, the evidence, the log, and what happened."""
    session.rollback()
    mine = session.get(Submission, number)
    found = (
        mine.state,
        mine.version,
        mine.reopened_until,
        content_hash(mine),
        sorted(carried_questions(mine)),
        sorted(
            (row.id, row.kind, row.removed_at) for row in session.scalars(select(Evidence).where(Evidence.submission_id == number))
        ),
        len(list(session.scalars(select(SubmissionChange.id).where(SubmissionChange.submission_id == number)))),
        sorted(session.scalars(select(SubmissionEvent.kind).where(SubmissionEvent.submission_id == number))),
    )
    session.rollback()
    return found


@pytest.mark.parametrize("locked", ["sent", "approved"], indirect=True)
def test_no_door_moves_what_is_locked(demo_app, demo_session, demo_sign_in, locked):
    number = locked["number"]
    officer, reviewer = demo_sign_in("canbo"), demo_sign_in("thamdinh")
    base = f"/surveys/{number}"
    before = standing(demo_session, number)
    colleague = str(demo_session.scalars(select(User.id).where(User.username == "dong.nghiep")).one())
    demo_session.rollback()
    content = b64encode(locked["book"]).decode()
    tries = [
        (officer, f"{base}/sections/{SECTION}", {FIELD: "9", "base": "{}"}),
        (officer, f"{base}/sections/{SECTION}", {"nothing": "1", "base": "{}"}),
        (officer, f"{base}/sections/{SECTION}/fields", {FIELD: "9", "base": "{}"}),
        (officer, f"{base}/sections/0/fields", {"confirm": "*", "base": "{}"}),
        (officer, f"{base}/form", {"content": content, "do": "take"}),
        (officer, f"{base}/sections/{SECTION}/evidence", {"question": FIELD, "file": (BytesIO(locked["pdf"]), "b.pdf")}),
        (officer, f"{base}/sections/{SECTION}/evidence/{locked['evidence']}/remove", {}),
        (officer, f"{base}/hand-over", {"to": colleague, "note": "Giữ giúp"}),
        (officer, f"{base}/measure", {"line": "internet"}),
        (officer, f"{base}/send", {"prepared_by": "A", "confirmed_by": "B"}),
        (reviewer, "/rounds/1/forms", {"content": content, "do": "take"}),
        (reviewer, "/rounds/1/city-answers", {"file": (BytesIO(locked["city"]), "tp.xlsx")}),
        (reviewer, f"/review/{number}/reopen", {"until": today().isoformat(), "late_reason": "Xin sửa thêm"}),
    ]
    if before[0] == "approved":
        tries += [
            (reviewer, f"/review/{number}/return", {"reason": "Kiểm tra lại phần A"}),
            (reviewer, f"/review/{number}/approve", {}),
            (demo_sign_in("lanhdaoxa"), f"{base}/confirm", {"content": before[3]}),
        ]
    for client, path, data in tries:
        answer = client.post(path, data=data)
        assert answer.status_code < 500, path
        assert standing(demo_session, number) == before, path
    runs = {"down": [90, 91], "up": [40, 41], "latency": [5, 6]}
    assert officer.post(f"{base}/measure/{locked['turn']}/done", json=runs).status_code >= 400
    assert standing(demo_session, number) == before
    told = demo_app.test_cli_runner().invoke(args=["surveys", "import", str(locked["file"])])
    assert told.exit_code == 1
    assert standing(demo_session, number) == before
