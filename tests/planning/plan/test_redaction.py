"""What a plan shows to whoever may not see network security, and that nothing is computed from that."""

from dataclasses import replace

import pytest

from inventory.snapshots.snapshot import EquipmentLot
from planning.funding.allocation import find_waiting
from planning.funding.candidates import candidates_of
from planning.funding.constraints import Ceiling, Funding, fund
from planning.funding.redaction import redact_candidates, redact_choice
from planning.plan.build import build_plan
from planning.plan.comparison import outcome_of
from planning.plan.five_year_cost import five_year_cost
from planning.plan.plan import Transfer
from planning.plan.redaction import is_sensitive_line, open_transfers, redact_line, redact_plan
from planning.plan.spending import SpendingForm
from scoring.rating.pc_fleet import ReplacementReason
from scoring.rating.rating import rate
from scoring.rating.redaction import sees_nothing
from scoring.rating.remedies import cost_to_ready, remedies_of
from tests.factories.plans import WARD, WARDS, plan_of_lots
from tests.factories.prices import PRICES, TERMS
from tests.factories.snapshots import make_facts

# A backup device (F05) is asked for by a criterion of group G, a firewall (G01) is of the group itself.
PLAN = plan_of_lots(
    EquipmentLot("A01", good=8, year=2024),
    EquipmentLot("G01", broken=1, on_order=1),
    EquipmentLot("G06", on_order=1),
    sites=3,
    backup_tested=False,
    security_rules_issued=False,
)
SHOWN = redact_plan(PLAN, sees_nothing)


def sees_all(_ward_code):
    return True


def test_item_quantity_and_price_stay_and_the_rest_of_a_sensitive_line_is_blank():
    kept = (
        "ward",
        "item",
        "quantity",
        "moved",
        "method",
        "form",
        "months",
        "unit_price",
        "price",
        "source",
        "year",
        "unit",
        "note",
        "amount",
    )
    sensitive = {line.item for line in PLAN.lines if is_sensitive_line(line)}
    assert sensitive == {"F05", "G01"}
    for line, shown in zip(PLAN.lines, SHOWN.lines, strict=True):
        assert [getattr(line, name) for name in kept] == [getattr(shown, name) for name in kept]
        if line.item in sensitive:
            assert (shown.on_order, shown.overage, shown.purposes, shown.basis) == (None, None, (), "")
        else:
            assert shown == line
    assert SHOWN.total() == PLAN.total()


@pytest.mark.parametrize(
    ("criteria", "item", "is_blank"), [(("CR-A1", "CR-G1"), "A01", True), ((), "G01", True), (("CR-A1",), "A01", False)]
)
def test_a_line_is_blank_where_its_item_or_one_of_its_criteria_is_of_the_group(criteria, item, is_blank):
    line = next(line for line in PLAN.lines if line.item == "A01")
    gone = ((ReplacementReason.UNSUPPORTED_OS, 3),)
    line = replace(line, item=item, replaced=gone, purposes=tuple(replace(line.purposes[0], criterion=code) for code in criteria))
    shown = redact_line(line, PLAN.standard, sees_nothing)
    assert (shown.on_order is None) is is_blank
    assert (shown.replaced == ()) is is_blank
    assert "CR-G1" not in shown.criteria
    assert (shown.item, shown.quantity, shown.price) == (line.item, line.quantity, line.price)
    assert redact_line(line, PLAN.standard, sees_all) == line


def test_what_a_rule_notes_at_a_sensitive_line_tells_nothing_of_the_ward(demo_plan):
    """A note is shown to everybody who pays: what the plan itself writes there of network security is about the price."""
    lines = [line for line in (*PLAN.lines, *demo_plan.lines) if is_sensitive_line(line)]
    assert len(lines) > 100
    about_price = {"", "gia hạn; đơn giá tạm tính, sửa theo báo giá"}
    assert {line.note for line in lines} <= about_price
    assert {line.replaced for line in lines} == {()}


