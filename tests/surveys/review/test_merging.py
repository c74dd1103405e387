"""Two rounds that are open at once: what is approved second is merged with what was approved first, and asked where both changed."""

from datetime import date, datetime, time, timedelta

import pytest
from bs4 import BeautifulSoup
from sqlalchemy import select

from inventory.snapshots.merge import Part
from inventory.snapshots.repository import find_broken_snapshots, newest_hashes, newest_snapshots
from inventory.wards.queries import get_ward
from portal.clock import HANOI
from surveys.checks.entries import carried_questions, entries_of
from surveys.checks.states import AnswerSource, CollectionState, EventKind
from surveys.checks.validation import anomalies_of
from surveys.models import Submission, SubmissionChange, SubmissionEvent
from surveys.questionnaire.evaluation import reason_field
from surveys.questionnaire.published_questionnaires import publish_questionnaire
from surveys.review.merging import drop_unasked
from surveys.review.review import approve_submission, sending_key
from surveys.submissions.rounds import latest_approved_submissions, open_round
from surveys.submissions.submissions import SubmissionError, confirm_carried, save_fields, send_submission
from tests.factories.questionnaires import made_up_text, shipped_questionnaire
from tests.factories.snapshots import make_facts

FORM = shipped_questionnaire()
WARD, OPENED = "00070", date(2026, 4, 1)
REASON = "Đã đếm lại tại chỗ, đúng."


@pytest.fixture
def two_open(demo_session, monkeypatch):
    """The ward's submissions in two rounds that are open at once, both begun from the snapshot of the demo."""
    # A round of one ward opens in a moment.
    monkeypatch.setattr("surveys.submissions.rounds.list_wards", lambda session: [get_ward(session, WARD)])
    submissions = []
    for name in ("Đợt quý hai", "Đợt đột xuất"):
        survey_round = open_round(demo_session, name, OPENED, OPENED + timedelta(days=60), "2026.1")
        query = select(Submission).where(Submission.round_id == survey_round.id, Submission.ward_code == WARD)
        submissions.append(demo_session.scalars(query).one())
    assert {row.base_sha256 for row in submissions} == {newest_hashes(demo_session)[WARD]}
    return submissions


def send(session, submission, changes, day):
    """The ward confirms what was carried over, changes some, and sends."""
    moment = datetime.combine(OPENED + timedelta(days=day), time(9), HANOI)
    confirm_carried(session, submission, carried_questions(submission), "Công chức", at=moment)
    save_fields(session, submission, changes, entries_of(submission), "Công chức", at=moment)
    reasons = {reason_field(anomaly.question): REASON for anomaly in anomalies_of(session, submission)}
    save_fields(session, submission, reasons, entries_of(submission), "Công chức", at=moment)
    send_submission(session, submission, "Công chức", "Lãnh đạo UBND", "Công chức", at=moment)


def approve(session, submission, day):
    return approve_submission(
        session, submission, "Chuyên viên", at=datetime.combine(OPENED + timedelta(days=day), time(15), HANOI)
    )


def other(entries, key):
    return "no" if entries[key] == "yes" else "yes"


def test_what_only_one_round_changed_is_taken_and_what_both_changed_alike_is_not_asked(demo_session, two_open):
    first, second = two_open
    before = entries_of(first)
    keys = ("mfa_enabled", "vc_tested", "backup_tested")
    flipped = {key: other(before, key) for key in keys}
    send(demo_session, first, {key: flipped[key] for key in ("mfa_enabled", "backup_tested")}, day=1)
    send(demo_session, second, {key: flipped[key] for key in ("vc_tested", "backup_tested")}, day=2)
    approve(demo_session, first, day=3)
    approve(demo_session, second, day=4)
    newest = newest_snapshots(demo_session)[WARD]
    assert [newest.fact(key) for key in keys] == [flipped[key] == "yes" for key in keys]
    assert (newest.round_id, newest.as_of) == (second.round_id, OPENED + timedelta(days=2))
    # What was taken over is in the submission and its log: the next round begins with it.
    assert entries_of(second)["mfa_enabled"] == flipped["mfa_enabled"]
    changes = demo_session.scalars(select(SubmissionChange).where(SubmissionChange.source == AnswerSource.MERGED.value)).all()
    assert [(row.field, row.before, row.after, row.by, row.why) for row in changes] == [
        ("mfa_enabled", before["mfa_enabled"], flipped["mfa_enabled"], "Chuyên viên", "Hiện trạng đã duyệt của Đợt quý hai")
    ]
    assert entries_of(latest_approved_submissions(demo_session)[WARD]) == entries_of(second)
    assert find_broken_snapshots(demo_session) == []


