"""Two persons stay two where one stands in for another: whoever acts for an absent person is one hand, whatever it signs."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from accounts.models import User
from accounts.stand_ins import create_stand_in
from portal.clock import today
from surveys.models import Submission
from surveys.review.review import sending_key
from surveys.submissions.signatures import is_one_deputy
from surveys.submissions.submissions import content_hash, get_submission, save_fields

REMAINING_ANSWERS = {"it_officers": "1", "staff_trained": "40", "villages_with_team": "9", "has_website": "no"}
NAMES = {"prepared_by": "Người lập", "confirmed_by": "Người ký"}


@pytest.fixture
def submission(demo_session):
    """The story's ward, complete, and allowed to be sent today."""
    row = demo_session.scalars(select(Submission).where(Submission.ward_code == "00082")).one()
    row.reopened_until = today()
    save_fields(demo_session, row, REMAINING_ANSWERS, {}, "Công chức")
    demo_session.commit()
    return row


def stand_in(session, deputy, absent):
    """The address at which the one begins to act for the other."""
    people = {user.username: user for user in session.scalars(select(User))}
    until = today() + timedelta(days=9)
    number = create_stand_in(session, people[absent], people[deputy], today(), until, "Quyết định số 12", "Quản trị").id
    session.commit()
    return f"/account/acting/{number}"


@pytest.mark.parametrize(
    ("deputy", "absent", "steps"),
    [("canbo", "lanhdaoxa", ("act", "confirm", "end", "send")), ("lanhdaoxa", "canbo", ("confirm", "act", "send"))],
)
def test_a_deputy_does_not_confirm_and_send(demo_session, demo_sign_in, submission, deputy, absent, steps):
    submission.round.needs_confirmation = True
    number, content = submission.id, content_hash(submission)
    doors = {
        "act": stand_in(demo_session, deputy, absent),
        "end": "/account/acting/end",
        "confirm": f"/surveys/{number}/confirm",
        "send": f"/surveys/{number}/send",
    }
    client = demo_sign_in(deputy)
    *answers, sending = [client.post(doors[step], data=NAMES | {"content": content}) for step in steps]
    assert {answer.status_code for answer in answers} == {302}
    assert sending.status_code == 400
    assert "Người làm thay vẫn là một người" in sending.text


def test_a_reviewer_does_not_approve_what_they_sent_as_a_deputy(demo_session, demo_sign_in, submission):
    number, path = submission.id, stand_in(demo_session, "thamdinh", "canbo")
    deputy = demo_sign_in("thamdinh")
    assert deputy.post(path).status_code == 302
    assert deputy.post(f"/surveys/{number}/send", data=NAMES).status_code == 302
    deputy.post("/account/acting/end")
    seen = sending_key(get_submission(demo_session, number))
    demo_session.rollback()
    answer = deputy.post(f"/review/{number}/approve", data={"seen": seen})
    assert answer.status_code == 409
    assert "chuyên viên thẩm định khác duyệt" in answer.text
    many = deputy.post("/review/approve", data={"submission": number, f"seen-{number}": seen}, follow_redirects=True)
    assert "Chưa duyệt 1 phiếu" in many.text
    assert demo_sign_in("thamdinh2").post(f"/review/{number}/approve", data={"seen": seen}).status_code == 302


@pytest.mark.parametrize(
    ("signature", "other", "is_one"),
    [
        ("An", "An", False),
        ("An", "Bình", False),
        ("An (làm thay Bình)", "An", True),
        ("An (làm thay Bình)", "An (làm thay Cúc)", True),
        ("An (làm thay Bình)", "Bình", False),
        ("An", "", False),
    ],
)
def test_one_hand_is_told_by_the_person_and_two_of_one_name_stay_two(signature, other, is_one):
    assert is_one_deputy(signature, other) is is_one
    assert is_one_deputy(other, signature) is is_one
