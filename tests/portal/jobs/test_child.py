"""The worker beside a server: started again when it dies, and gone with its server, whatever ended that."""

import os
import signal
import subprocess
import sys
import textwrap
from contextlib import contextmanager

import pytest

from portal.jobs import child

# Tells its number, and works without end.
WORKER = """
import os, sys, threading
from portal.jobs.worker import end_with_parent
with open(sys.argv[1], "w") as wire:
    print(os.getpid(), file=wire, flush=True)
    end_with_parent()
    threading.Event().wait()
"""
SERVER = """
import sys, threading
from portal.jobs.child import worker_beside
with worker_beside(sys.argv[1:]):
    threading.Event().wait()
"""


@pytest.fixture
def wire(tmp_path):
    """What a worker writes into while it lives."""
    path = tmp_path / "wire"
    os.mkfifo(path)
    return path


@contextmanager
def living(wire):
    """Wait for a worker, give its number, and see that it is gone at the end."""
    with wire.open() as lines:
        yield int(lines.readline())
        assert lines.read() == ""


def command(wire):
    return [sys.executable, "-c", textwrap.dedent(WORKER), str(wire)]


def test_it_is_started_again_when_it_dies_and_ends_with_the_server(wire, monkeypatch):
    monkeypatch.setattr(child, "PAUSE_SECONDS", 0)
    with child.worker_beside(command(wire)):
        with living(wire) as first:
            os.kill(first, signal.SIGKILL)
        lines = wire.open()
        assert int(lines.readline()) != first
    assert lines.read() == ""
    lines.close()


def test_it_ends_with_a_server_that_is_killed(wire):
    server = subprocess.Popen([sys.executable, "-c", SERVER, *command(wire)])
    with living(wire):
        server.kill()
        server.wait()


@pytest.mark.parametrize(
    "call", [["/venv/bin/flask", "--app", "wsgi"], ["/venv/bin/ward-readiness"], ["-m", "flask", "--app", "wsgi"]]
)
def test_it_is_called_as_the_server_was(monkeypatch, call):
    monkeypatch.setattr(sys, "orig_argv", ["python", *call, "serve"])
    assert child.worker_command() == [sys.executable, *call, "jobs", "work", "--beside-server"]
