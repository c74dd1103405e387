"""Who comes in at the door, where from, and where they are sent on to."""

import re
import shutil
from datetime import timedelta
from http.client import HTTPConnection
from threading import Barrier, Thread

import pytest
import time_machine
from flask import Flask, request, request_started
from sqlalchemy import event, select
from waitress.server import create_server

from accounts.identity import Role
from accounts.models import AuditEntry, SignInCount, User
from accounts.passwords import hash_password, verify_password
from accounts.throttle import RESET_CREDIT, counts_of, take_try
from accounts.users import make_credentials, reset_password
from portal import security
from portal.cli import SERVER
from portal.database import make_engine, session_scope
from portal.settings import read_settings
from tests.factories.users import PASSWORD, create_user
from tests.support.applications import enter, production_environment, set_setting
from wsgi import build_app

WRONG_PASSWORD = "sai mat khau"
DAY = "2026-03-02 01:00Z"


def test_the_right_password_opens_the_door(client, person):
    assert enter(client, "CAN.BO", PASSWORD).status_code == 302
    assert client.get("/").status_code == 200


def test_no_message_tells_whether_an_account_exists(client, person):
    wrong_answer, unknown_answer = enter(client, "can.bo", "sai mat khau"), enter(client, "khong.co", "sai mat khau")
    assert wrong_answer.status_code == unknown_answer.status_code == 400
    texts = [re.sub(r'nonce="[^"]+"', "", page.text) for page in (wrong_answer, unknown_answer)]
    assert texts[0].replace("can.bo", "X") == texts[1].replace("khong.co", "X")


def test_the_audit_trail_knows_the_address_and_never_what_was_typed(client, person, session):
    for name, password in (("can.bo", PASSWORD), ("can.bo", WRONG_PASSWORD), (PASSWORD, "can.bo")):
        enter(client, name, password, environ_base={"REMOTE_ADDR": "203.0.113.7"})
    lines = [
        (entry.action, entry.username, entry.subject, entry.address, entry.after)
        for entry in session.scalars(select(AuditEntry).where(AuditEntry.action.startswith("account:")))
    ]
    assert lines == [
        ("account:sign-in", "can.bo", "account can.bo", "203.0.113.7", None),
        ("account:refuse", "chưa đăng nhập", "account can.bo", "203.0.113.7", None),
        # The password stood in the field of the name, where people type it by mistake.
        ("account:refuse", "chưa đăng nhập", "account", "203.0.113.7", None),
    ]


@pytest.fixture
def steps(app):
    """What was done while a sign-in was handled: a writer's lock taken and let go, and the slow comparison of a password."""
    steps = []

    def note(_connection, _cursor, statement, *_rest):
        if statement == "BEGIN IMMEDIATE":
            steps.append("lock")

    engine = app.extensions["engine"]
    event.listen(engine, "before_cursor_execute", note)
    for name in ("commit", "rollback"):
        event.listen(engine, name, lambda _connection: steps.append("free") if steps[-1:] == ["lock"] else None)
    return steps


def test_no_password_is_compared_under_a_lock(client, person, steps, monkeypatch):
    """Else anybody, without an account, could keep every writer waiting."""
    monkeypatch.setattr("accounts.sign_in.verify_password", lambda *pair: steps.append("compare") or verify_password(*pair))
    for name, password, status in (("can.bo", PASSWORD, 302), ("can.bo", "x" * 12, 400), ("nobody", PASSWORD, 400)):
        steps.clear()
        assert enter(client, name, password).status_code == status
        # The try is counted before it is looked at; the comparison stands between two short transactions.
        assert steps == ["lock", "free", "compare", "lock", "free"]


def test_a_password_that_was_changed_meanwhile_opens_no_door(client, session, person, monkeypatch):
    def compare(*pair):
        session.scalars(select(User)).one().password_hash = hash_password("nam-sau-bay-tam")
        session.commit()
        return verify_password(*pair)

    monkeypatch.setattr("accounts.sign_in.verify_password", compare)
    assert enter(client, "can.bo", PASSWORD).status_code == 400


def test_a_sign_in_that_is_refused_at_once_locks_nothing(app, client, steps):
    assert enter(client, "", "").status_code == 400
    assert client.post("/sign-in/demo/nobody").status_code == 404
    set_setting(app, mode="production")
    assert client.post("/sign-in/demo/canbo").status_code == 404
    assert steps == []


@pytest.fixture
def clock():
    with time_machine.travel(DAY, tick=False) as clock:
        yield clock


