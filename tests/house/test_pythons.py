"""An older Python is refused in one sentence, before anything is installed, and everywhere by the same number."""

import ast
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.pythons import OLDEST

ROOT = Path(__file__).parents[2]
SET_OLD_VERSION = "import sys; sys.version_info = (3, 10, 13, 'final', 0)"


def test_each_place_names_the_same_oldest_python():
    oldest = f"3.{OLDEST}"
    assert f'requires-python = ">={oldest}"' in (ROOT / "pyproject.toml").read_text("utf-8")
    for name in ("README.md", "Makefile", "wsgi.py"):
        text = (ROOT / name).read_text("utf-8")
        assert set(re.findall(r"Python (3\.\d+) trở lên", text)) == {oldest}, name
    for name in ("Makefile", "wsgi.py"):
        assert f"sys.version_info < (3, {OLDEST})" in (ROOT / name).read_text("utf-8"), name


def test_the_program_refuses_an_older_python():
    result = subprocess.run(
        [sys.executable, "-c", f"{SET_OLD_VERSION}; import wsgi"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert (result.returncode, result.stdout) == (1, "")
    assert result.stderr.splitlines() == ["Cần Python 3.11 trở lên, nhưng máy đang chạy Python 3.10.13."]


def test_an_older_python_can_read_as_far_as_the_refusal():
    source = (ROOT / "wsgi.py").read_text("utf-8")
    statements = ast.parse(source, feature_version=(3, 7)).body
    refusal = next(index for index, statement in enumerate(statements) if isinstance(statement, ast.If))
    statements_before = [statement for statement in statements[:refusal] if not isinstance(statement, ast.Expr)]
    assert [ast.unparse(statement) for statement in statements_before] == ["import sys"]


@pytest.mark.skipif(not shutil.which("make"), reason="no make on this machine")
@pytest.mark.parametrize("target", ["run", "setup", "test"])
def test_make_refuses_an_older_python_before_it_installs(tmp_path, target):
    shutil.copy(ROOT / "Makefile", tmp_path)
    for name in ("requirements.txt", "requirements-dev.txt"):
        (tmp_path / name).touch()
    old_python = tmp_path / "python-old"
    # Answers as the older one does, whatever it is asked.
    old_python.write_text(f'#!/bin/sh\nexec "{sys.executable}" -c "{SET_OLD_VERSION}; exec(sys.argv[1])" "$2"\n')
    old_python.chmod(0o755)
    result = subprocess.run(["make", target, f"PYTHON={old_python}"], cwd=tmp_path, capture_output=True, text=True, check=False)
    assert result.returncode != 0
    assert result.stderr.startswith(f"Cần Python 3.11 trở lên, nhưng {old_python} là Python 3.10.13: ")
    assert len([line for line in result.stderr.splitlines() if not line.startswith("make")]) == 1
    assert not (tmp_path / ".venv").exists()


@pytest.mark.skipif(not shutil.which("make"), reason="no make on this machine")
def test_make_says_so_where_no_python_is(tmp_path):
    shutil.copy(ROOT / "Makefile", tmp_path)
    (tmp_path / "requirements.txt").touch()
    result = subprocess.run(["make", "run", "PYTHON=python-none"], cwd=tmp_path, capture_output=True, text=True, check=False)
    assert result.stderr.startswith("Cần Python 3.11 trở lên, nhưng python-none không chạy được: ")
