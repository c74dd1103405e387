"""How many PCs get a newer system: no number that is left untried would cost less, and of a large ward few are tried."""

from dataclasses import replace
from itertools import combinations

from hypothesis import given
from hypothesis import strategies as st

from inventory.snapshots.snapshot import EquipmentLot, Snapshot
from scoring.rating import remedies
from scoring.rating.purchases import ALL_PCS, Choice, carry_out
from scoring.rating.rating import rate
from scoring.rating.remedies import cost_to_ready, line_cost, remedies_of
from scoring.rating.upgrades import try_upgrades
from tests.factories.days import DEMO_DAY
from tests.factories.prices import PRICES, TERMS
from tests.factories.snapshots import make_facts
from tests.factories.standards import STANDARD
from tests.scoring.least_remedies import PC_CODES
from tests.support.examples import examples

PC_STANDARD = replace(STANDARD, criteria=tuple(STANDARD.criterion(code) for code in PC_CODES))
LEAVES = ("CR-A7", "CR-G2")


def rating_of_pcs(by_year, staff, supported, licensed, protected):
    lots = tuple(EquipmentLot("A01", good=count, year=DEMO_DAY.year - age) for age, count in by_year.items())
    facts = {"staff_total": staff, "pc_supported_os": supported, "licensed_pcs": licensed, "pcs_protected": protected}
    return rate(
        Snapshot("00082", DEMO_DAY, make_facts(facts), lots, answered_items=frozenset({"A01", "A02"})), PC_STANDARD, DEMO_DAY
    )


def least_by_what_is_met(outcomes, prices):
    """The least VND of outcomes that meet the same, with what is bought for each choice of the leaves left out."""
    least = {}
    for outcome in outcomes:
        statuses = tuple(finding.status for finding in outcome.findings)
        for left_out in (chosen for size in range(3) for chosen in combinations(LEAVES, size)):
            cost = sum(line_cost(line, prices) for line in outcome.lines if line.upgrades or line.criterion not in left_out)
            least[statuses, left_out] = min(cost, least.get((statuses, left_out), cost))
    return least


counts = st.integers(0, 60)


@examples(80)
@given(
    st.builds(rating_of_pcs, st.fixed_dictionaries(dict.fromkeys((1, 7, 12), counts)), st.integers(1, 120), counts, counts, counts),
    st.fixed_dictionaries(dict.fromkeys(("A01", "A07", "G02"), st.integers(1, 30))),
)
def test_no_number_that_is_not_tried_would_cost_less(rating, few_prices):
    prices = PRICES | {item: replace(PRICES[item], unit_price=price) for item, price in few_prices.items()}
    choice = Choice(frozenset(PC_CODES), frozenset(PC_CODES))

    def attempt(number):
        return carry_out(rating, rating.findings, replace(choice, upgrades=number))

    most = attempt(ALL_PCS).upgrades
    tried = try_upgrades(attempt, most, lambda line: line_cost(line, prices), LEAVES)
    assert least_by_what_is_met(tried, prices) == least_by_what_is_met(map(attempt, range(most + 1)), prices)


def test_of_twelve_thousand_pcs_few_numbers_are_tried(monkeypatch):
    trials = []
    monkeypatch.setattr(remedies, "carry_out", lambda *arguments: trials.append(arguments) or carry_out(*arguments))
    rating = rating_of_pcs({5: 12_000}, staff=12_000, supported=0, licensed=3_000, protected=0)
    assert sum(line.upgrades for line in remedies_of(rating, PRICES, TERMS).lines) == 11_400
    assert cost_to_ready(rating, PRICES, TERMS).possible
    assert len(trials) < 500
