"""What reviewers and wards say to each other beside the answers, and what hangs on it."""

import pytest
from bs4 import BeautifulSoup
from sqlalchemy import select

from accounts.identity import Role
from portal.clock import now
from portal.errors import NotFoundError
from surveys.checks.entries import SubmissionError, entries_of
from surveys.checks.remarks import (
    MAX_LENGTH,
    RemarkError,
    add_remark,
    flagged_submissions,
    list_remarks,
    open_flags,
    open_return_reasons,
    settle_remark,
    settle_return_reasons,
)
from surveys.checks.states import CollectionState, RemarkKind
from surveys.checks.validation import validate_submission
from surveys.models import Remark, Submission
from surveys.review.review import ReasonError, approve_submission, return_submission, sending_key
from surveys.submissions.rounds import open_round
from surveys.submissions.submissions import IncompleteError, save_fields, send_submission
from tests.factories.days import DEMO_DAY
from tests.factories.questionnaires import shipped_questionnaire

WARD_CODE = "00082"


@pytest.fixture
def sent_submission(demo_session):
    return demo_session.scalars(select(Submission).where(Submission.state == CollectionState.SENT.value)).first()


@pytest.mark.both_databases
def test_a_remark_is_kept_with_who_and_when(session):
    survey_round = open_round(session, "Đợt thử", DEMO_DAY, DEMO_DAY, "2026.1")
    submission = session.scalars(select(Submission).where(Submission.round_id == survey_round.id)).first()
    add_remark(session, submission, RemarkKind.COMMENT, "floors", "  Hoà nhập\x00 ", "Người viết")
    (remark,) = list_remarks(session, submission)
    assert (remark.question, remark.text, remark.by, remark.settled_at) == ("floors", "Hoà nhập", "Người viết", None)


@pytest.mark.parametrize("text", ["", "  ", "x", "x" * (MAX_LENGTH + 1)])
def test_an_empty_or_endless_remark_is_refused(demo_session, sent_submission, text):
    with pytest.raises(RemarkError):
        add_remark(demo_session, sent_submission, RemarkKind.COMMENT, "", text, "Chuyên viên")


def test_an_open_flag_keeps_a_submission_from_being_approved(demo_session, sent_submission):
    flag = add_remark(demo_session, sent_submission, RemarkKind.FLAG, "A01", "Đối chiếu sổ tài sản", "Chuyên viên")
    with pytest.raises(SubmissionError, match="Còn 1 chỗ đánh dấu cần theo dõi"):
        approve_submission(demo_session, sent_submission, "Chuyên viên")
    assert sent_submission.state == CollectionState.SENT
    settle_remark(demo_session, sent_submission, flag.id, "Chuyên viên")
    assert open_flags(demo_session, sent_submission) == []
    approve_submission(demo_session, sent_submission, "Chuyên viên")


def test_a_return_needs_one_reason_in_all_or_one_beside_a_question(demo_session, sent_submission):
    with pytest.raises(ReasonError):
        return_submission(demo_session, sent_submission, "", "Chuyên viên")
    add_remark(demo_session, sent_submission, RemarkKind.RETURN, "lan_seats", "Nhiều hơn số chỗ ngồi", "Chuyên viên")
    return_submission(demo_session, sent_submission, "", "Chuyên viên")
    assert sent_submission.state == CollectionState.RETURNED
    with pytest.raises(RemarkError, match="không còn chờ thẩm định"):
        add_remark(demo_session, sent_submission, RemarkKind.RETURN, "floors", "Kiểm tra lại", "Chuyên viên")


def test_what_a_return_asks_about_is_changed_or_answered_before_it_is_sent_again(demo_session, sent_submission):
    for question in ("lan_seats", "floors"):
        add_remark(demo_session, sent_submission, RemarkKind.RETURN, question, "Kiểm tra lại", "Chuyên viên")
    # While it waits for review, a change of mind settles nothing.
    settle_return_reasons(demo_session, sent_submission, ["lan_seats"], "Công chức")
    assert len(open_return_reasons(demo_session, sent_submission)) == 2
    return_submission(demo_session, sent_submission, "", "Chuyên viên")
    assert validate_submission(demo_session, sent_submission).remaining == 2
    with pytest.raises(IncompleteError, match="còn 2 chỗ được yêu cầu bổ sung chưa sửa và chưa trả lời"):
        send_submission(demo_session, sent_submission, "A", "B", "Công chức")
    entries = entries_of(sent_submission)
    save_fields(demo_session, sent_submission, {"lan_seats": str(int(entries["lan_seats"]) + 1)}, entries, "Công chức")
    assert [remark.question for remark in open_return_reasons(demo_session, sent_submission)] == ["floors"]
    settle_return_reasons(demo_session, sent_submission, ["floors"], "Công chức")
    send_submission(demo_session, sent_submission, "A", "B", "Công chức")


