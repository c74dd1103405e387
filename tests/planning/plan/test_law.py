"""Form, source and field of spending fit together; what does not is named at its line."""

from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from inventory.catalogue import Acquisition, load_catalogue
from inventory.prices.prices import Price
from planning.plan import law as law_module
from planning.plan.assumptions import DIGITAL_MONEY, Assumptions, CityNorm, GroupRule, Method
from planning.plan.build import build_plan
from planning.plan.estimate import estimate
from planning.plan.faults import Fault, clause_of, faults_of, is_to_be_decided
from planning.plan.law import (
    bases_of,
    digital_of,
    fees_of,
    has_valid_basis,
    in_force,
    kind_of,
    last_day,
    load_law,
    may_come_from,
    mixtures_in,
    pair_of,
    suggested_ratio,
    threshold,
)
from planning.plan.line import terms_of
from planning.plan.marks import Mark, marks_of
from planning.plan.norms import NormClass, norm_of
from planning.plan.overrides import Edit, apply_edits, new_line
from planning.plan.spending import BudgetField, BudgetLevel, Nature, Source, SpendingForm, find_source, sources_by_label
from scoring.rating.standard import SOURCE_LABELS
from tests.factories.days import DEMO_DAY
from tests.factories.plans import SMALL_PLAN, WARD
from tests.factories.prices import PRICES

ASSUMPTIONS = Assumptions(2027)
BUYABLE = sorted(code for code, item in load_catalogue().items() if item.acquisition is not Acquisition.NONE)
INVESTMENT = Source(BudgetLevel.CITY, Nature.INVESTMENT, BudgetField.DIGITAL).label
ADMINISTRATION = replace(DIGITAL_MONEY, field=BudgetField.ADMINISTRATION).label


def line_of(item, **fields):
    """One unit of an item as the plan proposes it, with some of its fields otherwise."""
    return replace(new_line(SMALL_PLAN, WARD, item), quantity=1, **fields)


class TestTheDefaultPlan:
    @pytest.mark.parametrize("item", BUYABLE)
    def test_it_is_coherent_by_itself(self, item):
        assert faults_of(line_of(item), ASSUMPTIONS) == ()

    def test_hardware_is_bought_once_from_recurrent_money(self):
        line = line_of("A01")
        assert (line.form, line.source) == (SpendingForm.PURCHASE, DIGITAL_MONEY.label)
        assert find_source(line.source).nature is Nature.RECURRENT_OTHER

    def test_what_is_paid_yearly_has_its_own_form(self):
        assert line_of("D03").form is line_of("G02").form is SpendingForm.RECURRENT

    def test_a_file_that_is_made_once_is_bought_once(self):
        assert line_of("G03").form is SpendingForm.PURCHASE

    @pytest.mark.parametrize("item", ["A05", "A06", "F02", "F04"])
    def test_what_is_no_digital_spending_takes_nothing_from_that_money(self, item):
        assert line_of(item).source == ADMINISTRATION
        assert faults_of(line_of(item, source=DIGITAL_MONEY.label), ASSUMPTIONS) == (Fault.DIGITAL,)

    @pytest.mark.parametrize(("item", "is_open"), [("C01", True), ("C06", True), ("A03", True), ("A01", False), ("C02", False)])
    def test_what_has_still_to_be_decided_bears_the_mark_beside_its_form(self, item, is_open):
        line = line_of(item)
        assert is_to_be_decided(line) is is_open
        assert line.form is SpendingForm.PURCHASE
        assert (Mark.OPEN in marks_of(line, SMALL_PLAN)) is is_open


