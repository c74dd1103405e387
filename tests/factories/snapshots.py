"""Answers of a ward: complete ones, a few counts, and whatever a property may meet."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from functools import cache

from hypothesis import strategies as st

from inventory.snapshots.snapshot import Basis, Connection, ConnectionKind, EquipmentLot, Fact, Owner, Snapshot, in_one_form
from tests.factories.days import DEMO_DAY
from tests.factories.questionnaires import EQUIPMENT, QUESTIONS, shipped_questionnaire
from tests.factories.standards import ITEM_OF_MEASURE

WARD_CODE = "00082"
PROVIDERS = ["Nhà mạng A", "NHÀ MẠNG A", "Nhà mạng B", ""]


def make_facts(values, basis=Basis.DECLARED):
    """Facts by key from plain values that share one basis."""
    return {key: Fact(key, value, basis) for key, value in values.items()}


def known_snapshot(**changes):
    """A small snapshot of everything that there is, with these fields changed."""
    snapshot = Snapshot(
        ward_code="00082",
        as_of=date(2026, 3, 1),
        facts=make_facts({"staff_total": 60, "vlan_separated": True, "ghi_chu": "Sở"}, Basis.EVIDENCE),
        lots=(
            EquipmentLot("A01", good=10, degraded=2, broken=1, year=2021),
            EquipmentLot("A01", good=3, year=2012, owner=Owner.LEASED, note="cũ"),
        ),
        connections=(Connection(ConnectionKind.INTERNET, "Nhà mạng A", 300, 250),),
        answered_items=frozenset({"A01", "A02"}),
        answered_connections=frozenset({ConnectionKind.INTERNET}),
        round_id=1,
        round_name="Đợt 1",
        approved_by="Chuyên viên",
        approved_at=datetime(2026, 3, 1, 2, 3, tzinfo=UTC),
    )
    return replace(snapshot, **changes)


def complete_answers():
    """A ward of 40 people that meets every criterion, as plain answers."""
    answers = {key: True for key, question in QUESTIONS.items() if question.kind == "yesno"}
    for key in ("staff_total", "pc_supported_os", "pc_memory_ssd", "licensed_pcs", "pcs_protected", "lan_seats", "staff_trained"):
        answers[key] = 40
    for key in ("counters", "floors", "rooms_vc", "rooms_vc_able", "rooms_vc_good", "signers", "legal_bodies", "villages"):
        answers[key] = 2
    answers |= {"signers_certified": 2, "bodies_certified": 2, "villages_with_team": 2, "it_officers": 1}
    answers |= {"staff_viii": 30, "sites": 2, "sites_linked": 1, "sites_temperature": 2, "ups_minutes": 30}
    answers |= {"printers_multifunction": 0, "tslcd_p95_percent": 50, "online_files_percent": 90}
    answers |= dict.fromkeys(EQUIPMENT, 5) | {"A01": 40, "A02": 0}
    return answers


def lasting_answers():
    """The same by the newest questionnaire: nothing of it ever ends."""
    asked_since = ("main_site_cabinet", "main_site_ups", "main_site_temperature", "service_point_connected")
    ends = ("main_firewall_until", "signer_certificate_until", "body_certificate_until", "internet_contract_until")
    return complete_answers() | dict.fromkeys((*asked_since, *ends), True)


def snapshot_of_answers(answers, lines=("tslcd", "internet", "backup"), year=2024):
    """The snapshot of a ward that gave these answers and has these lines."""
    lots = tuple(EquipmentLot(item, good=answers[item], year=year if item in ("A01", "A02") else None) for item in EQUIPMENT)
    facts = make_facts({key: value for key, value in answers.items() if key not in EQUIPMENT})
    kinds = [ConnectionKind(line) for line in lines]
    connections = tuple(Connection(kind, provider=kind.value, contracted_mbps=250) for kind in kinds)
    return Snapshot(WARD_CODE, DEMO_DAY, facts, lots, connections, frozenset(EQUIPMENT), frozenset(ConnectionKind))


def snapshot_of_counts(counts):
    """The snapshot of a ward with so many of each item of a small standard."""
    items = ITEM_OF_MEASURE.values()
    lots = tuple(EquipmentLot(item, good=count) for item, count in zip(items, counts, strict=True))
    return Snapshot(WARD_CODE, DEMO_DAY, lots=lots, answered_items=frozenset(items))


_ANSWERS = {
    "count": st.integers(0, 120),
    "decimal": st.integers(0, 100) | st.decimals(0, 100, places=1).map(in_one_form),
    "until": st.booleans() | st.dates(DEMO_DAY - timedelta(days=2), DEMO_DAY + timedelta(days=2)),
    "yesno": st.booleans(),
}
_count = st.integers(0, 40)
_lots = st.builds(
    EquipmentLot,
    item=st.sampled_from(EQUIPMENT),
    good=_count,
    degraded=_count,
    broken=_count,
    liquidation=_count,
    unused=st.integers(0, 3),
    on_order=_count,
    year=st.none() | st.integers(2008, 2026),
    owner=st.sampled_from(Owner),
)
_lines = st.builds(
    Connection, kind=st.sampled_from(ConnectionKind), provider=st.sampled_from(PROVIDERS), contracted_mbps=st.integers(1, 500)
)


@cache
def _facts(version):
    questions = shipped_questionnaire(version).questions
    answers = {question.key: _ANSWERS[question.kind] for question in questions if question.kind in _ANSWERS}
    return st.fixed_dictionaries({}, optional=answers)


@st.composite
def snapshots(draw, version="2026.1"):
    """Any snapshot that a ward can have by a questionnaire."""
    lots = draw(st.lists(_lots, max_size=25))
    return Snapshot(
        WARD_CODE,
        DEMO_DAY,
        make_facts(draw(_facts(version))),
        tuple(lots),
        tuple(draw(st.lists(_lines, max_size=4))),
        frozenset(draw(st.sets(st.sampled_from(EQUIPMENT)))) | {lot.item for lot in lots},
        frozenset(draw(st.sets(st.sampled_from(ConnectionKind)))),
    )


FLEET_FACTS = ("staff_total", "pc_supported_os", "pc_memory_ssd", "licensed_pcs", "pcs_protected")


@st.composite
def fleets(draw):
    """Wards with many PCs of all ages, owners and conditions, where anything is known of them or not."""
    lots = draw(
        st.lists(
            st.builds(
                EquipmentLot,
                st.sampled_from(("A01", "A02")),
                good=st.integers(0, 60),
                degraded=st.integers(0, 9),
                unused=st.integers(0, 3),
                year=st.none() | st.integers(2008, DEMO_DAY.year - 1),
                owner=st.sampled_from(Owner),
            ),
            max_size=6,
        )
    )
    facts = draw(st.fixed_dictionaries({}, optional=dict.fromkeys(FLEET_FACTS, st.integers(0, 150))))
    return Snapshot(WARD_CODE, DEMO_DAY, make_facts(facts), tuple(lots), answered_items=frozenset({"A01", "A02"}))
