import re
import sqlite3
from contextlib import closing
from dataclasses import replace
from io import BytesIO

import pytest
import time_machine
from openpyxl import Workbook
from sqlalchemy import event, select
from sqlalchemy.orm import Session

from accounts.identity import Role
from accounts.models import AuditEntry, User
from accounts.passwords import verify_password
from accounts.users import UserError, change_password, create_user, set_active
from accounts.users_workbook import import_users
from portal.clock import HANOI, now
from portal.errors import SettingError
from portal.settings import read_settings
from portal.uploads import UploadError, check_workbook
from wsgi import create_app

RIGHT_PASSWORD = "mot-hai-ba-bon"


@pytest.fixture
def person(session):
    create_user(session, "can.bo", "Người thử", Role.REVIEWER, password=RIGHT_PASSWORD)
    session.commit()


def enter(client, name, password, **extra):
    return client.post("/sign-in", data={"username": name, "password": password}, **extra)


def test_the_right_password_opens_the_door(client, person):
    assert enter(client, "CAN.BO", RIGHT_PASSWORD).status_code == 302
    assert client.get("/").status_code == 200


def test_no_message_tells_whether_an_account_exists(client, person):
    wrong_answer, unknown_answer = enter(client, "can.bo", "sai mat khau"), enter(client, "khong.co", "sai mat khau")
    assert wrong_answer.status_code == unknown_answer.status_code == 400
    texts = [re.sub(r'nonce="[^"]+"', "", page.text) for page in (wrong_answer, unknown_answer)]
    assert texts[0].replace("can.bo", "X") == texts[1].replace("khong.co", "X")


def test_five_failures_lock_for_fifteen_minutes(client, person):
    with time_machine.travel("2026-03-02 01:00Z", tick=False) as clock:
        for _ in range(5):
            enter(client, "can.bo", "sai mat khau")
        assert enter(client, "can.bo", RIGHT_PASSWORD).status_code == 400
        clock.shift(15 * 60 + 1)
        assert enter(client, "can.bo", RIGHT_PASSWORD).status_code == 302


@pytest.mark.parametrize("target", ["https://xau.vn", "//xau.vn", "/\\xau.vn"])
def test_the_way_on_is_never_an_outside_host(client, person, target):
    assert enter(client, "can.bo", RIGHT_PASSWORD, query_string={"next": target}).location == "/"


def test_a_one_time_password_has_to_be_changed(client, session):
    slip = create_user(session, "moi.vao", "Người mới", Role.REVIEWER)
    session.commit()
    enter(client, "moi.vao", slip.password)
    assert client.get("/review/").location == "/account/password"
    form = {"old": slip.password, "new": "xe dap mau xanh", "again": "xe dap mau xanh"}
    assert client.post("/account/password", data=form).status_code == 302
    assert client.get("/review/").status_code == 200


def test_a_weak_password_is_refused(client, person):
    enter(client, "can.bo", RIGHT_PASSWORD)
    page = client.post("/account/password", data={"old": RIGHT_PASSWORD, "new": "ngan", "again": "ngan"})
    assert "ít nhất 10 ký tự" in page.text


@pytest.mark.both_databases
def test_the_last_administrator_stays(session):
    create_user(session, "quan.tri", "Một", Role.ADMINISTRATOR, password=RIGHT_PASSWORD)
    administrator = session.scalars(select(User).where(User.role == "administrator")).one()
    with pytest.raises(UserError, match="cuối cùng"):
        set_active(session, administrator.id, active=False)
    create_user(session, "quan.tri.hai", "Hai", Role.ADMINISTRATOR, password=RIGHT_PASSWORD)
    assert not set_active(session, administrator.id, active=False).is_active


def test_a_closed_account_is_out_at_once(app, sign_in, session):
    client = sign_in(Role.REVIEWER)
    user = session.scalars(select(User)).one()
    set_active(session, user.id, active=False)
    session.commit()
    assert client.get("/review/").status_code == 302


def test_an_account_that_is_closed_while_its_save_waits_saves_nothing(app, sign_in):
    client = sign_in(Role.REVIEWER)
    engine = app.extensions["engine"]

    def close_account(_connection, _cursor, statement, _parameters, _context, _many):
        if statement == "BEGIN IMMEDIATE":
            with closing(sqlite3.connect(engine.url.database)) as other, other:
                other.execute("UPDATE user SET is_active = 0")

    event.listen(engine, "before_cursor_execute", close_account)
    answer = client.post("/account/email", data={"email": "moi@example.org"})
    event.remove(engine, "before_cursor_execute", close_account)
    assert "/sign-in" in answer.location
    with Session(engine.execution_options(writes=False)) as session:
        user = session.scalars(select(User)).one()
        assert (user.is_active, user.email) == (False, "")


def workbook(*rows):
    book = Workbook()
    book.active.append(["Tên đăng nhập", "Họ và tên", "Vai trò", "Mã xã, phường"])
    for row in rows:
        book.active.append(row)
    buffer = BytesIO()
    book.save(buffer)
    return buffer.getvalue()


def test_hundreds_of_accounts_come_from_one_table(session):
    rows = [[f"can.bo.{number}", f"Người {number}", "Công chức xã, phường", "82"] for number in range(20)]
    slips = import_users(session, workbook(*rows), frozenset({"00082"}))
    assert len({slip.password for slip in slips}) == 20


def test_every_mistake_of_the_table_is_told_with_its_row(session):
    content = workbook(
        ["ab", "A", "Chuyên viên thẩm định", ""], ["can.bo", "B", "Vua", ""], ["can.bo2", "C", "Công chức xã, phường", "99999"]
    )
    with pytest.raises(UploadError, match=r"(?s)Dòng 2.*Dòng 3.*Vua.*Dòng 4.*99999"):
        import_users(session, content, frozenset({"00082"}))


