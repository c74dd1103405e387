"""The log of real use: a line of JSON for each request and each fault, without anything that a person typed or a database holds.

Who asked for what stands there by numbers and routes: never an address with its query, a parameter, a hash, a token or an answer.
"""

import logging
import secrets
import time
import traceback
from collections.abc import MutableMapping
from types import TracebackType
from typing import Any

import structlog
from flask import Flask, Response, g, request
from jinja2 import TemplateError
from sqlalchemy.exc import SQLAlchemyError

from portal.errors import WardReadinessError
from portal.settings import Settings

REQUEST_LOG = "ward_readiness.requests"
# What these say is of the program or the machine. The words of any other may repeat what somebody typed.
TELLING = (WardReadinessError, OSError, ImportError, AttributeError, NameError, TemplateError)
_Fault = tuple[type[BaseException], BaseException, TracebackType | None]


def init_app(app: Flask, settings: Settings) -> None:
    """Give each request a number, and in real use a line in the log."""

    @app.before_request
    def begin() -> None:
        g.request_id, g.began_at = secrets.token_hex(4), time.perf_counter()

    @app.after_request
    def note(response: Response) -> Response:
        response.headers["X-Request-ID"] = request_id()
        if _is_logged(settings):
            logging.getLogger(REQUEST_LOG).info("request", extra={"request": _describe(response)})
        return response


def request_id() -> str:
    """The number of this request: an error page shows it, and the log holds it."""
    if "request_id" not in g:
        g.request_id = secrets.token_hex(4)
    number: str = g.request_id
    return number


def write_json(stream: Any) -> None:
    """Let everything that is logged in this process become a line of JSON on a stream: for whoever serves in real use."""
    handler = logging.StreamHandler(stream)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=[structlog.stdlib.add_log_level, structlog.stdlib.add_logger_name, _add_request],
            processors=[
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                structlog.processors.TimeStamper(fmt="iso", utc=True, key="time"),
                _add_fault,
                structlog.processors.JSONRenderer(ensure_ascii=False),
            ],
        )
    )
    root = logging.getLogger()
    root.handlers = [handler]
    root.setLevel(logging.WARNING)
    logging.getLogger(REQUEST_LOG).setLevel(logging.INFO)


def describe_fault(error: BaseException) -> list[str]:
    """An exception and what led to it, each with its places in the code, and with its words where they can hold nobody's answers."""
    lines: list[str] = []
    seen: BaseException | None = error
    while seen is not None:
        lines.append(f"{type(seen).__name__}: {_safe_words(seen)}".removesuffix(": "))
        lines += [f"{frame.filename}:{frame.lineno} {frame.name}" for frame in traceback.extract_tb(seen.__traceback__)]
        seen = seen.__cause__ or (None if seen.__suppress_context__ else seen.__context__)
    return lines


def _safe_words(error: BaseException) -> str:
    if isinstance(error, SQLAlchemyError):
        original = getattr(error, "orig", None)
        # The lines after the first show the row, or the statement with what it was given.
        return next(iter(str(original if original is not None else error).splitlines()), "")
    return str(error) if isinstance(error, TELLING) else ""


def _is_logged(settings: Settings) -> bool:
    """Whoever tries the demo reads sentences in the terminal, not lines of JSON."""
    return settings.is_production


def _describe(response: Response) -> dict[str, Any]:
    identity = g.get("identity")
    return {
        "request_id": request_id(),
        "user_id": identity.user_id if identity is not None else None,
        "address": request.remote_addr,
        "method": request.method,
        "route": request.url_rule.rule if request.url_rule is not None else None,
        "status": response.status_code,
        "milliseconds": round((time.perf_counter() - g.began_at) * 1000) if "began_at" in g else None,
    }


def _add_request(_logger: Any, _name: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    record: logging.LogRecord = event["_record"]
    event.update(getattr(record, "request", {}))
    return event


def _add_fault(_logger: Any, _name: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    fault: _Fault | None = event.pop("exc_info", None)
    if fault:
        event["fault"] = describe_fault(fault[1])
    return event
