"""Demands that cannot be kept together: named, each one needed for the conflict."""

from dataclasses import replace

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from planning.funding.allocation import Floor
from planning.funding.conflicts import ConflictError, Demand, explain_conflict
from planning.funding.program import Row
from planning.funding.selection import choose_wards
from portal.formats import format_vnd
from tests.factories.candidates import LATER_POT, NEXT_POT, make_city
from tests.planning.oracles import choices_that_keep, kept_selections
from tests.support.examples import examples

PLACES = 6
demands = st.lists(
    st.builds(
        lambda parts, limit, is_ceiling: Row(
            {i: part if is_ceiling else -1 for i, part in parts.items()}, limit if is_ceiling else -limit % -7
        ),
        st.dictionaries(st.integers(0, PLACES - 1), st.integers(1, 9), min_size=1),
        st.integers(0, 20),
        st.booleans(),
    ),
    min_size=1,
    max_size=7,
).map(lambda rows: [Demand(f"số {number}", row, is_ceiling=row.limit >= 0) for number, row in enumerate(rows)])


@examples(40)
@given(demands)
def test_what_is_named_conflicts_and_without_any_one_of_it_does_not(all_demands):
    assume(not choices_that_keep(all_demands, PLACES))
    names = explain_conflict(all_demands, (), is_proven=True).demands
    named = [demand for demand in all_demands if demand.name in names]
    assert not choices_that_keep(named, PLACES)
    for demand in named:
        assert choices_that_keep([other for other in named if other is not demand], PLACES)


def conflict_of(*arguments, **keywords):
    with pytest.raises(ConflictError) as error:
        choose_wards(*arguments, **keywords)
    return error.value


@examples(40)
@given(st.lists(st.tuples(st.integers(0, 9), st.integers(0, 9), st.booleans()), min_size=1, max_size=5), st.integers(0, 15))
def test_the_most_that_a_group_can_have_is_told_whether_or_not_a_ceiling_touches_its_wards(costs, ceiling):
    candidates, ceilings = make_city(costs), {NEXT_POT: ceiling}
    more_than_all = Floor("Nhóm", len(candidates) + 1, frozenset(candidate.ward.code for candidate in candidates))
    most = max(map(len, kept_selections(candidates, ceilings)))
    assert f"nhiều nhất {most} xã, phường" in conflict_of(candidates, ceilings, floors=[more_than_all]).message


class TestOfAChoice:
    candidates = tuple(make_city([(5, 0, True), (4, 0, True), (6, 3, True), (1, 1, False)]))
    wards = tuple(candidate.ward for candidate in candidates)
    codes = tuple(ward.code for ward in wards)

    def test_a_floor_is_named_with_its_number_the_money_against_it_and_what_is_possible(self):
        floors = (Floor("Phường", 2, frozenset(self.codes)), Floor("Xã", 1, frozenset(self.codes)))
        error = conflict_of(self.candidates, {NEXT_POT: 8, LATER_POT: 5}, floors=floors)
        assert error.status == 409
        assert error.demands == (
            "mức sàn “Phường: ít nhất 2 xã, phường”",
            f"mức vốn tối đa {format_vnd(8)} (năm 2027, Thành phố, mua sắm một lần không lập dự án)",
        )
        assert "nhiều nhất 1 xã, phường" in error.message

    def test_more_wards_than_there_are_is_a_floor_that_no_money_keeps(self):
        error = conflict_of(self.candidates, {NEXT_POT: 8}, floors=(Floor("Phường", 4, frozenset(self.codes)),))
        assert error.demands == ("mức sàn “Phường: ít nhất 4 xã, phường”",)

    def test_wards_wanted_beyond_the_money_are_named_and_no_other(self):
        error = conflict_of(self.candidates, {NEXT_POT: 9, LATER_POT: 9}, required=self.codes[1:3], barred=self.codes[:1])
        assert error.demands[:-1] == tuple(
            f"bố trí vốn cho {ward.full_name}" for ward in sorted(self.wards[1:3], key=lambda w: w.code)
        )
        assert error.demands[-1].startswith(f"mức vốn tối đa {format_vnd(9)} (năm 2027")

    def test_a_ward_wanted_and_not_wanted_is_named(self):
        error = conflict_of(self.candidates, {}, required=self.codes[:2], barred=self.codes[:1])
        name = self.wards[0].full_name
        assert error.demands == (f"bố trí vốn cho {name}", f"không bố trí vốn cho {name}")

    def test_a_ward_that_money_does_not_turn_ready_is_named(self):
        error = conflict_of(self.candidates, {NEXT_POT: 0}, required=self.codes)
        assert error.demands == (f"bố trí vốn cho {self.wards[3].full_name} (bố trí kinh phí vẫn chưa đủ điều kiện đáp ứng)",)

    def test_a_ward_whose_lines_are_not_to_be_funded_is_no_case_beyond_money(self):
        candidate = replace(self.candidates[0], possible=False, unplanned=("E01", "G06"))
        error = conflict_of([candidate], {}, required=self.codes[:1])
        assert "phương án không bố trí đủ danh mục để xã, phường này đáp ứng: E01)" in error.message
        assert "G06" not in error.message
        assert "vẫn chưa đủ điều kiện" not in error.message

    def test_a_floor_against_those_not_wanted_names_them(self):
        error = conflict_of(
            self.candidates, {NEXT_POT: 99}, floors=(Floor("Xã", 3, frozenset(self.codes)),), barred=self.codes[1:2]
        )
        assert error.demands == (f"không bố trí vốn cho {self.wards[1].full_name}", "mức sàn “Xã: ít nhất 3 xã, phường”")


def test_what_is_not_proven_is_not_said():
    error = explain_conflict([], (), is_proven=False)
    assert error.demands == ()
    assert error.message.startswith("Chưa tìm được")
