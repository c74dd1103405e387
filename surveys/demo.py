"""The demo round: all wards with made-up answers that differ as real ones do. Same seed and date, same data.

The answers are saved, sent and approved by the functions of the pages, so that the demo shows what the program does.
"""

from collections.abc import Mapping
from datetime import date, datetime, time, timedelta
from random import Random

from sqlalchemy import select
from sqlalchemy.orm import Session

from inventory.wards.queries import list_wards
from inventory.wards.wards import Ward
from portal.clock import HANOI
from scoring.rating.published_standards import current_standard
from surveys.checks.entries import entries_of
from surveys.checks.validation import anomalies_of
from surveys.models import Submission
from surveys.questionnaire.answers import until
from surveys.questionnaire.evaluation import reason_field
from surveys.questionnaire.published_questionnaires import questionnaire_of
from surveys.review.review import approve_submission, return_submission
from surveys.submissions.rounds import list_rounds, open_round
from surveys.submissions.submissions import save_fields, send_submission

# The second is another ward of the demo's officer, who gets a letter of what ends there.
STORY_WARD, REMINDED_WARD = "00082", "00070"
PERSON, HEAD, REVIEWER = "Công chức (minh họa)", "Lãnh đạo UBND (minh họa)", "Chuyên viên thẩm định (minh họa)"
REASON = "Đã đếm lại tại chỗ, đúng thực tế (minh họa)."
PROVIDERS = ("Nhà mạng A", "Nhà mạng B", "Nhà mạng C")
# How many of the wards end in each state; the others have not started.
SENT, RETURNED, DRAFT, APPROVED = 8, 5, 8, 100
READY_OF_APPROVED, UNKNOWN_OF_APPROVED = 47, 4
# A question that tells a questionnaire that asks for what came later.
LATER = "main_site_ups"
BLOCKING_GAPS = ("pcs", "vlan", "room", "ups", "firewall", "antivirus", "level_file")


def load_demo_round(session: Session, seed: int, as_of: date) -> None:
    """Open the demo round and fill it. Does nothing where there is a round already."""
    if list_rounds(session):
        return
    random = Random(seed)  # noqa: S311 - made-up figures that must be the same each time, no secret
    wards = list_wards(session)
    name = f"Đợt khảo sát tháng {as_of.month}/{as_of.year} (minh họa)"
    round = open_round(session, name, as_of - timedelta(days=21), as_of + timedelta(days=9), current_standard(session).version)
    submissions = {row.ward_code: row for row in session.scalars(select(Submission).where(Submission.round_id == round.id))}
    other_wards = [ward for ward in wards if ward.code != STORY_WARD]
    random.shuffle(other_wards)
    by_code = {ward.code: ward for ward in wards}
    _fill_story(session, submissions[STORY_WARD], by_code[STORY_WARD], random, _chance_of(seed, by_code[STORY_WARD]), as_of)
    for index, ward in enumerate(other_wards[: APPROVED + SENT + RETURNED + DRAFT]):
        moment = datetime.combine(as_of - timedelta(days=random.randint(1, 14)), time(9, random.randint(0, 59)), HANOI)
        _fill(session, submissions[ward.code], ward, index, random, moment, _chance_of(seed, ward))


def _chance_of(seed: int, ward: Ward) -> Random:
    """Chance of the ward's own: what a later questionnaire asks moves no other figure."""
    return Random(f"{seed} {ward.code}")  # noqa: S311 - as above