def test_no_finding_answer_or_exclusion_of_the_group_is_left():
    rating, snapshot = SHOWN.ratings[WARD.code], SHOWN.ratings[WARD.code].snapshot
    assert not [finding for finding in rating.findings if finding.criterion.is_sensitive]
    assert not {"backup_tested", "security_rules_issued"} & snapshot.facts.keys()
    assert not [item for item in (*snapshot.answered_items, *(lot.item for lot in snapshot.lots)) if item.startswith("G")]
    assert {entry.item for entry in PLAN.exclusions} >= {"G01"}
    assert not [entry for entry in SHOWN.exclusions if entry.item.startswith("G")]
    assert rating.headline.startswith("Ngoài nhóm an ninh mạng: ")
    assert (rating.result, rating.score) == (PLAN.ratings[WARD.code].result, PLAN.ratings[WARD.code].score)


def test_what_is_left_out_names_no_criterion_of_the_group():
    [entry, *others] = PLAN.exclusions
    plan = replace(PLAN, exclusions=(replace(entry, item="A01", criteria=("CR-A3", "CR-G2")), *others))
    assert redact_plan(plan, sees_nothing).exclusions[0].criteria == ("CR-A3",)
    assert redact_plan(plan, sees_all).exclusions == plan.exclusions


def test_what_mends_a_criterion_beside_names_none_of_the_group():
    seats = PLAN.standard.criterion("CR-C1")
    secret = replace(seats, code="CR-G9")
    standard = replace(PLAN.standard, criteria=(secret, seats))
    snapshot = replace(PLAN.ratings[WARD.code].snapshot, facts=make_facts({"staff_total": 20, "lan_seats": 0}))
    ratings = {WARD.code: rate(snapshot, standard, PLAN.on)}
    plan = build_plan("Thử", (WARD,), ratings, PLAN.price_list, standard, PLAN.assumptions, PLAN.on)
    [line] = redact_plan(plan, sees_nothing).lines
    assert [(purpose.criterion, purpose.quantity) for purpose in line.purposes] == [("CR-C1", 0)]
    assert line.purposes[0].how == "do mua cho tiêu chí khác cũng đáp ứng tiêu chí này"


def test_whoever_has_the_right_sees_the_plan_as_it_is():
    assert redact_plan(PLAN, sees_all) == PLAN
    assert redact_plan(PLAN, lambda code: code == WARD.code).lines == PLAN.lines


@pytest.mark.parametrize("compute", [five_year_cost, outcome_of, candidates_of])
def test_nothing_is_computed_from_what_is_shown(compute):
    compute(PLAN)
    with pytest.raises(ValueError, match="for showing only"):
        compute(SHOWN)


@pytest.mark.parametrize("compute", [remedies_of, cost_to_ready])
def test_no_remedy_is_computed_from_a_rating_that_is_shown(compute):
    with pytest.raises(ValueError, match="for showing only"):
        compute(SHOWN.ratings[WARD.code], PRICES, TERMS)


def test_who_waits_for_money_is_told_without_the_group():
    security = tuple(criterion for criterion in PLAN.standard.criteria if criterion.code in ("CR-G3", "CR-A1"))
    candidates = candidates_of(PLAN)
    choice = fund(candidates, Funding(ceilings=(Ceiling(2027, "x", SpendingForm.PURCHASE, 1),)))
    blocked = tuple(_blocked(candidate, security) for candidate in choice.candidates)
    for is_redacted, expected in ((True, "cần hoàn thành trước: Mỗi người một máy tính"), (False, "Hồ sơ đề xuất cấp độ")):
        shown = redact_candidates(blocked, sees_nothing) if is_redacted else blocked
        reason = find_waiting(_with(choice, shown), WARD).reason
        assert expected in reason
        assert ("cấp độ" in reason) != is_redacted
    only = redact_choice(_with(choice, tuple(_blocked(candidate, security[1:]) for candidate in choice.candidates)), sees_nothing)
    assert find_waiting(only, WARD).reason == "Bố trí kinh phí vẫn chưa đủ điều kiện đáp ứng"


def test_a_transfer_tells_what_the_giver_has():
    transfers = [Transfer(item, WARDS[0], WARD, 1, 5) for item in ("A01", "G01")]
    assert open_transfers(transfers, sees_nothing) == (transfers[0],)
    assert open_transfers(transfers, lambda code: code == WARDS[0].code) == tuple(transfers)
    assert open_transfers(transfers, lambda code: code == WARD.code) == (transfers[0],)


def _blocked(candidate, blockers):
    return replace(candidate, possible=False, lines=(), costs={}, blockers=blockers)


def _with(choice, candidates):
    return replace(choice, candidates=candidates, years={})
