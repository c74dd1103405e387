"""Be Vietnam Pro for the web: the signs that Vietnamese text has, as WOFF2. A tenth of the whole font, for lines that are slow.

An installed package brings them along. From a checkout they are made once, by a process of its own: what makes them takes
30 MB, which no process that serves pages has to bear.
"""

import hashlib
import logging
import os
import subprocess
import sys
from functools import cache
from pathlib import Path
from tempfile import NamedTemporaryFile
from threading import Lock

import fontpkg_be_vietnam_pro

log = logging.getLogger("ward_readiness")
FONTS = Path(fontpkg_be_vietnam_pro.__file__).parent / "files"
# The weights that the styles name.
WEB_FONTS = ("BeVietnamPro-Regular", "BeVietnamPro-SemiBold")
# Where the build of the package puts them.
BUILT = Path(__file__).parent / "fonts"
# Latin with the Vietnamese letters and marks, đồng, dashes, quotes, arrows and the few signs of the pages; a browser takes any other
# sign from the fonts of the machine.
SIGNS = frozenset(
    {
        *range(0x20, 0x7F),
        *range(0xA0, 0x100),
        *map(ord, "ĂăĐđĨĩŨũƠơƯư₫"),
        *range(0x1EA0, 0x1EFA),
        *map(ord, "\u0300\u0301\u0302\u0303\u0306\u0309\u031b\u0323"),
        *range(0x2010, 0x2027),
        *map(ord, "‰−×≤≥←↑→↓✓✗"),
    }
)
# Marks on their letters, letters set close, and figures of one width for columns of numbers.
FEATURES = ("ccmp", "kern", "locl", "mark", "mkmk", "tnum")
_making = Lock()


def web_font(name: str, folder: Path) -> bytes:
    """The WOFF2 of a weight: from the package, from ``folder``, or made now and kept in ``folder`` where that can be written."""
    with _making:
        return _read_or_make(name, folder)


def file_name(name: str) -> str:
    """The file of a weight, by what goes into it: another source, sign or feature is another file."""
    recipe = hashlib.sha256((FONTS / f"{name}.ttf").read_bytes() + repr((sorted(SIGNS), FEATURES)).encode())
    return f"{name}-{recipe.hexdigest()[:12]}.woff2"


@cache
def _read_or_make(name: str, folder: Path) -> bytes:
    file = file_name(name)
    for path in (BUILT / file, folder / file):
        if path.is_file():
            return path.read_bytes()
    data = make(name)
    try:
        _keep(folder / file, data)
    except OSError as error:
        # The next start makes it again.
        log.warning("%s: %s", folder, error)
    return data


def make(name: str) -> bytes:
    """The WOFF2 of a weight, made by a process of its own."""
    python_path = os.pathsep.join(filter(None, (str(Path(__file__).parents[1]), os.environ.get("PYTHONPATH"))))
    command = [sys.executable, "-m", "portal.font_subset", name]
    done = subprocess.run(command, env={**os.environ, "PYTHONPATH": python_path}, capture_output=True, check=False)  # noqa: S603 - our own module
    if done.returncode:
        raise RuntimeError(done.stderr.decode(errors="replace"))
    return done.stdout


def _keep(path: Path, data: bytes) -> None:
    """Store it at once or not at all: another worker may read or store it at the same moment."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with NamedTemporaryFile(dir=path.parent, delete=False) as file:
        file.write(data)
    Path(file.name).replace(path)
