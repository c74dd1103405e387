"""What may be told of network security, held at every door: marks in the answers of two wards, and a walk that looks for them."""

import logging
import re
import zipfile
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta
from io import BytesIO

from flask import Flask
from flask.testing import FlaskClient
from pypdf import PdfReader
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.routing import IntegerConverter, Rule
from werkzeug.test import TestResponse

from accounts.identity import Role
from accounts.models import AuditEntry, User
from inventory.snapshots.repository import newest_snapshots, record_snapshot
from inventory.snapshots.snapshot import EquipmentLot, Fact
from portal.clock import now
from portal.database import session_scope
from scoring.actions.action import PublicBody
from scoring.models import ActionRecord
from scoring.rating.city_readiness import city_readiness
from scoring.rating.explain import verdict
from scoring.rating.rating import FindingStatus
from surveys.models import Answer, Submission, SubmissionChange
from tests.factories.users import PASSWORD, create_user
from tests.support.applications import begin_session_of

OWN, OTHER = "00004", "00070"
WARDS = (OWN, OTHER)
# Who may see what of network security: everything of these wards, and nothing of the others.
SEEN: Mapping[Role, frozenset[str]] = {
    Role.OFFICER: frozenset({OWN}),
    Role.WARD_HEAD: frozenset({OWN}),
    Role.REVIEWER: frozenset(WARDS),
    Role.PLANNER: frozenset(),
    Role.LEADER: frozenset(WARDS),
    Role.ADMINISTRATOR: frozenset(),
}
# Figures and words that stand nowhere else.
NUMBERS = {OWN: 97531, OTHER: 98763}
WORDS = {OWN: "dấu-kín-của-mình", OTHER: "dấu-kín-nơi-khác"}
ENDS = {OWN: date(2007, 4, 17), OTHER: date(2008, 5, 19)}
# Files that take seconds each: whole plans, all briefs, pictures.
SLOW = frozenset(
    [
        "plan_files.workbook",
        "plan_parts.workbooks_by_source",
        "plan_parts.workbooks_by_ward",
        "briefs.all_wards",
        "figures.figure",
        "figures.preview",
        "figures.readiness_map",
        "workbook.round_forms",
        "plan_files.letter",
    ]
)
# A published standard is open to read, whatever its criteria are about.
OPEN_PAGES = re.compile(r"/standards/")


@dataclass(frozen=True)
class Door:
    """An address, and whether it takes seconds."""

    path: str
    is_slow: bool = False


@dataclass(frozen=True)
class Secret:
    """What must not be told of one ward: marks, and its verdicts in group G as every page words them."""

    ward_code: str
    number: re.Pattern[str]
    texts: tuple[str, ...]

    def found_in(self, text: str) -> list[str]:
        """What of it a text tells."""
        numbers = [f"the figure {match}" for match in self.number.findall(text)[:1]]
        return numbers + [f"“{words}”" for words in self.texts if words in text]


def plant(session: Session) -> None:
    """Put marks into every sensitive answer of two wards: approved, typed, changed, and in what is to be done about it."""
    for code in WARDS:
        _plant_snapshot(session, code)
        submission = session.scalars(select(Submission).where(Submission.ward_code == code)).one()
        fields = {f"{item}.{part}": str(NUMBERS[code]) for item in ("G01", "G06") for part in ("broken", "liquidation")}
        fields |= {"G01.note": WORDS[code], "G06.note": WORDS[code], "pcs_protected": str(NUMBERS[code])}
        stored = {answer.field: answer for answer in submission.answers}
        for field, raw in fields.items():
            if field in stored:
                stored[field].raw = raw
            else:
                submission.answers.append(Answer(field=field, raw=raw, version=0, saved_by="Công chức", saved_at=now()))
            change = {"field": field, "before": WORDS[code], "after": raw, "why": WORDS[code]}
            session.add(SubmissionChange(submission_id=submission.id, at=now(), by="Công chức", source="page", **change))
        owner = session.scalars(select(User.id).where(User.role == Role.REVIEWER.value)).first()
        assert owner is not None
        for ward_code in (code, None) if code == OTHER else (code,):
            session.add(_action(ward_code, owner, WORDS[code]))
    session.commit()


