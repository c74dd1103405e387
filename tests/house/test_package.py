"""The installed package: everything of the source that it needs, nothing else, and it runs far from the source."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from zipfile import ZipFile

import pytest

from portal.version import VERSION, stamp
from portal.web_fonts import WEB_FONTS, file_name

ROOT = Path(__file__).parents[2]
PACKAGES = ("portal", "accounts", "inventory", "scoring", "planning", "exports", "surveys")
BUILD_FILES = ("pyproject.toml", "setup.py", "requirements.in", "README.md", "LICENSE")
DIST_INFO = f"ward_readiness-{VERSION}.dist-info"
PROBE_SCRIPT = """
import re, wsgi
from portal.settings import default_instance
print(wsgi.__file__)
client = wsgi.create_app().test_client()
page = client.get("/sign-in")
links = re.findall(r'(?:href|src)="(/(?:static|bootstrap)/[^"]+)"', page.text)
fonts = re.findall(r'url\\("(/font/[^"]+)"\\)', client.get("/static/portal.css").text)
for path in ["/sign-in", "/health", *links, *fonts]:
    print(client.get(path).status_code, path)
print(default_instance({}))
"""


def sources():
    listing = subprocess.run(["git", "ls-files", *PACKAGES, "wsgi.py"], cwd=ROOT, check=True, capture_output=True, text=True)
    return {name for name in listing.stdout.splitlines() if (ROOT / name).is_file()}


@pytest.fixture(scope="module")
def wheel(tmp_path_factory):
    """Built from a copy, which holds what is part of the source and nothing that lies about beside it."""
    folder = tmp_path_factory.mktemp("package")
    for name in (*sources(), *BUILD_FILES):
        (folder / "source" / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(ROOT / name, folder / "source" / name)
    # What an earlier build left is no part of this one.
    (folder / "source" / "build" / "lib" / "portal").mkdir(parents=True)
    (folder / "source" / "build" / "lib" / "portal" / "stale.py").touch()
    build = [sys.executable, "-m", "pip", "wheel", "--quiet", "--disable-pip-version-check", "--no-index", "--no-deps"]
    result = subprocess.run(
        [*build, "--no-build-isolation", "-w", str(folder), str(folder / "source")], capture_output=True, text=True, check=False
    )
    assert result.returncode == 0, result.stderr
    [wheel] = folder.glob("*.whl")
    return wheel


def test_the_wheel_holds_each_file_of_the_packages_and_the_fonts(wheel):
    with ZipFile(wheel) as archive:
        names = {name for name in archive.namelist() if not name.startswith(f"{DIST_INFO}/")}
        assert "ward-readiness = wsgi:main" in archive.read(f"{DIST_INFO}/entry_points.txt").decode()
        assert f"Version: {VERSION}\n" in archive.read(f"{DIST_INFO}/METADATA").decode()
    assert names - {f"portal/fonts/{file_name(name)}" for name in WEB_FONTS} == sources()


def test_the_changelog_begins_with_this_version():
    assert re.findall(r"^## (\S+)", (ROOT / "CHANGELOG.md").read_text("utf-8"), re.MULTILINE)[0] == VERSION


@pytest.mark.long
def test_it_runs_far_from_the_source(wheel, tmp_path):
    with ZipFile(wheel) as archive:
        archive.extractall(tmp_path / "site")
    environment = {
        **{name: value for name, value in os.environ.items() if name not in ("DATABASE_URL", "WARD_MODE", "SECRET_KEY")},
        "PYTHONPATH": str(tmp_path / "site"),
        "INSTANCE_FOLDER": str(tmp_path / "instance"),
        "ADMIN_USERNAME": "quantri",
        "ADMIN_PASSWORD": "mot-hai-ba-bon",
    }

    def run(code, *arguments):
        command = [sys.executable, "-c", code, *arguments]
        result = subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, text=True, check=False)
        assert result.returncode == 0, result.stdout + result.stderr
        return result.stdout.splitlines()

    script = "import sys; sys.argv[0] = 'ward-readiness'; from wsgi import main; sys.exit(main())"
    assert run(script, "--version") == [stamp()]
    run(script, "setup")
    module_path, *answers, instance = run(PROBE_SCRIPT)
    assert Path(module_path) == tmp_path / "site" / "wsgi.py"
    assert len(answers) >= 8
    assert [answer for answer in answers if not answer.startswith("200 ")] == []
    assert (tmp_path / "instance" / "ward_readiness.sqlite").is_file()
    assert not (tmp_path / "instance" / "fonts").exists(), "the fonts that came with the package were made again"
    assert tmp_path not in Path(instance).parents, "an installed package keeps nothing in its own folder"
