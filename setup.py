"""The build of the package: as pyproject.toml says, and with the fonts of the web, so that no server has to make them."""

import shutil
import sys
from pathlib import Path

from setuptools import setup
from setuptools.command.build_py import build_py

SOURCE = Path(__file__).parent


class BuildWithFonts(build_py):
    """Copies the packages, and puts the fonts beside them."""

    def run(self) -> None:
        """Begin anew: what an earlier build left would go into the package too."""
        if self.editable_mode:
            super().run()
            return
        shutil.rmtree(self.build_lib, ignore_errors=True)
        super().run()
        # The source is no installed package yet: it is found only from here on.
        sys.path.insert(0, str(SOURCE))
        from portal.web_fonts import BUILT, WEB_FONTS, file_name, make  # noqa: PLC0415

        folder = Path(self.build_lib, "portal", BUILT.name)
        folder.mkdir()
        for name in WEB_FONTS:
            (folder / file_name(name)).write_bytes(make(name))


setup(cmdclass={"build_py": BuildWithFonts})
