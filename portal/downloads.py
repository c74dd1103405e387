"""Files that are sent to the browser as attachments."""

from urllib.parse import quote

from flask import Response

from portal.vietnamese import fold

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
ZIP = "application/zip"


def send_bytes(data: bytes, filename: str, mimetype: str) -> Response:
    """An attachment whose name keeps its Vietnamese letters, with a plain name beside it for old programs."""
    plain = "".join(char for char in fold(filename) if char.isascii() and (char.isalnum() or char in "._- ")).replace(" ", "-")
    response = Response(data, mimetype=mimetype)
    response.headers["Content-Disposition"] = f"attachment; filename=\"{plain}\"; filename*=UTF-8''{quote(filename)}"
    response.headers["Content-Length"] = str(len(data))
    return response
