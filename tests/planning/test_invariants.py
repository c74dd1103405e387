"""What holds of every plan and of what is funded of it, in one table: over the demo, random cities of both standards, and random conditions.

Each row is a sentence and the function that looks. The same rows are asked of a plan that was frozen and read back.
"""

import json
import pickle
import subprocess
import sys
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from inventory.snapshots.repository import record_snapshot
from planning.funding.account import Cut, account_of
from planning.funding.allocation import Aim
from planning.funding.conflicts import ConflictError
from planning.funding.constraints import Ceiling, Funding
from planning.funding.funded import fund_plan
from planning.funding.parts import Rank
from planning.plan.comparison import wards_ready_after
from planning.plan.plan import Plan
from planning.plan.spending import Pot, SpendingForm
from planning.scenarios import scenarios
from planning.scenarios.frozen import freeze_plan, load_frozen, restore_plan
from planning.scenarios.frozen_funding import restore_funding
from planning.scenarios.funded_plans import find_settled
from planning.scenarios.loading import get_plan_record, keyed_plan_of, plan_of
from planning.scenarios.serialization import write_content
from portal.clock import now, today
from portal.formats import format_vnd
from scoring.rating.rating import Result
from tests.factories.funding import ceilings_of_percent
from tests.factories.plans import OFFICE, answers_of_wards, plan_of_answers
from tests.factories.random_plans import CITY, random_plans
from tests.factories.snapshots import complete_answers, snapshot_of_answers
from tests.factories.standards import NEWEST_STANDARD, STANDARD
from tests.support.examples import examples


def figures_of_purposes_are_those_of_the_findings(funded):
    for line in funded.plan.lines:
        findings = {finding.criterion.code: finding for finding in funded.plan.ratings[line.ward.code].findings}
        for purpose in line.purposes:
            finding = findings[purpose.criterion]
            assert (purpose.need, purpose.have, purpose.short) == (finding.need, finding.have, finding.shortfall)


def units_of_parts_are_those_of_the_line(funded):
    for line in funded.plan.lines:
        parts = [each.part for each in funded.parts_of_line(line.code)]
        assert sum(part.quantity for part in parts) == line.quantity
        assert len({part.rank for part in parts}) == len(parts)
        assert sum(part.amount for part in parts) == line.amount
        assert {pot: vnd for pot, vnd in line.amounts_by_pot.items() if vnd} == _sum(part.amounts_by_pot for part in parts)
        assert dict(line.amounts_by_norm) == _sum(part.amounts_by_norm for part in parts)


def funded_and_unfunded_are_the_need(funded):
    total = account_of(funded).total
    assert total.whole == funded.plan.total() == total.funded + total.unfunded
    assert 0 <= total.minimum <= total.whole
    assert all(each.reason or each.is_funded for each in funded.parts)
    assert not any(each.reason for each in funded.parts if each.is_funded)


def no_pot_pays_more_than_its_ceiling(funded):
    for pot, ceiling in funded.ceilings.items():
        assert funded.spent.get(pot, 0) <= ceiling


def parts_are_the_total_by_every_cut(funded):
    account = account_of(funded)
    for cut in Cut:
        for figure in ("minimum", "whole", "funded", "unfunded"):
            assert sum(getattr(sums, figure) for sums in account.cuts[cut].values()) == getattr(account.total, figure), (
                cut,
                figure,
            )
    assert sum(sums.whole for sums in account.pots.values()) == account.total.whole
    by_year = {str(year): sum(sums.values()) for year, sums in funded.plan.totals_by_year().items()}
    assert {year: sums.whole for year, sums in account.cuts[Cut.YEAR].items()} == {y: vnd for y, vnd in by_year.items() if vnd}
    assert {name: sums.whole for name, sums in account.cuts[Cut.FORM].items()} == {
        form.label: vnd for form, vnd in funded.plan.totals.items() if vnd
    }


