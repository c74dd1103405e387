import pytest

from tests.storm import Officer, look_over, run


@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
def test_no_acknowledged_field_is_lost_when_the_server_is_killed(kind):
    assert run(kind, seconds=10, kills=1, officers=12) == []


def test_a_storm_that_proves_nothing_is_told():
    calm, idle = (Officer(number, "", [], times=[0.01] * 60) for number in (1, 2))
    assert look_over([calm, idle], seconds=120, kills=0, hit=0) == []
    idle.times = [0.01] * 19
    assert look_over([calm, idle], seconds=120, kills=0, hit=0) == ["submission 2: 19 saves, fewer than 20"]
    idle.times, idle.refused, idle.lost_lines = [0.01] * 60, ["500 locked"], 1
    assert look_over([calm, idle], seconds=120, kills=0, hit=0) == [
        "refused: 500 locked",
        "1 tries without an answer, and nobody killed the server",
    ]
    idle.refused = []
    assert look_over([calm, idle], seconds=120, kills=10, hit=9) == ["9 of 10 kills fell into the storm, and cost 1 tries"]
    assert look_over([calm, idle], seconds=120, kills=10, hit=10) == []


def test_an_officer_who_gives_up_is_told():
    lost = Officer(1, "", fields=[])
    lost.work(port=1, until=float("inf"), start=0)
    (told,) = lost.refused
    assert told.startswith("the officer gave up: ZeroDivisionError")
