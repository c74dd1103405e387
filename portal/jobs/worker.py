"""The worker: takes one job after the other until it is told to stop, or whoever started it is gone."""

import os
import sys
import threading

from portal.jobs.queue import job_queue

# How long an idle worker sleeps at most before it looks again.
PAUSE_SECONDS = 1.0


def work() -> None:
    """Do jobs until this process is told to stop; it lets the one under way come to its end."""
    huey = job_queue().huey
    huey.create_consumer(workers=1, initial_delay=0.1, max_delay=PAUSE_SECONDS, graceful_signal="TERM").run()


def end_with_parent() -> None:
    """End this process, whatever it does, when whoever holds the other end of its standard input is gone, even by a SIGKILL."""

    def wait() -> None:
        while sys.stdin.buffer.read(1):
            pass
        os._exit(0)

    threading.Thread(target=wait, daemon=True).start()