def wards_are_ready_in_their_order(funded):
    account = account_of(funded)
    assert account.ready_now <= account.ready_funded <= account.ready_all == len(wards_ready_after(funded.plan))
    assert funded.choice.funded <= funded.ready_after
    units = {line.code: 0 for line in funded.plan.lines}
    for each in funded.parts:
        units[each.part.line.code] += each.part.quantity if each.is_funded else 0
    lines = tuple(replace(line, quantity=units[line.code]) for line in funded.plan.lines)
    assert funded.ready_after == wards_ready_after(replace(funded.plan, lines=lines))


def nothing_waits_without_a_ceiling_or_a_pin(funded):
    if not funded.ceilings and not funded.funding.lines_barred and not funded.funding.wards_barred:
        assert all(each.is_funded for each in funded.parts)


def what_the_planner_wants_no_money_for_gets_none(funded):
    conditions = funded.funding
    for each in funded.parts:
        part = each.part
        is_barred = part.line.ward.code in conditions.wards_barred and part.rank is Rank.READINESS
        if (
            part.amount
            and part.line.code not in conditions.lines_required
            and (is_barred or part.line.code in conditions.lines_barred)
        ):
            assert each.reason.startswith("Người lập phương án không bố trí vốn")


def what_turns_a_ward_ready_lies_within_its_lines(funded):
    lines = {line.code: line for line in funded.plan.lines}
    for candidate in funded.choice.candidates:
        assert not candidate.possible or all(vnd > 0 for costs in candidate.costs_by_years for vnd in costs.values())
        for line in candidate.lines:
            assert 0 <= line.quantity <= lines[line.code].quantity
            assert line.moved <= line.quantity


TABLE = (
    figures_of_purposes_are_those_of_the_findings,
    units_of_parts_are_those_of_the_line,
    funded_and_unfunded_are_the_need,
    no_pot_pays_more_than_its_ceiling,
    parts_are_the_total_by_every_cut,
    wards_are_ready_in_their_order,
    nothing_waits_without_a_ceiling_or_a_pin,
    what_the_planner_wants_no_money_for_gets_none,
    what_turns_a_ward_ready_lies_within_its_lines,
)


def _sum(parts):
    sums = {}
    for part in parts:
        for key, amount in part.items():
            sums[key] = sums.get(key, 0) + amount
    return {key: amount for key, amount in sums.items() if amount}


