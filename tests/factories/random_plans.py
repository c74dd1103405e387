"""Plans as they come to be: wards of every kind, rules, hand edits down to nothing and up, what is coming, transfers. Without a database."""

from dataclasses import replace
from datetime import timedelta

from hypothesis import strategies as st

from inventory.catalogue import Acquisition, load_catalogue
from planning.plan.assumptions import Assumptions, Method
from planning.plan.build import build_plan
from planning.plan.incoming import Incoming
from planning.plan.overrides import Edit, apply_edits
from planning.plan.plan import Transfer
from planning.plan.spending import SpendingForm, sources_by_label
from planning.transfers.proposals import propose_transfers, shortages, surpluses, with_transfers
from scoring.rating.rating import rate, rating_without_data
from tests.factories.days import DEMO_DAY
from tests.factories.plans import WARDS
from tests.factories.prices import PRICE_LIST
from tests.factories.snapshots import complete_answers, fleets, lasting_answers, snapshot_of_answers, snapshots
from tests.factories.standards import NEWEST_STANDARD, STANDARD

CITY = WARDS[:5]
ITEMS = sorted(code for code, item in load_catalogue().items() if item.acquisition is not Acquisition.NONE)
LINES = (("tslcd", "internet", "backup"), ("tslcd",), ())
_values = {
    "quantity": st.sampled_from(["0", "1", "7", "400"]),
    "method": st.sampled_from([method.value for method in Method]),
    "months": st.integers(0, 12).map(str),
    "unit_price": st.sampled_from(["0", "1", "333333", "20000001"]),
    "form": st.sampled_from([form.value for form in SpendingForm]),
    "source": st.sampled_from([*sources_by_label(), "Nguồn không có trong danh sách"]),
    "year": st.sampled_from(["2025", "2027", "2028", "2029", "2031"]),
}


@st.composite
def nearly_ready(draw, answers):
    """A ward that meets everything but for a few answers: numbers that are less, a no, a day that comes soon."""
    changed = dict(answers)
    for key in draw(st.lists(st.sampled_from(sorted(answers)), max_size=6, unique=True)):
        if answers[key] is True:
            until = st.integers(-40, 900).map(lambda days: DEMO_DAY + timedelta(days=days))
            changed[key] = draw(until if key.endswith("_until") else st.just(value=False))
        elif answers[key]:
            changed[key] = draw(st.integers(0, answers[key]))
    return snapshot_of_answers(changed, draw(st.sampled_from(LINES)), draw(st.sampled_from([2015, 2019, 2024])))


@st.composite
def built_plans(draw):
    """Of some wards with data and some without, by either standard, under any rules."""
    standard, answers = draw(st.sampled_from([(STANDARD, complete_answers()), (NEWEST_STANDARD, lasting_answers())]))
    kinds = st.one_of(nearly_ready(answers), nearly_ready(answers), fleets(), snapshots())
    ratings = {ward.code: rating_without_data(ward.code, DEMO_DAY) for ward in CITY}
    asked = CITY[: draw(st.integers(1, 4))]
    for ward in asked:
        ratings[ward.code] = rate(replace(draw(kinds), ward_code=ward.code), standard, DEMO_DAY)
    rules = Assumptions(2027, upgrades_os=draw(st.booleans()), replaces_due=draw(st.booleans()))
    year, is_leased = st.integers(0, 2), st.booleans()
    groups = {
        letter: replace(rule, year=draw(year), is_leased=draw(is_leased))
        for letter, rule in rules.groups.items()
        if letter in draw(st.sampled_from(["", "A", "CDG"]))
    }
    places = st.tuples(st.sampled_from(asked), st.sampled_from(ITEMS))
    incoming = tuple(
        Incoming(ward.code, item, quantity, "Phương án trước", DEMO_DAY)
        for (ward, item), quantity in draw(st.dictionaries(places, st.integers(1, 30), max_size=2)).items()
    )
    rules = replace(rules, groups={**rules.groups, **groups})
    return build_plan("thử", CITY, ratings, PRICE_LIST, standard, rules, DEMO_DAY, incoming)


@st.composite
def random_plans(draw):
    """The same with some lines changed, or added, by hand, and with transfers: those that are proposed, or any that lines ask for."""
    built = draw(built_plans())
    wards = [ward for ward in CITY if built.ratings[ward.code].snapshot is not None]
    own = [(line.ward.code, line.item) for line in built.lines]
    added = st.tuples(st.sampled_from([ward.code for ward in wards]), st.sampled_from(ITEMS))
    keys = draw(st.lists(st.sampled_from(own) | added if own else added, max_size=4, unique=True))
    plan = apply_edits(
        built,
        [Edit(*key, field, value) for key in keys for field, value in draw(st.fixed_dictionaries({}, optional=_values)).items()],
    )
    moves = draw(st.sampled_from(["none", "proposed", "any"]))
    if moves == "proposed":
        return with_transfers(plan, propose_transfers(shortages(plan), surpluses(plan), dict.fromkeys(ITEMS, 1)))
    asking = [line for line in plan.lines if line.quantity] if moves == "any" else []
    taken = [line for line in asking if draw(st.booleans())]
    return with_transfers(
        plan, [Transfer(line.item, CITY[-1], line.ward, draw(st.integers(1, line.quantity)), 5) for line in taken]
    )