def test_a_reason_that_was_not_sent_yet_keeps_a_submission_from_being_approved(demo_session, sent_submission):
    reason = add_remark(demo_session, sent_submission, RemarkKind.RETURN, "lan_seats", "Kiểm tra lại", "Chuyên viên")
    with pytest.raises(SubmissionError, match="Còn 1 câu đã nêu là cần bổ sung"):
        approve_submission(demo_session, sent_submission, "Người khác")
    assert sent_submission.id in flagged_submissions(demo_session, [sent_submission.id])
    settle_remark(demo_session, sent_submission, reason.id, "Chuyên viên")
    approve_submission(demo_session, sent_submission, "Người khác")


@pytest.mark.parametrize("question", ["", "khong-co", "online_files_percent"])
def test_a_reason_names_a_question_that_the_ward_can_mend(demo_session, demo_sign_in, sent_submission, question):
    with pytest.raises(RemarkError, match="Hãy chọn câu hỏi do xã, phường trả lời"):
        add_remark(demo_session, sent_submission, RemarkKind.RETURN, question, "Kiểm tra lại", "Chuyên viên")
    submission_id = sent_submission.id
    demo_session.rollback()
    data = {"question": question, "text": "Kiểm tra lại", "kind": "return"}
    assert demo_sign_in("thamdinh").post(f"/review/{submission_id}/remarks", data=data).status_code == 400


def test_a_reason_whose_question_is_gone_is_shown_and_holds_nobody_up(demo_session, demo_sign_in):
    submission = demo_session.scalars(select(Submission).where(Submission.ward_code == WARD_CODE)).one()
    submission.state = CollectionState.RETURNED.value
    remaining = validate_submission(demo_session, submission).remaining
    remark_fields = {
        "question": "cau_cu",
        "kind": RemarkKind.RETURN.value,
        "text": "Kiểm tra câu cũ",
        "by": "Chuyên viên",
        "at": now(),
    }
    demo_session.add(Remark(submission_id=submission.id, **remark_fields))
    demo_session.flush()
    assert validate_submission(demo_session, submission).remaining == remaining
    submission_id = submission.id
    demo_session.commit()
    for page in ("", "sections/A", "send"):
        answer = demo_sign_in("canbo").get(f"/surveys/{submission_id}/{page}")
        assert answer.status_code == 200
        assert "Câu không còn trong phiếu: Kiểm tra câu cũ" in " ".join(answer.text.split()).replace("</li>", "")


def test_the_link_of_a_reason_leads_to_its_answer_where_the_question_is_not_asked(demo_session, demo_sign_in):
    submission = demo_session.scalars(select(Submission).where(Submission.ward_code == WARD_CODE)).one()
    section, question = next(
        (part, candidate) for part in shipped_questionnaire().sections for candidate in part.questions if candidate.ask_if
    )
    save_fields(demo_session, submission, {question.ask_if: "no"}, entries_of(submission), "Công chức")
    submission.state = CollectionState.SENT.value
    for text in ("Kiểm tra lại", "Và lần nữa"):
        add_remark(demo_session, submission, RemarkKind.RETURN, question.key, text, "Chuyên viên")
    return_submission(demo_session, submission, "", "Chuyên viên")
    submission_id = submission.id
    demo_session.commit()
    page = BeautifulSoup(demo_sign_in("canbo").get(f"/surveys/{submission_id}/sections/{section.code}").data, "html.parser")
    assert "Kiểm tra lại" in page.select_one(f"#q-{question.key}").get_text()


def test_only_the_ward_answers_what_it_was_asked(demo_session, demo_sign_in):
    submission = demo_session.scalars(select(Submission).where(Submission.ward_code == WARD_CODE)).one()
    submission.state = CollectionState.SENT.value
    add_remark(demo_session, submission, RemarkKind.RETURN, "lan_seats", "Kiểm tra lại", "Chuyên viên")
    return_submission(demo_session, submission, "", "Chuyên viên")
    submission_id = submission.id
    demo_session.commit()
    for username, open_count in (("thamdinh", 1), ("lanhdaoxa", 0)):
        demo_sign_in(username).post(f"/surveys/{submission_id}/remarks", data={"question": "lan_seats", "text": "Đã xem"})
        assert len(open_return_reasons(demo_session, demo_session.get(Submission, submission_id))) == open_count
        demo_session.rollback()


def test_nobody_settles_a_remark_through_another_submission(demo_session, sent_submission):
    other_submission = demo_session.scalars(select(Submission).where(Submission.id != sent_submission.id)).first()
    remark = add_remark(demo_session, sent_submission, RemarkKind.FLAG, "", "Xem lại", "Chuyên viên")
    with pytest.raises(NotFoundError):
        settle_remark(demo_session, other_submission, remark.id, "Chuyên viên")