def _plant_snapshot(session: Session, code: str) -> None:
    number, words = NUMBERS[code], WORDS[code]
    snapshot = newest_snapshots(session)[code]
    lots = tuple(lot for lot in snapshot.lots if not lot.item.startswith("G"))
    marked = tuple(EquipmentLot(item, broken=number, liquidation=number, year=2024, note=words) for item in ("G01", "G06"))
    answers = {"pcs_protected": number, "level_file_approved": False, "security_rules_issued": False, "scan_last_year": False}
    answers |= {"main_firewall_until": ENDS[code]}
    facts = {**snapshot.facts, **{key: Fact(key, value) for key, value in answers.items()}}
    facts.pop("backup_tested", None)
    record_snapshot(
        session,
        replace(
            snapshot,
            lots=(*lots, *marked),
            facts=facts,
            answered_items=snapshot.answered_items | {"G01", "G06"},
            approved_at=(snapshot.approved_at or now()) + timedelta(minutes=1),
        ),
    )


def _action(ward_code: str | None, owner_id: int, words: str) -> ActionRecord:
    return ActionRecord(
        ward_code=ward_code,
        criterion="CR-G1",
        owner_id=owner_id,
        contact="0900 000 000",
        task=f"Mua tường lửa {words}",
        due=now().date() + timedelta(days=2),
        unit=PublicBody.SCIENCE.value,
        head="Giám đốc",
        deliverable=f"Tường lửa {words}",
        evidence=f"Biên bản {words}",
        authority=PublicBody.CITY.value,
        created_by="Lãnh đạo",
        created_at=now(),
        delivered=words,
    )


def secrets_of(session: Session) -> dict[str, Secret]:
    """What must not be told of each of the two wards."""
    ratings, secrets = city_readiness(session).ratings, {}
    for code in WARDS:
        digits = str(NUMBERS[code])
        number = re.compile(rf"(?<![\d.,]){digits[:2]}\.?{digits[2:]}(?![\d])")
        findings = [f for f in ratings[code].findings if f.criterion.is_sensitive and f.status is not FindingStatus.NOT_APPLICABLE]
        assert {FindingStatus.MET, FindingStatus.UNMET, FindingStatus.UNANSWERED} <= {f.status for f in findings}
        # A verdict that two wards share is told by the code of its criterion, which is looked for apart.
        own = [verdict(finding) for finding in findings if str(NUMBERS[code]) in verdict(finding)]
        secrets[code] = Secret(code, number, (WORDS[code], f"{ENDS[code]:%d/%m/%Y}", ENDS[code].isoformat(), *own))
    return secrets


def verdicts_of(session: Session) -> frozenset[str]:
    """How pages word the verdicts of the two wards in group G; whoever sees nothing of the group meets none of them."""
    ratings = city_readiness(session).ratings
    findings = [finding for code in WARDS for finding in ratings[code].findings if finding.criterion.is_sensitive]
    return frozenset(verdict(finding) for finding in findings if finding.status is not FindingStatus.NOT_APPLICABLE)


def client_of_role(app: Flask, role: Role) -> FlaskClient:
    """A person of the role, of the own ward where it is a role of a ward."""
    with session_scope(app.extensions["engine"], writes=True) as session:
        name = f"cua-{role.value.replace('_', '-')}"
        if session.scalars(select(User).where(User.username == name)).first() is None:
            create_user(session, name, f"Người thử {role.label}", role, [OWN] if role.is_of_ward else (), password=PASSWORD)
        token = begin_session_of(session, name)
    # Not the client that looks every page over: that is done elsewhere, and takes longer than the pages.
    client = FlaskClient(app, app.response_class)
    with client.session_transaction() as cookie:
        cookie["token"] = token
    return client