class TestFaults:
    @pytest.mark.parametrize(
        ("fields", "fault"),
        [
            ({"source": INVESTMENT}, Fault.PAIR),
            ({"source": "Nguồn tài trợ"}, Fault.SOURCE),
            ({"year": 2026}, Fault.YEAR),
            ({"year": 2030}, Fault.YEAR),
            ({"form": SpendingForm.RECURRENT}, Fault.FORM),
        ],
    )
    def test_each_has_its_name(self, fields, fault):
        line = line_of("A01", **fields)
        assert faults_of(line, ASSUMPTIONS) == (fault,)
        assert Mark.FAULT in marks_of(line, SMALL_PLAN)
        assert fault.label

    def test_a_project_may_take_either_money(self):
        for source in (INVESTMENT, DIGITAL_MONEY.label):
            assert faults_of(line_of("A01", form=SpendingForm.PROJECT, source=source), ASSUMPTIONS) == ()

    def test_a_leased_machine_is_paid_yearly(self):
        assert faults_of(line_of("A01", method=Method.LEASE), ASSUMPTIONS) == (Fault.FORM,)
        assert faults_of(line_of("A01", method=Method.LEASE, form=SpendingForm.RECURRENT), ASSUMPTIONS) == ()

    def test_several_stand_together_each_with_its_clause(self):
        line = line_of("A06", source=replace(DIGITAL_MONEY, nature=Nature.INVESTMENT).label, year=2040)
        assert faults_of(line, ASSUMPTIONS) == (Fault.PAIR, Fault.DIGITAL, Fault.YEAR)
        assert [bool(clause_of(line, fault)) for fault in faults_of(line, ASSUMPTIONS)] == [True, True, False]

    def test_what_buys_nothing_has_none(self):
        assert faults_of(replace(line_of("A01"), quantity=0, source="x", year=1999), ASSUMPTIONS) == ()

    @given(
        st.sampled_from(BUYABLE),
        st.sampled_from(SpendingForm),
        st.sampled_from(sorted(sources_by_label())),
        st.integers(2025, 2031),
    )
    def test_a_line_without_faults_keeps_the_table_of_the_law(self, item, form, source, year):
        line = line_of(item, form=form, source=source, year=year)
        if not faults_of(line, ASSUMPTIONS):
            assert form in kind_of(item, last_day(year)).forms
            assert may_come_from(form, find_source(source).nature, last_day(year))
            assert year in ASSUMPTIONS.years

    def test_an_edit_of_the_form_brings_the_source_of_its_group_along(self):
        groups = dict(ASSUMPTIONS.groups) | {"A": GroupRule(form=SpendingForm.PROJECT, source=INVESTMENT)}
        plan = replace(SMALL_PLAN, assumptions=replace(ASSUMPTIONS, groups=groups))
        [line] = [line for line in apply_edits(plan, [Edit(WARD.code, "A01", "form", "project")]).lines if line.item == "A01"]
        assert (line.form, line.source) == (SpendingForm.PROJECT, INVESTMENT)
        assert faults_of(line, plan.assumptions) == ()


class TestNorms:
    def test_equipment_without_a_number_waits_for_a_decision_until_there_is_one(self):
        assert norm_of("B03", None, ASSUMPTIONS).kind is NormClass.NONE
        decided = replace(ASSUMPTIONS, city_norms=(CityNorm("12/QĐ-UBND", date(2026, 9, 1), ("B03",)),))
        norm = norm_of("B03", None, decided)
        assert (norm.kind, norm.clause) == (NormClass.CITY, "Quyết định số 12/QĐ-UBND ngày 01/09/2026")
        assert norm_of("B01", None, decided).kind is NormClass.NONE

    @pytest.mark.parametrize(
        ("item", "kind", "clause"),
        [
            ("G06", NormClass.NONE, "Điều 6.3"),
            ("E01", NormClass.NONE, "Điều 5.1.b"),
            ("D03", NormClass.OUTSIDE, "Không phải máy móc"),
            ("A07", NormClass.OUTSIDE, "Không phải máy móc"),
            ("A05", NormClass.UNCHECKED, "Phụ lục II"),
        ],
    )
    def test_each_has_its_clause(self, item, kind, clause):
        norm = norm_of(item, None, ASSUMPTIONS)
        assert norm.kind is kind
        assert clause in norm.clause

    def test_a_price_has_a_ceiling_of_its_own_only_where_the_law_sets_one(self):
        capped = replace(PRICES["G06"], cap=20_000_000, unit_price=60_000_000)
        assert capped.legal_cap is None
        assert (capped.tenths_above_cap, capped.is_at_cap) == (None, False)


