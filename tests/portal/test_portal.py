import re
import subprocess
import sys
from contextlib import nullcontext
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import inspect, text

from accounts.identity import Role
from portal import formats
from portal.database import Base, get_session
from portal.migration import current_version, head, migrate
from portal.numbers import CountError, parse_count
from portal.settings import read_settings
from portal.vietnamese import clean_text, fold, sort_key
from wsgi import build_app

ROOT = Path(__file__).parents[2]


@pytest.mark.both_databases
def test_the_head_equals_the_models(app):
    with app.extensions["engine"].connect() as connection:
        assert compare_metadata(MigrationContext.configure(connection), Base.metadata) == []


@pytest.mark.both_databases
def test_migrations_go_down_and_up(app):
    engine = app.extensions["engine"]
    assert migrate(engine, "base") == "base"
    assert set(inspect(engine).get_table_names()) <= {"alembic_version"}
    assert migrate(engine) == current_version(engine) == head()


def test_an_older_version_and_back_loses_no_answer(demo_app):
    engine = demo_app.extensions["engine"]

    def count(table):
        with engine.connect() as connection:
            return connection.scalar(text(f'SELECT count(*) FROM "{table}"'))

    tables = ("answer", "submission", "submission_event", "round", "user", "snapshot")
    before = [count(table) for table in tables]
    assert all(before)
    assert migrate(engine, "0003") == "0003"
    assert migrate(engine) == head()
    assert [count(table) for table in tables] == before


START = "import sys; from portal.database import make_engine; from portal.migration import migrate; print(migrate(make_engine(sys.argv[1])))"


@pytest.mark.both_databases
@pytest.mark.parametrize("attempt", [0, pytest.param(1, marks=pytest.mark.long)])
def test_four_processes_that_start_at_once_migrate_once(tmp_path, app, database_kind, attempt):
    url = f"sqlite:///{tmp_path / 'x.sqlite'}"
    if database_kind == "postgresql":
        url = app.extensions["engine"].url.render_as_string(hide_password=False)
        migrate(app.extensions["engine"], "base")
    command = [sys.executable, "-c", START, url]
    processes = [subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) for _ in range(4)]
    outputs = [process.communicate() for process in processes]
    assert [out.strip() for out, _error in outputs] == [head()] * 4, outputs


@pytest.mark.parametrize(
    ("amount", "words"),
    [
        (0, "Không đồng"),
        (15, "Mười lăm đồng"),
        (21, "Hai mươi mốt đồng"),
        (1_200_000, "Một triệu hai trăm nghìn đồng"),
        (1_000_000_000, "Một tỷ đồng"),
        (105, "Một trăm linh năm đồng"),
    ],
)
def test_an_amount_in_words(amount, words):
    assert formats.vnd_in_words(amount) == words


def test_numbers_are_written_as_in_viet_nam():
    assert formats.format_number(1234567) == "1.234.567"
    assert [formats.format_number(Decimal(typed)) for typed in ("187.5", "0.125", "1234")] == ["187,5", "0,125", "1.234"]
    assert formats.format_percent(0.452) == "45,2\N{NO-BREAK SPACE}%"


@given(st.integers(0, 999_999_999))
def test_what_is_written_is_read_again(number):
    assert parse_count(formats.format_number(number)) == parse_count(str(number)) == number


@given(st.text())
def test_text_is_a_number_or_is_told(text):
    try:
        assert parse_count(text) >= 0
    except CountError as error:
        assert error.message


@given(st.text())
def test_fold_and_nfc_settle(text):
    assert fold(fold(text)) == fold(text)
    assert clean_text(clean_text(text)) == clean_text(text)


def test_vietnamese_order():
    assert sorted(["Đa", "Dân", "Áo", "Ao", "Ăn", "Âu"], key=sort_key) == ["Ao", "Áo", "Ăn", "Âu", "Dân", "Đa"]


def test_a_missing_database_is_told_in_words(tmp_path):
    app = build_app(read_settings({"DATABASE_URL": f"sqlite:///{tmp_path / 'khong-co.sqlite'}", "SECRET_KEY": "k" * 40}))
    answer = app.test_client().get("/sign-in")
    assert answer.status_code == 503
    assert "flask --app wsgi setup" in answer.text
    assert "Traceback" not in answer.text
    app.extensions["engine"].dispose()


def test_a_fault_is_no_missing_database_and_has_a_number(app, client, caplog, monkeypatch):
    def fail():
        get_session().execute(text("SELECT nothing FROM nowhere"))

    monkeypatch.setitem(app.view_functions, "portal.home", fail)
    answer = client.get("/")
    assert answer.status_code == 500
    number = re.search(r"với số ([0-9a-f]{8})", answer.text)[1]
    assert number in caplog.text
    assert answer.headers["X-Request-ID"] == number
    assert "nowhere" not in answer.text


def links_of(page):
    return re.findall(r'<a class="btn [^"]*"\s+href="([^"]*)">', page)


