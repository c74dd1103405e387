import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PACKAGES = ("portal", "accounts", "inventory", "scoring", "planning", "surveys", "exports")
FILES = [path for package in PACKAGES for path in sorted((ROOT / package).rglob("*.py"))]


def test_no_file_keeps_values_in_a_dict_of_its_own():
    for path in FILES:
        for node in ast.parse(path.read_text("utf-8")).body:
            value = getattr(node, "value", None)
            is_empty = isinstance(value, ast.Dict) and not value.keys
            assert not (isinstance(node, ast.Assign | ast.AnnAssign) and is_empty), (
                f"{path.relative_to(ROOT)}:{node.lineno}: keep it in a Cache with a size in portal/caches.py"
            )


@pytest.mark.parametrize("name", ["hash"])
def test_no_key_hangs_on_the_process(name):
    for path in FILES:
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            is_call = isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == name
            assert not is_call, f"{path.relative_to(ROOT)}:{node.lineno}: hash() differs from process to process; ask content_key()"
