import re
import sqlite3
from contextlib import closing
from io import BytesIO

import pytest
from click.testing import CliRunner
from openpyxl import Workbook
from sqlalchemy import event, select
from sqlalchemy.orm import Session

from accounts.cli import ask_first_administrator
from accounts.identity import Role
from accounts.models import SignInCount, User
from accounts.passwords import WeakPasswordError
from accounts.users import UserError, find_user, make_credentials, set_active
from accounts.users_workbook import check_users, import_users, read_user_table
from portal.errors import SettingError
from portal.settings import read_settings
from portal.start import check_start
from portal.uploads import UploadError, check_workbook
from tests.factories.users import PASSWORD, create_user
from tests.support.applications import enter, production_environment
from wsgi import build_app


def test_a_one_time_password_has_to_be_changed(client, session):
    slip = create_user(session, "moi.vao", "Người mới", Role.REVIEWER)
    session.commit()
    enter(client, "moi.vao", slip.password)
    assert client.get("/review/").location == "/account/password?next=/review/"
    form = {"old": slip.password, "new": slip.password, "again": slip.password}
    assert "Mật khẩu mới phải khác mật khẩu đang dùng." in client.post("/account/password", data=form).text
    form = {"old": slip.password, "new": "xe dap mau xanh", "again": "xe dap mau xanh"}
    assert client.post("/account/password", data=form).status_code == 302
    assert client.get("/review/").status_code == 200


def test_a_weak_password_is_refused(client, person):
    enter(client, "can.bo", PASSWORD)
    page = client.post("/account/password", data={"old": PASSWORD, "new": "ngan", "again": "ngan"})
    assert "ít nhất 10 ký tự" in page.text


def test_guesses_at_the_password_of_who_is_signed_in_are_slowed_and_the_right_one_forgets_them(client, person, session):
    """Somebody sits down at a desk that its owner has left."""
    enter(client, "can.bo", PASSWORD)

    def change(old, new="xe dap mau xanh"):
        return client.post("/account/password", data={"old": old, "new": new, "again": new})

    for _ in range(5):
        assert "Mật khẩu đang dùng chưa đúng." in change("sai mat khau").text
    assert change(PASSWORD).status_code == 302
    assert not session.scalars(select(SignInCount).where(SignInCount.key.startswith("own password "))).all()
    session.commit()
    for _ in range(10):
        assert "Mật khẩu đang dùng chưa đúng." in change("sai mat khau").text
    assert "Đã nhập sai nhiều lần" in change("xe dap mau xanh", PASSWORD).text


@pytest.mark.both_databases
def test_the_last_administrator_stays(session):
    create_user(session, "quan.tri", "Một", Role.ADMINISTRATOR, password=PASSWORD)
    administrator = session.scalars(select(User).where(User.role == "administrator")).one()
    with pytest.raises(UserError, match="cuối cùng"):
        set_active(session, administrator.id, active=False)
    create_user(session, "quan.tri.hai", "Hai", Role.ADMINISTRATOR, password=PASSWORD)
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


def import_table(app, session, content):
    with app.app_context():
        table = read_user_table(content)
        check_users(session, table)
        return import_users(session, table, [make_credentials() for _row in table.rows])


def test_hundreds_of_accounts_come_from_one_table(app, session):
    rows = [[f"can.bo.{number}", f"Người {number}", "Công chức xã, phường", "82"] for number in range(20)]
    slips = import_table(app, session, workbook(*rows))
    assert len({slip.password for slip in slips}) == 20


def test_every_mistake_of_the_table_is_told_with_its_row(app, session):
    content = workbook(
        ["ab", "A", "Chuyên viên thẩm định", ""], ["can.bo", "B", "Vua", ""], ["can.bo2", "C", "Công chức xã, phường", "99999"]
    )
    with pytest.raises(UploadError, match=r"(?s)Dòng 2.*Dòng 3.*Vua.*Dòng 4.*99999"):
        import_table(app, session, content)


