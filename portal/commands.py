"""What commands share: they work in a database of this version alone, and say so in a sentence."""

import sys
from collections.abc import Callable
from functools import wraps
from typing import Any, ParamSpec, TypeVar

import click
from flask import current_app
from flask.cli import AppGroup, with_appcontext

from portal.errors import SettingError
from portal.start import CANNOT_START, check_version

P = ParamSpec("P")
T = TypeVar("T")


def with_database(command: Callable[P, T]) -> Callable[P, T]:
    """Let a command have the application, and end it where the database was not set up, or not upgraded yet."""

    @wraps(command)
    def run(*args: P.args, **options: P.kwargs) -> T:
        try:
            check_version(current_app.extensions["engine"])
        except SettingError as error:
            click.echo(error.message, err=True)
            sys.exit(CANNOT_START)
        return command(*args, **options)

    run.has_database = True  # type: ignore[attr-defined]  # read by the house rules
    return with_appcontext(run)


class CommandGroup(AppGroup):
    """Commands of one room, each of them with the database."""

    def command(self, *args: Any, **options: Any) -> Callable[[Callable[..., Any]], click.Command]:  # type: ignore[override]  # likewise
        """A command of this group."""
        declare = click.Group.command(self, *args, **options)
        return lambda function: declare(with_database(function))
