"""What would help an attacker is one rule at every door. ``make drill`` walks through all of them; here it is all but the slow files."""

import re
from dataclasses import replace

import pytest
from bs4 import BeautifulSoup
from sqlalchemy import select
from sqlalchemy.orm import Session

from accounts.audit import HIDDEN
from accounts.identity import Identity, Role
from accounts.models import AuditEntry, User
from accounts.permissions import POLICY, Permission, may_see_security
from portal.clock import today
from scoring.actions.reminders import action_reminders
from scoring.models import ActionRecord
from tests.support.sensitive import (
    OTHER,
    OWN,
    SEEN,
    WARDS,
    Journal,
    client_of_role,
    doors,
    plant,
    secrets_of,
    verdicts_of,
    walk,
)


@pytest.fixture
def marked_app(demo_app):
    """The demo with a mark in every sensitive answer of two wards."""
    with demo_app.app_context(), Session(demo_app.extensions["engine"].execution_options(writes=True)) as session:
        plant(session)
    return demo_app


def page_of(answer):
    assert answer.status_code == 200
    return BeautifulSoup(answer.text, "html.parser")


@pytest.mark.parametrize("role", list(Role))
def test_the_rule_is_what_the_table_says(role):
    person = Identity(1, "nguoi", "Người", role, frozenset({OWN}) if role.is_of_ward else None)
    assert {code for code in WARDS if may_see_security(person, code)} == SEEN[role]
    # Within the scope only, and of the city only with the right.
    assert not may_see_security(replace(person, wards=frozenset({"00082"})), OTHER)
    assert may_see_security(person) == (Permission.READINESS_SECURITY in POLICY[role])


@pytest.mark.parametrize("permission", [Permission.SUBMISSION_READ, Permission.STANDARD_EDIT, Permission.STANDARD_STUDY])
def test_whoever_meets_everything_of_other_wards_has_the_right(permission):
    """A submission is open with all of its answers, and a threshold that is tried tells by its effect: no further than the right."""
    holders = [role for role in Role if permission in POLICY[role] and not role.is_of_ward]
    assert holders
    assert [role for role in holders if Permission.READINESS_SECURITY not in POLICY[role]] == []


# The rooms where a planner was told what the page of a criterion refuses; the drill opens every other door too.
TELLING = re.compile(
    r"/(readiness(\?|/map|/wards/|/criteria|/nearest|/quality|/forecast)|inventory/(wards/|items/G)|plans/1/(lines|requests|difference|approval|exclusions|funding)"
    r"|actions(\?|/)|briefs/wards|audit)"
)


@pytest.mark.parametrize("role", [Role.OFFICER, Role.PLANNER, Role.ADMINISTRATOR])
def test_no_page_and_no_line_of_the_log_tells_more_than_the_table_says(marked_app, role):
    with Session(marked_app.extensions["engine"]) as session:
        secrets, verdicts = secrets_of(session), verdicts_of(session)
    paths = [door.path for door in doors(marked_app) if not door.is_slow and TELLING.match(door.path)]
    with Journal() as journal:
        walked = walk(client_of_role(marked_app, role), paths, secrets, SEEN[role], verdicts, role.value)
    assert not walked.faults, "\n".join(walked.faults)
    # Whoever may see the marks meets them, so the walk passes the right doors.
    assert walked.told == SEEN[role]
    assert not [line for line in journal.lines for secret in secrets.values() if secret.found_in(line)]


def test_who_pays_sees_item_quantity_and_price_and_nothing_else_of_a_line(marked_app):
    path = f"/plans/1/lines/{OTHER}-G01"
    planner = page_of(client_of_role(marked_app, Role.PLANNER).get(path))
    leader = page_of(client_of_role(marked_app, Role.LEADER).get(path))
    shown, whole = (page.select_one("main section dl") for page in (planner, leader))
    names, whole_names = ([tag.get_text(strip=True) for tag in part.select("dt")] for part in (shown, whole))
    # What the criterion asks is not there; what is on order is blank, and the rest is what everybody sees.
    assert names == [name for name in whole_names if not name.startswith("CR-")] != whole_names
    assert shown.select_one("dd").get_text(strip=True) == "–"
    assert "–" not in [tag.get_text(strip=True) for tag in whole.select("dd")]
    assert planner.select_one(".big-figure").get_text() == leader.select_one(".big-figure").get_text()
    assert "CR-G1" in leader.get_text()


def test_the_table_of_actions_is_given_with_words_on_security_to_whoever_has_the_right(marked_app):
    answers = {role: client_of_role(marked_app, role).get("/actions/list.xlsx?security=1") for role in Role}
    assert {role for role, answer in answers.items() if answer.status_code == 200} == {
        Role.OFFICER,
        Role.WARD_HEAD,
        Role.REVIEWER,
        Role.LEADER,
    }


def test_an_action_on_security_is_handed_only_to_whoever_may_see_it(marked_app):
    with Session(marked_app.extensions["engine"]) as session:
        planners = list(session.scalars(select(User.id).where(User.role == Role.PLANNER.value)))
    leader = client_of_role(marked_app, Role.LEADER)
    for code, is_offered in (("CR-G1", False), ("CR-A1", True)):
        form = page_of(leader.get(f"/actions/new?ward={OTHER}&criterion={code}"))
        values = {option["value"] for option in form.select("#owner option")}
        assert bool(values & {str(number) for number in planners}) == is_offered


def test_an_edit_of_a_sensitive_line_is_told_without_ward_item_or_value(marked_app):
    planner, path = client_of_role(marked_app, Role.PLANNER), f"/plans/1/lines/{OTHER}-G01"
    form = page_of(planner.get(path)).select_one('form[method="post"]:has(#why)')
    values = {field["name"]: field.get("value", "") for field in form.select("input[name]")}
    values |= {field["name"]: field.select_one("option[selected]")["value"] for field in form.select("select[name]")}
    assert planner.post(path, data={**values, "note": "MẬT-17", "csrf_token": ""}).status_code == 302
    assert planner.post(f"{path}/undo").status_code == 302
    with Session(marked_app.extensions["engine"]) as session:
        entries = [entry for entry in session.scalars(select(AuditEntry)) if entry.action in ("plan:edit-line", "plan:undo-edits")]
    assert [entry.after for entry in entries] == [{"line": HIDDEN, "note": HIDDEN}, {"line": HIDDEN, "fields": 1}]


def test_an_action_handed_out_before_is_marked_and_its_owner_not_reminded(marked_app):
    with Session(marked_app.extensions["engine"].execution_options(writes=True)) as session:
        planner_id = session.scalars(select(User.id).where(User.role == Role.PLANNER.value)).first()
        action = session.scalars(
            select(ActionRecord).where(ActionRecord.criterion == "CR-G1", ActionRecord.ward_code == OTHER)
        ).one()
        number, reviewer_id = action.id, action.owner_id
        assert reviewer_id in action_reminders(session, today(), "http://x")
        action.owner_id = planner_id
        session.flush()
        lines = action_reminders(session, today(), "http://x").get(planner_id, ())
        assert not [line for line in lines if "an ninh mạng" in line]
        session.commit()
    assert "hãy giao cho người khác" in client_of_role(marked_app, Role.LEADER).get(f"/actions/{number}").text
    assert client_of_role(marked_app, Role.PLANNER).get(f"/actions/{number}").status_code == 404