class TestTheTable:
    def test_every_rule_has_clause_label_and_days(self):
        law = load_law()
        rules = [*law.kinds, *law.mixtures, *law.pairs, *law.fees, *law.bases, *law.thresholds, law.digital]
        assert all(rule.clause and rule.source_label in SOURCE_LABELS for rule in rules)

    def test_a_threshold_changes_on_its_day(self):
        days = date(2026, 9, 8), date(2026, 9, 9)
        assert [threshold("single_bid", day).amount for day in days] == [500_000_000, 1_000_000_000]
        assert [threshold("head_decides", day).amount for day in days] == [50_000_000, 100_000_000]

    def test_every_form_has_money_and_bases(self):
        for form in SpendingForm:
            assert pair_of(form, DEMO_DAY).natures
            assert bases_of(form, DEMO_DAY).methods
        assert all(kind_of(item, DEMO_DAY).forms for item in BUYABLE)
        assert {digital_of(item).value for item in BUYABLE} == {"yes", "no", "open"}

    def test_works_machines_and_a_lease_together_are_a_project(self):
        assert mixtures_in([("C06", False), ("A01", False), ("E01", True)], DEMO_DAY)
        assert not mixtures_in([("C06", False), ("A01", False)], DEMO_DAY)
        assert not mixtures_in([("A01", False), ("D03", False)], DEMO_DAY)

    @pytest.mark.parametrize(
        ("cost", "ratio"),
        [(0, 26_440), (7_000_000_000, 26_440), (11_000_000_000, 24_140), (15_000_000_000, 21_840), (2_000_000_000_000, 6_960)],
    )
    def test_a_share_lies_on_the_straight_line_between_two_costs(self, cost, ratio):
        assert suggested_ratio(load_law().fee_ratios.rows[0], cost) == ratio

    @given(st.integers(0, 1_100_000_000_000), st.integers(0, 10_000_000_000))
    def test_a_greater_cost_never_has_a_greater_share(self, cost, more):
        for row in load_law().fee_ratios.rows:
            assert suggested_ratio(row, cost) >= suggested_ratio(row, cost + more)


class TestRulesThatEnd:
    """Of each kind of rule the shipped ones end with 2027; from 2028 on another holds of kinds and pairs."""

    END = date(2027, 12, 31)

    @pytest.fixture(autouse=True)
    def law_of_two_years(self, monkeypatch):
        law = load_law()
        ended = {name: tuple(replace(rule, valid_to=self.END) for rule in getattr(law, name)) for name in self.NAMES}
        next_kinds = [
            replace(kind, forms=(SpendingForm.PROJECT,), clause="Luật mới", valid_from=date(2028, 1, 1))
            for kind in law.kinds
            if kind.key == "hardware"
        ]
        next_pairs = [
            replace(pair, natures=(Nature.INVESTMENT,), clause="Luật mới", valid_from=date(2028, 1, 1))
            for pair in law.pairs
            if pair.form is SpendingForm.PROJECT
        ]
        ended |= {"kinds": (*ended["kinds"], *next_kinds), "pairs": (*ended["pairs"], *next_pairs)}
        monkeypatch.setattr(law_module, "load_law", lambda: replace(law, **ended))

    NAMES = ("kinds", "mixtures", "pairs", "fees", "bases")

    def test_a_line_keeps_the_law_of_its_year(self):
        bought, project = (line_of("A01", year=2027, form=form) for form in (SpendingForm.PURCHASE, SpendingForm.PROJECT))
        assert (faults_of(bought, ASSUMPTIONS), faults_of(project, ASSUMPTIONS)) == ((), ())
        bought, project = (replace(line, year=2028) for line in (bought, project))
        assert faults_of(bought, ASSUMPTIONS) == (Fault.FORM, Fault.PAIR)
        assert faults_of(project, ASSUMPTIONS) == (Fault.PAIR,)
        assert (clause_of(bought, Fault.FORM), clause_of(project, Fault.PAIR)) == ("Luật mới", "Luật mới")
        assert faults_of(replace(project, source=INVESTMENT), ASSUMPTIONS) == ()

    def test_the_plan_proposes_what_the_law_of_the_year_lets_it(self):
        for year, form in ((2027, SpendingForm.PURCHASE), (2028, SpendingForm.PROJECT)):
            assert terms_of("A01", Method.BUY, year, PRICES["A01"], ASSUMPTIONS).form is form

    def test_what_no_rule_speaks_of_any_more_is_a_fault_without_a_clause(self):
        line = line_of("D03", year=2028)
        assert faults_of(line, ASSUMPTIONS) == (Fault.FORM, Fault.PAIR)
        assert clause_of(line, Fault.FORM) == ""
        assert not is_to_be_decided(line_of("C01", year=2028))

    def test_fees_bases_and_mixtures_are_those_of_the_day(self):
        after = date(2028, 1, 1)
        items = [("C06", False), ("A01", False), ("E01", True)]
        assert (bool(mixtures_in(items, self.END)), bool(mixtures_in(items, after))) == (True, False)
        assert (fees_of(SpendingForm.PROJECT, self.END) is None, fees_of(SpendingForm.PROJECT, after)) == (False, None)
        price = replace(PRICES["A01"], method="quote", evidence="01/BG")
        assert [has_valid_basis(price, SpendingForm.PURCHASE, day) for day in (self.END, after)] == [True, False]
        plan = replace(SMALL_PLAN, rates=replace(SMALL_PLAN.rates, valuation=100))
        assert estimate(plan, SpendingForm.PURCHASE).row("3").amount > 0
        assert estimate(replace(plan, on=after), SpendingForm.PURCHASE).row("3").amount == 0

    def test_before_the_first_rule_that_one_is_taken(self):
        [first] = [kind for kind in load_law().kinds if kind.key == "hardware"]
        assert in_force([first], date(2020, 1, 1)) is first
        assert in_force([], self.END) is None


