import os
import subprocess
import sys
from datetime import datetime
from io import BytesIO
from pathlib import Path

import pytest
import time_machine
from fontTools.ttLib import TTFont

from portal import font_subset, web_fonts
from portal.web_fonts import SIGNS, WEB_FONTS, file_name, web_font

ROOT = Path(__file__).parents[2]
SERVE = f"""
import sys
from wsgi import create_app
client = create_app().test_client()
answers = [client.get(f"/font/{{name}}.woff2") for name in {WEB_FONTS!r}]
print(*(answer.status_code for answer in answers), *(len(answer.data) for answer in answers))
print("fontTools" in sys.modules)
"""


def start_worker(folder):
    environ = {**os.environ, "INSTANCE_FOLDER": str(folder)}
    return subprocess.Popen(
        [sys.executable, "-c", SERVE], cwd=ROOT, env=environ, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )


def test_two_workers_that_start_at_once_serve_the_same_and_load_nothing_that_makes_fonts(tmp_path):
    (first, error), (second, _error) = [process.communicate() for process in [start_worker(tmp_path), start_worker(tmp_path)]]
    assert first == second, error
    lines = first.splitlines()
    assert lines[0].startswith("200 200 ")
    assert lines[1] == "False"
    assert {path.name for path in (tmp_path / "fonts").iterdir()} == {file_name(name) for name in WEB_FONTS}


@pytest.mark.parametrize("name", WEB_FONTS)
def test_a_font_is_the_same_whenever_it_is_made(name):
    with time_machine.travel(datetime(2026, 3, 2)):
        early_font = font_subset.build(name)
    with time_machine.travel(datetime(2027, 3, 2)):
        assert font_subset.build(name) == early_font
    signs = set(TTFont(BytesIO(early_font)).getBestCmap())
    assert signs <= SIGNS
    assert len(signs) > 300


def test_a_font_is_served_where_it_cannot_be_kept(tmp_path, caplog):
    (tmp_path / "file").write_text("no folder")
    assert web_font(WEB_FONTS[0], tmp_path / "file").startswith(b"wOF2")
    assert "file" in caplog.text


def test_what_came_with_the_package_is_taken(tmp_path, monkeypatch):
    built_folder, font_folder = tmp_path / "built", tmp_path / "kept"
    built_folder.mkdir()
    (built_folder / file_name(WEB_FONTS[0])).write_bytes(b"wOF2 of the package")
    monkeypatch.setattr(web_fonts, "BUILT", built_folder)
    assert web_font(WEB_FONTS[0], font_folder) == b"wOF2 of the package"
    assert not font_folder.exists()


def test_a_fault_of_making_is_told():
    with pytest.raises(RuntimeError, match="BeVietnamPro-None"):
        web_fonts.make("BeVietnamPro-None")
