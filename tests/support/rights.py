"""The matrix of rights: every address and method, every kind of person, own and others' and unknown identifiers.

What is expected follows from the permission that the view declares, from the policy, and from the scope of the person; nobody keeps a list
of answers. Whatever is sent is answered as in real use, but never kept: one database serves all.
"""

import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, timedelta
from unittest.mock import patch

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import event, func, select
from sqlalchemy.orm import Session
from werkzeug.routing import IntegerConverter, Rule
from werkzeug.test import TestResponse

from accounts.identity import Identity, Role, Scope
from accounts.models import BrowserSession, User
from accounts.permissions import Permission, may
from accounts.stand_ins import begin_acting, create_stand_in, identity_of
from accounts.users import AccountDetails, change_details
from inventory.models import LotRecord, ObservedPriceRecord, PriceEvidence
from inventory.prices.price_lists import copy_price_list
from planning.models import PlanDecision, PlanRequest
from planning.scenarios.loading import get_plan_record
from planning.scenarios.scenarios import copy_plan
from portal.checked_files import CheckedFile
from portal.clock import now, today
from portal.jobs.job import Asker, Job, JobState
from portal.kept_files import keep_file
from scoring.standard_editor.drafts import begin_draft
from surveys.models import Evidence, Remark, Submission, SubmissionChange
from tests.factories.actions import assign_action
from tests.factories.users import create_user
from tests.support.applications import begin_session_of
from tests.support.sensitive import SLOW

OWN, OTHER = "00070", "00004"
NOBODY, NO_NUMBERS = 10**9, "1000000000000|x|-1"
DEPUTY = "taichinh"
# What takes a second or more where it is permitted: files, and pages that compute the whole city several times.
LONG = SLOW | {
    *("standards.sensitivity", "drafts.sensitivity", "study.ageing", "study.rounds"),
    *("plan_transfers.transfers", "plan_funding.funding", "workbook.form"),
}
WRITING = ("INSERT", "UPDATE", "DELETE")
LOCK = "BEGIN IMMEDIATE"


@dataclass(frozen=True)
class Actor:
    """Somebody at a browser. ``identity`` is None for a stranger."""

    name: str
    identity: Identity | None
    cookie: str = ""

    @property
    def is_scoped(self) -> bool:
        return self.identity is not None and self.identity.wards is not None


@dataclass(frozen=True)
class Examples:
    """What an argument of an address may be. ``others`` are there, but of another ward, or not of what the address names before it.

    ``is_of_ward``: whoever answers for the whole city may have those of another ward too.
    """

    own: object
    others: tuple[object, ...] = ()
    unknown: tuple[object, ...] = ()
    is_of_ward: bool = False


@dataclass(frozen=True)
class Case:
    """One request. ``unknown_path`` is that of something that nobody has: what is another's must be answered like it."""

    actor: Actor
    rule: Rule
    method: str
    path: str
    is_permitted: bool
    is_missing: bool = False
    unknown_path: str = ""

    @property
    def is_answered(self) -> bool:
        """Whether the person is to get what they asked for."""
        return self.is_permitted and not self.is_missing

    def __str__(self) -> str:
        return f"{self.actor.name}: {self.method} {self.path}"


@dataclass
class Journal:
    """The statements of a request that write, or take the lock of a writer."""

    statements: list[str] = field(default_factory=list)

    @property
    def writes(self) -> list[str]:
        return [text for text in self.statements if text.lstrip().upper().startswith(WRITING)]