class TestBases:
    def price(self, method, day=None):
        return Price("A01", 15_000_000, 10, 20_000_000, method, "x", "A", "01/BG", day)

    def test_a_bid_is_good_for_twelve_months(self):
        on = date(2027, 3, 15)
        for day, is_valid in ((date(2026, 3, 15), True), (date(2026, 3, 14), False), (date(2027, 3, 1), True)):
            assert has_valid_basis(self.price("bid", day), SpendingForm.PURCHASE, on) is is_valid

    def test_a_bid_of_no_day_may_be_of_any_age(self):
        assert not has_valid_basis(self.price("bid"), SpendingForm.PURCHASE, date(2027, 3, 15))

    def test_a_declared_price_is_for_a_purchase_only(self):
        on = date(2027, 3, 15)
        assert has_valid_basis(self.price("declared"), SpendingForm.PURCHASE, on)
        assert not has_valid_basis(self.price("declared"), SpendingForm.PROJECT, on)

    def test_one_quotation_is_enough_in_law_and_none_is_not(self):
        assert bases_of(SpendingForm.PURCHASE, DEMO_DAY).quotes == 1
        assert not has_valid_basis(replace(self.price("quote"), evidence=""), SpendingForm.PURCHASE, date(2027, 1, 1))


def test_a_coherent_rule_of_a_group_makes_no_incoherent_line():
    """Whatever pair of form and source a group has that the law allows; what pays each year has a source of its own."""
    pairs = [
        (form, label)
        for form in SpendingForm
        for label in sources_by_label()
        if may_come_from(form, find_source(label).nature, last_day(2027))
    ]
    for form, source in pairs:
        groups = {letter: replace(rule, form=form, source=source) for letter, rule in ASSUMPTIONS.groups.items()}
        rules = replace(ASSUMPTIONS, groups=groups)
        for item in BUYABLE:
            method = Method.BUY if load_catalogue()[item].acquisition is not Acquisition.LEASE else Method.LEASE
            line = line_of(item, **vars(terms_of(item, method, 2027, PRICES[item], rules)))
            assert Fault.PAIR not in faults_of(line, rules), (item, form, source)


def test_terms_follow_the_method():
    bought, leased = (terms_of("A01", method, 2027, PRICES["A01"], ASSUMPTIONS) for method in (Method.BUY, Method.LEASE))
    assert (bought.form, bought.later) == (SpendingForm.PURCHASE, ())
    assert (leased.form, [paid.year for paid in leased.later]) == (SpendingForm.RECURRENT, [2028, 2029])


def test_a_plan_in_one_project_by_its_rules_is_coherent_too():
    groups = {letter: replace(rule, form=SpendingForm.PROJECT, source=INVESTMENT) for letter, rule in ASSUMPTIONS.groups.items()}
    assumptions = replace(ASSUMPTIONS, groups=groups)
    plan = build_plan(
        "Thử", SMALL_PLAN.wards, SMALL_PLAN.ratings, SMALL_PLAN.price_list, SMALL_PLAN.standard, assumptions, SMALL_PLAN.on
    )
    found = {fault for line in plan.lines for fault in faults_of(line, assumptions)}
    # A service that is made once is no part of a project, nor takes of its money.
    assert found == set()
    assert {line.form for line in plan.lines} >= {SpendingForm.PROJECT, SpendingForm.PURCHASE, SpendingForm.RECURRENT}
