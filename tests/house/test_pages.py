"""Every page of the demo city: what it costs, that it reads only, and that it asks nothing of an outside host.

``PAGE_COSTS=write pytest tests/house/test_pages.py`` writes the baseline anew; the difference belongs in the commit that
causes it.
"""

import json
import os
from pathlib import Path

import pytest
from sqlalchemy import event

BASELINE = Path(__file__).parent / "page_costs.json"
PAGES = {
    "canbo": [
        "/",
        "/surveys/",
        "/surveys/14/",
        "/surveys/14/sections/A",
        "/surveys/14/send",
        "/surveys/14/changes",
        "/surveys/14/changes/1/why",
        "/readiness",
        "/readiness/wards/00082",
        "/inventory/wards/00082",
        "/inventory/items",
        "/actions",
        "/actions/2",
        "/briefs",
        "/briefs/wards/00082",
        "/exports/figures",
    ],
    "lanhdaoxa": ["/", "/surveys/", "/readiness/wards/00082", "/actions?mine=1"],
    "thamdinh": [
        "/",
        "/surveys/",
        "/review/",
        "/review/38",
        "/rounds/",
        "/rounds/1",
        "/rounds/1/discipline",
        "/rounds/1/reminders",
        "/readiness",
        "/readiness/wards/00070",
        "/plans",
        "/standards/",
        "/standards/2026.1",
        "/questionnaires/",
        "/questionnaires/2026.2",
        "/actions/1/change",
    ],
    "taichinh": [
        "/",
        "/actions?mine=1",
        "/plans",
        "/plans/1",
        "/plans/1?ward=00070",
        "/plans/1/rules",
        "/plans/1/lines",
        "/plans/1/lines/00070-A05",
        "/plans/1/exclusions",
        "/plans/1/transfers",
        "/plans/1/funding",
        "/plans/1/return",
        "/plans/1/approval",
        "/plans/1/decisions",
        "/plans/1/requests",
        "/plans/1/requests/00070",
        "/plans/1/cost",
        "/plans/1/running-cost",
        "/plans/1/difference",
        "/plans/compare?plan=1",
        "/inventory/items/A01",
        "/prices/",
        "/prices/1",
        "/prices/2",
        "/prices/2/items/A03",
        "/prices/2/changes",
        "/prices/2/upload",
        "/prices/observed",
    ],
    "lanhdao": [
        "/",
        "/readiness",
        "/readiness?colour=cost",
        "/readiness/map.json",
        "/readiness/trend",
        "/readiness/criteria/CR-A1",
        "/readiness/wards/00070",
        "/plans/1",
        "/standards/2026.1/sensitivity",
        "/readiness/nearest",
        "/readiness/forecast",
        "/readiness/quality",
        "/readiness/history",
        "/readiness/wards/00070/what-if",
        "/actions",
        "/actions/1",
        "/actions/wards",
        "/actions/new?ward=00070&criterion=CR-A1",
        "/actions/new?ward=00070&ward=00082",
        "/briefs",
        "/briefs/city",
        "/briefs/districts/huyen-ba-vi",
        "/briefs/wards/00070",
        "/exports/figures",
    ],
    "quantri": ["/", "/office", "/system", "/users", "/audit", "/account/password", "/boundaries", "/jobs"],
}
VISITS = [(username, path) for username, paths in PAGES.items() for path in paths]


@pytest.mark.parametrize(("username", "path"), VISITS)
def test_a_page_keeps_within_its_cost(demo_app, demo_sign_in, username, path):
    client = demo_sign_in(username)
    client.get(path)
    statements = []
    engine = demo_app.extensions["engine"]

    def record_statement(_connection, _cursor, statement, _parameters, _context, _many):
        statements.append(statement)

    event.listen(engine, "before_cursor_execute", record_statement)
    answer = client.get(path)
    event.remove(engine, "before_cursor_execute", record_statement)
    assert answer.status_code == 200
    writes = [text for text in statements if text.lstrip().upper().startswith(("INSERT", "UPDATE", "DELETE"))]
    assert not writes, f"a GET of {path} writes: make it a POST"
    assert len(statements) <= 20, f"{path} asks {len(statements)} queries: load what it shows in one go"
    check_cost(f"{username} {path}", len(statements), len(answer.data))


def check_cost(page, queries, size):
    costs = json.loads(BASELINE.read_text("utf-8")) if BASELINE.exists() else {}
    if os.environ.get("PAGE_COSTS") == "write":
        costs[page] = {"queries": queries, "bytes": size}
        BASELINE.write_text(json.dumps(costs, ensure_ascii=False, indent=1, sort_keys=True) + "\n", "utf-8")
        return
    baseline = costs[page]
    assert queries <= baseline["queries"], f"{page}: {queries} queries, {baseline['queries']} before. Take the new ones away"
    assert size <= baseline["bytes"] * 1.1 + 500, f"{page}: {size} bytes, {baseline['bytes']} before. Make the page lighter"
