"""A real browser against a real server: waitress on a free port of the loopback, the demo round, the machine's Chromium."""

import os
from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser, sync_playwright

from tests.support.browsers import FLAGS, WIDTHS, SharedServer, Visit, find_chromium


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    path = find_chromium()
    if path is None:
        if os.environ.get("REQUIRE_BROWSER"):
            pytest.fail("No Chromium on this machine, and REQUIRE_BROWSER is set: install the package chromium.")
        pytest.skip("NO BROWSER: install Chromium to run the journeys.")
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=path, args=FLAGS)
        yield chromium
        chromium.close()


@pytest.fixture(scope="session")
def server() -> SharedServer:
    return SharedServer()


@pytest.fixture
def address(server, demo_app) -> Iterator[str]:
    # A browser brings the token of each form with it, so nothing has to be switched off for it.
    demo_app.config["WTF_CSRF_ENABLED"] = True
    with server.serving(demo_app) as address:
        yield address


@pytest.fixture(params=WIDTHS, ids=["desk", "phone"])
def width(request) -> int:
    return request.param


@pytest.fixture
def visit(visit_at, width) -> Visit:
    return visit_at(width)


@pytest.fixture
def visit_at(browser, address, demo_sign_in) -> Iterator[Callable[[int], Visit]]:
    """``visit_at(1280)`` gives people at windows of that width."""
    visits: list[Visit] = []

    def open_visit(width: int) -> Visit:
        visits.append(Visit(browser, address, width, demo_sign_in))
        return visits[-1]

    yield open_visit
    for visit in visits:
        visit.close()
