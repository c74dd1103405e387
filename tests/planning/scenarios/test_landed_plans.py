"""Plans of landed versions: what was fixed reads with the totals of its day, and what was open goes on under the words of today."""

import json
from collections import Counter
from contextlib import contextmanager

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from exports.workbook.build import build_workbook
from planning.funding.account import Sums
from planning.models import PlanRecord
from planning.plan.faults import faults_of
from planning.plan.marks import Mark, marks_of
from planning.plan.norms import NormClass
from planning.plan.spending import SpendingForm, find_source
from planning.scenarios.funded_plans import account_of_plan, why_no_account
from planning.scenarios.landed_plans import UNRECORDED
from planning.scenarios.loading import keyed_plan_of, plan_of
from planning.scenarios.serialization import load_assumptions, load_funding
from planning.scenarios.stored_content import is_intact
from portal.setup import run_setup
from tests.factories.plans import WORKBOOK_CONTEXT
from tests.landed_states.restore import NAMES, restore
from tests.support.applications import make_app
from tests.support.workbooks import check_recalculation, recalculated

VERSIONS = [name for name in NAMES if name >= "0.3" and "." in name]
# Later ones fix what is funded, and with it all that a line is asked for.
BEFORE_FUNDING = ["0.3.0", "0.4.0"]
# Of the plan that 0.5.0 fixed: its money, and wards ready now, with what is funded, and with all of it.
FIGURES = (Sums(25_000_000, 208_500_000, 51_500_000), 0, 0, 1)


@contextmanager
def upgraded(name, folder):
    """A session on the production state of a landed version, upgraded."""
    url = f"sqlite:///{folder / 'city.sqlite'}"
    restore(name, "production", url)
    app = make_app(url)
    run_setup(app, interactive=False)
    with app.app_context(), Session(app.extensions["engine"].execution_options(writes=False)) as session:
        yield session
    app.extensions["engine"].dispose()


@pytest.fixture(scope="module", params=VERSIONS)
def landed(request, tmp_path_factory):
    with upgraded(request.param, tmp_path_factory.mktemp("landed")) as session:
        yield session


@pytest.fixture(scope="module", params=BEFORE_FUNDING)
def landed_before(request, tmp_path_factory):
    with upgraded(request.param, tmp_path_factory.mktemp("landed")) as session:
        yield session


def records(session, *, final):
    return [record for record in session.scalars(select(PlanRecord)) if record.is_final is final]


def amount_then(row):
    """VND of a line as the versions up to 0.4.0 counted it: its first year only, rounded half up."""
    bought = 0 if row["method"] == "transfer" else max(0, row["quantity"] - row.get("moved", 0))
    return (bought * row["unit_price"] * row["months"] * 2 + 12) // 24


def test_what_was_funded_of_them_is_told_as_unrecorded_not_as_under_way(landed_before):
    for record in records(landed_before, final=True):
        assert "không ghi nhận" in why_no_account(landed_before, record, keyed_plan_of(landed_before, record))


def test_what_was_fixed_with_what_was_funded_has_both_as_on_its_day(tmp_path):
    with upgraded("0.5.0", tmp_path) as session:
        [record] = records(session, final=True)
        account = account_of_plan(session, record, keyed_plan_of(session, record))
        assert is_intact(record)
        assert plan_of(session, record).total() == account.total.whole
        assert (account.total, account.ready_now, account.ready_funded, account.ready_all) == FIGURES
        assert {purpose.how for line in plan_of(session, record).lines for purpose in line.purposes}.isdisjoint({UNRECORDED})


def test_what_was_fixed_has_the_totals_of_its_day(landed_before):
    final = records(landed_before, final=True)
    assert final
    for record in final:
        plan, rows = plan_of(landed_before, record), json.loads(record.content)["lines"]
        assert is_intact(record)
        assert [line.amount for line in plan.lines] == [amount_then(row) for row in rows]
        then = Counter()
        for row in rows:
            then[row["spending"]] += amount_then(row)
        assert plan.form_total(SpendingForm.RECURRENT) == then["recurrent"]
        assert plan.total() - plan.form_total(SpendingForm.RECURRENT) == then["capital"]
        assert {line.norm.kind for line in plan.lines} == {NormClass.UNRECORDED}
        assert [line.code for line in plan.lines if marks_of(line, plan) & {Mark.FAULT, Mark.OPEN, Mark.BASIS}] == []
        assert {purpose.how for line in plan.lines for purpose in line.purposes} == {UNRECORDED}


def test_what_was_open_goes_on_coherent_by_itself(landed):
    for record in records(landed, final=False):
        plan = plan_of(landed, record)
        assert all(find_source(rule.source) and find_source(rule.recurrent_source) for rule in plan.assumptions.groups.values())
        assert load_assumptions(record.assumptions).first_year == plan.assumptions.first_year
        assert not [line.code for line in plan.lines if not line.edited and faults_of(line, plan.assumptions)]
        pots = [ceiling.pot for ceiling in load_funding(record.funding).ceilings]
        assert len(pots) == len(set(pots))


def test_the_workbook_of_what_was_fixed_calculates_to_what_it_says(landed, tmp_path):
    for record in records(landed, final=True):
        data = build_workbook(plan_of(landed, record), WORKBOOK_CONTEXT)
        assert check_recalculation(recalculated(data, tmp_path), data) > 1_000
