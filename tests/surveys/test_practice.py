"""A round for practice: the real form under a band of its own, that counts nowhere, reminds nobody, and can be removed."""

import re
import shutil
from datetime import timedelta
from io import BytesIO

import pytest
from bs4 import BeautifulSoup
from openpyxl import load_workbook
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from accounts.models import AuditEntry
from inventory.models import SnapshotRecord
from portal import file_store
from portal.clock import today
from portal.database import Base, session_scope
from portal.errors import NotFoundError
from portal.migration import head, migrate
from portal.uploads import UploadError
from scoring.rating.published_standards import current_standard
from surveys.checks.entries import entries_of
from surveys.checks.remarks import add_remark
from surveys.checks.states import CollectionState, RemarkKind
from surveys.checks.validation import snapshot_stamp
from surveys.demo import load_demo_round
from surveys.models import Evidence, Round, Submission, SubmissionChange
from surveys.review.review import approve_submission, build_queue, list_waiting, previous_answers
from surveys.submissions.rounds import (
    RoundError,
    current_round,
    get_round,
    open_round,
    remove_round,
    rounds_at_hand,
    set_closed,
    wards_in_progress,
)
from surveys.workbooks.city_workbook import build_city_workbook, import_city_answers, read_city_table
from surveys.workbooks.form_import import build_submission_form, preview_import, read_form
from tests.factories.days import DEMO_DAY
from tests.factories.questionnaires import shipped_questionnaire
from tests.factories.rounds import open_practice_round, send_whole
from tests.factories.snapshots import WARD_CODE
from tests.support.applications import borrowed_app, client_with, demo_tokens
from tests.support.integrity import half_approvals

NAME = "Tập huấn tháng này"
BAND = "TẬP HUẤN – số liệu ở đây không được tính và sẽ bị xóa"
APPROVED, SENT = "00070", "00091"
# Where the figures of the city and of the real round stand.
COUNTED = {
    "lanhdao": ("/", "/readiness", "/readiness/trend"),
    "thamdinh": ("/rounds/1", "/rounds/1/discipline", "/rounds/1/reminders", f"/readiness/wards/{APPROVED}"),
    "taichinh": ("/plans/1",),
}


@pytest.fixture(scope="module")
def practised_city(demo_city, tmp_path_factory):
    """The demo with a round for practice: one ward is approved in it, one waits with a file and a flag, the others have not begun."""
    path = tmp_path_factory.mktemp("practised") / "city.sqlite"
    shutil.copy(demo_city, path)
    with (
        borrowed_app(f"sqlite:///{path}") as app,
        app.app_context(),
        session_scope(app.extensions["engine"], writes=True) as session,
    ):
        practice = open_practice_round(session, NAME)
        approved, waiting = (submission_of(session, practice.id, code) for code in (APPROVED, SENT))
        for submission in (approved, waiting):
            send_whole(session, submission)
        approve_submission(session, approved, "Chuyên viên")
        add_remark(session, waiting, RemarkKind.FLAG, "A01", "Xem lại", "Chuyên viên")
        file_store.put("memory://evidence", "tap-huan", b"x")
        session.add(evidence_of(waiting))
    return path


@pytest.fixture
def practised_app(practised_city, tmp_path):
    path = tmp_path / "practised.sqlite"
    shutil.copy(practised_city, path)
    with borrowed_app(f"sqlite:///{path}") as app:
        yield app


@pytest.fixture
def practised(practised_app):
    """A session on it; what it leaves uncommitted is thrown away."""
    with Session(practised_app.extensions["engine"].execution_options(writes=True)) as session:
        yield session


@pytest.fixture
def visit(practised_app):
    """``visit("canbo")`` gives the client of a demo account."""
    return lambda username: client_with(practised_app, demo_tokens[username])


def evidence_of(submission):
    digest = "2d711642b726b04401627ca9fbac32f5c8530fb1903cc4db02258717921a4881"
    return Evidence(
        submission_id=submission.id,
        question="internet",
        kind="file",
        name="anh.png",
        media_type="image/png",
        size=1,
        sha256=digest,
        stored_as="tap-huan",
        by="Công chức",
        at=submission.sent_at,
    )