def doors(app: Flask) -> list[Door]:
    """Every address that can be opened, for both wards and with the queries that ask for more."""
    with Session(app.extensions["engine"]) as session:
        query = select(Submission.ward_code, Submission.id).where(Submission.ward_code.in_(WARDS))
        submissions = {row.ward_code: row.id for row in session.execute(query)}
        actions = list(session.scalars(select(ActionRecord.id).where(ActionRecord.criterion == "CR-G1")))
        change_id = session.scalars(select(SubmissionChange.id).order_by(SubmissionChange.id.desc())).first()
    found: dict[str, Door] = {}
    for rule in app.url_map.iter_rules():
        if "GET" not in (rule.methods or ()) or rule.endpoint in ("static", "portal.static", "portal.bootstrap", "portal.font"):
            continue
        for code in WARDS:
            for action_id in actions if "action_id" in rule.arguments else actions[:1]:
                for values in _arguments(rule, code, submissions[code], action_id, change_id):
                    path = rule.build(values)[1]
                    found[path] = Door(path, rule.endpoint in SLOW)
    queries = [
        "/readiness?colour=group-G", "/readiness?colour=CR-G1", "/readiness?sort=missing", "/readiness?find=Hoàn", "/plans/compare?plan=1",
        "/plans/1/lines?group=G", "/plans/1/lines.csv?group=G", "/plans/1/lines?q=dấu", "/actions?criterion=CR-G1", "/actions?q=tường",
        "/actions/list.xlsx?security=1", "/actions/list.xlsx?criterion=CR-G1", "/actions/wards?criterion=CR-G1&result=not_ready",
        "/actions/new?criterion=CR-G1", "/actions/new?city=1", "/readiness/criteria/CR-G2?status=met", "/audit?subject=action", "/audit?page=2",
    ]  # fmt: skip
    for code in WARDS:
        queries += [
            f"/plans/1?ward={code}", f"/plans/1/lines?ward={code}&group=G", f"/actions?ward={code}", f"/actions/new?ward={code}&criterion=CR-G1",
            f"/actions/new?ward={code}", f"/readiness/wards/{code}/what-if?pcs_protected=3&G01=x", f"/readiness/wards/{code}/what-if?A01=500",
        ]  # fmt: skip
    return [*found.values(), *(Door(path) for path in queries)]


def post_addresses(app: Flask) -> list[str]:
    """Every address that something can be sent to, for both wards; those that end the session or change the walker's password apart."""
    with Session(app.extensions["engine"]) as session:
        query = select(Submission.ward_code, Submission.id).where(Submission.ward_code.in_(WARDS))
        submissions = {row.ward_code: row.id for row in session.execute(query)}
        action_id = session.scalars(select(ActionRecord.id).where(ActionRecord.criterion == "CR-G1")).first()
    assert action_id is not None
    rules = [
        rule for rule in app.url_map.iter_rules() if "POST" in (rule.methods or ()) and rule.endpoint.split(".")[0] != "accounts"
    ]
    paths = (
        rule.build(values)[1]
        for rule in rules
        for code in WARDS
        for values in _arguments(rule, code, submissions[code], action_id, 1)
    )
    return list(dict.fromkeys(paths))


def _arguments(
    rule: Rule, ward_code: str, submission_id: int, action_id: int, change_id: int | None
) -> Iterator[dict[str, object]]:
    known: dict[str, object] = {
        "ward_code": ward_code,
        "submission_id": submission_id,
        "action_id": action_id,
        "change_id": change_id,
        "item_code": "G01",
        "line_code": f"{ward_code}-G01",
        "version": "2026.1",
        "district": "quan-hoan-kiem",
        "code": "G" if "submission_id" in rule.arguments else "CR-G1",
        "name": "criteria",
    }
    values = {name: known.get(name, 1 if isinstance(rule._converters[name], IntegerConverter) else "x") for name in rule.arguments}
    kinds = {"briefs": ("pdf", "docx"), "figures": ("svg", "pdf")}.get(rule.endpoint.split(".")[0], ("xlsx",))
    for kind in kinds if "kind" in values else kinds[:1]:
        yield {**values, **({"kind": kind} if "kind" in values else {})}


