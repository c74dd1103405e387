"""What is looked at before anything is served. Each fault is one sentence that says what to do, and until it is mended nothing is let in.

Two doors: ``open_database`` for every command and server, since what it refuses nobody may touch; ``check_start`` for whoever serves.
"""

import logging
import os
import sqlite3
import stat
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from flask import Flask, render_template, request
from flask.typing import ResponseReturnValue
from sqlalchemy import URL, Engine
from sqlalchemy.exc import DatabaseError, OperationalError
from sqlalchemy.orm import Session

from portal.database import session_scope
from portal.errors import SettingError
from portal.migration import current_version, head, is_older
from portal.settings import Settings, current_settings

StartCheck = Callable[[Session], Any]
PATIENCE_SECONDS, PAUSE_SECONDS = 30.0, 1.0
# The code that a process ends with: as gunicorn has it for an application that cannot be loaded, so that no service starts it again.
CANNOT_START = 4
# What says how the installation is, and what a page of refusal is drawn with.
ALWAYS_OPEN = ("health.", "portal.static", "portal.bootstrap", "portal.font")
_SETUP = "Chạy “flask --app wsgi setup” rồi khởi động lại."
log = logging.getLogger("ward_readiness")


def add_start_check(app: Flask, check: StartCheck) -> None:
    """Register a check that raises SettingError when this database must not be served with these settings."""
    app.extensions.setdefault("start_checks", []).append(check)


def open_database(engine: Engine, patience: float = PATIENCE_SECONDS) -> str | None:
    """Wait for the database, and give its version, None where it was never set up.

    Raises SettingError where it does not come, cannot be read, or was left by a newer version of the program.
    """
    version = _wait_for_version(engine, patience)
    if version is not None and version != head() and not is_older(version):
        raise SettingError(
            f"Cơ sở dữ liệu có phiên bản {version}, mới hơn chương trình này (biết đến {head()}). "
            "Cài bản chương trình đã dùng cơ sở dữ liệu ấy, hoặc khôi phục bản sao lưu cũ vào nơi trống."
        )
    return version


def check_file(engine: Engine) -> None:
    """Raise SettingError where the database is a file that is damaged, or cannot be written."""
    if engine.dialect.name != "sqlite":
        return
    try:
        with engine.execution_options(writes=False).connect() as connection:
            is_sound = connection.exec_driver_sql("PRAGMA quick_check(1)").scalar() == "ok"
        with engine.execution_options(writes=True, patience=0).connect() as connection, connection.begin() as transaction:
            # A file that can only be read lets a writer begin, and refuses the first thing that is written.
            connection.exec_driver_sql("CREATE TABLE written_to_try (number)")
            transaction.rollback()
    except OperationalError as error:
        # Whoever keeps us waiting can write.
        if getattr(error.orig, "sqlite_errorcode", None) == sqlite3.SQLITE_BUSY:
            return
        raise SettingError(_describe_absence(engine.url, error, 0)) from None
    except DatabaseError:
        is_sound = False
    if not is_sound:
        raise SettingError(_describe_damage(engine.url))


def check_version(engine: Engine) -> None:
    """Raise SettingError unless the database is of this version of the program."""
    version = open_database(engine)
    if version is None:
        raise SettingError(f"Cơ sở dữ liệu chưa có bảng nào. {_SETUP}")
    if version != head():
        raise SettingError(f"Cơ sở dữ liệu của phiên bản cũ ({version}). {_SETUP} Việc nâng cấp sao lưu trước.")


def check_start(app: Flask) -> None:
    """Raise SettingError where this database must not be served: not set up, older, damaged, or refused by a registered check."""
    engine: Engine = app.extensions["engine"]
    check_version(engine)
    check_file(engine)
    with app.app_context():
        with session_scope(engine, writes=False) as session:
            for check in app.extensions.get("start_checks", []):
                check(session)
        _check_rights(engine.url, current_settings())


def add_gate(app: Flask) -> None:
    """Let no request in before every check has passed once, whatever server it came by."""

    @app.before_request
    def wait_at_gate() -> ResponseReturnValue | None:
        if app.extensions.get("is_started") or (request.endpoint or "").startswith(ALWAYS_OPEN):
            return None
        try:
            check_start(app)
        except SettingError as error:
            log.error("%s", error.message)
            return render_template("portal/error.html", status=503, message=error.message), 503
        app.extensions["is_started"] = True
        return None


def _wait_for_version(engine: Engine, patience: float) -> str | None:
    end, is_file = time.monotonic() + patience, engine.dialect.name == "sqlite"
    while True:
        try:
            return current_version(engine)
        except OperationalError as error:
            # A file does not come by itself.
            if is_file or time.monotonic() >= end:
                raise SettingError(_describe_absence(engine.url, error, patience)) from None
            log.warning("Chưa kết nối được cơ sở dữ liệu %s. Đang chờ.", _place(engine.url))
        except DatabaseError:
            raise SettingError(_describe_damage(engine.url)) from None
        time.sleep(PAUSE_SECONDS)


def _describe_absence(url: URL, error: OperationalError, patience: float) -> str:
    detail = (str(error.orig).strip().splitlines() or [""])[-1].strip()
    if url.get_backend_name() == "sqlite":
        return (
            f"Không mở được tệp cơ sở dữ liệu {url.database}: kiểm tra thư mục có thật, "
            f"và tài khoản chạy chương trình đọc, ghi được cả tệp lẫn thư mục ({detail})."
        )
    return (
        f"Không kết nối được cơ sở dữ liệu {_place(url)} sau {patience:.0f} giây: "
        f"kiểm tra DATABASE_URL, máy chủ cơ sở dữ liệu và mật khẩu ({detail})."
    )


def _describe_damage(url: URL) -> str:
    return (
        f"Tệp cơ sở dữ liệu {url.database} bị hỏng hoặc không phải của SQLite. Giữ nguyên tệp ấy, "
        "rồi khôi phục bản sao lưu mới nhất vào nơi trống: “flask --app wsgi backup restore TÊN”."
    )


def _place(url: URL) -> str:
    return f"{url.host or 'máy này'}:{url.port or 5432}/{url.database}"


def _check_rights(url: URL, settings: Settings) -> None:
    """Raise SettingError where in real use everybody with an account on this machine could read what is kept here."""
    if not settings.is_production or os.name != "posix":
        return
    places = [(settings.instance, "750")]
    if url.get_backend_name() == "sqlite" and url.database:
        places.append((Path(url.database), "640"))
    for path, rights in places:
        if path.exists() and path.stat().st_mode & stat.S_IRWXO:
            raise SettingError(f"Mọi tài khoản trên máy đọc được {path}. Chạy “chmod {rights} {path}” rồi khởi động lại.")