def submission_of(session, round_id, code):
    return session.scalars(select(Submission).where(Submission.round_id == round_id, Submission.ward_code == code)).one()


def practice_id(session):
    return session.scalars(select(Round.id).where(Round.is_practice)).one()


def main_of(answer):
    assert answer.status_code == 200, answer.status_code
    return " ".join(BeautifulSoup(answer.data, "html.parser").main.get_text(" ").split())


def seen(reviewer, submission_id):
    """The key of the sending that a reviewer sees."""
    return BeautifulSoup(reviewer.get(f"/review/{submission_id}").data, "html.parser").select_one("[name=seen]")["value"]


def texts_of(data):
    """What stands in a workbook: its cells, the headers of its pages and the names of its sheets."""
    for sheet in load_workbook(BytesIO(data)).worksheets:
        yield sheet.title
        yield sheet.oddHeader.center.text or ""
        yield from (str(cell) for row in sheet.iter_rows(values_only=True) for cell in row if cell is not None)


def test_it_changes_no_figure_of_the_city_and_none_of_the_real_round(demo_app, visit):
    for username, addresses in COUNTED.items():
        before, after = client_with(demo_app, demo_tokens[username]), visit(username)
        for address in addresses:
            assert main_of(after.get(address)) == main_of(before.get(address)), address


def test_nothing_that_looks_beyond_one_round_sees_it(demo_session, practised):
    def figures_of(session):
        return (
            current_round(session).id,
            wards_in_progress(session),
            [submission.id for submission in list_waiting(session)],
            [row.submission_id for row in build_queue(session)],
            snapshot_stamp(session),
            session.scalar(select(func.count()).select_from(SnapshotRecord)),
        )

    before = figures_of(demo_session)
    demo_session.rollback()
    assert figures_of(practised) == before


def test_an_approval_sets_the_state_and_makes_no_snapshot(practised):
    submission = submission_of(practised, practice_id(practised), APPROVED)
    assert submission.state == CollectionState.APPROVED
    assert not practised.scalars(select(SnapshotRecord).where(SnapshotRecord.submission_id == submission.id)).all()
    assert half_approvals(practised) == []


def test_it_begins_with_what_was_approved_and_gives_nothing_to_the_next_round(practised):
    real, practice = current_round(practised), practised.get_one(Round, practice_id(practised))
    other = "00004"
    approved = entries_of(submission_of(practised, real.id, other))
    assert {name: raw for name, raw in approved.items() if raw} == entries_of(submission_of(practised, practice.id, other))
    answers, _returned = previous_answers(practised, submission_of(practised, practice.id, APPROVED))
    assert answers.given == entries_of(submission_of(practised, real.id, APPROVED))
    next_round = open_round(practised, "Đợt sau", today(), today(), current_standard(practised).version)
    carried = entries_of(submission_of(practised, next_round.id, APPROVED))
    assert carried == {name: raw for name, raw in answers.given.items() if raw}
    assert carried != {name: raw for name, raw in entries_of(submission_of(practised, practice.id, APPROVED)).items() if raw}


def test_every_page_and_file_of_it_stands_under_its_band_and_none_of_a_real_round(practised_app, practised, visit):
    practice = practice_id(practised)
    examples = {}
    for round_id in (1, practice):
        submission = submission_of(practised, round_id, SENT)
        change = practised.scalars(select(SubmissionChange.id).where(SubmissionChange.submission_id == submission.id)).first()
        examples[round_id] = {"round_id": round_id, "submission_id": submission.id, "code": "D", "change_id": change}
    practised.rollback()
    clients, missing, seen = [visit("thamdinh"), visit("quantri")], [], set()
    for rule in practised_app.url_map.iter_rules():
        if "GET" not in rule.methods or not rule.arguments & {"round_id", "submission_id"}:
            continue
        for round_id, values in examples.items():
            if not rule.arguments <= values.keys():
                continue
            path = re.sub(r"<(?:\w+:)?(\w+)>", lambda part, values=values: str(values[part[1]]), rule.rule)
            answer = next((got for client in clients if (got := client.get(path)).status_code == 200), None)
            if answer is None:
                continue
            seen.add(rule.endpoint)
            texts = texts_of(answer.data) if path.endswith(".xlsx") else [answer.get_data(as_text=True)]
            if any("TẬP HUẤN" in text for text in texts) is not (round_id == practice):
                missing.append(path)
    assert not missing
    assert {"surveys.overview", "surveys.section", "surveys.print_form", "workbook.form", "review.review", "review.board"} <= seen
    assert {"review.board_workbook", "review.city_template", "history.changes_workbook", "discipline.discipline_workbook"} <= seen


