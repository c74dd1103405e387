import re

import pytest

from accounts.identity import Role
from accounts.permissions import POLICY, Permission

WARD, OTHER = "00082", "00070"
# Pages that stand open on purpose, each with its reason.
OPEN = {
    "accounts.sign_in": "nobody can sign in from behind a guard",
    "portal.static": "the sign-in page needs its styles",
    "portal.bootstrap": "likewise",
    "portal.font": "likewise",
    "portal.health": "a watchdog has no account; it says no more than that the service lives",
    "portal.home": "sends whoever is not signed in to the sign-in page",
}


def rules(app):
    return [rule for rule in app.url_map.iter_rules() if rule.endpoint.split(".")[0] != "static"]


def test_every_route_declares_its_permission(app):
    for rule in rules(app):
        view = app.view_functions[rule.endpoint]
        assert hasattr(view, "permission"), f"{rule.endpoint}: put @requires(Permission.…) or @open_to_all on the view"
        if view.permission is None and rule.endpoint not in OPEN and not rule.endpoint.startswith("accounts.demo"):
            pytest.fail(f"{rule.endpoint} is open: guard it, or name it in OPEN with the reason")


def test_paths_are_kebab_case(app):
    for rule in rules(app):
        words = re.sub(r"<[^>]+>", "", rule.rule)
        assert re.fullmatch(r"[a-z0-9/.\-]*", words), f"{rule.rule}: write URL paths in lower case with hyphens"


def test_a_view_that_writes_can_be_posted_to(app):
    for rule in rules(app):
        writes = getattr(app.view_functions[rule.endpoint], "writes", False)
        if writes and "GET" in rule.methods:
            # The session of a GET is a reading one even then; see portal.database._is_writing.
            assert "POST" in rule.methods, f"{rule.endpoint} writes: make it a POST"


@pytest.mark.parametrize("role", list(Role))
def test_who_lacks_the_permission_meets_a_404(app, sign_in, role):
    client = sign_in(role, [WARD] if role.is_of_ward else ())
    for rule in rules(app):
        permission = getattr(app.view_functions[rule.endpoint], "permission", None)
        if permission is None or "GET" not in rule.methods or Permission(permission) in POLICY[role]:
            continue
        path = address(rule, WARD)
        assert client.get(path).status_code == 404, f"{role} reached {path}"


@pytest.mark.parametrize("role", [Role.OFFICER, Role.WARD_HEAD])
def test_another_ward_is_a_404(app, sign_in, role):
    client = sign_in(role, [WARD])
    for rule in rules(app):
        if "ward_code" in rule.arguments and "GET" in rule.methods:
            assert client.get(address(rule, OTHER)).status_code == 404, f"{role} reached {rule.rule} of another ward"


def test_nobody_gets_in_without_an_account(app, client):
    for rule in rules(app):
        if getattr(app.view_functions[rule.endpoint], "permission", None) is None or "GET" not in rule.methods:
            continue
        answer = client.get(address(rule, WARD))
        assert answer.status_code == 302, f"{rule.rule} answered {answer.status_code}"
        assert "/sign-in" in answer.location


def address(rule, ward_code):
    values = {name: 1 if "int" in str(rule._converters[name]).lower() else "x" for name in rule.arguments}
    if "ward_code" in values:
        values["ward_code"] = ward_code
    return rule.build(values)[1]
