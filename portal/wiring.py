"""Wires the shell into the application. Only wsgi.py imports this file."""

import logging

from flask import Flask, Response, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import Babel
from flask_babel import gettext as _
from sqlalchemy.exc import DBAPIError, OperationalError, ProgrammingError, SQLAlchemyError
from sqlalchemy.orm import Session
from werkzeug.exceptions import HTTPException, SecurityError

from portal import backup_commands, cli, compression, database, formats, health, request_log, security, start, urls
from portal.assets import FOLDERS, fingerprint
from portal.backups.newest import OLD_HOURS, is_old, newest_backup
from portal.clock import today
from portal.database_faults import DatabaseFault, find_fault
from portal.errors import WardReadinessError
from portal.jobs.commands import jobs
from portal.migration import current_version, head
from portal.navigation import FirstStep, StepState, add_first_step, menu
from portal.requests import CleanRequest
from portal.settings import Settings, current_settings
from portal.territory import TERRITORY
from portal.unindented import Unindented
from portal.version import VERSION
from portal.views import blueprint

log = logging.getLogger("ward_readiness")
MAX_BYTES = 16 * 1024 * 1024
MAX_PARTS = 5000


def init_app(app: Flask, settings: Settings) -> None:
    """Settings first, then what every request needs, then pages and commands."""
    app.config.update(
        SETTINGS=settings,
        SECRET_KEY=settings.secret_key,
        SECRET_KEY_FALLBACKS=list(settings.secret_key_fallbacks),
        MAX_CONTENT_LENGTH=MAX_BYTES,
        MAX_FORM_MEMORY_SIZE=MAX_BYTES,
        MAX_FORM_PARTS=MAX_PARTS,
        BABEL_DEFAULT_LOCALE="vi",
        BABEL_DEFAULT_TIMEZONE="Asia/Ho_Chi_Minh",
    )
    app.request_class = CleanRequest
    request_log.init_app(app, settings)
    urls.init_app(app)
    start.add_gate(app)
    database.init_app(app, settings.database_url, is_durable=settings.is_production)
    Babel(app)
    security.init_app(app, settings)
    compression.init_app(app)
    _add_template_helpers(app, settings)
    _add_error_pages(app)
    app.register_blueprint(blueprint)
    app.register_blueprint(health.blueprint)
    add_first_step(app, FirstStep(70, "Sao lưu", "accounts.system", _find_backup_state))
    app.cli.add_command(cli.setup)
    app.cli.add_command(cli.demo)
    app.cli.add_command(cli.serve)
    app.cli.add_command(backup_commands.backup)
    app.cli.add_command(jobs)


def _add_template_helpers(app: Flask, settings: Settings) -> None:
    app.jinja_env.trim_blocks = True
    app.jinja_env.lstrip_blocks = True
    app.jinja_env.add_extension(Unindented)
    app.jinja_env.filters.update(
        number=formats.format_number,
        vnd=formats.format_vnd,
        vnd_short=formats.format_vnd_short,
        rate=formats.format_rate,
        day=formats.format_day,
        moment=formats.format_moment,
        percent=formats.format_percent,
    )
    app.jinja_env.globals.update(settings=settings, today=today, territory=TERRITORY, version=VERSION)

    @app.url_defaults
    def add_fingerprint(endpoint: str, values: dict[str, object]) -> None:
        # With the content's hash in its address a file may be kept for long, and a new one is asked for at once.
        if endpoint in FOLDERS and "v" not in values:
            values["v"] = fingerprint(FOLDERS[endpoint], str(values["filename"]))

    @app.context_processor
    def add_menu() -> dict[str, object]:
        return {"menu": menu(app)}


