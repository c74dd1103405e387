import threading

import pytest

from tests.drills.storm import Officer, Progress, look_over, run


@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
def test_no_acknowledged_field_is_lost_when_the_server_is_killed(kind):
    assert run(kind, saves=5, kills=1, officers=12, pause=0.5, workers=2) == []


def test_a_storm_that_proves_nothing_is_told():
    calm, idle = (Officer(number, "", [], times=[0.01] * 60) for number in (1, 2))
    assert look_over([calm, idle], saves=60, kills=0) == []
    idle.times = [0.01] * 59
    assert look_over([calm, idle], saves=60, kills=0) == ["submission 2: 59 of 60 saves"]
    idle.times, idle.refused, idle.lost_lines = [0.01] * 60, ["500 locked"], 1
    assert look_over([calm, idle], saves=60, kills=0) == [
        "refused: 500 locked",
        "1 tries without an answer, and nobody killed the server",
    ]
    idle.refused = []
    assert look_over([calm, idle], saves=60, kills=10) == []
    idle.lost_lines = 0
    assert look_over([calm, idle], saves=60, kills=10) == ["10 kills cost no try"]


def test_an_officer_who_gives_up_is_told():
    lost = Officer(1, "", fields=[])
    progress = Progress()
    lost.work(port=1, progress=progress, saves=1, pause=0, start=0)
    progress.wait_for(1)
    (told,) = lost.refused
    assert told.startswith("the officer gave up: ZeroDivisionError")


def test_a_storm_waits_for_saves_and_an_officer_stops_when_it_is_over():
    progress = Progress()
    waiting = threading.Thread(target=progress.wait_for, args=(2,))
    waiting.start()
    progress.note_save()
    progress.note_save()
    waiting.join()
    progress.over.set()
    late = Officer(1, "", fields=[("0", "floors")])
    late.work(port=1, progress=progress, saves=1, pause=60, start=60)
    assert (late.times, late.refused, late.lost_lines) == ([], [], 0)