def test_a_wait_grows_with_each_failure_and_is_told(client, person, clock):
    for _ in range(5):
        assert enter(client, "can.bo", WRONG_PASSWORD).status_code == 400
    waits = []
    for _ in range(12):
        refused = enter(client, "can.bo", PASSWORD)
        assert refused.status_code == 429
        seconds = int(refused.headers["Retry-After"])
        assert f"Đợi {seconds} giây" in refused.text
        assert 'value="can.bo"' in refused.text
        waits.append(seconds)
        clock.shift(seconds)
        assert enter(client, "can.bo", WRONG_PASSWORD).status_code == 400
    assert waits == [1, 2, 4, 8, 16, 32, 64, 128, 256, 300, 300, 300]
    clock.shift(300)
    assert enter(client, "can.bo", PASSWORD).status_code == 302


def test_a_try_that_comes_too_early_does_not_lengthen_the_wait(client, person, clock):
    for _ in range(5):
        enter(client, "can.bo", WRONG_PASSWORD)
    for _ in range(50):
        assert enter(client, "can.bo", WRONG_PASSWORD).headers["Retry-After"] == "1"


def test_strangers_do_not_shut_a_known_device_out(app, person, clock):
    own, stranger = app.test_client(), app.test_client()
    enter(own, "can.bo", PASSWORD)
    own.post("/sign-out")
    for _ in range(20):
        enter(stranger, "can.bo", WRONG_PASSWORD)
    assert enter(stranger, "can.bo", PASSWORD).status_code == 429
    assert enter(own, "can.bo", PASSWORD).status_code == 302
    # It has a count of its own, so that whoever sits at it cannot guess for ever either.
    own.post("/sign-out")
    answers = [enter(own, "can.bo", WRONG_PASSWORD).status_code for _ in range(12)]
    assert answers == [400] * 10 + [429] * 2


def test_a_device_is_known_for_the_names_that_have_signed_in_on_it_alone(app, session, person, clock):
    create_user(session, "can.bo.hai", "Người thử hai", Role.REVIEWER, password=PASSWORD)
    session.commit()
    attacker, stranger = app.test_client(), app.test_client()
    enter(attacker, "can.bo.hai", PASSWORD)
    for _ in range(6):
        enter(stranger, "can.bo", WRONG_PASSWORD)
    assert enter(attacker, "can.bo", PASSWORD).status_code == 429
    attacker.set_cookie("ward_readiness_device", "made.up")
    assert enter(attacker, "can.bo.hai", PASSWORD).status_code == 302


def test_the_password_of_a_reset_is_let_in_however_much_strangers_guess(app, session, person, clock):
    stranger = app.test_client()
    for _ in range(6):
        enter(stranger, "can.bo", WRONG_PASSWORD)
    slip = reset_password(session, session.scalars(select(User.id)).one(), make_credentials())
    session.commit()
    for _ in range(30):
        enter(stranger, "can.bo", WRONG_PASSWORD)
    assert RESET_CREDIT > 30
    assert enter(app.test_client(), "can.bo", slip.password).location == "/"


def test_the_credit_of_a_reset_ends_with_its_password(app, session, person, clock):
    own, stranger = app.test_client(), app.test_client()
    enter(own, "can.bo", PASSWORD)
    own.post("/sign-out")
    slip = reset_password(session, session.scalars(select(User.id)).one(), make_credentials())
    session.commit()
    # On a device that is known, so that the count of the name is not asked.
    enter(own, "can.bo", slip.password)
    chosen = {"old": slip.password, "new": "xe dap mau xanh", "again": "xe dap mau xanh"}
    assert own.post("/account/password", data=chosen).location == "/"
    assert [enter(stranger, "can.bo", WRONG_PASSWORD).status_code for _ in range(6)] == [400] * 5 + [429]


def test_one_address_that_tries_many_names_is_slowed_and_no_other(app, client, person, clock):
    with session_scope(app.extensions["engine"], writes=True) as session:
        for number in range(100):
            take_try(session, counts_of(f"name-{number}", "203.0.113.7", None))
    assert enter(client, "can.bo", PASSWORD, environ_base={"REMOTE_ADDR": "203.0.113.7"}).status_code == 429
    assert enter(client, "can.bo", PASSWORD, environ_base={"REMOTE_ADDR": "203.0.113.8"}).status_code == 302


def test_a_whole_office_that_signs_in_rightly_is_not_slowed(app, person, session):
    for _ in range(3):
        enter(app.test_client(), "can.bo", PASSWORD)
    counts = session.scalars(select(SignInCount).where(SignInCount.key.startswith("address "))).all()
    assert [count.failures for count in counts] == [0]


