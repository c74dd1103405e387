"""One schema, three ways in: the page, the workbook and the command take the same answers, and refuse the same with the same words."""

import json
import unicodedata
from base64 import b64encode

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from surveys.checks.entries import entries_of
from surveys.models import Submission
from surveys.workbooks.form_import import build_submission_form
from tests.factories.questionnaires import shipped_questionnaire
from tests.factories.snapshots import WARD_CODE
from tests.support.workbooks import fill_in_form

# field, what a person enters, what is stored; None where the check refuses it, with a part of the sentence.
CASES = [
    ("floors", "7", "7", ""),
    ("floors", " 1.500 ", None, "Số lớn nhất được nhập là 100"),
    ("villages", "0", "0", ""),
    ("villages", "-3", None, "không được nhỏ hơn 0"),
    ("villages", "mười", None, "không phải số nguyên"),
    ("villages", "3,5", None, "có phần lẻ. Ô này nhận số nguyên"),
    ("villages", "٣", None, "không phải số nguyên"),
    ("villages", "?", "?", ""),
    ("villages", "201", None, "Số lớn nhất được nhập là 200"),
    ("it_officers", "999", None, "Số lớn nhất"),
    ("sites_linked", "9", None, "Sửa một trong hai câu"),
    ("sites", "0", None, "ít nhất 1 trụ sở làm việc"),
    ("staff_total", "0", None, "đang ghi 0 người"),
    ("printers_multifunction", "9999", None, "của đơn vị hoặc thuê, mượn"),
    ("has_website", "no", "no", ""),
    ("vlan_separated", "có lẽ", None, "Hãy chọn"),
    ("A03.degraded", "1.234", "1.234", ""),
    ("A03.degraded", "1e3", None, "không phải số nguyên"),
    ("A01.year", "1980", None, "Năm phải từ 1995"),
    ("A03.owner", "leased", "leased", ""),
    ("A03.owner", "của tôi", None, "Hãy chọn đơn vị sở hữu"),
    ("A03.note", unicodedata.normalize("NFD", "Để ở tầng hai"), unicodedata.normalize("NFC", "Để ở tầng hai"), ""),
    ("A02.note", "tầng một\ntầng hai", "tầng một tầng hai", ""),
    ("A03.note", "x" * 501, None, "viết gọn trong 500"),
    ("internet.contracted", "nhanh", None, "không phải số nguyên"),
    ("internet.provider", "y" * 101, None, "không dài quá 100"),
    ("floors.why", "z" * 501, None, "viết gọn trong 500"),
]


def through_the_page(app, client, submission_id, entered, _folder):
    """What is said of each field."""
    said = {}
    for field, text in entered.items():
        section = next(code for code in "0ABCDEFGHI" if field_is_in(field, code))
        answer = client.post(
            f"/surveys/{submission_id}/sections/{section}/fields", data={field: text, "base": base_of(app, submission_id, field)}
        ).json
        said[field] = answer["problems"].get(field, "")
    return said


def through_the_workbook(app, client, submission_id, entered, _folder):
    """The page that comes back, for each field."""
    content = b64encode(file_of(app, submission_id, entered)).decode()
    page = client.post(f"/surveys/{submission_id}/form", data={"content": content}).text
    client.post(f"/surveys/{submission_id}/form", data={"content": content, "do": "take"})
    return dict.fromkeys(entered, page)


def through_the_command(app, _client, submission_id, entered, folder):
    """What the command prints, for each field."""
    path = folder / "phieu.xlsx"
    path.write_bytes(file_of(app, submission_id, entered))
    return dict.fromkeys(entered, app.test_cli_runner().invoke(args=["surveys", "import", str(path)]).output)


def rounds_of(cases):
    """The cases in as few rounds as no field is entered twice in."""
    rounds = []
    for case in cases:
        fitting = next((round for round in rounds if case[0] not in {field for field, *_rest in round}), None)
        if fitting is None:
            rounds.append(fitting := [])
        fitting.append(case)
    return rounds


@pytest.mark.parametrize("channel", [through_the_page, through_the_workbook, through_the_command])
@pytest.mark.parametrize("cases", rounds_of(CASES))
def test_every_door_stores_the_same_and_refuses_the_same(demo_app, demo_session, demo_sign_in, tmp_path, channel, cases):
    submission_id = demo_session.scalars(select(Submission.id).where(Submission.ward_code == WARD_CODE)).one()
    demo_session.rollback()
    before = read_entries(demo_app, submission_id)
    said = channel(demo_app, demo_sign_in("canbo"), submission_id, {field: entered for field, entered, *_rest in cases}, tmp_path)
    demo_session.expire_all()
    entries = entries_of(demo_session.get(Submission, submission_id))
    for field, entered, stored, message in cases:
        # The page keeps a wrong value as it was typed; a file keeps it itself, so that it is not taken over.
        refused = entered.strip() if channel is through_the_page else before.get(field, "")
        assert entries.get(field, "") == (refused if stored is None else stored), field
        assert message in said[field], field


def base_of(app, submission_id, field):
    return json.dumps({field: read_entries(app, submission_id).get(field, "")})


def file_of(app, submission_id, entered):
    with Session(app.extensions["engine"]) as session:
        return fill_in_form(build_submission_form(session.get(Submission, submission_id)), entered)


def read_entries(app, submission_id):
    with Session(app.extensions["engine"]) as session:
        return entries_of(session.get(Submission, submission_id))


def field_is_in(field, code):
    section = shipped_questionnaire().section(code)
    return section is not None and any(question.key == field.partition(".")[0] for question in section.questions)
