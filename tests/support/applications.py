"""Applications on a database of a test's own. Making one compiles all its addresses, so tests take the same one in turn."""

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager

from flask import Flask
from flask.testing import FlaskClient
from jinja2 import FileSystemBytecodeCache

from portal.database import make_engine
from portal.settings import Settings, read_settings
from tests.house.pages import CheckedClient
from wsgi import create_app

# Compiled once, the templates serve every application.
_templates = tempfile.TemporaryDirectory(prefix="templates-")
_idle_apps: list[Flask] = []


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
def borrowed_app(url: str) -> Iterator[Flask]:
    """An application on a database. What a test changes of its settings ends with it."""
    app = _idle_apps.pop() if _idle_apps else make_app(url)
    app.extensions["engine"].dispose()
    app.extensions["engine"] = make_engine(url)
    config = dict(app.config)
    app.config["SETTINGS"] = app.jinja_env.globals["settings"] = settings_for(url)
    yield app
    app.extensions["engine"].dispose()
    app.config.clear()
    app.config.update(config)
    _idle_apps.append(app)


def client_of(app: Flask, cookie: dict[str, int]) -> FlaskClient:
    """A client whose session holds these values."""
    client = app.test_client()
    with client.session_transaction() as session:
        session.update(cookie)
    return client
