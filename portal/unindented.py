"""Templates are compiled without their indentation: it is there for who reads them, and would travel with every page."""

import re

from jinja2.ext import Extension

_INDENTATION = re.compile(r"\n[ \t]+")


class Unindented(Extension):
    """Drops the white space at the start of every line. So a line break after a statement leaves nothing behind, however deep
    the next line stands; between two pieces of text it is one blank, as in HTML."""

    def preprocess(self, source: str, name: str | None, filename: str | None = None) -> str:
        """The source as it is compiled; its lines keep their numbers."""
        return _INDENTATION.sub("\n", source)
