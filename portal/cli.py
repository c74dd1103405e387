"""Commands of the shell: ``setup``, ``demo load``, ``serve``."""

import os
from datetime import date, datetime

import click
from flask import Flask, current_app
from flask.cli import with_appcontext
from waitress import serve as serve_forever

from portal.errors import SettingError, WardReadinessError
from portal.settings import current_settings
from portal.setup import DEFAULT_SEED, check_start, load_demo, run_setup

DEFAULT_PORT = 8000


def add_commands(app: Flask) -> None:
    """Hand the commands to ``flask --app wsgi``."""
    app.cli.add_command(setup)
    app.cli.add_command(demo)
    app.cli.add_command(serve)


@click.command()
@with_appcontext
def setup() -> None:
    """Chuẩn bị cơ sở dữ liệu: tạo bảng, nạp danh mục, hỏi tài khoản quản trị đầu tiên. Chạy lại không làm thay đổi gì."""
    try:
        run_setup(_app(), interactive=True, tell=click.echo)
        check_start(_app())
    except WardReadinessError as error:
        raise click.ClickException(error.message) from error


@click.group()
def demo() -> None:
    """Dữ liệu minh họa."""


@demo.command("load")
@click.option("--seed", type=int, default=DEFAULT_SEED, show_default=True, help="Cùng số này thì cùng dữ liệu.")
@click.option("--as-of", type=click.DateTime(["%Y-%m-%d"]), default=None, help="Ngày của số liệu, mặc định là hôm nay.")
@with_appcontext
def load(seed: int, as_of: datetime | None) -> None:
    """Nạp đợt khảo sát và các tài khoản minh họa. Không dùng được khi WARD_MODE là production."""
    if current_settings().is_production:
        raise click.ClickException("WARD_MODE đang là “production”: không nạp dữ liệu minh họa vào hệ thống thật.")
    _prepare_demo(seed, as_of.date() if as_of else None)


@click.command()
@click.option("--port", type=click.IntRange(1, 65535), default=None, help="Cổng; mặc định theo PORT, hoặc 8000.")
@with_appcontext
def serve(port: int | None) -> None:
    """Phục vụ trên máy này. Ở chế độ demo, tự nạp dữ liệu minh họa vào lần chạy đầu tiên."""
    app = _app()
    if current_settings().is_production:
        _run(app)
    else:
        _prepare_demo(DEFAULT_SEED, None)
    chosen = port or _port_of_environment()
    click.echo(f"\nMở trình duyệt tại http://127.0.0.1:{chosen}   (Ctrl+C để dừng)")
    for line in app.extensions.get("start_notes", []):
        click.echo(line)
    serve_forever(app, host="127.0.0.1", port=chosen, threads=8, ident=None)


def _prepare_demo(seed: int, as_of: date | None) -> None:
    app = _app()
    _run(app)
    load_demo(app, seed, as_of)
    click.echo("Đã có: dữ liệu minh họa")


def _run(app: Flask) -> None:
    try:
        run_setup(app, interactive=False, tell=click.echo)
        check_start(app)
    except WardReadinessError as error:
        raise click.ClickException(error.message) from error


def _port_of_environment() -> int:
    text = os.environ.get("PORT", "") or str(DEFAULT_PORT)
    if not (text.isascii() and text.isdigit() and 0 < int(text) < 65536):
        raise SettingError(f"PORT = “{text}” không hợp lệ. Dùng một số từ 1 đến 65535.")
    return int(text)


def _app() -> Flask:
    return current_app._get_current_object()  # type: ignore[attr-defined,no-any-return]  # werkzeug's proxy hides it
