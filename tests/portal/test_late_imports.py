"""What is loaded with the first file that needs it is loaded by one thread at a time."""

import ast
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]
PACKAGES = ("portal", "accounts", "inventory", "scoring", "planning", "surveys", "exports")
# Two threads that begin at once, at the two ends of python-docx, and change places all the time.
RACE = """
import importlib, sys, threading
from portal.late_imports import ONE_AT_A_TIME
sys.setswitchinterval(1e-5)
together, faults = threading.Barrier(2), []
def load(name):
    together.wait()
    try:
        with ONE_AT_A_TIME:
            importlib.import_module(name)
    except ImportError as error:
        faults.append(error)
threads = [threading.Thread(target=load, args=[name]) for name in ("exports.letter.build", "exports.brief.docx")]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
print(*faults)
"""


def test_two_threads_that_need_the_same_library_at_once_both_get_it():
    run = subprocess.run([sys.executable, "-c", RACE], cwd=ROOT, capture_output=True, text=True, check=True)
    assert run.stdout.strip() == ""


def late_imports(function):
    """The imports in a function, each with the lock that it stands under, if any."""
    for node in ast.walk(function):
        if isinstance(node, ast.With):
            locks = [ast.unparse(item.context_expr) for item in node.items]
            yield from ((statement, "ONE_AT_A_TIME" in locks) for statement in node.body)
        elif hasattr(node, "body") and isinstance(node.body, list):
            yield from ((statement, False) for statement in node.body)


def test_nothing_is_loaded_late_without_the_lock():
    found, bare = 0, []
    for package in PACKAGES:
        for path in (ROOT / package).rglob("*.py"):
            functions = [node for node in ast.walk(ast.parse(path.read_text("utf-8"))) if isinstance(node, ast.FunctionDef)]
            for statement, is_locked in (pair for function in functions for pair in late_imports(function)):
                if isinstance(statement, ast.Import | ast.ImportFrom):
                    found += 1
                    bare += [] if is_locked else [f"{path.relative_to(ROOT)}:{statement.lineno}"]
    assert not bare, f"load it under ONE_AT_A_TIME: {bare}"
    assert found >= 6