def text_of(answer: TestResponse) -> str:
    """All that an answer tells, also within the files that it carries, and where it sends on to."""
    data = answer.get_data()
    return f"{answer.headers.get('Location', '')} {_text_of_bytes(data, answer.mimetype)}"


def _text_of_bytes(data: bytes, mimetype: str = "") -> str:
    if data.startswith(b"PK"):
        with zipfile.ZipFile(BytesIO(data)) as archive:
            return " ".join(_text_of_bytes(archive.read(name)) for name in archive.namelist())
    if data.startswith(b"%PDF"):
        return " ".join(page.extract_text() for page in PdfReader(BytesIO(data)).pages)
    return "" if mimetype.startswith(("image/png", "font/")) else data.decode("utf-8", "replace")


class Journal(logging.Handler):
    """Every line that the program logs meanwhile, with its traceback."""

    def __init__(self) -> None:
        super().__init__(logging.DEBUG)
        self.lines: list[str] = []
        self.setFormatter(logging.Formatter("%(message)s"))

    def emit(self, record: logging.LogRecord) -> None:
        self.lines.append(self.format(record))

    def __enter__(self) -> "Journal":
        logging.getLogger().addHandler(self)
        return self

    def __exit__(self, *_error: object) -> None:
        logging.getLogger().removeHandler(self)


@dataclass
class Walk:
    """What one person met: the faults, and which wards' secrets were told at all."""

    faults: list[str]
    told: set[str]
    statuses: dict[str, int]


def walk(
    client: FlaskClient,
    paths: Iterable[str],
    secrets: Mapping[str, Secret],
    seen: frozenset[str],
    verdicts: frozenset[str],
    name: str,
) -> Walk:
    """Open every path and look for what this person may not see."""
    result = Walk([], set(), {})
    for path in paths:
        answer = client.get(path)
        result.statuses[path] = answer.status_code
        check_answer(result, text_of(answer), path, secrets, seen, verdicts, name)
        if answer.status_code >= 500:
            result.faults.append(f"{name} GET {path}: {answer.status_code}")
    return result


def check_answer(
    result: Walk,
    text: str,
    path: str,
    secrets: Mapping[str, Secret],
    seen: frozenset[str],
    verdicts: frozenset[str],
    name: str,
) -> None:
    """Note what a text tells, and as a fault what it may not tell this person."""
    for code, secret in secrets.items():
        found = secret.found_in(text)
        if found:
            result.told.add(code)
        if found and code not in seen:
            result.faults.append(f"{name} {path} tells of ward {code}: {', '.join(found)}")
    if not seen and not OPEN_PAGES.match(path):
        # What was asked for stands in the form that asked for it.
        codes = () if "CR-G" in path else re.findall(r"CR-G\d", text)
        told = sorted({*codes, *(words for words in verdicts if words in text)})
        told += re.findall(r"an ninh mạng \(\d+\)", text)
        if told:
            result.faults.append(f"{name} {path} tells of group G: {'; '.join(told)}")


def audit_faults(session: Session, secrets: Mapping[str, Secret]) -> list[str]:
    """What the audit trail holds that it may not."""
    entries = session.scalars(select(AuditEntry))
    lines = ((entry, f"{entry.subject} {entry.before} {entry.after}") for entry in entries)
    return [
        f"the audit trail keeps {entry.action}: {found}"
        for entry, line in lines
        for secret in secrets.values()
        if (found := secret.found_in(line))
    ]
