from dataclasses import replace
from itertools import chain, combinations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from inventory.catalogue import load_catalogue
from inventory.snapshots.snapshot import Fact
from scoring.rating.city_readiness import city_readiness
from scoring.rating.rating import FindingStatus, Result, judge, rate
from scoring.rating.remedies import RemedyTerms, cost_to_ready, line_cost, mend, remedies_of
from scoring.rating.standard import Tier
from tests.factories.days import DEMO_DAY
from tests.factories.prices import PRICES, TERMS
from tests.factories.questionnaires import EQUIPMENT
from tests.factories.snapshots import complete_answers, snapshot_of_answers, snapshots
from tests.factories.standards import STANDARD
from tests.support.examples import examples

MAX_OPTIONAL = 6


def total_cost(cost):
    return cost.capital + cost.recurrent


def codes_of(cost):
    return {part.criterion for part in (*cost.lines, *cost.withdrawals)}


def vnd_of(lines):
    """VND over the years of the terms."""
    years = {line: TERMS.years if load_catalogue()[line.item].yearly else 1 for line in lines}
    return sum(line_cost(line, PRICES) * years[line] for line in lines)


KEYS_TO_LACK = [key for key in complete_answers() if key not in ("staff_total", "sites", "owns_counters", "has_website")]


@examples(40)
@given(
    st.sets(st.sampled_from(KEYS_TO_LACK), max_size=12),
    st.sets(st.sampled_from(["tslcd", "internet", "backup"])),
    st.sampled_from([2014, 2024]),
)
def test_no_other_set_of_remedies_is_cheaper(lacking_keys, lines, year):
    rating = rate(snapshot_of_answers({**complete_answers(), **dict.fromkeys(lacking_keys, 0)}, lines, year), STANDARD, DEMO_DAY)
    mendable_criteria = [f.criterion for f in rating.unmet if f.criterion.remedy.money_mends and f.status is FindingStatus.UNMET]
    blocking_codes, optional_codes = (
        [c.code for c in mendable_criteria if c.blocking],
        [c.code for c in mendable_criteria if not c.blocking],
    )
    if len(optional_codes) > MAX_OPTIONAL:
        return
    cost = cost_to_ready(rating, PRICES, TERMS)
    for chosen_codes in chain.from_iterable(combinations(optional_codes, size) for size in range(len(optional_codes) + 1)):
        remedies = mend(rating, [*blocking_codes, *chosen_codes], PRICES, TERMS)
        if remedies.rating.result is Result.READY:
            assert cost.possible
            assert vnd_of(cost.lines) <= vnd_of(remedies.lines)


@examples(60)
@given(snapshots())
def test_the_cost_is_the_sum_of_its_lines_and_possible_means_ready(snapshot):
    rating = rate(snapshot, STANDARD, DEMO_DAY)
    cost = cost_to_ready(rating, PRICES, TERMS)
    assert total_cost(cost) == sum(line_cost(line, PRICES) for line in cost.lines)
    if cost.possible:
        assert mend(rating, codes_of(cost), PRICES, TERMS).rating.result is Result.READY
    else:
        assert cost.blockers


def test_a_spare_line_is_not_bought_beside_the_line_it_makes_needless():
    lacking_keys = ["lan_seats", "vc_tested", "uses_shared_systems", "online_files_percent", "signers_certified", "it_officers"]
    lacking_keys += ["villages_with_team", "bodies_certified", "security_rules_issued"]
    rating = rate(
        snapshot_of_answers({**complete_answers(), **dict.fromkeys(lacking_keys, 0)}, lines=["tslcd"]), STANDARD, DEMO_DAY
    )
    assert rating.score == 76
    # A line is paid each year: over three of them network outlets for all are cheaper.
    for years, items in ((1, ["D04"]), (3, ["C01"])):
        assert [line.item for line in cost_to_ready(rating, PRICES, RemedyTerms(years)).lines] == items


