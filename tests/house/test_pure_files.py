"""A file is pure when its docstring says so, in the sentence “Pure.”: functions over frozen values, with no framework behind them."""

import ast
import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]
PACKAGES = ("portal", "accounts", "inventory", "scoring", "planning", "surveys", "exports")
FRAMEWORKS = ("flask", "sqlalchemy", "wtforms", "openpyxl", "matplotlib", "docx", "reportlab")
MARK = re.compile(r"\bPure\.")
# The core of the domain, which nobody may make impure by taking the mark away.
CORE = {
    "inventory.snapshots.snapshot",
    "scoring.rating.rating",
    "scoring.rating.remedies",
    "planning.plan.plan",
    "planning.funding.allocation",
}
# Loads the files one after the other and names those that bring a framework with them. After such a one the ground is spoilt, so
# it stops there, and the rest is loaded by the next interpreter.
LOAD = """
import importlib, sys
for name in sys.argv[2:]:
    importlib.import_module(name)
    loaded = sorted(set(sys.modules) & set(sys.argv[1].split(",")))
    if loaded:
        print(name, *loaded)
        break
"""


def pure_files():
    files = {}
    for package in PACKAGES:
        for path in sorted((ROOT / package).rglob("*.py")):
            if MARK.search(ast.get_docstring(ast.parse(path.read_text("utf-8"))) or ""):
                files[".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")] = path
    return files


def load(names):
    command = [sys.executable, "-c", LOAD, ",".join(FRAMEWORKS), *names]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout.split()


def impure(names):
    """The files among them that load a framework, each with what it loads."""
    faults = []
    while names and (fault := load(names)):
        faults.append(" ".join(fault))
        names = names[names.index(fault[0]) + 1 :]
    return faults


def test_a_pure_file_loads_no_framework():
    names = list(pure_files())
    assert len(names) > 60
    assert set(names) >= CORE
    faults = impure(names)
    assert not faults, f"{faults}: move what needs the framework into another file of the room, or take the mark “Pure.” away"


def test_each_file_that_loads_a_framework_is_named():
    assert impure(["portal.numbers", "scoring.models", "scoring.rating.standard", "inventory.models"]) == [
        "scoring.models flask sqlalchemy",
        "inventory.models flask sqlalchemy",
    ]


def test_a_pure_file_asks_neither_the_clock_nor_chance_nor_the_environment():
    for name, path in pure_files().items():
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            asked = ast.unparse(node.func) if isinstance(node, ast.Call) else ""
            impure_call = asked in ("date.today", "datetime.now", "today", "now", "time.time", "os.environ.get", "open")
            assert not impure_call, f"{name}:{node.lineno} calls {asked}(): let its caller hand the value in"
            is_random = isinstance(node, ast.Import) and any(alias.name in ("random", "secrets") for alias in node.names)
            assert not is_random, f"{name}:{node.lineno} imports {ast.unparse(node)}: let its caller hand the value in"
