"""Whatever people typed is text in every workbook, in its guides and titles too."""

from io import BytesIO

from openpyxl import Workbook, load_workbook

from portal.office_files import save_workbook
from portal.table_workbook import build_table_workbook
from surveys.workbooks.form_workbook import FormHeader, build_form_workbook
from tests.factories.questionnaires import shipped_questionnaire

TYPED = ("=1+1", '=HYPERLINK("http://x.example","bấm")', "#REF!", "#N/A", "+1", "-1", "@x")


def formulas_of(data):
    cells = [cell for sheet in load_workbook(BytesIO(data)) for row in sheet.iter_rows() for cell in row if cell.value is not None]
    assert cells
    return [cell.value for cell in cells if cell.data_type not in ("s", "n")]


def test_what_begins_as_a_formula_is_none_in_a_workbook_that_has_none():
    book = Workbook()
    book.active.append(TYPED)
    assert formulas_of(save_workbook(book)) == []
    (values,) = load_workbook(BytesIO(save_workbook(book))).active.iter_rows(values_only=True)
    assert values == TYPED


def test_a_round_and_a_table_may_be_called_as_anybody_likes():
    for name in TYPED[:3]:
        header = FormHeader("00082", "Phường Cửa Nam", 1, name, "2026.1")
        assert formulas_of(build_form_workbook(header, shipped_questionnaire(), {})) == []
        assert formulas_of(build_table_workbook("Bảng", name, name, ((name, 20),), [(name,)], "A5")) == []