class Matrix:
    """All cases on one application whose demo is loaded."""

    def __init__(self, app: Flask) -> None:
        self.app, self.client, self.journal = app, FlaskClient(app, app.response_class, use_cookies=False), Journal()
        self.count = 0
        # The checks of the start write, so they come before anything is recorded.
        self.client.get("/health/live")
        self.client.get("/sign-in")
        with app.app_context(), Session(app.extensions["engine"].execution_options(writes=True)) as session:
            self.actors = _make_actors(app, session)
            self.examples = _make_examples(app, session)
            session.commit()

    def rules(self) -> list[tuple[Rule, str]]:
        """Every address with each of its methods."""
        rules = (rule for rule in self.app.url_map.iter_rules() if rule.endpoint != "static")
        return [(rule, method) for rule in rules for method in sorted((rule.methods or set()) - {"HEAD", "OPTIONS"})]

    def permission_of(self, rule: Rule) -> Permission | None:
        return self.app.view_functions[rule.endpoint].permission  # type: ignore[attr-defined]

    def without_example(self) -> set[str]:
        """The arguments of addresses that nothing is known for."""
        return {
            f"{rule.endpoint}.{name}" for rule, _method in self.rules() for name in rule.arguments if not self._find(rule, name)
        }

    def walk(self, *, is_whole: bool = False) -> Iterator[str]:
        """All faults. Unless ``is_whole``, what takes seconds is left out where it is permitted, and what nobody has is asked for by one."""
        asked: set[tuple[str, str]] = set()
        for actor in self.actors:
            for rule, method in self.rules():
                cases = self.cases(actor, rule, method, with_unknown=is_whole or (rule.rule, method) not in asked)
                for case in cases:
                    if is_whole or not case.is_answered or rule.endpoint not in LONG:
                        yield from self.faults(case)
                if cases[0].is_permitted:
                    asked.add((rule.rule, method))

    def faults_at(self, actor: Actor, endpoint: str) -> list[str]:
        """Those of one person at one address."""
        cases = (case for rule, method in self.rules() if rule.endpoint == endpoint for case in self.cases(actor, rule, method))
        return [fault for case in cases for fault in self.faults(case)]

    def cases(self, actor: Actor, rule: Rule, method: str, *, with_unknown: bool = True) -> list[Case]:
        """The requests of one person for one address: for what is theirs, for what is others', and for what nobody has."""
        permission = self.permission_of(rule)
        is_permitted = permission is None or (actor.identity is not None and may(actor.identity, permission))
        own = {name: self._get(rule, name).own for name in rule.arguments}
        cases = [Case(actor, rule, method, _build(rule, own), is_permitted)]
        for name in sorted(rule.arguments) if is_permitted else ():
            examples = self._get(rule, name)
            # Whoever answers for the city has what is of any ward.
            others = examples.others if actor.is_scoped or not examples.is_of_ward else ()
            unknown = (*examples.unknown, *self._numbers(rule, name))
            for value in (*others, *unknown) if with_unknown else others:
                values, twin = own | {name: value}, _build(rule, own | {name: unknown[0]})
                cases.append(Case(actor, rule, method, _build(rule, values), is_permitted, True, twin if value in others else ""))
        return cases

    def open(self, case: Case) -> TestResponse:
        """Send it. Nothing that it writes is kept."""
        return self._send(case, case.path)

    def _send(self, case: Case, path: str) -> TestResponse:
        self.count += 1
        self.journal.statements.clear()
        headers = {"Cookie": case.actor.cookie} if case.actor.cookie else {}
        with patch.object(Session, "commit", Session.rollback), self._recorded():
            return self.client.open(path, method=case.method, headers=headers)

    def faults(self, case: Case) -> Iterator[str]:
        """What is wrong with the answer to a case."""
        answer = self.open(case)
        if answer.status_code >= 500:
            yield f"{case}: {answer.status_code}"
        elif not case.is_permitted and case.actor.identity is None:
            if answer.status_code != 302 or "/sign-in" not in answer.location:
                yield f"{case}: {answer.status_code}, and not the page to sign in"
        elif not case.is_answered:
            if answer.status_code != 404 and not _is_no_address(answer, case):
                yield f"{case}: {answer.status_code} in place of 404"
        elif answer.status_code == 404 and not _is_hidden(case):
            yield f"{case}: not found, though it is there and permitted"
        if not case.is_answered and self.journal.statements:
            yield f"{case}: refused, but {self.journal.statements[0][:60]}"
        if case.method == "GET" and (
            written := [text for text in self.journal.writes if not _is_line_of_download(text, case.rule)]
        ):
            yield f"{case}: a GET that writes: {written[0][:60]}"
        if case.unknown_path and _told(answer) != _told(self._send(case, case.unknown_path)):
            yield f"{case}: answered otherwise than what nobody has"

    def _find(self, rule: Rule, name: str) -> Examples | None:
        """The example of one address, of one blueprint, or of all."""
        keys = f"{rule.endpoint}.{name}", f"{rule.endpoint.split('.')[0]}.{name}", name
        return next((self.examples[key] for key in keys if key in self.examples), None)

    def _get(self, rule: Rule, name: str) -> Examples:
        examples = self._find(rule, name)
        assert examples is not None
        return examples

    def _numbers(self, rule: Rule, name: str) -> tuple[object, ...]:
        """Of every number: one that no row can have, one beyond all rows, that of another kind of row, and what is no number."""
        if not isinstance(rule._converters[name], IntegerConverter):
            return ()
        return NOBODY, 0, self.examples["foreign number"].own, *NO_NUMBERS.split("|")

    @contextmanager
    def _recorded(self) -> Iterator[None]:
        def record(_connection: object, _cursor: object, statement: str, *_rest: object) -> None:
            if statement.lstrip().upper().startswith((*WRITING, LOCK)):
                self.journal.statements.append(statement)

        engine = self.app.extensions["engine"]
        event.listen(engine, "before_cursor_execute", record)
        try:
            yield
        finally:
            event.remove(engine, "before_cursor_execute", record)


