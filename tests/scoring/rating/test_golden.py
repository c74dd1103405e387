"""Each criterion judged by hand: what just meets it, what just misses it, and the answer without which nobody can say."""

from datetime import timedelta

import pytest

from inventory.snapshots.snapshot import Connection, ConnectionKind, EquipmentLot, Snapshot
from scoring.rating.explain import explain
from scoring.rating.rating import judge
from tests.factories.days import DEMO_DAY
from tests.factories.questionnaires import EQUIPMENT
from tests.factories.snapshots import make_facts
from tests.factories.standards import NEWEST_STANDARD, STANDARD

KINDS = {kind.value for kind in ConnectionKind}
OWN_COUNTERS = {"owns_counters": True, "counters": 5}


def ward_with(answers):
    """A ward that answered just this. ``A01@2018`` is a lot of that year, a list of (provider, Mbps) are lines."""
    lots, facts, lines = [], {}, []
    for key, value in answers.items():
        item, _, year = key.partition("@")
        if key in KINDS:
            lines += [Connection(ConnectionKind(key), provider, mbps) for provider, mbps in value]
        elif item in EQUIPMENT:
            lots.append(EquipmentLot(item, good=value, year=int(year or 2024)))
        else:
            facts[key] = value
    connection_kinds = frozenset(ConnectionKind(key) for key in answers if key in KINDS)
    return Snapshot(
        "00082", DEMO_DAY, make_facts(facts), tuple(lots), tuple(lines), frozenset(lot.item for lot in lots), connection_kinds
    )


