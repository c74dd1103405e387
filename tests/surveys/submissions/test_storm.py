import threading

import pytest

from tests.drills.storm import Officer, Progress, find_faults, run


@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
def test_no_acknowledged_field_is_lost_when_the_server_is_killed(kind):
    assert run(kind, saves=5, kills=1, officers=12, pause=0.5, workers=2) == []


def test_a_storm_that_proves_nothing_is_told():
    first, second = (Officer(number, "", [], times=[0.01] * 60) for number in (1, 2))
    assert find_faults([first, second], saves=60, kills=0) == []
    second.times = [0.01] * 59
    assert find_faults([first, second], saves=60, kills=0) == ["submission 2: 59 of 60 saves"]
    second.times, second.refusals, second.lost_lines = [0.01] * 60, ["500 locked"], 1
    assert find_faults([first, second], saves=60, kills=0) == [
        "refused: 500 locked",
        "1 tries without an answer, and nobody killed the server",
    ]
    second.refusals = []
    assert find_faults([first, second], saves=60, kills=10) == []
    second.lost_lines = 0
    assert find_faults([first, second], saves=60, kills=10) == ["10 kills cost no try"]


def test_an_officer_who_gives_up_is_told():
    officer = Officer(1, "", fields=[])
    progress = Progress()
    officer.work(port=1, progress=progress, saves=1, pause=0, start=0)
    progress.wait_for(1)
    (message,) = officer.refusals
    assert message.startswith("the officer gave up: ZeroDivisionError")


def test_a_storm_waits_for_saves_and_an_officer_stops_when_it_is_over():
    progress = Progress()
    thread = threading.Thread(target=progress.wait_for, args=(2,))
    thread.start()
    progress.note_save()
    progress.note_save()
    thread.join()
    progress.finished.set()
    officer = Officer(1, "", fields=[("0", "floors")])
    officer.work(port=1, progress=progress, saves=1, pause=60, start=60)
    assert (officer.times, officer.refusals, officer.lost_lines) == ([], [], 0)
