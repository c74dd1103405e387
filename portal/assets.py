"""Where styles, scripts and letters come from: this package's own, and Bootstrap's from its wheel."""

import hashlib
from functools import cache
from pathlib import Path

import flask_bootstrap

STATIC = Path(__file__).parent / "static"
BOOTSTRAP = Path(flask_bootstrap.__file__).parent / "static" / "bootstrap5"
FOLDERS = {"portal.static": STATIC, "portal.bootstrap": BOOTSTRAP}


@cache
def fingerprint(folder: Path, filename: str) -> str:
    """The first digits of the hash of a file; nothing where there is no such file."""
    path = folder / filename
    return hashlib.sha256(path.read_bytes()).hexdigest()[:12] if path.is_file() else ""
