"""What is true of one city only stands in ``portal/territory.py``: another territory should need another file, not another program."""

import re
from collections import Counter
from pathlib import Path

from inventory.wards.wards import load_wards
from portal.territory import TERRITORY

ROOT = Path(__file__).parents[2]
PACKAGES = ("portal", "accounts", "inventory", "scoring", "planning", "surveys", "exports")
NAMES = re.compile(r"\b(?:126|51 phường|75 xã)\b|h[àÀ] n[ộỘ]i", re.IGNORECASE)
TERRITORY_FILE = ROOT / "portal" / "territory.py"


def files_that_name_it():
    files = [path for package in PACKAGES for kind in ("*.py", "*.html", "*.js") for path in (ROOT / package).rglob(kind)]
    return sorted(str(path.relative_to(ROOT)) for path in files if path != TERRITORY_FILE and NAMES.search(path.read_text("utf-8")))


def test_no_other_file_names_the_territory():
    files = files_that_name_it()
    assert not files, f"ask portal.territory (in a template: territory) in place of the city's name and counts: {files}"


def test_the_counts_are_those_of_the_shipped_list():
    counts = Counter(ward.kind for ward in load_wards())
    assert (TERRITORY.wards, TERRITORY.communes) == (counts["phuong"], counts["xa"])
    assert TERRITORY.units == len(load_wards())


def test_every_unit_lies_in_its_box():
    west, south, east, north = TERRITORY.box
    assert all(west < ward.longitude < east and south < ward.latitude < north for ward in load_wards())


def test_the_left_bank_is_made_of_its_districts():
    assert {ward.former_district for ward in load_wards()} > TERRITORY.left_bank
