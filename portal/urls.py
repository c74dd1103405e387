"""What the path of a URL may hold: a number that a database can look up, and only text that can be stored; and where it is safe to go on to."""

from typing import Any
from urllib.parse import urlsplit

from flask import Flask, abort, current_app, request
from werkzeug.exceptions import HTTPException
from werkzeug.routing import IntegerConverter, Map

from portal.vietnamese import to_xml_text

MAX_ROW_NUMBER = 2**31 - 1


class RowNumber(IntegerConverter):
    """``<int:…>``: the number of a row. A larger one belongs to no row, so the page does not exist."""

    def __init__(self, url_map: Map, *args: Any, **kwargs: Any) -> None:
        super().__init__(url_map, *args, **{"max": MAX_ROW_NUMBER, **kwargs})


def init_app(app: Flask) -> None:
    """Apply this to every page. Call it before any page is added."""
    app.url_map.converters["int"] = RowNumber

    @app.before_request
    def refuse_controls() -> None:
        # A search for pasted text is cleaned in portal.requests and finds what it can; a NUL was pasted by nobody.
        if request.path != to_xml_text(request.path) or b"%00" in request.query_string:
            abort(404)


def is_safe_address(address: str) -> bool:
    """Whether a browser that is sent to this address lands on a page of ours that a GET opens.

    It has to begin with one slash and hold nothing that a browser drops or reads as a slash: white space, control characters, backslashes.
    """
    if not address.startswith("/") or address.startswith("//"):
        return False
    if "\\" in address or not all(char.isprintable() and not char.isspace() for char in address):
        return False
    try:
        parts = urlsplit(address)
        if parts.scheme or parts.netloc:
            return False
        current_app.url_map.bind("").match(parts.path, "GET")
    except (ValueError, HTTPException):
        # A redirect to the same path with a slash at its end is an HTTPException as well; our own links need none.
        return False
    return True


def find_page_before() -> str | None:
    """The page of ours that this request was sent from, or None."""
    parts = urlsplit(request.referrer or "")
    address = parts.path + (f"?{parts.query}" if parts.query else "")
    # Read as it came: asking for a checked host raises where it is not ours, and an error page asks for this.
    return address if parts.netloc == request.environ.get("HTTP_HOST") and is_safe_address(address) else None


def find_open_page() -> str | None:
    """This request's own address where a GET opens it, else the page that it was sent from, or None."""
    address = request.full_path.rstrip("?")
    return address if is_safe_address(address) else find_page_before()
