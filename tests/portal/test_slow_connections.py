"""What protects the small set-up from lines that are slow, or that nobody ends: they take no thread from anybody."""

import socket
import threading
from contextlib import ExitStack
from http.client import HTTPConnection

import pytest
from waitress.server import create_server

from portal.cli import SERVER

HALF_OPEN = 60


@pytest.fixture
def port(app):
    server = create_server(app, host="127.0.0.1", port=0, **SERVER)
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    yield server.effective_port
    server.close()
    thread.join()


def ask(port):
    connection = HTTPConnection("127.0.0.1", port, timeout=60)
    connection.request("GET", "/sign-in")
    answer = connection.getresponse()
    answer.read()
    connection.close()
    return answer.status


@pytest.mark.parametrize(
    "beginning",
    [
        b"",
        b"GET /sign-in HTTP/1.1\r\nHost: 127.0.0.1\r\nX-Slow: ",
        b"POST /sign-in HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 1000000\r\n\r\nusername=",
    ],
    ids=["nothing", "half a header", "half a body"],
)
def test_lines_that_nobody_ends_take_no_thread(port, beginning):
    with ExitStack() as lines:
        for _ in range(HALF_OPEN):
            line = lines.enter_context(socket.create_connection(("127.0.0.1", port)))
            line.sendall(beginning)
        assert SERVER["threads"] < HALF_OPEN
        assert [ask(port) for _ in range(3)] == [200] * 3
