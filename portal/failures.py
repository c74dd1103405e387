"""Pages for what goes wrong: a clear sentence in Vietnamese, nothing typed is lost, never a stack trace."""

import logging
from urllib.parse import urlsplit

from flask import Flask, current_app, has_request_context, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_wtf.csrf import CSRFError
from sqlalchemy.exc import OperationalError, ProgrammingError
from werkzeug.exceptions import HTTPException, InternalServerError

from portal.errors import WardReadinessError

logger = logging.getLogger(__name__)


def init_app(app: Flask) -> None:
    """Answer every failure with a page of our own."""
    app.register_error_handler(WardReadinessError, _show_named_error)
    app.register_error_handler(CSRFError, _show_lost_session)
    app.register_error_handler(HTTPException, _show_http_error)
    app.register_error_handler(InternalServerError, _show_internal_error)
    app.register_error_handler(OperationalError, _show_database_error)
    app.register_error_handler(ProgrammingError, _show_database_error)


def show_failure(status: int, title: str, message: str) -> ResponseReturnValue:
    """The page of a failure."""
    return render_template("portal/failure.html", heading=title, message=message, status=status), status


def _show_named_error(error: WardReadinessError) -> ResponseReturnValue:
    title = _("Không tìm thấy trang") if error.status == 404 else _("Chưa thực hiện được")
    return show_failure(error.status, title, error.message)


def _show_http_error(error: HTTPException) -> ResponseReturnValue:
    status = error.code or 500
    if status < 400:
        return error.get_response()
    title, message = _words_of(status)
    answer = show_failure(status, title, message)
    allowed = getattr(error, "valid_methods", None)
    if allowed:
        return *answer, {"Allow": ", ".join(allowed)}  # type: ignore[misc,return-value]  # show_failure gives a pair
    return answer


def _words_of(status: int) -> tuple[str, str]:
    known = {
        403: (_("Không được phép"), _("Tài khoản của bạn không được giao làm việc này.")),
        404: (_("Không tìm thấy trang"), _("Không có trang này, hoặc tài khoản của bạn không được giao xem trang này.")),
        405: (_("Không mở được trang này"), _("Trang này chỉ nhận dữ liệu gửi từ biểu mẫu. Hãy quay lại và mở từ trình đơn.")),
        413: (_("Tệp hoặc biểu mẫu quá lớn"), _("Dữ liệu gửi lên vượt quá giới hạn. Chia nhỏ tệp rồi gửi lại.")),
        429: (_("Quá nhiều lần thử"), _("Chờ ít phút rồi thử lại.")),
    }
    if status >= 500:
        return _("Hệ thống gặp lỗi"), _("Thao tác chưa được thực hiện, dữ liệu không thay đổi. Thử lại sau ít phút.")
    return known.get(status, (_("Yêu cầu không hợp lệ"), _("Hệ thống không hiểu yêu cầu này. Quay lại và thử lần nữa.")))


def _show_internal_error(error: InternalServerError) -> ResponseReturnValue:
    return show_failure(500, *_words_of(500))


def _show_lost_session(error: CSRFError) -> ResponseReturnValue:
    """Show what was typed again behind a button, but only for a form of our own: a foreign page gets nothing to press."""
    if not _came_from_us():
        return show_failure(400, _("Yêu cầu không hợp lệ"), _("Biểu mẫu này không được gửi từ trang của hệ thống."))
    kept = [
        (name, value)
        for name, values in request.form.lists()
        for value in values
        if name != "csrf_token" and "password" not in name
    ]
    return render_template("portal/resend.html", kept=kept, has_files=bool(request.files)), 400


def _came_from_us() -> bool:
    site = request.headers.get("Sec-Fetch-Site")
    if site is not None:
        return site == "same-origin"
    origin = request.headers.get("Origin") or request.headers.get("Referer") or ""
    return urlsplit(origin).netloc == request.host


def _show_database_error(error: OperationalError | ProgrammingError) -> ResponseReturnValue:
    """A database that is away, busy or never set up is a matter for the operator; any other error is ours."""
    if not is_database_missing(error):
        if current_app.testing or not has_request_context():
            raise error
        logger.error("a statement failed", exc_info=error)
        return show_failure(500, *_words_of(500))
    logger.error("the database is not ready: %s", error.orig)
    return show_failure(
        503,
        _("Cơ sở dữ liệu chưa sẵn sàng"),
        _(
            "Hệ thống chưa kết nối được cơ sở dữ liệu. Những gì bạn vừa gửi chưa được lưu; giữ lại trang và thử sau ít phút. "
            "Quản trị hệ thống: kiểm tra DATABASE_URL và chạy lệnh “flask --app wsgi setup”."
        ),
    )


def is_database_missing(error: OperationalError | ProgrammingError) -> bool:
    """Whether the database cannot be reached or has no tables yet, as against a statement that is wrong."""
    if isinstance(error, OperationalError):
        return True
    return getattr(error.orig, "sqlstate", None) == "42P01"