def test_new_pcs_of_a_ward_without_any_come_protected():
    answers = {**complete_answers(), "A01": 0, "pcs_protected": 0, "licensed_pcs": 0, "pc_supported_os": 0, "pc_memory_ssd": 0}
    rating = rate(snapshot_of_answers(answers), STANDARD, DEMO_DAY)
    cost = cost_to_ready(rating, PRICES, TERMS)
    assert cost.possible
    assert {"A01", "G02"} <= {line.item for line in cost.lines}


def test_new_pcs_do_not_answer_for_the_old_ones():
    answers = {key: value for key, value in complete_answers().items() if key != "pc_supported_os"} | {"A01": 30}
    new_rating = remedies_of(rate(snapshot_of_answers(answers), STANDARD, DEMO_DAY), PRICES, TERMS).rating
    assert new_rating.snapshot.fact("pc_supported_os") is None
    known_rating = remedies_of(
        rate(snapshot_of_answers({**answers, "pc_supported_os": 30}), STANDARD, DEMO_DAY), PRICES, TERMS
    ).rating
    assert known_rating.snapshot.facts["pc_supported_os"] == Fact("pc_supported_os", 40)


def test_an_unanswered_blocking_criterion_is_named_as_what_money_does_not_mend():
    answers = {key: value for key, value in complete_answers().items() if key != "vlan_separated"}
    rating = rate(snapshot_of_answers(answers), STANDARD, DEMO_DAY)
    cost = cost_to_ready(rating, PRICES, TERMS)
    assert rating.result is Result.INCOMPLETE
    assert not cost.possible
    assert [criterion.code for criterion in cost.blockers] == ["CR-C3"]


def test_the_whole_ward_is_ready_and_costs_nothing():
    rating = rate(snapshot_of_answers(complete_answers()), STANDARD, DEMO_DAY)
    assert (rating.result, rating.score) == (Result.READY, 100)
    assert (total_cost(cost_to_ready(rating, PRICES, TERMS)), cost_to_ready(rating, PRICES, TERMS).possible) == (0, True)


def test_buying_the_cost_to_ready_turns_a_demo_ward_ready(demo_session):
    checked_count = 0
    for rating in city_readiness(demo_session, DEMO_DAY).ratings.values():
        cost = cost_to_ready(rating, PRICES, TERMS)
        if rating.result is Result.NOT_READY and cost.possible:
            new_rating = mend(rating, codes_of(cost), PRICES, TERMS).rating
            assert new_rating.result is Result.READY, rating.ward_code
            checked_count += 1
    assert checked_count > 20


# Wards in which little decides: a tie between remedies, the rounding of the pass mark, the last machine.
CLOSE_CALLS = [
    (
        "A04 B05 B06 F03 lan_seats licensed_pcs mfa_enabled online_files_percent rooms_vc_good sites_linked website_component",
        "",
        2024,
    ),
    (
        "B07 B13 F01 bodies_certified licensed_pcs pc_memory_ssd pc_supported_os rooms_vc rooms_vc_able security_rules_issued "
        "service_point_backup_power sites_linked",
        "tslcd",
        2024,
    ),
    (
        "A01 A02 A03 B06 B13 G01 legal_bodies mfa_enabled pcs_protected rooms_vc_able sites_temperature staff_trained "
        "tslcd_p95_percent tslcd_terminal_ok",
        "backup internet tslcd",
        2014,
    ),
]


@pytest.mark.parametrize(("lacking_keys", "lines", "year"), CLOSE_CALLS)
def test_where_little_decides_the_cost_is_the_least_of_all_sets(lacking_keys, lines, year):
    rating = rate(
        snapshot_of_answers(complete_answers() | dict.fromkeys(lacking_keys.split(), 0), lines.split(), year), STANDARD, DEMO_DAY
    )
    mendable_criteria = [f.criterion for f in rating.unmet if f.criterion.remedy.money_mends and f.status is FindingStatus.UNMET]
    blocking_codes, optional_codes = (
        [c.code for c in mendable_criteria if c.blocking],
        [c.code for c in mendable_criteria if not c.blocking],
    )
    sums = []
    for chosen_codes in chain.from_iterable(combinations(optional_codes, size) for size in range(len(optional_codes) + 1)):
        remedies = mend(rating, [*blocking_codes, *chosen_codes], PRICES, TERMS)
        if remedies.rating.result is Result.READY:
            sums.append(vnd_of(remedies.lines))
    assert vnd_of(cost_to_ready(rating, PRICES, TERMS).lines) == min(sums)


