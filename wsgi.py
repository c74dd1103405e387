"""The root: knows every package, and nobody knows it. ``flask --app wsgi`` finds its commands here."""

import os
from collections.abc import Mapping

from flask import Flask

import accounts.wiring
import exports.wiring
import inventory.wiring
import planning.wiring
import portal.wiring
import scoring.wiring
import surveys.wiring
from portal.settings import Settings, read_settings
from portal.setup import check_start, is_set_up


def create_app(settings: Settings | None = None, environ: Mapping[str, str] | None = None) -> Flask:
    """The application, from given settings or from the environment. Raises SettingError when a setting is wrong."""
    app = Flask("ward_readiness", static_folder=None, template_folder=None)
    portal.wiring.init_app(app, settings or read_settings(environ if environ is not None else os.environ))
    accounts.wiring.init_app(app)
    inventory.wiring.init_app(app)
    scoring.wiring.init_app(app)
    surveys.wiring.init_app(app)
    planning.wiring.init_app(app)
    exports.wiring.init_app(app)
    # Every way of serving comes through here (gunicorn, flask run, our own command), so none can pass the checks by.
    if is_set_up(app):
        check_start(app)
    return app