@pytest.mark.parametrize(
    ("method", "path", "referrer", "status", "back"),
    [
        ("GET", "/no-such-page", None, 404, []),
        ("GET", "/no-such-page", "http://localhost/prices/?q=x", 404, ["/prices/?q=x"]),
        ("GET", "/no-such-page", "https://x.vn/prices/", 404, []),
        ("GET", "/account/acting/end", "http://localhost/account/password", 405, ["/account/password"]),
        ("POST", "/account/email", "http://localhost/account/password", 413, ["/account/password"]),
        ("POST", "/account/password", None, 413, ["/account/password"]),
    ],
)
def test_an_error_has_a_number_and_a_way_back_to_the_page_that_was_open(app, sign_in, method, path, referrer, status, back):
    client = sign_in(Role.LEADER)
    answer = client.open(
        path,
        method=method,
        headers={"Referer": referrer} if referrer else {},
        data={"email": "x" * app.config["MAX_CONTENT_LENGTH"]},
    )
    assert answer.status_code == status
    assert f"Mã {status}, yêu cầu số {answer.headers['X-Request-ID']}" in answer.text
    assert links_of(answer.text) == [*back, "/"]


def test_a_form_too_large_to_be_read_signs_nobody_out(app, sign_in):
    client = sign_in(Role.LEADER)
    app.config["WTF_CSRF_ENABLED"] = True
    answer = client.post("/account/email", data={"email": "x" * app.config["MAX_CONTENT_LENGTH"]})
    assert answer.status_code == 413
    assert "Đăng xuất" in answer.text


def test_a_page_that_fails_is_asked_for_again(app, sign_in, monkeypatch):
    client = sign_in(Role.LEADER)
    monkeypatch.setattr(app, "view_functions", app.view_functions | {"accounts.job_list": lambda: 1 / 0})
    answer = client.get("/jobs", headers={"Referer": "http://localhost/"})
    assert answer.status_code == 500
    assert links_of(answer.text) == ["/jobs", "/"]


def test_an_address_names_the_content_of_its_file(client):
    links = re.findall(r'(?:href|src)="(/(?:static|bootstrap)/[^"]+)"', client.get("/sign-in").text)
    assert len(links) >= 4
    for link in links:
        assert "?v=" in link
        answer = client.get(link)
        assert "max-age=31536000" in answer.headers["Cache-Control"]
        unversioned_answer = client.get(link.partition("?")[0])
        assert "max-age=3600" in unversioned_answer.headers["Cache-Control"]
    assert client.get("/static/../settings.py").status_code == 404


def test_every_answer_carries_a_policy_without_unsafe_parts(client):
    policy = client.get("/sign-in").headers["Content-Security-Policy"]
    assert "unsafe" not in policy
    assert "default-src 'self'" in policy


def test_a_post_without_its_token_is_refused(app):
    app.config["WTF_CSRF_ENABLED"] = True
    client = app.test_client()
    answer = client.post("/sign-in?next=/readiness", data={"username": "a", "password": "b"})
    # The form is shown again at its own address, with a sentence; nothing was looked at.
    assert answer.location == "/sign-in?next=/readiness"
    assert "chưa có gì được lưu" in client.get(answer.location).text
    assert client.post("/sign-out").location == "/sign-in"
    assert client.post("/account/email").location == "/sign-in?next=/"


@pytest.mark.both_databases
@pytest.mark.parametrize(
    "path",
    [
        "/audit?action=%00",
        "/audit?%00=1",
        "/standards/%00",
        "/readiness/wards/%00",
        "/inventory/wards?q=%00",
        "/plans/99999999999999999999",
        "/surveys/2147483648/",
    ],
)
def test_an_address_that_no_database_can_look_up_is_a_404(sign_in, path):
    clients = [sign_in(role, ["00070"] if role.is_of_ward else ()) for role in Role]
    assert [client.get(path).status_code for client in clients] == [404] * len(Role)


def test_the_start_names_the_folder_that_takes_the_letters(demo_app, monkeypatch, tmp_path):
    monkeypatch.setattr("portal.cli.serve_with_waitress", lambda *_args, **_options: None)
    monkeypatch.setattr("portal.cli.worker_beside", lambda _command: nullcontext())
    runner, settings = demo_app.test_cli_runner(), demo_app.config["SETTINGS"]
    demo_app.config["SETTINGS"] = replace(settings, mail_folder=tmp_path / "thu")
    assert f"thành tệp trong {tmp_path / 'thu'}" in runner.invoke(args=["serve"]).output
    demo_app.config["SETTINGS"] = replace(settings, smtp_url="smtp://127.0.0.1")
    assert "thành tệp" not in runner.invoke(args=["serve"]).output


def test_a_save_waits_longer_for_the_database_than_a_person_for_a_page(session):
    # What this process has waited for its own writers is taken off.
    assert session.scalar(text("PRAGMA busy_timeout")) > 29_000
