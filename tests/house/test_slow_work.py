"""Nothing that takes long happens while other writers wait; a rehearsal makes nobody wait at all."""

import io
import threading
import zipfile
from email.message import EmailMessage

import pytest
from flask import g
from openpyxl import Workbook
from sqlalchemy import event, select, text
from sqlalchemy.orm import Session

from accounts.models import User
from accounts.passwords import hash_password
from inventory.prices.observed import observed_prices
from inventory.prices.price_lists import newest_version
from inventory.prices.workbook import build_price_workbook
from portal.archives import pack
from portal.database import holds_writers, session_scope, write_separately
from surveys.models import Submission
from surveys.workbooks.form_import import build_submission_form
from tests.support import slow_work
from tests.support.workbooks import fill_in_form

ACCOUNTS = 504


@pytest.fixture
def locks(demo_app):
    """The transactions of a writer that begin during the test."""
    statements = []

    def note(_connection, _cursor, statement, _parameters, _context, _many):
        if statement.startswith("BEGIN IMMEDIATE"):
            statements.append(statement)

    engine = demo_app.extensions["engine"]
    event.listen(engine, "before_cursor_execute", note)
    yield statements
    event.remove(engine, "before_cursor_execute", note)


@pytest.mark.both_databases
def test_a_request_knows_whether_it_keeps_writers_waiting(app):
    engine = app.extensions["engine"]
    with app.test_request_context():
        with session_scope(engine, writes=False) as session:
            session.execute(text("SELECT 1"))
            assert not holds_writers()
        with session_scope(engine, writes=True) as session:
            assert not holds_writers()
            session.execute(text("SELECT 1"))
            assert holds_writers()
            session.rollback()
            assert not holds_writers()
            session.execute(text("SELECT 1"))
        assert not holds_writers()
        with pytest.raises(ZeroDivisionError), session_scope(engine, writes=True) as session:
            session.execute(text("SELECT 1"))
            raise ZeroDivisionError
        assert not holds_writers()
    assert not holds_writers()


@pytest.mark.parametrize(
    "work",
    [
        lambda: hash_password("mot-hai-ba"),
        lambda: zipfile.ZipFile(io.BytesIO(), "w"),
        lambda: EmailMessage().set_content("Kính gửi"),
    ],
)
def test_slow_work_is_refused_while_others_wait(app, work):
    with app.test_request_context(), session_scope(app.extensions["engine"], writes=True) as session:
        work()
        session.execute(text("SELECT 1"))
        with pytest.raises(slow_work.SlowWorkError, match=r"before the first get_session\(\)"):
            work()
    assert slow_work.complaints
    slow_work.complaints.clear()


def test_slow_work_is_refused_in_a_job_as_well(app):
    with app.app_context(), session_scope(app.extensions["engine"], writes=True) as session:
        g.job = "a job"
        session.execute(text("SELECT 1"))
        with pytest.raises(slow_work.SlowWorkError):
            hash_password("mot-hai-ba")
    slow_work.complaints.clear()


def test_others_save_while_the_passwords_of_hundreds_of_accounts_are_hashed(app, tmp_path, monkeypatch):
    people = tmp_path / "people.xlsx"
    people.write_bytes(table_of_people(ACCOUNTS))
    saved = []

    def hash_while_somebody_saves(password):
        if len(saved) < 3:
            saver = threading.Thread(target=save_something, args=(app, saved))
            saver.start()
            saver.join(60)
            assert not saver.is_alive(), "a save waits for a password"
        return f"hash of {password}"

    monkeypatch.setattr("accounts.users.hash_password", hash_while_somebody_saves)
    result = app.test_cli_runner().invoke(args=["users", "import", str(people), "--slips", str(tmp_path / "slips.html")])
    assert f"Đã tạo {ACCOUNTS} tài khoản" in result.output
    assert saved == [True] * 3
    with session_scope(app.extensions["engine"], writes=False) as session:
        assert len(session.scalars(select(User.id)).all()) == ACCOUNTS


def test_what_is_wrong_with_a_table_is_told_before_a_password_is_hashed(app, tmp_path, monkeypatch):
    people = tmp_path / "people.xlsx"
    people.write_bytes(table_of_people(3, extra=[["can.bo.1", "Người khác", "Công chức xã, phường", "00070"]]))
    monkeypatch.setattr("accounts.users.hash_password", lambda _password: pytest.fail("hashed for a table that is refused"))
    result = app.test_cli_runner().invoke(args=["users", "import", str(people)])
    assert result.exit_code == 1
    assert "Dòng 5: Tên đăng nhập “can.bo.1” đã có ở dòng 3." in result.output


def test_a_rehearsal_makes_nobody_wait_and_keeps_nothing(demo_app, demo_sign_in, locks):
    with Session(demo_app.extensions["engine"].execution_options(writes=False)) as session:
        draft = session.scalars(select(Submission).where(Submission.state == "draft").limit(1)).one()
        form = fill_in_form(build_submission_form(draft), {"A03.note": "Máy của bộ phận một cửa"})
        prices = build_price_workbook(newest_version(session, 1), observed_prices(session), "")
    planner, reviewer = demo_sign_in("taichinh"), demo_sign_in("thamdinh")
    plan = planner.get("/plans/1/workbook.xlsx").data
    locks.clear()
    for client, address, file, name in (
        (reviewer, "/rounds/1/forms", pack({"a.xlsx": form, "b.xlsx": form}), "phieu.zip"),
        (planner, "/prices/1/upload", prices, "gia.xlsx"),
        (planner, "/plans/1/return", plan, "phuong-an.xlsx"),
    ):
        answer = client.post(address, data={"file": (io.BytesIO(file), name)})
        assert answer.status_code == 200, (address, answer.text)
        assert locks == [], address
    # What the page brought back is taken file by file, so that whoever waits comes in between.
    data = {"file": (io.BytesIO(pack({"a.xlsx": form, "b.xlsx": form})), "phieu.zip"), "do": "take"}
    assert reviewer.post("/rounds/1/forms", data=data).status_code == 302
    assert len(locks) > 1


def table_of_people(count, extra=()):
    rows = [[f"can.bo.{number}", f"Người {number}", "Công chức xã, phường", "00082"] for number in range(count)]
    book = Workbook()
    for row in [["Tên đăng nhập", "Họ và tên", "Vai trò", "Mã xã, phường"], *rows, *extra]:
        book.active.append(row)
    buffer = io.BytesIO()
    book.save(buffer)
    return buffer.getvalue()


def save_something(app, saved):
    with app.app_context():
        write_separately(lambda session: session.execute(text('UPDATE "user" SET email = email')))
    saved.append(True)
