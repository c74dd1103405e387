"""LibreOffice as Finance has it: a workbook is opened and saved once, without a window."""

import shutil
import subprocess
from pathlib import Path

import pytest


def saved_by_office(data: bytes, folder: Path) -> bytes:
    """The workbook as LibreOffice saves it; the test is skipped, loudly, where there is none."""
    program = shutil.which("soffice")
    if program is None:
        pytest.skip("NO LIBREOFFICE: install LibreOffice Calc to send the workbook through it.")
    (folder / "plan.xlsx").write_bytes(data)
    own, out = f"-env:UserInstallation=file://{folder}/profile", folder / "out"
    command = [program, own, "--headless", "--convert-to", "xlsx", "--outdir", str(out), str(folder / "plan.xlsx")]
    subprocess.run(command, check=True, capture_output=True, timeout=240)
    return (out / "plan.xlsx").read_bytes()
