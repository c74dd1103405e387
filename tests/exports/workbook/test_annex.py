from decimal import Decimal

from openpyxl import Workbook

from exports.workbook.annex import put
from exports.workbook.styles import MONEY, add_styles


def test_a_number_with_decimals_is_shown_with_them():
    book = Workbook()
    add_styles(book)
    for column, number in enumerate((187, Decimal("187.5")), 1):
        put(book.active, 1, column, number)
    whole, exact = book.active[1]
    assert (whole.value, exact.value) == (187, Decimal("187.5"))
    assert (whole.number_format, exact.number_format) == (MONEY, "#,##0.##")