# Criterion; answers that just meet it; have = need; the change that just misses it; have then; the answer to leave out.
GOLDEN = [
    ("CR-A1", {"staff_total": 60, "A01": 59, "A02": 1}, 60, {"A02": 0}, 59, "A02"),
    ("CR-A2", {"A01": 8, "A01@2018": 2, "A02": 0}, 8, {"A01": 7, "A01@2018": 3}, 7, "A02"),
    ("CR-A3", {"A01": 61, "A02": 0, "pc_supported_os": 58}, 58, {"pc_supported_os": 57}, 57, "pc_supported_os"),
    ("CR-A4", {"A01": 61, "A02": 0, "pc_memory_ssd": 49}, 49, {"pc_memory_ssd": 48}, 48, "A02"),
    ("CR-A5", {"staff_viii": 49, "A03": 9}, 9, {"A03": 8}, 8, "staff_viii"),
    ("CR-A6", {"staff_total": 61, "A04": 3, "printers_multifunction": 2}, 5, {"A04": 2}, 4, "printers_multifunction"),
    ("CR-A7", {"A01": 11, "A02": 0, "licensed_pcs": 10}, 10, {"licensed_pcs": 9}, 9, "licensed_pcs"),
    ("CR-B1", {**OWN_COUNTERS, "B01": 5}, 5, {"B01": 4}, 4, "owns_counters"),
    ("CR-B2", {**OWN_COUNTERS, "B03": 5}, 5, {"B03": 4}, 4, "counters"),
    ("CR-B3", {**OWN_COUNTERS, "B05": 5}, 5, {"B05": 4}, 4, "B05"),
    ("CR-B4", {**OWN_COUNTERS, "B07": 1}, 1, {"B07": 0}, 0, "B07"),
    ("CR-B5", {**OWN_COUNTERS, "B06": 1}, 1, {"B06": 0}, 0, "B06"),
    ("CR-B6", {**OWN_COUNTERS, "B10": 2}, 2, {"B10": 1}, 1, "B10"),
    ("CR-B7", {**OWN_COUNTERS, "B11": 4, "cameras_cover_all": True}, 4, {"cameras_cover_all": False}, 3, "cameras_cover_all"),
    ("CR-B8", {**OWN_COUNTERS, "B13": 5}, 5, {"B13": 4}, 4, "B13"),
    ("CR-B9", {**OWN_COUNTERS, "B14": 5}, 5, {"B14": 4}, 4, "B14"),
    ("CR-C1", {"staff_total": 60, "lan_seats": 60}, 60, {"lan_seats": 59}, 59, "lan_seats"),
    ("CR-C2", {"switch_ports": 25, "switch_ports_gigabit": 23}, 23, {"switch_ports_gigabit": 22}, 22, "switch_ports"),
    ("CR-C3", {"vlan_separated": True}, 1, {"vlan_separated": False}, 0, "vlan_separated"),
    ("CR-C4", {"floors": 7, "C04": 7}, 7, {"C04": 6}, 6, "C04"),
    ("CR-D1", {"tslcd": [("", 100)]}, 1, {"tslcd": []}, 0, "tslcd"),
    ("CR-D2", {"tslcd": [("", 200)]}, 200, {"tslcd": [("", 199)]}, 199, "tslcd"),
    ("CR-D3", {"tslcd_p95_percent": 90}, 90, {"tslcd_p95_percent": 91}, 91, "tslcd_p95_percent"),
    ("CR-D4", {"tslcd_terminal_ok": True}, 1, {"tslcd_terminal_ok": False}, 0, "tslcd_terminal_ok"),
    ("CR-D5", {"staff_total": 101, "internet": [("A", 202)]}, 202, {"internet": [("A", 201)]}, 201, "internet"),
    ("CR-D6", {"internet": [("A", 1)], "backup": [("B", 1)]}, 1, {"backup": [("a", 1)]}, 0, "backup"),
    ("CR-D7", {"sites": 3, "sites_linked": 2}, 2, {"sites_linked": 1}, 1, "sites"),
    ("CR-E1", {"rooms_vc_able": 1}, 1, {"rooms_vc_able": 0}, 0, "rooms_vc_able"),
    ("CR-E2", {"rooms_vc": 2, "rooms_vc_good": 2}, 2, {"rooms_vc_good": 1}, 1, "rooms_vc"),
    ("CR-E3", {"vc_tested": True}, 1, {"vc_tested": False}, 0, "vc_tested"),
    ("CR-F1", {"sites": 2, "F06": 2}, 2, {"F06": 1}, 1, "F06"),
    ("CR-F2", {"sites": 2, "F01": 2}, 2, {"F01": 1}, 1, "F01"),
    ("CR-F3", {"ups_minutes": 30}, 30, {"ups_minutes": 29}, 29, "ups_minutes"),
    ("CR-F4", {"sites": 2, "sites_temperature": 2}, 2, {"sites_temperature": 1}, 1, "sites_temperature"),
    ("CR-F5", {"sites": 2, "F03": 2}, 2, {"F03": 1}, 1, "F03"),
    ("CR-F6", {"service_point_backup_power": True}, 1, {"service_point_backup_power": False}, 0, "service_point_backup_power"),
    ("CR-G1", {"sites": 2, "G01": 2}, 2, {"G01": 1}, 1, "G01"),
    ("CR-G2", {"A01": 50, "A02": 1, "pcs_protected": 51}, 51, {"pcs_protected": 50}, 50, "pcs_protected"),
    ("CR-G3", {"level_file_approved": True}, 1, {"level_file_approved": False}, 0, "level_file_approved"),
    ("CR-G4", {"security_rules_issued": True}, 1, {"security_rules_issued": False}, 0, "security_rules_issued"),
    ("CR-G5", {"mfa_enabled": True}, 1, {"mfa_enabled": False}, 0, "mfa_enabled"),
    ("CR-G6", {"backup_tested": True}, 1, {"backup_tested": False}, 0, "backup_tested"),
    ("CR-G7", {"scan_last_year": True}, 1, {"scan_last_year": False}, 0, "scan_last_year"),
    ("CR-G8", {"G06": 1}, 1, {"G06": 0}, 0, "G06"),
    ("CR-H1", {"signers": 12, "signers_certified": 12}, 12, {"signers_certified": 11}, 11, "signers_certified"),
    ("CR-H2", {"legal_bodies": 3, "bodies_certified": 3}, 3, {"bodies_certified": 2}, 2, "bodies_certified"),
    ("CR-H3", {"it_officers": 1}, 1, {"it_officers": 0}, 0, "it_officers"),
    ("CR-H4", {"staff_total": 60, "staff_trained": 60}, 60, {"staff_trained": 59}, 59, "staff_trained"),
    ("CR-H5", {"villages": 20, "villages_with_team": 20}, 20, {"villages_with_team": 19}, 19, "villages_with_team"),
    ("CR-I1", {"uses_shared_systems": True}, 1, {"uses_shared_systems": False}, 0, "uses_shared_systems"),
    ("CR-I2", {"online_files_percent": 80}, 80, {"online_files_percent": 79}, 79, "online_files_percent"),
    ("CR-I3", {"has_website": True, "website_component": True}, 1, {"website_component": False}, 0, "has_website"),
]
YESTERDAY = DEMO_DAY - timedelta(days=1)
# What the newest standard measures or asks for in another way, and what it adds.
NEWEST_GOLDEN = [
    ("CR-D8", {"internet_contract_until": DEMO_DAY}, 1, {"internet_contract_until": YESTERDAY}, 0, "internet_contract_until"),
    ("CR-F1", {"main_site_cabinet": True}, 1, {"main_site_cabinet": False}, 0, "main_site_cabinet"),
    ("CR-F2", {"main_site_ups": True}, 1, {"main_site_ups": False}, 0, "main_site_ups"),
    ("CR-F4", {"main_site_temperature": True}, 1, {"main_site_temperature": False}, 0, "main_site_temperature"),
    ("CR-F7", {"sites": 3, "F06": 3, "main_site_cabinet": True}, 2, {"F06": 2}, 1, "main_site_cabinet"),
    ("CR-F8", {"sites": 3, "F01": 2, "main_site_ups": False}, 2, {"F01": 1}, 1, "F01"),
    ("CR-F9", {"sites": 2, "sites_temperature": 2, "main_site_temperature": True}, 1, {"sites_temperature": 1}, 0, "sites"),
    ("CR-G1", {"main_firewall_until": DEMO_DAY}, 1, {"main_firewall_until": YESTERDAY}, 0, "main_firewall_until"),
    ("CR-G3", {"level_file_approved": DEMO_DAY}, 1, {"level_file_approved": YESTERDAY}, 0, "level_file_approved"),
    ("CR-G9", {"sites": 2, "G01": 2, "main_firewall_until": YESTERDAY}, 1, {"G01": 1}, 0, "main_firewall_until"),
    (
        *("CR-H1", {"signers": 12, "signers_certified": 12, "signer_certificate_until": DEMO_DAY}, 12),
        *({"signer_certificate_until": YESTERDAY}, 11, "signer_certificate_until"),
    ),
    (
        *("CR-H2", {"legal_bodies": 3, "bodies_certified": 3, "body_certificate_until": True}, 3),
        *({"body_certificate_until": YESTERDAY}, 2, "body_certificate_until"),
    ),
    ("CR-I4", {"service_point_connected": True}, 1, {"service_point_connected": False}, 0, "service_point_connected"),
]
CASES = [(STANDARD, *row) for row in GOLDEN] + [(NEWEST_STANDARD, *row) for row in NEWEST_GOLDEN]


