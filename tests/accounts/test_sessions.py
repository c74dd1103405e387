"""A session ends on the server: whatever cookie somebody has copied, it opens nothing afterwards."""

from datetime import UTC, datetime, timedelta
from urllib.parse import urlencode

import pytest
import time_machine
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select

from accounts.identity import Role
from accounts.models import AuditEntry, BrowserSession, User
from accounts.sessions import USE_STEP, SessionLimits, is_over
from accounts.users import make_credentials, reset_password, set_active
from portal.database import session_scope
from tests.factories.users import PASSWORD
from tests.support.applications import client_of, enter, set_setting

NEW_PASSWORD = "xe dap mau xanh"
PAGE = "/review/"


@pytest.fixture
def copied(client, person, app):
    """The client of somebody who signed in, and one with a copy of its cookie."""
    enter(client, "can.bo", PASSWORD)
    thief = app.test_client()
    thief.set_cookie("ward_readiness", client.get_cookie("ward_readiness").value)
    assert thief.get(PAGE).status_code == 200
    return client, thief


def change_password(client):
    return client.post("/account/password", data={"old": PASSWORD, "new": NEW_PASSWORD, "again": NEW_PASSWORD})


@pytest.mark.parametrize(
    "end", [lambda client: client.post("/sign-out"), lambda client: client.post("/account/sign-out-everywhere"), change_password]
)
def test_a_copied_cookie_opens_nothing_once_its_owner_has_ended_it(copied, end):
    client, thief = copied
    assert end(client).status_code == 302
    assert thief.get(PAGE).location.startswith("/sign-in")


def test_who_signs_in_again_in_the_same_browser_leaves_no_session_behind(copied):
    client, thief = copied
    enter(client, "can.bo", PASSWORD)
    assert client.get(PAGE).status_code == 200
    assert thief.get(PAGE).location.startswith("/sign-in")


def close_account(session, user_id):
    """And open it again: what was open before stays ended."""
    set_active(session, user_id, active=False)
    set_active(session, user_id, active=True)


def set_one_time_password(session, user_id):
    reset_password(session, user_id, make_credentials())


@pytest.mark.parametrize("end", [set_one_time_password, close_account])
def test_an_administrator_ends_the_sessions_of_an_account(copied, session, end):
    _client, thief = copied
    end(session, session.scalars(select(User.id).where(User.username == "can.bo")).one())
    session.commit()
    assert thief.get(PAGE).location.startswith("/sign-in")


def test_whoever_changes_a_password_stays_signed_in_here_and_nowhere_else(copied, app):
    client, thief = copied
    elsewhere = client_of(app, "can.bo")
    assert change_password(client).location == "/"
    assert client.get(PAGE).status_code == 200
    assert elsewhere.get(PAGE).status_code == thief.get(PAGE).status_code == 302


def test_signing_out_everywhere_ends_each_browser_and_says_so(copied, app):
    client, _thief = copied
    elsewhere = client_of(app, "can.bo")
    page = client.get("/account/password").text
    assert page.count("Đăng nhập lúc") == 2
    assert page.count("(nơi này)") == 1
    answer = client.post("/account/sign-out-everywhere", follow_redirects=True)
    assert "Đã đăng xuất tài khoản này ở mọi nơi." in answer.text
    assert elsewhere.get(PAGE).status_code == 302


def test_each_way_in_and_out_leaves_a_line_and_nothing_in_the_browser(copied, session):
    client, _thief = copied
    for end in ("/sign-out", "/account/sign-out-everywhere"):
        answer = client.post(end)
        assert answer.headers["Clear-Site-Data"] == '"storage"'
        enter(client, "can.bo", PASSWORD)
    change_password(client)
    actions = session.scalars(
        select(AuditEntry.action).where(AuditEntry.action.startswith("account:")).order_by(AuditEntry.id)
    ).all()
    ways_out = ["account:sign-out", "account:sign-in", "account:sign-out-everywhere", "account:sign-in", "account:change-password"]
    assert actions == ["account:sign-in", *ways_out]


def test_what_is_stored_opens_no_session(copied, app, session):
    stored = session.scalars(select(BrowserSession.token_hash)).one()
    forger = app.test_client()
    with forger.session_transaction() as cookie:
        cookie["token"] = stored
    assert forger.get(PAGE).status_code == 302


@pytest.mark.parametrize(
    ("steps", "is_in"),
    [
        ([60], True),
        ([71], False),
        ([59] * 10, True),
        # Ten hours in all, however busy.
        ([55] * 11, False),
        # A clock that is set back signs nobody out, and one that is put right afterwards gives nobody a longer life.
        ([-60 * 24 * 3], True),
        ([-60 * 24 * 3, 60], True),
        ([-60 * 24 * 3, 71], False),
        ([5, -60 * 24, 55, 55, 55], True),
        ([-60 * 24, *[55] * 11], False),
    ],
)
def test_a_session_ends_when_it_was_not_used_for_long_or_is_old(client, person, steps, is_in):
    with time_machine.travel("2026-03-02 01:00Z", tick=False) as clock:
        enter(client, "can.bo", PASSWORD)
        for minutes in steps:
            clock.shift(60 * minutes)
            answer = client.get(PAGE)
        assert (answer.status_code == 200) is is_in


@pytest.mark.parametrize(("limits", "minutes"), [({"session_idle_minutes": 15}, [26]), ({"session_hours": 8}, [50] * 10)])
def test_the_settings_say_how_long_a_session_lasts(app, client, person, limits, minutes):
    set_setting(app, **limits)
    with time_machine.travel("2026-03-02 01:00Z", tick=False) as clock:
        enter(client, "can.bo", PASSWORD)
        for step in minutes:
            clock.shift(60 * step)
            answer = client.get(PAGE)
    assert answer.status_code == 302


