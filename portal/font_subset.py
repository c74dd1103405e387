"""Writes the WOFF2 of one weight to standard output: ``python -m portal.font_subset BeVietnamPro-Regular``. Nothing else loads fontTools."""

import sys
from io import BytesIO

from fontTools import subset
from fontTools.ttLib import TTFont

from portal.web_fonts import FEATURES, FONTS, SIGNS


def build(name: str) -> bytes:
    """The WOFF2 of the signs. Alike whenever it is made."""
    font = TTFont(FONTS / f"{name}.ttf", recalcTimestamp=False)
    subsetter = subset.Subsetter(subset.Options(layout_features=list(FEATURES), hinting=False))
    subsetter.populate(unicodes=SIGNS)
    subsetter.subset(font)
    font.flavor = "woff2"
    buffer = BytesIO()
    font.save(buffer)
    return buffer.getvalue()


if __name__ == "__main__":
    sys.stdout.buffer.write(build(sys.argv[1]))
