"""Jobs in real processes: what a page asks for is what a worker makes, and whoever is killed takes nothing along."""

import json
import os
import re
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.cookiejar import CookieJar
from pathlib import Path
from typing import TypeVar
from urllib.error import HTTPError, URLError
from urllib.parse import urlencode
from urllib.request import HTTPCookieProcessor, OpenerDirector, build_opener

from tests.support.new_databases import new_databases
from tests.support.servers import ROOT, find_free_port

# The longest that anything may take, and how long to wait before looking again. Seconds.
LIMIT, PAUSE = 240.0, 0.2
FILES = ("/plans/1/workbook.xlsx", "/plans/1/workbooks-by-source.zip", "/briefs/all.pdf.zip")
LONG_FILE = "/plans/1/workbooks-by-ward.zip"
FLASK = [sys.executable, "-m", "flask", "--app", "wsgi"]
GUNICORN = [sys.executable, "-m", "gunicorn", "--log-level", "critical", "--workers", "2"]

T = TypeVar("T")


class Planner:
    """Somebody at a browser."""

    def __init__(self, port: int) -> None:
        self.address = f"http://127.0.0.1:{port}"
        self.opener: OpenerDirector = build_opener(HTTPCookieProcessor(CookieJar()))

    def get(self, path: str) -> tuple[str, bytes]:
        """Where a path leads to in the end, and what is there."""
        with self.opener.open(self.address + path, timeout=LIMIT) as answer:
            return answer.url.removeprefix(self.address), answer.read()

    def post(self, path: str, form_at: str, **fields: str) -> None:
        token = re.search(rb'name="csrf_token" value="([^"]+)"', self.get(form_at)[1])
        assert token, f"{form_at} has no form"
        self.opener.open(
            self.address + path, urlencode({"csrf_token": token[1].decode(), **fields}).encode(), timeout=LIMIT
        ).close()

    def state(self, job: str) -> dict[str, object]:
        state: dict[str, object] = json.loads(self.get(f"{job}/state")[1])
        return state


def drill_jobs_on_sqlite() -> list[str]:
    """Files are made by the worker of the small set-up, which is killed, and whose server is killed."""
    return drill("sqlite")


def drill_jobs_on_postgresql() -> list[str]:
    """Files are made by a worker beside gunicorn on PostgreSQL, which is killed and started again."""
    return drill("postgresql")


def drill(kind: str) -> list[str]:
    faults: list[str] = []
    with tempfile.TemporaryDirectory(prefix="jobs-") as folder, new_databases(kind, Path(folder)) as new_database:
        environ = {
            **os.environ,
            "INSTANCE_FOLDER": f"{folder}/instance",
            "DATABASE_URL": new_database(),
            "PORT": str(find_free_port()),
        }
        subprocess.run([*FLASK, "demo", "load"], cwd=ROOT, env=environ, check=True, capture_output=True)
        with serving(kind, environ) as pids:
            planner = wait_for(lambda: sign_in(int(environ["PORT"])), "a server")
            faults += make_files(planner)
            faults += lose_a_worker(planner, pids)
            server, worker = pids()
            os.kill(server, signal.SIGKILL)
            if kind == "sqlite":
                wait_for(lambda: not is_alive(worker), "the end of the worker of a server that was killed")
    return faults


def make_files(planner: Planner) -> list[str]:
    """Each is asked for, waited for, and then sent where it was asked for."""
    faults = []
    for path in FILES:
        job, _page = planner.get(path)
        if not job.startswith("/jobs/"):
            faults.append(f"{path} is no job")
            continue
        wait_for(lambda job=job: not planner.state(job)["is_open"], f"the end of {path}")
        address, data = planner.get(path)
        if address != path or not data.startswith(b"PK"):
            faults.append(f"{path}: {planner.state(job)}, and then it leads to {address}")
    return faults


def lose_a_worker(planner: Planner, pids: Callable[[], tuple[int, int]]) -> list[str]:
    """A worker that is killed at work leaves a job that has failed; the next worker does it when it is asked for again."""
    job, _page = planner.get(LONG_FILE)
    wait_for(lambda: planner.state(job)["total"], "the beginning of a long job")
    _server, worker = pids()
    os.kill(worker, signal.SIGKILL)
    wait_for(lambda: not planner.state(job)["is_open"], "the end of a job whose worker is gone")
    if "dừng giữa chừng" not in str(planner.state(job)["text"]):
        return [f"a job whose worker is gone: {planner.state(job)}"]
    again, _page = planner.get(LONG_FILE)
    wait_for(lambda: not planner.state(again)["is_open"], "the job that is done again")
    address, data = planner.get(LONG_FILE)
    return [] if address == LONG_FILE and data.startswith(b"PK") else [f"done again: {planner.state(again)}"]


@contextmanager
def serving(kind: str, environ: dict[str, str]) -> Iterator[Callable[[], tuple[int, int]]]:
    """A server and its worker; gives the way to their numbers of now."""
    if kind == "sqlite":
        server = subprocess.Popen([*FLASK, "serve"], cwd=ROOT, env=environ, stdout=subprocess.DEVNULL)
        try:
            yield lambda: (server.pid, wait_for(lambda: child_of(server.pid), "a worker beside the server"))
        finally:
            server.kill()
            server.wait()
        return
    command = [*GUNICORN, "--bind", f"127.0.0.1:{environ['PORT']}", "wsgi:create_app()"]
    server = subprocess.Popen(command, cwd=ROOT, env=environ, start_new_session=True)
    workers = [subprocess.Popen([*FLASK, "jobs", "work"], cwd=ROOT, env=environ)]
    ended = threading.Event()

    def keep_alive() -> None:
        while not ended.is_set():
            workers[-1].wait()
            if not ended.is_set():
                workers.append(subprocess.Popen([*FLASK, "jobs", "work"], cwd=ROOT, env=environ))

    watch = threading.Thread(target=keep_alive, daemon=True)
    watch.start()
    try:
        yield lambda: (server.pid, workers[-1].pid)
    finally:
        ended.set()
        workers[-1].kill()
        watch.join()
        os.killpg(server.pid, signal.SIGKILL)
        server.wait()


def sign_in(port: int) -> Planner | None:
    planner = Planner(port)
    try:
        planner.post("/sign-in", "/sign-in", username="taichinh", password="demo-2026")
    except (HTTPError, URLError, ConnectionError):
        return None
    return planner


def child_of(pid: int) -> int:
    """The number of the process that another has started, 0 where there is none."""
    result = subprocess.run(["pgrep", "-P", str(pid)], capture_output=True, text=True, check=False)
    return int((result.stdout.split() or ["0"])[0])


def is_alive(pid: int) -> bool:
    """Whether it runs; one that has ended may wait for somebody to ask for it."""
    stat = Path(f"/proc/{pid}/stat")
    return stat.exists() and stat.read_text().rpartition(")")[2].split()[0] != "Z"


def wait_for(look: Callable[[], T], what: str) -> T:
    """What somebody sees in the end. Raises TimeoutError."""
    end = time.monotonic() + LIMIT
    while not (seen := look()):
        if time.monotonic() > end:
            raise TimeoutError(f"no sign of {what}")
        threading.Event().wait(PAUSE)
    return seen
