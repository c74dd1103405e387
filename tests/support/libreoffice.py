"""LibreOffice as Finance has it: a workbook is opened and saved once, without a window."""

import shutil
import subprocess
from pathlib import Path

import pytest

RECALCULATE = (
    '<?xml version="1.0" encoding="UTF-8"?><oor:items xmlns:oor="http://openoffice.org/2001/registry">'
    '<item oor:path="/org.openoffice.Office.Calc/Formula/Load"><prop oor:name="OOXMLRecalcMode" oor:op="fuse"><value>0</value></prop></item>'
    "</oor:items>"
)


def calculated_by_libreoffice(data: bytes, folder: Path) -> bytes:
    """The workbook as LibreOffice saves it once it has calculated every formula anew."""
    (folder / "profile" / "user").mkdir(parents=True)
    (folder / "profile" / "user" / "registrymodifications.xcu").write_text(RECALCULATE, "utf-8")
    return saved_by_libreoffice(data, folder)


def saved_by_libreoffice(data: bytes, folder: Path) -> bytes:
    """The workbook as LibreOffice saves it; the test is skipped, loudly, where there is none."""
    program = shutil.which("soffice")
    if program is None:
        pytest.skip("NO LIBREOFFICE: install LibreOffice Calc to send the workbook through a second program.")
    (folder / "plan.xlsx").write_bytes(data)
    profile, output_folder = f"-env:UserInstallation=file://{folder}/profile", folder / "out"
    command = [program, profile, "--headless", "--convert-to", "xlsx", "--outdir", str(output_folder), str(folder / "plan.xlsx")]
    subprocess.run(command, check=True, capture_output=True, timeout=240)
    return (output_folder / "plan.xlsx").read_bytes()
