"""What commands share: they work in a database of this version alone, and what keeps them from it is one sentence, as on the pages."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import wraps
from pathlib import Path
from typing import IO, Any, ParamSpec, TypeVar

import click
from flask import current_app
from flask.cli import AppGroup, with_appcontext

from portal.errors import SettingError, WardReadinessError
from portal.start import CANNOT_START, check_version

P = ParamSpec("P")
T = TypeVar("T")


class CommandError(click.ClickException):
    """The command ends with this sentence, and nothing before it: click's own would begin in English."""

    def show(self, file: IO[Any] | None = None) -> None:
        """Write the sentence where errors go."""
        click.echo(self.message, file=file, err=file is None)


class StartRefusedError(CommandError):
    """The program cannot run as it is set up, and starting it again changes nothing."""

    exit_code = CANNOT_START


@contextmanager
def in_a_sentence() -> Iterator[None]:
    """End the command with one sentence, where an error is a named one, or a file stands in its way, in the place of a stack trace."""
    try:
        yield
    except SettingError as error:
        raise StartRefusedError(error.message) from None
    except WardReadinessError as error:
        raise CommandError(error.message) from None
    except OSError as error:
        if error.filename is None:
            raise
        raise CommandError(
            f"Không đọc hoặc không ghi được {error.filename} ({error.strerror}). Kiểm tra nơi ấy rồi chạy lại."
        ) from None


def with_database(command: Callable[P, T]) -> Callable[P, T]:
    """Let a command have the application, and end it where the database was not set up, or not upgraded yet."""

    @wraps(command)
    def run(*args: P.args, **options: P.kwargs) -> T:
        with in_a_sentence():
            check_version(current_app.extensions["engine"])
            return command(*args, **options)

    run.has_database = True  # type: ignore[attr-defined]  # read by the house rules
    return with_appcontext(run)


class CommandGroup(AppGroup):
    """Commands of one room, each of them with the database."""

    def command(self, *args: Any, **options: Any) -> Callable[[Callable[..., Any]], click.Command]:  # type: ignore[override]  # likewise
        """A command of this group."""
        declare = click.Group.command(self, *args, **options)
        return lambda function: declare(with_database(function))


def write_private_file(path: Path, data: bytes) -> None:
    """Write what only the account that runs the command may read. Raises CommandError where something is there already, and OSError."""
    try:
        path.touch(0o600, exist_ok=False)
    except FileExistsError:
        raise CommandError(f"Đã có tệp {path} nên chưa làm gì. Chuyển hoặc xóa tệp ấy, hoặc ghi ra tên khác.") from None
    path.write_bytes(data)
