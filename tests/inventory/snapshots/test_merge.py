"""Two snapshots that began from the same one, merged: a property for each thing that a merge may not do."""

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from inventory.snapshots.merge import NOTHING, merge_parts, parts_of, with_parts
from inventory.snapshots.snapshot import EquipmentLot, Snapshot
from tests.factories.days import DEMO_DAY
from tests.factories.snapshots import make_facts, snapshots

# Few keys and few values: else two sides would never change the same.
_small = st.builds(
    lambda facts, lots: Snapshot(
        "00082", DEMO_DAY, make_facts(facts), tuple(lots), answered_items=frozenset(lot.item for lot in lots)
    ),
    st.dictionaries(st.sampled_from("abc"), st.integers(0, 2)),
    st.lists(st.builds(EquipmentLot, st.sampled_from(["A01", "A02"]), good=st.integers(0, 1)), max_size=3),
)
parts = _small.map(parts_of)


@given(snapshots())
def test_a_snapshot_is_made_of_its_parts(snapshot):
    remade = with_parts(snapshot, parts_of(snapshot))
    assert parts_of(remade) == parts_of(snapshot)
    assert (sorted(map(repr, remade.lots)), remade.facts) == (sorted(map(repr, snapshot.lots)), snapshot.facts)
    assert remade.answered_items == snapshot.answered_items
    assert remade.answered_connections == snapshot.answered_connections | {line.kind for line in snapshot.connections}


@given(snapshots(), st.randoms())
def test_the_same_machines_in_another_order_are_no_change(snapshot, random):
    lots = list(snapshot.lots)
    random.shuffle(lots)
    assert parts_of(replace(snapshot, lots=tuple(lots))) == parts_of(snapshot)


@given(parts, parts)
def test_where_one_side_changed_nothing_the_other_stands(base, other):
    for merge in (merge_parts(base, base, other), merge_parts(base, other, base), merge_parts(base, other, other)):
        assert (merge.parts, merge.conflicts) == (other, ())


@given(parts, parts, parts)
def test_a_merge_does_not_care_who_comes_first(base, one, other):
    assert merge_parts(base, one, other) == merge_parts(base, other, one)


@given(parts, parts, parts)
def test_every_answer_is_that_of_a_side_that_changed_it_or_asked(base, ours, theirs):
    merge = merge_parts(base, ours, theirs)
    assert merge.parts.keys().isdisjoint(merge.conflicts)
    for key in {*base, *ours, *theirs}:
        before, mine, other = (side.get(key, NOTHING) for side in (base, ours, theirs))
        is_conflict = mine != other and before not in (mine, other)
        assert (key in merge.conflicts) is is_conflict
        if not is_conflict:
            assert merge.parts.get(key, NOTHING) == (mine if other == before else other)