def test_the_officer_works_under_the_band_on_paper_too(practised, visit):
    submission_id = submission_of(practised, practice_id(practised), WARD_CODE).id
    practised.rollback()
    officer = visit("canbo")
    for path in ("", "sections/A", "send", "form", "print-empty"):
        assert BAND in officer.get(f"/surveys/{submission_id}/{path}").text, path
    page = BeautifulSoup(officer.get(f"/surveys/{submission_id}/print").data, "html.parser")
    assert "d-print-none" not in page.select_one("aside.practice-band")["class"]
    [style] = [link["href"] for link in page.select("link[rel=stylesheet]") if "practice" in link["href"]]
    assert f'@top-center {{\n    content: "{BAND}"' in officer.get(style).text


def test_the_excel_form_of_it_is_read_as_ever_and_taken_by_no_real_round(practised):
    submission = submission_of(practised, practice_id(practised), WARD_CODE)
    data = build_submission_form(submission)
    sheets = [sheet for sheet in load_workbook(BytesIO(data)).worksheets if sheet.sheet_state == "visible"]
    assert all(sheet["A1"].value.startswith(BAND) and sheet.oddHeader.center.text == BAND for sheet in sheets)
    form = read_form(data, shipped_questionnaire())
    preview = preview_import(practised, form, submission.round)
    assert not preview.taken and not preview.refused
    with pytest.raises(UploadError, match=r"phiếu của .* ở đợt “.*”, không phải “"):
        preview_import(practised, form, current_round(practised))


def test_the_table_of_the_city_of_it_is_taken_by_no_real_round(practised):
    practice = get_round(practised, practice_id(practised))
    table = read_city_table(build_city_workbook(practised, practice), shipped_questionnaire())
    assert import_city_answers(practised, practice, table, "thành phố").changed == 0
    with pytest.raises(UploadError, match="đợt tập huấn"):
        import_city_answers(practised, current_round(practised), table, "thành phố")


def test_the_real_round_comes_first_and_the_practice_stands_beside_it_marked(practised, visit):
    officer = visit("canbo")
    for address in ("/", "/surveys/"):
        page = main_of(officer.get(address))
        assert page.index("Đợt khảo sát tháng") < page.index(BAND) < page.index(NAME), address
    set_closed(practised, practice_id(practised), closed=True)
    practised.commit()
    assert NAME not in main_of(officer.get("/")) + main_of(officer.get("/surveys/"))


def test_it_stands_marked_beside_the_real_rounds_of_its_questionnaire(practised, visit):
    name = practised.get_one(Round, practice_id(practised)).name
    practised.rollback()
    assert f"{name} (tập huấn)" in visit("thamdinh").get("/questionnaires/").text


def test_it_waits_for_review_in_a_queue_of_its_own(demo_app, practised, visit):
    practice = practice_id(practised)
    submission_id = submission_of(practised, practice, SENT).id
    practised.rollback()
    reviewer = visit("thamdinh")
    queue, real_queue = reviewer.get(f"/rounds/{practice}/review"), main_of(reviewer.get("/review/"))
    assert BAND in queue.text and f"/review/{submission_id}" in queue.text
    assert "8 phiếu." in real_queue and f"{NAME}, 1 phiếu chờ thẩm định" in real_queue
    assert f"{NAME}, 1 phiếu chờ thẩm định" in main_of(reviewer.get("/"))
    assert reviewer.get("/rounds/1/review").location == "/review/"
    answer = reviewer.post(
        f"/review/{submission_id}/return", data={"reason": "Đếm lại số máy", "seen": seen(reviewer, submission_id)}
    )
    assert answer.location == f"/rounds/{practice}/review"


