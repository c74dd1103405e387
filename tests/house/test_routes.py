import re
from contextlib import contextmanager
from io import BytesIO

import pytest
from sqlalchemy import event, select
from sqlalchemy.orm import Session
from werkzeug.routing import IntegerConverter

from accounts.identity import Role
from accounts.models import User
from accounts.permissions import POLICY, Permission
from portal.database import session_scope
from scoring.models import ActionRecord
from surveys.models import Submission
from tests.factories.users import create_user
from tests.support.applications import client_of

WRITING = ("INSERT", "UPDATE", "DELETE")
WARD, OTHER_WARD = "00070", "00004"
# The arguments of an address that the demo has something for.
KNOWN_ARGUMENTS = {"ward_code", "submission_id", "round_id", "plan_id", "price_list_id"}
# Pages that stand open on purpose, each with its reason.
OPEN_ENDPOINTS = {
    "accounts.sign_in": "nobody can sign in from behind a guard",
    "portal.static": "the sign-in page needs its styles",
    "portal.bootstrap": "likewise",
    "portal.font": "likewise",
    "health.live": "a watchdog has no account; it says no more than that the process lives",
    "health.ready": "a watchdog has no account; it says no more than that the service lives",
    "portal.home": "sends whoever is not signed in to the sign-in page",
}


def rules(app):
    return [rule for rule in app.url_map.iter_rules() if rule.endpoint.split(".")[0] != "static"]


def test_every_route_declares_its_permission(app):
    for rule in rules(app):
        view = app.view_functions[rule.endpoint]
        assert hasattr(view, "permission"), f"{rule.endpoint}: put @requires(Permission.…) or @open_to_all on the view"
        if view.permission is None and rule.endpoint not in OPEN_ENDPOINTS and not rule.endpoint.startswith("accounts.demo"):
            pytest.fail(f"{rule.endpoint} is open: guard it, or name it in OPEN with the reason")


def test_paths_are_kebab_case(app):
    for rule in rules(app):
        literal_path = re.sub(r"<[^>]+>", "", rule.rule)
        assert re.fullmatch(r"[a-z0-9/.\-]*", literal_path), f"{rule.rule}: write URL paths in lower case with hyphens"


def test_a_view_that_writes_can_be_posted_to(app):
    for rule in rules(app):
        writes = getattr(app.view_functions[rule.endpoint], "writes", False)
        if writes and "GET" in rule.methods:
            # The session of a GET is a reading one even then; see portal.database.is_writing.
            assert "POST" in rule.methods, f"{rule.endpoint} writes: make it a POST"


def test_a_permission_to_read_is_known_by_its_last_word():
    reading_names = {permission.name for permission in Permission if permission.is_reading}
    assert {"PLAN_READ", "PLAN_DOWNLOAD", "SUBMISSION_READ", "STANDARD_STUDY", "AUDIT_READ"} <= reading_names
    assert not reading_names & {"ACCOUNT_OWN", "PLAN_EDIT", "SUBMISSION_FILL", "STANDARD_PUBLISH", "USERS_MANAGE"}


def test_a_permission_to_read_lets_nobody_send_anything(app):
    faults = [
        f"{rule.endpoint} ({permission})"
        for rule, method in routes_with_methods(app)
        if method != "GET" and (permission := app.view_functions[rule.endpoint].permission) and permission.is_reading
    ]
    assert not faults, f"{', '.join(faults)}: what is sent needs a permission to write, and what is only read a view of its own"


