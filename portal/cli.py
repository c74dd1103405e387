"""Commands of the installation: set it up, load the demo, serve it."""

import errno
import logging
import os
import sys
from datetime import datetime
from typing import Any

import click
from flask import Flask, current_app
from flask.cli import with_appcontext
from waitress import serve as serve_with_waitress

from portal.commands import CommandError, in_a_sentence
from portal.jobs.child import worker_beside, worker_command
from portal.request_log import write_json
from portal.settings import current_settings
from portal.setup import DEFAULT_SEED, load_demo, needs_upgrade, remove_demo, run_setup
from portal.start import check_start

DEFAULT_PORT = 8000
# A browser keeps several lines open, so that the usual limit of 100 would shut wards out. A request takes a thread once it has come in
# whole: who sends slowly, or never ends, holds a line for two minutes and no thread. What a proxy wrote of the person before it is kept
# for the application: TRUSTED_PROXIES says how much of it is believed, under every server alike.
SERVER: dict[str, Any] = {
    "threads": 8,
    "connection_limit": 1000,
    "channel_timeout": 120,
    "asyncore_use_poll": True,
    "ident": None,
    "clear_untrusted_proxy_headers": False,
}


@click.command()
@with_appcontext
@in_a_sentence()
def setup() -> None:
    """Tạo bảng, nạp danh mục, hỏi tài khoản quản trị đầu tiên. Chạy lại không đổi gì."""
    run_setup(current_app, interactive=True, report=click.echo)


@click.group()
def demo() -> None:
    """Số liệu minh họa."""


@demo.command("load")
@click.option("--seed", default=DEFAULT_SEED, show_default=True, help="Cùng số này thì cùng số liệu.")
@click.option("--as-of", type=click.DateTime(["%Y-%m-%d"]), help="Ngày của số liệu, mặc định hôm nay.")
@with_appcontext
@in_a_sentence()
def demo_load(seed: int, as_of: datetime | None) -> None:
    """Nạp mọi đơn vị với số liệu minh họa. Không chạy khi dùng thật."""
    if current_settings().is_production:
        raise CommandError("WARD_MODE=production: không nạp số liệu minh họa vào hệ thống dùng thật.")
    _set_up_quietly(current_app)
    load_demo(current_app, seed, as_of.date() if as_of else None)
    click.echo("Đã nạp số liệu minh họa.")


@demo.command("remove")
@click.option("--yes", is_flag=True, help="Không hỏi lại.")
@with_appcontext
@in_a_sentence()
def demo_remove(yes: bool) -> None:
    """Sao lưu rồi gỡ mọi số liệu và tài khoản minh họa; tài khoản thật ở lại."""
    app = current_app._get_current_object()  # type: ignore[attr-defined]  # likewise
    if not yes:
        click.confirm("Gỡ mọi số liệu minh họa và mọi số liệu đã nhập cạnh nó, chỉ giữ tài khoản thật?", abort=True)
    backup = remove_demo(app)
    click.echo(f"Đã sao lưu: {backup.path}")
    click.echo("Đã gỡ số liệu minh họa. Đặt WARD_MODE=production rồi chạy “flask --app wsgi setup”.")


@click.command()
@with_appcontext
@in_a_sentence()
def serve() -> None:
    """Phục vụ trên http://127.0.0.1:8000 (PORT= để đổi cổng); lần đầu ở chế độ minh họa thì nạp số liệu minh họa."""
    app = current_app._get_current_object()  # type: ignore[attr-defined]  # waitress needs the application, not its proxy
    port = _port(os.environ.get("PORT", str(DEFAULT_PORT)))
    _set_up_quietly(app)
    if not current_settings().is_production:
        load_demo(app)
        click.echo(
            "Tài khoản minh họa: canbo, lanhdaoxa, thamdinh, thamdinh2, taichinh, taichinh2, lanhdao, quantri. Mật khẩu: demo-2026"
        )
    check_start(app)
    if not current_settings().smtp_url:
        click.echo(f"Thư nhắc không gửi ra ngoài mà thành tệp trong {current_settings().mail_folder}")
    if current_settings().is_production:
        click.echo(f"Nghe ở http://127.0.0.1:{port}. Mọi người mở {current_settings().public_url}")
        write_json(sys.stderr)
    else:
        click.echo(f"Mở http://127.0.0.1:{port}")
    # A short queue is no news.
    logging.getLogger("waitress.queue").setLevel(logging.ERROR)
    try:
        with worker_beside(worker_command()):
            serve_with_waitress(app, host="127.0.0.1", port=port, **SERVER)
    except OSError as error:
        if error.errno not in (errno.EADDRINUSE, errno.EACCES):
            raise
        raise CommandError(f"Cổng {port} đang có chương trình khác dùng, hoặc không được phép mở. Đặt PORT là cổng khác.") from None


def _set_up_quietly(app: Flask) -> None:
    """Set up without a word, unless there is an upgrade: where its backup lies is to be known."""
    run_setup(app, interactive=False, report=click.echo if needs_upgrade(app) else lambda _line: None)


def _port(text: str) -> int:
    if not (text.isascii() and text.isdecimal() and 0 < int(text[:6]) < 65536):
        raise CommandError(f"PORT = “{text}” không phải số cổng. Dùng số từ 1 đến 65535.")
    return int(text)
