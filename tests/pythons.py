"""Each Python from the oldest on that is found on this machine: installs, starts, opens a page, passes the quick tests.

``python -m tests.pythons`` looks on the PATH and among the versions of pyenv, keeps an environment of each in ``instance/pythons``,
and ends with an error where one of them fails.
"""

import hashlib
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).parents[1]
OLDEST, NEWEST = 11, 19
REQUIREMENTS = ROOT / "requirements-dev.txt"
QUICK = ["tests/scoring", "tests/planning", "tests/portal", "tests/exports/letter/test_letter.py", "tests/house/test_package.py"]
INSTALL = ["-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--require-hashes", "--only-binary", ":all:", "-r"]
OPEN = """
from portal.setup import load_demo, run_setup
from wsgi import create_app

app = create_app()
run_setup(app, interactive=False)
load_demo(app)
page = app.test_client().get("/sign-in")
assert page.status_code == 200 and "quantri" in page.text, page.status
"""


def find_interpreters() -> dict[str, Path]:
    """The interpreters by version, one for each minor version, those of the PATH first."""
    interpreters: dict[str, Path] = {}
    pyenv = sorted((Path(os.environ.get("PYENV_ROOT", Path.home() / ".pyenv")) / "versions").glob("3.*/bin/python"))
    for minor in range(OLDEST, NEWEST + 1):
        on_path = shutil.which(f"python3.{minor}")
        for path in filter(None, (Path(on_path) if on_path else None, *pyenv)):
            answer = subprocess.run(
                [path, "-c", "import sys; print(*sys.version_info[:3], sep='.')"], capture_output=True, text=True
            )
            if answer.returncode == 0 and answer.stdout.startswith(f"3.{minor}."):
                interpreters[answer.stdout.strip()] = path
                break
    return interpreters


def install(version: str, interpreter: Path) -> Path:
    """The Python of an environment with all that is pinned, made anew where the pins have changed."""
    folder = ROOT / "instance" / "pythons" / version
    stamp, pins = folder / "pins", hashlib.sha256(REQUIREMENTS.read_bytes()).hexdigest()
    python = folder / ("Scripts/python.exe" if sys.platform == "win32" else "bin/python")
    if not stamp.is_file() or stamp.read_text() != pins:
        subprocess.run([interpreter, "-m", "venv", "--clear", folder], check=True)
        subprocess.run([python, *INSTALL, REQUIREMENTS], check=True)
        stamp.write_text(pins)
    return python


def passes(python: Path) -> bool:
    """Whether it starts, opens a page and passes the quick tests."""
    with tempfile.TemporaryDirectory() as folder:
        environ = {**os.environ, "INSTANCE_FOLDER": folder}
        opening = subprocess.run([python, "-c", OPEN], cwd=ROOT, env=environ, check=False)
    tests = [python, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-p", "tests.quick", *QUICK]
    return opening.returncode == 0 and subprocess.run(tests, cwd=ROOT, check=False).returncode == 0


def main() -> int:
    interpreters, failed = find_interpreters(), []
    if not interpreters:
        print(f"no Python from 3.{OLDEST} on is found")  # noqa: T201 - what the person at the terminal waits for
        return 1
    for version, interpreter in interpreters.items():
        print(f"Python {version}: {interpreter}", flush=True)  # noqa: T201 - likewise
        if not passes(install(version, interpreter)):
            failed.append(version)
    passed = [version for version in interpreters if version not in failed]
    print(f"passed: {', '.join(passed)}; failed: {', '.join(failed) or 'none'}")  # noqa: T201 - likewise
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
