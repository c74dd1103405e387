"""Files that make answers contradict one another: told in the preview and by the commands, and to whoever can correct it."""

from base64 import b64encode
from datetime import date
from io import BytesIO

import pytest
import tomlkit
from openpyxl import load_workbook
from sqlalchemy import select
from sqlalchemy.orm import Session

from inventory.wards.queries import get_ward
from portal.uploads import UploadError
from surveys.checks.entries import entries_of, evaluate_submission
from surveys.checks.states import CollectionState
from surveys.models import Submission
from surveys.questionnaire.published_questionnaires import publish_questionnaire, published_questionnaire
from surveys.submissions.rounds import open_round
from surveys.submissions.submissions import save_fields
from surveys.workbooks.city_workbook import build_city_workbook, city_columns, import_city_answers, read_city_table
from surveys.workbooks.form_import import build_submission_form
from tests.factories.questionnaires import made_up_text
from tests.factories.snapshots import WARD_CODE
from tests.support.workbooks import fill_in_form


@pytest.fixture
def draft_id(demo_session):
    """The story's ward with two sites, of which one is linked."""
    submission = demo_session.scalars(select(Submission).where(Submission.ward_code == WARD_CODE)).one()
    answers = {"sites": "2", "sites_linked": "1", "sites_temperature": "1", "sites_linked.why": ""}
    save_fields(demo_session, submission, answers, entries_of(submission), "Công chức")
    submission_id = submission.id
    demo_session.commit()
    return submission_id


def file_of(app, submission_id, entered):
    with Session(app.extensions["engine"]) as session:
        return fill_in_form(build_submission_form(session.get(Submission, submission_id)), entered)


# What the file says, and what its preview says of an answer that it leaves alone or that is stored with it.
CASES = [
    ({"sites": "1"}, "Đơn vị khai 1 trụ sở ở câu “Số trụ sở làm việc” nên câu này nhiều nhất là 0; đang ghi 1."),
    ({"sites": "3", "sites_linked": "?"}, "Đơn vị khai 3 trụ sở nên câu này quyết định tiêu chí"),
]


@pytest.mark.parametrize(("entered", "message"), CASES)
def test_the_preview_and_the_command_tell_what_a_file_makes_contradict(
    demo_app, demo_sign_in, draft_id, tmp_path, entered, message
):
    data, client = file_of(demo_app, draft_id, entered), demo_sign_in("canbo")
    content = b64encode(data).decode()
    page = client.post(f"/surveys/{draft_id}/form", data={"content": content}).text
    assert "Nhận rồi thì mâu thuẫn với câu khác" in page
    assert message in page
    path = tmp_path / "phieu.xlsx"
    path.write_bytes(data)
    assert message in demo_app.test_cli_runner().invoke(args=["surveys", "import", str(path)]).output
    # The form tells it at its field, and is not sent.
    assert message in client.get(f"/surveys/{draft_id}/sections/D").text
    assert message in client.get(f"/surveys/{draft_id}/send").text


def test_a_file_that_brings_the_reason_is_told_nothing(demo_app, demo_sign_in, draft_id):
    entered = {"sites": "3", "sites_linked": "?", "sites_linked.why": "Đang đối chiếu, xong ngày 20/3"}
    content = b64encode(file_of(demo_app, draft_id, entered)).decode()
    assert "mâu thuẫn" not in demo_sign_in("canbo").post(f"/surveys/{draft_id}/form", data={"content": content}).text


def table_with(session, survey_round, field, value):
    """The table of the city with one answer for every ward."""
    questionnaire = published_questionnaire(survey_round)
    book = load_workbook(BytesIO(build_city_workbook(session, survey_round)))
    column = 3 + [column.field for column in city_columns(questionnaire)].index(field)
    for row in range(2, book.active.max_row + 1):
        book.active.cell(row, column).value = value
    book.save(buffer := BytesIO())
    return read_city_table(buffer.getvalue(), questionnaire)


def test_the_table_of_the_city_names_whose_answers_it_contradicts_once(demo_session):
    drafts = select(Submission).where(Submission.state == CollectionState.DRAFT.value).order_by(Submission.id)
    draft = demo_session.scalars(drafts).first()
    save_fields(demo_session, draft, {"signers": "3"}, entries_of(draft), "Công chức")
    table = table_with(demo_session, draft.round, "signers_certified", 400)
    assert (
        get_ward(demo_session, draft.ward_code).full_name
        in import_city_answers(demo_session, draft.round, table, "Sở").contradicted_wards
    )
    assert "do thành phố trả lời là 400" in {p.field: p.message for p in evaluate_submission(draft).problems}["signers"]
    assert import_city_answers(demo_session, draft.round, table, "Sở").contradicted_wards == ()


@pytest.mark.both_databases
def test_what_only_the_city_can_correct_is_refused_in_its_table(session, monkeypatch):
    document = tomlkit.parse(made_up_text())
    next(question for question in document["sections"][0]["questions"] if question["key"] == "sites")["asked_of"] = "city"
    document["changes"][0]["questions"].append("sites")
    publish_questionnaire(session, tomlkit.dumps(document))
    for module in ("surveys.submissions.rounds", "surveys.workbooks.city_workbook"):
        monkeypatch.setattr(f"{module}.list_wards", lambda session: [get_ward(session, WARD_CODE)])
    survey_round = open_round(session, "Đợt thử", date(2026, 2, 1), date(2026, 3, 15), "2026.1", "2099.1")
    with pytest.raises(UploadError, match="dòng 2, câu “Số trụ sở làm việc”: Đơn vị nào cũng có ít nhất 1 trụ sở"):
        import_city_answers(session, survey_round, table_with(session, survey_round, "sites", 0), "Sở")
    assert import_city_answers(session, survey_round, table_with(session, survey_round, "sites", 1), "Sở").changed == 1
