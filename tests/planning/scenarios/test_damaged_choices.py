"""A settled choice of wards is kept by what it was made of; a damaged one is none, and what decisions give follows it."""

import json
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from threading import Barrier

import pytest
from bs4 import BeautifulSoup
from sqlalchemy import text

from accounts.identity import Identity, Role
from planning.decisions.decision import Decision, DecisionError, DecisionKind
from planning.decisions.decisions import record_decision
from planning.funding.allocation import Aim
from planning.funding.conflicts import ConflictError
from planning.funding.constraints import Ceiling, Funding
from planning.models import PlanChoice
from planning.scenarios import funding
from planning.scenarios.funded_plans import asked_of, find_settled, funded_plan_of, list_unsettled_approvals
from planning.scenarios.funding import choice_key, keep_choice, settle
from planning.scenarios.loading import get_plan_record, keyed_plan_of, plan_of
from planning.scenarios.scenarios import create_plan, finalise_plan, revise_plan, set_funding
from planning.scenarios.serialization import dump_funding
from portal.clock import today
from portal.database import session_scope
from portal.kept_files import KeptFile
from tests.factories.funding import ceilings_of_percent

FILE = KeptFile("a.pdf", "application/pdf", 1, "0" * 64, "a")
DECIDER = Identity(99, "tc9", "Người 9", Role.PLANNER, None)


@pytest.fixture
def _slowly(monkeypatch):
    """What the first second finds is never proven."""
    fund_plan = funding.fund_plan

    def fund_slowly(plan, conditions, decided, work):
        funded = fund_plan(plan, conditions, decided)
        unproven = replace(funded.choice, bound=funded.choice.bound + 1, is_settled=False)
        return funded if work == funding.PROOF_WORK else replace(funded, choice=unproven)

    monkeypatch.setattr(funding, "fund_plan", fund_slowly)


@pytest.fixture
def record(demo_app, demo_session):
    """The default scenario, half of its money there."""
    with demo_app.app_context():
        record = get_plan_record(demo_session, 1)
        conditions = ceilings_of_percent(plan_of(demo_session, record), 50, aim=Aim.PEOPLE)
        set_funding(demo_session, record, record.changes, conditions)
        yield record


def decide(session, record, kind, number, amounts):
    decision = Decision(kind, number, today(), "UBND Thành phố", sum(amounts.values()), amounts)
    record_decision(session, record, decision, FILE, asked_of(record, plan_of(session, record)), DECIDER)


def is_settled(session, record):
    return find_settled(session, record, keyed_plan_of(session, record)) is not None


def damages_of(content, choice):
    """What somebody, or a disk, may make of a kept choice."""
    possible = [candidate.ward.code for candidate in choice.candidates if candidate.possible]
    impossible = [candidate.ward.code for candidate in choice.candidates if not candidate.possible]
    first = min(content["years"])
    ward = next(candidate for candidate in choice.candidates if candidate.ward.code == first)
    without_first = {
        "years": {code: years for code, years in content["years"].items() if code != first},
        "value": content["value"] - ward.ward.population,
        "bound": content["value"] - ward.ward.population,
        "cost": content["cost"] - sum(ward.costs_by_years[content["years"][first]].values()),
        "cost_bound": 0,
    }
    return [
        without_first,
        *([], "chữ", {}, content | {"years": None}, content | {"value": "nhiều"}, content | {"cost": None}),
        *(content | {"years": content["years"] | {code: 0}} for code in ("99999", impossible[0])),
        *(content | {"years": content["years"] | {first: years}} for years in (-1, 1, 5)),
        content | {"years": dict.fromkeys(possible, 0)},
        *(content | {name: content[name] + 1} for name in ("value", "cost")),
        *(content | {"bound": bound} for bound in (content["value"] - 1, 10**40)),
        *(content | {"cost_bound": bound} for bound in (-1, content["cost"] + 1)),
    ]


@pytest.mark.usefixtures("_slowly")
def test_a_damaged_choice_is_none_and_is_made_anew(demo_session, record):
    first = funded_plan_of(demo_session, record, keyed_plan_of(demo_session, record))
    settled = settle(demo_session, record, plan_of(demo_session, record))
    keep_choice(demo_session, settled)
    row = demo_session.get_one(PlanChoice, choice_key(first))
    content = row.content
    for damaged in damages_of(content, first.choice):
        row.content = damaged
        assert not is_settled(demo_session, record), damaged
    demo_session.flush()
    for no_json in ("", "{", "chữ", json.dumps(content)[:-1], "[" * 10_000):
        demo_session.execute(text("UPDATE plan_choice SET content = :text WHERE key = :key"), {"key": row.key, "text": no_json})
        assert not is_settled(demo_session, record), no_json
    keep_choice(demo_session, settled)
    assert is_settled(demo_session, record)
    assert demo_session.get_one(PlanChoice, choice_key(first)).content == content