def test_rounds_of_two_questionnaires_are_merged_under_the_names_of_the_later_one(demo_session, two_open):
    first, _second = two_open
    publish_questionnaire(demo_session, made_up_text())
    survey_round = open_round(demo_session, "Đợt mẫu mới", OPENED, OPENED + timedelta(days=60), "2026.1", "2099.1")
    third = demo_session.scalars(select(Submission).where(Submission.round_id == survey_round.id)).one()
    send(demo_session, first, {"floors": "40", "mfa_enabled": other(entries_of(first), "mfa_enabled")}, day=1)
    send(demo_session, third, {"vlan_count": "3", "drones": "1"}, day=2)
    approve(demo_session, first, day=3)
    approve(demo_session, third, day=4)
    newest = newest_snapshots(demo_session)[WARD]
    # Renamed, added, and what the older form alone asks.
    assert (newest.fact("storeys"), newest.fact("vlan_count"), newest.fact("drones")) == (40, 3, 1)
    assert not {"floors", "vlan_separated", "staff_trained"} & newest.facts.keys()
    assert newest.fact("mfa_enabled") == first_answer(first, "mfa_enabled")
    assert (entries_of(third)["storeys"], "floors" in entries_of(third)) == ("40", False)


def test_a_round_of_the_older_questionnaire_that_is_approved_last_loses_no_answer(demo_session, two_open):
    first, _second = two_open
    publish_questionnaire(demo_session, made_up_text())
    survey_round = open_round(demo_session, "Đợt mẫu mới", OPENED, OPENED + timedelta(days=60), "2026.1", "2099.1")
    third = demo_session.scalars(select(Submission).where(Submission.round_id == survey_round.id)).one()
    before, flipped = entries_of(first), {key: other(entries_of(first), key) for key in ("mfa_enabled", "vc_tested")}
    send(demo_session, third, {"vlan_count": "3", "drones": "1", "storeys": "40", "mfa_enabled": flipped["mfa_enabled"]}, day=1)
    send(demo_session, first, {"vc_tested": flipped["vc_tested"]}, day=2)
    approve(demo_session, third, day=3)
    approve(demo_session, first, day=4)
    changed = {key: raw for key, raw in entries_of(first).items() if raw != before.get(key, "") and not key.endswith(".why")}
    assert changed == {"floors": "40", **flipped}
    newest = newest_snapshots(demo_session)[WARD]
    # Renamed there, dropped there, answered in another way there, and asked there alone.
    assert (newest.fact("floors"), newest.fact("staff_trained")) == (40, int(before["staff_trained"]))
    assert (newest.fact("vlan_separated"), newest.fact("drones")) == (first_answer(first, "vlan_separated"), 1)
    assert not {"storeys", "vlan_count"} & newest.facts.keys()


def first_answer(submission, key):
    return entries_of(submission)[key] == "yes"


def test_an_older_round_that_is_approved_late_goes_into_the_history(demo_session, two_open, demo_sign_in):
    first, second = two_open
    send(demo_session, first, {"floors": "40"}, day=1)
    send(demo_session, second, {"floors": "50"}, day=2)
    approve(demo_session, second, day=3)
    newest, number = newest_hashes(demo_session)[WARD], first.id
    demo_session.commit()
    page = demo_sign_in("thamdinh").get(f"/review/{number}").text
    assert "hiện trạng mới nhất không đổi" in page
    snapshot = approve(demo_session, first, day=9)
    assert snapshot.count("floors") == 40
    assert newest_hashes(demo_session)[WARD] == newest
    assert newest_snapshots(demo_session)[WARD].count("floors") == 50


