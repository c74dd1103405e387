"""The tests that take too long for each change: each page under axe, workbooks of the whole city in another office program, long journeys."""

import subprocess
import sys


def drill_long_tests() -> list[str]:
    """Run the tests that are marked as long."""
    command = [sys.executable, "-m", "pytest", "-q", "-n", "2", "--dist", "worksteal", "-m", "long"]
    run = subprocess.run(command, capture_output=True, text=True, check=False)
    return [] if run.returncode == 0 else [run.stdout[-20_000:] + run.stderr[-2_000:]]
