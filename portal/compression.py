"""Text goes over the wire packed, for lines that are slow: a page takes an eighth of its size. Own code: there is no option to choose."""

import gzip
import secrets
from io import BytesIO

from flask import Flask, Response, request

KINDS = frozenset({"text/html", "text/css", "text/javascript", "application/json", "image/svg+xml", "font/ttf"})
LEAST_BYTES = 1024
LEVEL = 6
# Files of the layout by address and content; a handful of them is all there is.
_packed: dict[str, bytes] = {}
_KEPT = 100


def init_app(app: Flask) -> None:
    """Pack every answer of text that the browser takes packed."""

    @app.after_request
    def pack(response: Response) -> Response:
        response.vary.add("Accept-Encoding")
        if response.status_code != 200 or response.mimetype not in KINDS or "gzip" not in request.accept_encodings:
            return response
        if response.content_encoding or "Content-Range" in response.headers or request.method == "HEAD":
            return response
        response.direct_passthrough = False
        data = response.get_data()
        if len(data) < LEAST_BYTES:
            return response
        etag, _weak = response.get_etag()
        key = f"{request.path} {etag}" if etag and request.path.startswith(("/static/", "/bootstrap/", "/font/")) else ""
        if key and key not in _packed:
            if len(_packed) > _KEPT:
                _packed.clear()
            _packed[key] = _gzip(data)
        response.set_data(_packed[key] if key else _gzip(data))
        response.content_encoding = "gzip"
        if etag:
            # The same content in another form of bytes: alike in meaning, not to the letter.
            response.set_etag(etag, weak=True)
        return response


def _gzip(data: bytes) -> bytes:
    """Packed, with a head of random length: so the size of a page tells nobody whether a guess stands in it."""
    buffer = BytesIO()
    padding = "x" * secrets.randbelow(32)
    with gzip.GzipFile(padding, "wb", LEVEL, buffer, mtime=0) as file:
        file.write(data)
    return buffer.getvalue()
