"""The standards that come with the program, and standards small enough to be counted by hand."""

from scoring.rating.published_standards import REFERENCE, SHIPPED
from scoring.rating.standard import parse_standard

TEXTS = {parse_standard(text).version: text for text in (file.read_text("utf-8") for file in SHIPPED)}
# What is counted by hand keeps to one version, as the city of the tests does; the newest is another.
STANDARD_TEXT = TEXTS["2026.1"]
STANDARD = parse_standard(STANDARD_TEXT)
NEWEST_STANDARD = parse_standard(REFERENCE.read_text("utf-8"))
# Measures that one item alone mends, so that no remedy touches another.
ITEM_OF_MEASURE = {
    "kiosks": "B06",
    "queue_systems": "B07",
    "citizen_pcs": "B10",
    "satisfaction_tablets": "B13",
    "surge_protection": "F03",
}


def small_standard(weights, needs, pass_mark, blocking=()):
    """A standard of one criterion for each measure of ITEM_OF_MEASURE."""
    rows = [
        f"""
[[criteria]]
code = "CR-B{number}"
name = "{measure}"
measure = "{measure}"
need = {{ constant = {need} }}
weight = {weight}
blocking = {str(measure in blocking).lower()}
source = "thử"
label = "A"
remedy = {{ text = "mua", items = [{{ item = "{ITEM_OF_MEASURE[measure]}" }}] }}
"""
        for number, (measure, weight, need) in enumerate(zip(ITEM_OF_MEASURE, weights, needs, strict=True), 1)
    ]
    return parse_standard(f'version = "t"\nname = "t"\npass_mark = {pass_mark}\npc_max_age_years = 7\n{"".join(rows)}')
