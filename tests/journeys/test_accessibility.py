import pytest

from tests.support.browsers import WIDTHS, check_accessibility_in_both_widths

# The submission that waits longest.
REVIEWED = "/review/first"
PAGES = {
    "canbo": [
        "/",
        "/surveys/",
        "/surveys/14/",
        "/surveys/14/sections/0",
        "/surveys/14/sections/A",
        "/surveys/14/sections/D",
        "/surveys/14/sections/G",
        "/surveys/14/send",
        "/surveys/14/print",
        "/surveys/14/print-empty",
        "/surveys/14/form",
        "/surveys/14/changes?question=floors",
        "/surveys/14/changes/1/why",
        "/surveys/38/sections/A",
        "/readiness",
        "/readiness/wards/00082",
        "/inventory/wards",
        "/inventory/wards/00070",
        "/actions",
        "/actions/2",
    ],
    "lanhdaoxa": ["/", "/surveys/", "/surveys/14/", "/readiness/wards/00082", "/actions?mine=1"],
    "thamdinh": [
        "/",
        "/review/",
        REVIEWED,
        "/rounds/1",
        "/rounds/1/discipline",
        "/rounds/1/reminders",
        "/rounds/1/forms",
        "/readiness",
        "/standards/",
        "/standards/2026.1",
        "/standards/2026.1/sensitivity?of=CR-A1",
    ],
    "taichinh": [
        "/",
        "/plans",
        "/plans/new",
        "/plans/1",
        "/plans/1/rules",
        "/plans/1/lines",
        "/plans/1/lines/00070-A05",
        "/plans/1/exclusions",
        "/plans/1/difference",
        "/plans/1/copy",
        "/plans/1/name",
        "/plans/1/cost",
        "/plans/1/running-cost",
        "/plans/1/transfers",
        "/plans/1/funding",
        "/plans/1/return",
        "/plans/compare?plan=1",
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
        "/readiness?district=Quận+Hoàn+Kiếm",
        "/readiness/trend",
        "/readiness/criteria/CR-A1",
        "/readiness/criteria/CR-G1?status=unmet",
        "/readiness/wards/00070",
        "/inventory/wards/00070",
        "/inventory/items/A01",
        "/readiness/nearest",
        "/readiness/forecast",
        "/readiness/quality",
        "/readiness/history",
        "/readiness/wards/00070/what-if",
        "/actions",
        "/actions/1",
        "/actions/3",
        "/actions/1/change",
        "/actions/wards?all=1",
        "/actions/new?ward=00070&criterion=CR-A1",
        "/actions/new?ward=00070&ward=00082",
        "/actions/new?city=1",
        "/briefs",
        "/briefs/city",
        "/briefs/wards/00070",
        "/exports/figures",
    ],
    "quantri": ["/", "/users", "/audit", "/account/password", "/boundaries", "/not-there"],
}


@pytest.mark.journey
@pytest.mark.parametrize("username", PAGES)
def test_axe_finds_nothing(visit_at, username):
    page = visit_at(WIDTHS[0]).sign_in(username)
    for path in PAGES[username]:
        page.goto("/review/" if path == REVIEWED else path)
        if path == REVIEWED:
            page.locator(".list-group a").first.click()
        check_accessibility_in_both_widths(page)


@pytest.mark.journey
def test_axe_finds_nothing_on_the_pages_of_a_draft(visit_at):
    page = visit_at(WIDTHS[0]).sign_in("thamdinh")
    page.goto("/standards/")
    page.get_by_role("button", name="Soạn bản thảo").click()
    page.wait_for_url(lambda url: "/drafts/" in url)
    draft = page.url
    for part in ("", "/text", "/criteria", "/criteria/CR-A1", "/what-if"):
        page.goto(draft + part)
        check_accessibility_in_both_widths(page)


@pytest.mark.journey
def test_axe_finds_nothing_on_the_sign_in_page(visit_at):
    page = visit_at(WIDTHS[0]).open()
    page.goto("/sign-in")
    check_accessibility_in_both_widths(page)
