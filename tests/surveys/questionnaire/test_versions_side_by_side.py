"""Rounds of two questionnaires at once, through every door: one question added, one dropped, one renamed, one answered in another way."""

import csv
from datetime import timedelta
from io import BytesIO, StringIO
from random import Random

import pytest
import tomlkit
from bs4 import BeautifulSoup
from openpyxl import load_workbook
from sqlalchemy import select

from accounts.identity import Role
from exports.open_data.tables import build_open_data
from exports.open_data.verification.comparison import compare
from exports.open_data.verification.export import parse_export
from inventory.snapshots.repository import newest_snapshots
from inventory.wards.queries import get_ward
from portal.clock import today
from scoring.rating.published_standards import get_standard
from surveys.checks.entries import carried_questions, entries_of
from surveys.checks.states import AnswerSource
from surveys.checks.validation import anomalies_of
from surveys.demo import make_answers
from surveys.models import Round, Submission
from surveys.questionnaire.evaluation import reason_field
from surveys.questionnaire.published_questionnaires import publish_questionnaire, questionnaire_of
from surveys.review.review import approve_submission
from surveys.submissions.rounds import open_round, unanswerable_criteria
from surveys.submissions.submissions import confirm_carried, save_fields, send_submission
from surveys.workbooks.form_import import build_submission_form, import_form, preview_import, read_form
from tests.factories.questionnaires import made_up_text
from tests.support.workbooks import fill_in_form

WARD, OTHER = "00070", "00082"
pytestmark = pytest.mark.both_databases


def answer_and_send(session, submission, answers):
    save_fields(session, submission, answers, entries_of(submission), "Công chức")
    confirm_carried(session, submission, carried_questions(submission), "Công chức")
    reasons = {reason_field(anomaly.question): "Đã đếm lại tại chỗ, đúng." for anomaly in anomalies_of(session, submission)}
    save_fields(session, submission, reasons, {}, "Công chức")
    send_submission(session, submission, "Người lập", "Người duyệt", "Công chức")


@pytest.fixture
def rounds(session):
    """The submissions of two wards in a round of 2026.1, where the first is approved, and in one of 2099.1, by ward: ids."""
    first = open_round(session, "Đợt một", today(), today() + timedelta(days=9), "2026.1", "2026.1")
    query = select(Submission).where(Submission.ward_code == WARD)
    submission = session.scalars(query.where(Submission.round_id == first.id)).one()
    answers = make_answers(get_ward(session, WARD), Random(7), today().year, frozenset())
    answer_and_send(session, submission, answers | {"floors": "7", "vlan_separated": "yes"})
    approve_submission(session, submission, "Chuyên viên")
    publish_questionnaire(session, made_up_text())
    second = open_round(session, "Đợt hai", today(), today() + timedelta(days=9), "2026.1", "2099.1")
    rows = session.execute(select(Submission.ward_code, Submission.round_id, Submission.id)).all()
    numbers = {first.id: 1, second.id: 2}
    session.commit()
    return {(code, numbers[round_id]): number for code, round_id, number in rows} | {"rounds": tuple(numbers)}


def test_the_next_round_begins_with_what_its_questionnaire_takes_over(session, rounds):
    submission = session.get_one(Submission, rounds[WARD, 2])
    entries = entries_of(submission)
    assert entries["storeys"] == "7"
    assert {"storeys", "sites"} <= carried_questions(submission)
    assert not {"floors", "vlan_separated", "vlan_count", "staff_trained", "drones"} & entries.keys()


