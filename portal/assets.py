"""Where styles, scripts and letters come from: this package's own; Bootstrap's and Be Vietnam Pro's from their wheels."""

from pathlib import Path

import flask_bootstrap
import fontpkg_be_vietnam_pro

OWN = Path(__file__).parent / "static"
BOOTSTRAP = Path(flask_bootstrap.__file__).parent / "static" / "bootstrap5"
FONTS = Path(fontpkg_be_vietnam_pro.__file__).parent / "files"
