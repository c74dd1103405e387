"""Two people changed one plan: what each changed is kept, and where both changed the same to something else, somebody is asked."""

from hypothesis import given
from hypothesis import strategies as st

from planning.plan.overrides import Edit, apply_edits
from planning.plan.three_way import Verdict, compare_three_ways, judge
from tests.factories.plans import SMALL_PLAN, WARD


def edited(*edits):
    return apply_edits(SMALL_PLAN, [Edit(WARD.code, item, field, value) for item, field, value in edits])


def found(mine, newest):
    return [
        (change.item, change.field.value, change.mine, change.verdict) for change in compare_three_ways(SMALL_PLAN, mine, newest)
    ]


def test_each_change_has_its_verdict():
    mine = edited(("A01", "quantity", "7"), ("A01", "year", "2029"), ("A03", "note", "gấp"), ("A05", "quantity", "1"))
    newest = edited(("A01", "quantity", "9"), ("A03", "note", "gấp"), ("A04", "quantity", "2"))
    assert ("A01", "quantity", "7", Verdict.CONFLICT) in found(mine, newest)
    assert ("A01", "year", "2029", Verdict.TAKEN) in found(mine, newest)
    # Both say the same, and what only the newest says is not mine.
    assert not [row for row in found(mine, newest) if row[0] in ("A03", "A04")]
    # A new line comes with all its fields.
    assert {field for item, field, _value, verdict in found(mine, newest) if item == "A05"} >= {"quantity", "method", "source"}


def test_who_changed_nothing_has_nothing_to_bring():
    newest = edited(("A01", "quantity", "9"), ("A05", "quantity", "1"))
    assert compare_three_ways(SMALL_PLAN, SMALL_PLAN, newest) == ()
    assert compare_three_ways(SMALL_PLAN, newest, newest) == ()


values = st.sampled_from(["0", "1", "2"])


@given(values, values, values)
def test_a_value_is_never_lost_silently(base, mine, newest):
    verdict = judge(base, mine, newest)
    assert judge(base, newest, mine) is verdict or Verdict.KEPT in (verdict, judge(base, newest, mine))
    # What is kept is what the newest says, unless nobody but me changed it.
    assert (verdict is Verdict.KEPT) == (mine in (base, newest))
    assert (verdict is Verdict.CONFLICT) == (len({base, mine, newest}) == 3)


changes = st.dictionaries(
    st.tuples(st.sampled_from(["A01", "A03"]), st.sampled_from(["quantity", "year"])), st.sampled_from(["2027", "2028"]), max_size=4
)


@given(changes, changes)
def test_taking_what_may_be_taken_keeps_everything_of_the_newest_and_of_mine_but_conflicts(of_mine, of_newest):
    mine = edited(*((item, field, value) for (item, field), value in of_mine.items()))
    newest = edited(*((item, field, value) for (item, field), value in of_newest.items()))
    three = compare_three_ways(SMALL_PLAN, mine, newest)
    taken = [Edit(c.ward.code, c.item, c.field.value, c.mine) for c in three if c.verdict is Verdict.TAKEN]
    left = compare_three_ways(SMALL_PLAN, mine, apply_edits(newest, taken))
    assert {(c.item, c.field) for c in left} == {(c.item, c.field) for c in three if c.verdict is Verdict.CONFLICT}
