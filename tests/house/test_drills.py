from tests.drills.__main__ import find_drills, run_drills


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
