"""The estimate as a purchase and as a project, its hints, and the cost of five years: by hand, by property, and on their pages."""

from dataclasses import replace

import pytest
from bs4 import BeautifulSoup
from hypothesis import given
from hypothesis import strategies as st

from exports.letter.contents import outside_sentence
from inventory.snapshots.snapshot import EquipmentLot, Owner
from planning.plan.approval_hints import hints_of
from planning.plan.assumptions import RATE_NAMES, Assumptions, Method, Rates
from planning.plan.estimate import before_vat, describe_fees, estimate, estimates_of, is_hired
from planning.plan.five_year_cost import CostPart, five_year_cost
from planning.plan.line import is_paid_yearly
from planning.plan.spending import SpendingForm
from planning.plan.year_bars import FRAME, draw_year_bars
from planning.scenarios import scenarios
from planning.scenarios.frozen import freeze_plan, load_frozen
from planning.scenarios.loading import get_plan, get_plan_record, plan_of
from planning.scenarios.serialization import dump_rates, hash_content, load_rates
from planning.scenarios.stored_content import is_intact
from portal.formats import format_number, format_rate
from portal.numbers import CountError, parse_rate
from tests.factories.plans import OFFICE, SMALL_PLAN, plan_of_lots
from tests.factories.prices import PRICES
from tests.support.databases import read_session

ZERO_RATES = dict.fromkeys(RATE_NAMES, 0)
PURCHASE, RECURRENT, PROJECT = SpendingForm.PURCHASE, SpendingForm.RECURRENT, SpendingForm.PROJECT
# The same plan with everything in one project.
ONE_PROJECT = replace(SMALL_PLAN, lines=tuple(replace(line, form=PROJECT) for line in SMALL_PLAN.lines))


def estimate_at(form, **rates):
    plan = ONE_PROJECT if form is PROJECT else SMALL_PLAN
    return estimate(replace(plan, rates=Rates(**{**ZERO_RATES, **rates})), form)