@pytest.mark.parametrize("role", [Role.LEADER, Role.OFFICER])
def test_who_may_only_read_sends_in_vain_and_takes_no_lock(demo_app, role, monkeypatch):
    reading_permissions = {permission for permission in Permission if permission.is_reading}
    monkeypatch.setitem(POLICY, role, frozenset({Permission.ACCOUNT_OWN, *reading_permissions}))
    with Session(demo_app.extensions["engine"]) as session:
        submission_id = session.scalars(select(Submission.id).where(Submission.ward_code == WARD)).one()
    client = client_of_role(demo_app, role)
    # The first request of an application looks whether its database may be written.
    client.get("/")
    sent_count, faults = 0, []
    for rule, method in routes_with_methods(demo_app):
        permission = demo_app.view_functions[rule.endpoint].permission
        if method == "GET" or permission in (None, Permission.ACCOUNT_OWN):
            continue
        sent_count += 1
        with recorded_statements(demo_app, ("BEGIN IMMEDIATE",)) as locks:
            answer = client.open(address(rule, WARD, submission_id), method=method)
        if answer.status_code != 404 or locks:
            faults.append(f"{method} {rule.endpoint}: {answer.status_code}{', with a write lock' if locks else ''}")
    assert sent_count > 50
    assert not faults, f"refuse before anything is locked: {'; '.join(faults)}"


@pytest.mark.parametrize("role", list(Role))
def test_who_lacks_the_permission_meets_a_404_and_changes_nothing(demo_app, role):
    client = client_of_role(demo_app, role)
    with recorded_statements(demo_app, (*WRITING, "BEGIN IMMEDIATE")) as statements:
        for rule, method in routes_with_methods(demo_app):
            permission = getattr(demo_app.view_functions[rule.endpoint], "permission", None)
            if permission is None or Permission(permission) in POLICY[role]:
                continue
            answer = client.open(address(rule, WARD), method=method)
            assert answer.status_code == 404, f"{role} reached {method} {rule.rule}: {answer.status_code}"
    assert statements == [], "a refused request wrote to the database, or took the lock of a writer"


@pytest.mark.parametrize("role", [Role.OFFICER, Role.WARD_HEAD])
def test_another_ward_is_a_404_and_stays_as_it_is(demo_app, role):
    with Session(demo_app.extensions["engine"]) as session:
        submission_id = session.scalars(select(Submission.id).where(Submission.ward_code == OTHER_WARD)).one()
        action_id = session.scalars(select(ActionRecord.id).where(ActionRecord.ward_code.not_in([WARD]))).first()
    client = client_of_role(demo_app, role)
    tried_count = 0
    with recorded_statements(demo_app, (*WRITING, "BEGIN IMMEDIATE")) as statements:
        for rule, method in routes_with_methods(demo_app):
            if not {"ward_code", "submission_id", "action_id"} & rule.arguments:
                continue
            tried_count += 1
            path = address(rule, OTHER_WARD, submission_id, action_id)
            # A reviewer's room is closed to these roles whatever the ward.
            assert client.open(path, method=method).status_code == 404, f"{role} reached {method} {path} of another ward"
            if method != "GET":
                missing_path = address(rule, OTHER_WARD, 999_999, 999_999)
                assert client.open(missing_path, method=method).status_code == 404, f"{method} {missing_path}"
    assert tried_count > 8
    assert statements == [], "a refused request wrote to the database, or took the lock of a writer"


@pytest.mark.parametrize("role", list(Role))
def test_who_may_get_in_does_and_a_get_never_writes(demo_app, role):
    """The other side: a guard that refuses everybody would pass the tests above.

    Of what is read, the lines that a download leaves behind are the one exception.
    """
    with Session(demo_app.extensions["engine"]) as session:
        submission_id = session.scalars(select(Submission.id).where(Submission.ward_code == WARD)).one()
    client = client_of_role(demo_app, role)
    for rule, method in routes_with_methods(demo_app):
        permission = getattr(demo_app.view_functions[rule.endpoint], "permission", None)
        if method != "GET" or (permission is not None and Permission(permission) not in POLICY[role]):
            continue
        with recorded_statements(demo_app) as statements:
            answer = client.get(address(rule, WARD, submission_id))
        if permission is not None and not rule.arguments - KNOWN_ARGUMENTS:
            assert answer.status_code in (200, 302), f"{role} was refused {rule.rule}: {answer.status_code}"
        other_statements = [text for text in statements if "audit_entry" not in text and "INTO submission_event" not in text]
        assert other_statements == [], f"GET {rule.rule} writes: make it a POST. {other_statements[:1]}"
        assert not statements or is_download(rule), f"GET {rule.rule} writes into the audit trail, but is no download"


