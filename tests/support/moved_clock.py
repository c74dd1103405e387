"""The application with a clock that may be moved while it serves, as that of its machine may be.

The file that ``MOVED_CLOCK`` names holds the seconds by which it is ahead, or behind; each request looks.
"""

import os
import threading
import time
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import time_machine
from flask import Flask

import wsgi


class MovedClock:
    """Sets the clock of this process before a request is answered."""

    def __init__(self, answer: Callable[..., Iterable[bytes]], path: Path) -> None:
        self.answer, self.path, self.seconds, self.lock = answer, path, 0.0, threading.Lock()
        self.traveller = time_machine.travel(time.time(), tick=True).start()

    def __call__(self, environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        """Answer at the time that the file says."""
        with self.lock:
            seconds = float(self.path.read_text())
            self.traveller.shift(seconds - self.seconds)
            self.seconds = seconds
        return self.answer(environ, start_response)


def create_app() -> Flask:
    """The application by the environment, on such a clock."""
    app = wsgi.create_app()
    app.wsgi_app = MovedClock(app.wsgi_app, Path(os.environ["MOVED_CLOCK"]))  # type: ignore[method-assign]
    return app
