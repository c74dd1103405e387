"""A real browser against a real server: waitress on a free port of the loopback, the demo round, the machine's Chromium."""

import contextlib
import os
import shutil
import threading
import time
from collections.abc import Callable, Iterator

import pytest
from flask.testing import FlaskClient
from playwright.sync_api import Browser, BrowserContext, Page, Request, expect, sync_playwright
from waitress.server import create_server

FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking"]
# How long to wait before something counts as missing: far longer than it takes, so that a busy machine makes no fault.
PATIENCE = 30_000
expect.set_options(timeout=PATIENCE)


def find_chromium() -> str | None:
    return next(filter(None, map(shutil.which, ("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome"))), None)


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    path = find_chromium()
    if path is None:
        if os.environ.get("REQUIRE_BROWSER"):
            pytest.fail("No Chromium on this machine, and REQUIRE_BROWSER is set: install the package chromium.")
        pytest.skip("NO BROWSER: install Chromium to run the journeys.")
    with sync_playwright() as playwright:
        launched = playwright.chromium.launch(executable_path=path, args=FLAGS)
        yield launched
        launched.close()


@pytest.fixture
def address(demo_app) -> Iterator[str]:
    # A browser brings the token of each form with it, so nothing has to be switched off for it.
    demo_app.config["WTF_CSRF_ENABLED"] = True
    server = create_server(demo_app, host="127.0.0.1", port=0, threads=4, asyncore_loop_timeout=0.05)

    def run() -> None:
        # Closing the server takes its socket away from under the loop that waits on it.
        with contextlib.suppress(OSError):
            server.run()

    thread = threading.Thread(target=run, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.effective_port}"
    server.task_dispatcher.shutdown()
    server.close()
    thread.join(timeout=5)


WIDTHS = (1280, 360)
# What hangs on no layout is walked once, where its people sit; the layout of every page is looked at in both widths, with axe.
at_a_desk = pytest.mark.parametrize("width", [1280], ids=["desk"], indirect=True)
on_a_phone = pytest.mark.parametrize("width", [360], ids=["phone"], indirect=True)


@pytest.fixture(params=WIDTHS, ids=["desk", "phone"])
def width(request) -> int:
    return request.param


@pytest.fixture
def visit(visit_at, width) -> "Visit":
    return visit_at(width)


@pytest.fixture
def visit_at(browser, address, demo_sign_in) -> Iterator[Callable[[int], "Visit"]]:
    """``visit_at(1280)`` gives people at windows of that width."""
    visits: list[Visit] = []

    def begin(width: int) -> Visit:
        visits.append(Visit(browser, address, width, demo_sign_in))
        return visits[-1]

    yield begin
    for visit in visits:
        visit.close()


class Visit:
    """People at their own browsers: each demo account gets a context of its own."""

    def __init__(self, browser: Browser, address: str, width: int, client_of: Callable[[str], FlaskClient]) -> None:
        self.browser, self.address, self.width, self.client_of = browser, address, width, client_of
        self.contexts: list[BrowserContext] = []
        self.outside: list[str] = []

    def sign_in(self, username: str, *, at: str = "/", scripts: bool = True) -> Page:
        """A person's page, the home page first. The cookie is laid in; signing in by name and password is a journey of its own."""
        cookie = self.client_of(username).get_cookie("ward_readiness")
        assert cookie is not None
        page = self.open(scripts=scripts)
        page.context.add_cookies([{"name": cookie.key, "value": cookie.value, "url": self.address}])
        page.goto(at)
        return page

    def open(self, *, scripts: bool = True) -> Page:
        """An empty page of somebody whom the server does not know yet."""
        context = self.browser.new_context(
            viewport={"width": self.width, "height": 800}, locale="vi-VN", base_url=self.address, java_script_enabled=scripts
        )
        self.contexts.append(context)
        page = context.new_page()
        page.set_default_timeout(PATIENCE)
        page.on("request", self._note_outside_host)
        return page

    def _note_outside_host(self, request: Request) -> None:
        if not request.url.startswith((self.address, "data:", "blob:")):
            self.outside.append(request.url)

    def close(self) -> None:
        for context in self.contexts:
            context.close()
        assert self.outside == [], "a page asked an outside host"


def sign_out(page):
    toggler = page.get_by_role("button", name="Mở trình đơn")
    if toggler.is_visible():
        toggler.click()
        # A menu that is still unfolding moves from under the pointer.
        expect(page.locator("#menu.show")).to_be_visible()
    page.get_by_role("button", name="Đăng xuất").click()
    page.wait_for_url("**/sign-in")


def held_back(route):
    """A script on a slow line: it comes when people have begun already."""
    time.sleep(0.5)
    route.continue_()