def test_the_officer_finds_the_reason_on_top_and_beside_its_field(demo_session, demo_sign_in):
    submission = demo_session.scalars(select(Submission).where(Submission.ward_code == WARD_CODE)).one()
    submission.state = CollectionState.SENT.value
    add_remark(demo_session, submission, RemarkKind.RETURN, "lan_seats", "Nhiều hơn <b>số chỗ</b> ngồi", "Chuyên viên")
    add_remark(demo_session, submission, RemarkKind.FLAG, "lan_seats", "Chỉ người thẩm định thấy", "Chuyên viên")
    return_submission(demo_session, submission, "", "Chuyên viên")
    submission_id = submission.id
    demo_session.commit()
    client = demo_sign_in("canbo")
    page = BeautifulSoup(client.get(f"/surveys/{submission_id}/").data, "html.parser")
    (link,) = page.select('.alert a[href$="#q-lan_seats"]')
    assert link["href"] == f"/surveys/{submission_id}/sections/C#q-lan_seats"
    section = BeautifulSoup(client.get(f"/surveys/{submission_id}/sections/C").data, "html.parser")
    assert "Nhiều hơn <b>số chỗ</b> ngồi" in section.select_one("#q-lan_seats .remark").get_text()
    assert "Chỉ người thẩm định thấy" not in section.get_text()
    answer = client.post(f"/surveys/{submission_id}/remarks", data={"question": "lan_seats", "text": "Đã đếm lại, đúng"})
    assert answer.location.endswith(f"/surveys/{submission_id}/sections/C#q-lan_seats")
    demo_session.expire_all()
    assert open_return_reasons(demo_session, demo_session.get(Submission, submission_id)) == []


def test_a_refused_remark_stays_in_its_form(demo_session, demo_sign_in, sent_submission):
    submission_id = sent_submission.id
    demo_session.rollback()
    client = demo_sign_in("thamdinh")
    answer = client.post(f"/review/{submission_id}/remarks", data={"question": "A01", "text": "y" * 2001, "kind": "flag"})
    assert answer.status_code == 400
    page = BeautifulSoup(answer.data, "html.parser")
    assert page.select_one("#y-kien-A01").get_text() == "y" * 2001
    assert "viết gọn" in page.select_one("#y-kien-A01-error").get_text()
    officer = demo_sign_in("canbo")
    own_submission_id = demo_session.scalars(select(Submission.id).where(Submission.ward_code == WARD_CODE)).one()
    demo_session.rollback()
    answer = officer.post(f"/surveys/{own_submission_id}/remarks", data={"text": "z" * 2001})
    assert answer.status_code == 400
    assert "z" * 2001 in answer.text


def test_an_officer_can_neither_flag_nor_settle(demo_session, demo_sign_in):
    submission = demo_session.scalars(select(Submission).where(Submission.ward_code == WARD_CODE)).one()
    flag_id = add_remark(demo_session, submission, RemarkKind.FLAG, "", "Xem lại", "Chuyên viên").id
    submission_id = submission.id
    demo_session.commit()
    officer = demo_sign_in("canbo")
    assert officer.post(f"/review/{submission_id}/remarks/{flag_id}/settle").status_code == 404
    officer.post(f"/surveys/{submission_id}/remarks", data={"text": "Đây là ý kiến", "kind": "flag"})
    kinds = demo_session.scalars(select(Remark.kind).where(Remark.text == "Đây là ý kiến"))
    assert list(kinds) == ["comment"]


def test_many_are_approved_at_once_but_for_the_flagged(demo_session, demo_sign_in):
    submissions = list(demo_session.scalars(select(Submission).where(Submission.state == CollectionState.SENT.value)))
    add_remark(demo_session, submissions[0], RemarkKind.FLAG, "", "Xem lại", "Chuyên viên")
    submission_ids = [row.id for row in submissions]
    sending_keys = {f"seen-{row.id}": sending_key(row) for row in submissions}
    demo_session.commit()
    client = demo_sign_in("thamdinh")
    page = BeautifulSoup(client.get("/review/").data, "html.parser")
    assert page.select_one(f"#chon-{submission_ids[0]}").has_attr("disabled")
    answer = client.post(
        "/review/approve",
        data={"submission": [str(submission_id) for submission_id in submission_ids] * 2} | sending_keys,
        follow_redirects=True,
    )
    assert f"Đã duyệt {len(submission_ids) - 1} phiếu" in answer.text
    assert "Chưa duyệt 1 phiếu" in answer.text
    demo_session.expire_all()
    states = [demo_session.get(Submission, submission_id).state for submission_id in submission_ids]
    assert states == ["sent", *["approved"] * (len(submission_ids) - 1)]
    demo_session.rollback()
    assert "Chưa chọn phiếu nào" in client.post("/review/approve", follow_redirects=True).text
    assert client.post("/review/approve", data={"submission": "9999"}).status_code == 404


def test_who_reviews_only_may_comment_in_any_ward_and_others_in_theirs(sign_in, session):
    survey_round = open_round(session, "Đợt thử", DEMO_DAY, DEMO_DAY, "2026.1")
    submission_id = session.scalars(
        select(Submission.id).where(Submission.round_id == survey_round.id, Submission.ward_code == WARD_CODE)
    ).one()
    session.commit()
    assert sign_in(Role.OFFICER, [WARD_CODE]).post(f"/surveys/{submission_id}/remarks", data={"text": "Của tôi"}).status_code == 302
    assert (
        sign_in(Role.OFFICER, ["00070"], "khac").post(f"/surveys/{submission_id}/remarks", data={"text": "Của ai"}).status_code
        == 404
    )
    assert sign_in(Role.LEADER).post(f"/surveys/{submission_id}/remarks", data={"text": "Lãnh đạo"}).status_code == 404