def test_each_round_asks_its_own_questions_on_every_page(rounds, sign_in):
    officer, reviewer = sign_in(Role.OFFICER, [WARD, OTHER]), sign_in(Role.REVIEWER)
    for number, asked, not_asked in (
        (1, "Số tầng hoặc khu vực cần phủ Wi-Fi", "Số tầng cần phủ Wi-Fi"),
        (2, "Số tầng cần phủ Wi-Fi", "Số tầng hoặc khu vực"),
    ):
        for ward in (WARD, OTHER):
            place = f"/surveys/{rounds[ward, number]}"
            for client, page in (
                (officer, "/sections/0"),
                (officer, "/print"),
                (officer, "/print-empty"),
                (reviewer, f"/review/{rounds[ward, number]}"),
            ):
                answer = client.get(page if page.startswith("/review") else place + page)
                assert answer.status_code == 200, page
                assert asked in answer.text, (page, number)
                assert not_asked not in answer.text, (page, number)
            for page in ("/", "/send", "/changes"):
                assert officer.get(place + page).status_code in (200, 302), page
    assert officer.get("/").status_code == reviewer.get("/review/").status_code == 200
    for round_id in rounds["rounds"]:
        assert reviewer.get(f"/rounds/{round_id}").status_code == 200


def test_what_is_answered_in_another_way_is_blank_and_told(rounds, sign_in):
    page = sign_in(Role.OFFICER, [WARD]).get(f"/surveys/{rounds[WARD, 2]}/sections/C").text
    assert "Câu này đổi cách trả lời, mời trả lời lại; kỳ trước: Có" in page
    page = sign_in(Role.OFFICER, [WARD]).get(f"/surveys/{rounds[WARD, 2]}/sections/0").text
    assert "Câu mới, kỳ trước chưa hỏi" in page


def test_the_excel_form_of_each_round_comes_back_to_its_own(session, rounds):
    forms = {}
    for number, field in ((1, "floors"), (2, "storeys")):
        submission = session.get_one(Submission, rounds[OTHER, number])
        forms[number] = fill_in_form(build_submission_form(submission), {field: "12"})
        preview = preview_import(
            session, read_form(forms[number], questionnaire_of(submission.round)), submission.round, submission
        )
        import_form(session, submission, preview, "Công chức", AnswerSource.WORKBOOK)
        assert entries_of(submission) == {field: "12"}
    old = session.get_one(Submission, rounds[OTHER, 1])
    with pytest.raises(Exception, match="ở đợt “Đợt hai”, không phải “Đợt một”"):
        preview_import(session, read_form(forms[2], questionnaire_of(old.round)), old.round, old)


def test_the_table_of_the_city_is_that_of_its_round(rounds, sign_in):
    reviewer = sign_in(Role.REVIEWER)
    for round_id in rounds["rounds"]:
        data = reviewer.get(f"/rounds/{round_id}/city-answers.xlsx").data
        book = load_workbook(BytesIO(data))
        book.worksheets[0].cell(2, 3).value = 300
        book.save(buffer := BytesIO())
        upload = {"file": (BytesIO(buffer.getvalue()), "bang.xlsx")}
        page = reviewer.post(f"/rounds/{round_id}/city-answers", data=upload, follow_redirects=True).text
        assert "Đã nạp 1 câu trả lời" in page


def test_the_log_names_questions_as_they_were_asked(rounds, sign_in):
    officer = sign_in(Role.OFFICER, [WARD])
    assert "Số tầng hoặc khu vực cần phủ Wi-Fi" in officer.get(f"/surveys/{rounds[WARD, 1]}/changes").text
    second = officer.get(f"/surveys/{rounds[WARD, 2]}/changes").text
    assert "Số tầng cần phủ Wi-Fi" in second
    assert officer.get(f"/surveys/{rounds[WARD, 1]}/changes.xlsx").status_code == 200


def test_a_submission_of_the_newer_one_is_sent_reviewed_and_approved(session, rounds, sign_in):
    submission = session.get_one(Submission, rounds[WARD, 2])
    answer_and_send(session, submission, entries_of(submission) | {"vlan_count": "3", "drones": "1", "storeys": "8"})
    session.commit()
    page = sign_in(Role.REVIEWER).get(f"/review/{rounds[WARD, 2]}").text
    cells = BeautifulSoup(page, "html.parser").select("#q-vlan_count td, #q-storeys td")
    texts = [cell.get_text(" ", strip=True) for cell in cells]
    assert texts[0].startswith("8 khu vực lần duyệt trước: 7 khu vực")
    assert texts[1].startswith("3 lần duyệt trước: Có")
    approve_submission(session, submission, "Chuyên viên")
    facts = newest_snapshots(session)[WARD].facts
    assert (facts["storeys"].value, facts["vlan_count"].value, facts["drones"].value) == (8, 3, 1)
    assert not {"floors", "vlan_separated", "staff_trained"} & facts.keys()
    session.commit()
    shown = sign_in(Role.REVIEWER).get(f"/inventory/wards/{WARD}").text
    assert "Số máy bay không người lái" in shown


