"""People at browsers of their own before a real server, for journeys. Server and browser are started once; each test has its own address."""

import contextlib
import itertools
import shutil
import threading
from collections import Counter
from collections.abc import Callable, Iterator

import pytest
from axe_playwright_python.base import AXE_SCRIPT
from flask.testing import FlaskClient
from playwright.sync_api import Browser, BrowserContext, Page, Request, Route, expect
from waitress.server import create_server
from werkzeug.exceptions import NotFound

FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking"]
# How long to wait before something counts as missing: far longer than it takes, so that a busy machine makes no fault.
PATIENCE = 60_000
WIDTHS = (1280, 360)
expect.set_options(timeout=PATIENCE)


def find_chromium() -> str | None:
    return next(filter(None, map(shutil.which, ("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome"))), None)


# What hangs on no layout is walked once, where its people sit; the layout of every page is looked at in both widths, with axe.
at_a_desk = pytest.mark.parametrize("width", [1280], ids=["desk"], indirect=True)
on_a_phone = pytest.mark.parametrize("width", [360], ids=["phone"], indirect=True)
# A long way whose pages are looked at in both widths elsewhere too: once for each change, and on a phone by the drills.
on_a_phone_by_drills = pytest.mark.parametrize(
    "width", [1280, pytest.param(360, marks=pytest.mark.long)], ids=["desk", "phone"], indirect=True
)


class SharedServer:
    """One server in a thread that answers each test under a host name of its own, so that nothing late reaches the next test."""

    def __init__(self) -> None:
        self._apps: dict[str, Callable] = {}
        self._running: Counter[str] = Counter()
        self._changed = threading.Condition()
        self._numbers = itertools.count(1)
        server = create_server(self, host="127.0.0.1", port=0, threads=4)
        self.port = server.effective_port
        threading.Thread(target=server.run, daemon=True).start()

    def __call__(self, environ, start_response) -> Iterator[bytes]:
        host = environ["HTTP_HOST"].partition(":")[0]
        with self._changed:
            app = self._apps.get(host, NotFound())
            self._running[host] += 1
        try:
            # Read to its end here: a body that is still being made counts as running.
            with contextlib.closing(app(environ, start_response)) as answer:
                yield from answer
        finally:
            with self._changed:
                self._running[host] -= 1
                self._changed.notify_all()

    @contextlib.contextmanager
    def serving(self, app: Callable) -> Iterator[str]:
        """The address of an application. When this ends, no request of it is under way."""
        # Browsers take every name under localhost for this machine.
        host = f"test-{next(self._numbers)}.localhost"
        self._apps[host] = app
        yield f"http://{host}:{self.port}"
        with self._changed:
            del self._apps[host]
            assert self._changed.wait_for(lambda: not self._running[host], timeout=PATIENCE / 1000), "a request does not end"


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


class HeldFile:
    """A file on a slow line: the browser has asked for it, and gets it when it is released."""

    def __init__(self, page: Page, pattern: str) -> None:
        self._held_routes: list[Route] | None = []
        page.route(pattern, self._hold)

    def _hold(self, route: Route) -> None:
        if self._held_routes is None:
            route.continue_()
        else:
            self._held_routes.append(route)

    def release(self) -> None:
        routes, self._held_routes = self._held_routes or [], None
        for route in routes:
            route.continue_()


def sign_out(page: Page) -> None:
    toggler = page.get_by_role("button", name="Mở trình đơn")
    if toggler.is_visible():
        toggler.click()
        # A menu that is still unfolding moves from under the pointer.
        expect(page.locator("#menu.show")).to_be_visible()
    page.get_by_role("button", name="Đăng xuất").click()
    page.wait_for_url("**/sign-in")


def check_accessibility(page: Page) -> None:
    """Fail where axe finds a violation, or where the page scrolls sideways."""
    # A click is over when the next page begins to arrive: half a page has no root, or hides its faults.
    page.wait_for_load_state()
    if not page.evaluate("'axe' in window"):
        page.evaluate(AXE_SCRIPT)
    violations = page.evaluate("axe.run({resultTypes: ['violations']}).then(({ violations }) => violations)")
    faults = [(rule["id"], [node["html"][:150] for node in rule["nodes"][:3]]) for rule in violations]
    assert faults == [], f"axe finds faults on {page.url}, {page.viewport_size}"
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth"), f"{page.url} scrolls sideways"


def check_accessibility_in_both_widths(page: Page) -> None:
    """A window is made narrow more quickly than a page is asked for again."""
    before = page.viewport_size
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": 800})
        check_accessibility(page)
    page.set_viewport_size(before)
