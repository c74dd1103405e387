"""People at a running server: they open pages and send forms over HTTP, with a session and its token, as a browser does."""

import json
import re
import threading
from collections.abc import Iterable, Mapping
from contextlib import closing
from dataclasses import dataclass
from http.client import HTTPConnection
from io import BytesIO

from flask import Flask
from sqlalchemy import select
from werkzeug.datastructures import FileStorage, MultiDict
from werkzeug.test import encode_multipart

from accounts.models import User
from accounts.sessions import begin_session, session_limits
from portal.database import session_scope

PATIENCE, PAUSE = 120.0, 0.5
# How a job counts that came to nothing.
GONE = 410
TOKEN = re.compile(r'name="csrf_token"[^>]* value="([^"]+)"')


@dataclass(frozen=True)
class Page:
    """What a server answered."""

    status: int
    content: bytes
    location: str

    @property
    def text(self) -> str:
        """The page as text."""
        return self.content.decode("utf-8", "replace")


class Visitor:
    """One person whose session is open."""

    def __init__(self, port: int, cookie: str) -> None:
        self.port, self.cookie, self.token = port, cookie, ""

    def get(self, path: str) -> Page:
        """Open a page. Raises what a line raises that breaks."""
        return self._ask("GET", path)

    def read_token(self, path: str) -> None:
        """Take the token of the forms from a page that has one."""
        page = self.get(path)
        token = TOKEN.search(page.text)
        assert page.status == 200 and token, f"{path} answered {page.status}: {page.text[:2000]}"
        self.token = token[1]

    def post(self, path: str, fields: Iterable[tuple[str, str]], files: Mapping[str, tuple[str, bytes]] | None = None) -> Page:
        """Send a form with its token."""
        values: MultiDict[str, object] = MultiDict([("csrf_token", self.token), *fields])
        for name, (filename, data) in (files or {}).items():
            values.add(name, FileStorage(BytesIO(data), filename))
        boundary, body = encode_multipart(values)
        return self._ask("POST", path, body, {"Content-Type": f"multipart/form-data; boundary={boundary}"})

    def follow(self, page: Page) -> Page:
        """Wait for the job that a page leads to, as its script does. A job that came to nothing counts as refused."""
        if not page.location.startswith("/jobs/"):
            return page
        pause = threading.Event()
        while (state := json.loads(self.get(f"{page.location}/state").content))["is_open"]:
            pause.wait(PAUSE)
        return Page(200 if state["leads_on"] else GONE, state["text"].encode(), "")

    def _ask(self, method: str, path: str, body: bytes | None = None, headers: Mapping[str, str] | None = None) -> Page:
        with closing(HTTPConnection("127.0.0.1", self.port, timeout=PATIENCE)) as connection:
            connection.request(method, path, body, {"Cookie": self.cookie, **(headers or {})})
            answer = connection.getresponse()
            for header in answer.headers.get_all("Set-Cookie") or []:
                if header.startswith("ward_readiness="):
                    self.cookie = header.partition(";")[0]
            return Page(answer.status, answer.read(), answer.headers.get("Location", ""))


def open_session(app: Flask, username: str) -> str:
    """The cookie of a new session of an account."""
    serializer = app.session_interface.get_signing_serializer(app)
    with session_scope(app.extensions["engine"], writes=True) as session:
        user_id = session.scalars(select(User.id).where(User.username == username)).one()
        token = begin_session(session, user_id, "127.0.0.1", session_limits(app.config["SETTINGS"]))
    return f"ward_readiness={serializer.dumps({'token': token})}"
