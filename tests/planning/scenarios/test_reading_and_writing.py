"""The pages that everybody of the city reads and that a planner writes: two views of one address, with a right of their own each."""

import pytest
from bs4 import BeautifulSoup
from sqlalchemy import event

from accounts.permissions import Permission
from planning.scenarios import scenarios
from planning.scenarios.loading import get_plan_record
from portal.database import session_scope

# Page, the view that reads it, the view that writes it.
PAGES = [
    ("rules", "plan_rules.rules", "plan_rules.set_rules"),
    ("cost", "plan_costs.cost", "plan_costs.set_rates"),
    ("funding", "plan_funding.funding", "plan_funding.set_funding"),
    ("lines/00070-A01", "plan_lines.line", "plan_lines.edit"),
]
TABS = [page for page, _reading_view, _writing_view in PAGES if "/" not in page]


@pytest.fixture
def locks(demo_app):
    """The transactions of a writer that begin during the test."""
    statements = []

    def note(_connection, _cursor, statement, _parameters, _context, _many):
        if statement.startswith("BEGIN IMMEDIATE"):
            statements.append(statement)

    # The first request of all tries whether the database can be written.
    demo_app.test_client().get("/")
    engine = demo_app.extensions["engine"]
    event.listen(engine, "before_cursor_execute", note)
    yield statements
    event.remove(engine, "before_cursor_execute", note)


def fields_of(client, page):
    soup = BeautifulSoup(client.get(f"/plans/1/{page}").data, "html.parser")
    fields = {tag["name"]: tag.get("value", "") for tag in soup.select("main input[name]") if tag.get("type") != "checkbox"}
    return fields | {tag["name"]: (tag.select_one("[selected]") or tag.option)["value"] for tag in soup.select("main select[name]")}


@pytest.mark.parametrize(("page", "reading_view", "writing_view"), PAGES)
class TestRights:
    def test_reading_and_writing_ask_for_their_own_right(self, demo_app, page, reading_view, writing_view):
        views = demo_app.view_functions
        assert views[reading_view].permission == Permission.PLAN_READ
        assert views[writing_view].permission == Permission.PLAN_EDIT
        methods = {rule.endpoint: rule.methods - {"HEAD", "OPTIONS"} for rule in demo_app.url_map.iter_rules()}
        assert (methods[reading_view], methods[writing_view]) == ({"GET"}, {"POST"})

    def test_a_reader_reads_and_is_refused_to_write(self, demo_sign_in, locks, page, reading_view, writing_view):
        client = demo_sign_in("lanhdao")
        fields = fields_of(client, page)
        assert client.post(f"/plans/1/{page}", data=fields).status_code == 404
        assert locks == []

    def test_a_planner_who_reads_takes_no_lock(self, demo_sign_in, locks, page, reading_view, writing_view):
        assert demo_sign_in("taichinh").get(f"/plans/1/{page}").status_code == 200
        assert locks == []

    def test_a_planner_who_writes_takes_the_lock_once(self, demo_sign_in, locks, page, reading_view, writing_view):
        client = demo_sign_in("taichinh")
        assert client.post(f"/plans/1/{page}", data=fields_of(client, page)).status_code == 302
        assert len(locks) == 1

    def test_a_plan_fixed_meanwhile_refuses_what_was_posted(self, demo_app, demo_sign_in, page, reading_view, writing_view):
        client = demo_sign_in("taichinh")
        fields = fields_of(client, page)
        with demo_app.app_context(), session_scope(demo_app.extensions["engine"], writes=True) as session:
            scenarios.finalise_plan(session, get_plan_record(session, 1), "Một")
        assert client.post(f"/plans/1/{page}", data=fields | {"quantity": "7"}).status_code == 400


@pytest.mark.parametrize("page", TABS)
def test_a_refused_form_keeps_its_tab(demo_sign_in, page):
    answer = demo_sign_in("taichinh").post(f"/plans/1/{page}", data={"changes": "99"})
    assert answer.status_code == 400
    active_tabs = BeautifulSoup(answer.data, "html.parser").select(".plan-tabs [aria-current=page]")
    assert [tag["href"] for tag in active_tabs] == [f"/plans/1/{page}"]
