"""Plans of a few answers, without a database."""

from dataclasses import replace

from hypothesis import strategies as st

from exports.workbook.annex import WorkbookContext
from inventory.office.office import Office
from inventory.snapshots.snapshot import ConnectionKind, EquipmentLot, Owner, Snapshot
from inventory.wards.wards import load_wards
from planning.plan.assumptions import Assumptions
from planning.plan.build import build_plan
from scoring.rating.rating import rate, rating_without_data
from tests.factories.days import DEMO_DAY
from tests.factories.prices import PRICE_LIST
from tests.factories.snapshots import lasting_answers, make_facts, snapshot_of_answers
from tests.factories.standards import NEWEST_STANDARD, STANDARD

WARDS = load_wards()
WARD = next(ward for ward in WARDS if ward.code == "00082")
# Enough to stand for the city: another hundred wards make a workbook that is calculated three times as long.
FEW_WARDS = (WARD, *(ward for ward in WARDS if ward != WARD))[:12]
OFFICE = Office(
    agency_parent="UBND THÀNH PHỐ",
    agency="SỞ TÀI CHÍNH",
    co_agency="SỞ KHOA HỌC VÀ CÔNG NGHỆ",
    signatory_title="GIÁM ĐỐC",
    signatory_name="",
    co_signatory_title="GIÁM ĐỐC",
    co_signatory_name="",
    contact="Sở Khoa học và Công nghệ",
    target_date=DEMO_DAY,
)
WORKBOOK_CONTEXT = WorkbookContext(OFFICE, is_demo=True)
# One agency writes and signs alone.
LONE_CONTEXT = replace(WORKBOOK_CONTEXT, office=replace(OFFICE, co_agency=""))
ASSUMPTIONS = Assumptions(first_year=2027)
ITEMS = ("A01", "A02", "A03", "A04", "B01", "C04", "F01", "F06", "G01")


def plan_of_lots(*lots, answered_connections=frozenset(), **facts):
    """The plan of a few wards where WARD, of 20 people, has these lots and facts, and nobody else has answered."""
    facts = {"staff_total": 20, "staff_vi": 1, "staff_vii": 4, "staff_viii": 15, **facts}
    answered = frozenset({"A01", "A02", "A03", "A04", *(lot.item for lot in lots)})
    snapshot = Snapshot(WARD.code, DEMO_DAY, make_facts(facts), tuple(lots), (), answered, answered_connections)
    ratings = {ward.code: rating_without_data(ward.code, DEMO_DAY) for ward in FEW_WARDS} | {
        WARD.code: rate(snapshot, STANDARD, DEMO_DAY)
    }
    return build_plan("Thử", FEW_WARDS, ratings, PRICE_LIST, STANDARD, Assumptions(2027), DEMO_DAY)


def part_of(plan, wards):
    """What a plan of the whole city says of some of its wards, as a plan of its own."""
    return replace(
        plan,
        wards=tuple(wards),
        ratings={ward.code: plan.ratings[ward.code] for ward in wards},
        lines=tuple(line for line in plan.lines if line.ward in wards),
        centre_lines=tuple(line for line in plan.centre_lines if line.ward in wards),
        exclusions=tuple(exclusion for exclusion in plan.exclusions if exclusion.ward in wards),
        transfers=tuple(transfer for transfer in plan.transfers if {transfer.giver, transfer.receiver} <= set(wards)),
    )


SMALL_PLAN = plan_of_lots(EquipmentLot("A01", good=8, year=2024), answered_connections=frozenset(ConnectionKind))


_lots = st.builds(
    EquipmentLot,
    st.sampled_from(ITEMS),
    good=st.integers(0, 60),
    degraded=st.integers(0, 9),
    broken=st.integers(0, 4),
    liquidation=st.integers(0, 4),
    on_order=st.integers(0, 30),
    year=st.integers(2012, 2026),
    owner=st.sampled_from(list(Owner)),
)
_facts = st.fixed_dictionaries(
    {
        "staff_total": st.integers(0, 90),
        "staff_viii": st.integers(0, 80),
        "sites": st.integers(1, 4),
        "floors": st.integers(0, 9),
        "printers_multifunction": st.integers(0, 6),
        "owns_counters": st.booleans(),
        "counters": st.integers(0, 9),
        "lan_seats": st.integers(0, 90),
        "pcs_protected": st.integers(0, 60),
    }
)
answers_of_wards = st.lists(st.tuples(_facts, st.lists(_lots, max_size=6)), min_size=1, max_size=4)


def plan_of_answers(answers, reverse=False, standard=STANDARD, assumptions=ASSUMPTIONS):
    """The plan where the first wards gave these facts and lots; ``reverse`` hands in wards and lots the other way round."""
    ratings = {ward.code: rating_without_data(ward.code, DEMO_DAY) for ward in WARDS}
    for ward, (facts, lots) in zip(WARDS, answers, strict=False):
        lots = tuple(reversed(lots)) if reverse else tuple(lots)
        snapshot = Snapshot(ward.code, DEMO_DAY, make_facts(facts), lots, answered_items=frozenset(ITEMS))
        ratings[ward.code] = rate(snapshot, standard, DEMO_DAY)
    wards = reversed(WARDS) if reverse else WARDS
    return build_plan("thử", wards, ratings, PRICE_LIST, standard, assumptions, DEMO_DAY)


def plan_of_renewal(end):
    """The plan of a ward that meets everything by the newest standard, until a licence ends."""
    snapshot = replace(snapshot_of_answers(lasting_answers() | {"main_firewall_until": end}), ward_code=WARD.code)
    ratings = {ward.code: rating_without_data(ward.code, DEMO_DAY) for ward in WARDS} | {
        WARD.code: rate(snapshot, NEWEST_STANDARD, DEMO_DAY)
    }
    return build_plan("Thử", WARDS, ratings, PRICE_LIST, NEWEST_STANDARD, Assumptions(2027), DEMO_DAY)