def make_answers(ward: Ward, random: Random, year: int, gaps: frozenset[str]) -> dict[str, str]:
    """The entries of one ward. ``gaps`` names what it lacks; without any it is ready or nearly so."""
    staff = max(42, min(120, 40 + ward.population // 1600 + random.randint(-6, 6)))
    vii = random.randint(8, 12)
    sites = 1 if ward.kind == "phuong" and random.random() < 0.6 else random.choice((1, 2, 2, 3))
    answers = {
        "staff_total": str(staff),
        "staff_vi": "1",
        "staff_vii": str(vii),
        "staff_viii": str(staff - 1 - vii),
        "sites": str(sites),
        "floors": str(sites * random.choice((2, 3, 3, 4))),
        "rooms_vc": str(random.choice((1, 1, 2))),
        "signers": str(random.randint(12, 20)),
        "legal_bodies": str(random.choice((3, 3, 4))),
        "villages": str(random.randint(10, 45)),
    }
    answers |= _office(staff, random, year, gaps)
    answers |= _counters(random)
    answers |= _network(answers, random, gaps)
    answers |= _rooms_and_power(answers, random, gaps)
    answers |= _security_and_people(answers, random, gaps)
    return answers


def _office(staff: int, random: Random, year: int, gaps: frozenset[str]) -> dict[str, str]:
    usable = staff + random.randint(0, 5) if "pcs" not in gaps else staff - random.randint(6, 25)
    newer = usable // 2
    old = random.randint(0, 6) if "pcs" not in gaps else random.randint(8, 20)
    pcs = usable + old + 1
    supported = pcs - random.choice((0, 0, 1)) if "old_os" not in gaps else pcs - old - random.randint(4, 12)
    printers = max(2, -(-staff // 6) + random.randint(0, 3) - (4 if "office" in gaps else 0))
    return {
        "A01.year": str(year - random.randint(1, 2)),
        "A01.good": str(newer),
        "A01.broken": str(random.choice((0, 0, 1))),
        "A01#2.year": str(year - random.randint(3, 6)),
        "A01#2.good": str(usable - newer - 2),
        "A01#2.degraded": "2",
        "A01#3.year": str(year - random.randint(9, 12)),
        "A01#3.degraded": str(old),
        "A01#3.liquidation": str(random.randint(0, 8)),
        "A02.year": str(year - random.randint(1, 4)),
        "A02.good": "1",
        "pc_supported_os": str(max(0, supported)),
        "pc_memory_ssd": str(max(0, usable - random.randint(0, 10))),
        "licensed_pcs": str(pcs - random.randint(0, 3) if "office" not in gaps else pcs // 2),
        "A03.good": str(printers),
        "A03.broken": str(random.choice((0, 1, 2))),
        "printers_multifunction": str(min(printers, random.randint(1, 3))),
        "A04.good": str(-(-staff // 15) - (3 if "office" in gaps else 0) if staff > 45 else 3),
    }


def _counters(random: Random) -> dict[str, str]:
    if random.random() > 0.15:
        return {"owns_counters": "no"}
    counters = random.randint(4, 9)
    answers = {"owns_counters": "yes", "counters": str(counters), "cameras_cover_all": "yes"}
    for item in ("B01", "B03", "B05", "B13", "B14"):
        answers[f"{item}.good"] = str(max(1, counters - random.choice((0, 0, 1, 2))))
    return answers | {
        "B06.good": "1",
        "B07.good": "1",
        "B10.good": str(random.randint(1, 3)),
        "B11.good": str(random.randint(3, 8)),
    }


def _network(answers_so_far: Mapping[str, str], random: Random, gaps: frozenset[str]) -> dict[str, str]:
    staff, sites, floors = int(answers_so_far["staff_total"]), int(answers_so_far["sites"]), int(answers_so_far["floors"])
    ports = 24 * -(-staff // 20)
    main, backup = random.sample(PROVIDERS, 2)
    speed = 100 * -(-max(200, 2 * staff) // 100) if "internet" not in gaps else 100
    answers = {
        "lan_seats": str(staff + random.randint(0, 8) if "lan" not in gaps else staff - random.randint(5, 20)),
        "switch_ports": str(ports),
        "switch_ports_gigabit": str(ports - random.choice((0, 0, 24))),
        "vlan_separated": "no" if "vlan" in gaps else "yes",
        "C04.good": str(floors if "wifi" not in gaps else max(1, floors // 2)),
        "tslcd.contracted": str(random.choice((200, 200, 300))),
        "tslcd_p95_percent": str(random.randint(35, 95)),
        "tslcd_terminal_ok": random.choice(("yes", "yes", "no")),
        "internet.provider": main,
        "internet.contracted": str(speed),
        "internet.measured": str(speed * random.randint(70, 98) // 100),
        "backup.contracted": "100" if random.random() < 0.7 else "0",
        "sites_linked": str(max(0, sites - 1 - ("link" in gaps))),
    }
    if answers["backup.contracted"] != "0":
        answers["backup.provider"] = backup
    return answers


def _rooms_and_power(answers_so_far: Mapping[str, str], random: Random, gaps: frozenset[str]) -> dict[str, str]:
    sites, rooms = int(answers_so_far["sites"]), int(answers_so_far["rooms_vc"])
    return {
        "rooms_vc_able": "0" if "room" in gaps else str(rooms),
        "rooms_vc_good": "0" if "room" in gaps else str(max(0, rooms - ("old_room" in gaps))),
        "vc_tested": "no" if "room" in gaps else "yes",
        "F01.good": str(0 if "ups" in gaps else sites),
        "F01.broken": str(1 if "ups" in gaps else 0),
        "ups_minutes": str(0 if "ups" in gaps else random.choice((15, 30, 30, 45))),
        "sites_temperature": str(max(0, sites - random.choice((0, 0, 1)))),
        "F03.good": str(max(0, sites - random.choice((0, 0, 1)))),
        "F06.good": str(max(0, sites - random.choice((0, 0, 1)))),
        "service_point_backup_power": random.choice(("yes", "yes", "no")),
    }


def _security_and_people(answers_so_far: Mapping[str, str], random: Random, gaps: frozenset[str]) -> dict[str, str]:
    staff, villages, signers = int(answers_so_far["staff_total"]), int(answers_so_far["villages"]), int(answers_so_far["signers"])
    pcs = sum(
        int(answers_so_far.get(f"{row}.{part}", 0)) for row in ("A01", "A01#2", "A01#3", "A02") for part in ("good", "degraded")
    )
    return {
        "G01.good": str(int(answers_so_far["sites"]) - 1 if "firewall" in gaps else int(answers_so_far["sites"])),
        "pcs_protected": str(pcs - random.randint(5, 25) if "antivirus" in gaps else pcs),
        "level_file_approved": "no" if "level_file" in gaps else "yes",
        "security_rules_issued": random.choice(("yes", "yes", "no")),
        "mfa_enabled": random.choice(("yes", "no")),
        "backup_tested": random.choice(("yes", "yes", "no")),
        "scan_last_year": random.choice(("yes", "no")),
        "G06.good": random.choice(("1", "1", "2", "0")),
        "signers_certified": str(signers - random.choice((0, 0, 0, 1))),
        "bodies_certified": answers_so_far["legal_bodies"],
        "it_officers": random.choice(("1", "1", "1", "0")),
        "staff_trained": str(staff if random.random() < 0.6 else staff * 2 // 3),
        "villages_with_team": str(villages if random.random() < 0.8 else villages - 2),
        "uses_shared_systems": "yes",
        "online_files_percent": str(random.randint(70, 99)),
        "has_website": "yes",
        "website_component": random.choice(("yes", "yes", "no")),
    }


def make_later_answers(answers: Mapping[str, str], chance: Random, day: date) -> dict[str, str]:
    """The entries of one ward for what came with questionnaire 2026.2. Most of what ends does so in months or years, some of it soon."""
    sites = int(answers["sites"])

    def at_main_site(have: str) -> str:
        return "yes" if int(have) >= sites or (have != "0" and chance.random() < 0.8) else "no"

    def ends_in(least: int, most: int) -> str:
        soon = chance.random() < 0.08
        return f"{day + timedelta(days=chance.randint(5, 40) if soon else chance.randint(least, most)):%d/%m/%Y}"

    later = {
        "main_site_ups": at_main_site(answers["F01.good"]),
        "main_site_temperature": at_main_site(answers["sites_temperature"]),
        "main_site_cabinet": at_main_site(answers["F06.good"]),
        "internet_contract_until": ends_in(60, 700),
        "signer_certificate_until": ends_in(60, 1000),
        "body_certificate_until": ends_in(60, 1000),
        "service_point_connected": "yes" if chance.random() < 0.85 else "no",
        "main_firewall_until": ends_in(120, 1090),
        "level_file_approved": ends_in(200, 1400) if chance.random() < 0.7 else until.ENDLESS,
        "tslcd_p95_percent": f"{answers['tslcd_p95_percent']},{chance.randint(0, 9)}",
        "online_files_percent": f"{answers['online_files_percent']},{chance.randint(0, 9)}",
        "internet.measured": f"{answers['internet.measured']},{chance.randint(0, 9)}",
    }
    if answers["level_file_approved"] != "yes":
        later["level_file_approved"] = "?" if answers["level_file_approved"] == "?" else until.NOTHING
    if answers["G01.good"] == "?":
        later["main_firewall_until"] = "?"
    elif int(answers["G01.good"]) < sites:
        # The licence at the main office has ended, or there never was a firewall.
        ended = day - timedelta(days=chance.randint(1, 200))
        has_ended = chance.random() < 0.5 and answers["G01.good"] != "0"
        later["main_firewall_until"] = f"{ended:%d/%m/%Y}" if has_ended else until.NOTHING
    return later


def later_answers_of(submission: Submission, answers: Mapping[str, str], chance: Random, day: date) -> dict[str, str]:
    """What the questionnaire of the round asks beside or unlike the first one, to fit the other answers."""
    asked = questionnaire_of(submission.round).by_key
    return (
        {key: value for key, value in make_later_answers(answers, chance, day).items() if key.partition(".")[0] in asked}
        if LATER in asked
        else {}
    )


def _gaps_for(index: int, random: Random) -> frozenset[str]:
    if index < READY_OF_APPROVED:
        return frozenset()
    blocking = random.sample(BLOCKING_GAPS, random.choice((1, 1, 2, 2, 3)))
    minor_gaps = [gap for gap in ("old_os", "office", "internet", "lan", "wifi", "link", "old_room") if random.random() < 0.45]
    return frozenset((*blocking, *minor_gaps))


def _fill(
    session: Session, submission: Submission, ward: Ward, index: int, random: Random, moment: datetime, chance: Random
) -> None:
    answers = make_answers(ward, random, moment.year, _gaps_for(index, random))
    if READY_OF_APPROVED <= index < READY_OF_APPROVED + UNKNOWN_OF_APPROVED:
        answers = make_answers(ward, random, moment.year, frozenset()) | {"level_file_approved": "?", "G01.good": "?"}
    later = later_answers_of(submission, answers, chance, moment.date())
    if later and ward.code == REMINDED_WARD:
        later["internet_contract_until"] = f"{moment + timedelta(days=32):%d/%m/%Y}"
    if index >= APPROVED + SENT + RETURNED:
        sampled_fields = random.sample(sorted(answers), len(answers) // 2)
        answers = {key: value for key, value in answers.items() if key in sampled_fields or key.startswith("A01")}
        later = {key: value for key, value in later.items() if key in answers or chance.random() < 0.5}
    _enter(session, submission, answers | later, moment - timedelta(minutes=5))
    if index >= APPROVED + SENT + RETURNED:
        return
    reasons = {reason_field(anomaly.question): REASON for anomaly in anomalies_of(session, submission)}
    _enter(session, submission, reasons, moment)
    send_submission(session, submission, PERSON, HEAD, PERSON, at=moment)
    decided = moment + timedelta(hours=5)
    if index < APPROVED:
        approve_submission(session, submission, REVIEWER, at=decided)
    elif index >= APPROVED + SENT:
        return_submission(session, submission, "Số máy tính khác số trong sổ tài sản; kiểm tra lại phần A.", REVIEWER, at=decided)


def _fill_story(session: Session, submission: Submission, ward: Ward, random: Random, chance: Random, as_of: date) -> None:
    """The ward that the guided tour completes: everything is entered but the last questions of sections H and I."""
    answers = make_answers(ward, random, as_of.year, frozenset({"ups"}))
    answers |= later_answers_of(submission, answers, chance, as_of)
    entered_at = datetime.combine(as_of - timedelta(days=1), time(16, 20), HANOI)
    unanswered = ("it_officers", "staff_trained", "villages_with_team", "has_website", "website_component")
    _enter(session, submission, {key: value for key, value in answers.items() if key not in unanswered}, entered_at)


def _enter(session: Session, submission: Submission, answers: Mapping[str, str], at: datetime) -> None:
    save_fields(session, submission, answers, entries_of(submission), PERSON, at)
