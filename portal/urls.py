"""What a URL may hold: a number that a database can look up, and no NUL, which PostgreSQL refuses."""

from typing import Any

from flask import Flask, abort, request
from werkzeug.routing import IntegerConverter, Map

MAX_ROW_NUMBER = 2**31 - 1


class RowNumber(IntegerConverter):
    """``<int:…>``: the number of a row. A larger one belongs to no row, so the page does not exist."""

    def __init__(self, url_map: Map, *args: Any, **kwargs: Any) -> None:
        super().__init__(url_map, *args, **{"max": MAX_ROW_NUMBER, **kwargs})


def init_app(app: Flask) -> None:
    """Apply this to every page. Call it before any page is added."""
    app.url_map.converters["int"] = RowNumber

    @app.before_request
    def refuse_nul() -> None:
        if "\x00" in request.path or any("\x00" in value for values in request.args.lists() for value in (values[0], *values[1])):
            abort(404)
