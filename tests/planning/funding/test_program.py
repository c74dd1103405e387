"""The program of yes and no: as good as every choice tried one by one, and right to the last whole number."""

from itertools import chain, combinations
from random import Random

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from planning.funding.program import NoChoiceError, Program, Row, solve
from tests.support.examples import examples

ENOUGH = 100_000
PLACES = 9
parts = st.dictionaries(
    st.integers(0, PLACES - 1), st.one_of(st.integers(-5, 30), st.integers(-3, 9).map(lambda n: n * 1_000_000_001))
)
rows = st.builds(Row, parts, st.one_of(st.integers(-8, 90), st.integers(0, 30_000_000_000)))
groups = st.sampled_from([(), ((0, 1, 2),), ((0, 3), (4, 5, 6))])
programs = st.builds(
    Program,
    st.one_of(st.integers(-9, 90_000), st.integers(-(10**10), 0))
    .flatmap(lambda n: st.lists(st.integers(min(n, 0), max(n, 0)), min_size=PLACES, max_size=PLACES))
    .map(tuple),
    st.lists(rows, max_size=4).map(tuple),
    groups,
)


def kept_choices(program):
    sets = chain.from_iterable(combinations(range(len(program.values)), size) for size in range(len(program.values) + 1))
    return [frozenset(places) for places in sets if all(row.is_kept(frozenset(places)) for row in program.all_rows)]


@examples(60)
@given(programs)
def test_the_choice_is_the_best_of_all_or_it_is_proven_that_there_is_none(program):
    choices = kept_choices(program)
    if not choices:
        with pytest.raises(NoChoiceError) as error:
            solve(program, None, ENOUGH)
        assert error.value.is_proven
        return
    solution = solve(program, None, ENOUGH)
    assert solution.chosen in choices
    assert solution.value == solution.bound == program.value_of(solution.chosen) == max(map(program.value_of, choices))
    assert solution.is_proven


# The first choice that the solver names breaks the second row by one in a thousand million.
BROKEN_BY_ROUNDING = Program(
    (1, 1, 0, 0, 1, 0, 0, 0, 0),
    (Row({0: 1, 1: 1, 7: -1}, 0), Row({4: 1_000_000_001, 5: -1_000_000_001, 7: 1}, 0)),
)


@examples(40)
@given(programs, st.frozensets(st.integers(0, PLACES - 1)))
@example(BROKEN_BY_ROUNDING, frozenset({0}))
def test_a_start_is_never_made_worse_and_one_that_breaks_a_row_is_none(program, start):
    if kept_choices(program):
        solution = solve(program, start, 1)
        is_start = all(row.is_kept(start) for row in program.all_rows)
        assert not is_start or solution.value >= program.value_of(start)
        assert all(row.is_kept(solution.chosen) for row in program.all_rows)


@examples(40)
@given(rows, st.frozensets(st.integers(0, PLACES - 1)))
def test_what_cuts_off_a_choice_that_breaks_a_row_cuts_off_none_that_keeps_it(row, chosen):
    if not row.is_kept(chosen):
        cover = row.cover(chosen)
        assert not cover.is_kept(chosen)
        assert all(cover.is_kept(kept) for kept in kept_choices(Program((0,) * PLACES, (row,))))


@pytest.mark.parametrize("largest", [10**6, 10**9, 10**12, 10**15])
def test_a_sum_of_exactly_the_limit_is_taken_and_one_more_is_not(largest):
    amounts = [largest + 1, largest - 7, largest + 3, largest // 3, 1]
    for places in ((0, 1), (0, 2, 4), (1, 2, 3), (0, 1, 2, 3)):
        total = sum(amounts[place] for place in places)
        # Who takes these places has their value; another choice has less.
        values = tuple(10 if place in places else 0 for place in range(len(amounts)))
        exact, one_less = (
            solve(Program(values, (Row(dict(enumerate(amounts)), limit),)), None, ENOUGH) for limit in (total, total - 1)
        )
        assert (exact.chosen, exact.is_proven) == (frozenset(places), True)
        assert (one_less.value, one_less.is_proven) == (10 * len(places) - 10, True)


def test_one_dong_of_costs_near_a_million_million_makes_the_cheaper_choice():
    costs = (999_999_999_999, 1_000_000_000_000, 999_999_999_998, 1_000_000_000_001)
    at_least_two = Row(dict.fromkeys(range(4), -1), -2)
    solution = solve(Program(tuple(-cost for cost in costs), (at_least_two,)), frozenset({1, 3}), ENOUGH)
    assert solution.chosen == {0, 2}
    assert solution.is_proven


def test_that_nothing_was_found_is_no_proof_that_there_is_nothing():
    """Five shares of a market that must come out exactly: there is such a choice, and it is hard to find."""
    random = Random(5)
    shares = [[random.randrange(1, 10_000) for _place in range(40)] for _row in range(5)]
    halves = [sum(row[::2]) for row in shares]
    at_most = [Row(dict(enumerate(row)), half) for row, half in zip(shares, halves, strict=True)]
    at_least = [Row({i: -part for i, part in enumerate(row)}, -half) for row, half in zip(shares, halves, strict=True)]
    with pytest.raises(NoChoiceError) as error:
        solve(Program((0,) * 40, (*at_most, *at_least)), None, 800)
    assert not error.value.is_proven


def test_what_has_no_places_has_the_empty_choice():
    assert solve(Program((), (Row({}, 0),)), None, 1).chosen == frozenset()
    with pytest.raises(NoChoiceError):
        solve(Program((), (Row({}, -1),)), None, 1)


def test_very_large_beside_very_small_parts_come_to_an_end():
    """The solver simplifies such rows for ever, if it is let."""
    at_least = Row(
        {0: -7, 1: -99_999_999_992, 2: -100_000_000_006, 3: -4, 4: -60_935_459_014, 5: -95_038_487_889, 6: -7}, -295_038_487_898
    )
    at_most = Row(
        {1: 33_333_333_333, 2: 81_873_758_648, 3: 14_405_310_879, 4: 99_999_999_991, 5: 8, 6: 99_999_999_991}, 229_612_402_852
    )
    assert solve(Program((1,) * 7, (at_least, at_most)), None, ENOUGH).chosen == {0, 1, 2, 4, 5}


@examples(30)
@given(rows)
def test_a_tightened_row_is_kept_by_the_same_choices_and_has_no_larger_part(row):
    tightened = row.tightened
    assert kept_choices(Program((0,) * PLACES, (tightened,))) == kept_choices(Program((0,) * PLACES, (row,)))
    assert all(abs(tightened.parts[place]) <= abs(part) for place, part in row.parts.items())