def _is_hidden(case: Case) -> bool:
    """What may not be found though it is there and permitted, each with its reason."""
    match case.rule.endpoint:
        # Only whom it was offered to.
        case "accounts.begin_acting":
            return case.actor.name != DEPUTY
        # Only who asked for it, and whoever manages accounts.
        case "accounts.job" | "accounts.job_state" | "accounts.job_cancel":
            return case.actor.name not in ("canbo", "quantri")
        # What came to nothing has no slips.
        case "accounts.user_slips" | "accounts.user_slips_printed":
            return True
        # Only the owner, and the body that has to do it: the ward.
        case "actions.complete":
            return case.actor.identity is not None and not case.actor.identity.role.is_of_ward
        # These count over the whole city.
        case "inventory.item" | "inventory.item_workbook":
            return case.actor.is_scoped
        # The form names which one, and is empty here.
        case "drafts.begin" | "measuring.start":
            return True
    return False


def _is_no_address(answer: TestResponse, case: Case) -> bool:
    """Whether the path holds what is no number of a row: then another method may be all that is left of it."""
    return answer.status_code == 405 and re.search(rf"/({NO_NUMBERS})(/|\.|$)", case.path) is not None


def _told(answer: TestResponse) -> tuple[int, str]:
    """What a person reads of an answer; the number of the request, which is another each time, left out."""
    text = answer.get_data(as_text=True)
    main = re.search(r"<main.*?</main>", text, re.DOTALL)
    return answer.status_code, (main[0] if main else text).replace(answer.headers.get("X-Request-ID", "-"), "")


def _build(rule: Rule, values: Mapping[str, object]) -> str:
    """The address; a value stands in it as it is, whether or not the rule would take it."""
    path = rule.rule
    for name in rule.arguments:
        path = re.sub(rf"<(?:[a-z]+:)?{name}>", str(values[name]), path)
    return path


def _is_line_of_download(statement: str, rule: Rule) -> bool:
    is_download = "." in rule.rule.rpartition("/")[2] or rule.endpoint.split(".")[0] == "figures"
    return is_download and ("audit_entry" in statement or "INTO submission_event" in statement)


def _make_actors(app: Flask, session: Session) -> list[Actor]:
    create_user(session, "lanh.dao.xa", "Lãnh đạo phường", Role.WARD_HEAD, [OWN])
    create_user(session, "tham.dinh.hep", "Người thẩm định một phường", Role.REVIEWER)
    narrow = session.scalars(select(User).where(User.username == "tham.dinh.hep")).one()
    change_details(session, narrow.id, AccountDetails(narrow.full_name, Role.REVIEWER, Scope.WARDS, wards=(OWN,)))
    create_user(session, "lam.thay", "Người làm thay", Role.REVIEWER)
    people = {user.username: user for user in session.scalars(select(User))}
    row = create_stand_in(
        session, people["lanh.dao.xa"], people["lam.thay"], today(), today() + timedelta(days=9), "UQ 1", "Quản trị"
    )
    session.flush()
    actors = [Actor("stranger", None)]
    for name in ("canbo", "lanh.dao.xa", "thamdinh", "tham.dinh.hep", "taichinh", "lanhdao", "quantri", "lam.thay"):
        token = begin_session_of(session, name)
        opened = session.scalars(select(BrowserSession).order_by(BrowserSession.id.desc()).limit(1)).one()
        if name == "lam.thay":
            begin_acting(session, opened.id, people[name].id, row.id)
        user = people[name]
        user.must_change_password = False
        session.flush()
        session.refresh(opened)
        signed = app.session_interface.get_signing_serializer(app).dumps({"token": token})  # type: ignore[attr-defined]
        actors.append(Actor(name, identity_of(opened), f"{app.config['SESSION_COOKIE_NAME']}={signed}"))
    return actors


