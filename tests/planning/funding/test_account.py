"""What is said beside the figures of the account of money, so that nobody adds up what does not add up."""

from dataclasses import replace

import pytest

from exports.letter.contents import account_paragraph
from planning.funding.account import account_of
from planning.funding.allocation import Aim, describe_proof, find_waiting
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


def test_of_the_ceilings_it_is_told_what_decisions_gave_and_who_waits_for_a_decision_reads_so(demo_plan):
    pot = max(demo_plan.amounts_by_pot, key=lambda pot: demo_plan.amounts_by_pot[pot])
    given = demo_plan.amounts_by_pot[pot] // 4
    funded = fund_plan(demo_plan, Funding(ceilings_of(demo_plan, 0.5)), {pot: given})
    account = account_of(funded, demo_plan.total())
    remark = f"{format_number(account.ceiling)} đồng, trong đó đã giao theo quyết định {format_number(given)} đồng"
    assert remark in account.ceiling_remark
    assert remark in account_paragraph(account)
    found = (find_waiting(funded.choice, candidate.ward, funded.decided) for candidate in funded.choice.candidates)
    waiting = [ward for ward in found if ward is not None and ward.lacking]
    assert waiting
    assert all(("theo quyết định" in ward.reason) is (pot in ward.lacking) for ward in waiting)


@pytest.mark.parametrize(("aim", "unit"), [(Aim.WARDS, "đơn vị đáp ứng"), (Aim.PEOPLE, "người dân ở các đơn vị đáp ứng")])
def test_what_is_proven_of_a_choice_names_the_unit_of_its_aim(demo_plan, aim, unit):
    choice = fund_plan(demo_plan, Funding(aim=aim)).choice
    assert describe_proof(choice) == f"Phương án tối ưu trong mức vốn tối đa: thêm {format_number(choice.value)} {unit}."
    assert "tối ưu" not in describe_proof(replace(choice, bound=choice.value + 1))