def test_nobody_gets_in_without_an_account(demo_app):
    client = demo_app.test_client()
    with recorded_statements(demo_app) as statements:
        for rule, method in routes_with_methods(demo_app):
            if getattr(demo_app.view_functions[rule.endpoint], "permission", None) is None:
                continue
            answer = client.open(address(rule, WARD), method=method)
            assert answer.status_code == 302, f"{method} {rule.rule} answered {answer.status_code}"
            assert "/sign-in" in answer.location
    assert statements == []


def test_what_is_sent_is_read_before_anything_is_locked(demo_app):
    """Whoever sends a byte a minute, with a good account, would keep every other writer waiting."""
    with Session(demo_app.extensions["engine"]) as session:
        submission_id = session.scalars(select(Submission.id).where(Submission.ward_code == WARD)).one()
    client, locked_count, faults = client_of_role(demo_app, Role.OFFICER), 0, []
    for rule, method in routes_with_methods(demo_app):
        view = demo_app.view_functions[rule.endpoint]
        if "submission_id" not in rule.arguments or not hasattr(view, "writes") or view.permission != Permission.SUBMISSION_FILL:
            continue
        for kind in ("application/octet-stream", "application/json", "application/x-www-form-urlencoded"):
            with recorded_statements(demo_app, ("BEGIN IMMEDIATE",)) as locks:
                body = SlowBody(locks)
                client.open(
                    address(rule, WARD, submission_id), method=method, content_type=kind, content_length=2, input_stream=body
                )
            # A view that finds nothing in it to write takes no lock at all.
            locked_count += bool(locks)
            if body.locked_before_the_end:
                faults.append(f"{method} {rule.endpoint} of {kind}")
    assert locked_count > 20
    assert not faults, f"reads what is sent while it holds the lock of a writer: {'; '.join(faults)}"


class SlowBody(BytesIO):
    """Two bytes to be sent; when they are asked for, it notes whether a lock was taken before."""

    def __init__(self, locks):
        super().__init__(b"{}")
        self.locks, self.locked_before_the_end = locks, False

    def readinto(self, buffer):
        self.locked_before_the_end |= bool(self.locks)
        return super().readinto(buffer)

    def read(self, size=-1):
        self.locked_before_the_end |= bool(self.locks)
        return super().read(size)


def is_download(rule):
    return "." in rule.rule.rpartition("/")[2] or rule.endpoint.split(".")[0] == "figures"


def routes_with_methods(app):
    return [(rule, method) for rule in rules(app) for method in sorted(rule.methods - {"HEAD", "OPTIONS"})]


def client_of_role(app, role):
    with session_scope(app.extensions["engine"], writes=True) as session:
        name = f"nguoi-{role.value.replace('_', '-')}"
        user = session.scalars(select(User).where(User.username == name)).first()
        if user is None:
            create_user(
                session, name, f"Người thử {role.label}", role, [WARD] if role.is_of_ward else (), password="mot-hai-ba-bon"
            )
    return client_of(app, name)


@contextmanager
def recorded_statements(app, prefixes=WRITING):
    """The statements with such a beginning that run meanwhile."""
    statements = []

    def record_statement(_connection, _cursor, statement, _parameters, _context, _many):
        if statement.lstrip().upper().startswith(prefixes):
            statements.append(statement)

    event.listen(app.extensions["engine"], "before_cursor_execute", record_statement)
    try:
        yield statements
    finally:
        event.remove(app.extensions["engine"], "before_cursor_execute", record_statement)


def address(rule, ward_code, submission_id=1, action_id=1):
    values = {name: 1 if isinstance(rule._converters[name], IntegerConverter) else "x" for name in rule.arguments}
    if "ward_code" in values:
        values["ward_code"] = ward_code
    if "submission_id" in values:
        values["submission_id"] = submission_id
    if "action_id" in values:
        values["action_id"] = action_id
    return rule.build(values)[1]