def test_a_whole_network_of_ipv6_counts_as_one_address():
    key = counts_of("x", "2001:db8:1:2::1", None)[1].key
    assert key == counts_of("x", "2001:db8:1:2:ffff::9", None)[1].key != counts_of("x", "2001:db8:1:3::1", None)[1].key
    assert counts_of("x", "203.0.113.7", None)[1].key != counts_of("x", "203.0.113.8", None)[1].key


@pytest.mark.both_databases
def test_guesses_that_are_sent_at_once_count_like_those_sent_in_turn(database_url):
    """Each thread has an engine of its own, as each worker has."""
    answers, start = [], Barrier(8)

    def guess():
        engine = make_engine(database_url)
        start.wait()
        for _ in range(3):
            with session_scope(engine, writes=True) as session:
                answers.append(take_try(session, counts_of("can.bo", "203.0.113.7", None)))
        engine.dispose()

    with time_machine.travel(DAY, tick=False):
        threads = [Thread(target=guess) for _ in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert sorted(answers) == [timedelta()] * 5 + [timedelta(seconds=1)] * 19


def test_a_wrong_password_is_told_at_its_field_and_guessing_it_is_slowed(client, person, clock):
    enter(client, "can.bo", PASSWORD)
    form = {"old": "sai rồi", "new": "xe dap mau xanh", "again": "xe dap mau xanh"}
    page = client.post("/account/password", data=form)
    assert page.status_code == 400
    assert re.findall('<a href="#([a-z]+)">', page.text) == ["old"]
    for _ in range(10):
        page = client.post("/account/password", data=form)
    assert page.status_code == 429
    assert re.findall('<a href="#([a-z]+)">', page.text) == ["old"]


def test_counts_are_forgotten_after_a_day(app, client, person, session, clock):
    for _ in range(6):
        enter(client, "can.bo", WRONG_PASSWORD)
    clock.shift(24 * 3600 + 1)
    enter(client, "khac", WRONG_PASSWORD)
    assert {row.key for row in session.scalars(select(SignInCount))} == {"name khac", "address 127.0.0.1"}


def test_a_clock_that_was_set_back_makes_no_wait_longer(client, person, clock):
    for _ in range(6):
        enter(client, "can.bo", WRONG_PASSWORD)
    clock.shift(-24 * 3600)
    assert enter(client, "can.bo", PASSWORD).headers["Retry-After"] == "1"
    clock.shift(2)
    assert enter(client, "can.bo", PASSWORD).status_code == 302


SAFE = ["/readiness", "/readiness?q=xa&x=1", "/", "/review/", "/readiness?q=https://x.vn", "/readiness?next=//x.vn"]
UNSAFE = [
    "https://x.vn", "http:x.vn", "HTTPS://x.vn/readiness", "//x.vn", "///x.vn", "////x.vn", "/\\x.vn", "\\\\x.vn", "\\/x.vn", "/\\/x.vn",
    "/\t/x.vn", "\t//x.vn", "/\n/x.vn", "/\r\n/x.vn", "/readiness\r\nSet-Cookie: a=b", "/\x00/x.vn", " //x.vn", "/ /x.vn", "/\u00a0/x.vn",
    "/\u2028/x.vn", "/\u200b/x.vn", "/\x0b/x.vn", "/\x0c/x.vn", "/\x1b/x.vn", "/\x7f/x.vn", "/.//x.vn", "/..//x.vn", "/./\\x.vn", "/%09/x.vn",
    "/%2f/x.vn", "/%5cx.vn", "/%5c%5cx.vn", "/;@x.vn", "/@x.vn", "@x.vn", "x.vn", "javascript:alert(1)", "JaVaScRiPt:alert(1)//", "data:text/html,x",
    "/sign-out", "/no-such-page", "?next=//x.vn", "#//x.vn", "", "//[::1", "/review", "/\u3000//x.vn", "//x.vn@127.0.0.1/", "/readiness\\x",
    "///readiness", "////readiness", "////readiness?x=1", "/////readiness", "/readiness\t", "/readiness?\r\nSet-Cookie: a=b", "/readiness?x=\\y",
]  # fmt: skip


@pytest.mark.parametrize("door", ["/sign-in", "/sign-in/demo/canbo"])
def test_the_way_on_is_a_page_of_ours(demo_app, door):
    client, ways = demo_app.test_client(), {}
    for target in (*SAFE, *UNSAFE):
        answer = enter(client, "canbo", "demo-2026", door=door, query_string={"next": target})
        ways[target] = answer.location if answer.status_code == 302 else answer.status_code
    assert ways == {target: target for target in SAFE} | dict.fromkeys(UNSAFE, "/") | {"/\x00/x.vn": 404}


def test_the_way_on_of_whoever_is_in_already_is_a_page_of_ours(demo_sign_in):
    client = demo_sign_in("canbo")
    ways = {target: client.get("/sign-in", query_string={"person": "1", "next": target}).location for target in (*SAFE, *UNSAFE)}
    assert ways == {target: target for target in SAFE} | dict.fromkeys(UNSAFE, "/") | {"/\x00/x.vn": None}


def test_the_buttons_of_the_demo_are_not_there_in_real_use(demo_app, monkeypatch):
    """Nobody starts with such accounts; this is for those that come in afterwards."""
    monkeypatch.setitem(demo_app.extensions, "is_started", True)
    client = demo_app.test_client()
    assert "demo-2026" in client.get("/sign-in").text
    set_setting(demo_app, mode="production")
    assert "demo-2026" not in client.get("/sign-in").text
    assert client.post("/sign-in/demo/canbo").status_code == 404


@pytest.fixture(scope="module")
def production_app(empty_city, tmp_path_factory):
    """An application as in real use, behind one proxy, with somebody who manages accounts."""
    path = tmp_path_factory.mktemp("production") / "city.sqlite"
    shutil.copy(empty_city, path)
    path.chmod(0o640)
    environ = {"PUBLIC_URL": "https://khao-sat.example.org", "TRUSTED_PROXIES": "1"}
    app = build_app(read_settings(production_environment(f"sqlite:///{path}") | environ, path.parent))
    with session_scope(app.extensions["engine"], writes=True) as session:
        create_user(session, "quan.tri", "Quản trị", Role.ADMINISTRATOR, password=PASSWORD)
    yield app
    app.extensions["engine"].dispose()


def test_a_host_that_is_not_ours_is_refused_in_real_use(production_app):
    client = production_app.test_client()
    assert client.get("/sign-in", base_url="https://khao-sat.example.org").status_code == 200
    assert client.get("/sign-in", base_url="http://127.0.0.1:8000").status_code == 200
    for host in ("evil.example", "khao-sat.example.org.evil.example", "evil.example:443", "khao-sat.example.org@evil.example"):
        assert client.get("/sign-in", headers={"Host": host}).status_code == 400


def test_only_as_many_proxies_are_believed_as_there_are(production_app):
    with production_app.test_client() as client:
        client.get("/health", headers={"X-Forwarded-For": "1.2.3.4, 203.0.113.7"}, base_url="http://127.0.0.1:8000")
        assert request.remote_addr == "203.0.113.7"


def test_our_own_server_hands_on_what_the_proxy_wrote(production_app):
    server = create_server(production_app, host="127.0.0.1", port=0, **SERVER)
    thread = Thread(target=server.run, daemon=True)
    thread.start()
    connection = HTTPConnection("127.0.0.1", server.effective_port, timeout=60)
    headers = {"Host": "khao-sat.example.org", "X-Forwarded-For": "203.0.113.7", "X-Forwarded-Proto": "https"}
    seen = []
    with request_started.connected_to(lambda _app: seen.append((request.remote_addr, request.scheme)), production_app):
        connection.request("GET", "/health", headers=headers)
        assert connection.getresponse().status == 200
    connection.close()
    server.close()
    thread.join()
    assert seen == [("203.0.113.7", "https")]


def test_the_cookies_of_real_use_go_by_https_alone(production_app, demo_app, monkeypatch):
    monkeypatch.setitem(production_app.config, "WTF_CSRF_ENABLED", False)
    real, demo = production_app.test_client(), demo_app.test_client()
    for answer, is_secure in (
        (enter(real, "quan.tri", PASSWORD, base_url="https://khao-sat.example.org"), True),
        (enter(demo, "canbo", "demo-2026"), False),
    ):
        cookies = answer.headers.getlist("Set-Cookie")
        assert [cookie.partition("=")[0] for cookie in cookies] == ["ward_readiness_device", "ward_readiness"]
        assert all("HttpOnly" in cookie and "SameSite=Lax" in cookie and ("Secure" in cookie) is is_secure for cookie in cookies)


@pytest.mark.parametrize(
    ("environ", "is_told"),
    [
        ({"WARD_MODE": "production", "PUBLIC_URL": "http://127.0.0.1:8000"}, True),
        ({"WARD_MODE": "production", "PUBLIC_URL": "https://khao-sat.example.org"}, False),
        ({"WARD_MODE": "demo"}, False),
    ],
)
def test_who_uses_it_for_real_without_https_is_warned(tmp_path, caplog, environ, is_told):
    security.init_app(Flask("x"), read_settings({"SECRET_KEY": "s" * 40, **environ}, tmp_path))
    assert ("cookie không bắt buộc HTTPS" in caplog.text) is is_told
