import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
FRAMEWORKS = ("flask", "sqlalchemy", "wtforms", "openpyxl", "matplotlib")
PURE = [
    "inventory.snapshot",
    "inventory.catalogue",
    "inventory.prices",
    "inventory.vat",
    "inventory.price_sanity",
    "inventory.price_reading",
    "portal.numbers",
    "inventory.boundaries",
    "inventory.boundary_file",
    "inventory.boundary_drawing",
    "scoring.standard",
    "scoring.measures",
    "scoring.rating",
    "scoring.remedies",
    "scoring.explain",
    "scoring.map",
    "scoring.land_map",
    "scoring.colourings",
    "scoring.what_if",
    "scoring.trying",
    "scoring.confidence",
    "scoring.quality",
    "scoring.history",
    "scoring.forecast",
    "scoring.sensitivity",
    "scoring.changes",
    "scoring.charts",
    "scoring.trend",
    "scoring.burndown",
    "scoring.deciding",
    "scoring.actions",
    "scoring.suggesting",
    "scoring.standard_text",
    "surveys.questions",
    "surveys.reading",
    "exports.parts",
    "exports.plan",
    "exports.caps",
    "exports.rules",
    "exports.exclusions",
    "exports.editing",
    "exports.comparing",
    "exports.filtering",
    "exports.stored",
    "exports.returning",
    "exports.funding",
    "exports.charts",
    "exports.brief",
    "exports.figure_data",
    "exports.brief_words",
    "exports.transfers",
    "exports.allocation",
    "exports.knapsack",
    "exports.solver",
    "exports.cost_blocks",
    "exports.authority",
    "exports.running_cost",
    "exports.bars",
    "exports.reference",
    "exports.letter.contents",
    *(f"surveys.answers.{path.stem}" for path in sorted((ROOT / "surveys" / "answers").glob("[a-z]*.py"))),
]


@pytest.mark.parametrize("module", PURE)
def test_a_pure_file_loads_no_framework(module):
    look = f"import sys, {module}; print(*sorted(set(sys.modules) & set({FRAMEWORKS!r})))"
    done = subprocess.run([sys.executable, "-c", look], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert done.stdout.strip() == "", f"{module} nạp {done.stdout.strip()}: move what needs it into another file of the package"
