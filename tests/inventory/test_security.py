"""What is left of a snapshot for whoever may not see network security."""

from inventory.security import open_part
from inventory.snapshots.snapshot import EquipmentLot, Snapshot
from tests.factories.days import DEMO_DAY
from tests.factories.snapshots import make_facts


def test_nothing_of_the_group_is_left_in_the_open_part_of_a_snapshot():
    lots = (EquipmentLot("A01", good=2), EquipmentLot("G01", good=1))
    facts = make_facts({"staff_total": 20, "mfa_enabled": True})
    shown = open_part(Snapshot("00082", DEMO_DAY, facts, lots, (), frozenset({"A01", "G01", "G06"})))
    assert [lot.item for lot in shown.lots] == ["A01"]
    assert shown.facts.keys() == {"staff_total"}
    # Nor that somebody has answered it.
    assert shown.answered_items == {"A01"}
