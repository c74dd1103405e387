"""Be Vietnam Pro for the web: the signs that Vietnamese text has, as WOFF2. A tenth of the whole font, for lines that are slow."""

from functools import cache
from io import BytesIO
from pathlib import Path

from fontTools import subset
from fontTools.ttLib import TTFont

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
FEATURES = ["ccmp", "kern", "locl", "mark", "mkmk", "tnum"]


@cache
def web_font(path: Path) -> bytes:
    """The WOFF2 of a TrueType file."""
    font = TTFont(path)
    subsetter = subset.Subsetter(subset.Options(layout_features=FEATURES, hinting=False))
    subsetter.populate(unicodes=SIGNS)
    subsetter.subset(font)
    font.flavor = "woff2"
    written = BytesIO()
    font.save(written)
    return written.getvalue()
