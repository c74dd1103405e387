"""Where styles, scripts and fonts come from: this package's own; Bootstrap's and Be Vietnam Pro's from their wheels."""

import hashlib
from functools import cache
from pathlib import Path

import flask_bootstrap
import fontpkg_be_vietnam_pro

OWN = Path(__file__).parent / "static"
BOOTSTRAP = Path(flask_bootstrap.__file__).parent / "static" / "bootstrap5"
FONTS = Path(fontpkg_be_vietnam_pro.__file__).parent / "files"
# The weights that the styles name.
WEB_FONTS = ("BeVietnamPro-Regular", "BeVietnamPro-SemiBold")
FOLDERS = {"portal.static": OWN, "portal.bootstrap": BOOTSTRAP}


@cache
def fingerprint(folder: Path, filename: str) -> str:
    """The first digits of the hash of a file; nothing where there is no such file."""
    path = folder / filename
    return hashlib.sha256(path.read_bytes()).hexdigest()[:12] if path.is_file() else ""