class TestEstimate:
    def test_a_purchase_by_hand(self):
        plan = replace(
            SMALL_PLAN,
            lines=tuple(line for line in SMALL_PLAN.lines if line.item == "A01"),
            rates=Rates(transport=150, valuation=33),
        )
        cost_estimate = estimate(plan, PURCHASE)
        assert [row.amount for row in cost_estimate.rows] == [240_000_000, 3_600_000, 792_000]
        assert cost_estimate.total == 244_392_000

    def test_a_project_by_hand(self):
        plan = replace(ONE_PROJECT, lines=tuple(line for line in ONE_PROJECT.lines if line.item == "A01"))
        cost_estimate = estimate(replace(plan, rates=Rates(transport=1_000)), PROJECT)
        base = before_vat(240_000_000, PRICES["A01"].vat_percent)
        base += (base + 5) // 10
        assert cost_estimate.row("I").amount == 264_000_000
        assert cost_estimate.row("II").amount == round(base * 0.025)
        assert cost_estimate.row("III").amount == round(base * 0.04)
        assert cost_estimate.row("IV").amount == 0
        subtotal = cost_estimate.row("I").amount + cost_estimate.row("II").amount + cost_estimate.row("III").amount
        assert cost_estimate.row("V").amount == cost_estimate.row("V.1").amount == round(subtotal * 0.05)
        assert cost_estimate.total == subtotal + cost_estimate.row("V").amount

    def test_a_purchase_has_no_share_until_somebody_sets_one(self):
        [cost_estimate] = estimates_of(SMALL_PLAN)
        assert (cost_estimate.form, cost_estimate.total) == (PURCHASE, SMALL_PLAN.form_total(PURCHASE))

    def test_a_purchase_has_no_fee_of_a_project_and_a_project_no_other(self):
        every = dict.fromkeys(RATE_NAMES, 1_000)
        assert {row.rate for row in estimate_at(PURCHASE, **every).rows} == {None, 1_000}
        assert len(estimate_at(PURCHASE, **every).rows) == 3
        assert estimate_at(PURCHASE, management=5_000, volume=5_000).total == SMALL_PLAN.form_total(PURCHASE)
        assert estimate_at(PROJECT, valuation=5_000).total == SMALL_PLAN.total()

    def test_what_is_leased_is_in_the_estimate_of_a_project_only_where_it_is_part_of_it(self):
        hired = SMALL_PLAN.total(is_hired)
        assert estimate_at(PROJECT).hired == hired > 0
        assert estimate_at(PURCHASE).hired == 0
        assert estimate(SMALL_PLAN, PROJECT).total == 0

    def test_each_form_with_lines_has_its_estimate(self):
        mixed = replace(SMALL_PLAN, lines=(replace(SMALL_PLAN.lines[0], form=PROJECT), *SMALL_PLAN.lines[1:]))
        costs = estimates_of(replace(mixed, rates=Rates(**ZERO_RATES)))
        assert [each.form for each in costs] == [PURCHASE, PROJECT]
        assert [each.total for each in costs] == [mixed.form_total(PURCHASE), mixed.form_total(PROJECT)]

    @given(st.sampled_from([PURCHASE, PROJECT]), st.fixed_dictionaries(dict.fromkeys(RATE_NAMES, st.integers(0, 10_000))))
    def test_the_rows_are_the_total_and_blocks_are_their_parts(self, form, rates):
        cost_estimate = estimate_at(form, **rates)
        for row in cost_estimate.rows:
            if row.parts:
                assert row.amount == sum(cost_estimate.row(number).amount for number in row.parts)
            elif row.rate is not None:
                assert abs(row.amount * 10_000 - row.base * row.rate) <= 5_000
        blocks = [row.amount for row in cost_estimate.rows if "." not in row.number]
        assert cost_estimate.total == sum(blocks)

    @given(
        st.sampled_from([PURCHASE, PROJECT]),
        st.fixed_dictionaries(dict.fromkeys(RATE_NAMES, st.integers(0, 9_000))),
        st.sampled_from(RATE_NAMES),
        st.integers(0, 1_000),
    )
    def test_a_higher_rate_never_costs_less(self, form, rates, name, increase):
        assert estimate_at(form, **{**rates, name: rates[name] + increase}).total >= estimate_at(form, **rates).total

    def test_without_rates_it_is_the_goods(self):
        assert estimate_at(PURCHASE).total == SMALL_PLAN.form_total(PURCHASE)
        assert estimate_at(PROJECT).total == SMALL_PLAN.total()

    @pytest.mark.parametrize("plan", [SMALL_PLAN, ONE_PROJECT], ids=["purchase", "project"])
    def test_what_an_estimate_holds_beside_the_lines_is_told_beside_the_totals_of_the_plan_and_in_its_letter(self, plan):
        with_fees = replace(plan, rates=Rates(**ZERO_RATES | {"transport": 150, "management": 250}))
        fees = sum(costs.total for costs in estimates_of(with_fees)) - sum(
            costs.goods + costs.hired for costs in estimates_of(with_fees)
        )
        assert f"còn gồm {format_number(fees)} đồng" in describe_fees(with_fees)
        assert describe_fees(with_fees) in outside_sentence(with_fees)
        assert describe_fees(replace(plan, rates=Rates(**ZERO_RATES))) == ""

    def test_the_base_before_tax_lies_below_the_goods(self):
        cost_estimate = estimate_at(PROJECT, management=10_000)
        assert 0 < cost_estimate.row("II").amount == cost_estimate.goods_before_tax < cost_estimate.goods


class TestHints:
    def hint_text(self, total, form):
        line = replace(SMALL_PLAN.lines[0], quantity=1, unit_price=total, form=form, months=12, later=())
        plan = replace(SMALL_PLAN, lines=(line,), rates=Rates(**ZERO_RATES))
        return " ".join(hint.text for hint in hints_of(plan))

    @pytest.mark.parametrize(
        ("total", "form", "text"),
        [
            # The day of the plan lies before NĐ 349/2026/NĐ-CP.
            (50_000_000, PURCHASE, "thủ trưởng quyết định mua"),
            (50_000_001, PURCHASE, "chỉ định thầu, không lập dự án"),
            (500_000_000, PURCHASE, "chỉ định thầu, không lập dự án"),
            (500_000_001, PURCHASE, "không thuộc mức được chỉ định thầu"),
            (89_999_999_999, PROJECT, "nhóm C"),
            (90_000_000_000, PROJECT, "nhóm B"),
            (1_600_000_000_000, PROJECT, "nhóm A"),
        ],
    )
    def test_each_threshold_turns_at_its_đồng(self, total, form, text):
        assert text in self.hint_text(total, form)

    def test_every_hint_has_its_clause_and_label(self):
        for plan in (SMALL_PLAN, ONE_PROJECT):
            for hint in hints_of(plan):
                assert hint.clause
                assert hint.label in "QSMA"

    def test_a_dedicated_line_has_its_day(self):
        years = {line.year for line in SMALL_PLAN.lines if line.item in ("D01", "D02")}
        text = " ".join(hint.text for hint in hints_of(SMALL_PLAN))
        assert all(f"31/01/{year}" in text for year in years)


