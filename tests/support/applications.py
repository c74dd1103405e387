"""Applications on a database of a test's own. Making one compiles all its addresses, so tests take the same one in turn."""

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

from flask import Flask
from flask.testing import FlaskClient
from jinja2 import FileSystemBytecodeCache
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from accounts.models import User
from accounts.sessions import SessionLimits, begin_session
from portal.database import make_engine, session_scope
from portal.jobs.queue import JobQueue
from portal.jobs.storage import open_immediate_huey
from portal.settings import Settings, read_settings
from tests.house.pages import CheckedClient
from wsgi import build_app

# Compiled once, the templates serve every application.
_templates = tempfile.TemporaryDirectory(prefix="templates-")
_results = tempfile.TemporaryDirectory(prefix="results-")
_idle_apps: list[Flask] = []
# The token of a session that is open for each account of the demo.
demo_tokens: dict[str, str] = {}


def settings_for(url: str) -> Settings:
    environ = {"DATABASE_URL": url, "SECRET_KEY": "k" * 40, "TARGET_DATE": "2026-03-31", "EVIDENCE_URL": "memory://evidence"}
    return read_settings(environ)


def make_app(url: str) -> Flask:
    app = build_app(settings_for(url))
    app.config.update(WTF_CSRF_ENABLED=False, TESTING=False)
    app.test_client_class = CheckedClient
    do_jobs_at_once(app)
    app.jinja_env.bytecode_cache = FileSystemBytecodeCache(_templates.name)
    return app


def do_jobs_at_once(app: Flask) -> None:
    """Let what is asked for be done at once; tests.support.jobs lets it wait for a worker, as it does for people."""
    app.extensions["jobs"] = JobQueue(app, open_immediate_huey(), Path(_results.name))


@contextmanager
def borrowed_app(url: str) -> Iterator[Flask]:
    """An application on a database. What a test changes of its settings ends with it."""
    app = _idle_apps.pop() if _idle_apps else make_app(url)
    app.extensions["engine"].dispose()
    app.extensions["engine"] = make_engine(url)
    do_jobs_at_once(app)
    config = dict(app.config)
    app.config["SETTINGS"] = app.jinja_env.globals["settings"] = settings_for(url)
    yield app
    app.extensions["engine"].dispose()
    app.config.clear()
    app.config.update(config)
    _idle_apps.append(app)


def production_environment(url: str) -> dict[str, str]:
    """The least that real use asks for, on this machine."""
    return {"WARD_MODE": "production", "SECRET_KEY": "k" * 40, "PUBLIC_URL": "http://127.0.0.1:8000", "DATABASE_URL": url}


def set_setting(app: Flask, **settings: Any) -> None:
    """Change settings of a borrowed application, for one test."""
    app.config["SETTINGS"] = replace(app.config["SETTINGS"], **settings)


def enter(client: FlaskClient, username: str, password: str, *, door: str = "/sign-in", **extra: Any) -> TestResponse:
    """Sign in by the form."""
    return client.post(door, data={"username": username, "password": password}, **extra)


def client_of(app: Flask, username: str) -> FlaskClient:
    """A client with a new session of this account."""
    with session_scope(app.extensions["engine"], writes=True) as session:
        token = begin_session_of(session, username)
    return client_with(app, token)


def client_with(app: Flask, token: str) -> FlaskClient:
    """A client whose cookie carries this token."""
    client = app.test_client()
    with client.session_transaction() as session:
        session["token"] = token
    return client


def begin_session_of(session: Session, username: str) -> str:
    """The token of a new session of this account."""
    user_id = session.scalars(select(User.id).where(User.username == username)).one()
    return begin_session(session, user_id, "127.0.0.1", SessionLimits(timedelta(hours=10), timedelta(hours=1)))
