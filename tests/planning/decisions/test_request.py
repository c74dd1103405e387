"""What a ward requests beside what is accepted."""

from planning.decisions.request import RequestedLine, appraise
from tests.factories.plans import SMALL_PLAN


def test_all_that_either_names_stands_beside_the_other():
    line = next(line for line in SMALL_PLAN.lines if line.item == "A01")
    requested = [RequestedLine("A01", line.quantity + 3, line.amount + 60, "đã có máy điều chuyển"), RequestedLine("E01", 1, 500)]
    rows = {row.item: row for row in appraise(requested, SMALL_PLAN.lines)}
    assert rows.keys() == {"E01", *(line.item for line in SMALL_PLAN.lines)}
    assert (rows["A01"].quantity_difference, rows["A01"].amount_difference) == (-3, -60)
    assert (rows["E01"].accepted_quantity, rows["E01"].amount_difference) == (0, -500)
    assert [row.lacks_reason for row in (rows["A01"], rows["E01"])] == [False, True]
    assert sum(row.accepted_amount for row in rows.values()) == SMALL_PLAN.total()
    assert appraise([], []) == ()
