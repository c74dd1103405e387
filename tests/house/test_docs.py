import re
from collections import Counter

import pytest

from accounts.audit_labels import ACTION_LABELS
from accounts.identity import Role
from accounts.permissions import POLICY, Permission
from portal.health import check_parts
from tests.support.docs import DOCS, ROOT, commands, read_document

SETTINGS = ROOT / "portal" / "settings.py"
GUIDES = ("CONTRIBUTING.md", "docs/architecture.md")
PACKAGES = ("portal", "accounts", "inventory", "scoring", "planning", "surveys", "exports", "tests", "docs")


def test_each_setting_has_its_line():
    names = set(re.findall(r'(?:get\(|environ, )"([A-Z_]+)"', SETTINGS.read_text("utf-8")))
    assert names
    for name in names:
        assert f"`{name}`" in read_document("settings.md"), f"describe {name} in docs/settings.md"


def test_each_command_has_its_line(app):
    for words in commands(app.cli):
        if words[0] in ("routes", "run", "shell"):
            continue
        assert f"`flask --app wsgi {' '.join(words)}" in read_document("commands.md"), (
            f"describe {' '.join(words)} in docs/commands.md"
        )


@pytest.mark.parametrize("permission", list(Permission))
def test_each_permission_has_its_line(permission):
    line = next((row for row in read_document("permissions.md").splitlines() if f"`{permission.value}`" in row), None)
    assert line, f"describe {permission.value} in docs/permissions.md"
    for role in Role:
        assert (role.label in line) == (permission in POLICY[role]), f"docs/permissions.md: {permission.value} and {role.label}"


@pytest.mark.parametrize("path", sorted(DOCS.rglob("*.md")), ids=lambda path: path.name)
def test_no_table_lists_a_row_twice(path):
    for rows in tables(path.read_text("utf-8")):
        counts = Counter(rows)
        duplicates = [cell for cell, count in counts.items() if count > 1]
        assert not duplicates, f"{path.name} lists {', '.join(duplicates)} twice: merge the rows into one"


def test_the_rows_of_each_table_are_counted_apart():
    text = "| a | b |\n|---|:-:|\n| `x` | 1 |\n| `y \\| z` | 2 |\n\ntext\n\n| a | b |\n|---|---|\n| `x` | 3 |\n| `x` | 4 |\n"
    assert list(tables(text)) == [["`x`", "`y \\| z`"], ["`x`", "`x`"]]


@pytest.mark.parametrize("guide", GUIDES)
def test_every_path_that_a_guide_names_exists(guide):
    paths = named_paths((ROOT / guide).read_text("utf-8"))
    assert paths
    missing_paths = [path for path in paths if not is_in_repository(path)]
    assert not missing_paths, f"{guide} names {', '.join(missing_paths)}: write where it lies now"


def test_paths_are_told_from_other_names_and_lost_ones_from_those_that_exist():
    text = "`make test` `wsgi.py` `planning/plan/` `<package>/x.py` `audit.log(...)` `20/30` `/readiness/map.json` `scoring/rating/*.py`\n```\n`gone.py`\n```\n"
    assert named_paths(text) == ["wsgi.py", "planning/plan/", "scoring/rating/*.py"]
    assert all(map(is_in_repository, ("wsgi.py", "planning/plan/", "rating/", "colourings.py", "scoring/rating/*.py")))
    assert not any(
        map(is_in_repository, ("gone.py", "wsgi.py/", "planning/colourings.py", "exports/rating/", "scoring/rating/*.toml"))
    )


def named_paths(text):
    """What stands in backticks and looks like a file or folder of the repository; blocks of code and placeholders are left out."""
    names = re.findall(r"`([^`\n]+)`", re.sub(r"(?ms)^```.*?^```$", "", text))
    return [
        name
        for name in names
        if re.fullmatch(r"[\w.*\-][\w.*\-/]*(/|\.(py|md|toml|csv|html|css|js|json|in|txt|mako))|\.ci/run|Makefile", name)
    ]


def is_in_repository(path):
    """Whether it lies there, seen from the root; a name without a folder may lie in any package."""
    matches_by_folder = [ROOT.glob(path)]
    if "/" not in path.rstrip("/"):
        matches_by_folder += [(ROOT / package).rglob(path) for package in PACKAGES]
    return any(match.is_dir() or not path.endswith("/") for matches in matches_by_folder for match in matches)


def tables(text):
    """The first cell of each row under the heading, table by table."""
    blocks = ([line for line in block.splitlines() if line.startswith("|")] for block in re.split(r"\n(?!\|)", text))
    for lines in blocks:
        if len(lines) > 1 and re.fullmatch(r"[|:\- ]+", lines[1]):
            yield [re.split(r"(?<!\\)\|", line)[1].strip() for line in lines[2:]]


def test_each_action_of_the_audit_trail_has_its_words():
    packages = ("accounts", "inventory", "scoring", "planning", "surveys", "exports")
    sources = [path.read_text("utf-8") for package in packages for path in (DOCS.parent / package).rglob("*.py")]
    used_actions = {
        action for source in sources if "audit.log" in source for action in re.findall(r'"([a-z-]+:[a-z-]+)",\s', source)
    }
    used_actions -= {permission.value for permission in Permission}
    assert len(used_actions) > 20
    unknown_actions = used_actions - ACTION_LABELS.keys()
    assert not unknown_actions, f"put the words of {unknown_actions} into accounts/audit_labels.py"


def test_each_threat_names_a_test_that_exists():
    rows = [row for row in read_document("threats.md").splitlines() if re.match(r"\| \d+ \|", row)]
    assert len(rows) >= 25
    for row in rows:
        path, _colons, name = re.search(r"`(tests/[^`]+)`", row)[1].partition("::")
        assert (ROOT / path).is_file(), f"docs/threats.md names {path}: write where it lies now"
        source = (ROOT / path).read_text("utf-8")
        assert not name or re.search(rf"^(?:def|class) {name}\b", source, re.MULTILINE), (
            f"{path} has no {name}: say which test holds it"
        )


def test_each_part_of_the_state_of_health_has_its_alarm(app):
    text = read_document("operations.md")
    for part in check_parts_of(app):
        assert f"`{part}`" in text, f"say in docs/operations.md what to do when {part} is not well"
    assert len(re.findall(r"^\| \d+ \|", text, re.MULTILINE)) == 11


def check_parts_of(app):
    with app.app_context():
        return check_parts(app.config["SETTINGS"])
