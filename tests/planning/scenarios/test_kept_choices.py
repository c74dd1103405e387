"""A choice of wards that takes longer than a page: shown as it stands, settled by a job, and only then in lines, files and stored plans."""

from functools import partial

import pytest
from bs4 import BeautifulSoup

from planning.funding import selection
from planning.funding.allocation import Aim
from planning.models import PlanChoice
from planning.scenarios import funding, scenarios
from planning.scenarios.funded_plans import find_settled, funded_plan_of
from planning.scenarios.loading import get_plan_record, keyed_plan_of, plan_of
from portal.database import session_scope
from tests.factories.funding import ceilings_of_percent
from tests.support.jobs import do_jobs, waiting_queue
from tests.support.workbooks import sheet_names

# So little that no choice of the demo is settled with it, and as much as settles one here.
LITTLE, ENOUGH = 1, 5_000


@pytest.fixture
def engine(demo_app, monkeypatch):
    """A scenario whose first answer is none to keep: its wards may slide, and the most people are to be served."""
    monkeypatch.setattr(selection, "PROOF_WORK", ENOUGH)
    monkeypatch.setattr(funding, "PROOF_WORK", ENOUGH)
    monkeypatch.setattr(funding, "FIRST_WORK", LITTLE)
    engine = demo_app.extensions["engine"]
    with demo_app.app_context(), session_scope(engine, writes=True) as session:
        record = get_plan_record(session, 1)
        conditions = ceilings_of_percent(plan_of(session, record), 30, aim=Aim.PEOPLE, slide_years=2)
        scenarios.set_funding(session, record, record.changes, conditions)
    return engine


def read(engine, ask):
    with session_scope(engine, writes=False) as session:
        record = get_plan_record(session, 1)
        return ask(session, record, keyed_plan_of(session, record))


def text_of(client, address):
    return " ".join(BeautifulSoup(client.get(address).data, "html.parser").main.text.split())


def settle(demo_app, client, tmp_path):
    with waiting_queue(demo_app, tmp_path) as queue:
        assert client.post("/plans/1/funding/settle").status_code == 302
        do_jobs(queue)


def test_what_is_not_settled_is_shown_and_enters_nothing(demo_app, engine, demo_sign_in):
    client = demo_sign_in("taichinh")
    page = text_of(client, "/plans/1/funding")
    assert "Đang tính." in page
    assert "còn cách" in page
    with demo_app.app_context():
        line = read(engine, lambda _session, _record, keyed: keyed.plan.lines[0])
        assert read(engine, find_settled) is None
    assert "đang tính, xem trang Mức vốn tối đa" in text_of(client, f"/plans/1/lines/{line.code}")
    assert "đang tính" in text_of(client, "/plans/1")
    answer = demo_sign_in("taichinh2").post("/plans/1/check", data={"changes": "1"}, follow_redirects=True)
    assert "Chưa trình được vì phần bố trí vốn đang tính" in answer.text


def test_the_job_settles_it_once_and_every_page_and_process_has_the_same(demo_app, engine, demo_sign_in, tmp_path):
    client = demo_sign_in("taichinh")
    with waiting_queue(demo_app, tmp_path) as queue:
        client.post("/plans/1/funding/settle")
        do_jobs(queue)
        client.get("/plans/1/workbook.xlsx")
        do_jobs(queue)
        sheets = set(sheet_names(client.get("/plans/1/workbook.xlsx").data))
    assert {"Cân đối vốn", "Cân đối từng dòng"} <= sheets
    with demo_app.app_context():
        settled = read(engine, find_settled)
        again = read(engine, lambda session, record, keyed: funding.settle(session, record, keyed.plan))
        assert dict(settled.choice.years) == dict(again.choice.years) != {}
        assert read(engine, partial(count_choices)) == 1
    page = text_of(client, "/plans/1/funding")
    assert "Đang tính." not in page
    assert f"{len(settled.ready_after)}/126" in page
    assert {"Cân đối vốn", "Cân đối từng dòng"} <= set(
        sheet_names(client.get("/plans/1/workbook.xlsx", follow_redirects=True).data)
    )


def count_choices(session, _record, _keyed):
    return session.query(PlanChoice).count()


def test_other_conditions_are_asked_anew_and_the_first_ones_are_still_known(demo_app, engine, demo_sign_in, tmp_path):
    settle(demo_app, demo_sign_in("taichinh"), tmp_path)
    for percent, is_settled in ((20, False), (30, True)):
        with demo_app.app_context(), session_scope(engine, writes=True) as session:
            record = get_plan_record(session, 1)
            conditions = ceilings_of_percent(plan_of(session, record), percent, aim=Aim.PEOPLE, slide_years=2)
            scenarios.set_funding(session, record, record.changes, conditions)
        with demo_app.app_context():
            assert read(engine, funded_plan_of).is_settled == is_settled


@pytest.mark.parametrize("years", [{"99999": 0}, {"00070": 7}, None])
def test_a_kept_choice_that_is_none_is_no_choice(demo_app, engine, demo_sign_in, tmp_path, years):
    settle(demo_app, demo_sign_in("taichinh"), tmp_path)
    with demo_app.app_context(), session_scope(engine, writes=True) as session:
        row = session.query(PlanChoice).one()
        possible = {c.ward.code: 0 for c in funded_plan_of_first(session).choice.candidates if c.possible}
        # All of them at once are more than the money.
        row.content = {**row.content, "years": possible if years is None else years}
    with demo_app.app_context():
        assert read(engine, find_settled) is None


def funded_plan_of_first(session):
    record = get_plan_record(session, 1)
    return funded_plan_of(session, record, keyed_plan_of(session, record))
