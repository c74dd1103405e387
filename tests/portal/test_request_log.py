"""The log of real use: who asked for what, by numbers and routes; and never what was typed or stored."""

import io
import json
import logging

import pytest
from sqlalchemy import text

from accounts.identity import Role
from portal import request_log
from portal.database import make_engine
from portal.errors import WardReadinessError
from portal.request_log import describe_fault, write_json
from tests.support.applications import enter, set_setting

MARK = "muong-xen-0903"


@pytest.fixture
def lines(app, monkeypatch):
    """What a production installation logs, line by line."""
    stream, root = io.StringIO(), logging.getLogger()
    handlers, level = root.handlers[:], root.level
    write_json(stream)
    monkeypatch.setattr(request_log, "_is_logged", lambda _settings: True)
    yield lambda: [json.loads(line) for line in stream.getvalue().splitlines()]
    root.handlers = handlers
    root.setLevel(level)


def test_a_request_is_a_line_of_numbers_and_routes(lines, sign_in):
    client = sign_in(Role.OFFICER, ["00082"])
    answer = client.get(f"/inventory/wards/00082?note={MARK}", environ_base={"REMOTE_ADDR": "203.0.113.7"})
    (line,) = lines()
    assert line.pop("milliseconds") >= 0
    assert line.pop("time").endswith("Z")
    assert line.pop("request_id") == answer.headers["X-Request-ID"]
    assert line == {
        "event": "request",
        "level": "info",
        "logger": "ward_readiness.requests",
        "user_id": 1,
        "address": "203.0.113.7",
        "method": "GET",
        "route": "/inventory/wards/<ward_code>",
        "status": 200,
    }


def test_nothing_that_was_typed_stands_in_the_log(lines, app, client, monkeypatch):
    def fail(*_arguments, **_more):
        raise ValueError(f"could not read {MARK}")

    enter(client, MARK, MARK)
    client.get(f"/{MARK}?q={MARK}", headers={"User-Agent": MARK, "Referer": f"http://127.0.0.1/{MARK}"})
    monkeypatch.setattr("accounts.views.sign_in._sign_in", fail)
    answer = enter(client, MARK, MARK)
    assert answer.status_code == 500
    text_of_log = json.dumps(lines(), ensure_ascii=False)
    assert MARK not in text_of_log
    (fault,) = [line for line in lines() if "fault" in line]
    assert fault["fault"][0] == "ValueError"
    assert any("_sign_in" in place or "sign_in" in place for place in fault["fault"])
    assert answer.headers["X-Request-ID"] in fault["event"]
    assert answer.headers["X-Request-ID"] in answer.text


@pytest.mark.both_databases
@pytest.mark.parametrize(
    "statement",
    [
        'INSERT INTO "user" (id, username, full_name, password_hash) VALUES (1, :mark, :mark, :mark)',
        "SELECT nothing FROM nowhere WHERE x = :mark",
    ],
)
def test_a_refusal_of_the_database_shows_no_row(database_url, statement):
    """PostgreSQL names the whole row in its detail, with the hash of a password; SQLAlchemy the parameters."""
    engine = make_engine(database_url)
    with engine.connect() as connection, pytest.raises(Exception) as refusal:
        connection.execute(text(statement), {"mark": MARK})
    engine.dispose()
    lines_of_fault = describe_fault(refusal.value)
    assert MARK not in "\n".join(lines_of_fault)
    name, _colon, words = lines_of_fault[0].partition(": ")
    assert name in ("IntegrityError", "OperationalError", "ProgrammingError")
    assert words


def test_words_of_our_own_are_kept():
    assert describe_fault(WardReadinessError("Kho tệp không trả lời."))[0] == "WardReadinessError: Kho tệp không trả lời."


def test_a_demo_writes_no_lines(app, client, capfd):
    client.get("/sign-in")
    assert capfd.readouterr().err == ""


def test_real_use_logs(app):
    set_setting(app, mode="production")
    assert request_log._is_logged(app.config["SETTINGS"])