@st.composite
def conditions_of(draw, plan):
    """Ceilings on some pots, from nothing to more than is asked, and pins that may contradict them."""
    shares = {pot: draw(st.sampled_from([None, 0, 30, 70, 100, 130])) for pot in plan.amounts_by_pot}
    ceilings = (
        Ceiling(pot.year, pot.source, pot.form, plan.amounts_by_pot[pot] * share // 100)
        for pot, share in shares.items()
        if share is not None
    )
    codes = [line.code for line in plan.lines]
    wards = sorted({line.ward.code for line in plan.lines})
    some = (
        (lambda values: st.lists(st.sampled_from(values), max_size=2, unique=True).map(tuple))
        if codes
        else lambda _values: st.just(())
    )
    return Funding(
        ceilings=tuple(ceilings),
        aim=draw(st.sampled_from(list(Aim))),
        slide_years=draw(st.integers(0, 2)),
        wards_required=draw(st.one_of(st.just(()), some(wards))),
        wards_barred=draw(some(wards)),
        lines_required=draw(st.one_of(st.just(()), some(codes))),
        lines_barred=draw(some(codes)),
        group_order=draw(st.sampled_from([(), ("G", "D"), ("C",)])),
    )


cities = st.builds(
    lambda answers, standard: plan_of_answers(answers, standard=standard),
    answers_of_wards,
    st.sampled_from([STANDARD, NEWEST_STANDARD]),
)


@st.composite
def funded_plans(draw, plans):
    """A plan with what of it is funded under random conditions, those of decisions among them; None where these contradict each other."""
    plan = draw(plans)
    funding = draw(conditions_of(plan))
    # What is given to a pot that the plan does not ask for changes nothing.
    unasked = {Pot(2040, "Nguồn khác", SpendingForm.PROJECT): 5}
    decided = draw(st.sampled_from([{}, {pot: vnd // 2 for pot, vnd in list(plan.amounts_by_pot.items())[:1]} | unasked]))
    try:
        return plan, fund_plan(plan, funding, decided)
    except ConflictError as error:
        assert error.message
        assert funding.wards_required or funding.lines_required or funding.lines_barred
        return plan, None


@examples(80)
@given(funded_plans(cities | random_plans()))
def test_of_random_plans_under_random_conditions(case):
    _plan, funded = case
    if funded is not None:
        for row in TABLE:
            row(funded)


@examples(80)
@given(funded_plans(random_plans()))
def test_of_random_plans_what_is_frozen_reads_back_equal(case):
    plan, funded = case
    if funded is not None and funded.is_settled:
        snapshots = {code: rating.snapshot for code, rating in plan.ratings.items() if rating.snapshot is not None}
        content = freeze_plan(plan, funded, dict.fromkeys(snapshots, "abc"), OFFICE)
        frozen = load_frozen(json.loads(write_content(content)))
        assert restore_plan(frozen, snapshots, plan.standard) == plan
        assert restore_funding(frozen.funded, plan, plan.standard) == funded


@pytest.fixture(params=["some wards", "the demo"])
def snapshots(request):
    """Surveys of some wards, and those of the demo."""
    if request.param == "the demo":
        ratings = request.getfixturevalue("demo_plan").ratings.values()
        return [rating.snapshot for rating in ratings if rating.snapshot is not None]
    return [
        replace(
            snapshot_of_answers(complete_answers() | {"staff_total": staff, "lan_seats": staff // 2}, ("internet",)),
            ward_code=ward.code,
            as_of=today(),
            approved_at=now(),
        )
        for ward, staff in zip(CITY, (20, 33, 8), strict=False)
    ]


@pytest.mark.both_databases
def test_of_a_city_in_a_database_and_of_what_is_read_back(app, session, snapshots):
    """Surveys, a scenario with ceilings that bind: the table holds as it is computed, and as it was fixed and read back."""
    for snapshot in snapshots:
        record_snapshot(session, snapshot)
    with app.app_context():
        record = get_plan_record(session, 1)
        plan = plan_of(session, record)
        conditions = ceilings_of_percent(plan, 60, slide_years=1)
        scenarios.set_funding(session, record, record.changes, conditions)
        computed = find_settled(session, record, keyed_plan_of(session, record))
        scenarios.finalise_plan(session, record, "Người lập")
        session.flush()
        session.expire_all()
        read_plan = plan_of(session, record)
        read = find_settled(session, record, keyed_plan_of(session, record))
    assert any(each.is_funded for each in computed.parts)
    assert any(not each.is_funded for each in computed.parts)
    assert computed.funding == conditions
    assert read_plan == plan
    assert read == computed
    for row in TABLE:
        row(computed)
        row(read)


@pytest.mark.parametrize("row", TABLE)
@pytest.mark.parametrize("percent", [None, 0, 40, 100])
def test_of_the_demo(demo_plan: Plan, row, percent):
    row(fund_plan(demo_plan, ceilings_of_percent(demo_plan, percent)))


@examples(30)
@given(cities, st.lists(st.integers(0, 130), min_size=2, max_size=2).map(sorted), st.sampled_from(list(Aim)))
def test_more_money_never_funds_less_in_stage_one(plan, percents, aim):
    less, more = (fund_plan(plan, ceilings_of_percent(plan, percent, aim=aim)) for percent in percents)
    assert less.choice.is_optimal
    assert more.choice.is_optimal
    assert less.choice.value <= more.choice.value


def test_more_money_never_funds_fewer_wards_of_the_demo(demo_plan):
    values = [fund_plan(demo_plan, ceilings_of_percent(demo_plan, percent)).choice.value for percent in (0, 20, 40, 60, 80, 100)]
    assert values == sorted(values)
    assert values[0] == 0 < values[-1]


@pytest.mark.parametrize("aim", list(Aim))
def test_another_process_funds_the_same(demo_plan, tmp_path, aim):
    conditions = ceilings_of_percent(demo_plan, 40, aim=aim, slide_years=1)
    here = fund_plan(demo_plan, conditions)
    question = tmp_path / "plan"
    question.write_bytes(pickle.dumps((demo_plan, conditions)))
    program = (
        "import pickle, sys; from planning.funding.funded import fund_plan; plan, funding = pickle.load(open(sys.argv[1], 'rb'));"
        "funded = fund_plan(plan, funding);"
        "print(sorted(funded.choice.years.items()), [each.is_funded for each in funded.parts], sep='\\n')"
    )
    answers = {
        subprocess.run(
            [sys.executable, "-c", program, str(question)], env={"PYTHONHASHSEED": seed}, capture_output=True, text=True, check=True
        ).stdout
        for seed in ("1", "2")
    }
    assert answers == {f"{sorted(here.choice.years.items())}\n{[each.is_funded for each in here.parts]}\n"}


class TestPins:
    def test_what_is_pinned_is_funded_first_and_what_is_barred_not_at_all(self, demo_plan):
        dear, cheap = (sorted(demo_plan.lines, key=lambda line: line.amount)[place] for place in (-1, 0))
        conditions = ceilings_of_percent(demo_plan, 40, lines_required=(dear.code,), lines_barred=(cheap.code,))
        funded = fund_plan(demo_plan, conditions)
        assert all(each.is_funded for each in funded.parts_of_line(dear.code))
        assert not any(each.is_funded for each in funded.parts_of_line(cheap.code) if each.part.amount)
        no_pot_pays_more_than_its_ceiling(funded)

    def test_a_ward_whose_needed_line_is_barred_waits_and_says_so(self, demo_plan):
        candidate = next(c for c in fund_plan(demo_plan, Funding()).choice.candidates if c.possible)
        line = candidate.lines[0]
        funded = fund_plan(demo_plan, Funding(lines_barred=(line.code,)))
        assert candidate.ward.code not in funded.choice.funded
        assert {each.reason for each in funded.parts_of_line(line.code)} == {"Người lập phương án không bố trí vốn cho dòng này"}

    def test_a_pinned_line_that_its_pot_cannot_pay_is_named_with_the_pot(self, demo_plan):
        line = max(demo_plan.lines, key=lambda line: line.amount)
        with pytest.raises(ConflictError, match=line.code):
            fund_plan(demo_plan, ceilings_of_percent(demo_plan, 0, lines_required=(line.code,)))

    def test_of_pinned_lines_only_the_fewest_that_are_too_much_are_named_and_what_they_need(self, demo_plan):
        pot, _asked = max(demo_plan.amounts_by_pot.items(), key=lambda each: each[1])
        lines = sorted(
            (line for line in demo_plan.lines if line.amounts_by_pot.get(pot)),
            key=lambda line: (-line.amounts_by_pot[pot], line.code),
        )
        first, second, third = lines[0], lines[1], lines[-1]
        ceiling = first.amounts_by_pot[pot] + second.amounts_by_pot[pot] - 1
        conditions = Funding(
            (Ceiling(pot.year, pot.source, pot.form, ceiling),), lines_required=(third.code, second.code, first.code)
        )
        with pytest.raises(ConflictError) as error:
            fund_plan(demo_plan, conditions)
        assert error.value.demands == (
            f"bố trí vốn cho dòng {first.code}",
            f"bố trí vốn cho dòng {second.code}",
            f"mức vốn tối đa {format_vnd(ceiling)} ({pot.label})",
        )
        assert f"Số vốn cần: {format_vnd(ceiling + 1)}" in error.value.message

    def test_where_pinned_lines_leave_too_little_for_a_pinned_ward_the_rest_is_named_as_the_rest(self, demo_plan):
        ward = next(c for c in fund_plan(demo_plan, Funding()).choice.candidates if c.possible and c.cost)
        pot, cost = max(ward.costs.items(), key=lambda each: each[1])
        line = next(x for x in demo_plan.lines if x.ward != ward.ward and x.amounts_by_pot.get(pot))
        ceiling = Ceiling(pot.year, pot.source, pot.form, line.amounts_by_pot[pot] + cost - 1)
        conditions = Funding((ceiling,), wards_required=(ward.ward.code,), lines_required=(line.code,))
        with pytest.raises(ConflictError) as error:
            fund_plan(demo_plan, conditions)
        assert f"bố trí vốn cho {ward.ward.full_name}" in error.value.message
        assert format_vnd(cost - 1) in error.value.message
        assert "phần còn lại sau các dòng phải bố trí vốn" in error.value.message


class TestStageTwo:
    def test_the_order_of_the_planner_decides_who_is_first(self, demo_plan):
        """One pot that pays for a third of what completes the criteria: the group named first has its lines paid first."""
        pots = demo_plan.amounts_by_pot
        form = max(pots, key=lambda pot: pots[pot])
        conditions = [
            replace(ceilings_of_percent(demo_plan, 60), group_order=order) for order in (("C", "E", "F"), ("F", "E", "C"))
        ]
        first, last = (fund_plan(demo_plan, each) for each in conditions)
        assert form.form in SpendingForm

        def money_of(funded, group):
            return sum(each.part.amount for each in funded.parts if each.is_funded and each.part.line.group == group)

        assert money_of(first, "C") >= money_of(last, "C")
        assert money_of(last, "F") >= money_of(first, "F")
        assert (money_of(first, "C"), money_of(first, "F")) != (money_of(last, "C"), money_of(last, "F"))

    def test_what_does_not_fit_is_skipped_and_the_next_one_is_tried(self, demo_plan):
        funded = fund_plan(demo_plan, ceilings_of_percent(demo_plan, 60))
        for each in funded.parts:
            if not each.is_funded:
                assert any(
                    amount > funded.ceilings[pot] - funded.spent.get(pot, 0) for pot, amount in each.part.amounts_by_pot.items()
                ), f"{each.part.key} fits in what is left"


def test_a_decision_that_gives_less_takes_the_place_of_the_ceiling(demo_plan):
    pot, asked = max(demo_plan.amounts_by_pot.items(), key=lambda each: each[1])
    funded = fund_plan(demo_plan, Funding(), {pot: asked // 2})
    assert funded.spent[pot] <= asked // 2
    reasons = {each.reason for each in funded.parts if not each.is_funded}
    assert reasons
    assert all(reason.startswith("Chưa cân đối được vốn theo quyết định") for reason in reasons)


def test_a_ward_that_slides_pays_at_the_tax_of_its_year(demo_plan):
    first_year = demo_plan.assumptions.first_year
    closed = tuple(Ceiling(pot.year, pot.source, pot.form, 0) for pot in demo_plan.amounts_by_pot if pot.year == first_year)
    stays, slides = (fund_plan(demo_plan, Funding(closed, slide_years=years)) for years in (0, 1))
    assert slides.choice.value > stays.choice.value
    slid = {code for code, years in slides.choice.years.items() if years}
    assert slid
    for line in slides.plan.lines:
        if any(each.is_funded and each.part.rank.value == "readiness" for each in slides.parts_of_line(line.code)):
            assert line.year > first_year
    assert account_of(slides, demo_plan.total()).slid == slides.plan.total() - demo_plan.total()
    assert sum(rating.result is Result.READY for rating in demo_plan.ratings.values()) == account_of(slides).ready_now
