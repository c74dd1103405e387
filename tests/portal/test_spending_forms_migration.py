"""Plans of 0.4.0 under the forms of spending: what was one project stays one, and each ceiling goes on for the lines that it was set for."""

import json
import sqlite3

import pytest
from sqlalchemy import select

from planning.models import PlanRecord
from planning.plan.faults import faults_of
from planning.plan.spending import SpendingForm
from planning.scenarios.loading import plan_of
from planning.scenarios.serialization import load_funding
from portal.database import session_scope
from portal.migration import migrate
from portal.setup import run_setup
from tests.landed_states.restore import restore
from tests.support.applications import make_app

INVESTMENT, RECURRENT, DIGITAL = (
    "Đầu tư công – NS Thành phố",
    "Chi thường xuyên – NS Thành phố",
    "Chi chuyển đổi số – NS Thành phố (NĐ 224/2026, Điều 34)",
)


@pytest.fixture
def upgrade(tmp_path):
    """Upgrade the demo of 0.4.0 once its plan was changed: gives the application and the plan as it was stored before."""

    def change_and_upgrade(sources=(), ceilings=(), rates=None, edits=()):
        path = tmp_path / "state.sqlite"
        restore("0.4.0", "demo", f"sqlite:///{path}")
        with sqlite3.connect(path) as database:
            [stored] = database.execute("SELECT assumptions FROM plan WHERE id = 1").fetchone()
            rules = json.loads(stored)
            for letter, source in sources:
                rules["groups"][letter]["capital_source"] = source
            funding = {
                "ceilings": [{"year": 2027, "source": source, "amount": amount} for source, amount in ceilings],
                "aim": "wards",
            }
            values = [json.dumps(each, ensure_ascii=False) for each in (rules, funding, rates or {})]
            database.execute("UPDATE plan SET assumptions = ?, funding = ?, rates = ? WHERE id = 1", values)
            columns = "plan_id, ward_code, item_code, field, value, why, door, by, at"
            for item, field, value in edits:
                row = (1, "00004", item, field, value, "", "page", "x", "2026-03-02 00:00:00.000000")
                database.execute(f"INSERT INTO plan_edit ({columns}) VALUES ({', '.join('?' * len(row))})", row)
        app = make_app(f"sqlite:///{path}")
        run_setup(app, interactive=False)
        return app, [json.loads(text) for text in values]

    return change_and_upgrade


def read(app, value_of):
    with app.app_context(), session_scope(app.extensions["engine"], writes=False) as session:
        return value_of(session, session.scalars(select(PlanRecord).where(PlanRecord.id == 1)).one())


def ceilings_of(app):
    return [
        (each.source, each.form, each.amount) for each in read(app, lambda _session, record: load_funding(record.funding)).ceilings
    ]


def test_a_plan_in_one_project_stays_one_and_is_coherent(upgrade):
    app, before = upgrade(rates={"mode": "project", "management": 250}, edits=[("A03", "spending", "capital")])
    plan = read(app, plan_of)
    assert [line.code for line in plan.lines if faults_of(line, plan.assumptions)] == []
    [edited] = [line for line in plan.lines if line.code == "00004-A03"]
    assert edited.form is SpendingForm.PROJECT
    migrate(app.extensions["engine"], "0018")
    with app.extensions["engine"].connect() as connection:
        [text] = connection.exec_driver_sql("SELECT rates FROM plan WHERE id = 1").fetchone()
    assert json.loads(text) == before[2]


def test_a_ceiling_goes_on_for_the_lines_that_it_was_set_for(upgrade):
    app, _before = upgrade(sources=[("A", RECURRENT), ("B", INVESTMENT)], ceilings=[(RECURRENT, 100), (INVESTMENT, 200)])
    plan = read(app, plan_of)
    source_of = {letter: plan.assumptions.groups[letter].source for letter in "AB"}
    assert ceilings_of(app) == [
        (source_of["A"], SpendingForm.PURCHASE, 100),
        (source_of["B"], SpendingForm.PURCHASE, 200),
    ]


def test_two_ceilings_of_what_is_now_one_money_are_its_sum(upgrade):
    app, _before = upgrade(
        sources=[("A", DIGITAL), ("B", INVESTMENT)], ceilings=[(DIGITAL, 100), (INVESTMENT, 200), (RECURRENT, 50)]
    )
    assert [(form, amount) for _source, form, amount in ceilings_of(app)] == [
        (SpendingForm.PURCHASE, 300),
        (SpendingForm.RECURRENT, 50),
    ]
