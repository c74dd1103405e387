"""A clause of the law is written once, where the rules stand: pages and files of a plan cite it from there, so that they never differ."""

import ast
import re
from pathlib import Path

import pytest

from exports.letter.contents import estimate_sections, evidence_paragraph
from exports.workbook.annex import FIRST
from exports.workbook.build import build_workbook
from inventory.prices.prices import METHODS
from planning.plan.law import cite, load_law, spell_out
from planning.plan.spending import SpendingForm
from tests.factories.plans import WORKBOOK_CONTEXT
from tests.support.workbooks import read_workbook

ROOT = Path(__file__).parents[2]
CLAUSE = re.compile(
    r"(?:NĐ|QĐ|TT|Nghị định số|Quyết định số|Thông tư số) \d+/\d{4}/[\w-]+,? Điều \d|Điều [\d.]+[a-z]? (?:Nghị định|Quyết định|Thông tư) số"
)
FILES = sorted(
    [*(ROOT / "exports").rglob("*.py"), *(ROOT / "exports").rglob("*.html"), *(ROOT / "planning" / "templates").rglob("*.html")]
)


def texts_of(path):
    """What a file says to people: of a program its texts, without docstrings; a template as a whole."""
    source = path.read_text("utf-8")
    if path.suffix != ".py":
        return [source]
    tree = ast.parse(source)
    docstrings = {
        ast.get_docstring(node, clean=False)
        for node in ast.walk(tree)
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef)
    }
    texts = (node.value for node in ast.walk(tree) if isinstance(node, ast.Constant) and isinstance(node.value, str))
    return [text for text in texts if text not in docstrings]


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(ROOT)))
def test_no_page_and_no_file_has_a_clause_of_its_own(path):
    found = [match[0] for text in texts_of(path) for match in CLAUSE.finditer(text)]
    assert not found, f"{found}: write the clause in planning/data/law.toml, and cite it"


@pytest.mark.parametrize(
    ("clause", "text"),
    [
        ("NĐ 224/2026/NĐ-CP, Điều 65", "Nghị định số 224/2026/NĐ-CP, Điều 65"),
        (
            "QĐ 15/2025/QĐ-TTg, Phụ lục II (sửa đổi bởi QĐ 10/2026/QĐ-TTg)",
            "Quyết định số 15/2025/QĐ-TTg, Phụ lục II (sửa đổi bởi Quyết định số 10/2026/QĐ-TTg)",
        ),
        ("TT 06/2026/TT-BKHCN, Điều 11.1", "Thông tư số 06/2026/TT-BKHCN, Điều 11.1"),
        ("Luật Đầu tư công", "Luật Đầu tư công"),
    ],
)
def test_a_letter_spells_a_clause_out(clause, text):
    assert spell_out(clause) == text


def test_the_page_and_the_files_cite_the_same(demo_sign_in, demo_plan):
    client = demo_sign_in("taichinh")
    assert cite("purchase_estimate") in client.get("/plans/1/cost").text
    assert cite("reuse") in client.get("/plans/1/transfers").text
    sections = [text for text, _table in estimate_sections(demo_plan)]
    assert spell_out(cite("purchase_estimate")) in sections[0]
    basis = next(rule for rule in load_law().bases if rule.form is SpendingForm.PURCHASE)
    assert spell_out(basis.clause) in evidence_paragraph(demo_plan)
    notes = read_workbook(build_workbook(demo_plan, WORKBOOK_CONTEXT))["PL07 Căn cứ pháp lý"]
    texts = [str(row[2].value) for row in notes.iter_rows(min_row=FIRST)]
    assert {text for text in texts if text.startswith(basis.clause)} == {
        f"{basis.clause}: {', '.join(METHODS[each].lower() for each in basis.methods)}"
    }
