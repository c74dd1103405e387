"""An application, a session and a client on a database of the test's own, and people who sign in."""

import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from accounts.identity import Role
from accounts.models import User
from portal.database import session_scope
from tests.factories.users import PASSWORD, create_user
from tests.support.applications import borrowed_app, client_of, client_with, demo_tokens

pytest_plugins = ["tests.support.databases", "tests.support.examples", "tests.support.garbage", "tests.support.slow_work"]


@pytest.fixture
def app(database_url) -> Iterator[Flask]:
    with borrowed_app(database_url) as app:
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

    def sign_in_as(role: Role, wards=(), username: str | None = None) -> FlaskClient:
        name = username or f"nguoi-{role.value.replace('_', '-')}"
        with session_scope(app.extensions["engine"], writes=True) as session:
            user = session.scalars(select(User).where(User.username == name)).first()
            if user is None:
                create_user(session, name, f"Người thử {role.label}", role, wards, password=PASSWORD)
        return client_of(app, name)

    return sign_in_as


@pytest.fixture
def demo_app(demo_city, tmp_path) -> Iterator[Flask]:
    path = tmp_path / "demo.sqlite"
    shutil.copy(demo_city, path)
    # Else a run of more than ten minutes would note the use of its sessions, where a test watches what is written.
    with closing(sqlite3.connect(path)) as database, database:
        database.execute("UPDATE browser_session SET last_used_at = strftime('%Y-%m-%d %H:%M:%f000', 'now')")
    with borrowed_app(f"sqlite:///{path}") as app:
        yield app


@pytest.fixture
def demo_session(demo_app) -> Iterator[Session]:
    with Session(demo_app.extensions["engine"].execution_options(writes=True)) as session:
        yield session


@pytest.fixture
def demo_sign_in(demo_app):
    """``demo_sign_in("canbo")`` gives the client of a demo account."""

    def sign_in_as(username: str) -> FlaskClient:
        token = demo_tokens.get(username)
        return client_with(demo_app, token) if token else client_of(demo_app, username)

    return sign_in_as
