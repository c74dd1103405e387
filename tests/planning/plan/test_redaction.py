"""What of a line is blank for whoever may not see network security, whatever the item is."""

from dataclasses import replace

import pytest

from planning.plan.redaction import redact_line
from scoring.rating.redaction import sees_nothing
from tests.factories.plans import SMALL_PLAN

LINE = next(line for line in SMALL_PLAN.lines if not line.item.startswith("G") and line.need)


@pytest.mark.parametrize(
    ("criteria", "item", "is_blank"), [(("CR-A1", "CR-G1"), "A01", True), ((), "G01", True), (("CR-A1",), "A01", False)]
)
def test_a_line_is_blank_where_its_item_or_one_of_its_criteria_is_of_the_group(criteria, item, is_blank):
    line = replace(LINE, item=item, criteria=criteria)
    shown = redact_line(line, SMALL_PLAN.standard, sees_nothing)
    assert ((shown.need, shown.have, shown.short, shown.on_order) == (None,) * 4) is is_blank
    assert "CR-G1" not in shown.criteria
    assert (shown.item, shown.quantity, shown.price) == (line.item, line.quantity, line.price)
    assert redact_line(line, SMALL_PLAN.standard, lambda _ward: True) == line
