"""What takes long is refused within a transaction that writes, whichever test comes by: every other writer would wait for it."""

import smtplib
import socket
import zipfile
from collections.abc import Iterator
from email.message import EmailMessage
from functools import wraps

import argon2
import click
import fsspec
import pytest
from flask import g, has_request_context
from PIL import Image

from inventory.boundaries import geojson
from portal.database import holds_writers

# By the words of a complaint: who has the function, and its name.
SLOW = {
    "hashes a password": (argon2.PasswordHasher, "hash"),
    "compares a password": (argon2.PasswordHasher, "verify"),
    "opens or writes an archive, as every workbook is one": (zipfile.ZipFile, "__init__"),
    "opens a picture": (Image, "open"),
    "asks the store of files": (fsspec.core, "url_to_fs"),
    "reads boundaries": (geojson, "_parse"),
    "connects to another host": (socket.socket, "connect"),
    "sends mail": (smtplib.SMTP, "__init__"),
    "writes a letter": (EmailMessage, "set_content"),
}
complaints: list[str] = []


class SlowWorkError(AssertionError):
    """A writer keeps the others waiting; the message says what for."""


def refuse_while_writing(words: str, owner: object, name: str) -> None:
    function = getattr(owner, name)

    @wraps(function)
    def guarded(*args, **kwargs):
        # Set-up and demo are loaded by tests too, before anybody is there to wait.
        if holds_writers() and (has_request_context() or click.get_current_context(silent=True) or g.get("job")):
            complaints.append(words)
            raise SlowWorkError(
                f"a transaction that writes {words}: do it before the first get_session(), or in a session of its own"
            )
        return function(*args, **kwargs)

    setattr(owner, name, guarded)


for words, (owner, name) in SLOW.items():
    refuse_while_writing(words, owner, name)


@pytest.fixture(autouse=True)
def _no_slow_work_while_writing() -> Iterator[None]:
    """An error page would hide it from a test that looks at something else."""
    complaints.clear()
    yield
    assert not complaints, f"a transaction that writes {', '.join(complaints)}"