@pytest.mark.usefixtures("_slowly")
def test_a_choice_that_breaks_a_condition_is_none(demo_session, record):
    settled = settle(demo_session, record, plan_of(demo_session, record))
    chosen = min(settled.choice.funded)
    assert settled.choice.is_allowed([chosen])
    assert not replace(settled.choice, barred=frozenset({chosen})).is_allowed()
    waiting = next(c.ward.code for c in settled.choice.candidates if c.ward.code not in settled.choice.funded)
    assert not settled.choice.is_allowed([waiting])


@pytest.mark.usefixtures("_slowly")
def test_a_later_plan_asks_anew_once_it_is_settled_what_an_approved_one_funds(demo_session, record):
    keep_choice(demo_session, settle(demo_session, record, plan_of(demo_session, record)))
    finalise_plan(demo_session, record, "Người 1")
    decide(demo_session, record, DecisionKind.APPROVAL, "1", {})
    later = create_plan(demo_session, "Năm sau", "", today().year + 1, "Người 2")
    before = plan_of(demo_session, later)
    funded = find_settled(demo_session, record, keyed_plan_of(demo_session, record))
    quarter = {pot: vnd // 2 for pot, vnd in funded.spent.items()}
    decide(demo_session, record, DecisionKind.ALLOCATION, "2", quarter)
    assert not is_settled(demo_session, record)
    assert plan_of(demo_session, later).lines == before.lines
    assert list_unsettled_approvals(demo_session, later, plan_of(demo_session, later)) == [record]
    keep_choice(demo_session, settle(demo_session, record, plan_of(demo_session, record)))
    assert is_settled(demo_session, record)
    assert list_unsettled_approvals(demo_session, later, plan_of(demo_session, later)) == []
    assert plan_of(demo_session, later).total() > before.total()


def test_what_a_final_plan_rests_on_is_what_it_was_fixed_with(demo_session, record, demo_sign_in):
    plan = plan_of(demo_session, record)
    set_funding(demo_session, record, record.changes, ceilings_of_percent(plan, 50))
    finalise_plan(demo_session, record, "Người 1")
    decide(demo_session, record, DecisionKind.ALLOCATION, "1", {pot: vnd // 4 for pot, vnd in plan.amounts_by_pot.items()})
    given = find_settled(demo_session, record, keyed_plan_of(demo_session, record))
    # Somebody, or a disk, changes what is beside the content.
    record.funding = dump_funding(Funding(wards_barred=tuple(given.choice.funded)))
    record.assumptions = record.assumptions | {"first_year": 2031}
    demo_session.commit()
    after = find_settled(demo_session, record, keyed_plan_of(demo_session, record))
    assert (after.choice.years, after.spent) == (given.choice.years, given.spent)
    client = demo_sign_in("taichinh")
    rules = BeautifulSoup(client.get("/plans/1/rules").data, "html.parser")
    assert rules.select_one("[name=first_year]")["value"] == str(plan.assumptions.first_year)
    conditions = BeautifulSoup(client.get("/plans/1/funding").data, "html.parser")
    assert conditions.select_one("[name=wards_barred]").text.strip() == ""
    assert [tag["value"] for tag in conditions.select("[name$=amount]") if tag["value"]]


def test_what_a_plan_demanded_gives_way_where_a_decision_gives_less_than_it_takes(demo_session, record):
    plan = plan_of(demo_session, record)
    set_funding(demo_session, record, record.changes, Funding())
    everything = find_settled(demo_session, record, keyed_plan_of(demo_session, record))
    wards = tuple(sorted(everything.choice.funded))
    dear = max(plan.lines, key=lambda line: line.amount)
    demands = Funding(wards_required=wards, lines_required=(dear.code,), per_district=1, slide_years=1)
    set_funding(demo_session, record, record.changes, demands)
    finalise_plan(demo_session, record, "Người 1")
    decide(demo_session, record, DecisionKind.APPROVAL, "1", {})
    tenth = {pot: vnd // 10 for pot, vnd in plan.amounts_by_pot.items()}
    decide(demo_session, record, DecisionKind.ALLOCATION, "2", tenth)
    given = find_settled(demo_session, record, keyed_plan_of(demo_session, record))
    assert (given.funding.wards_required, given.funding.lines_required, given.funding.per_district) == ((), (), 0)
    assert given.funding.slide_years == 1
    assert 0 < len(given.choice.funded) < len(wards)
    assert all(vnd <= tenth[pot] for pot, vnd in given.spent.items())
    # Who draws up the next revision can mend the demands, and is told which of them the money does not carry.
    revision = revise_plan(demo_session, record, "sau khi giao vốn", "Người 1")
    with pytest.raises(ConflictError, match="Không thể giữ cùng lúc các yêu cầu sau: mức sàn"):
        funded_plan_of(demo_session, revision, keyed_plan_of(demo_session, revision))


@pytest.mark.parametrize("conditions", [{}, {"slide_years": 2}])
def test_what_was_funded_stays_where_a_decision_gives_all_of_it(demo_session, record, conditions):
    plan = plan_of(demo_session, record)
    set_funding(demo_session, record, record.changes, ceilings_of_percent(plan, 40, **conditions))
    finalise_plan(demo_session, record, "Người 1")
    before = find_settled(demo_session, record, keyed_plan_of(demo_session, record))
    given = {pot: vnd for pot, vnd in before.spent.items() if vnd}
    decide(demo_session, record, DecisionKind.ALLOCATION, "1", given)
    after = find_settled(demo_session, record, keyed_plan_of(demo_session, record))
    assert (after.choice.years, after.spent, after.ready_after) == (before.choice.years, before.spent, before.ready_after)
    assert [each.is_funded for each in after.parts] == [each.is_funded for each in before.parts]
    assert after.decided == frozenset(given)
    reasons = {each.reason.partition(" (")[0] for each in after.parts if not each.is_funded}
    assert reasons == {"Chưa cân đối được vốn theo quyết định"}


def test_what_wards_take_in_the_year_to_which_they_slide_may_be_given_but_not_twice(demo_session, record):
    plan = plan_of(demo_session, record)
    first_year = plan.assumptions.years[0]
    closed = tuple(Ceiling(pot.year, pot.source, pot.form, 0) for pot in plan.amounts_by_pot if pot.year == first_year)
    set_funding(demo_session, record, record.changes, Funding(closed, slide_years=1))
    finalise_plan(demo_session, record, "Người 1")
    funded = find_settled(demo_session, record, keyed_plan_of(demo_session, record))
    assert any(vnd > plan.amounts_by_pot.get(pot, 0) for pot, vnd in funded.spent.items())
    asked = asked_of(record, plan)
    assert asked.total == max(plan.total(), funded.plan.total())
    with pytest.raises(DecisionError) as refusal:
        decide(demo_session, record, DecisionKind.APPROVAL, "1", asked.by_pot)
    assert refusal.value.faults.fields["total"].startswith("Vượt tổng đề nghị")
    decide(demo_session, record, DecisionKind.APPROVAL, "1", plan.amounts_by_pot)
    decide(demo_session, record, DecisionKind.ALLOCATION, "2", {pot: vnd for pot, vnd in funded.spent.items() if vnd})
    assert find_settled(demo_session, record, keyed_plan_of(demo_session, record)).spent == funded.spent


def test_where_more_is_given_than_there_was_more_is_funded(demo_session, record):
    set_funding(demo_session, record, record.changes, ceilings_of_percent(plan_of(demo_session, record), 50))
    finalise_plan(demo_session, record, "Người 1")
    before = find_settled(demo_session, record, keyed_plan_of(demo_session, record))
    decide(demo_session, record, DecisionKind.ALLOCATION, "1", plan_of(demo_session, record).amounts_by_pot)
    after = find_settled(demo_session, record, keyed_plan_of(demo_session, record))
    assert all(each.is_funded for each in after.parts)
    assert len(after.ready_after) > len(before.ready_after)


@pytest.mark.both_databases
def test_two_who_keep_the_same_choice_at_once_keep_it_once(app, session, monkeypatch):
    barrier, find_kept, engine = Barrier(2), funding._find_kept, app.extensions["engine"]

    def find_together(writing, first):
        kept = find_kept(writing, first)
        # On SQLite the second cannot even begin while the first writes.
        if engine.dialect.name == "postgresql":
            barrier.wait(timeout=60)
        return kept

    def keep(settled):
        with session_scope(engine, writes=True) as writing:
            keep_choice(writing, settled)

    with app.app_context():
        record = get_plan_record(session, 1)
        settled = settle(session, record, plan_of(session, record))
    # Only one may write at a time.
    session.rollback()
    monkeypatch.setattr(funding, "_find_kept", find_together)
    with ThreadPoolExecutor(2) as pool:
        list(pool.map(keep, [settled, settled]))
    assert session.query(PlanChoice).count() == 1
