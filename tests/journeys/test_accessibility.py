import pytest
from axe_playwright_python.sync_playwright import Axe

PAGES = {
    "canbo": ["/", "/surveys/", "/readiness", "/readiness/wards/00082", "/inventory/wards/00082"],
    "thamdinh": [
        "/",
        "/review/",
        "/rounds/1",
        "/readiness",
        "/standards/",
        "/standards/2026.1",
        "/standards/2026.1/sensitivity?of=CR-A1",
    ],
    "taichinh": ["/", "/plans", "/plans/1"],
    "lanhdao": [
        "/",
        "/readiness",
        "/readiness/wards/00070",
        "/inventory/items/A01",
        "/readiness/nearest",
        "/readiness/forecast",
        "/readiness/quality",
        "/readiness/history",
        "/readiness/wards/00070/what-if",
    ],
    "quantri": ["/", "/users", "/audit"],
}


@pytest.mark.journey
@pytest.mark.parametrize("username", PAGES)
def test_axe_finds_nothing(visit, username):
    page = visit.sign_in(username)
    for path in PAGES[username]:
        page.goto(path)
        found = Axe().run(page).response["violations"]
        told = [(path, rule["id"], [node["html"][:120] for node in rule["nodes"][:3]]) for rule in found]
        assert told == []
        assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth"), f"{path} scrolls sideways"
