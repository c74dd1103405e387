"""A file that is previewed first and imported later travels with the page in between, so that nothing is stored meanwhile."""

from base64 import b64decode, b64encode
from binascii import Error

from flask import request


def read_posted_file() -> bytes:
    """The uploaded file, or the one that the page brought back; no bytes without one. The size of a request bounds both."""
    upload = request.files.get("file")
    if upload is not None and upload.filename:
        data: bytes = upload.read()
        return data
    try:
        return b64decode(request.form.get("content", ""), validate=True)
    except Error:
        return b""


def posted_name() -> str:
    """The name of that file, as its sender gave it."""
    upload = request.files.get("file")
    return (upload.filename if upload is not None else "") or request.form.get("content-name", "")


def is_taken() -> bool:
    """Whether the page says that the file is to be imported now; all else it may say is a rehearsal, which stores nothing."""
    return request.form.get("do") == "take"


def encode_file(data: bytes) -> str:
    """The file as the hidden field ``content`` of a page."""
    return b64encode(data).decode()
