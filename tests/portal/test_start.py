"""What is wrong at start is one sentence, never a traceback, and never a way in."""

import os
import re
import shutil
import socket
import subprocess
import sys
from pathlib import Path

import click
import pytest
from sqlalchemy import text
from sqlalchemy.exc import OperationalError

from accounts.identity import Role
from portal import start
from portal.database import get_session, make_engine, session_scope
from portal.errors import SettingError
from portal.migration import MigrationError, head, migrate
from portal.settings import read_settings
from portal.start import check_start, open_database
from tests.factories.users import PASSWORD, create_user
from tests.support.applications import enter, make_app, production_environment
from wsgi import build_app

ROOT = Path(__file__).parents[2]


@pytest.fixture
def city(empty_city, tmp_path):
    """A file of its own that was set up; only its owner reads it."""
    path = tmp_path / "city.sqlite"
    shutil.copy(empty_city, path)
    path.chmod(0o640)
    return path


def url_of(path):
    return f"sqlite:///{path}"


def production_app(path, instance=None):
    return build_app(read_settings(production_environment(url_of(path)), instance or path.parent))


def add_administrator(path):
    engine = make_engine(url_of(path))
    with session_scope(engine, writes=True) as session:
        create_user(session, "quan.tri", "Quản trị", Role.ADMINISTRATOR, password=PASSWORD)
    engine.dispose()


def test_a_sound_database_is_served(city):
    add_administrator(city)
    app = production_app(city)
    check_start(app)
    assert app.test_client().get("/sign-in", base_url="http://127.0.0.1:8000").status_code == 200


def test_a_start_beside_a_busy_writer_waits_for_nobody(city):
    add_administrator(city)
    app, other = production_app(city), make_engine(url_of(city))
    with session_scope(other, writes=True) as session:
        session.execute(text("SELECT 1"))
        assert app.test_client().get("/sign-in", base_url="http://127.0.0.1:8000").status_code == 200
    other.dispose()


def make_older(path):
    engine = make_engine(url_of(path))
    migrate(engine, "0009")
    engine.dispose()


def make_newer(path):
    engine = make_engine(url_of(path))
    with engine.execution_options(writes=True).begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    engine.dispose()


def make_ambiguous(path):
    engine = make_engine(url_of(path))
    with engine.execution_options(writes=True).begin() as connection:
        connection.execute(text("INSERT INTO alembic_version VALUES ('0001')"))
    engine.dispose()


def make_damaged(path):
    data = bytearray(path.read_bytes())
    data[100:] = b"\xa5" * (len(data) - 100)
    path.write_bytes(data)


FAULTS = [
    (lambda path: path.write_bytes(b"not a database " * 100), "bị hỏng hoặc không phải của SQLite.*backup restore"),
    (make_damaged, "bị hỏng"),
    (make_newer, "9999, mới hơn chương trình"),
    (make_ambiguous, "phiên bản 0001, .*, mới hơn chương trình"),
    (make_older, "phiên bản cũ.*setup"),
    (Path.unlink, "chưa có bảng nào.*setup"),
    (lambda _path: None, "Chưa có quản trị hệ thống nào.*setup"),
    (lambda path: (add_administrator(path), path.chmod(0o644)), "Mọi tài khoản trên máy đọc được.*chmod 640"),
    (lambda path: (add_administrator(path), path.parent.chmod(0o755)), "Mọi tài khoản trên máy đọc được.*chmod 750"),
]


@pytest.mark.parametrize(("spoil", "message"), FAULTS)
def test_a_database_that_must_not_be_served_is_told_in_one_sentence(city, spoil, message):
    spoil(city)
    with pytest.raises(SettingError, match=message):
        check_start(production_app(city))


def test_a_database_that_can_be_read_alone_is_told(city):
    engine = make_engine(f"sqlite:///file:{city}?mode=ro&uri=true")
    with engine.execution_options(writes=False).connect() as connection:
        assert connection.exec_driver_sql("SELECT count(*) FROM alembic_version").scalar() == 1
    with pytest.raises(SettingError, match=r"đọc, ghi được cả tệp lẫn thư mục .*readonly"):
        start.check_file(engine)
    engine.dispose()
    # What is tried on one that can be written leaves nothing behind.
    before = city.read_bytes()
    start.check_file(sound := make_engine(url_of(city)))
    sound.dispose()
    assert city.read_bytes() == before


