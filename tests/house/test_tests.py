"""Rules for the tests themselves: none sleeps, none is impatient, each stands in its room, and what several share is no test module."""

import ast
from pathlib import Path

import playwright.sync_api
import pytest

TESTS = Path(__file__).parents[1]
MINIMUM_SECONDS = 30
# What takes its limit as the one argument that it has.
ONLY_ARGUMENT = {"set_default_timeout", "set_default_navigation_timeout", "join", "wait", "result", "communicate"}
BROWSER_CALLS = {"set_default_timeout", "set_default_navigation_timeout", "set_options"} | {
    name
    for kind in vars(playwright.sync_api).values()
    if isinstance(kind, type)
    for name, member in vars(kind).items()
    if "timeout" in getattr(getattr(member, "__code__", None), "co_varnames", ())
}


def name_of(call):
    return call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", "")


def sleeps_in(tree):
    """The lines that let time pass, in Python or in a script of a page."""
    for node in ast.walk(tree):
        match node:
            case ast.Call() if name_of(node) in ("sleep", "wait_for_timeout"):
                yield node.lineno
            case ast.alias(name="sleep"):
                yield node.lineno
            case ast.Constant(value=str(script)) if "setTimeout" + "(" in script:
                yield node.lineno


def short_limits_in(tree):
    """The lines with a limit of less than LEAST seconds. Playwright counts in milliseconds."""
    constants = {
        node.targets[0].id: node.value
        for node in tree.body
        if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name)
    }
    has_browser = any("playwright" in name for node in tree.body for name in modules_of(node))
    for call in ast.walk(tree):
        if not isinstance(call, ast.Call):
            continue
        limits = [keyword.value for keyword in call.keywords if keyword.arg == "timeout"]
        if name_of(call) in ONLY_ARGUMENT and len(call.args) == 1:
            limits += call.args
        minimum = MINIMUM_SECONDS * 1000 if has_browser and name_of(call) in BROWSER_CALLS else MINIMUM_SECONDS
        for limit in limits:
            match constants.get(limit.id) if isinstance(limit, ast.Name) else limit:
                case ast.Constant(value=int() | float() as value) if value < minimum:
                    yield call.lineno


def modules_of(node):
    """The modules that an import names, as far as they can be told from the outside."""
    match node:
        case ast.Import(names):
            return [alias.name for alias in names]
        case ast.ImportFrom(module, names):
            return [f"{module or ''}.{alias.name}" for alias in names]
    return []


def foreign_modules_in(tree):
    """The lines that import from a test module or from a conftest."""
    for node in ast.walk(tree):
        parts = {part for name in modules_of(node) for part in name.split(".")}
        if any(part == "conftest" or part.startswith("test_") for part in parts):
            yield node.lineno


@pytest.fixture(scope="module")
def trees():
    return {str(path.relative_to(TESTS)): ast.parse(path.read_text("utf-8")) for path in sorted(TESTS.rglob("*.py"))}


def breaches(search, trees):
    return [f"{path}:{line}" for path, tree in trees.items() for line in search(tree)]


def test_no_test_sleeps(trees):
    assert not breaches(sleeps_in, trees), "wait for what the time was meant for: an event, a text, a request"


def test_no_limit_is_short(trees):
    assert not breaches(short_limits_in, trees), f"a busy machine is no fault: wait {MINIMUM_SECONDS} seconds or more"


def test_no_test_imports_from_another(trees):
    assert not breaches(foreign_modules_in, trees), "move what is shared into tests/factories or tests/support"


def test_tests_stand_in_the_rooms_of_the_code():
    root = TESTS.parent
    folders = {path.parent.relative_to(TESTS) for path in TESTS.rglob("test_*.py")} - {Path("house"), Path("journeys")}
    assert not [str(folder) for folder in sorted(folders) if not (root / folder / "__init__.py").exists()], (
        "name the folder after the room"
    )


BREACHES = [
    (sleeps_in, "time.sleep(3)"),
    (sleeps_in, "from time import sleep"),
    (sleeps_in, "page.wait_for_timeout(500)"),
    (sleeps_in, "page.evaluate('new Promise(done => setTimeout" + "(done, 100))')"),
    (short_limits_in, "thread.join(5)"),
    (short_limits_in, "event.wait(5)"),
    (short_limits_in, "urlopen(url, timeout=5)"),
    (short_limits_in, "LIMIT = 20\nbarrier.wait(timeout=LIMIT)"),
    (short_limits_in, "import playwright\npage.set_default_timeout(5_000)"),
    (short_limits_in, "import playwright\npage.click('a', timeout=20_000)"),
    (short_limits_in, "import playwright\nexpect(page).to_have_text('a', timeout=100)"),
    (foreign_modules_in, "from tests.scoring.test_rating import STANDARD"),
    (foreign_modules_in, "from tests.scoring import test_rating"),
    (foreign_modules_in, "import tests.conftest"),
    (foreign_modules_in, "from .conftest import PASSWORD"),
]


@pytest.mark.parametrize(("search", "text"), BREACHES)
def test_a_breach_is_noticed(search, text):
    assert list(search(ast.parse(text)))


ALLOWED = [
    (sleeps_in, "event.wait()"),
    (short_limits_in, "', '.join(names)"),
    (short_limits_in, "subprocess.run(command, timeout=60)"),
    (short_limits_in, "import playwright\npage.click('a', timeout=30_000)"),
    (foreign_modules_in, "from tests.factories.standards import STANDARD"),
]


@pytest.mark.parametrize(("search", "text"), ALLOWED)
def test_what_keeps_the_rules_is_no_breach(search, text):
    assert not list(search(ast.parse(text)))
