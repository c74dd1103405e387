"""What the plan does with a price list: it follows its saves, and says where no document stands behind a price."""

from dataclasses import replace
from datetime import date

import pytest

from inventory.prices.price_lists import PriceListError, copy_price_list, discard_price_list, save_prices
from planning.models import PlanRecord
from planning.plan.marks import Mark, marks_of
from planning.plan.overrides import ALL_WARDS, Edit, apply_edits, apply_prices
from planning.scenarios.loading import get_plan
from tests.factories.plans import SMALL_PLAN, WARD
from tests.factories.prices import PRICE_LIST

QUOTED = replace(SMALL_PLAN.price_list.prices["A01"], method="quote", evidence="12/BG", evidence_date=date(2026, 10, 1))
QUOTED_LIST = replace(PRICE_LIST, prices={**PRICE_LIST.prices, "A01": QUOTED})
QUOTED_PLAN = replace(
    SMALL_PLAN, lines=tuple(replace(line, price=QUOTED) if line.item == "A01" else line for line in SMALL_PLAN.lines)
)


@pytest.fixture
def draft_list(demo_session):
    """The plan on a list in work."""
    record = demo_session.get(PlanRecord, 1)
    draft = copy_price_list(demo_session, record.price_list_id, "Bản đang soạn", date(2026, 1, 1), None, "x")
    record.price_list_id = draft.id
    demo_session.commit()
    return draft


def test_a_plan_follows_the_saves_of_a_list_in_work(demo_session, draft_list):
    line = next(line for line in get_plan(demo_session, 1).lines if line.unit_price)
    higher_price = replace(draft_list.prices[line.item], unit_price=line.unit_price + 1)
    save_prices(demo_session, draft_list.id, {line.item: higher_price})
    demo_session.commit()
    lines = {(other_line.ward.code, other_line.item): other_line for other_line in get_plan(demo_session, 1).lines}
    assert lines[line.ward.code, line.item].unit_price == line.unit_price + 1


def test_a_plan_never_takes_the_prices_of_a_draft_that_was_discarded(demo_session, draft_list):
    """The next draft gets the same id, and is saved as often."""

    def save(draft, price):
        code = next(line.item for line in get_plan(demo_session, 1).lines if line.unit_price)
        save_prices(demo_session, draft.id, {code: replace(draft.prices[code], unit_price=price)})
        demo_session.commit()
        return {line.unit_price for line in get_plan(demo_session, 1).lines if line.item == code}

    record, first_id = demo_session.get(PlanRecord, 1), draft_list.id
    assert save(draft_list, 1_000_001) == {1_000_001}
    record.price_list_id = draft_list.based_on
    discard_price_list(demo_session, first_id)
    demo_session.commit()
    second = copy_price_list(demo_session, record.price_list_id, "Bản soạn lại", date(2026, 1, 1), None, "x")
    record.price_list_id = second.id
    assert second.id == first_id
    assert save(second, 2_000_002) == {2_000_002}


def test_a_list_that_a_plan_uses_is_not_thrown_away(demo_session, draft_list):
    with pytest.raises(PriceListError, match="phương án"):
        discard_price_list(demo_session, draft_list.id)
    demo_session.commit()
    assert get_plan(demo_session, 1).price_list.prices == draft_list.prices


def test_a_line_on_the_page_says_that_its_price_has_no_evidence(demo_sign_in):
    page = demo_sign_in("taichinh").get("/plans/1?ward=00070").text
    assert "chưa có căn cứ</span>" in page.partition('id="mot-don-vi"')[2]


@pytest.mark.parametrize(
    ("unit_price", "has_evidence"),
    [(QUOTED.unit_price - 1, False), (QUOTED.unit_price, True), (0, True)],
    ids=["another price", "that of the list", "nothing"],
)
def test_what_stands_behind_a_price_of_the_list_stands_behind_no_other_that_is_set_for_a_line(unit_price, has_evidence):
    plan = apply_edits(QUOTED_PLAN, [Edit(WARD.code, "A01", "unit_price", str(unit_price))])
    [line] = [line for line in plan.lines if line.item == "A01"]
    assert line.has_evidence is has_evidence
    assert (Mark.EVIDENCE in marks_of(line, plan)) is not has_evidence
    lacking = SMALL_PLAN.without_evidence - sum(line.amount for line in SMALL_PLAN.lines if line.item == "A01")
    assert plan.without_evidence == lacking + line.amount * (not has_evidence)


@pytest.mark.parametrize(
    ("values", "has_evidence"),
    [
        ({"unit_price": "18500000"}, False),
        ({"unit_price": str(QUOTED.unit_price)}, True),
        ({"vat_percent": "8"}, True),
        ({"evidence": "15/BG", "unit_price": "18500000"}, True),
        ({"unit_price": "18500000", "evidence": "15/BG"}, True),
        ({"unit_price": "18500000", "evidence": ""}, False),
    ],
)
def test_the_plans_own_price_of_an_item_has_the_evidence_that_is_given_with_it(values, has_evidence):
    edits = [Edit(ALL_WARDS, "A01", field, value) for field, value in values.items()]
    assert apply_prices(QUOTED_LIST, edits).prices["A01"].has_evidence is has_evidence