def _add_error_pages(app: Flask) -> None:
    def page(status: int, message: str) -> ResponseReturnValue:
        titles = {404: _("Không tìm thấy trang"), 413: _("Tệp hoặc biểu mẫu quá lớn")}
        # A page that cannot be shown now is asked for again; one that is not there, or not for this person, is left.
        is_there = status >= 500 or (request.method == "POST" and status != 404)
        back = urls.find_open_page() if is_there else urls.find_page_before()
        return render_template(
            "portal/error.html",
            title=titles.get(status, _("Chưa làm được việc này")),
            message=message,
            status=status,
            number=request_log.request_id(),
            back=back,
        ), status

    @app.errorhandler(WardReadinessError)
    def named_error(error: WardReadinessError) -> ResponseReturnValue:
        return page(error.status, error.message)

    @app.errorhandler(SecurityError)
    def wrong_host(_error: SecurityError) -> ResponseReturnValue:
        # No page can be drawn under a foreign name: whatever it links to would lead there.
        sentence = _("Tên máy chủ trong địa chỉ không phải của hệ thống này. Mở đúng địa chỉ mà quản trị hệ thống đã báo.")
        return Response(sentence, 400, mimetype="text/plain")

    @app.errorhandler(HTTPException)
    def http_error(error: HTTPException) -> ResponseReturnValue:
        messages = {
            400: _("Yêu cầu không hợp lệ hoặc phiên làm việc đã hết hạn. Quay lại trang trước, tải lại rồi gửi lần nữa."),
            404: _("Không có trang này, hoặc tài khoản của bạn không được giao xem trang này."),
            405: _("Trang này không nhận cách gửi ấy. Quay lại trang trước và dùng nút trên trang."),
            413: _("Chỉ nhận đến 16 MB một lần gửi. Giảm cỡ ảnh hoặc chia nhỏ tệp rồi gửi lại."),
        }
        if error.response is not None or (error.code or 500) < 400:
            return error.get_response()
        status = error.code or 500
        return page(status, messages.get(status, _("Máy chủ chưa xử lý được yêu cầu. Thử lại sau ít phút.")))

    @app.errorhandler(OperationalError)
    @app.errorhandler(ProgrammingError)
    def database_error(error: DBAPIError) -> ResponseReturnValue:
        database.drop_session()
        sentences = {
            DatabaseFault.ABSENT: _(
                "Cơ sở dữ liệu tạm thời không trả lời nên chưa làm được việc vừa gửi. Đợi ít phút rồi thử lại."
            ),
            DatabaseFault.BUSY: _("Cơ sở dữ liệu đang bận một việc lâu nên chưa làm được việc vừa gửi. Đợi ít phút rồi thử lại."),
            DatabaseFault.FULL: _(
                "Ổ đĩa của cơ sở dữ liệu đã đầy hoặc không ghi được nên chưa lưu được việc vừa gửi; những gì đã lưu vẫn còn. "
                "Báo ngay cho người quản trị, rồi thử lại."
            ),
        }
        fault = find_fault(error)
        if fault is None:
            try:
                if current_version(app.extensions["engine"]) == head():
                    return unexpected_error(error)
            except SQLAlchemyError:
                fault = DatabaseFault.ABSENT
        log.exception("database", exc_info=error)
        if fault is None:
            return page(503, _("Chưa dùng được cơ sở dữ liệu. Người quản trị hãy chạy “flask --app wsgi setup” rồi thử lại."))
        return page(503, sentences[fault])

    @app.errorhandler(Exception)
    def unexpected_error(error: Exception) -> ResponseReturnValue:
        route = request.url_rule.rule if request.url_rule is not None else "-"
        log.exception("%s %s %s", request_log.request_id(), request.method, route, exc_info=error)
        sentence = _("Có lỗi trong hệ thống và lỗi đã được ghi lại với số %(number)s.", number=request_log.request_id())
        return page(500, sentence + " " + _("Những gì đã lưu vẫn còn; thử lại sau ít phút, hoặc báo số này cho người quản trị."))


def _find_backup_state(_session: Session) -> StepState:
    backup = newest_backup(current_settings())
    if backup is None:
        return StepState(False, "chưa có bản nào; đặt lịch “backup create” mỗi đêm")
    words = f"bản mới nhất lúc {formats.format_moment(backup.created_at)}"
    return StepState(
        not is_old(backup), words + (f", quá {OLD_HOURS} giờ: xem lịch sao lưu có chạy không" if is_old(backup) else "")
    )
