"""Commands that take long or need other programs, each run as its row in docs/commands.md says."""

import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).parents[2]


def drill_pictures() -> list[str]:
    """The pictures of the README, drawn from a demo of its own; nothing to do where LibreOffice or poppler is missing."""
    if shutil.which("soffice") is None or shutil.which("pdftoppm") is None:
        return []
    with tempfile.TemporaryDirectory(prefix="pictures-") as folder:
        environ = {**os.environ, "INSTANCE_FOLDER": f"{folder}/instance"}
        for arguments in (["demo", "load", "--seed", "7", "--as-of", "2026-02-03"], ["pictures", f"{folder}/pictures"]):
            command = [sys.executable, "-m", "flask", "--app", "wsgi", *arguments]
            result = subprocess.run(command, cwd=ROOT, env=environ, capture_output=True, text=True, check=False)
            if result.returncode:
                return [f"{' '.join(arguments)}: {result.stderr}"]
        return [f"{name} was not drawn" for name in ("map.png", "workbook.png") if not Path(folder, "pictures", name).is_file()]
