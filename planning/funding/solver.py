"""The solver of linear and whole-number programs (HiGHS), set so that it always answers the same and says nothing. Pure.

What it answers is made of floats. Whoever asks rounds it, and proves in whole numbers what is then claimed.
"""

import highspy


class _QuietHighs(highspy.Highs):
    """HiGHS without its callbacks, which nobody here wants: to enable them prints a banner on the standard output."""

    def __init__(self) -> None:
        super(highspy.Highs, self).__init__()


def make_solver() -> highspy.Highs:
    """A solver with one thread and no output."""
    solver = _QuietHighs()
    solver.setOptionValue("output_flag", False)
    solver.setOptionValue("threads", 1)
    return solver
