"""Approvals of submissions over time: any, and so many ready wards a week."""

from datetime import timedelta

from hypothesis import strategies as st

from inventory.snapshots.snapshot import Snapshot
from scoring.analysis.trend import Approval, Deadline
from scoring.rating.rating import Rating, Result
from tests.factories.days import DEMO_DAY, TARGET_DAY
from tests.factories.standards import STANDARD

WARD_CODES = ("00004", "00070", "00082", "00235")


def approval(code, day, *, ready=True, round_name="Đợt 1"):
    """An approval so many days after the day of the demo."""
    result = Result.READY if ready else Result.NOT_READY
    return Approval(
        DEMO_DAY + timedelta(days=day),
        int(round_name[-1]),
        round_name,
        Rating(code, result, 0, (), Snapshot(code, DEMO_DAY), STANDARD, DEMO_DAY),
    )


approvals_of_wards = st.lists(
    st.builds(
        lambda code, day, ready, round_name: approval(code, day, ready=ready, round_name=round_name),
        st.sampled_from(WARD_CODES),
        st.integers(-100, 0),
        st.booleans(),
        st.sampled_from(["Đợt 1", "Đợt 2", "Đợt 3"]),
    ),
    max_size=30,
)


def weeks_of_approvals(*gains):
    """One ready ward on the first day, then so many more in the middle of each week; today ends the last one."""
    approvals, number = [approval("00000", -7 * len(gains))], 1
    for week, gain in enumerate(gains):
        for _ in range(gain):
            approvals.append(approval(f"{number:05}", -7 * len(gains) + 7 * week + 4))
            number += 1
    return approvals, Deadline(DEMO_DAY, TARGET_DAY, 126, number)
