import itertools
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.charts.line import Frame, Plot, Scale, count_ticks, day_ticks, step_corners, svg_points, thin_out

FRAME = Frame(width=560, height=186, left=46, right=12, top=12, bottom=24)


def test_a_scale_runs_from_its_first_pixel_to_its_last():
    scale = FRAME.horizontal(50, 100)
    assert [scale.pixel(value) for value in (50, 75, 100)] == [46, 297, 548]
    assert FRAME.vertical(126).pixel(0) == FRAME.floor == 162
    assert FRAME.vertical(126).pixel(126) == FRAME.top == 12
    assert FRAME.vertical(126).pixel(Fraction(63, 1)) == 87


def test_a_scale_of_one_value_stays_at_its_start():
    assert Scale(7, 7, 46, 548).pixel(7) == 46


def test_a_share_of_the_height_is_measured_from_the_floor():
    assert [FRAME.share_height(share) for share in (0, 0.5, 1)] == [162, 87, 12]


def test_a_plot_places_pairs_of_values_and_svg_reads_them():
    plot = Plot(FRAME.horizontal(0, 10), FRAME.vertical(10))
    assert svg_points(plot.line([(0, 0), (10, 10)])) == "46.0,162.0 548.0,12.0"


def test_a_step_keeps_its_height_until_the_next_one_and_to_the_end():
    assert step_corners([(0, 2), (3, 5)], until=7) == [(0, 2), (3, 2), (3, 5), (7, 5)]
    assert step_corners([(0, 2), (3, 5)], until=3) == [(0, 2), (3, 2), (3, 5)]


@given(st.integers(0, 5000), st.integers(1, 30))
def test_dates_are_evenly_apart_and_never_too_many(days, most):
    ticks = list(day_ticks(days, most))
    assert ticks[0] == 0
    assert ticks[-1] <= days
    assert len({later - earlier for earlier, later in itertools.pairwise(ticks)}) <= 1
    assert len(ticks) <= most + 1


@given(st.integers(1, 3321), st.integers(1, 30))
def test_counts_are_round_and_end_with_the_highest(high, most):
    ticks = count_ticks(high, most)
    assert ticks == sorted(set(ticks))
    assert ticks[-1] == high
    assert len(ticks) <= most + 1


@pytest.mark.parametrize(("count", "labelled"), [(1, 1), (12, 12), (13, 7), (25, 9)])
def test_labels_are_thinned_out_where_there_are_too_many(count, labelled):
    ticks = thin_out([float(value) for value in range(count)], list(range(count)), 12)
    assert len(ticks) == labelled <= 12
    assert all(pixel == label for pixel, label in ticks)