def _make_examples(app: Flask, session: Session) -> dict[str, Examples]:
    """An example of each argument. A name with a dot is that of one blueprint."""
    submissions = {row.ward_code: row for row in session.scalars(select(Submission).where(Submission.ward_code.in_([OWN, OTHER])))}
    own, other = submissions[OWN], submissions[OTHER]
    people = {user.username: user.id for user in session.scalars(select(User))}
    kept = keep_file(app.config["SETTINGS"].evidence_url, "anh.png", CheckedFile("image/png", b"bytes"))
    at = now()

    def both(make):
        rows = [make(own), make(other)]
        session.add_all(rows)
        session.flush()
        return Examples(rows[0].id, (rows[1].id,))

    def evidence(kind):
        return lambda row: Evidence(
            submission_id=row.id, question="A01", kind=kind, by="x", at=at, details={"runs": 0, "line": "internet"}, **vars(kept)
        )

    copies = [copy_price_list(session, 1, f"Bản thử {number}", date(2026, 1, 1), None, "x").id for number in (1, 2)]
    files = [PriceEvidence(price_list_id=number, item_code="A01", by="x", at=at, **vars(kept)) for number in copies]
    session.add_all(files)
    plans = (1, copy_plan(session, get_plan_record(session, 1), "Phương án khác", "x").id)
    decision = {"kind": "policy", "day": date(2026, 1, 5), "year": 2026, "total": 0, "by": "x", "at": at, **vars(kept)}
    document = {"number": "1", "day": date(2026, 1, 5), "by": "x", "at": at, **vars(kept)}
    decisions = [
        PlanDecision(plan_id=number, number=str(number), number_fold=str(number), body="x", body_fold="x", **decision)
        for number in plans
    ]
    requests = [PlanRequest(plan_id=number, ward_code=OWN, **document) for number in plans]
    session.add_all([*decisions, *requests])
    stand_ins = [
        create_stand_in(session, *(session.get_one(User, people[name]) for name in names), today(), today(), "UQ 2", "x")
        for names in (("canbo", DEPUTY), ("lanhdaoxa", DEPUTY), ("lanhdaoxa", "thamdinh2"))
    ]
    session.flush()
    drafts = begin_draft(session, "2026.1", people["thamdinh2"], "x")
    text = ("x", "000", OWN + "1")
    return {
        "ward_code": Examples(OWN, (OTHER,), (*text, "99999"), is_of_ward=True),
        "submission_id": Examples(own.id, (other.id,), is_of_ward=True),
        "action_id": Examples(
            assign_action(session, people["canbo"], OWN), (assign_action(session, people["canbo"], OTHER),), is_of_ward=True
        ),
        "evidence.evidence_id": both(evidence("file")),
        "turn_id": both(evidence("measuring")),
        "change_id": both(
            lambda row: SubmissionChange(
                submission_id=row.id, at=at, by="x", source="page", field="A01.good", before="1", after="2"
            )
        ),
        "remark_id": both(lambda row: Remark(submission_id=row.id, kind="flag", text="x", by="x", at=at)),
        "prices.evidence_id": Examples(files[0].id, (files[1].id,)),
        "price_list_id": Examples(copies[0]),
        "observed_id": Examples(session.scalars(select(ObservedPriceRecord.id).limit(1)).one()),
        "plan_id": Examples(1),
        "decision_id": Examples(decisions[0].id, (decisions[1].id,)),
        "request_id": Examples(requests[0].id, (requests[1].id,)),
        "round_id": Examples(1),
        "user_id": Examples(people["canbo"]),
        "stand_in_id": Examples(stand_ins[0].id, (stand_ins[1].id,)),
        "accounts.begin_acting.stand_in_id": Examples(stand_ins[0].id, (stand_ins[2].id,)),
        "job_id": Examples(_fail_job(app, people, "canbo", "ward-briefs").id, unknown=text),
        "accounts.user_slips.job_id": Examples(_fail_job(app, people, "quantri", "users-import").id, unknown=text),
        "accounts.user_slips_printed.job_id": Examples(_fail_job(app, people, "quantri", "users-import").id, unknown=text),
        "draft_id": Examples(drafts.id),
        "version": Examples("2026.1", (), text),
        "item_code": Examples("A01", (), text),
        "line_code": Examples(f"{OWN}-A01", (), (*text, f"{OWN}-x", "99999-A01")),
        "surveys.code": Examples("A", (), text),
        "evidence.code": Examples("A", (), text),
        "code": Examples("CR-A1", (), text),
        "district": Examples("quan-hoan-kiem", (), text),
        "name": Examples("map", (), text),
        "portal.name": Examples("BeVietnamPro-Regular", (), text),
        "kind": Examples("pdf", (), text),
        "username": Examples("canbo", (), ("khong-co", "0")),
        "filename": Examples("portal.css", (), text),
        "portal.bootstrap.filename": Examples("css/bootstrap.min.css", (), text),
        "foreign number": Examples(session.scalar(select(func.max(LotRecord.id)))),
    }


def _fail_job(app: Flask, people: Mapping[str, int], username: str, kind: str) -> Job:
    """A job of this person that came to nothing."""
    asker = Asker(people[username], username, "x")
    job = Job(f"{kind}-{username}", kind, {}, asker, "x", "/briefs", now(), state=JobState.FAILED, lines=("x",))
    app.extensions["jobs"].ledger.write(job)
    return job