@pytest.mark.parametrize(
    ("standard", "code", "answers", "need", "change", "have", "omitted_key"),
    CASES,
    ids=[f"{standard.version} {code}" for standard, code, *_rest in CASES],
)
def test_a_criterion_by_hand(standard, code, answers, need, change, have, omitted_key):
    def judge_answers(given_answers):
        return judge(standard.criterion(code), ward_with(given_answers), standard, DEMO_DAY)

    met_finding, missed_finding = judge_answers(answers), judge_answers({**answers, **change})
    assert (met_finding.have, met_finding.need, met_finding.shortfall, met_finding.status.value) == (need, need, 0, "met")
    assert (missed_finding.have, missed_finding.need, missed_finding.shortfall, missed_finding.status.value) == (
        have,
        need,
        abs(need - have),
        "unmet",
    )
    unanswered_finding = judge_answers({key: value for key, value in answers.items() if key.partition("@")[0] != omitted_key})
    assert unanswered_finding.status.value == "unanswered"
    assert omitted_key in unanswered_finding.missing
    assert code in explain(unanswered_finding)


def test_every_criterion_was_judged_by_hand():
    assert [row[0] for row in GOLDEN] == [criterion.code for criterion in STANDARD.criteria]
    judged = {criterion.code: (criterion.measure, criterion.requirement) for criterion in STANDARD.criteria}
    changed = [c.code for c in NEWEST_STANDARD.criteria if judged.get(c.code) != (c.measure, c.requirement)]
    assert sorted(row[0] for row in NEWEST_GOLDEN) == sorted([*changed, "CR-G3"])


@pytest.mark.parametrize(
    ("code", "answers"),
    [
        ("CR-B1", {"owns_counters": False}),
        ("CR-B8", {"owns_counters": True, "counters": 0}),
        ("CR-D7", {"sites": 1}),
        ("CR-G2", {"A01": 0, "A02": 0}),
        ("CR-I3", {"has_website": False}),
    ],
)
def test_what_does_not_apply_leaves_the_sum(code, answers):
    finding = judge(STANDARD.criterion(code), ward_with(answers), STANDARD, DEMO_DAY)
    assert (finding.status.value, finding.shortfall, finding.is_counted) == ("not_applicable", 0, False)