@pytest.mark.parametrize(("spoil", "message"), FAULTS[4:])
def test_no_request_is_let_in_before_it_is_mended(city, spoil, message):
    """Whatever server it came by: gunicorn takes no look by itself."""
    spoil(city)
    client = production_app(city).test_client()
    for answer in (
        client.get("/sign-in", base_url="http://127.0.0.1:8000"),
        enter(client, "quan.tri", PASSWORD, base_url="http://127.0.0.1:8000"),
        client.get("/no-such-page", base_url="http://127.0.0.1:8000"),
    ):
        assert answer.status_code == 503
        assert re.search(message, answer.text)
        assert "Traceback" not in answer.text


def test_the_password_of_the_demo_opens_nothing_when_the_database_comes_late(demo_city, tmp_path):
    """A server that started beside an empty place, which later turns out to hold the demo."""
    path = tmp_path / "late.sqlite"
    app = production_app(path)
    shutil.copy(demo_city, path)
    path.chmod(0o640)
    app.extensions["engine"].dispose()
    answer = enter(app.test_client(), "quantri", "demo-2026", base_url="http://127.0.0.1:8000")
    assert answer.status_code == 503
    assert "tài khoản minh họa" in answer.text


def test_a_server_that_is_away_is_waited_for_and_then_told(monkeypatch):
    pauses = []
    monkeypatch.setattr(start.time, "sleep", pauses.append)
    moments = iter(range(100))
    monkeypatch.setattr(start.time, "monotonic", lambda: next(moments) * 10.0)
    engine = make_engine(f"postgresql+psycopg://nobody:secret-word@127.0.0.1:{_closed_port()}/city")
    with pytest.raises(SettingError, match=r"Không kết nối được cơ sở dữ liệu 127\.0\.0\.1:.*/city sau 30 giây") as refusal:
        open_database(engine)
    assert pauses == [1.0, 1.0]
    assert "secret-word" not in refusal.value.message


def test_a_database_that_goes_away_in_use_is_told_and_found_again(city):
    app = make_app(url_of(city))
    client = app.test_client()
    assert client.get("/sign-in").status_code == 200
    away = city.with_suffix(".away")
    app.extensions["engine"].dispose()
    city.rename(away)
    city.mkdir()
    answer = client.get("/sign-in")
    assert answer.status_code == 503
    assert "Cơ sở dữ liệu tạm thời không trả lời" in answer.text
    city.rmdir()
    away.rename(city)
    assert client.get("/sign-in").status_code == 200


def cut_connections(app, admin):
    """As a restart of the server does."""
    query = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid <> pg_backend_pid() AND datname = :name"
    with admin.connect() as connection:
        connection.execute(text(query), {"name": app.extensions["engine"].url.database})


@pytest.mark.both_databases
def test_connections_that_were_cut_meanwhile_are_made_anew(app, client, database_kind, postgres_admin):
    assert client.get("/sign-in").status_code == 200
    if database_kind == "postgresql":
        cut_connections(app, postgres_admin)
    assert client.get("/sign-in").status_code == 200


@pytest.mark.both_databases
def test_a_connection_that_is_cut_in_the_midst_of_a_request_is_told(app, client, database_kind, postgres_admin, monkeypatch):
    def lose_connection():
        get_session().execute(text("SELECT 1"))
        if database_kind == "postgresql":
            cut_connections(app, postgres_admin)
            get_session().execute(text("SELECT 1"))
        # A file is not cut: it is told like this by itself alone.
        raise OperationalError("SELECT 1", {}, Exception("gone"), connection_invalidated=True)

    monkeypatch.setitem(app.view_functions, "portal.home", lose_connection)
    answer = client.get("/")
    assert answer.status_code == 503
    assert "Cơ sở dữ liệu tạm thời không trả lời" in answer.text


def _closed_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def run(*arguments, **environ):
    command = [sys.executable, "-m", *arguments]
    environment = {"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT)} | environ
    return subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False, timeout=300)


@pytest.mark.parametrize(
    ("environ", "message"),
    [
        ({"SECRET_KEY": "short"}, "SECRET_KEY còn thiếu hoặc ngắn hơn 32 ký tự"),
        ({"PUBLIC_URL": ""}, "PUBLIC_URL còn thiếu"),
        ({"DATABASE_URL": "sqlite:////no/such/folder/x.sqlite"}, "Không mở được tệp cơ sở dữ liệu /no/such/folder/x.sqlite"),
    ],
)
def test_a_command_ends_with_the_sentence_alone(tmp_path, environ, message):
    result = run(
        "flask",
        "--app",
        "wsgi",
        "serve",
        **production_environment(f"sqlite:///{tmp_path}/x.sqlite") | {"INSTANCE_FOLDER": str(tmp_path)} | environ,
    )
    assert result.returncode == 4
    assert result.stdout == ""
    assert re.fullmatch(f"(PUBLIC_URL là http://.*\n)?{re.escape(message)}.*\n", result.stderr)


