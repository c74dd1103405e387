"""The root: knows every package, and nobody knows it. ``flask --app wsgi`` and ``ward-readiness`` find their commands here."""

import sys

# An older Python stops at the first import with a message that names neither of the two versions.
if sys.version_info < (3, 11):  # noqa: UP036 - said to whoever has an older one
    sys.exit("Cần Python 3.11 trở lên, nhưng máy đang chạy Python " + ".".join(map(str, sys.version_info[:3])) + ".")

import os
from collections.abc import Mapping

import click
from flask import Flask
from flask.cli import FlaskGroup

import accounts.wiring
import exports.wiring
import inventory.wiring
import planning.wiring
import portal.wiring
import scoring.wiring
import surveys.wiring
from portal.errors import SettingError
from portal.settings import Settings, read_settings
from portal.setup import check_start, is_set_up
from portal.version import VERSION, stamp


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


@click.group(
    cls=FlaskGroup,
    create_app=create_app,
    add_version_option=False,
    help="Khảo sát, đánh giá và lập phương án đầu tư hạ tầng CNTT của xã, phường.",
)
@click.version_option(VERSION, message=stamp(), help="In phiên bản rồi thôi.")
def commands() -> None:
    """The commands of the application, under the name of the program."""


def main() -> None:
    """Run the command of this process. A wrong setting ends in its sentence."""
    try:
        commands()
    except SettingError as error:
        sys.exit(error.message)
