"""Scores and results by hand; beside each its rule in docs/tieu-chuan.md."""

import pytest

from exports.open_data.verification.findings import Criterion, conclude

MET, UNMET, UNANSWERED, NONE = "met", "unmet", "unanswered", "not_applicable"


def criterion(code, weight, **more):
    return Criterion(code, "", "sites", "", "A", weight, **more)


ONE, TWO, THREE = criterion("CR-A1", 1, blocking=True), criterion("CR-A2", 1), criterion("CR-A3", 4)
RECOMMENDED, UNDECIDED = criterion("CR-A4", 9, tier="recommended"), criterion("CR-A5", 9, blocking=True, undecided=True)

BY_HAND = [
    ({ONE: MET, TWO: MET, THREE: MET}, 80, ("ready", 100)),
    # Five sixths are 83,3: rounded down, and the pass mark itself is enough.
    ({ONE: MET, TWO: UNMET, THREE: MET}, 83, ("ready", 83)),
    ({ONE: MET, TWO: UNMET, THREE: MET}, 84, ("not_ready", 83)),
    # What is unanswered weighs as what is not met, and what does not apply weighs nothing.
    ({ONE: MET, TWO: UNANSWERED, THREE: MET}, 83, ("ready", 83)),
    ({ONE: MET, TWO: NONE, THREE: MET}, 80, ("ready", 100)),
    # A blocking criterion decides, and what fails before what is unanswered.
    ({ONE: UNMET, TWO: MET, THREE: MET}, 80, ("not_ready", 83)),
    ({ONE: UNANSWERED, TWO: MET, THREE: MET}, 80, ("incomplete", 83)),
    ({ONE: UNANSWERED, TWO: UNMET, THREE: UNMET}, 80, ("incomplete", 0)),
    ({ONE: NONE, TWO: MET, THREE: MET}, 80, ("ready", 100)),
    # What is recommended or undecided counts nowhere.
    ({ONE: MET, RECOMMENDED: UNMET, UNDECIDED: UNMET}, 80, ("ready", 100)),
    ({RECOMMENDED: MET, UNDECIDED: MET}, 80, ("not_ready", 0)),
]


@pytest.mark.parametrize(("statuses", "pass_mark", "outcome"), BY_HAND)
def test_an_outcome_by_hand(statuses, pass_mark, outcome):
    assert conclude(statuses, pass_mark) == outcome