@pytest.mark.parametrize("content", [b"", b"khong phai", b"\xd0\xcf\x11\xe0" + b"0" * 600])
def test_a_file_that_is_no_workbook_is_refused(content):
    with pytest.raises(UploadError):
        check_workbook(content)


def test_sign_in_is_audited_without_the_password(client, person, session):
    enter(client, "can.bo", RIGHT_PASSWORD)
    enter(client, "can.bo", "sai mat khau")
    entries = list(session.scalars(select(AuditEntry)))
    assert {entry.action for entry in entries} >= {"account:sign-in", "account:refuse"}
    assert RIGHT_PASSWORD not in repr([(entry.before, entry.after, entry.subject) for entry in entries])


def test_real_use_does_not_start_beside_demo_accounts(demo_app):
    url = demo_app.config["SETTINGS"].database_url
    with pytest.raises(SettingError, match="tài khoản minh họa"):
        create_app(read_settings({"WARD_MODE": "production", "SECRET_KEY": "s" * 40, "DATABASE_URL": url}))


@pytest.mark.parametrize(
    ("environ", "message"),
    [
        ({"WARD_MODE": "thu"}, "WARD_MODE"),
        ({"WARD_MODE": "production"}, "SECRET_KEY"),
        ({"TARGET_DATE": "31/3/2026"}, "TARGET_DATE"),
        ({"HTTPS": "yes"}, "HTTPS"),
        ({"DATABASE_URL": "mysql://x"}, "DATABASE_URL"),
    ],
)
def test_a_wrong_setting_is_named(environ, message, tmp_path):
    with pytest.raises(SettingError, match=message):
        read_settings(environ, tmp_path)


def test_the_command_makes_accounts_and_slips(app, tmp_path):
    table, slips = tmp_path / "people.xlsx", tmp_path / "slips.html"
    table.write_bytes(workbook(["can.bo", "Người thử", "Công chức xã, phường", "00082"]))
    result = app.test_cli_runner().invoke(args=["users", "import", str(table), "--slips", str(slips)])
    assert result.exit_code == 0, result.output
    assert "Người thử" in slips.read_text("utf-8")


@pytest.mark.parametrize(
    ("entered", "message"),
    [
        ({"role": "officer", "wards": "99999"}, "Không có mã xã, phường 99999"),
        ({"role": "officer", "wards": ""}, "phải ghi mã xã, phường"),
        ({"role": "leader", "wards": "00070"}, "bỏ trống mã xã, phường"),
        ({"role": "officer", "wards": "00070", "username": "ab"}, "cần 3 đến 64 ký tự"),
    ],
)
def test_an_account_that_makes_no_sense_is_told_and_stays_typed(sign_in, entered, message):
    client = sign_in(Role.ADMINISTRATOR)
    form = {"username": "can.bo", "full_name": "Người thử"} | entered
    page = client.post("/users", data=form)
    assert page.status_code == 400
    assert message in page.text
    assert f'value="{form["username"]}"' in page.text


@pytest.mark.both_databases
def test_the_audit_trail_speaks_in_words_and_is_filtered(sign_in, session):
    client = sign_in(Role.ADMINISTRATOR)
    client.post("/users", data={"username": "can.bo", "full_name": "Người thử", "role": "officer", "wards": "00070; 82"})
    page = client.get("/audit?action=account:create").text
    assert "tạo tài khoản" in page
    assert "tài khoản can.bo" in page
    assert "role: officer" in page
    assert "00082" in page
    today = now().astimezone(HANOI).date().isoformat()
    assert "tài khoản can.bo" in client.get(f"/audit?since={today}&until={today}").text
    assert "tài khoản can.bo" not in client.get("/audit?until=2020-01-01").text
    for query in ("since=x&until=9999-12-31", "page=999999999999999999999", "page=-1", "subject=%25"):
        assert client.get(f"/audit?{query}").status_code == 200


@pytest.fixture
def locks(app):
    """What was done while a sign-in was handled: the lock of a writer, and the slow comparison of a password."""
    steps = []

    def note(_connection, _cursor, statement, *_rest):
        if statement == "BEGIN IMMEDIATE":
            steps.append("lock")

    event.listen(app.extensions["engine"], "before_cursor_execute", note)
    return steps


def test_a_password_is_compared_before_anything_is_locked(client, person, locks, monkeypatch):
    """Else anybody, without an account, could keep every writer waiting."""
    monkeypatch.setattr("accounts.sign_in.verify_password", lambda *pair: locks.append("compare") or verify_password(*pair))
    for name, password, status in (("can.bo", RIGHT_PASSWORD, 302), ("can.bo", "x" * 12, 400), ("nobody", RIGHT_PASSWORD, 400)):
        locks.clear()
        assert enter(client, name, password).status_code == status
        assert locks == ["compare", "lock"]


def test_a_password_that_was_changed_meanwhile_opens_no_door(client, session, person, monkeypatch):
    def compare(*pair):
        change_password(session, session.scalars(select(User.id)).one(), RIGHT_PASSWORD, "nam-sau-bay-tam")
        session.commit()
        return verify_password(*pair)

    monkeypatch.setattr("accounts.sign_in.verify_password", compare)
    assert enter(client, "can.bo", RIGHT_PASSWORD).status_code == 400


def test_a_sign_in_that_is_refused_at_once_locks_nothing(app, client, locks):
    assert enter(client, "", "").status_code == 400
    assert client.post("/sign-in/demo/nobody").status_code == 404
    app.config["SETTINGS"] = replace(app.config["SETTINGS"], mode="production")
    assert client.post("/sign-in/demo/canbo").status_code == 404
    assert locks == []
