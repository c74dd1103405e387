import threading

from tests.drills.__main__ import find_drills, run_drills
from tests.drills.storm import Officer, Progress, find_faults


def lines_of(**drills):
    output = []
    return run_drills(drills, output.append), "".join(output).splitlines()


def fail():
    raise RuntimeError("no server")


def test_each_drill_is_found_and_says_what_it_does():
    drills = find_drills()
    assert {"drill_storm_on_sqlite", "drill_storm_on_postgresql"} <= drills.keys()
    assert all(run.__doc__ for run in drills.values())


def test_the_last_line_counts_and_one_fault_fails_all():
    passed, lines = lines_of(drill_a=list, drill_b=lambda: ["a field is lost"], drill_c=fail)
    assert not passed
    assert lines[-1] == "1 passed, 2 failed"
    assert "  a field is lost" in lines
    assert any("no server" in line for line in lines)
    passed, lines = lines_of(drill_a=list)
    assert passed
    assert lines[-1] == "1 passed, 0 failed"


def test_no_drill_at_all_is_no_success():
    assert lines_of() == (False, ["0 passed, 0 failed"])


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
    assert find_faults([first, second], saves=60, kills=None) == []
    second.lost_lines = 0
    assert find_faults([first, second], saves=60, kills=10) == ["10 kills cost no try"]


def test_who_is_told_why_nothing_is_saved_is_refused_only_where_there_is_no_reason():
    officer = Officer(1, "", [], times=[0.01] * 4)
    assert find_faults([officer], saves=4, kills=0, sentence="Ổ đĩa") == ["nobody was told: Ổ đĩa"]
    officer.told = ["Ổ đĩa đã đầy."]
    assert find_faults([officer], saves=4, kills=0, sentence="Ổ đĩa") == []
    assert find_faults([officer], saves=4, kills=0) == ["refused: Ổ đĩa đã đầy."]


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