@pytest.mark.parametrize("statement", ["DELETE FROM alembic_version", "UPDATE alembic_version SET version_num = '0003'"])
def test_tables_that_do_not_fit_their_version_stop_an_upgrade_in_a_sentence(city, statement):
    engine = make_engine(url_of(city))
    with engine.execution_options(writes=True).begin() as connection:
        connection.execute(text(statement))
    with pytest.raises(MigrationError, match=r"chưa thay đổi gì.*đúng cơ sở dữ liệu"):
        migrate(engine)
    engine.dispose()


def test_gunicorn_stops_with_the_sentence(tmp_path):
    environ = production_environment(f"sqlite:///{tmp_path}/x.sqlite") | {"INSTANCE_FOLDER": str(tmp_path), "PUBLIC_URL": ""}
    result = run("gunicorn", "--bind", "127.0.0.1:0", "wsgi:create_app()", **environ)
    assert result.returncode == 4
    assert "PUBLIC_URL còn thiếu" in result.stderr
    assert "Traceback" not in result.stderr


def test_a_port_that_is_taken_is_told(tmp_path, city):
    add_administrator(city)
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        environ = production_environment(url_of(city)) | {"INSTANCE_FOLDER": str(tmp_path), "PORT": str(taken.getsockname()[1])}
        result = run("flask", "--app", "wsgi", "serve", **environ)
    assert result.returncode == 1
    assert f"Mọi người mở {environ['PUBLIC_URL']}" in result.stdout
    assert "đang có chương trình khác dùng" in result.stderr
    assert "Traceback" not in result.stderr


def test_what_must_not_be_served_is_not_tried_again(tmp_path, city):
    add_administrator(city)
    folder = tmp_path / "open"
    folder.mkdir()
    folder.chmod(0o755)
    result = run("flask", "--app", "wsgi", "serve", **production_environment(url_of(city)) | {"INSTANCE_FOLDER": str(folder)})
    assert result.returncode == 4, result.stderr
    assert "chmod 750" in result.stderr


def test_what_a_first_start_writes_is_for_its_owner_and_group(tmp_path):
    instance = tmp_path / "instance"
    environ = production_environment(f"sqlite:///{instance}/city.sqlite") | {
        "INSTANCE_FOLDER": str(instance),
        "ADMIN_USERNAME": "quan.tri",
        "ADMIN_PASSWORD": "xe dap mau xanh",
    }
    instance.mkdir(mode=0o750)
    result = run("flask", "--app", "wsgi", "setup", **environ)
    assert result.returncode == 0, result.stderr
    for path in (instance, *instance.rglob("*")):
        assert path.stat().st_mode & 0o027 == 0, path
    assert head() in result.stdout


# These make a database of this version, look at it by themselves before they serve, keep what they find, or look at files alone.
AT_ANY_VERSION = {
    *("setup", "serve", "jobs work", "demo load", "demo remove", "backup create", "backup verify", "backup restore"),
    "open-data verify",
}


def leaves(group, path=()):
    for name, command in group.commands.items():
        if isinstance(command, click.Group):
            yield from leaves(command, (*path, name))
        else:
            yield " ".join((*path, name)), command


def test_every_other_command_asks_for_a_database_of_its_version(app):
    commands = dict(leaves(app.cli))
    assert {name for name, command in commands.items() if not getattr(command.callback, "has_database", False)} == AT_ANY_VERSION
    assert len(commands) >= 20


@pytest.mark.both_databases
@pytest.mark.parametrize(
    "words", [["surveys", "remind", "--dry-run"], ["users", "remove", "x", "--yes"], ["brief", "nowhere"], ["jobs", "work"]]
)
def test_a_command_on_a_database_of_an_older_version_ends_with_a_sentence(app, words):
    migrate(app.extensions["engine"], "0009")
    result = app.test_cli_runner().invoke(args=words)
    assert result.exit_code == start.CANNOT_START
    assert re.fullmatch(r"Cơ sở dữ liệu của phiên bản cũ \(0009\)\..*\n", result.output)