def test_the_open_data_of_both_can_be_computed_again(session, rounds):
    submission = session.get_one(Submission, rounds[WARD, 2])
    answer_and_send(session, submission, entries_of(submission) | {"vlan_count": "3", "drones": "1"})
    approve_submission(session, submission, "Chuyên viên")
    other = session.get_one(Submission, rounds[OTHER, 1])
    answer_and_send(session, other, make_answers(get_ward(session, OTHER), Random(8), today().year, frozenset()))
    approve_submission(session, other, "Chuyên viên")
    files = build_open_data(session, include_security=True)
    facts = {(ward, key) for ward, key, *_rest in csv.reader(StringIO(files["facts.csv"].decode("utf-8-sig")))}
    assert {(WARD, "storeys"), (WARD, "drones"), (OTHER, "floors"), (OTHER, "staff_trained")} <= facts
    assert not {(WARD, "floors"), (OTHER, "storeys")} & facts
    assert compare(parse_export(files)).disagreements == ()


def test_a_number_is_held_against_the_one_under_its_older_name(session, rounds):
    submission = session.get_one(Submission, rounds[WARD, 2])
    save_fields(session, submission, {"storeys": "50"}, entries_of(submission), "Công chức")
    messages = {anomaly.question: anomaly.message for anomaly in anomalies_of(session, submission)}
    assert messages["storeys"].startswith("Kỳ trước đã duyệt 7, kỳ này khai 50")


def test_what_the_ward_declared_is_no_answer_of_the_city(session, rounds):
    document = tomlkit.parse(made_up_text())
    document.update({"version": "2099.2", "follows": "2099.1"})
    document["changes"] = [{"questions": ["storeys"], "reason": "Thành phố tự đo."}]
    for question in (row for section in document["sections"] for row in section["questions"]):
        question.pop("renamed_from", None)
        if question["key"] == "storeys":
            question["asked_of"] = "city"
    publish_questionnaire(session, tomlkit.dumps(document))
    third = open_round(session, "Đợt ba", today(), today() + timedelta(days=9), "2026.1", "2099.2")
    query = select(Submission).where(Submission.ward_code == WARD, Submission.round_id == third.id)
    entries = entries_of(session.scalars(query).one())
    assert "sites" in entries
    assert not {"storeys", "floors"} & entries.keys()


def test_whoever_opens_a_round_is_told_which_criteria_its_questionnaire_leaves_without_an_answer(session, rounds, sign_in):
    standard = get_standard(session, "2026.1")
    asked = (questionnaire_of(session.get_one(Round, number)) for number in rounds["rounds"])
    first, second = (unanswerable_criteria(standard, questionnaire) for questionnaire in asked)
    assert (first, set(second)) == (
        (),
        {c.code for c in standard.criteria if {"floors", "staff_trained", "vlan_separated"} & set(c.answers)},
    )
    session.rollback()
    form = {"name": "Đợt ba", "questionnaire": "2099.1", "opens_on": today().isoformat(), "deadline": today().isoformat()}
    client = sign_in(Role.REVIEWER)
    page = " ".join(client.get("/rounds/").text.split())
    assert f"2099.1 – không hỏi đủ cho {len(second)} tiêu chí" in page
    assert 'value="2026.1"> 2026.1 </option>' in page
    page = client.post("/rounds/", data=form, follow_redirects=True).text
    assert "Mẫu phiếu 2099.1 không hỏi đủ cho bộ tiêu chuẩn" in page