def test_after_one_is_approved_the_next_is_of_the_same_practice(practised, visit):
    practice = practice_id(practised)
    first, second = (submission_of(practised, practice, code) for code in (SENT, "00004"))
    send_whole(practised, second)
    first_id, second_id = first.id, second.id
    practised.commit()
    reviewer = visit("thamdinh")
    answer = reviewer.post(f"/review/{second_id}/approve", data={"seen": seen(reviewer, second_id)})
    assert answer.location == f"/review/{first_id}"
    lines = practised.scalars(select(AuditEntry).where(AuditEntry.action == "submission:approve")).all()
    assert [line.subject for line in lines] == ["practice ward 00004"]
    assert "tập huấn, xã, phường 00004" in main_of(visit("quantri").get("/audit?ward=00004"))


@pytest.mark.parametrize("options", [[], ["--dry-run"]])
def test_it_reminds_nobody_by_command(practised_app, practised, options):
    practice = get_round(practised, practice_id(practised))
    practice.opens_on, practice.deadline = today() - timedelta(days=9), today() - timedelta(days=4)
    number = practice.id
    practised.commit()
    result = practised_app.test_cli_runner().invoke(args=["surveys", "remind", "--round", str(number), *options])
    assert result.exit_code and "là đợt tập huấn nên không nhắc ai" in result.output


def test_it_reminds_nobody_by_page(practised, visit):
    practice = get_round(practised, practice_id(practised))
    practice.opens_on, practice.deadline = today() - timedelta(days=9), today() - timedelta(days=4)
    number = practice.id
    practised.commit()
    reviewer, address = visit("thamdinh"), f"/rounds/{number}/reminders"
    page = reviewer.get(address)
    assert "Đợt tập huấn không nhắc ai." in page.text and "<textarea" not in page.text
    assert reviewer.post(address).location == address
    assert "Người này hôm nay đã được nhắc" in reviewer.post(f"{address}/noted", data={"person": "1"}, follow_redirects=True).text
    assert not practised.scalars(select(AuditEntry).where(AuditEntry.action.startswith("reminder:"))).all()


def test_a_command_without_a_round_takes_the_newest_real_one(practised_app, practised, tmp_path):
    path = tmp_path / "phieu.xlsx"
    path.write_bytes(build_submission_form(submission_of(practised, 1, WARD_CODE)))
    practised.rollback()
    result = practised_app.test_cli_runner().invoke(args=["surveys", "import", str(path)])
    assert result.exit_code == 0, result.output


def test_a_reviewer_opens_it_and_it_stays_what_it_is(practised, visit):
    reviewer = visit("thamdinh")
    form = {"name": "Tập huấn hai", "opens_on": "2026-01-01", "deadline": "2026-01-09", "is_practice": "1"}
    address = reviewer.post("/rounds/", data=form).location
    number = int(address.rpartition("/")[2])
    assert BAND in reviewer.get(address).text
    reviewer.post(f"{address}/deadline", data={"deadline": "2026-01-20", "is_practice": ""})
    reviewer.post(f"{address}/closed", data={"closed": "1", "is_practice": "0"})
    opened = get_round(practised, number)
    assert opened.is_practice and opened.is_closed
    lines = practised.scalars(select(AuditEntry.subject).where(AuditEntry.action.startswith("round:"))).all()
    assert set(lines) == {f"practice round {number}"}


def rows_left(session, number, submission_ids):
    """The rows of each table that belong to a round."""
    for table in Base.metadata.sorted_tables:
        if "submission_id" in table.columns and table.name != "snapshot":
            yield (
                table.name,
                session.scalar(select(func.count()).select_from(table).where(table.columns["submission_id"].in_(submission_ids))),
            )
        elif "round_id" in table.columns:
            yield table.name, session.scalar(select(func.count()).select_from(table).where(table.columns["round_id"] == number))
    yield "round", session.scalar(select(func.count()).where(Round.id == number))


