from hypothesis import given
from hypothesis import strategies as st

from portal.charts.bar import Bar, Frame, draw_bars

FRAME = Frame(width=100, height=80, left=10, top=5)


def test_two_groups_by_hand():
    bars = draw_bars([[4, 2], [0, 1]], FRAME, bar_width=10, gap=2)
    assert bars == (
        (Bar(20.0, 5.0, 8, 80.0), Bar(30.0, 45.0, 8, 40.0)),
        (Bar(60.0, 85.0, 8, 0.0), Bar(70.0, 65.0, 8, 20.0)),
    )


def test_nothing_but_zeros_has_bars_of_no_height():
    assert draw_bars([[0], [0]], FRAME, 10, 2) == ((Bar(25.0, 85.0, 8, 0.0),), (Bar(65.0, 85.0, 8, 0.0),))


@given(st.lists(st.lists(st.integers(0, 10**12), min_size=2, max_size=2), min_size=1, max_size=8))
def test_every_bar_stands_on_the_floor_within_the_frame(groups):
    bars = [bar for group in draw_bars(groups, FRAME, bar_width=5, gap=1) for bar in group]
    assert all(abs(bar.y + bar.height - 85) < 0.11 for bar in bars)
    assert all(FRAME.top <= bar.y and bar.x >= FRAME.left for bar in bars)
    assert [bar.x for bar in bars] == sorted(bar.x for bar in bars)
