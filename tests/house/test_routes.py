import re
from contextlib import contextmanager
from functools import wraps
from io import BytesIO

import pytest
from sqlalchemy import event, select
from sqlalchemy.orm import Session
from werkzeug.routing import IntegerConverter

from accounts.identity import Identity, Role
from accounts.permissions import Permission
from surveys.models import Submission
from tests.support.rights import Matrix

WARD = "00070"
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


def test_everybody_gets_what_the_policy_says_and_nothing_else(demo_app, monkeypatch):
    """What takes seconds, and what nobody has as everybody, is the drill of rights."""
    matrix = Matrix(demo_app)
    missing = sorted(matrix.without_example())
    assert not missing, f"give {', '.join(missing)} an example in tests/support/rights.py"
    faults = list(matrix.walk())
    assert not faults, f"{len(faults)} faults:\n" + "\n".join(faults)
    # More people than roles: one whose scope is narrow, one who stands in, one who is nobody.
    assert matrix.count > 2000
    assert {actor.identity.role for actor in matrix.actors if actor.identity} == set(Role)
    would_have_told(matrix, monkeypatch)


def would_have_told(matrix, monkeypatch):
    """Holes of three kinds, each made and found."""
    actors = {actor.name: actor for actor in matrix.actors}
    monkeypatch.setattr(Identity, "covers", lambda _identity, _ward_code: True)
    told, *_others = matrix.faults_at(actors["canbo"], "surveys.overview")
    assert "200 in place of 404" in told
    monkeypatch.undo()
    view = matrix.app.view_functions["accounts.user_list"]
    unguarded = wraps(view)(lambda **_parts: "all accounts")
    monkeypatch.setitem(matrix.app.view_functions, "accounts.user_list", unguarded)
    assert matrix.faults_at(actors["stranger"], "accounts.user_list") == ["stranger: GET /users: 200, and not the page to sign in"]
    assert matrix.faults_at(actors["canbo"], "accounts.user_list") == ["canbo: GET /users: 200 in place of 404"]
    monkeypatch.delitem(matrix.app.extensions["scope_checks"], "plan_id")
    assert "refused, but BEGIN IMMEDIATE" in " ".join(matrix.faults_at(actors["taichinh"], "plans.propose"))
    monkeypatch.undo()


def test_what_is_sent_is_read_before_anything_is_locked(demo_app, demo_sign_in):
    """Whoever sends a byte a minute, with a good account, would keep every other writer waiting."""
    with Session(demo_app.extensions["engine"]) as session:
        submission_id = session.scalars(select(Submission.id).where(Submission.ward_code == WARD)).one()
    client, locked_count, faults = demo_sign_in("canbo"), 0, []
    # The first request of all tries whether the database can be written.
    client.get("/")
    for rule, method in routes_with_methods(demo_app):
        view = demo_app.view_functions[rule.endpoint]
        if "submission_id" not in rule.arguments or not hasattr(view, "writes") or view.permission != Permission.SUBMISSION_FILL:
            continue
        for kind in ("application/octet-stream", "application/json", "application/x-www-form-urlencoded"):
            with recorded_locks(demo_app) as locks:
                body = SlowBody(locks)
                client.open(address(rule, submission_id), method=method, content_type=kind, content_length=2, input_stream=body)
            # A view that finds nothing in it to write takes no lock at all.
            locked_count += bool(locks)
            if body.locked_before_the_end:
                faults.append(f"{method} {rule.endpoint} of {kind}")
    assert locked_count > 10
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


def routes_with_methods(app):
    return [(rule, method) for rule in rules(app) for method in sorted(rule.methods - {"HEAD", "OPTIONS"})]


@contextmanager
def recorded_locks(app):
    """The locks of a writer that are taken meanwhile."""
    locks = []

    def record_statement(_connection, _cursor, statement, _parameters, _context, _many):
        if statement.startswith("BEGIN IMMEDIATE"):
            locks.append(statement)

    event.listen(app.extensions["engine"], "before_cursor_execute", record_statement)
    try:
        yield locks
    finally:
        event.remove(app.extensions["engine"], "before_cursor_execute", record_statement)


def address(rule, submission_id):
    values = {name: 1 if isinstance(rule._converters[name], IntegerConverter) else "A" for name in rule.arguments}
    return rule.build({**values, "submission_id": submission_id})[1]
