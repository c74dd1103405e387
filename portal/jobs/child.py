"""The worker of the small set-up: a process beside the server, so that its work stops no page, started again when it dies."""

import subprocess
import sys
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

# One that cannot start at all is not tried again and again without a pause.
PAUSE_SECONDS = 2.0


@contextmanager
def worker_beside(command: Sequence[str]) -> Iterator[None]:
    """Have a worker as long as this lasts. It ends with this process, whatever ends it: nobody else holds the pipe that it reads."""
    ended = threading.Event()
    child = _start(command)

    def keep_alive() -> None:
        nonlocal child
        while True:
            child.wait()
            if ended.wait(PAUSE_SECONDS):
                return
            child = _start(command)

    threading.Thread(target=keep_alive, daemon=True).start()
    try:
        yield
    finally:
        ended.set()
        child.kill()


def worker_command() -> list[str]:
    """How this program was called, with the command of a worker in the place of its own."""
    return [sys.executable, *sys.orig_argv[1:-1], "jobs", "work", "--beside-server"]


def _start(command: Sequence[str]) -> subprocess.Popen[bytes]:
    return subprocess.Popen(command, stdin=subprocess.PIPE)  # noqa: S603 - our own program
