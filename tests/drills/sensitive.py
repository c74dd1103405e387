"""Every page, file, refused form and line of the audit trail and of the log, as every role: who is told what of network security.

Each sensitive answer of two wards holds a mark; the table of who may see what stands in ``tests.support.sensitive``.
"""

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from accounts.identity import Role
from accounts.models import AuditEntry, User
from accounts.permissions import POLICY, Permission
from portal.clock import today
from portal.setup import load_demo, run_setup
from surveys.models import Submission
from tests.factories.days import DEMO_DAY
from tests.support.applications import make_app
from tests.support.sensitive import (
    OTHER,
    OWN,
    SEEN,
    WORDS,
    Journal,
    Walk,
    audit_faults,
    check_answer,
    client_of_role,
    doors,
    plant,
    post_addresses,
    secrets_of,
    text_of,
    verdicts_of,
    walk,
)


def drill_sensitive() -> list[str]:
    """Open every door as every role, and look for what it may not tell."""
    with tempfile.TemporaryDirectory() as folder:
        app = make_app(f"sqlite:///{Path(folder) / 'city.sqlite'}")
        run_setup(app, interactive=False)
        load_demo(app, as_of=DEMO_DAY)
        with app.app_context(), Session(app.extensions["engine"].execution_options(writes=True)) as session:
            plant(session)
        with Journal() as journal:
            faults = [*_walk_all(app), *_act(app), *_post_all(app)]
        with Session(app.extensions["engine"]) as session:
            secrets = secrets_of(session)
        faults += [f"the log tells: {line}" for line in journal.lines for secret in secrets.values() if secret.found_in(line)]
        app.extensions["engine"].dispose()
        return faults


def _walk_all(app: Flask) -> list[str]:
    with Session(app.extensions["engine"]) as session:
        secrets, verdicts = secrets_of(session), verdicts_of(session)
    paths, faults = [door.path for door in doors(app)], []
    for role in Role:
        walked = walk(client_of_role(app, role), paths, secrets, SEEN[role], verdicts, role.value)
        faults += walked.faults
        if walked.told != SEEN[role]:
            faults.append(f"{role.value} is told of {sorted(walked.told)}, and may see {sorted(SEEN[role])}")
    with _without_the_right(Role.LEADER):
        walked = walk(client_of_role(app, Role.LEADER), paths, secrets, frozenset(), verdicts, "leader without the right")
    return faults + walked.faults


def _act(app: Flask) -> list[str]:
    """Do what writes sensitive words, and read the audit trail and its page."""
    with Session(app.extensions["engine"]) as session:
        secrets, verdicts = secrets_of(session), verdicts_of(session)
        submissions = {row.ward_code: row for row in session.scalars(select(Submission))}
        own, sent = submissions[OWN].id, next(row.id for row in submissions.values() if row.state == "sent")
        reviewers = select(User.id).where(User.role == Role.REVIEWER.value, User.username.startswith("cua-"))
        reviewer_id = session.scalars(reviewers).one()
        before = session.query(AuditEntry).count()
    officer, leader, reviewer = (client_of_role(app, role) for role in (Role.OFFICER, Role.LEADER, Role.REVIEWER))
    words = WORDS[OTHER]
    action = {
        "owner": str(reviewer_id), "contact": "0900 000 000", "task": f"Mua tường lửa {words}", "due": (today() + timedelta(days=9)).isoformat(),
        "unit": "science", "head": "Giám đốc", "deliverable": f"Tường lửa {words}", "evidence": f"Biên bản {words}", "authority": "city",
        "criterion": "CR-G1",
    }  # fmt: skip
    created = leader.post("/actions/new", data=action | {"ward": OTHER})
    address = created.headers.get("Location", "")
    answers = [
        (
            "officer saves",
            officer.post(f"/surveys/{own}/sections/G/fields", data={"G01.note": WORDS[OWN], "base": "{}"}),
            (200, 409),
        ),
        ("leader assigns", created, (302,)),
        ("reviewer reports done", reviewer.post(f"{address}/done", data={"delivered": f"Đã lắp {words}"}), (302,)),
        ("leader opens again", leader.post(f"{address}/reopening", data={"reason": f"Còn thiếu {words}"}), (302,)),
        ("reviewer returns", reviewer.post(f"/review/{sent}/return", data={"reason": f"Xem lại tường lửa {words}"}), (302, 409)),
    ]
    faults = [f"{deed}: {answer.status_code}" for deed, answer, allowed in answers if answer.status_code not in allowed]
    if f"Còn thiếu {words}" not in reviewer.get(address).text:
        faults.append("the page of the action no longer says why it was opened again")
    administrator = client_of_role(app, Role.ADMINISTRATOR)
    walked = Walk([], set(), {})
    for number in range(1, 4):
        path = f"/audit?page={number}"
        check_answer(walked, text_of(administrator.get(path)), path, secrets, frozenset(), verdicts, "administrator")
    with Session(app.extensions["engine"]) as session:
        if session.query(AuditEntry).count() < before + 3:
            faults.append("what was done is not in the audit trail")
        return [*faults, *walked.faults, *audit_faults(session, secrets)]


def _post_all(app: Flask) -> list[str]:
    """Send every form empty and with nonsense: what is refused tells no more than what is shown, nor does the page after it."""
    with Session(app.extensions["engine"]) as session:
        secrets, verdicts = secrets_of(session), verdicts_of(session)
    faults = []
    nonsense = {
        "quantity": "không phải số",
        "base-quantity": "1",
        "take": "G01|00004|00070|1",
        "criterion": "CR-G1",
        "do": "rehearse",
    }
    for role in (Role.PLANNER, Role.OFFICER, Role.WARD_HEAD, Role.ADMINISTRATOR):
        client, walked = client_of_role(app, role), Walk([], set(), {})
        for path in post_addresses(app):
            for data in ({}, nonsense):
                answer = client.post(path, data=data)
                name = f"{role.value} POST"
                check_answer(walked, text_of(answer), path, secrets, SEEN[role], verdicts, name)
                if answer.status_code >= 500:
                    faults.append(f"{name} {path}: {answer.status_code}")
        check_answer(walked, text_of(client.get("/")), "/", secrets, SEEN[role], verdicts, f"{role.value} after its forms")
        faults += walked.faults
    return faults


@contextmanager
def _without_the_right(role: Role) -> Iterator[None]:
    whole = POLICY[role]
    POLICY[role] = whole - {Permission.READINESS_SECURITY}
    try:
        yield
    finally:
        POLICY[role] = whole
