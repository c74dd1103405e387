import subprocess
import sys
from pathlib import Path

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


# A fork of an interpreter that has loaded no more than the standard library is as clean as a new one, and starts at once.
LOOK = """
import dataclasses, datetime, decimal, enum, fractions, importlib, json, os, re, sys, tomllib
modules, frameworks = (words.split() for words in sys.argv[1:])
for module in modules:
    if os.fork() == 0:
        try:
            importlib.import_module(module)
            faults = sorted(set(frameworks) & sys.modules.keys())
        except BaseException as error:
            faults = [repr(error)]
        if faults:
            print(f"{module} loads {', '.join(faults)}", flush=True)
        os._exit(0)
    os.wait()
print("done")
"""


def faults_of(modules, folder=ROOT):
    """What each module loads of the frameworks when it is the first that an interpreter imports."""
    command = [sys.executable, "-c", LOOK, " ".join(modules), " ".join(FRAMEWORKS)]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    *faults, last = done.stdout.splitlines() or [""]
    assert last == "done", done.stderr
    return faults


def test_a_pure_file_loads_no_framework():
    faults = faults_of(PURE)
    assert not faults, "move what needs a framework into another file of the package:\n" + "\n".join(faults)


def test_a_file_that_is_not_pure_is_noticed(tmp_path):
    (tmp_path / "by_another.py").write_text("import loads_flask")
    (tmp_path / "loads_flask.py").write_text("import flask")
    (tmp_path / "breaks.py").write_text("import not_there")
    (tmp_path / "pure.py").write_text("import json")
    faults = faults_of(["by_another", "pure", "breaks", "loads_flask"], tmp_path)
    assert [fault.split()[0] for fault in faults] == ["by_another", "breaks", "loads_flask"]
