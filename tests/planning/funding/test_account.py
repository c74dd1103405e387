"""What is said beside the figures of the account of money, so that nobody adds up what does not add up."""

import pytest

from exports.letter.contents import account_paragraph
from planning.funding.account import account_of
from planning.funding.constraints import Ceiling, Funding
from planning.funding.funded import fund_plan
from portal.formats import format_number


def ceilings_of(plan, share=1, pots=None):
    return tuple(
        Ceiling(pot.year, pot.source, pot.form, int(amount * share))
        for pot, amount in plan.amounts_by_pot.items()
        if pots is None or pot in pots
    )


def test_without_ceilings_all_counts_as_funded(demo_plan):
    account = account_of(fund_plan(demo_plan, Funding()), demo_plan.total())
    assert "coi như đủ vốn cho toàn phương án" in account.ceiling_remark
    assert not account.slide_remark


def test_more_than_all_ceilings_is_funded_only_beside_what_has_no_ceiling(demo_plan):
    first = next(iter(demo_plan.amounts_by_pot))
    account = account_of(fund_plan(demo_plan, Funding(ceilings_of(demo_plan, pots={first}))), demo_plan.total())
    assert account.total.funded > account.ceiling
    uncapped = f"{format_number(account.uncapped)} đồng của phương án thuộc nguồn chưa đặt mức"
    assert uncapped in account.ceiling_remark
    assert uncapped in account_paragraph(account)


@pytest.mark.parametrize("share", [0.3, 0.5])
def test_where_wards_slide_it_is_told_how_the_whole_differs_from_the_other_tables(demo_plan, share):
    account = account_of(fund_plan(demo_plan, Funding(ceilings_of(demo_plan, share), slide_years=2)), demo_plan.total())
    assert account.wards_slid
    assert account.slid < 0
    assert f"{account.wards_slid} đơn vị lùi năm" in account.slide_remark
    assert f"thấp hơn bản lập {format_number(-account.slid)} đồng" in account.slide_remark
    assert account.slide_remark in account_paragraph(account)
