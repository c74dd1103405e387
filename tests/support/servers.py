"""The program as its own server, in processes of its own on the loopback, which may be killed and started again."""

import os
import random
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
from contextlib import suppress
from http.client import HTTPConnection, HTTPException
from pathlib import Path

ROOT = Path(__file__).parents[2]
# How long an answer is waited for, and a start; and how often it is tried. Seconds.
PATIENCE, LIMIT, PAUSE = 60.0, 1200.0, 0.1
# As in docs/operations.md.
SERVERS = {
    "sqlite": [sys.executable, "-m", "flask", "--app", "{module}", "serve"],
    "postgresql": [
        sys.executable,
        "-m",
        "gunicorn",
        "--log-level",
        "critical",
        "--timeout",
        "120",
        "--no-control-socket",
        "{module}:create_app()",
    ],
}


def find_free_port() -> int:
    """A port that stays free between a kill and the next start: the system hands out none below 32768 by itself."""
    for port in random.sample(range(20_000, 32_768), k=1_000):
        with socket.socket() as probe, suppress(OSError):
            probe.bind(("127.0.0.1", port))
            return port
    raise RuntimeError("no port is free")


class Server:
    """The program in processes of its own, its worker among them. Killing it ends them all, as a power cut of the program would."""

    def __init__(self, kind: str, settings: dict[str, str], module: str, workers: int) -> None:
        self.port = find_free_port()
        options = ["--workers", str(workers), "--bind", f"127.0.0.1:{self.port}"] if kind == "postgresql" else []
        self.commands = [[word.format(module=module) for word in SERVERS[kind]] + options]
        if kind == "postgresql":
            self.commands.append([sys.executable, "-m", "flask", "--app", module, "jobs", "work"])
        self.environment = os.environ | settings | {"PORT": str(self.port)}
        # A line for each request: nobody reads them but where the server does not start.
        self.log = tempfile.TemporaryFile("w+")  # noqa: SIM115 - open as long as the server

    def __enter__(self) -> "Server":
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.kill()

    def start(self) -> None:
        self.processes = [
            subprocess.Popen(
                command, cwd=ROOT, env=self.environment, stdout=subprocess.DEVNULL, stderr=self.log, start_new_session=True
            )
            for command in self.commands
        ]
        # gunicorn takes lines before its workers can answer, so that an open port alone says little.
        beginning, pause = time.monotonic(), threading.Event()
        while not self._answers():
            if self.processes[0].poll() is not None or time.monotonic() > beginning + LIMIT:
                self.log.seek(0)
                raise RuntimeError(f"the server did not start: {self.log.read()[-1000:]}")
            pause.wait(PAUSE)

    def _answers(self) -> bool:
        connection = HTTPConnection("127.0.0.1", self.port, timeout=PATIENCE)
        try:
            connection.request("GET", "/health")
            return connection.getresponse().status == 200
        except (OSError, HTTPException):
            return False
        finally:
            connection.close()

    def kill(self) -> None:
        for process in self.processes:
            os.killpg(process.pid, signal.SIGKILL)
        for process in self.processes:
            process.wait()