def test_the_reviewer_is_asked_at_each_answer_that_both_changed(demo_session, two_open, demo_sign_in):
    first, second = two_open
    send(demo_session, first, {"floors": "40", "internet.contracted": "350"}, day=1)
    send(demo_session, second, {"floors": "50", "internet.contracted": "450"}, day=2)
    approve(demo_session, first, day=3)
    demo_session.commit()
    number, seen = second.id, sending_key(second)
    demo_session.rollback()
    client = demo_sign_in("thamdinh")
    # Approved with many others, it is left out and named.
    answer = client.post("/review/approve", data={"submission": number, f"seen-{number}": seen}, follow_redirects=True)
    assert "Chưa duyệt 1 phiếu" in answer.text
    assert "Còn 2 câu mà số của phiếu khác hiện trạng" in answer.text
    page = BeautifulSoup(client.get(f"/review/{number}").data, "html.parser")
    questions = {field.select_one("input")["name"]: " ".join(field.get_text(" ").split()) for field in page.select("fieldset")}
    assert list(questions) == ["keep-floors", "keep-internet"]
    assert "50 (Công chức lưu lúc" in questions["keep-floors"].replace(" khu vực", "")
    assert "Đợt quý hai, duyệt bởi Chuyên viên lúc" in questions["keep-floors"]
    against = page.select_one("[name=against]")["value"]
    form = {"seen": seen, "against": against, "keep-floors": "approved"}
    answer = client.post(f"/review/{number}/approve", data=form)
    assert answer.status_code == 409
    assert "Còn 1 câu" in answer.text
    kept = BeautifulSoup(answer.data, "html.parser").select("fieldset input[checked]")
    assert [(tag["name"], tag["value"]) for tag in kept] == [("keep-floors", "approved")]
    # What was chosen against another snapshot is not a choice here.
    form |= {"keep-internet": "submitted"}
    assert client.post(f"/review/{number}/approve", data=form | {"against": "0" * 64}).status_code == 409
    assert client.post(f"/review/{number}/approve", data=form).status_code == 302
    demo_session.expire_all()
    newest = newest_snapshots(demo_session)[WARD]
    assert newest.count("floors") == 40
    assert [line.contracted_mbps for line in newest.connections if line.kind.value == "internet"] == [450]
    event = demo_session.scalars(
        select(SubmissionEvent).where(SubmissionEvent.submission_id == number, SubmissionEvent.kind == EventKind.APPROVED.value)
    ).one()
    assert "lấy theo hiện trạng duyệt lúc" in event.reason
    assert "giữ số của phiếu: " in event.reason
    assert find_broken_snapshots(demo_session) == []


def test_a_merge_that_contradicts_itself_is_refused_and_changes_nothing(demo_session, two_open):
    first, second = two_open
    printers = int(entries_of(first)["A03.good"])
    send(demo_session, first, {"printers_multifunction": str(printers - 1)}, day=1)
    send(demo_session, second, {"A03.good": str(printers - 3), "printers_multifunction.why": REASON}, day=2)
    approve(demo_session, first, day=3)
    before = entries_of(second)
    with pytest.raises(SubmissionError, match="thì số liệu không khớp nhau"):
        approve(demo_session, second, day=4)
    assert (entries_of(second), second.state) == (before, CollectionState.SENT.value)


@pytest.mark.parametrize(("has_website", "keys"), [(True, {"has_website", "website_component"}), (False, {"has_website"})])
def test_what_is_not_asked_after_a_merge_is_in_no_snapshot(has_website, keys):
    answers = make_facts({"has_website": has_website, "website_component": True})
    assert drop_unasked(FORM, {key: Part(fact) for key, fact in answers.items()}).keys() == keys
    assert drop_unasked(FORM, {"website_component": Part(answers["website_component"])}) == {}


def test_what_a_submission_contradicted_before_a_merge_does_not_keep_it_from_being_merged(demo_session, two_open):
    first, second = two_open
    send(demo_session, first, {"mfa_enabled": other(entries_of(first), "mfa_enabled")}, day=1)
    send(demo_session, second, {"vc_tested": other(entries_of(second), "vc_tested")}, day=2)
    # It was sent before the rule existed.
    next(answer for answer in second.answers if answer.field == "sites").raw = "0"
    approve(demo_session, first, day=3)
    with pytest.raises(SubmissionError, match="chỗ mâu thuẫn"):
        approve(demo_session, second, day=4)
    snapshot = approve_submission(demo_session, second, "Chuyên viên", accepts_problems=True)
    assert (snapshot.count("sites"), snapshot.fact("mfa_enabled")) == (0, first_answer(first, "mfa_enabled"))