@pytest.mark.parametrize(
    ("entered", "rate"), [("2,5", 250), ("2.5 %", 250), ("0", 0), ("100", 10_000), ("12,34", 1_234), ("7%", 700)]
)
def test_a_rate_is_read(entered, rate):
    assert parse_rate(entered) == rate


@pytest.mark.parametrize("entered", ["", "-1", "100,01", "101", "2,555", "1.000", "mười", "1e2"])
def test_a_rate_that_cannot_be_is_refused(entered):
    with pytest.raises(CountError, match="từ 0 đến 100"):
        parse_rate(entered)


@given(st.integers(0, 10_000))
def test_a_rate_reads_back_as_it_is_written(rate):
    assert parse_rate(format_rate(rate).replace("\u00a0", " ")) == rate


class TestRunningCost:
    def test_the_first_year_of_everything_is_the_plan(self):
        cost = five_year_cost(SMALL_PLAN)
        after = cost.years[-1] - SMALL_PLAN.assumptions.years[-1]
        for kind in SpendingForm:
            upkeep = sum(line.upkeep * after for line in SMALL_PLAN.lines if line.form is kind)
            replacement = sum(
                sum(row.values()) for (part, k), row in cost.cells.items() if part is CostPart.REPLACEMENT and k is kind
            )
            assert cost.total(kind) == SMALL_PLAN.form_total(kind) + upkeep + replacement - cost.outside[kind]

    @given(
        st.lists(st.tuples(st.sampled_from(["A01", "A03", "B09", "F02"]), st.integers(1, 30), st.integers(2015, 2026)), max_size=6)
    )
    def test_parts_and_years_are_the_total(self, lots):
        cost = five_year_cost(plan_of_lots(*(EquipmentLot(item, good=count, year=year) for item, count, year in lots)))
        for kind in SpendingForm:
            by_part = sum(sum(row.values()) for (_part, k), row in cost.cells.items() if k is kind)
            assert by_part == sum(cost.in_year(kind, year) for year in cost.years) == cost.total(kind)

    def test_a_machine_of_today_is_replaced_when_its_life_ends(self):
        cost = five_year_cost(plan_of_lots(EquipmentLot("A01", good=20, year=2022)))
        assert cost.cells[CostPart.REPLACEMENT, SpendingForm.PURCHASE] == {2027: 0, 2028: 0, 2029: 400_000_000, 2030: 0, 2031: 0}

    def test_what_the_plan_replaces_is_not_replaced_twice(self):
        plan = plan_of_lots(EquipmentLot("A01", good=20, year=2010))
        assert any(line.item == "A01" and line.required == 20 for line in plan.lines)
        cost = five_year_cost(plan)
        assert (CostPart.REPLACEMENT, SpendingForm.PURCHASE) not in cost.cells
        assert cost.overdue == 0

    def test_the_city_centre_and_unknown_years_are_in_no_sum(self):
        lots = EquipmentLot("B09", good=3, year=2024, owner=Owner.CITY_CENTRE), EquipmentLot("B09", good=2)
        cost = five_year_cost(plan_of_lots(EquipmentLot("A01", good=20, year=2025), *lots))
        assert cost.undated == 2
        assert (CostPart.REPLACEMENT, SpendingForm.PURCHASE) not in cost.cells

    def test_what_is_paid_yearly_is_paid_for_twelve_months_later_on(self):
        line = next(line for line in SMALL_PLAN.lines if is_paid_yearly(line.item, line.method))
        line = replace(line, months=3, year=2028, later=line.later[1:])
        row = next(iter(five_year_cost(replace(SMALL_PLAN, lines=(line,))).cells.values()))
        assert list(row.values()) == [0, line.amount_in(2028), line.upkeep, line.upkeep, line.upkeep]
        assert line.amount_in(2028) * 4 == line.upkeep

    def test_a_year_outside_is_told(self):
        plan = replace(SMALL_PLAN, lines=tuple(replace(line, year=2040, later=()) for line in SMALL_PLAN.lines))
        cost = five_year_cost(plan)
        assert cost.outside == {kind: plan.form_total(kind) for kind in SpendingForm}

    def test_bars_are_to_scale(self):
        bars = draw_year_bars(five_year_cost(SMALL_PLAN))
        highest_bar = max(bars, key=lambda bar: bar.amount)
        assert (highest_bar.y, highest_bar.height) == (FRAME.top, FRAME.height)
        assert all(abs(bar.height - FRAME.height * bar.amount / highest_bar.amount) < 0.1 for bar in bars)

    def test_each_year_has_a_bar_of_each_kind(self):
        cost = five_year_cost(SMALL_PLAN)
        bars = draw_year_bars(cost)
        assert [(bar.year, bar.form) for bar in bars] == [(year, kind) for year in cost.years for kind in SpendingForm]
        assert all(bar.amount == cost.in_year(bar.form, bar.year) for bar in bars)


