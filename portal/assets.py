"""Files that the browser fetches: our own, and those of installed packages. No page asks anything of an outside host."""

import hashlib
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any

from flask import Flask, Response, request, send_from_directory

OWN = Path(__file__).parent / "static"
A_YEAR = 31_536_000
AN_HOUR = 3_600


@cache
def packaged_folders() -> dict[str, Path]:
    """First part of the path -> folder of an installed package."""
    return {
        "bootstrap": Path(str(files("flask_bootstrap"))) / "static" / "bootstrap5",
        "fonts": Path(str(files("fontpkg_be_vietnam_pro"))) / "files",
    }


def find_folder(filename: str) -> tuple[Path, str]:
    """The folder that holds a static file, and its path in there."""
    first, _slash, rest = filename.partition("/")
    packaged = packaged_folders().get(first)
    return (packaged, rest) if packaged and rest else (OWN, filename)


@cache
def fingerprint(filename: str) -> str:
    """A short hash of the content: it changes the address when the file changes, so a browser may keep the old one."""
    folder, name = find_folder(filename)
    path = folder / name
    return hashlib.sha256(path.read_bytes()).hexdigest()[:10] if path.is_file() else ""


def send_static(filename: str) -> Response:
    """One static file, kept by the browser for a year when its address bears a fingerprint."""
    folder, name = find_folder(filename)
    response = send_from_directory(folder, name, max_age=A_YEAR if "v" in request.args else AN_HOUR)
    if "v" in request.args:
        response.cache_control.immutable = True
    return response


def init_app(app: Flask) -> None:
    """Add the fingerprint to the address of each static file."""

    @app.url_defaults
    def add_fingerprint(endpoint: str, values: dict[str, Any]) -> None:
        if endpoint == "portal.static" and "v" not in values:
            mark = fingerprint(values["filename"])
            if mark:
                values["v"] = mark