@pytest.mark.parametrize("content", [b"", b"khong phai", b"\xd0\xcf\x11\xe0" + b"0" * 600])
def test_a_file_that_is_no_workbook_is_refused(content):
    with pytest.raises(UploadError):
        check_workbook(content)


def test_real_use_does_not_start_beside_demo_accounts(demo_app):
    url = demo_app.config["SETTINGS"].database_url
    with pytest.raises(SettingError, match="tài khoản minh họa"):
        check_start(build_app(read_settings(production_environment(url))))


@pytest.mark.parametrize(
    ("environ", "message"),
    [
        ({"WARD_MODE": "thu"}, "WARD_MODE"),
        ({"WARD_MODE": "production"}, "SECRET_KEY"),
        ({"TARGET_DATE": "31/3/2026"}, "TARGET_DATE"),
        ({"WARD_MODE": "production", "SECRET_KEY": "s" * 40}, "PUBLIC_URL"),
        ({"PUBLIC_URL": "http://khao-sat.example.org"}, "PUBLIC_URL.*https://"),
        ({"SESSION_HOURS": "24"}, "SESSION_HOURS.*8 đến 12"),
        ({"SESSION_IDLE_MINUTES": "x"}, "SESSION_IDLE_MINUTES.*15 đến 720"),
        ({"TRUSTED_PROXIES": "-1"}, "TRUSTED_PROXIES.*0 đến 9"),
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
    assert slips.stat().st_mode & 0o077 == 0


def test_no_account_is_made_whose_slip_cannot_be_printed_and_no_slip_stays_without_its_account(app, session, tmp_path, monkeypatch):
    table, slips = tmp_path / "people.xlsx", tmp_path / "slips.html"
    table.write_bytes(workbook(["can.bo", "Người thử", "Công chức xã, phường", "00082"]))
    result = app.test_cli_runner().invoke(args=["users", "import", str(table), "--slips", str(tmp_path / "none" / "slips.html")])
    assert result.exit_code == 1
    assert re.fullmatch(r"Không đọc hoặc không ghi được .*slips\.html .*\n", result.output)
    assert find_user(session, "can.bo") is None
    monkeypatch.setattr("accounts.cli.import_users", refuse)
    assert app.test_cli_runner().invoke(args=["users", "import", str(table), "--slips", str(slips)]).output == "Dòng 2: đã có.\n"
    assert not slips.exists()


def test_passwords_that_are_not_printed_yet_are_not_written_over(app, session, tmp_path):
    table, slips = tmp_path / "people.xlsx", tmp_path / "slips.html"
    table.write_bytes(workbook(["can.bo", "Người thử", "Công chức xã, phường", "00082"]))
    slips.write_text("phiếu của lần trước", "utf-8")
    result = app.test_cli_runner().invoke(args=["users", "import", str(table), "--slips", str(slips)])
    assert (result.exit_code, result.output.startswith(f"Đã có tệp {slips} nên chưa làm gì.")) == (1, True)
    assert slips.read_text("utf-8") == "phiếu của lần trước"
    assert find_user(session, "can.bo") is None


def refuse(*_arguments):
    raise UploadError("Dòng 2: đã có.")


def test_the_first_administrator_gets_no_weak_password(app, session, monkeypatch):
    monkeypatch.setenv("ADMIN_USERNAME", "quan.tri")
    monkeypatch.setenv("ADMIN_PASSWORD", "quantri2026")
    with app.app_context(), pytest.raises(WeakPasswordError, match="quá dễ đoán"):
        ask_first_administrator(session)


def test_the_first_administrator_is_asked_in_vietnamese_alone(app, session):
    with app.app_context(), CliRunner().isolation(input=f"quan.tri\n{PASSWORD}\n{PASSWORD}\n") as (output, *_):
        assert ask_first_administrator(session) is not None
    assert re.findall(r"[^:\n]+(?=:)", output.getvalue().decode()) == [
        "Tên đăng nhập của quản trị hệ thống",
        "Mật khẩu",
        "Gõ lại mật khẩu",
    ]