def test_it_is_removed_with_everything_once_its_name_was_typed(practised, visit):
    number = practice_id(practised)
    submission_ids = list(practised.scalars(select(Submission.id).where(Submission.round_id == number)))
    before = dict(rows_left(practised, number, submission_ids))
    assert all(before[name] for name in ("answer", "submission_event", "submission_change", "evidence", "remark", "submission"))
    practised.rollback()
    reviewer, address = visit("thamdinh"), f"/rounds/{number}/remove"
    page = main_of(reviewer.get(address))
    assert f"“{NAME}” cùng 2 phiếu đã điền" in page and "1 tệp đính kèm" in page
    refused = reviewer.post(address, data={"name": "Tập huấn"})
    assert refused.status_code == 400 and "Gõ đúng tên" in refused.text
    assert f"Đã xóa đợt tập huấn “{NAME}”." in reviewer.post(address, data={"name": f" {NAME} "}, follow_redirects=True).text
    assert not any(dict(rows_left(practised, number, submission_ids)).values())
    assert practised.scalar(select(func.count()).select_from(Round)) == 1
    line = practised.scalars(select(AuditEntry).where(AuditEntry.action == "round:remove")).one()
    assert line.subject == f"practice round {number}"
    assert line.before == {"name": NAME, "submissions": 2, "files": 1}
    assert half_approvals(practised) == []
    practised.rollback()
    assert reviewer.get(f"/surveys/{submission_ids[0]}/").status_code == 404


def test_a_real_round_is_removed_at_no_door(practised, visit):
    real = current_round(practised)
    name = real.name
    with pytest.raises(RoundError, match="đợt khảo sát thật"):
        remove_round(practised, real)
    practised.rollback()
    reviewer = visit("thamdinh")
    for answer in (reviewer.get("/rounds/1/remove"), reviewer.post("/rounds/1/remove", data={"name": name})):
        assert answer.status_code == 400 and "đợt khảo sát thật nên không xóa được" in answer.text
    assert "Xóa đợt tập huấn" not in reviewer.get("/rounds/1").text
    assert get_round(practised, 1).name == name


@pytest.mark.parametrize("username", ["canbo", "taichinh", "lanhdao", "quantri"])
def test_only_who_opens_rounds_removes_one(practised, visit, username):
    number = practice_id(practised)
    practised.rollback()
    assert visit(username).post(f"/rounds/{number}/remove", data={"name": NAME}).status_code == 404
    assert get_round(practised, number).name == NAME


@pytest.mark.both_databases
def test_no_later_round_gets_its_number_or_those_of_its_submissions(session):
    version = current_standard(session).version
    practice = open_practice_round(session)
    number, last = practice.id, session.scalar(select(func.max(Submission.id)))
    remove_round(session, practice)
    with pytest.raises(NotFoundError):
        get_round(session, number)
    real = open_round(session, NAME, today(), today(), version)
    assert real.id > number
    assert session.scalar(select(func.min(Submission.id)).where(Submission.round_id == real.id)) > last


def test_a_round_for_practice_alone_is_no_first_round(app, session, sign_in):
    open_practice_round(session)
    assert current_round(session) is None and len(rounds_at_hand(session)[1]) == 1
    load_demo_round(session, 1, DEMO_DAY)
    assert current_round(session) is None
    session.commit()
    result = app.test_cli_runner().invoke(args=["surveys", "remind"])
    assert "Chưa có đợt khảo sát nào." in result.output


def test_an_older_program_finds_nothing_of_it(practised_app, practised):
    number = practice_id(practised)
    submission_ids = list(practised.scalars(select(Submission.id).where(Submission.round_id == number)))
    practised.rollback()
    engine = practised_app.extensions["engine"]
    migrate(engine, "0017")
    assert migrate(engine) == head()
    assert not any(dict(rows_left(practised, number, submission_ids)).values())
    assert practised.scalar(select(func.count()).select_from(Submission)) == 126
