"""A line is measured here: one at a time a ward, few at once for the city, and what was found is evidence."""

import json
from dataclasses import replace
from datetime import timedelta

import pytest
import time_machine
from sqlalchemy import select

from portal.clock import now
from portal.errors import NotFoundError
from surveys.checks.entries import SubmissionError
from surveys.models import Evidence, Submission
from surveys.submissions.rounds import open_round
from surveys.submissions.speed_test import (
    MAX_BYTES,
    MAX_CONCURRENT,
    MAX_PER_DAY,
    MAX_RUNS,
    TURN_LIFETIME,
    BusyError,
    begin_speed_test,
    count_run,
    finish_speed_test,
    keep_result,
    summarise_runs,
)
from tests.factories.days import DEMO_DAY

WARD_CODE = "00082"


@pytest.fixture
def submissions(session):
    open_round(session, "Đợt thử", DEMO_DAY, DEMO_DAY, "2026.1")
    return list(session.scalars(select(Submission).limit(MAX_CONCURRENT + 1)))


def take_turn(session, submission, line="internet"):
    return begin_speed_test(session, submission, line, "Công chức", "10.0.0.7", "Trình duyệt")


@pytest.mark.both_databases
def test_what_was_measured_is_kept_with_when_where_and_by_what(session, submissions, tmp_path):
    turn = take_turn(session, submissions[0])
    count_run(session, submissions[0], turn.id)
    result = summarise_runs([90.4, 95, 300.2], [40, 42], [7.6])
    kept = keep_result(session, str(tmp_path / "e"), submissions[0], turn.id, result)
    evidence = finish_speed_test(session, submissions[0], turn.id, kept)
    assert (evidence.kind, evidence.question) == ("measurement", "internet")
    assert (evidence.details["down_mbps"], evidence.details["up_mbps"], evidence.details["latency_ms"]) == (95, 41, 8)
    assert (evidence.details["address"], evidence.details["device"]) == ("10.0.0.7", "Trình duyệt")
    assert json.loads((tmp_path / "e" / evidence.stored_as).read_text("utf-8"))["down"] == [90.4, 95, 300.2]
    with pytest.raises(NotFoundError):
        count_run(session, submissions[0], turn.id)


@pytest.mark.both_databases
def test_one_at_a_time_a_ward_and_few_for_the_city(session, submissions):
    take_turn(session, submissions[0])
    with pytest.raises(BusyError, match="chưa xong"):
        take_turn(session, submissions[0], "backup")
    for submission in submissions[1:MAX_CONCURRENT]:
        take_turn(session, submission)
    with pytest.raises(BusyError, match="Nhiều đơn vị"):
        take_turn(session, submissions[MAX_CONCURRENT])
    with time_machine.travel(now() + TURN_LIFETIME + timedelta(seconds=1)):
        take_turn(session, submissions[MAX_CONCURRENT])


def test_a_turn_ends_by_itself_and_by_use(session, submissions):
    turn = take_turn(session, submissions[0])
    for _ in range(MAX_RUNS):
        count_run(session, submissions[0], turn.id)
    with pytest.raises(BusyError, match="hết hạn"):
        count_run(session, submissions[0], turn.id)
    with time_machine.travel(now() + TURN_LIFETIME):
        later_turn = take_turn(session, submissions[0])
        with pytest.raises(NotFoundError):
            count_run(session, submissions[1], later_turn.id)


def test_a_ward_measures_so_often_a_day(session, submissions):
    for number in range(MAX_PER_DAY):
        with time_machine.travel(now() + TURN_LIFETIME * (number * 2)):
            take_turn(session, submissions[0])
    with time_machine.travel(now() + TURN_LIFETIME * (MAX_PER_DAY * 2)), pytest.raises(BusyError, match="lần trong một ngày"):
        take_turn(session, submissions[0])


@pytest.mark.parametrize("runs", [[], [0], [-3], ["90"], [None], [True], [10**9], [1] * (MAX_RUNS + 1), [float("nan")]])
def test_nonsense_of_a_browser_is_refused(runs):
    with pytest.raises(SubmissionError, match="không đọc được"):
        summarise_runs(runs, [1], [1])


def test_only_lines_of_the_ward_are_measured(session, submissions):
    for line in ("tslcd", "floors", ""):
        with pytest.raises(NotFoundError):
            take_turn(session, submissions[0], line)


def test_the_script_is_answered_in_sentences(demo_app, demo_session, demo_sign_in, tmp_path):
    demo_app.config["SETTINGS"] = replace(demo_app.config["SETTINGS"], evidence_url=str(tmp_path / "e"))
    submission_id = demo_session.scalars(select(Submission.id).where(Submission.ward_code == WARD_CODE)).one()
    demo_session.rollback()
    client = demo_sign_in("canbo")
    turn = client.post(f"/surveys/{submission_id}/measure", data={"line": "internet"}).json["turn"]
    busy_answer = client.post(f"/surveys/{submission_id}/measure", data={"line": "internet"})
    assert (busy_answer.status_code, "chưa xong" in busy_answer.json["refused"]) == (429, True)
    sizes = [
        len(client.post(f"/surveys/{submission_id}/measure/{turn}/down", data={"bytes": byte_count}).data)
        for byte_count in ("5", "999999999", "x")
    ]
    assert sizes == [5, MAX_BYTES, 0]
    assert client.post(f"/surveys/{submission_id}/measure/{turn}/up", data=b"x" * 700).json == {"bytes": 700}
    flood_answer = client.post(f"/surveys/{submission_id}/measure/{turn}/up", data=b"x" * (MAX_BYTES + 1))
    assert (flood_answer.status_code, "quá lớn" in flood_answer.json["refused"]) == (413, True)
    assert client.post(f"/surveys/{submission_id}/measure/{turn}/done", json=[1]).status_code == 400
    result = client.post(f"/surveys/{submission_id}/measure/{turn}/done", json={"down": [80.2], "up": [20], "latency": [9]}).json
    assert result == {"down": 80, "up": 20, "latency": 9}
    page = client.get(f"/surveys/{submission_id}/sections/D").text
    assert "đo 80 Mbps xuống, 20 Mbps lên" in page
    assert len(list(demo_session.scalars(select(Evidence).where(Evidence.kind == "measurement")))) == 1
