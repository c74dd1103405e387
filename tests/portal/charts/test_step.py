import re

from hypothesis import given
from hypothesis import strategies as st

from portal.charts.step import Frame, draw_steps

FRAME = Frame(width=120, height=50, left=10, right=10, top=5, bottom=15)


def test_two_steps_by_hand():
    chart = draw_steps(2, [(40, 3), (100, 5)], FRAME)
    assert chart.path == "M10,35.0H50.0V25.0H110.0V5.0"
    assert chart.x_ticks == ((10.0, 0), (35.0, 25), (60.0, 50), (85.0, 75), (110.0, 100))
    assert chart.y_ticks == ((55.0, 0), (45.0, 1), (35.0, 2), (25.0, 3), (15.0, 4), (5.0, 5))
    assert chart.height == 70


def test_without_steps_it_is_a_point():
    assert draw_steps(7, [], FRAME).path == "M10,5.0"
    assert draw_steps(0, [], FRAME).path == "M10,55.0"


@given(st.integers(0, 126), st.lists(st.tuples(st.integers(0, 10**9), st.integers(0, 5)), max_size=30))
def test_a_rising_line_never_falls_nor_leaves_the_frame(start, rises):
    x, y, steps = 0, start, []
    for right, up in rises:
        x, y = x + right, y + up
        steps.append((x, y))
    path = draw_steps(start, steps, FRAME).path
    xs, ys = ([float(value) for value in re.findall(rf"{letter}([\d.]+)", path)] for letter in "HV")
    assert xs == sorted(xs)
    assert ys == sorted(ys, reverse=True)
    assert all(FRAME.left <= value <= FRAME.width - FRAME.right for value in xs)
    assert all(FRAME.top <= value <= FRAME.top + FRAME.height for value in ys)
