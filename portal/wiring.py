"""Wires the shell into the application. Only wsgi.py imports this file."""

from typing import Any

from flask import Flask, g

from portal import assets, database, failures, formats, i18n, security
from portal.cli import add_commands
from portal.clock import today
from portal.navigation import menu
from portal.settings import Settings
from portal.views import blueprint

MAX_UPLOAD = 16 * 1024 * 1024
# A whole questionnaire as one form has about 1,100 fields; Werkzeug stops at 1,000 unless told otherwise.
MAX_FIELDS = 5_000


def init_app(app: Flask, settings: Settings) -> None:
    """Turn an empty application into one with settings, database, languages, safety, formats, pages and commands."""
    app.config.update(
        SECRET_KEY=settings.secret_key,
        SETTINGS=settings,
        MAX_CONTENT_LENGTH=MAX_UPLOAD,
        MAX_FORM_MEMORY_SIZE=4 * 1024 * 1024,
        MAX_FORM_PARTS=MAX_FIELDS,
    )
    database.init_app(app, settings.database_url)
    i18n.init_app(app)
    security.init_app(app, settings)
    assets.init_app(app)
    failures.init_app(app)
    _add_template_words(app, settings)
    app.register_blueprint(blueprint)
    add_commands(app)


def _add_template_words(app: Flask, settings: Settings) -> None:
    environment = app.jinja_env
    environment.trim_blocks = True
    environment.lstrip_blocks = True
    environment.filters.update(
        number=formats.format_number,
        vnd=formats.format_vnd,
        vnd_short=formats.format_vnd_short,
        vnd_in_words=formats.vnd_in_words,
        day=formats.format_day,
        moment=formats.format_moment,
        percent=formats.format_percent,
    )
    # Only a fallback: accounts puts the policy in its place. Without accounts nobody may do anything.
    environment.globals.setdefault("may", _nobody_may)
    environment.globals.update(settings=settings, today=today)

    @app.context_processor
    def add_request_words() -> dict[str, Any]:
        return {"identity": g.get("identity"), "menu": menu(app)}


def _nobody_may(permission: str, ward_code: str | None = None) -> bool:
    return False
