import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
FRAMEWORKS = ("flask", "sqlalchemy", "wtforms", "openpyxl", "matplotlib")
PURE = [
    "inventory.snapshots.snapshot",
    "inventory.catalogue",
    "inventory.prices.prices",
    "inventory.prices.vat",
    "inventory.prices.plausibility",
    "inventory.prices.parsing",
    "portal.numbers",
    "inventory.boundaries.boundaries",
    "inventory.boundaries.geojson",
    "inventory.boundaries.simplification",
    "scoring.rating.standard",
    "scoring.rating.measures",
    "scoring.rating.rating",
    "scoring.rating.remedies",
    "scoring.rating.explain",
    "scoring.maps.hex_layout",
    "scoring.maps.boundary_layout",
    "scoring.maps.colourings",
    "scoring.analysis.standard_comparison",
    "scoring.analysis.answer_simulation",
    "scoring.rating.confidence",
    "scoring.rating.data_quality",
    "scoring.analysis.round_comparison",
    "scoring.analysis.forecast",
    "scoring.analysis.sensitivity",
    "scoring.standard_editor.diff",
    "portal.charts.line",
    "scoring.analysis.threshold_curve",
    "scoring.analysis.trend",
    "scoring.analysis.burndown",
    "scoring.actions.priority_wards",
    "scoring.actions.action",
    "scoring.actions.suggestions",
    "scoring.standard_editor.toml_edit",
    "surveys.questionnaire.questions",
    "surveys.questionnaire.evaluation",
    "planning.plan.subsets",
    "planning.plan.plan",
    "planning.plan.legal_caps",
    "planning.plan.assumptions",
    "planning.plan.exclusions",
    "planning.plan.overrides",
    "planning.plan.comparison",
    "planning.plan.line_filter",
    "planning.scenarios.serialization",
    "planning.plan.workbook_diff",
    "planning.funding.constraints",
    "planning.funding.readiness_curve",
    "exports.brief.brief",
    "exports.figures.data",
    "exports.brief.content",
    "planning.transfers.proposals",
    "planning.funding.allocation",
    "planning.funding.knapsack",
    "planning.funding.solver",
    "planning.plan.estimate",
    "planning.plan.approval_hints",
    "planning.plan.five_year_cost",
    "planning.plan.year_bars",
    "planning.plan.document_reference",
    "exports.letter.contents",
    *(
        f"surveys.questionnaire.answers.{path.stem}"
        for path in sorted((ROOT / "surveys" / "questionnaire" / "answers").glob("[a-z]*.py"))
    ),
]


@pytest.mark.parametrize("module", PURE)
def test_a_pure_file_loads_no_framework(module):
    look = f"import sys, {module}; print(*sorted(set(sys.modules) & set({FRAMEWORKS!r})))"
    done = subprocess.run([sys.executable, "-c", look], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert done.stdout.strip() == "", f"{module} nạp {done.stdout.strip()}: move what needs it into another file of the package"