def test_what_is_only_recommended_is_neither_bought_nor_priced():
    optional_criteria = [c for c in STANDARD.criteria if c.remedy.money_mends and not c.blocking]
    ward = snapshot_of_answers(
        dict.fromkeys(complete_answers(), 0) | {"staff_total": 40, "staff_viii": 30, "sites": 2, "A01": 40}, ()
    )
    for criterion in optional_criteria:
        criteria = tuple(replace(c, tier=Tier.RECOMMENDED) if c is criterion else c for c in STANDARD.criteria)
        rating = rate(ward, replace(STANDARD, criteria=criteria), DEMO_DAY)
        counted_codes = [f.criterion.code for f in rating.findings if f.is_counted]
        assert criterion.code not in {line.criterion for line in remedies_of(rating, PRICES, TERMS).lines}
        assert remedies_of(rating, PRICES, TERMS).rating.snapshot == mend(rating, counted_codes, PRICES, TERMS).rating.snapshot


def test_what_stands_in_the_way_is_named_and_nothing_else():
    # A criterion that money cannot mend is made blocking, beside one that money mends.
    criteria = tuple(replace(c, blocking=c.blocking or c.code == "CR-G4") for c in STANDARD.criteria)
    ward = snapshot_of_answers(
        complete_answers() | {"security_rules_issued": False, "mfa_enabled": False, "A01": 0, "website_component": False}
    )
    blocked_rating = rate(ward, replace(STANDARD, criteria=criteria), DEMO_DAY)
    cost = cost_to_ready(blocked_rating, PRICES, TERMS)
    assert {f.criterion.code for f in blocked_rating.unmet_blocking} >= {"CR-A1", "CR-G4"}
    assert (cost.possible, [c.code for c in cost.blockers]) == (False, ["CR-G4"])
    # Nothing blocking is beyond money, but the pass mark is: what is left is named, and no criterion that money mends.
    low_rating = rate(ward, replace(STANDARD, pass_mark=100), DEMO_DAY)
    cost = cost_to_ready(low_rating, PRICES, TERMS)
    remaining_codes = {f.criterion.code for f in low_rating.unmet if not f.criterion.remedy.money_mends}
    assert len(remaining_codes) > 1
    assert (cost.possible, {c.code for c in cost.blockers}) == (False, remaining_codes)


CODES = [criterion.code for criterion in STANDARD.criteria]


@given(snapshots(), st.just(CODES) | st.sets(st.sampled_from(CODES)))
def test_what_no_remedy_touches_is_judged_as_if_anew(snapshot, codes):
    new_rating = mend(rate(snapshot, STANDARD, DEMO_DAY), codes, PRICES, TERMS).rating
    assert new_rating == rate(new_rating.snapshot, STANDARD, DEMO_DAY)


@given(snapshots(), snapshots(), st.sampled_from(STANDARD.criteria))
def test_a_criterion_reads_no_other_answers_than_it_says(snapshot, other_snapshot, criterion):
    def is_read(key):
        return key in criterion.reads

    mixed_snapshot = replace(
        other_snapshot,
        facts={
            **{k: f for k, f in other_snapshot.facts.items() if not is_read(k)},
            **{k: f for k, f in snapshot.facts.items() if is_read(k)},
        },
        lots=(*(lot for lot in snapshot.lots if is_read(lot.item)), *(lot for lot in other_snapshot.lots if not is_read(lot.item))),
        answered_items=frozenset(key for key in EQUIPMENT if key in (snapshot if is_read(key) else other_snapshot).answered_items),
    )
    if is_read("internet"):
        mixed_snapshot = replace(
            mixed_snapshot, connections=snapshot.connections, answered_connections=snapshot.answered_connections
        )
    assert judge(criterion, mixed_snapshot, STANDARD, DEMO_DAY) == judge(criterion, snapshot, STANDARD, DEMO_DAY)
