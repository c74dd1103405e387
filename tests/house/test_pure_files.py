"""A file is pure when its docstring says so, in the sentence “Pure.”: functions over frozen values, with no framework behind them."""

import ast
import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]
PACKAGES = ("portal", "accounts", "inventory", "scoring", "planning", "surveys", "exports")
FRAMEWORKS = ("flask", "sqlalchemy", "wtforms", "openpyxl", "matplotlib", "docx", "reportlab")
# What asks the clock, chance, the machine or its environment; the data that the package brings along never change.
IMPURE = {"random", "secrets", "time", "os", "uuid", "socket", "subprocess", "tempfile"}
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
    result = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert result.returncode == 0, result.stderr
    return result.stdout.split()


def find_impure_files(names):
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
    faults = find_impure_files(names)
    assert not faults, f"{faults}: move what needs the framework into another file of the room, or take the mark “Pure.” away"


def house_imports(path):
    """The files of the house that a file imports, and with each the name that it takes from there."""
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            yield from ((alias.name, "") for alias in node.names if alias.name.partition(".")[0] in PACKAGES)
        elif isinstance(node, ast.ImportFrom) and node.module and node.module.partition(".")[0] in PACKAGES:
            for alias in node.names:
                is_file = (ROOT / Path(*node.module.split("."), f"{alias.name}.py")).is_file()
                yield (f"{node.module}.{alias.name}", "") if is_file else (node.module, alias.name)


def test_what_a_pure_file_imports_is_pure():
    """So nobody takes the mark of a file away that another pure file stands on."""
    files = pure_files()
    impure_imports = {
        (name, *imported) for name, path in files.items() for imported in house_imports(path) if imported[0] not in files
    }
    # The clock itself is asked by nobody here; turning an instant into the time of the place is pure.
    assert {(module, imported_name) for _name, module, imported_name in impure_imports} <= {
        ("portal.clock", "HANOI"),
        ("portal.clock", "to_hanoi"),
    }, impure_imports


def test_each_file_that_loads_a_framework_is_named():
    assert find_impure_files(["portal.numbers", "scoring.models", "scoring.rating.standard", "inventory.models"]) == [
        "scoring.models flask sqlalchemy",
        "inventory.models flask sqlalchemy",
    ]


def test_a_pure_file_asks_neither_the_clock_nor_chance_nor_the_environment():
    for name, path in pure_files().items():
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            called_name = ast.unparse(node.func) if isinstance(node, ast.Call) else ""
            impure_call = called_name.rpartition(".")[2] in ("today", "now", "utcnow", "open")
            assert not impure_call, f"{name}:{node.lineno} calls {called_name}(): let its caller hand the value in"
            modules = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
            modules += [node.module] if isinstance(node, ast.ImportFrom) and node.module else []
            is_impure = not IMPURE.isdisjoint(module.partition(".")[0] for module in modules)
            assert not is_impure, f"{name}:{node.lineno} imports {ast.unparse(node)}: let its caller hand the value in"


def test_every_import_can_be_seen():
    """Contracts and marks are checked by what the source says: an import by a text would pass them by."""
    for package in PACKAGES:
        for path in (ROOT / package).rglob("*.py"):
            for node in ast.walk(ast.parse(path.read_text("utf-8"))):
                called_name = ast.unparse(node.func).rpartition(".")[2] if isinstance(node, ast.Call) else ""
                assert called_name not in ("import_module", "__import__", "exec", "eval"), f"{path.relative_to(ROOT)}:{node.lineno}"