def test_use_is_written_once_in_ten_minutes(client, person, app):
    with time_machine.travel("2026-03-02 01:00Z", tick=False) as clock:
        enter(client, "can.bo", PASSWORD)
        used = []
        for _ in range(24):
            clock.shift(60)
            client.get(PAGE)
            with session_scope(app.extensions["engine"], writes=False) as session:
                used.append(session.scalars(select(BrowserSession.last_used_at)).one())
        assert len(set(used)) == 3


def test_a_page_does_not_wait_for_a_writer_to_note_its_use(client, person, app):
    with time_machine.travel("2026-03-02 01:00Z", tick=False) as clock:
        enter(client, "can.bo", PASSWORD)
        clock.shift(60 * 30)
        with session_scope(app.extensions["engine"], writes=True) as session:
            session.scalars(select(User)).all()
            assert client.get(PAGE).status_code == 200
        assert client.get(PAGE).status_code == 200


def test_sessions_that_are_over_are_forgotten(app, person, session):
    with time_machine.travel("2026-03-02 01:00Z", tick=False) as clock:
        for _ in range(3):
            enter(app.test_client(), "can.bo", PASSWORD)
        clock.shift(3600 * 11)
        enter(app.test_client(), "can.bo", PASSWORD)
    assert len(session.scalars(select(BrowserSession)).all()) == 1


minutes = st.integers(min_value=-100_000, max_value=100_000)


@given(began=minutes, used=minutes, life=st.integers(480, 720), idle=st.integers(15, 720))
def test_nobody_is_out_before_a_limit_and_nobody_is_in_for_long_after_it(began, used, life, idle):
    at = datetime(2026, 3, 2, tzinfo=UTC)
    limits = SessionLimits(timedelta(minutes=life), timedelta(minutes=idle))
    over = is_over(at + timedelta(minutes=began), at + timedelta(minutes=used), at, limits)
    if -began <= life and -used <= idle:
        assert not over
    if -began > life or -used > idle + USE_STEP / timedelta(minutes=1):
        assert over


def test_a_session_of_before_the_sign_in_is_not_kept(client, person):
    """Else somebody could hand a person a cookie of their own, and sit in the session afterwards."""
    client.get("/sign-in")
    with client.session_transaction() as cookie:
        cookie["token"] = cookie["more"] = "known to a stranger"
    enter(client, "can.bo", PASSWORD)
    with client.session_transaction() as cookie:
        assert "known to a stranger" not in cookie.values()


def test_a_role_that_is_signed_in_sees_its_sessions_alone(app, sign_in):
    reviewer = sign_in(Role.REVIEWER)
    sign_in(Role.PLANNER)
    assert reviewer.get("/account/password").text.count("Đăng nhập lúc") == 1


class TestTheWayBack:
    """Whoever has to sign in in the midst of something comes back to the page that it was on, and is told what became of it."""

    ENDED = "Phiên làm việc đã hết hạn nên việc vừa gửi chưa được thực hiện"

    @pytest.mark.parametrize(
        ("path", "referrer", "back"),
        [
            ("/account/password", None, "/account/password"),
            ("/surveys/1/remarks", "http://localhost/surveys/1/?x=1", "/surveys/1/?x=1"),
            ("/account/sign-out-everywhere", "http://localhost/account/password", "/account/password"),
            ("/account/sign-out-everywhere", None, "/"),
            ("/account/sign-out-everywhere", "https://x.vn/account/password", "/"),
            ("/account/sign-out-everywhere", "http://localhost//x.vn", "/"),
        ],
    )
    def test_leads_to_the_page_that_the_form_was_on(self, client, path, referrer, back):
        answer = client.post(path, headers={"Referer": referrer} if referrer else {})
        assert answer.location == f"/sign-in?{urlencode({'next': back}, safe='/?')}"
        assert self.ENDED in client.get(answer.location).text

    def test_whoever_wanted_to_be_out_is_told_of_nothing(self, client):
        answer = client.post("/sign-out", headers={"Referer": "http://localhost/account/password"})
        assert answer.location == "/sign-in"
        assert 'role="status"' not in client.get("/sign-in").text

    def test_leads_on_past_a_password_that_has_to_be_changed(self, client, session, person):
        session.scalars(select(User)).one().must_change_password = True
        session.commit()
        way = enter(client, "can.bo", PASSWORD, query_string={"next": PAGE}).location
        assert way == PAGE
        way = client.get(way).location
        assert way == "/account/password?next=/review/"
        new = {"old": PASSWORD, "new": NEW_PASSWORD, "again": NEW_PASSWORD}
        assert f'action="{way}"' in client.get(way).text
        assert client.post(way, data=new).location == PAGE

    def test_is_open_to_the_person_who_has_signed_in_in_another_window(self, client, session, person):
        number = session.scalars(select(User.id)).one()
        session.rollback()
        enter(client, "can.bo", PASSWORD)
        assert client.get(f"/sign-in?person={number}&next=/review/").location == PAGE
        for other in ("", f"person={number + 1}&", "person=&", "person=x&"):
            assert client.get(f"/sign-in?{other}next=/review/").status_code == 200

    def test_of_a_script_leaves_no_words_for_a_later_page(self, app, client, person):
        enter(client, "can.bo", PASSWORD)
        app.config["WTF_CSRF_ENABLED"] = True
        answer = client.post("/surveys/1/sections/A/fields", headers={"Accept": "application/json"})
        assert answer.status_code == 302
        assert "alert" not in client.get("/account/password").text
