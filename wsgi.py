"""The root: knows every package, and nobody knows it. ``flask --app wsgi`` and ``ward-readiness`` find their commands here."""

import sys

# An older Python stops at the first import with a message that names neither of the two versions.
if sys.version_info < (3, 11):  # noqa: UP036 - said to whoever has an older one
    sys.exit("Cần Python 3.11 trở lên, nhưng máy đang chạy Python " + ".".join(map(str, sys.version_info[:3])) + ".")

import os

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
from portal.request_log import write_json
from portal.settings import Settings, read_settings
from portal.start import CANNOT_START, open_database
from portal.version import VERSION, stamp


def create_app() -> Flask:
    """The application for a server or a command, by the environment. What is wrong ends the process with its sentence."""
    try:
        settings = read_settings(os.environ)
        # A command speaks to a person in sentences; the one that serves turns to JSON when it begins to.
        if settings.is_production and click.get_current_context(silent=True) is None:
            write_json(sys.stderr)
        return build_app(settings)
    except SettingError as error:
        print(error.message, file=sys.stderr)  # noqa: T201 - for whoever started the process, whatever it logs
        sys.exit(CANNOT_START)


def build_app(settings: Settings) -> Flask:
    """The application with these settings, its database opened. Raises SettingError where that must not be touched."""
    # What this process writes is for its own account and group alone.
    os.umask(0o027)
    app = Flask("ward_readiness", static_folder=None, template_folder=None)
    portal.wiring.init_app(app, settings)
    accounts.wiring.init_app(app)
    inventory.wiring.init_app(app)
    scoring.wiring.init_app(app)
    surveys.wiring.init_app(app)
    planning.wiring.init_app(app)
    exports.wiring.init_app(app)
    open_database(app.extensions["engine"])
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
    """Run the command of this process."""
    commands()