class TestStored:
    def test_rates_read_back_and_what_is_not_stored_stands_at_its_default(self):
        rates = Rates(1, 2, 3, 4, 5, 6, 7)
        assert load_rates(dump_rates(rates)) == rates
        assert load_rates({}) == Rates()

    def test_the_rates_are_part_of_what_is_fixed(self):
        one, other = (freeze_plan(replace(SMALL_PLAN, rates=Rates(volume=volume)), None, {}, OFFICE) for volume in (500, 600))
        assert hash_content(one) != hash_content(other)
        assert load_frozen(other).rates == Rates(volume=600)

    def test_a_final_plan_keeps_its_rates(self, demo_app, demo_session):
        record = get_plan_record(demo_session, 1)
        rates = Rates(volume=777)
        scenarios.set_rules(demo_session, record, record.changes, Assumptions(2027), rates=dump_rates(rates))
        assert plan_of(demo_session, record).rates == rates
        with demo_app.app_context():
            scenarios.finalise_plan(demo_session, record, "N")
        record.rates = {}
        assert plan_of(demo_session, record).rates == rates
        assert is_intact(record)


class TestPages:
    def form_values(self, client):
        page = BeautifulSoup(client.get("/plans/1/cost").data, "html.parser")
        return {tag["name"]: tag["value"] for tag in page.select("form input[name]") if tag.get("value") is not None}

    def test_a_line_that_a_planner_puts_into_a_project_has_its_estimate(self, demo_sign_in, demo_app):
        client = demo_sign_in("taichinh")
        with read_session(demo_app) as session:
            code = next(line.code for line in get_plan(session, 1).lines if line.method is Method.BUY)
        page = BeautifulSoup(client.get(f"/plans/1/lines/{code}").data, "html.parser")
        form = {tag["name"]: tag.get("value", "") for tag in page.select("main form input[name]")}
        form |= {tag["name"]: tag.select_one("[selected]")["value"] for tag in page.select("main select[name]")}
        assert "Tổng mức đầu tư" not in client.get("/plans/1/cost").text
        assert client.post(f"/plans/1/lines/{code}", data=form | {"form": "project"}).status_code == 302
        assert client.post("/plans/1/cost", data=self.form_values(client) | {"management": "3"}).status_code == 302
        text = " ".join(BeautifulSoup(client.get("/plans/1/cost").data, "html.parser").get_text(" ").split())
        assert "Tổng mức đầu tư" in text
        assert "Tổng dự toán" in text
        assert "3 % × (I) trước thuế" in text
        assert "không thay văn bản" in text

    def test_the_page_of_the_plan_names_the_fees_that_its_totals_leave_out(self, demo_sign_in, demo_app):
        client = demo_sign_in("taichinh")
        assert "còn gồm" not in client.get("/plans/1").text
        assert client.post("/plans/1/cost", data=self.form_values(client) | {"transport": "1,5"}).status_code == 302
        with demo_app.app_context(), read_session(demo_app) as session:
            told = describe_fees(get_plan(session, 1))
        assert told
        assert told in client.get("/plans/1").text

    def test_a_wrong_rate_keeps_what_was_typed(self, demo_sign_in):
        client = demo_sign_in("taichinh")
        form = self.form_values(client)
        answer = client.post("/plans/1/cost", data=form | {"management": "2,555", "volume": "9,5"})
        assert answer.status_code == 400
        assert 'value="2,555"' in answer.text
        assert 'value="9,5"' in answer.text

    def test_a_stale_page_is_told(self, demo_sign_in):
        client = demo_sign_in("taichinh")
        form = self.form_values(client)
        assert client.post("/plans/1/cost", data=form | {"volume": "6"}).status_code == 302
        assert "người khác đã đổi" in client.post("/plans/1/cost", data=form | {"volume": "7"}).text

    def test_a_reader_cannot_change_it(self, demo_sign_in):
        client = demo_sign_in("lanhdao")
        form = self.form_values(client)
        assert client.post("/plans/1/cost", data=form | {"management": "3"}).status_code == 404
        assert "Tổng dự toán" in client.get("/plans/1/cost").text

    def test_five_years_have_their_page(self, demo_sign_in):
        text = demo_sign_in("lanhdao").get("/plans/1/running-cost").text
        assert "Thay thế khi hết thời gian sử dụng" in text
        assert "Không tính những gì" in text
