import threading

import pytest

from tests.support.browsers import PATIENCE, WIDTHS, check_accessibility, check_accessibility_in_both_widths

# What journeys check where they pass by is not opened again.
PAGES = {
    "canbo": [
        "/",
        "/surveys/",
        "/surveys/14/sections/A",
        "/surveys/14/sections/G",
        "/surveys/14/print-empty",
        "/surveys/38/sections/A",
        "/readiness",
        "/readiness/wards/00082",
        "/inventory/wards",
        "/inventory/wards/00070",
        "/actions",
    ],
    "lanhdaoxa": ["/", "/surveys/", "/readiness/wards/00082", "/actions?mine=1"],
    "thamdinh": [
        "/",
        "/rounds/1/discipline",
        "/rounds/1/reminders",
        "/rounds/1/forms",
        "/questionnaires/2026.2",
        "/readiness",
    ],
    "taichinh": [
        "/",
        "/plans/1",
        "/plans/1/lines",
        "/plans/1/lines/00070-A05",
        "/plans/1/exclusions",
        "/plans/1/difference",
        "/plans/1/approval",
        "/plans/1/decisions",
        "/plans/1/requests/00070",
        "/plans/1/copy",
        "/plans/1/name",
        "/plans/1/cost",
        "/plans/1/running-cost",
        "/plans/1/return",
        "/plans/1?ward=00070",
        "/inventory/items",
        "/prices/",
        "/prices/2",
        "/prices/2/items/A03",
        "/prices/2/changes",
        "/prices/2/upload",
        "/prices/observed",
    ],
    "lanhdao": [
        "/",
        "/readiness",
        "/readiness/criteria/CR-G1?status=unmet",
        "/readiness/wards/00070",
        "/inventory/items/A01",
        "/readiness/forecast",
        "/readiness/quality",
        "/readiness/history",
        "/actions",
        "/actions/1",
        "/actions/3",
        "/actions/1/change",
        "/actions/new?city=1",
    ],
    "quantri": ["/", "/users", "/audit", "/account/password", "/boundaries", "/not-there"],
}


@pytest.mark.journey
@pytest.mark.long
@pytest.mark.parametrize("username", PAGES)
def test_axe_finds_nothing(visit_at, username):
    page = visit_at(WIDTHS[0]).sign_in(username)
    for path in PAGES[username]:
        page.goto(path)
        check_accessibility_in_both_widths(page)


@pytest.mark.journey
def test_axe_finds_nothing_on_the_pages_of_a_draft(visit_at):
    page = visit_at(WIDTHS[0]).sign_in("thamdinh")
    page.goto("/standards/")
    page.get_by_role("button", name="Soạn bản thảo").click()
    page.wait_for_url(lambda url: "/drafts/" in url)
    draft_address = page.url
    for part in ("/text", "/criteria"):
        page.goto(draft_address + part)
        check_accessibility_in_both_widths(page)


class ArrivingPage:
    """A page whose rest is sent once a check does something with it, which must not be to look at it."""

    def __init__(self, page, rest_is_wanted):
        self.page, self.rest_is_wanted = page, rest_is_wanted

    def __getattr__(self, name):
        if name == "evaluate":
            assert self.page.evaluate("document.readyState") == "complete", "half a page is looked at"
        self.rest_is_wanted.set()
        return getattr(self.page, name)


@pytest.mark.journey
@pytest.mark.parametrize("beginning", ["<!-- nothing yet -->", "<!doctype html><html lang=vi><title>Trang</title><h1>Trang</h1>"])
def test_a_page_that_is_still_arriving_is_checked_whole(browser, server, beginning):
    rest_is_wanted = threading.Event()

    def application(environ, start_response):
        start_response("200 OK", [("Content-Type", "text/html; charset=utf-8")])
        if environ["PATH_INFO"] == "/":
            yield b"<!doctype html><html lang=vi><title>Trang</title><main><h1>Trang</h1><a href=/next>Sang trang</a></main></html>"
        else:
            yield beginning.encode()
            rest_is_wanted.wait(timeout=PATIENCE / 1000)
            yield b"<img src=late.png></html>"

    with server.serving(application) as address:
        page = browser.new_page()
        page.goto(address)
        check_accessibility(page)
        page.get_by_role("link", name="Sang trang").click()
        with pytest.raises(AssertionError, match="axe finds faults"):
            check_accessibility(ArrivingPage(page, rest_is_wanted))
        page.close()
