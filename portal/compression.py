"""Text is compressed on its way to the browser, for slow lines: a page takes an eighth of its size. There is no option to choose."""

import gzip
import secrets
from functools import lru_cache
from io import BytesIO

import brotli
from flask import Flask, Response, request

COMPRESSIBLE_TYPES = frozenset({"text/html", "text/css", "text/javascript", "application/json", "image/svg+xml"})
MIN_BYTES = 1024
GZIP_LEVEL = 6
# Takes a quarter off what gzip leaves of the styles, in a tenth of a second, once.
BROTLI_QUALITY = 10


def init_app(app: Flask) -> None:
    """Compress every text response for a browser that accepts it."""

    @app.after_request
    def compress(response: Response) -> Response:
        response.vary.add("Accept-Encoding")
        if response.status_code != 200 or response.mimetype not in COMPRESSIBLE_TYPES or not _accepts("gzip"):
            return response
        if response.content_encoding or "Content-Range" in response.headers or request.method == "HEAD":
            return response
        response.direct_passthrough = False
        data = response.get_data()
        if len(data) < MIN_BYTES:
            return response
        etag, _weak = response.get_etag()
        # A file of the layout is compressed once for all who ask for it, and holds nothing that anybody could guess at.
        is_file = etag is not None and request.path.startswith(("/static/", "/bootstrap/"))
        encoding = "br" if is_file and _accepts("br") else "gzip"
        response.set_data(_compress_file(data, encoding) if is_file else _gzip(data))
        response.content_encoding = encoding
        if etag:
            # The same content in another form of bytes: alike in meaning, not to the letter.
            response.set_etag(etag, weak=True)
        return response


def _accepts(encoding: str) -> bool:
    # ``gzip;q=0`` names an encoding in order to refuse it, so that it is not enough that the name is there.
    return request.accept_encodings.quality(encoding) > 0


@lru_cache(maxsize=100)
def _compress_file(data: bytes, encoding: str) -> bytes:
    compressed: bytes = brotli.compress(data, quality=BROTLI_QUALITY) if encoding == "br" else _gzip(data)
    return compressed


def _gzip(data: bytes) -> bytes:
    """Compressed, with a header of random length: so the size of a page tells nobody whether a guess stands in it."""
    buffer = BytesIO()
    padding = "x" * secrets.randbelow(32)
    with gzip.GzipFile(padding, "wb", GZIP_LEVEL, buffer, mtime=0) as file:
        file.write(data)
    return buffer.getvalue()
